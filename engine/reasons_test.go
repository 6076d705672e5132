package engine_test

import (
	"testing"

	"gancho/engine"
)

// TestARunIsToldInTheAskersLanguage: flows read what went wrong in English, people in their own.
func TestARunIsToldInTheAskersLanguage(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	defer h.stop()
	h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "ask", "action": "test.fetch", "with": {"id": "{{ trigger.body.id }}"}, "on_error": "continue"},
		{"id": "say", "action": "test.send", "with": {"text": "{{ errors.ask.message }}"}}]}`)
	run := h.finished(h.send("orders", `{}`))
	v, err := h.Run(engine.WithLang(t.Context(), "pt-BR"), run.ID)
	check(t, err)
	if v.Steps[0].Error == nil || v.Steps[0].Error.Message != "campo “ID”: falta trigger.body.id" {
		t.Errorf("told %+v", v.Steps[0].Error)
	}
	if len(s.sent()) != 1 || s.sent()[0] != "field id: trigger.body.id is missing" {
		t.Errorf("the flow read %q", s.sent())
	}
}
