package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gancho/actions"
	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flows"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
	"gancho/triggers"
	"gancho/web"
	"gancho/web/api"
	"gancho/web/session"
)

const root = "root-token-root-token-root-token-root"

// house is a whole server without a network.
type house struct {
	testing.TB
	handler http.Handler
	people  *session.People
	engine  *engine.Engine
	door    *door
}

// door lets events in until it is shut.
type door struct {
	api.Door
	opens atomic.Int64 // how often still; negative is for ever
}

func (d *door) Admit(ctx context.Context, in engine.Incoming) ([]engine.Receipt, error) {
	if d.opens.Load() == 0 {
		return nil, store.ErrFull
	}
	d.opens.Add(-1)
	return d.Door.Admit(ctx, in)
}

func newHouse(t testing.TB) *house { return newHouseOn(t, t.TempDir()) }

// newHouseOn is a house with the data of a folder.
func newHouseOn(t testing.TB, dir string) *house {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	log := slog.New(slog.DiscardHandler)
	s, err := bolt.Open(ctx, dir, bolt.Options{})
	check(t, err)
	box, err := seal.Open(ctx, s, make([]byte, seal.KeySize))
	check(t, err)
	out, err := actions.NewOutbound(actions.OutboundConfig{})
	check(t, err)
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), actions.Catalog(out)...), triggers.Catalogue(), triggers.BuiltIn().ConnectionKinds(actions.Connections(out)))
	check(t, err)
	connections, err := connections.Open(ctx, connections.Config{Docs: s, Keys: s, Box: box, Kinds: catalogue.Connections(), Trouble: engine.TroubleOf})
	check(t, err)
	flows, err := flows.Open(ctx, flows.Config{Docs: s, Keys: s, Catalogue: catalogue, Box: box, Connection: connections.Kind, Holds: connections.Holds, Busy: func(ctx context.Context, id string) (int64, error) {
		c, err := s.Counts(ctx)
		return c[id].Waiting + c[id].Pending, err
	}})
	check(t, err)
	e, err := engine.New(ctx, engine.Config{Store: s, Catalogue: catalogue, Flows: flows, Connections: connections, Box: box, Decode: triggers.DecodeBody, PublicURL: "https://gancho.example.com", Timezone: "UTC", Log: log, Node: "t"})
	check(t, err)
	hooks := triggers.NewWebhook(triggers.WebhookConfig{Engine: e, Flows: flows, Connections: connections, Runs: s, Keys: s, PublicURL: "https://gancho.example.com", Lang: func() string { return e.Instance().Lang }, Log: log})
	people, err := session.OpenPeople(ctx, session.Config{Docs: s, Keys: s, AdminToken: root, Public: func() string { return e.Instance().PublicURL }})
	check(t, err)
	entrance := &door{Door: hooks}
	entrance.opens.Store(-1)
	server, err := web.New(web.Config{
		API: api.Config{
			Engine: e, Flows: flows, Connections: connections, Catalogue: catalogue, Door: entrance, Store: s, People: people, Address: hooks.Address,
			PublicURL: "https://gancho.example.com", Version: "test", Log: log, Backups: noBackups{},
		},
		Hooks: hooks, Ready: s.Health, Log: log,
	})
	check(t, err)
	worked := make(chan error, 1)
	go func() { worked <- e.Work(ctx) }()
	t.Cleanup(func() {
		cancel()
		check(t, errors.Join(<-worked, s.Close()))
	})
	return &house{t, server.Handler(), people, e, entrance}
}

// noBackups stand for those of the program, which has tests of its own.
type noBackups struct{ api.Backups }

func (noBackups) Make(context.Context) (api.BackupView, error) { return api.BackupView{Name: "b"}, nil }
func (noBackups) List() (list []api.BackupView, _ error) {
	for day := range 5 {
		list = append(list, api.BackupView{Name: fmt.Sprintf("2026010%dT000000Z.tar", 5-day)})
	}
	return list, nil
}
func (noBackups) Open(string) (*os.File, error) { return nil, store.ErrNotFound }
func (noBackups) Settings(context.Context) (api.BackupSettings, error) {
	return api.BackupSettings{Keep: 7}, nil
}
func (noBackups) SetSettings(context.Context, api.BackupSettings) error { return nil }

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask makes one call and gives the answer and its JSON.
func (h *house) ask(method, path, token, body string, headers ...string) (*http.Response, map[string]any) {
	h.Helper()
	ctx, cancel := context.WithCancel(h.Context())
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if strings.HasSuffix(path, "/live") {
		cancel()
	}
	h.handler.ServeHTTP(w, r)
	res := w.Result()
	data, err := io.ReadAll(res.Body)
	check(h.TB, err)
	var answer map[string]any
	_ = json.Unmarshal(data, &answer)
	return res, answer
}

func (h *house) want(status int, method, path, body string, headers ...string) map[string]any {
	h.Helper()
	res, answer := h.ask(method, "/api/v1"+path, root, body, headers...)
	if res.StatusCode != status {
		h.Fatalf("%s %s: %d %v, want %d", method, path, res.StatusCode, answer, status)
	}
	return answer
}

// TestEveryRouteAndRole is S7: each declared route, asked by nobody, by each role, and with
// a revoked token, lets in exactly those whom the table names.
func TestEveryRouteAndRole(t *testing.T) {
	h := newHouse(t)
	tokens := map[string]string{"nobody": "", "stranger": "gch_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "root": root}
	for _, role := range []session.Role{session.Viewer, session.Editor, session.Admin} {
		secret, _, err := h.people.AddToken(t.Context(), string(role), role, nil)
		check(t, err)
		tokens[string(role)] = secret
	}
	secret, view, err := h.people.AddToken(t.Context(), "revoked", session.Admin, nil)
	check(t, err)
	check(t, h.people.RevokeToken(t.Context(), view.ID))
	tokens["revoked"] = secret
	rank := map[string]int{"viewer": 1, "editor": 2, "admin": 3, "root": 3}
	needs := map[session.Permission]int{session.Open: 0, session.View: 1, session.Edit: 2, session.Manage: 3}
	count := 0
	for _, route := range api.Routes() {
		path := strings.NewReplacer("{id}", "absent", "{rev}", "1", "{name}", "absent", "{key}", "absent", "{path}", "absent", "{email}", "absent@example.com").Replace(route.Path)
		for who, token := range tokens {
			count++
			res, answer := h.ask(route.Method, api.Prefix+path, token, "")
			shut := res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden
			if want := rank[who] < needs[route.Permission]; shut != want {
				t.Errorf("%s %s as %s: %d %v", route.Method, route.Path, who, res.StatusCode, answer)
			}
			if shut && res.StatusCode == http.StatusUnauthorized != (rank[who] == 0) {
				t.Errorf("%s %s as %s: %d", route.Method, route.Path, who, res.StatusCode)
			}
		}
	}
	if count < 300 {
		t.Errorf("only %d calls: the table is not whole", count)
	}
	for _, token := range tokens {
		if res, _ := h.ask("GET", "/api/v1/absent", token, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("an unknown route: %d", res.StatusCode)
		}
	}
}

const flow = `{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.word }}"}}]}`

func TestLifeOfAFlow(t *testing.T) {
	h := newHouse(t)
	made := h.want(201, "POST", "/flows", flow)
	if made["state"] != "new" || made["draft_rev"] != 1.0 || made["published_rev"] != 0.0 || !strings.HasPrefix(made["url"].(string), "https://gancho.example.com/h/") {
		t.Errorf("%v", made)
	}
	h.want(409, "POST", "/flows", flow)
	changed := strings.Replace(flow, `"A"`, `"B"`, 1)
	h.want(200, "PUT", "/flows/a", changed, "If-Match", `"1"`)
	if stale := h.want(412, "PUT", "/flows/a", flow, "If-Match", "1"); stale["current"].(map[string]any)["draft_rev"] != 2.0 {
		t.Errorf("%v", stale)
	}
	h.want(400, "PUT", "/flows/a", flow, "If-Match", "soon")
	same := h.want(200, "PUT", "/flows/a", changed+"\n") // as it is: no change
	if now := h.want(200, "GET", "/flows/a", ""); same["draft_rev"] != 2.0 || mustJSON(t, same) != mustJSON(t, now) {
		t.Errorf("the draft as it is makes %v, then there is %v", same, now)
	}
	h.want(412, "PUT", "/flows/a", changed, "If-Match", "1")
	if on := h.want(200, "POST", "/flows/a/publish", `{"name": "First", "note": "for the sale"}`); on["state"] != "on" || on["published_rev"] != 1.0 || on["changed"] != false {
		t.Errorf("%v", on)
	}
	for _, c := range [][2]string{{"POST", "/pause"}, {"POST", "/resume"}, {"POST", "/off"}, {"POST", "/rotate-url"}, {"POST", "/undo"}, {"POST", "/redo"}, {"POST", "/revisions/1/restore"}, {"DELETE", ""}, {"DELETE", "?cancel"}} {
		if stale := h.want(412, c[0], "/flows/a"+c[1], "", "If-Match", `"1"`); stale["current"].(map[string]any)["draft_rev"] != 2.0 {
			t.Errorf("%s: %v", c[1], stale)
		}
	}
	h.want(412, "POST", "/flows/a/restore", `{"revision": 1}`, "If-Match", "1")
	h.want(200, "POST", "/flows/a/pause", "", "If-Match", "2")
	for _, c := range [][2]string{{"pause", "paused"}, {"resume", "on"}, {"off", "off"}, {"resume", "on"}} {
		if got := h.want(200, "POST", "/flows/a/"+c[0], ""); got["state"] != c[1] {
			t.Errorf("%s: %v", c[0], got["state"])
		}
	}
	if got := h.want(200, "POST", "/flows/a/rotate-url", ""); got["url"] == made["url"] {
		t.Error("the URL stayed")
	}
	list := h.want(200, "GET", "/flows/a/revisions", "")["items"].([]any)
	if first := list[0].(map[string]any); len(list) != 1 || first["name"] != "First" || first["note"] != "for the sale" {
		t.Errorf("%v", list)
	}
	before := mustJSON(t, h.want(200, "GET", "/flows/a/revisions/1", "")["flow"])
	if got := h.want(200, "PATCH", "/flows/a/revisions/1", `{"name": "Sale"}`); got["name"] != "Sale" || got["note"] != "for the sale" {
		t.Errorf("%v", got)
	}
	audit := h.want(200, "GET", "/audit", "")["items"].([]any)[0].(map[string]any)
	if got := mustJSON(t, []any{audit["action"], audit["target"], audit["before"], audit["after"]}); got != `["name-revision","/flows/a/revisions/1",{"name":"First"},{"name":"Sale"}]` {
		t.Errorf("the audit says %s", got)
	}
	h.want(200, "PATCH", "/flows/a/revisions/1", `{"note": ""}`)
	h.want(404, "PATCH", "/flows/a/revisions/2", `{"name": "none"}`)
	h.want(422, "PATCH", "/flows/a/revisions/1", `{"flow": {}}`)
	if got := h.want(200, "GET", "/flows/a/revisions/1", ""); got["name"] != "Sale" || got["note"] != nil || mustJSON(t, got["flow"]) != before {
		t.Errorf("%v", got)
	}
	h.want(200, "PUT", "/flows/a", flow)
	if d := h.want(200, "GET", "/flows/a/diff", "", "Accept-Language", "pt-BR,pt;q=0.9"); len(d["sentences"].([]any)) != 1 {
		t.Errorf("%v", d)
	}
	h.want(200, "POST", "/flows/a/restore", `{"revision": 1}`)
	h.want(404, "POST", "/flows/a/restore", `{"revision": 9}`)
	h.want(204, "DELETE", "/flows/a", "")
	h.want(404, "GET", "/flows/a", "")
}

// A flow is deleted with its runs however many events come in meanwhile.
func TestABusyFlowIsDeletedWithItsRuns(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "rest", "action": "delay", "with": {"for": "1d"}}]}`)
	url, _ := h.want(200, "POST", "/flows/a/publish", "")["url"].(string)
	_, path, _ := strings.Cut(url, ".com")
	var senders sync.WaitGroup
	begun := make(chan struct{}, 3)
	for range cap(begun) {
		senders.Go(func() {
			for n := 0; ; n++ {
				res, _ := h.ask("POST", path, "", `{}`)
				if n == 10 {
					begun <- struct{}{}
				}
				if res.StatusCode != 200 {
					return
				}
			}
		})
	}
	for range cap(begun) {
		<-begun
	}
	h.want(204, "DELETE", "/flows/a?cancel", "")
	senders.Wait()
	canceled := h.want(200, "GET", "/runs?flow=a&status=canceled&limit=1", "", "Accept-Language", "pt-BR")["items"].([]any)
	if reason := canceled[0].(map[string]any)["reason"]; reason != "o fluxo foi apagado" {
		t.Errorf("the runs were canceled since %q", reason)
	}
}

// TestFlagsNeedNoValue: ?cancel and ?dry_run are said by being there.
func TestFlagsNeedNoValue(t *testing.T) {
	h := newHouse(t)
	flow := `{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [{"id": "d", "action": "delay", "with": {"for": "1h"}}]}`
	bundle := `{"gancho": 1, "flows": [` + flow + `]}`
	if dry := h.want(200, "POST", "/import?dry_run", bundle); dry["dry_run"] != true {
		t.Errorf("%v", dry)
	}
	h.want(404, "GET", "/flows/a", "")
	h.want(200, "POST", "/import?publish", bundle)
	h.want(409, "POST", "/import?publish", bundle)
	h.want(200, "POST", "/flows/a/events", `{"event": {"body": {}}}`)
	h.want(409, "DELETE", "/flows/a", "")
	h.want(409, "DELETE", "/flows/a?cancel=false", "")
	h.want(204, "DELETE", "/flows/a?cancel", "")
}

func TestUnreadableFlowsAreRefusedWithEveryFault(t *testing.T) {
	h := newHouse(t)
	bad := h.want(422, "POST", "/flows", `{"id": "a", "nmae": "A", "trigger": {"kind": 5}, "steps": {}}`)
	if n := len(bad["problems"].([]any)); n != 3 {
		t.Errorf("%d problems: %v", n, bad)
	}
	if res, _ := h.ask("POST", "/api/v1/flows", root, flow, "Content-Type", "text/plain"); res.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("text: %d", res.StatusCode)
	}
	if res, _ := h.ask("POST", "/api/v1/flows", root, `{"id": "`+strings.Repeat("a", 9<<20)); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("9 MiB: %d", res.StatusCode)
	}
	draft := h.want(201, "POST", "/flows", `{"id": "b", "name": "B", "trigger": {"kind": "webhook"}, "steps": [{"id": "x", "action": "nothing"}]}`)
	if len(draft["problems"].([]any)) == 0 {
		t.Error("a draft without its problems")
	}
	refused := h.want(422, "POST", "/flows/b/publish", "", "Accept-Language", "pt-BR")
	if !strings.Contains(refused["detail"].(string), "erros") {
		t.Errorf("%v", refused)
	}
}

func TestPublishAsksTheTests(t *testing.T) {
	h := newHouse(t)
	failing := strings.TrimSuffix(flow, "}") + `, "tests": [{"name": "no", "event": {"body": {"word": "x"}}, "expect": {"status": "failed"}}]}`
	h.want(201, "POST", "/flows", failing)
	if got := h.want(409, "POST", "/flows/a/publish", ""); got["code"] != "tests_failed" {
		t.Errorf("%v", got)
	}
	if got := h.want(200, "POST", "/flows/a/tests", ""); got["failed"] != 1.0 || got["tests"].([]any)[0].(map[string]any)["status"] != "failed" {
		t.Errorf("%v", got)
	}
	h.want(200, "POST", "/flows/a/publish", `{"force": true}`)
}

// TestFailingTestsAreToldInWords: by the names of steps, and why, in the language of the reader.
func TestFailingTestsAreToldInWords(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "s1", "name": "Somar", "action": "set", "with": {"values": {"x": "{{ float(trigger.body.no) }}"}}}],
		"tests": [{"name": "no", "event": {"body": {"no": "x"}}, "expect": {"status": "succeeded", "steps": {"s1": "succeeded"}}}]}`)
	var told []string
	for _, p := range h.want(409, "POST", "/flows/a/publish", "", "Accept-Language", "pt-BR")["problems"].([]any) {
		told = append(told, p.(map[string]any)["message"].(string))
	}
	if len(told) != 2 || !strings.HasPrefix(told[0], `o teste "no" falha: a execução: esperado concluída, veio falhou (Somar: `) || told[1] != `o teste "no" falha: passo “Somar”: esperado concluída, veio falhou` {
		t.Errorf("%q", told)
	}
	run := h.want(200, "POST", "/flows/a/tests", "", "Accept-Language", "pt-BR")["tests"].([]any)[0].(map[string]any)["run"].(map[string]any)
	if e := run["error"].(map[string]any); !strings.Contains(e["message"].(string), "não é um número") {
		t.Errorf("%v", e)
	}
}

func TestImportAsksTheTests(t *testing.T) {
	h := newHouse(t)
	failing := strings.TrimSuffix(flow, "}") + `, "tests": [{"name": "no", "event": {"body": {"word": "x"}}, "expect": {"status": "failed"}}]}`
	take := func(query string) map[string]any {
		return h.want(200, "POST", "/import?"+query, `{"gancho": 1, "flows": [`+failing+`]}`, "Accept-Language", "pt-BR")["flows"].([]any)[0].(map[string]any)
	}
	for _, query := range []string{"publish&dry_run", "publish", "publish&on_conflict=replace"} {
		got := take(query)
		problems := got["problems"].([]any)
		if got["published"] == true || len(problems) != 1 {
			t.Fatalf("%s: %v", query, got)
		}
		p := problems[0].(map[string]any)
		if p["code"] != "test_failed" || p["severity"] != "error" || p["path"] != "/tests/0" || !strings.Contains(p["message"].(string), `o teste "no" falha`) {
			t.Errorf("%s: %v", query, p)
		}
	}
	if got := h.want(200, "GET", "/flows/a", ""); got["state"] != "off" || got["published_rev"] != 0.0 {
		t.Errorf("it was published: %v", got)
	}
	if got := h.want(200, "POST", "/flows/a/resume", ""); got["state"] != "new" || got["published_rev"] != 0.0 {
		t.Errorf("an imported flow that is to take events: %v", got)
	}
	h.want(409, "POST", "/flows/a/resume", "")
	if got := take("publish&force&on_conflict=replace"); got["published"] != true || len(got["problems"].([]any)) != 0 {
		t.Errorf("forced: %v", got)
	}
}

func TestTestRunsOfADraft(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", flow)
	run := h.want(200, "POST", "/flows/a/test", `{"event": {"body": {"word": 9007199254740993}}}`)
	step := run["steps"].([]any)[0].(map[string]any)
	if run["status"] != "succeeded" || step["output"].(map[string]any)["message"] != "9007199254740993" {
		t.Errorf("%v", run)
	}
	run = h.want(200, "POST", "/flows/a/test", `{"event": {"body": {}}, "mocks": {"say": {"error": {"code": "boom"}}}}`)
	if run["status"] != "failed" {
		t.Errorf("%v", run["status"])
	}
	h.want(404, "POST", "/flows/a/test", `{"event_id": "absent"}`)
	for _, place := range []string{`"until": "sya"`, `"from": "sya", "effects": "real"`, `"mocks": {"sya": {"output": 1}}`} { // mistyped, it must not run all
		if p := h.want(422, "POST", "/flows/a/test", `{"event": {"body": {}}, `+place+`}`); p["code"] != "no_such_step" || p["detail"] != `the flow has no step "sya"; it has say` {
			t.Errorf("%s: %v", place, p)
		}
	}
	h.want(422, "POST", "/flows/a/test", `{"event": {"body": {}}, "waits": {"say": {}}}`)
}

func TestSecretsAreWriteOnly(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "pasted", "kind": "http_bearer", "fields": {"token": " bearer abc.def \n"}, "hosts": ["api.example.com"]}`)
	if c, err := h.engine.Connections.Resolve("pasted"); err != nil {
		t.Error(err)
	} else if tokens, err := c.Secret("token"); err != nil || len(tokens) != 1 || tokens[0] != "abc.def" {
		t.Errorf("a token that was pasted with its word: %q %v", tokens, err)
	}
	p := h.want(422, "POST", "/connections", `{"name": "two", "kind": "http_bearer", "fields": {"token": "abc\r\nX: y"}, "hosts": ["api.example.com"]}`)["problems"].([]any)[0].(map[string]any)
	if p["path"] != "/fields/token" || p["code"] != "bad_value" {
		t.Errorf("a token of two lines: %v", p)
	}
	h.want(201, "POST", "/connections", `{"name": "crm", "kind": "http_bearer", "fields": {"token": "very-secret"}, "hosts": ["api.example.com"]}`)
	h.want(409, "POST", "/connections", `{"name": "crm", "kind": "http_bearer", "fields": {"token": "x"}, "hosts": ["api.example.com"]}`)
	for _, path := range []string{"/connections", "/connections/crm"} {
		data, err := json.Marshal(h.want(200, "GET", path, ""))
		check(t, err)
		if bytes.Contains(data, []byte("very-secret")) || !bytes.Contains(data, []byte(`"token":{"set":true}`)) {
			t.Errorf("%s: %s", path, data)
		}
	}
	if got := h.want(422, "POST", "/connections", `{"name": "x", "kind": "http_bearer", "fields": {"tokn": "very-secret"}}`); strings.Contains(mustJSON(t, got), "very-secret") {
		t.Errorf("the refusal repeats the secret: %v", got)
	}
	if got := h.want(422, "POST", "/connections", `{"name": "x", "kind": "http_bearer", "fields": {"token": "very-secret"}, "hosts": "very-secret"}`); strings.Contains(mustJSON(t, got), "very-secret") {
		t.Errorf("the refusal repeats the secret: %v", got)
	}
	if got := h.want(200, "POST", "/connections/crm/test", ""); got["state"] != "untested" {
		t.Errorf("%v", got)
	}
	h.want(204, "DELETE", "/connections/crm", "")
	h.want(404, "GET", "/connections/crm", "")
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	check(t, err)
	return string(data)
}

func TestStateAndVars(t *testing.T) {
	h := newHouse(t)
	h.want(422, "PUT", "/state/"+strings.Repeat("k", 501), `{"value": 1}`)
	h.want(422, "PUT", "/state/big", `{"value": "`+strings.Repeat("x", 1<<20)+`"}`)
	h.want(404, "GET", "/state/a:b", "")
	h.want(200, "PUT", "/state/a:b", `{"value": {"n": 9007199254740993}, "expires": "2126-01-01T00:00:00Z"}`)
	if got := h.want(200, "GET", "/state/a:b", ""); got["expires"] != "2126-01-01T00:00:00Z" {
		t.Errorf("%v", got)
	}
	for given, left := range map[string]time.Duration{"2h": 2 * time.Hour, "1d12h": 36 * time.Hour, time.Now().Add(time.Hour).Format(time.RFC3339): time.Hour} {
		got := h.want(200, "PUT", "/state/a:b", `{"value": 1, "expires": "`+given+`"}`)
		end, err := time.Parse(time.RFC3339, got["expires"].(string))
		check(t, err)
		if off := time.Until(end) - left; off.Abs() > time.Minute {
			t.Errorf("%s ends %s, off by %s", given, end, off)
		}
	}
	for _, end := range []string{`"1999-01-01T00:00:00Z"`, `"0s"`, `"-2h"`, `"soon"`, `""`, `7`} {
		h.want(422, "PUT", "/state/a:b", `{"value": 1, "expires": `+end+`}`)
	}
	if got := h.want(200, "PUT", "/state/a:b", `{"value": null, "expires": null}`); got["value"] != nil || got["expires"] != nil {
		t.Errorf("%v", got)
	}
	h.want(204, "DELETE", "/state/a:b", "")
	h.want(200, "PUT", "/vars", `{"city": "São Paulo"}`)
	got := h.want(422, "PUT", "/vars", `{"bad name": 1, "a/b": 2, "2x": 3, "ação": 4, "": 5, "in": 6, "_ok": 7}`, "Accept-Language", "pt-BR")
	var paths []any
	for _, p := range got["problems"].([]any) {
		problem := p.(map[string]any)
		paths = append(paths, problem["path"])
		if problem["hint"] != "use um nome como cidade_da_loja, que as expressões leem por vars.cidade_da_loja" {
			t.Errorf("%v", problem)
		}
	}
	if said := mustJSON(t, paths); said != `["/","/2x","/a~1b","/ação","/bad name"]` {
		t.Errorf("refused at %s", said)
	}
	if got := h.want(200, "GET", "/vars", ""); got["city"] != "São Paulo" || len(got) != 1 {
		t.Errorf("%v", got)
	}
	h.want(200, "PUT", "/vars", `{"in": "São Paulo"}`)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "say", "action": "transform", "with": {"value": "{{ vars.in }}"}}]}`)
	if got := mustJSON(t, h.want(200, "POST", "/flows/a/test", `{"event": {"body": {}}}`)); !strings.Contains(got, `"output":"São Paulo"`) {
		t.Error(got)
	}
}

// Lists that the store does not page are read by pages all the same, each once.
func TestShortListsByPages(t *testing.T) {
	h := newHouse(t)
	for i := range 5 {
		h.want(201, "POST", "/flows", fmt.Sprintf(`{"id": "f%d", "name": "F", "trigger": {"kind": "manual"}, "steps": [{"id": "w", "action": "wait", "with": {"signal": "pago {{ trigger.body.nº }}"}}]}`, i))
		h.want(201, "POST", "/users", fmt.Sprintf(`{"email": "p%d@example.com", "password": "quatro palavras sem sentido", "role": "viewer"}`, i))
		h.want(201, "POST", "/tokens", `{"name": "São Paulo", "role": "viewer"}`)
	}
	for path, key := range map[string]string{"/users": "email", "/tokens": "id", "/signals": "flow", "/backups": "name"} {
		seen, pages := map[any]bool{}, 0
		for cursor := ""; ; pages++ {
			page := h.want(200, "GET", path+"?limit=2&cursor="+url.QueryEscape(cursor), "")
			for _, item := range page["items"].([]any) {
				seen[item.(map[string]any)[key]] = true
			}
			if page["next"] == nil {
				break
			}
			cursor = page["next"].(string)
		}
		if len(seen) != 5 || pages != 2 {
			t.Errorf("%s: %d of 5 in %d pages of 3", path, len(seen), pages+1)
		}
		if p := h.want(422, "GET", path+"?cursor=none", ""); p["code"] != "bad_cursor" {
			t.Errorf("%s: %v", path, p)
		}
	}
}

// Each call that answers a page takes what asks for one, and no cursor that no page gave.
func TestEveryListTakesLimitAndCursor(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "f", "name": "F", "trigger": {"kind": "manual"}, "steps": []}`)
	_, description := h.ask("GET", "/api/v1/openapi.json", "", "")
	paged := 0
	for path, operations := range description["paths"].(map[string]any) {
		get, ok := operations.(map[string]any)["get"].(map[string]any)
		if !ok || !strings.Contains(mustJSON(t, get["responses"]), `"#/components/schemas/List`) {
			continue
		}
		paged++
		if takes := mustJSON(t, get["parameters"]); !strings.Contains(takes, `"name":"limit"`) || !strings.Contains(takes, `"name":"cursor"`) {
			t.Errorf("%s takes %s", path, takes)
		}
		if p := h.want(422, "GET", strings.ReplaceAll(path, "{id}", "f")+"?cursor=!!", ""); p["code"] != "bad_cursor" {
			t.Errorf("%s?cursor=!!: %v", path, p)
		}
	}
	if paged < 12 {
		t.Errorf("only %d lists were looked at", paged)
	}
}

// TestNamesInPaths: escaped as browsers do or not, they name the same.
func TestNamesInPaths(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/users", `{"email": "ana@example.com", "password": "quatro palavras sem sentido", "role": "editor"}`)
	if v := h.want(200, "PUT", "/users/ana%40example.com", `{"role": "viewer"}`); v["role"] != "viewer" {
		t.Errorf("%v", v)
	}
	h.want(204, "DELETE", "/users/ana%40example.com", "")
	for _, key := range []string{"a/b:c", "50% de desconto", "50%41", "ação @ loja"} {
		h.want(200, "PUT", "/state/"+url.PathEscape(key), `{"value": 1}`)
		if v := h.want(200, "GET", "/state/"+url.PathEscape(key), ""); v["key"] != key {
			t.Errorf("%q is kept as %v", key, v["key"])
		}
	}
}

func TestUsersSignInAndOut(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/users", `{"email": "ana@example.com", "password": "quatro palavras sem sentido", "role": "editor"}`)
	if res, _ := h.ask("POST", "/api/v1/session", "", `{"email": "ana@example.com", "password": "no"}`); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("wrong password: %d", res.StatusCode)
	}
	res, in := h.ask("POST", "/api/v1/session", "", `{"email": "ana@example.com", "password": "quatro palavras sem sentido"}`)
	cookie := res.Header.Get("Set-Cookie")
	if res.StatusCode != http.StatusOK || in["role"] != "editor" || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "__Host-gancho=") {
		t.Fatalf("%d %v %s", res.StatusCode, in, cookie)
	}
	pair, _, _ := strings.Cut(cookie, ";")
	if res, _ := h.ask("GET", "/api/v1/flows", "", "", "Cookie", pair); res.StatusCode != http.StatusOK {
		t.Errorf("with the cookie: %d", res.StatusCode)
	}
	if res, p := h.ask("POST", "/api/v1/flows", "", flow, "Cookie", pair, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden || p["code"] != "other_origin" {
		t.Errorf("from another site: %d", res.StatusCode)
	}
	if res, _ := h.ask("DELETE", "/api/v1/session", "", "", "Cookie", pair); res.StatusCode != http.StatusOK {
		t.Errorf("sign out: %d", res.StatusCode)
	}
	if res, _ := h.ask("GET", "/api/v1/flows", "", "", "Cookie", pair); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", res.StatusCode)
	}
	h.want(200, "POST", "/curl", `{"command": "curl https://example.com"}`)
	audit := mustJSON(t, h.want(200, "GET", "/audit", ""))
	if strings.Contains(audit, `"curl"`) {
		t.Errorf("what changes nothing is noted: %s", audit)
	}
	if !strings.Contains(audit, "add-user") || strings.Contains(audit, "palavras") {
		t.Errorf("audit: %s", audit)
	}
	for _, item := range h.want(200, "GET", "/audit", "")["items"].([]any) {
		if v := item.(map[string]any); v["action"] != "add-user" && (v["who"] != "ana@example.com" || v["role"] != "editor") {
			t.Errorf("%v by %v, %v; want ana@example.com, editor", v["action"], v["who"], v["role"])
		}
	}
}

// The audit tells what changed, as it was and as it is, and never a secret.
func TestAuditTellsBeforeAndAfter(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", flow)
	h.want(200, "PUT", "/flows/a", strings.Replace(flow, `"name": "A"`, `"name": "B"`, 1))
	h.want(200, "POST", "/flows/a/check", flow)
	h.want(200, "PUT", "/vars", `{"city": "Recife"}`)
	h.want(200, "PUT", "/vars", `{"city": "Olinda"}`)
	h.want(201, "POST", "/connections", `{"name": "crm", "kind": "http_bearer", "fields": {"token": "canary-7d1f"}, "hosts": ["api.example.com"]}`)
	h.want(200, "PUT", "/connections/crm", `{"kind": "http_bearer", "fields": {"token": "canary-7d1f"}, "hosts": ["other.example.com"]}`)
	h.want(201, "POST", "/tokens", `{"name": "ci", "role": "viewer"}`)
	h.want(200, "POST", "/import", `{"gancho": 1, "flows": [{"id": "brought", "name": "Brought", "trigger": {"kind": "manual"}, "steps": []}]}`)
	h.want(200, "DELETE", "/people/ana@example.com", "")
	h.want(202, "POST", "/runs/replay", `{"query": {"flow": "a"}, "dry_run": true}`)
	items := h.want(200, "GET", "/audit", "")["items"].([]any)
	got := map[string]string{}
	for _, item := range items {
		v := item.(map[string]any)
		got[v["action"].(string)] += mustJSON(t, map[string]any{"before": v["before"], "after": v["after"], "target": v["target"]})
	}
	for action, wants := range map[string][]string{
		"create-flow":    {`"after":{"a":"A"}`},
		"update-flow":    {`"before":{"name":"A"}`, `"after":{"name":"B"}`},
		"put-vars":       {`"before":{"city":"Recife"}`, `"after":{"city":"Olinda"}`},
		"put-connection": {`"hosts":["api.example.com"]`, `"hosts":["other.example.com"]`},
		"add-token":      {`"name":"ci"`},
		"import":         {`"after":{"brought":"created"}`},
		"erase-person":   {`"/people/…"`},
	} {
		for _, want := range wants {
			if !strings.Contains(got[action], want) {
				t.Errorf("%s: %s, want %s", action, got[action], want)
			}
		}
	}
	if all := mustJSON(t, items); strings.Contains(all, "canary") || strings.Contains(all, "gch_") || strings.Contains(all, "ana@") || got["check-flow"]+got["replay-runs"] != "" {
		t.Errorf("the audit tells too much: %s", all)
	}
	h.want(202, "POST", "/runs/replay", `{"query": {"flow": "a"}}`)
	if last := h.want(200, "GET", "/audit?limit=1", "")["items"].([]any)[0].(map[string]any); mustJSON(t, last["after"]) != `{"flows":["a"],"runs":0}` {
		t.Errorf("a replay is told as %v", last)
	}
}

func TestLists(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", flow)
	h.want(200, "POST", "/flows/a/publish", "")
	for range 3 {
		h.want(200, "POST", "/flows/a/events", `{"event": {"body": {"word": "hi"}}}`)
	}
	first := h.want(200, "GET", "/events?limit=2", "")
	if len(first["items"].([]any)) != 2 || first["next"] == nil {
		t.Fatalf("%v", first)
	}
	rest := h.want(200, "GET", "/events?limit=2&cursor="+first["next"].(string), "")
	if len(rest["items"].([]any)) != 1 || rest["next"] != nil {
		t.Errorf("%v", rest)
	}
	h.want(422, "GET", "/runs?status=happy", "")
	h.want(422, "GET", "/flows?state=happy", "")
	h.want(422, "GET", "/runs?from=yesterday", "")
	h.want(404, "GET", "/runs/absent", "")
	for _, list := range []string{"runs", "events", "flows", "connections", "audit", "alerts", "alerts?open=true", "replays", "flows/a/samples"} {
		h.want(422, "GET", "/"+strings.Replace(list+"?cursor=Garbage!", "true?", "true&", 1), "")
	}
	h.want(404, "GET", "/events/absent", "")
	for _, path := range []string{"/actions", "/triggers", "/functions", "/presets", "/connection-kinds"} {
		if got := h.want(200, "GET", path, ""); len(got["items"].([]any)) == 0 || got["problems"] == nil {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// TestDescription: the description that the editor's types are made of is the one served.
// GANCHO_UPDATE=1 writes it anew.
func TestDescription(t *testing.T) {
	h := newHouse(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/openapi.json", nil)
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	var served bytes.Buffer
	check(t, json.Indent(&served, w.Body.Bytes(), "", " "))
	const file = "../editor/openapi.json"
	if os.Getenv("GANCHO_UPDATE") != "" {
		check(t, os.WriteFile(file, append(served.Bytes(), '\n'), 0o600))
	}
	kept, err := os.ReadFile(file)
	check(t, err)
	if !bytes.Equal(bytes.TrimSpace(kept), bytes.TrimSpace(served.Bytes())) {
		t.Error("the API has changed: run GANCHO_UPDATE=1 go test ./web/api, then npm run types and npm run build in web/editor")
	}
}

// TestWhatIsPublishedWasTested saves a draft whose tests fail while another is being published.
func TestWhatIsPublishedWasTested(t *testing.T) {
	h := newHouse(t)
	draft := func(n int, want string) string {
		tests := strings.Repeat(`, {"name": "t", "event": {"body": {}}, "expect": {"status": "`+want+`"}}`, 10)[1:]
		return fmt.Sprintf(`{"id": "f", "name": "%d", "trigger": {"kind": "manual"}, "tests": [%s],
			"steps": [{"id": "each", "action": "loop", "with": {"over": "1..200"}, "steps": [{"id": "s", "action": "set", "with": {"values": {"x": "{{ item }}"}}}]}]}`, n, tests)
	}
	h.want(201, "POST", "/flows", draft(0, "succeeded"))
	for n := range 10 {
		h.want(200, "PUT", "/flows/f", draft(n, "succeeded"))
		var publishing sync.WaitGroup
		publishing.Go(func() { h.ask("POST", "/api/v1/flows/f/publish", root, "") })
		h.want(200, "PUT", "/flows/f", draft(n, "failed"))
		publishing.Wait()
		if got := h.want(200, "GET", "/flows/f", ""); got["changed"] == false {
			t.Fatal("a draft whose tests fail was published")
		}
	}
}
