package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/actions"
)

// provider is a stand-in of an outside service: it answers as a test says, and remembers.
type provider struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(r *http.Request, body string) (int, string)
	got    []string
}

func newProvider(t *testing.T, answer func(r *http.Request, body string) (int, string)) *provider {
	t.Helper()
	p := &provider{answer: answer}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.got = append(p.got, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization")+" "+string(body))
		status, text := p.answer(r, string(body))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.got...)
}

// docs is the reference in the browser, as whoever has a token reads it.
func (g *gancho) docs(token string) string {
	g.t.Helper()
	req, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.url("/docs"), nil)
	must(g.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	must(g.t, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	must(g.t, err)
	return string(page)
}

func (g *gancho) runs(flow, status string) []map[string]any {
	g.t.Helper()
	answer := g.want(200, "GET", "/runs?flow="+flow+"&status="+status, nil)
	items, _ := answer["items"].([]any)
	var list []map[string]any
	for _, i := range items {
		list = append(list, i.(map[string]any))
	}
	return list
}

// Every kind of connection that a preset, a trigger or an action names is one that can be made.
func TestEveryKindThatIsNamedIsThere(t *testing.T) {
	g := newGancho(t)
	list := func(path string) []map[string]any {
		items, _ := g.want(200, "GET", path, nil)["items"].([]any)
		if len(items) == 0 {
			t.Fatalf("%s lists nothing", path)
		}
		var out []map[string]any
		for _, i := range items {
			out = append(out, i.(map[string]any))
		}
		return out
	}
	known := map[any]bool{}
	for _, k := range list("/connection-kinds") {
		known[k["kind"]] = true
	}
	for _, path := range []string{"/presets", "/triggers", "/actions"} {
		for _, v := range list(path) {
			kinds, _ := v["connections"].([]any)
			if secrets, _ := v["secrets"].([]any); len(kinds) == 0 && len(secrets) > 0 {
				t.Errorf("%s: %v needs a connection and names none", path, v["id"])
			}
			for _, kind := range kinds {
				if !known[kind] {
					t.Errorf("%s: %v%v names %v, which is not there", path, v["id"], v["kind"], kind)
				}
			}
		}
	}
}

// With a connection that only proves the sender a thin event stays thin, and its run goes on.
func TestAConnectionThatOnlyProvesFetchesNothing(t *testing.T) {
	g := newGancho(t)
	g.want(201, "POST", "/connections", map[string]any{"name": "shop", "kind": "vtex:webhook", "fields": map[string]any{"webhook_token": "hook"}})
	hook := g.publish(`{"id": "sale", "name": "Sale", "trigger": {"kind": "webhook", "connection": "shop", "with": {"preset": "vtex"}},
		"steps": [{"id": "note", "action": "set", "with": {"values": {"value": "{{ get(trigger, 'resource.value', 'thin') }}"}}}]}`)
	problems, _ := g.want(200, "GET", "/flows/sale", nil)["problems"].([]any)
	if len(problems) != 1 || problems[0].(map[string]any)["code"] != "only_proves" {
		t.Errorf("problems: %v", problems)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", hook, strings.NewReader(`{"OrderId": "1-01", "State": "invoiced", "LastChange": "now"}`))
	must(t, err)
	req.Header.Set("X-Gancho-Token", "hook")
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	if _ = res.Body.Close(); res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	g.settled()
	if len(g.runs("sale", "succeeded")) != 1 {
		t.Errorf("runs: %v", g.runs("sale", ""))
	}
}

// An address that is a secret, and is at no host of its provider, is told when it is saved.
func TestAnAddressOfAnotherProviderIsRefused(t *testing.T) {
	g := newGancho(t)
	for address, status := range map[string]int{"http://127.0.0.1:18440/slack": 422, "https://hooks.slack.com.example.com/x": 422, "https://hooks.slack.com/services/T0/B0/x": 200} {
		answer := g.want(status, "PUT", "/connections/team", map[string]any{"kind": "slack:incoming", "fields": map[string]any{"url": address}})
		if status == 422 && !strings.Contains(fmt.Sprint(answer), "this is no address of Slack: those are at slack.com, hooks.slack.com") {
			t.Errorf("%s: %v", address, answer)
		}
	}
	g.want(200, "PUT", "/connections/team", map[string]any{"kind": "slack:incoming", "fields": map[string]any{"url": map[string]any{"set": true}}})
	g.want(200, "PUT", "/connections/team", map[string]any{"kind": "slack:incoming", "fields": map[string]any{"url": "http://127.0.0.1:1/x", "base_url": "http://127.0.0.1:1"}})
}

// A thin event is completed through the connector, and the two events of one payment are one
// sale.
func TestThinEventsAreCompletedThroughConnectors(t *testing.T) {
	p := newProvider(t, func(*http.Request, string) (int, string) {
		return 200, `{"id": 99, "status": "approved", "transaction_amount": 199.9, "external_reference": "order-1"}`
	})
	g := newGancho(t)
	g.want(201, "POST", "/connections", map[string]any{"name": "mp", "kind": "mercadopago:token", "fields": map[string]any{"access_token": "APP-SECRET-TOKEN", "base_url": p.URL}})
	hook := g.publish(`{"id": "sale", "name": "Sale", "trigger": {"kind": "webhook", "connection": "mp", "with": {"preset": "mercadopago", "verify": "observe"}},
		"steps": [{"id": "note", "action": "set", "with": {"values": {"ref": "{{ trigger.resource.external_reference }}"}}}]}`)
	for _, action := range []string{"payment.created", "payment.updated"} {
		if status, answer := post(hook+"?data.id=99&type=payment", `{"id": 1, "type": "payment", "action": "`+action+`", "data": {"id": "99"}}`); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	g.settled()
	if got := p.requests(); len(got) != 2 || !strings.HasPrefix(got[0], "GET /v1/payments/99 Bearer APP-SECRET-TOKEN") {
		t.Errorf("requests: %q", got)
	}
	done := g.runs("sale", "succeeded")
	if len(done) != 1 {
		t.Fatalf("%d runs succeeded", len(done))
	}
	run := g.want(200, "GET", "/runs/"+fmt.Sprint(done[0]["id"]), nil)
	event := g.want(200, "GET", "/events/"+fmt.Sprint(run["event"]), nil)
	if resource, _ := run["trigger"].(map[string]any)["resource"].(map[string]any); resource["status"] != "approved" {
		t.Errorf("the run shows that it fetched %v", resource)
	}
	for _, title := range []any{done[0]["title"], run["title"], event["title"]} {
		if title != "Payment order-1 · approved · R$ 199,90" {
			t.Errorf("titled %q, before what it names was fetched", title)
		}
	}
	if n := len(g.runs("sale", "duplicate")); n != 1 {
		t.Errorf("%d runs are duplicates", n)
	}
}

// A flow that starts once for each payment starts for the first notice that its filter lets
// through: those before take no key.
func TestARefusedNoticeLeavesItsPaymentToTheNext(t *testing.T) {
	states := make(chan string, 4)
	p := newProvider(t, func(*http.Request, string) (int, string) {
		return 200, `{"id": 99, "status": "` + <-states + `", "transaction_amount": 199.9}`
	})
	g := newGancho(t)
	var once string
	for _, item := range g.want(200, "GET", "/presets", nil)["items"].([]any) {
		if preset := item.(map[string]any); preset["id"] == "mercadopago" {
			once = preset["once"].(map[string]any)["key"].(string)
		}
	}
	g.want(201, "POST", "/connections", map[string]any{"name": "mp", "kind": "mercadopago:token", "fields": map[string]any{"access_token": "APP-SECRET-TOKEN", "base_url": p.URL}})
	key, err := json.Marshal(once)
	must(t, err)
	hook := g.publish(`{"id": "sale", "name": "Sale", "trigger": {"kind": "webhook", "connection": "mp", "where": "trigger.resource.status != 'pending'",
		"with": {"preset": "mercadopago", "verify": "observe", "dedupe": {"key": ` + string(key) + `, "for": "90d"}}}, "steps": []}`)
	for i, state := range []string{"pending", "approved", "refunded"} {
		states <- state
		if status, answer := post(hook+"?data.id=99&type=payment", fmt.Sprintf(`{"id": %d, "type": "payment", "action": "payment.updated", "data": {"id": "99"}}`, i)); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		g.settled()
	}
	for range 2 { // about nothing that is fetched
		if status, answer := post(hook, `{"id": 7, "type": "plan", "action": "updated", "data": {"id": "5"}}`); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		g.settled()
	}
	for status, want := range map[string]int{"filtered": 1, "succeeded": 2, "duplicate": 2} {
		if n := len(g.runs("sale", status)); n != want {
			t.Errorf("%d runs are %s, want %d", n, status, want)
		}
	}
}

// A refused credential parks the runs; they go on when it is mended.
func TestARefusedConnectionParksItsRuns(t *testing.T) {
	p := newProvider(t, func(r *http.Request, _ string) (int, string) {
		if r.Header.Get("Authorization") != "Bearer xoxb-good-one" {
			return 200, `{"ok": false, "error": "token_revoked"}`
		}
		return 200, `{"ok": true, "channel": "C1", "ts": "1.2", "team": "Loja"}`
	})
	g := newGancho(t)
	connect := func(token string) {
		g.want(200, "PUT", "/connections/team", map[string]any{"kind": "slack:bot", "fields": map[string]any{"bot_token": token, "base_url": p.URL}})
	}
	connect("xoxb-bad-one")
	hook := g.publish(`{"id": "tell", "name": "Tell", "trigger": {"kind": "webhook"}, "steps": [{"id": "say", "action": "slack.post_message", "connection": "team", "with": {"channel": "C1", "text": "hi {{ trigger.body.id }}"}}]}`)
	for i := range 3 {
		post(hook, fmt.Sprintf(`{"id": %d}`, i))
	}
	g.until("all runs wait for the connection", func() bool { return len(g.runs("tell", "waiting")) == 3 })
	view := g.want(200, "GET", "/connections/team", nil)
	if view["state"] != "broken" || !strings.Contains(fmt.Sprint(view["problem"]), "token_revoked") || fmt.Sprint(view["used_by"]) != "[tell]" {
		t.Errorf("the connection: %v", view)
	}
	asked := len(p.requests())
	post(hook, `{"id": 9}`)
	g.until("the new run waits too", func() bool { return len(g.runs("tell", "waiting")) == 4 })
	if n := len(p.requests()); n != asked {
		t.Errorf("a broken connection was used: %d requests more", n-asked)
	}
	connect("xoxb-good-one")
	g.settled()
	if n := len(g.runs("tell", "succeeded")); n != 4 {
		t.Errorf("%d runs succeeded", n)
	}
	test := g.want(200, "POST", "/connections/team/test", nil)
	if test["state"] != "ok" || test["account"] != "Loja" {
		t.Errorf("test: %v", test)
	}
	if strings.Contains(fmt.Sprint(g.want(200, "GET", "/runs?flow=tell", nil))+g.out.String(), "xoxb-") {
		t.Error("a token is told")
	}
}

// "Come back in six hours" parks one contact's run, not the others, and outlives a restart.
func TestALongWaitCostsNothingAndOutlivesARestart(t *testing.T) {
	p := newProvider(t, func(_ *http.Request, body string) (int, string) {
		if strings.Contains(body, "many@example.com") {
			return 429, `{"error": "'lead_limiter' rate limit exceeded", "max": 24, "usage": 24, "remaining_time": 21600}`
		}
		return 200, `{"event_uuid": "u1"}`
	})
	g := newGancho(t)
	g.want(201, "POST", "/connections", map[string]any{"name": "rd", "kind": "rdstation:api_key", "fields": map[string]any{"api_key": "THE-API-KEY", "base_url": p.URL}})
	hook := g.publish(`{"id": "lead", "name": "Lead", "trigger": {"kind": "webhook"}, "steps": [{"id": "convert", "action": "rdstation.convert", "connection": "rd", "with": {"identifier": "x", "email": "{{ trigger.body.email }}"}}]}`)
	post(hook, `{"email": "many@example.com"}`)
	g.until("the run waits", func() bool { return len(g.runs("lead", "waiting")) == 1 })
	run := g.runs("lead", "waiting")[0]
	due, err := time.Parse(time.RFC3339, fmt.Sprint(run["due"]))
	if wait := time.Until(due); run["waiting_for"] != "quota" || err != nil || wait < 5*time.Hour || wait > 7*time.Hour {
		t.Errorf("waits for %v until %v: %v", run["waiting_for"], run["due"], err)
	}
	g.kill()
	g.start()
	post(hook, `{"email": "many@example.com"}`)
	post(hook, `{"email": "other@example.com"}`)
	g.until("the other person's run ends", func() bool { return len(g.runs("lead", "succeeded")) == 1 })
	g.until("the second run waits", func() bool { return len(g.runs("lead", "waiting")) == 2 })
	if n := len(p.requests()); n != 2 {
		t.Errorf("%d requests: the provider was asked again", n)
	}
	one := g.want(200, "GET", "/runs/"+fmt.Sprint(run["id"]), nil)
	if strings.Contains(fmt.Sprint(one), "THE-API-KEY") {
		t.Errorf("the key is told: %v", one)
	}
}

const ownConnector = `{
  "format": "gancho.connector/1", "id": "x_erp",
  "name": {"en": "Our ERP", "pt-BR": "Nosso ERP"},
  "base": "%s",
  "auth": {"key": {"kind": "header", "name": {"en": "Key", "pt-BR": "Chave"}, "headers": {"X-Key": "key"},
    "fields": [{"id": "key", "type": "secret", "required": true, "label": {"en": "Key", "pt-BR": "Chave"}}]}},
  "outcomes": [{"if": "attempt > 1 && answered == 0 && status == 503", "is": "fail"}],
  "actions": {"create": {
    "name": {"en": "Create an order", "pt-BR": "Criar um pedido"}, "repeatable": false,
    "fields": [
      {"id": "warehouse", "type": "select", "label": {"en": "Warehouse", "pt-BR": "Depósito"},
       "options_from": {"request": {"method": "GET", "path": "/warehouses"}, "items": "get(body, 'list')", "value": "item.id", "label": "item.name"}},
      {"id": "order", "type": "text", "required": true, "label": {"en": "Order", "pt-BR": "Pedido"}}],
    "request": {"method": "POST", "path": "/orders", "json": {"order": {"=": "input.order"}, "warehouse": {"=": "input.warehouse"}}},
    "output": {"id": "get(body, 'id')"}, "sample": {"id": 7}}}
}`

// An own connector is there without a restart; a faulty one is told, and leaves the last good
// one in force.
func TestOwnConnectorsAreReadWhileRunning(t *testing.T) {
	p := newProvider(t, func(r *http.Request, body string) (int, string) {
		if strings.Contains(body, "down") {
			return 503, `{}`
		}
		if r.Header.Get("X-Key") != "the-erp-key" {
			return 403, `{}`
		}
		if r.URL.Path == "/warehouses" {
			return 200, `{"list": [{"id": "w1", "name": "São Paulo"}, {"id": "w2", "name": "Recife"}]}`
		}
		return 201, `{"id": 7}`
	})
	g := newGancho(t)
	dir := filepath.Join(g.data, "connectors")
	must(t, os.MkdirAll(dir, 0o755))
	file, text := filepath.Join(dir, "erp.json"), fmt.Sprintf(ownConnector, p.URL)
	must(t, os.WriteFile(file, []byte(text), 0o644))
	has := func() bool {
		for _, item := range g.want(200, "GET", "/actions", nil)["items"].([]any) {
			if item.(map[string]any)["kind"] == "x_erp.create" {
				return true
			}
		}
		return false
	}
	g.until("the connector is there", has)
	if strings.Contains(g.docs(""), "x_erp") || !strings.Contains(g.docs(adminToken), "x_erp.create") {
		t.Error("the reference tells a stranger of an own connector, or does not tell its people")
	}
	g.want(201, "POST", "/connections", map[string]any{"name": "erp", "kind": "x_erp:key", "fields": map[string]any{"key": "the-erp-key"}})
	options := g.want(200, "POST", "/actions/x_erp.create/options/warehouse", map[string]any{"connection": "erp"})
	if fmt.Sprint(options["items"]) != "[map[label:São Paulo value:w1] map[label:Recife value:w2]]" {
		t.Errorf("options: %v", options)
	}
	hook := g.publish(`{"id": "order", "name": "Order", "trigger": {"kind": "webhook"}, "steps": [{"id": "erp", "action": "x_erp.create", "connection": "erp", "delivery": "at_least_once", "retry": {"first": "100ms"}, "with": {"order": "{{ trigger.body.id }}"}}]}`)
	post(hook, `{"id": 5}`)
	g.settled()
	if n := len(g.runs("order", "succeeded")); n != 1 {
		t.Fatalf("%d runs succeeded: %v", n, g.want(200, "GET", "/runs?flow=order", nil))
	}
	post(hook, `{"id": "down"}`)
	g.settled()
	if failed := g.runs("order", "failed"); len(failed) != 1 || len(g.want(200, "GET", "/runs/"+fmt.Sprint(failed[0]["id"]), nil)["steps"].([]any)[0].(map[string]any)["attempts"].([]any)) != 2 {
		t.Errorf("a rule about attempts is not asked at the second: %v", failed)
	}
	must(t, os.WriteFile(file, []byte(strings.Replace(text, `"effect"`, "", 1)[:len(text)-3]+`, "strange": 1}`), 0o644))
	g.until("the fault is told", func() bool {
		return strings.Contains(fmt.Sprint(g.want(200, "GET", "/actions", nil)["problems"]), "erp.json:")
	})
	if !has() {
		t.Error("the last good connector is gone")
	}
}

func TestCheckReadsConnectors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x_erp.json")
	text := strings.Replace(fmt.Sprintf(ownConnector, "https://erp.example.com"), `"repeatable": false,`, "", 1)
	text = strings.Replace(text, `"type": "text"`, `"type": "text", "day": true`, 1)
	must(t, os.WriteFile(file, []byte(strings.Replace(text, "input.order", "inputs.order", 1)), 0o644))
	code, out := runProgram(t, "check", file)
	for _, want := range []string{"x_erp.json:", "/actions/create/repeatable", "/actions/create/request/json/order/=", "/actions/create/fields/1/day"} {
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("exit %d without %s:\n%s", code, want, out)
		}
	}
}

func fetchText(t *testing.T, address string) string {
	t.Helper()
	res, err := http.Get(address)
	must(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(t, err)
	return string(data)
}

// runProgram runs a command and gives its exit code and what it wrote.
func runProgram(t *testing.T, args ...string) (int, string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}

// The example of the guide is a connector.
func TestTheGuideShowsAConnector(t *testing.T) {
	text, err := os.ReadFile("../../docs/connectors.md")
	must(t, err)
	_, rest, _ := strings.Cut(string(text), "```json\n")
	example, _, _ := strings.Cut(rest, "```")
	c, problems := actions.ParseConnector([]byte(example), true)
	if c == nil || c.ID() != "x_erp" {
		t.Errorf("%+v", problems)
	}
}
