package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func TestSendSignsSamples(t *testing.T) {
	var bodies, ids []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte("segredo"))
		mac.Write(body)
		if r.Header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
			w.WriteHeader(401)
		}
		ids = append(ids, r.Header.Get("X-GitHub-Delivery"))
		bodies = append(bodies, r.Header.Get("X-GitHub-Event")+" "+string(body))
	}))
	defer server.Close()
	send := func(c sendCommand) (string, error) {
		c.URL, c.Data = server.URL+"/h/x", t.TempDir()
		var out bytes.Buffer
		err := c.Run(t.Context(), streams{in: strings.NewReader(""), out: &out, err: io.Discard})
		return out.String(), err
	}
	out, err := send(sendCommand{Preset: "github", Event: "push", Secret: "segredo", Count: 2, Rate: 1000})
	if err != nil || strings.Count(out, "200") != 2 || len(bodies) != 2 || !strings.HasPrefix(bodies[0], "push {") {
		t.Errorf("%q, %v, %d came", out, err, len(bodies))
	}
	ids = nil
	for _, again := range []bool{false, true, true} {
		if _, err := send(sendCommand{Preset: "github", Secret: "segredo", Count: 2, Again: again}); err != nil {
			t.Error(err)
		}
	}
	if ids[0] == ids[1] || len(slices.Compact(slices.Clone(ids[2:]))) != 1 || ids[1] == ids[2] {
		t.Errorf("deliveries %q: want two new ones, and the sample four times", ids)
	}
	ids = nil
	for range 5 { // calls at once are other events, too
		if _, err := send(sendCommand{Preset: "github", Secret: "segredo", Count: 2}); err != nil {
			t.Error(err)
		}
	}
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != 10 {
		t.Errorf("ten deliveries had %d identifiers", n)
	}
	if _, err = send(sendCommand{Preset: "github", Count: 1}); err == nil || !strings.Contains(err.Error(), "--secret") {
		t.Errorf("without a secret: %v", err)
	}
	if out, err = send(sendCommand{Preset: "github", Secret: "segredo", Count: 1, BadSignature: true}); !errors.Is(err, errNo) || !strings.HasPrefix(out, "401") {
		t.Errorf("with a bad signature: %q, %v", out, err)
	}
	var usage usageError
	for _, c := range []sendCommand{{Preset: "nobody", Count: 1}, {Preset: "github", Count: 1}, {Preset: "github", Event: "x", Secret: "s", Count: 1}, {Preset: "github", Secret: "s"}} {
		if _, err := send(c); !errors.As(err, &usage) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// TestASecretThatBeginsWithDashes: a key in PEM may follow --secret, and what is no secret is not printed.
func TestASecretThatBeginsWithDashes(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	var proved []bool
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		signature, _ := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
		proved = append(proved, ed25519.Verify(public, []byte(r.Header.Get("X-Signature-Timestamp")+string(body)), signature))
	}))
	defer server.Close()
	send := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"send", "discord", server.URL, "--data", t.TempDir()}, args...), streams{strings.NewReader(""), &out, &errs})
		return code, errs.String()
	}
	for _, args := range [][]string{{"--secret", key}, {"--secret=" + key}} {
		if code, errs := send(args...); code != exitDone || errs != "" {
			t.Errorf("%d %s", code, errs)
		}
	}
	t.Setenv("GANCHO_SECRET", key)
	if code, errs := send(); code != exitDone || errs != "" {
		t.Errorf("from the environment: %d %s", code, errs)
	}
	if !slices.Equal(proved, []bool{true, true, true}) {
		t.Errorf("signed with the key: %v", proved)
	}
	for _, args := range [][]string{{"--secret", "-hush-hush"}, {"--secret", "--count", "2"}, {"--secret"}} {
		if code, errs := send(args...); code != exitUsage || strings.Contains(errs, "hush") || !strings.Contains(errs, "--secret=TEXT") {
			t.Errorf("%q: %d %s", args, code, errs)
		}
	}
}
