package api_test

import (
	"strings"
	"testing"
)

// TestStepsMeetWhatPasses: what a step sees is counted over the events that the trigger's
// condition lets through, as it stands in the draft; what the flow gets, over all.
func TestStepsMeetWhatPasses(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "paid", "trigger": {"kind": "manual", "where": "trigger.body.status == \"paid\""}, "steps": [
		{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.email }}"}}]}`)
	for _, body := range []string{`{"status": "paid", "email": "ana@example.com"}`, `{"status": "pending"}`} {
		h.want(200, "POST", "/flows/paid/events", `{"event": {"body": `+body+`}}`)
	}
	email := func(path string) map[string]any {
		for _, f := range h.want(200, "GET", path, "")["fields"].([]any) {
			if f := f.(map[string]any); f["path"] == "trigger.body.email" {
				return f
			}
		}
		t.Fatalf("%s: no e-mail", path)
		return nil
	}
	hints := func() string { return mustJSON(t, h.want(200, "GET", "/flows/paid", "")["problems"]) }
	if f := email("/flows/paid/schema"); f["seen"] != 1.0 || f["of"] != 2.0 {
		t.Errorf("of all events: %v", f)
	}
	if f := email("/flows/paid/schema?step=say"); f["seen"] != 1.0 || f["of"] != 1.0 {
		t.Errorf("of those that reach the step: %v", f)
	}
	if text := hints(); strings.Contains(text, "email") {
		t.Errorf("it is never missing where it is read: %s", text)
	}
	h.want(200, "PUT", "/flows/paid", `{"id": "paid", "trigger": {"kind": "manual"}, "steps": [
		{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.email }}"}}]}`)
	if f := email("/flows/paid/schema?step=say"); f["seen"] != 1.0 || f["of"] != 2.0 {
		t.Errorf("without the condition: %v", f)
	}
	if text := hints(); !strings.Contains(text, "email") {
		t.Errorf("it may be missing: %s", text)
	}
}
