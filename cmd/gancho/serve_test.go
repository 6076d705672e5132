package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// TestExampleFlowsRunAtOnce is what a newcomer does: start, paste the printed line, look.
func TestExampleFlowsRunAtOnce(t *testing.T) {
	g := newGanchoAt(t, "127.0.0.1:0", t.TempDir()+"/data", "--flows", "../../flows.example.json")
	var line string
	for l := range strings.Lines(g.out.String()) {
		if strings.HasPrefix(l, "  curl ") {
			line = l
			break
		}
	}
	answer, err := exec.CommandContext(t.Context(), "sh", "-c", strings.TrimSpace(line)+" --silent").CombinedOutput()
	if err != nil || !strings.Contains(string(answer), "R$ 199,90 received") {
		t.Fatalf("%s\n%v: %s", line, err, answer)
	}
	if l := g.settled(); l["finished"] != 1.0 {
		t.Errorf("ledger: %v", l)
	}
	if code := g.stop(); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
	if strings.Contains(g.out.String(), `"level":"ERROR"`) {
		t.Errorf("errors:\n%s", g.out)
	}
}

// TestFlowsWhoseTestsFailStayDrafts is said at each start.
func TestFlowsWhoseTestsFailStayDrafts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "flows.json")
	must(t, os.WriteFile(file, []byte(`{"gancho": 1, "flows": [
		{"id": "good", "name": "Good", "trigger": {"kind": "manual"}, "steps": []},
		{"id": "bad", "name": "Bad", "trigger": {"kind": "manual"}, "steps": [], "tests": [{"name": "no", "event": {}, "expect": {"status": "failed"}}]}]}`), 0o600))
	g := newGanchoAt(t, "127.0.0.1:0", t.TempDir()+"/data", "--flows", file)
	for range 2 {
		for _, want := range []string{
			"\nGood (good, on)\n  starts by manual\n", "\nBad (bad, off)\n  error at /tests/0: the test \"no\" fails: ",
			"  it was kept as a draft, not published: mend the file, or publish it in the editor\n",
		} {
			if !strings.Contains(g.out.String(), want) {
				t.Errorf("not said: %q", want)
			}
		}
		if code := g.stop(); code != 0 {
			t.Errorf("the program ended with %d", code)
		}
		g.out, g.listen = nil, "127.0.0.1:0"
		g.start()
	}
}

func TestTakenFolderAndPort(t *testing.T) {
	g := newGancho(t)
	again := func(args ...string) string {
		self, err := os.Executable()
		must(t, err)
		cmd := exec.CommandContext(t.Context(), self, append([]string{"serve"}, args...)...)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("%v: %v, want exit code 1: %s", args, err, out)
		}
		return string(out)
	}
	if out := again("--data", g.data, "--listen", "127.0.0.1:0"); !strings.Contains(out, "in use by another process") || !strings.Contains(out, "--data") {
		t.Errorf("folder: %s", out)
	}
	if out := again("--data", t.TempDir(), "--listen", g.listen); !strings.Contains(out, "is taken by another program") || !strings.Contains(out, "--listen") {
		t.Errorf("port: %s", out)
	}
}

// mailbox is a mail server that keeps what it is given.
type keeper struct {
	mu      sync.Mutex
	letters []string
	refuse  error
}

func (k *keeper) NewSession(*smtp.Conn) (smtp.Session, error) { return k, nil }
func (k *keeper) Reset()                                      {}
func (k *keeper) Logout() error                               { return nil }
func (k *keeper) Mail(string, *smtp.MailOptions) error        { return nil }
func (k *keeper) Rcpt(string, *smtp.RcptOptions) error        { return k.refuse }
func (k *keeper) Data(r io.Reader) error {
	letter, err := io.ReadAll(r)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.letters = append(k.letters, string(letter))
	return err
}

func newMailServer(t *testing.T) (*keeper, string) {
	t.Helper()
	k := &keeper{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := smtp.NewServer(k)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	return k, port
}

// TestFromURLToLastAction is the main path: an order comes in, and an API, a mail server and
// a chat receive what the flow says.
func TestFromURLToLastAction(t *testing.T) {
	s := newSink(t)
	mail, port := newMailServer(t)
	var posted map[string]any
	chat := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		must(t, json.NewDecoder(r.Body).Decode(&posted))
		posted["authorization"] = r.Header.Get("Authorization")
		_, _ = io.WriteString(w, `{"ok": true, "channel": "C1", "ts": "1.2"}`)
	}))
	defer chat.Close()
	g := newGancho(t)
	g.want(201, "POST", "/connections", map[string]any{"name": "crm", "kind": "http_bearer", "fields": map[string]any{"token": "very-secret-1"}, "hosts": []string{"127.0.0.1"}})
	g.want(201, "POST", "/connections", map[string]any{"name": "mail", "kind": "smtp", "fields": map[string]any{"host": "127.0.0.1", "port": port, "security": "none", "from": "Loja <loja@example.com>"}})
	g.want(201, "POST", "/connections", map[string]any{"name": "chat", "kind": "slack:bot", "fields": map[string]any{"bot_token": "xoxb-very-secret-2", "base_url": chat.URL}})
	url := g.publish(`{"id": "order", "name": "Order", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "crm", "action": "http.request", "connection": "crm", "with": {"method": "POST", "url": "` + s.url + `/deals", "json": {"id": "{{ trigger.body.id }}", "total": "{{ trigger.body.total }}"}}},
		{"id": "mail", "action": "email.send", "connection": "mail", "with": {"to": "{{ trigger.body.email }}", "subject": "Pedido {{ trigger.body.id }} é seu", "markdown": "**{{ brl(trigger.body.total) }}** recebidos"}},
		{"id": "chat", "action": "slack.post_message", "connection": "chat", "with": {"channel": "C1", "text": "Pedido {{ trigger.body.id }}: {{ steps.mail.message_id }}"}}]}`)
	if status, answer := post(url, `{"id": 9007199254740993, "total": 1199.9, "email": "ana@example.com"}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	g.settled()
	items, _ := g.want(200, "GET", "/runs", nil)["items"].([]any)
	run := g.want(200, "GET", "/runs/"+items[0].(map[string]any)["id"].(string), nil)
	if run["status"] != "succeeded" {
		t.Fatalf("run: %v", run)
	}
	mail.mu.Lock()
	defer mail.mu.Unlock()
	if len(mail.letters) != 1 || !strings.Contains(mail.letters[0], "<strong>R$ 1.199,90</strong>") || !strings.Contains(mail.letters[0], "To: <ana@example.com>") {
		t.Errorf("mail: %q", mail.letters)
	}
	if text, _ := posted["text"].(string); !strings.HasPrefix(text, "Pedido 9007199254740993: <") || posted["authorization"] != "Bearer xoxb-very-secret-2" {
		t.Errorf("chat: %v", posted)
	}
	story, err := json.Marshal(run)
	must(t, err)
	if strings.Contains(string(story), "very-secret") {
		t.Errorf("the history holds a secret: %s", story)
	}
	if !strings.Contains(string(story), "9007199254740993") {
		t.Errorf("the history lost digits: %s", story)
	}
}

// TestConnectionsAreWaitedFor: a run whose connection is not there waits, and goes on when it is.
func TestConnectionsAreWaitedFor(t *testing.T) {
	s, g := newSink(t), newGancho(t)
	url := g.publish(`{"id": "order", "name": "Order", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "crm", "action": "http.request", "connection": "crm", "with": {"method": "POST", "url": "` + s.url + `/deals", "json": {"id": 1}}}]}`)
	post(url, `{}`)
	g.until("the run waits for its connection", func() bool {
		items, _ := g.want(200, "GET", "/runs?status=waiting", nil)["items"].([]any)
		return len(items) == 1 && items[0].(map[string]any)["waiting_for"] == "connection"
	})
	g.kill()
	g.start()
	g.want(200, "PUT", "/connections/crm", map[string]any{"kind": "http_header", "fields": map[string]any{"name": "X-Key", "value": "s"}, "hosts": []string{"127.0.0.1"}})
	g.settled()
	if n := len(s.of("/deals", "1")); n != 1 {
		t.Errorf("%d deliveries", n)
	}
	view := g.want(200, "GET", "/connections/crm", nil)
	if fields, _ := view["fields"].(map[string]any); fields["name"] != "X-Key" || !strings.Contains(strings.ToLower(mustJSON(t, fields["value"])), `"set":true`) {
		t.Errorf("connection: %v", view)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return string(data)
}
