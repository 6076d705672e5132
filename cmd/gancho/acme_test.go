package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"
)

const hooksDomain = "hooks.example.test"

// authority is a certificate authority (RFC 8555) that proves one domain by one kind of
// challenge, at the addresses where its server listens.
type authority struct {
	*httptest.Server
	t             *testing.T
	kind          string // of challenge
	plain, secure string // where the domain's servers listen
	key           *ecdsa.PrivateKey
	cert          *x509.Certificate

	mu      sync.Mutex
	account *ecdsa.PublicKey
	nonces  int
	orders  int
	proved  bool
	issued  []byte
}

func newAuthority(t *testing.T, kind, plain, secure string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	cert, err := x509.ParseCertificate(raw)
	must(t, err)
	a := &authority{t: t, kind: kind, plain: plain, secure: secure, key: key, cert: cert}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

// ServeHTTP answers one message of the protocol at a time.
func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nonces++
	w.Header().Set("Replay-Nonce", "nonce"+strconv.Itoa(a.nonces))
	if r.Method != http.MethodPost {
		a.answer(w, 200, map[string]any{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order", "revokeCert": a.URL + "/none", "keyChange": a.URL + "/none"})
		return
	}
	payload, err := a.open(r)
	if err != nil {
		a.answer(w, 400, map[string]any{"type": "urn:ietf:params:acme:error:malformed", "detail": err.Error()})
		return
	}
	switch r.URL.Path {
	case "/account":
		w.Header().Set("Location", a.URL+"/account/1")
		a.answer(w, 201, map[string]any{"status": "valid"})
	case "/order":
		a.orders++
		a.proved, a.issued = false, nil
		w.Header().Set("Location", a.URL+"/order/1")
		a.answer(w, 201, a.order())
	case "/order/1":
		a.answer(w, 200, a.order())
	case "/authz/1", "/challenge/1":
		if r.URL.Path == "/challenge/1" {
			a.proved = a.prove()
		}
		a.answer(w, 200, a.authorization(r.URL.Path))
	case "/finalize/1":
		a.issue(payload)
		a.answer(w, 200, a.order())
	case "/cert/1":
		_, _ = w.Write(a.issued)
	}
}

func (a *authority) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (a *authority) order() map[string]any {
	status := "pending"
	if a.proved {
		status = "ready"
	}
	o := map[string]any{
		"identifiers": []any{map[string]any{"type": "dns", "value": hooksDomain}}, "authorizations": []any{a.URL + "/authz/1"}, "finalize": a.URL + "/finalize/1",
	}
	if a.issued != nil {
		status, o["certificate"] = "valid", a.URL+"/cert/1"
	}
	o["status"] = status
	return o
}

func (a *authority) authorization(path string) map[string]any {
	status := "pending"
	if a.proved {
		status = "valid"
	}
	challenge := map[string]any{"type": a.kind, "url": a.URL + "/challenge/1", "token": "the-token", "status": status}
	if path == "/challenge/1" {
		return challenge
	}
	return map[string]any{"status": status, "identifier": map[string]any{"type": "dns", "value": hooksDomain}, "challenges": []any{challenge}}
}

// open checks a message's signature and gives what it says.
func (a *authority) open(r *http.Request) ([]byte, error) {
	var message struct{ Protected, Payload, Signature string }
	if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
		return nil, err
	}
	var head struct {
		JWK *struct{ X, Y string }
		URL string
	}
	if err := json.Unmarshal(unbase64(message.Protected), &head); err != nil {
		return nil, err
	}
	if head.JWK != nil {
		a.account = &ecdsa.PublicKey{Curve: elliptic.P256(), X: new(big.Int).SetBytes(unbase64(head.JWK.X)), Y: new(big.Int).SetBytes(unbase64(head.JWK.Y))}
	}
	sum, signature := sha256.Sum256([]byte(message.Protected+"."+message.Payload)), unbase64(message.Signature)
	if a.account == nil || len(signature) != 64 || !ecdsa.Verify(a.account, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return nil, fmt.Errorf("the message for %s is not signed by the account", head.URL)
	}
	return unbase64(message.Payload), nil
}

func unbase64(text string) []byte {
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	return raw
}

// prove asks the domain's servers whether they know the account.
func (a *authority) prove() bool {
	print, err := acme.JWKThumbprint(a.account)
	must(a.t, err)
	if a.kind == "http-01" {
		req, err := http.NewRequest(http.MethodGet, "http://"+a.plain+"/.well-known/acme-challenge/the-token", nil)
		must(a.t, err)
		req.Host = hooksDomain
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return string(text) == "the-token."+print
	}
	conn, err := tls.Dial("tcp", a.secure, &tls.Config{ServerName: hooksDomain, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true})
	if err != nil {
		return false
	}
	defer conn.Close()
	want := sha256.Sum256([]byte("the-token." + print))
	for _, e := range conn.ConnectionState().PeerCertificates[0].Extensions {
		var got []byte
		if _, err := asn1.Unmarshal(e.Value, &got); err == nil && e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}) {
			return string(got) == string(want[:])
		}
	}
	return false
}

// issue signs what the account asks for.
func (a *authority) issue(payload []byte) {
	var asked struct{ CSR string }
	must(a.t, json.Unmarshal(payload, &asked))
	request, err := x509.ParseCertificateRequest(unbase64(asked.CSR))
	must(a.t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(int64(a.nonces)), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), DNSNames: request.DNSNames}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, request.PublicKey, a.key)
	must(a.t, err)
	a.issued = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

func (a *authority) asked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.orders
}

// A certificate is got from the authority when the first visitor comes, by either challenge, and
// kept over a restart; who names another domain gets none.
func TestACertificateIsGotFromTheAuthority(t *testing.T) {
	for _, kind := range []string{"tls-alpn-01", "http-01"} {
		t.Run(kind, func(t *testing.T) {
			plain := freeAddress(t)
			a := newAuthority(t, kind, plain, "")
			g := &gancho{t: t, data: t.TempDir() + "/data", listen: freeAddress(t)}
			a.secure = g.listen
			g.args = []string{"--acme-domain", hooksDomain, "--acme-directory", a.URL, "--redirect-listen", plain, "--public-url", "https://" + hooksDomain}
			pool := x509.NewCertPool()
			pool.AddCert(a.cert)
			g.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: hooksDomain}}}
			g.start()
			defer g.kill()
			res, err := g.reach("/")
			must(t, err)
			if _ = res.Body.Close(); res.StatusCode != 200 || res.Header.Get("Strict-Transport-Security") == "" || a.asked() != 1 {
				t.Errorf("%s, %v, %d orders", res.Status, res.Header, a.asked())
			}
			stranger := &tls.Config{ServerName: "evil.example.test", InsecureSkipVerify: true}
			if conn, err := tls.Dial("tcp", g.listen, stranger); err == nil {
				_ = conn.Close()
				t.Error("another domain got a certificate")
			}
			g.kill()
			g.start()
			if a.asked() != 1 {
				t.Errorf("after a restart: %d orders", a.asked())
			}
			if info, err := os.Stat(g.data + "/acme"); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the folder of keys: %v %v", info, err)
			}
		})
	}
}
