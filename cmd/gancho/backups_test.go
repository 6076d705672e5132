package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
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

	"gancho/engine/store"
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
	again := filepath.Join(t.TempDir(), "again.tar")
	if out, code := g.command("db", "backup", again, "--server", g.url(""), "--token", adminToken); code != 0 || strings.TrimSpace(out) != again {
		t.Fatalf("db backup: %d %s", code, out)
	}
	if out, code := g.command("db", "backup", again, "--server", g.url(""), "--token", adminToken); code != 1 || !strings.Contains(out, "there already") {
		t.Errorf("db backup to a file that is there: %d %s", code, out)
	}
	data := filepath.Join(t.TempDir(), "restored")
	if out, code := g.command("db", "restore", "--data", data, again); code != 0 {
		t.Fatalf("db restore: %d %s", code, out)
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

// TestABackupHoldsOwnFiles: an operator's connectors and presets are restored with the flows that need them.
func TestABackupHoldsOwnFiles(t *testing.T) {
	g := newGancho(t)
	own := map[string]string{"connectors/x_erp.json": fmt.Sprintf(ownConnector, "https://erp.example.com"), "presets/x_shop.json": `{"format": "gancho.preset/1"}`}
	for name, text := range own {
		must(t, os.MkdirAll(filepath.Join(g.data, filepath.Dir(name)), 0o755))
		must(t, os.WriteFile(filepath.Join(g.data, name), []byte(text), 0o644))
	}
	packed := g.want(201, "POST", "/backup", nil)["path"].(string)
	if second := g.want(201, "POST", "/backup", nil)["path"]; second == packed || len(g.want(200, "GET", "/backups", nil)["items"].([]any)) != 2 {
		t.Errorf("two backups in a row are %v", second)
	}
	g.stop()
	folder := filepath.Join(t.TempDir(), "backup")
	if out, code := g.command("db", "backup", folder, "--data", g.data); code != 0 {
		t.Fatalf("db backup: %d %s", code, out)
	}
	for _, backup := range []string{packed, folder} {
		data := filepath.Join(t.TempDir(), "restored")
		if out, code := g.command("db", "restore", "--data", data, backup); code != 0 {
			t.Fatalf("db restore: %d %s", code, out)
		}
		for name, want := range own {
			if got, err := os.ReadFile(filepath.Join(data, name)); err != nil || string(got) != want {
				t.Errorf("%s of %s: %v %s", name, backup, err, got)
			}
		}
	}
}

// command runs another command of the program, and gives what it prints and its exit code.
func (g *gancho) command(args ...string) (string, int) {
	g.t.Helper()
	return g.commandWith("", args...)
}

func (g *gancho) commandWith(stdin string, args ...string) (string, int) {
	g.t.Helper()
	self, err := os.Executable()
	must(g.t, err)
	c := exec.CommandContext(g.t.Context(), self, args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	c.Stdin = strings.NewReader(stdin)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		g.t.Fatal(err)
	}
	return string(out), c.ProcessState.ExitCode()
}

// TestPeopleOfARunningServer are looked after by the same commands as those of a stopped folder.
func TestPeopleOfARunningServer(t *testing.T) {
	g := newGancho(t)
	id := ""
	for _, c := range []struct {
		args, stdin, out string
		code             int
	}{
		{"user add ana@example.com --role editor", "quatro palavras sem sentido\n", "ana@example.com editor", 0},
		{"user add ana@example.com", "quatro palavras sem sentido\n", "already", 1},
		{"user password ana@example.com", "outras palavras sem sentido\n", "", 0},
		{"user password rui@example.com", "outras palavras sem sentido\n", "no such user", 1},
		{"user list", "", "ana@example.com\teditor\t", 0},
		{"token add ci --role viewer --for 90d", "", "gch_", 0},
		{"token list", "", "viewer\tuntil 20", 0},
		{"token revoke ID", "", "", 0},
		{"token revoke ID", "", "no such token", 1},
		{"token list --server nowhere", "", "--server must be an address", 2},
	} {
		args := strings.Fields(strings.Replace(c.args, "ID", id, 1))
		if !strings.Contains(c.args, "--server") {
			args = append(args, "--server", g.url(""))
		}
		out, code := g.commandWith(c.stdin, append(args, "--token", adminToken)...)
		if code != c.code || !strings.Contains(out, c.out) || strings.Contains(out, "--on-conflict") {
			t.Errorf("%s: %d %s, want %d and %q", c.args, code, out, c.code, c.out)
		}
		if _, rest, made := strings.Cut(out, "id "); made {
			id, _, _ = strings.Cut(rest, ";")
		}
	}
}

// TestBacktestCommand tells by groups what a bundle would change, and is a no when runs would
// newly fail or the bundle has errors.
func TestBacktestCommand(t *testing.T) {
	g := newGancho(t)
	document := `{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.n }}"}}]}`
	url := g.publish(document)
	for range 5 {
		if status, answer := post(url, `{"n": 1}`); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	g.settled()
	file := filepath.Join(t.TempDir(), "flows.json")
	for _, c := range []struct {
		old, fresh, out string
		code            int
	}{
		{"n }}", "n }}", "a: 5 events, 5 the same, 0 changed, 0 newly failed, 0 newly mended\n", 0},
		{`"say"`, `"tell"`, "5 × such as ", 0},
		{"body.n", "body.absent", "5 newly failed", 1},
		{`"log"`, `"lag"`, "a: error: /steps/0/action: ", 1},
		{`"id": "a"`, `"id": "ab"`, `404: there is no flow "ab"`, 1},
		{document, strings.NewReplacer(`"log"`, `"lag"`, `"id": "a"`, `"id": "ac"`).Replace(document) + "," + strings.Replace(document, `"id": "a"`, `"id": "ab"`, 1) + "," + document, "a: 5 events, 5 the same", 1},
	} {
		must(t, os.WriteFile(file, []byte(`{"gancho": 1, "flows": [`+strings.Replace(document, c.old, c.fresh, 1)+`]}`), 0o600))
		if out, code := g.command("backtest", file, "--server", g.url(""), "--token", adminToken); code != c.code || !strings.Contains(out, c.out) {
			t.Errorf("%s: %d %s", c.fresh, code, out)
		}
	}
	if out, code := g.command("backtest", file); code != 2 || !strings.Contains(out, "--server") {
		t.Errorf("without a server: %d %s", code, out)
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

// A scheduled backup that cannot be written is not tried each minute, and leaves nothing behind.
func TestAScheduledBackupThatFailsWaits(t *testing.T) {
	s, err := bolt.Open(t.Context(), filepath.Join(t.TempDir(), "data"), bolt.Options{})
	must(t, err)
	defer s.Close()
	b := newBackups(s, t.TempDir(), 24*time.Hour, 7, slog.New(slog.DiscardHandler))
	now, tries := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 0
	b.now = func() time.Time { return now }
	whole := b.store
	b.store = failingBackup{whole, &tries}
	for range 3 * 60 {
		if made, _ := b.due(t.Context()); made {
			t.Fatal("a backup was made")
		}
		now = now.Add(time.Minute)
	}
	if tries != 3 {
		t.Errorf("tried %d times in three hours, want 3", tries)
	}
	left := filepath.Join(b.dir, "20250101T000000Z.part")
	must(t, os.MkdirAll(left, 0o700)) // of a process that was killed
	b.store = whole
	if made, err := b.due(t.Context()); err != nil || !made {
		t.Errorf("made %v: %v", made, err)
	}
	if parts, err := filepath.Glob(filepath.Join(b.dir, "*.part")); err != nil || len(parts) > 0 {
		t.Errorf("left: %v %v", parts, err)
	}
}

// failingBackup is a store whose disk is full.
type failingBackup struct {
	store.Store
	tries *int
}

func (f failingBackup) Backup(context.Context, string) error {
	*f.tries++
	return store.ErrFull
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
		for range 2000 {
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
