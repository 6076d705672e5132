package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A mail server without a sender works, but no e-mail goes out by it that names none: its test, the check of the step and
// the run say so, and where the sender can be put.
func TestAMailServerWithoutASender(t *testing.T) {
	_, port := newMailServer(t)
	g := newGancho(t)
	fields := map[string]any{"host": "127.0.0.1", "port": port, "security": "none"}
	g.want(201, "POST", "/connections", map[string]any{"name": "mail", "kind": "smtp", "fields": fields})
	if found := g.want(200, "POST", "/connections/mail/test", nil); found["works"] != true || !strings.Contains(fmt.Sprint(found["detail"]), "it has no sender: each step must fill in its field “From”") {
		t.Errorf("the test of the connection says %v", found)
	}
	send := func(more string) json.RawMessage {
		return json.RawMessage(`{"id": "told", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "mail", "action": "email.send", "connection": "mail", "delivery": "at_least_once", "with": {"to": "ana@example.com", "subject": "Oi", "text": "Oi"` + more + `}}]}`)
	}
	g.want(201, "POST", "/flows", send(""))
	problems := func(flow json.RawMessage) []any {
		found, _ := g.want(200, "POST", "/flows/told/check", flow)["problems"].([]any)
		return found
	}
	found := problems(send(""))
	if len(found) != 1 {
		t.Fatalf("the check says %v", found)
	}
	p := found[0].(map[string]any)
	if p["severity"] != "error" || p["path"] != "/steps/0/with/from" || p["message"] != `neither the step nor the connection "mail" has it` || p["hint"] != "put it into “Sender” of the connection, or fill in “From” in the step" {
		t.Errorf("the check says %v", p)
	}
	g.want(422, "POST", "/flows/told/publish", nil)
	trace := g.want(200, "POST", "/flows/told/test", map[string]any{"event": map[string]any{"body": map[string]any{}}, "effects": "real"})
	if said := fmt.Sprint(trace["error"]); trace["status"] != "failed" || !strings.Contains(said, `neither the step nor the connection "mail" has it`) {
		t.Errorf("the run ends as %v: %v", trace["status"], said)
	}
	if found := problems(send(`, "from": "{{ trigger.body.from }}"`)); len(found) != 0 {
		t.Errorf("a sender in the step is not seen: %v", found)
	}
	fields["from"] = "Loja <loja@example.com>"
	g.want(200, "PUT", "/connections/mail", map[string]any{"kind": "smtp", "fields": fields})
	if found := problems(send("")); len(found) != 0 {
		t.Errorf("a sender in the connection is not seen: %v", found)
	}
	if found := g.want(200, "POST", "/connections/mail/test", nil); found["detail"] != "it works" {
		t.Errorf("the test of the connection says %v", found)
	}
	g.want(200, "POST", "/flows/told/publish", nil)
}
