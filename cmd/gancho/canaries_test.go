package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gancho/web/api"
)

// canaries are secrets that must never be seen again, each with where it was put.
type canaries map[string]string

func (c canaries) plant(where string) string {
	secret := fmt.Sprintf("canary-%02d-7Qz4WkT9", len(c))
	c[secret] = where
	return secret
}

func (c canaries) look(t *testing.T, where string, data []byte) {
	t.Helper()
	for secret, planted := range c {
		if i := bytes.Index(data, []byte(secret)); i >= 0 {
			t.Errorf("%s holds the secret of %s: …%q…", where, planted, data[max(0, i-120):min(len(data), i+60)])
		}
	}
}

// connections makes one of every kind, with a canary in each secret field.
func (g *gancho) connections(c canaries) {
	g.t.Helper()
	for _, item := range g.want(200, "GET", "/connection-kinds", nil)["items"].([]any) {
		kind := item.(map[string]any)
		fields, own := map[string]any{}, canaries{}
		for _, f := range kind["fields"].([]any) {
			field := f.(map[string]any)
			id := field["id"].(string)
			options, _ := field["options"].([]any)
			switch {
			case field["secret"] == true:
				fields[id] = fmt.Sprintf("canary-%02d-7Qz4WkT9", len(c)+len(own))
				own[fields[id].(string)] = fmt.Sprint(kind["kind"], " ", id)
			case len(options) > 0:
				fields[id] = options[0]
			case field["placeholder"] != nil:
				fields[id] = field["placeholder"]
			case field["required"] == true:
				fields[id] = "api.example.com"
			}
		}
		name := fmt.Sprint("c", len(c))
		body := map[string]any{"name": name, "kind": kind["kind"], "fields": fields}
		if kind["needs_hosts"] == true {
			body["hosts"] = []string{"api.example.com"}
		}
		status, answer := g.call("POST", "/connections", body)
		own.look(g.t, fmt.Sprint("the answer of ", kind["kind"]), mustMarshal(g.t, answer))
		if status == http.StatusCreated {
			for secret, where := range own {
				c[secret] = where
			}
		}
	}
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return data
}

// TestSecretsAreNeverSeenAgain is S15: canaries in every kind of connection, in a password, a
// token and a session are looked for in files, logs, exports, backups and every answer, after
// the provider threw its credential back at us and the program was killed.
func TestSecretsAreNeverSeenAgain(t *testing.T) {
	g := newGancho(t, "--log-level", "debug")
	c := canaries{}
	g.connections(c)
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"message": "bad token %s", "url": %q}`, r.Header.Get("Authorization"), r.URL)
	}))
	defer echo.Close()
	bearer := c.plant("a credential that the provider repeats")
	g.want(201, "POST", "/connections", map[string]any{"name": "echo", "kind": "http_bearer", "fields": map[string]any{"token": bearer}, "hosts": []string{strings.TrimPrefix(echo.URL, "http://")}})
	url := g.publish(`{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "call", "action": "http.request", "connection": "echo", "with": {"method": "POST", "url": "` + echo.URL + `/x", "json": {"n": 1}}}]}`)
	password := c.plant("a password")
	g.want(201, "POST", "/users", map[string]any{"email": "ana@example.com", "password": password, "role": "editor"})
	token, _ := g.want(201, "POST", "/tokens", map[string]any{"name": "ci", "role": "viewer"})["token"].(string)
	c[token] = "an API token"
	c[g.signIn("ana@example.com", password)] = "a session"
	link, _ := g.want(201, "POST", "/users/invite", map[string]any{"email": "rui@example.com", "role": "viewer"})["path"].(string)
	c[strings.TrimPrefix(link, "/invite#")] = "an invitation"
	for range 3 {
		if status, answer := post(url, `{"n": 1}`); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	l := g.settled()
	if l["finished"] != 3.0 || len(c) < 30 {
		t.Fatalf("%v; %d canaries", l, len(c))
	}
	if status, answer := g.call("POST", "/runs/replay", `{"query": {"flow": "a"}}`); status != 202 {
		t.Fatalf("%d %v", status, answer)
	}
	g.settled()
	g.want(201, "POST", "/backup", nil)
	c.look(t, "an answer", g.answers("a", "echo"))
	g.kill()
	g.start()
	g.settled()
	g.stop()
	c[url[strings.LastIndexByte(url, '/')+1:]] = "a trigger URL"
	c.look(t, "the log", []byte(g.out.String()))
	delete(c, url[strings.LastIndexByte(url, '/')+1:]) // the data folder may hold it
	must(t, filepath.WalkDir(g.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == "master.key" {
			return err
		}
		data, err := os.ReadFile(path)
		c.look(t, d.Name(), data)
		return err
	}))
}

// signIn gives the secret of a new session.
func (g *gancho) signIn(email, password string) string {
	g.t.Helper()
	res, err := http.Post(g.url("/api/v1/session"), "application/json", bytes.NewReader(mustMarshal(g.t, map[string]any{"email": email, "password": password})))
	must(g.t, err)
	defer res.Body.Close()
	if cookies := res.Cookies(); res.StatusCode == http.StatusOK && len(cookies) == 1 {
		return cookies[0].Value
	}
	g.t.Fatalf("sign in: %d %v", res.StatusCode, res.Cookies())
	return ""
}

// answers are what every route says that reads, of this flow and connection and of all runs.
func (g *gancho) answers(flow, connection string) []byte {
	g.t.Helper()
	var all bytes.Buffer
	paths := []string{}
	for _, r := range api.Routes() {
		if r.Method != http.MethodGet || r.Path == "/live" || strings.HasPrefix(r.Path, "/backups/{") {
			continue
		}
		paths = append(paths, strings.NewReplacer("{rev}", "1", "{name}", connection, "{key}", "ana@example.com").Replace(r.Path))
	}
	for _, run := range g.want(200, "GET", "/runs", nil)["items"].([]any) {
		id := run.(map[string]any)["id"].(string)
		paths = append(paths, "/runs/"+id, "/events/"+run.(map[string]any)["event"].(string))
	}
	for _, path := range paths {
		req, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.url("/api/v1"+strings.Replace(path, "{id}", flow, 1)), nil)
		must(g.t, err)
		req.Header.Set("Authorization", "Bearer "+adminToken)
		res, err := http.DefaultClient.Do(req)
		must(g.t, err)
		_, err = io.Copy(&all, res.Body)
		must(g.t, errors.Join(err, res.Body.Close()))
	}
	return all.Bytes()
}

// TestScriptsStayText: what strangers send is shown as text on the pages that the door serves.
func TestScriptsStayText(t *testing.T) {
	g := newGancho(t)
	url := g.publish(`{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "url", "action": "log", "with": {"message": "{{ run.wait_url('ask') }}"}},
		{"id": "ask", "action": "wait", "with": {"timeout": "1h", "approve": {"text": "{{ trigger.body.text }}"}}}]}`)
	heads := []string{`<script>`, `<img src=x onerror=`, `<svg onload=`, `"><script>`, `'><iframe src=javascript:`, `</title><script>`, `<a href="javascript:`, `<style>@import'`, `<body onpageshow=`, `<math><mtext></form><form>`}
	count := 0
	for _, head := range heads {
		for i := range 20 {
			text := fmt.Sprintf("%salert(%d)", head, i)
			count++
			status, answer := post(url, string(mustMarshal(t, map[string]any{"text": text})))
			var receipt struct{ Run string }
			if err := json.Unmarshal([]byte(answer), &receipt); status != 200 || err != nil {
				t.Fatalf("%d %s", status, answer)
			}
			g.until("the run waits", func() bool { return g.want(200, "GET", "/runs/"+receipt.Run, nil)["status"] == "waiting" })
			page, head := g.page(g.waitURL(receipt.Run))
			if strings.Contains(page, text) || !strings.Contains(page, html.EscapeString(text)) && !strings.Contains(page, "alert("+fmt.Sprint(i)+")") {
				t.Errorf("%q is not text on the page:\n%s", text, page)
			}
			if !strings.Contains(head.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(head.Get("Content-Security-Policy"), "script-src") {
				t.Fatalf("policy: %s", head.Get("Content-Security-Policy"))
			}
		}
	}
	if count < 200 {
		t.Errorf("only %d strings", count)
	}
}

// waitURL finds the approval page of a run in what is told of it.
func (g *gancho) waitURL(run string) string {
	g.t.Helper()
	told := string(mustMarshal(g.t, g.want(200, "GET", "/runs/"+run, nil)))
	_, rest, ok := strings.Cut(told, "/w/")
	if !ok {
		g.t.Fatalf("no wait URL in %s", told)
	}
	token, _, _ := strings.Cut(rest, `"`)
	return g.url("/w/" + token)
}

func (g *gancho) page(url string) (string, http.Header) {
	g.t.Helper()
	res, err := http.Get(url)
	must(g.t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(g.t, err)
	return string(data), res.Header
}
