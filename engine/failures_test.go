package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"gancho/engine"
	"gancho/engine/store"
)

func TestFailuresAreTriedAgainCaughtAndTold(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "alarm", "trigger": {"kind": "failure", "with": {"flows": ["*"]}}, "steps": [
		{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.flow }} failed at {{ trigger.body.step }}"}}]}`)
	h.publish(`{"id": "retry", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "tell", "action": "test.send", "with": {"text": "again"}, "retry": {"attempts": 3, "first": "1ms"}}]}`)
	h.publish(`{"id": "fail", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "first", "action": "test.send", "with": {"text": "{{ trigger.body.none }}"}, "catch": [
			{"id": "caught", "action": "test.send", "with": {"text": "{{ errors.first.code }}"}}]},
		{"id": "last", "action": "test.send", "with": {"text": "{{ trigger.body.none }}"}}]}`)
	s.failures = 2
	if v := h.finished(h.send("retry", `{}`)); v.Status != store.Succeeded || len(v.Steps[0].Attempts) != 3 {
		t.Errorf("got %s with %d attempts, want succeeded with 3", v.Status, len(v.Steps[0].Attempts))
	}
	v := h.finished(h.send("fail", `{}`))
	if v.Status != store.Failed || v.Error.Step != "last" || v.Error.Code != "missing" {
		t.Errorf("got %s %+v, want failed at last", v.Status, v.Error)
	}
	h.drained("alarm")
	if want := []string{"again", "missing", "fail failed at last"}; len(s.sent()) != 3 || s.sent()[2] != want[2] || s.sent()[1] != want[1] {
		t.Errorf("arrived %q, want %q", s.sent(), want)
	}
}

func TestOnFailureCallsAFlowOfAnyKind(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "mend", "trigger": {"kind": "call"}, "steps": [
		{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.flow }} at {{ trigger.body.step }}: {{ trigger.body.error.code }}"}}]}`)
	h.publish(`{"id": "fail", "trigger": {"kind": "webhook"}, "settings": {"on_failure": "mend"}, "steps": [
		{"id": "sum", "action": "set", "with": {"values": {"v": "{{ 1 / trigger.body.n }}"}}}]}`)
	if v := h.finished(h.send("fail", `{"n": 0}`)); v.Error.Code != "expression" {
		t.Errorf("got %+v, want the code expression", v.Error)
	}
	h.drained("mend")
	if want := []string{"fail at sum: expression"}; !slices.Equal(s.sent(), want) {
		t.Errorf("arrived %q, want %q", s.sent(), want)
	}
}

// A failure run says which flow failed and where, by the names that people gave and in the language of the instance.
func TestAFailureRunIsTitledByWhatFailed(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "alarm", "trigger": {"kind": "failure", "with": {"flows": ["*"]}}, "steps": []}`)
	h.publish(`{"id": "orders", "name": "Pedidos da loja", "trigger": {"kind": "webhook"}, "steps": [{"id": "sum", "name": "Somar itens", "action": "set", "with": {"values": {"v": "{{ trigger.body.none }}"}}}]}`)
	h.publish(`{"id": "plain", "trigger": {"kind": "webhook"}, "steps": []}`)
	for _, c := range []struct{ flow, body, lang, want string }{
		{"orders", `{}`, "en", `Pedidos da loja failed at step "Somar itens"`},
		{"orders", `{}`, "pt-BR", `Pedidos da loja falhou no passo "Somar itens"`},
		{"plain", `{`, "pt-BR", `plain falhou`}, // before its first step,
	} {
		check(t, h.PutInstance(t.Context(), engine.Instance{Lang: c.lang}))
		h.finished(h.send(c.flow, c.body))
		h.drained("alarm")
		runs, _, err := h.Runs(t.Context(), store.Query{Flow: "alarm", Limit: 1})
		check(t, err)
		if len(runs) != 1 || runs[0].Title != c.want {
			t.Errorf("%s in %s: got %+v, want the title %q", c.flow, c.lang, runs, c.want)
		}
	}
}

// What a failure run calls may fail too: were its failure told, the two would call each other for ever.
func TestAFlowCalledByAFailureRunStartsNoFailureFlow(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "part", "trigger": {"kind": "call"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "failed"}}]}`)
	h.publish(`{"id": "alarm", "trigger": {"kind": "failure", "with": {"flows": ["*"]}}, "steps": [
		{"id": "ask", "action": "call", "with": {"flow": "part"}}]}`)
	h.publish(`{"id": "fail", "trigger": {"kind": "webhook"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "failed"}}]}`)
	h.finished(h.send("fail", `{}`))
	h.drained("alarm")
	runs, _, err := h.Runs(t.Context(), store.Query{Limit: 10})
	check(t, err)
	if len(runs) != 3 {
		t.Errorf("got %d runs, want 3: of fail, alarm and part", len(runs))
	}
}

// unreadable is a store in which the envelopes of one flow's runs cannot be read, and the bodies of another's.
type unreadable struct{ store.Store }

func (u unreadable) Claim(ctx context.Context, node string, n int) ([]store.Work, error) {
	work, err := u.Store.Claim(ctx, node, n)
	for i := range work {
		switch work[i].Run.Flow {
		case "child":
			work[i].Meta = []byte("{")
		case "loose":
			work[i].Body = []byte("{")
		}
	}
	return work, err
}

// A run that cannot be walked fails as others do: its caller and those who listen to failures are told.
func TestWhatCannotBeWalkedFailsAsOthersDo(t *testing.T) {
	s := &sink{around: func(db store.Store) store.Store { return unreadable{db} }}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "told", "trigger": {"kind": "failure"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.flow }}"}}]}`)
	h.publish(`{"id": "child", "trigger": {"kind": "call"}, "steps": []}`)
	h.publish(`{"id": "loose", "trigger": {"kind": "call"}, "steps": []}`)
	h.publish(`{"id": "nest", "trigger": {"kind": "webhook"}, "steps": [{"id": "start", "action": "call", "with": {"flow": "loose", "wait": false}}, {"id": "ask", "action": "call", "with": {"flow": "child"}}]}`)
	v := h.finished(h.send("nest", `{}`))
	if v.Error == nil || v.Error.Code != "call_failed" || strings.Contains(v.Error.Message, "EOF") {
		t.Errorf("the caller fails with %+v", v.Error)
	}
	h.drained("loose")
	h.drained("told")
	for _, flow := range []string{"nest", "child", "loose"} {
		if !slices.Contains(s.sent(), flow) {
			t.Errorf("told of the failures of %q, and not of %s", s.sent(), flow)
		}
	}
}
