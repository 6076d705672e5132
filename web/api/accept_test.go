package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// deliver sends a body to the URL of a flow and gives the status.
func (h *house) deliver(flow, body string) int {
	h.Helper()
	url, _ := h.want(200, "GET", "/flows/"+flow, "")["url"].(string)
	r := httptest.NewRequest(http.MethodPost, strings.TrimPrefix(url, "https://gancho.example.com"), strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Code
}

// A rejected delivery that a person lets in counts as the delivery that it was: clicking
// twice, or the sender's repeat, starts nothing more.
func TestARejectedEventIsLetIn(t *testing.T) {
	h := newHouse(t)
	flow := func(schema string) string {
		return `{"id": "o", "name": "O", "trigger": {"kind": "webhook", "with": {"schema": ` + schema + `, "dedupe": {"key": "trigger.body.id"}}, "where": "trigger.body.paid"}, "steps": []}`
	}
	h.want(201, "POST", "/flows", flow(`{"required": ["name"]}`))
	h.want(200, "POST", "/flows/o/publish", "")
	for _, body := range []string{`{"id": 1, "paid": false}`, `{"id": 2, "paid": true}`} {
		if got := h.deliver("o", body); got != 422 {
			t.Fatalf("got %d for %s", got, body)
		}
	}
	rejected := h.want(200, "GET", "/events?flow=o&status=rejected", "")["items"].([]any)
	path := func(i int) string { return "/events/" + rejected[i].(map[string]any)["id"].(string) }
	if got := h.want(200, "POST", path(0)+"/accept", ""); got["status"] != "accepted" || got["run"] == nil {
		t.Errorf("the paid one: %v", got)
	} else if event := h.want(200, "GET", "/events/"+got["event"].(string), ""); !strings.HasPrefix(event["note"].(string), "accepted by hand; it had been refused: the body does not fit") {
		t.Errorf("the note is %v", event["note"])
	}
	if got := h.want(200, "POST", path(0)+"/accept", ""); got["status"] != "duplicate" {
		t.Errorf("the second click: %v", got)
	}
	if got := h.want(200, "POST", path(1)+"/accept", ""); got["status"] != "filtered" {
		t.Errorf("the unpaid one: %v", got)
	}
	h.want(200, "PUT", "/flows/o", flow(`{}`))
	h.want(200, "POST", "/flows/o/publish", "")
	if got := h.deliver("o", `{"id": 2, "paid": true}`); got != 200 {
		t.Errorf("the sender's repeat got %d", got)
	}
	if n := len(h.want(200, "GET", "/runs?flow=o", "")["items"].([]any)); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}
	h.want(200, "POST", "/flows/o/off", "")
	h.want(409, "POST", path(1)+"/accept", "")
}

// A delivery without its body cannot be let in: who asks is told why it had been refused.
func TestARejectedEventWithoutItsBody(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "o", "name": "O", "trigger": {"kind": "webhook", "with": {"allow_ips": ["10.0.0.0/8"]}}, "steps": []}`)
	h.want(200, "POST", "/flows/o/publish", "")
	if got := h.deliver("o", `{"id": 1}`); got != 403 {
		t.Fatalf("got %d", got)
	}
	id := h.want(200, "GET", "/events?flow=o&status=rejected", "")["items"].([]any)[0].(map[string]any)["id"].(string)
	if p := h.want(409, "POST", "/events/"+id+"/accept", "", "Accept-Language", "pt-BR"); !strings.HasPrefix(p["detail"].(string), "o corpo não foi guardado; tinha sido recusado: endereço 192.0.2.1") {
		t.Errorf("told %v", p["detail"])
	}
}

// What a person starts is held against the schema of the trigger, as what comes through the URL is.
func TestStartedByHandByTheSchema(t *testing.T) {
	h := newHouse(t)
	const schema = `{"properties": {"n": {"type": "integer"}}, "required": ["n"]}`
	for kind, trigger := range map[string]string{"webhook": `"schema"`, "call": `"input"`} {
		h.want(201, "POST", "/flows", `{"id": "`+kind+`", "name": "F", "trigger": {"kind": "`+kind+`", "with": {`+trigger+`: `+schema+`}}, "steps": []}`)
		if got := h.want(200, "POST", "/flows/"+kind+"/events", `{"event": {"body": {}}}`); got["status"] != "captured" {
			t.Errorf("%s: a new flow takes any sample, not %v", kind, got)
		}
		h.want(200, "POST", "/flows/"+kind+"/publish", "")
		for body, detail := range map[string]string{
			`{}`:         "o corpo não segue o schema: em /, falta n",
			`{"n": "x"}`: "o corpo não segue o schema: em /n, há um texto no lugar de um número inteiro",
		} {
			if p := h.want(422, "POST", "/flows/"+kind+"/events", `{"event": {"body": `+body+`}}`, "Accept-Language", "pt-BR"); p["code"] != "schema" || p["detail"] != detail {
				t.Errorf("%s %s: %v", kind, body, p)
			}
		}
		if run := h.started(kind, `{"n": 1}`); run["status"] != "succeeded" {
			t.Errorf("%s: %v", kind, run)
		}
		if items := h.want(200, "GET", "/events?flow="+kind, "")["items"].([]any); len(items) != 2 {
			t.Errorf("%s: %d events are kept: %v", kind, len(items), items)
		}
	}
	h.want(201, "POST", "/flows", `{"id": "form", "name": "F", "trigger": {"kind": "webhook"}, "steps": []}`)
	h.want(200, "POST", "/flows/form/publish", "")
	if p := h.want(422, "POST", "/flows/form/events", `{"event": {"body": "a=%zz", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}}`); p["code"] != "unreadable" {
		t.Errorf("%v", p)
	}
}
