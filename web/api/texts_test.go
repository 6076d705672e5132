package api_test

import (
	"strings"
	"testing"
)

// TestAHoleAloneInATextField gives a text, as it does among other letters; where any value may stand it keeps its type.
func TestAHoleAloneInATextField(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "post", "kind": "smtp", "fields": {"host": "smtp.example.com", "from": "loja@example.com"}}`)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "whole", "action": "log", "with": {"message": "{{ trigger.body }}"}},
		{"id": "list", "action": "log", "with": {"message": "{{ trigger.body.tags }}"}},
		{"id": "number", "action": "log", "with": {"message": "{{ trigger.body.n }}"}},
		{"id": "post", "action": "http.request", "with": {"method": "POST", "url": "https://example.com/", "text": "{{ trigger.body }}"}},
		{"id": "mail", "action": "email.send", "connection": "post", "with": {"to": "ana@example.com", "subject": "{{ trigger.body.tags }}", "text": "{{ trigger.body }}"}},
		{"id": "kept", "action": "transform", "with": {"value": "{{ trigger.body }}"}}]}`)
	got := h.want(200, "POST", "/flows/a/test", `{"event": {"body": {"n": 9007199254740993, "tags": ["a", "<b>"]}}}`)
	const whole = `{"n":9007199254740993,"tags":["a","<b>"]}`
	inputs := map[string]map[string]any{}
	for _, s := range got["steps"].([]any) {
		step := s.(map[string]any)
		inputs[step["path"].(string)], _ = step["input"].(map[string]any)
		if step["path"] == "kept" && mustJSON(t, step["output"]) != `{"n":9007199254740992,"tags":["a","\u003cb\u003e"]}` { // as this test reads it
			t.Errorf("kept: %v", step["output"])
		}
	}
	for path, want := range map[string]map[string]any{
		"whole": {"message": whole}, "list": {"message": `["a","<b>"]`}, "number": {"message": 9007199254740992.0},
		"post": {"text": whole}, "mail": {"subject": `["a","<b>"]`, "text": whole},
	} {
		for field, value := range want {
			if inputs[path][field] != value {
				t.Errorf("%s %s: %v, want %v", path, field, inputs[path][field], value)
			}
		}
	}
	if got["status"] != "succeeded" {
		t.Errorf("%v: %v", got["status"], got["error"])
	}
	written := h.want(200, "POST", "/flows/a/check", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "say", "action": "log", "with": {"message": {"a": 1}}}]}`)
	if said := mustJSON(t, written["problems"]); !strings.Contains(said, `"path":"/steps/0/with/message","severity":"error"`) {
		t.Errorf("an object where a text is written: %s", said)
	}
}
