package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gancho/engine/store/bolt"
	"gancho/web/api"
)

// A running server writes one file, from which a new folder is made that has everything.
func TestBackupOfARunningServerIsRestored(t *testing.T) {
	g := newGancho(t)
	url := g.publish(`{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [{"id": "s", "action": "log", "with": {"message": "hi"}}]}`)
	for range 20 {
		if status, answer := post(url, `{"n": 1}`); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	g.settled()
	made := g.want(201, "POST", "/backup", nil)
	list := g.want(200, "GET", "/backups", nil)["items"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["name"] != made["name"] || made["size"].(float64) <= 0 {
		t.Fatalf("made %v, listed %v", made, list)
	}
	fetched := filepath.Join(t.TempDir(), "fetched.tar")
	fetch(t, g.url("/api/v1/backups/"+made["name"].(string)), fetched)
	if status, _ := g.call("GET", "/backups/..%2Fmaster.key", nil); status != 404 {
		t.Errorf("a path in a name: %d", status)
	}
	self, err := os.Executable()
	must(t, err)
	data := filepath.Join(t.TempDir(), "restored")
	restore := exec.CommandContext(t.Context(), self, "db", "restore", "--data", data, fetched)
	restore.Env = append(os.Environ(), asProgram+"=1")
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	key, err := os.ReadFile(filepath.Join(g.data, "master.key"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(data, "master.key"), key, 0o600))
	g.stop()
	g.data = data
	g.start()
	if l := g.settled(); l["finished"] != 20.0 {
		t.Errorf("restored: %v", l)
	}
	if status, _ := post(url, `{"n": 2}`); status != 200 {
		t.Errorf("the URL of the restored flow answers %d", status)
	}
}

func fetch(t *testing.T, url, to string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+adminToken)
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close()
	f, err := os.Create(to)
	must(t, err)
	_, err = io.Copy(f, res.Body)
	must(t, err)
	must(t, f.Close())
	if res.StatusCode != http.StatusOK {
		t.Fatalf("fetch: %d", res.StatusCode)
	}
}

func TestScheduledBackupsAreKeptInNumber(t *testing.T) {
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "data"), bolt.Options{})
	must(t, err)
	defer s.Close()
	b := newBackups(s, t.TempDir(), 0, 7, slog.New(slog.DiscardHandler))
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b.now = func() time.Time { return now }
	if made, err := b.due(t.Context()); err != nil || made {
		t.Fatalf("made %v without a schedule: %v", made, err)
	}
	must(t, b.SetSettings(t.Context(), api.BackupSettings{Every: "24h", Keep: 3}))
	count := 0
	for range 10 * 24 {
		made, err := b.due(t.Context())
		must(t, err)
		if made {
			count++
		}
		now = now.Add(time.Hour)
	}
	list, err := b.List()
	must(t, err)
	if count != 10 || len(list) != 3 || list[0].At.Day() != 10 || list[2].At.Day() != 8 {
		t.Errorf("%d made in ten days, %d kept: %v", count, len(list), list)
	}
}

// ownCertificate makes one for 127.0.0.1, and says whose it is by the serial number.
func ownCertificate(t *testing.T, dir string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	raw, err := x509.MarshalECPrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}), 0o600))
}

func TestACertificateIsReadAgainWhenItChanges(t *testing.T) {
	dir := t.TempDir()
	ownCertificate(t, dir, 1)
	k := &keyPair{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	serial := func() int64 {
		pair, err := k.get(nil)
		must(t, err)
		cert, err := x509.ParseCertificate(pair.Certificate[0])
		must(t, err)
		return cert.SerialNumber.Int64()
	}
	first := serial()
	ownCertificate(t, dir, 2)
	must(t, os.Chtimes(k.cert, time.Now(), time.Now().Add(time.Second)))
	k.read = time.Time{} // as after a minute
	second := serial()
	must(t, os.WriteFile(k.cert, []byte("half"), 0o600))
	k.read = time.Time{}
	if third := serial(); first != 1 || second != 2 || third != 2 {
		t.Errorf("serial numbers %d, %d, %d: want 1, 2, and 2 while a file is half written", first, second, third)
	}
}

func TestPlainHTTPIsSentToHTTPS(t *testing.T) {
	dir, plain, secure := t.TempDir(), freeAddress(t), freeAddress(t)
	ownCertificate(t, dir, 1)
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, "serve", "--data", dir+"/data", "--listen", secure, "--redirect-listen", plain,
		"--tls-cert", dir+"/cert.pem", "--tls-key", dir+"/key.pem", "--public-url", "https://hooks.example.com")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	must(t, cmd.Start())
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ask := func(method, url, host string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader("{}"))
		must(t, err)
		r.Host = host
		for range 200 {
			res, err := client.Do(r.Clone(t.Context()))
			if err == nil {
				_ = res.Body.Close()
				return res
			}
			time.Sleep(50 * time.Millisecond) //nolint:forbidigo // until the program listens
		}
		t.Fatalf("%s does not answer", url)
		return nil
	}
	if res := ask(http.MethodGet, "https://"+secure+"/healthz", ""); res.StatusCode != http.StatusOK {
		t.Errorf("https: %d", res.StatusCode)
	}
	if res := ask(http.MethodGet, "https://"+secure+"/", ""); res.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over https")
	}
	res := ask(http.MethodPost, "http://"+plain+"/h/x?y=1", "evil.example.com")
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusPermanentRedirect || got != "https://hooks.example.com/h/x?y=1" {
		t.Errorf("plain: %d to %s", res.StatusCode, got)
	}
	for _, args := range [][]string{{"--redirect-listen", plain}, {"--acme-domain", "a.example.com", "--tls-cert", "x", "--tls-key", "y"}} {
		out, err := exec.CommandContext(t.Context(), "env", append([]string{asProgram + "=1", self, "serve", "--data", dir + "/other"}, args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "--acme-domain") {
			t.Errorf("%v: %v %s", args, err, out)
		}
	}
}
