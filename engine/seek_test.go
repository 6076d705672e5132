package engine_test

import (
	"testing"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/store"
)

// TestATestNeedsNoConnection: what is held back is shown without one, and the test goes on; what acts for real stops there.
func TestATestNeedsNoConnection(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	f, _ := flow.ParseFlow([]byte(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "unnamed", "action": "test.signed", "with": {"text": "hi"}},
		{"id": "gone", "action": "test.signed", "connection": "shop", "with": {"text": "hi"}},
		{"id": "then", "action": "transform", "with": {"value": "{{ steps.unnamed.sent }} {{ steps.gone.sent }}"}}]}`))
	c := h.TrialOf(f)
	run, err := engine.Trial(engine.WithLang(t.Context(), "pt-BR"), c)
	check(t, err)
	if run.Status != store.Succeeded || run.Steps[2].Output != "sample sample" {
		t.Fatalf("the test ended as %s, %+v: %+v", run.Status, run.Error, run.Steps)
	}
	for i, want := range []string{"o passo não cita uma conexão", `as execuções vão esperar pela conexão "shop"`} {
		if w := run.Steps[i].Warning; w == nil || w.Code != "no_connection" || w.Message != want {
			t.Errorf("step %d warns %+v, want %s", i, w, want)
		}
	}
	if w := run.Steps[2].Warning; w != nil {
		t.Errorf("a step that takes no connection warns %+v", w)
	}
	c.Real = true
	run, err = engine.Trial(t.Context(), c)
	check(t, err)
	if run.Status != store.Failed || run.Error.Code != "no_connection" || len(s.sent()) > 0 {
		t.Errorf("the real test ended as %s, %+v, arrived %q", run.Status, run.Error, s.sent())
	}
}

// TestAPreviewGetsToItsStep: nothing that keeps a run from getting to a step hides what the step sees.
func TestAPreviewGetsToItsStep(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	f, problems := flow.ParseFlow([]byte(`{"id": "a", "trigger": {"kind": "webhook", "where": "trigger.body.paid"}, "steps": [
		{"id": "lacks", "action": "test.send", "with": {"text": "{{ trigger.body.gone }}"}, "on_error": "fail"},
		{"id": "signed", "action": "test.signed", "with": {"text": "hi"}},
		{"id": "only", "action": "filter", "with": {"where": "false"}},
		{"id": "named", "action": "set", "with": {"values": {"n": 1}}},
		{"id": "each", "action": "loop", "when": "false", "with": {"over": "trigger.body.items"}, "steps": [
			{"id": "which", "action": "branch", "branches": [
				{"name": "never", "when": "false", "steps": [
					{"id": "inner", "action": "test.send", "with": {"text": "{{ item.sku }}"}, "catch": [
						{"id": "caught", "action": "log", "with": {"message": "x"}}]}]},
				{"name": "always", "steps": [{"id": "ends", "action": "stop"}]}]}]},
		{"id": "none", "action": "loop", "with": {"over": "trigger.body.none"}, "steps": [{"id": "first", "action": "set", "with": {"values": {"n": 2}}}, {"id": "second", "action": "log", "with": {"message": "x"}}]},
		{"id": "end", "action": "stop"},
		{"id": "last", "action": "log", "with": {"message": "x"}}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	event := &flow.TestEvent{Body: map[string]any{"paid": false, "items": []any{map[string]any{"sku": "A1"}}, "none": []any{}}}
	for _, c := range []struct {
		step, source string
		want         any
	}{
		{"signed", `steps.lacks.sent`, "sample"},
		{"only", `steps.signed.sent`, "sample"},
		{"named", `steps.signed.sent`, "sample"},
		{"inner", `item.sku + string(steps.named.n)`, "A11"},
		{"caught", `errors.inner.code + item.sku`, "http_500A1"},
		{"second", `steps.first.n + index`, 2},
		{"last", `steps.signed.sent + string(steps.named.n)`, "sample1"},
		{"", `steps.named.n`, 1},
		{"named", `steps.named?.n ?? "not yet"`, "not yet"},
	} {
		p, err := h.Preview(t.Context(), engine.Question{Flow: f, Step: c.step, Source: c.source, Event: event, Cursor: -1})
		check(t, err)
		if p.Value != c.want {
			t.Errorf("at %q, %s gives %v, want %v: %+v", c.step, c.source, p.Value, c.want, p.Problems)
		}
	}
}
