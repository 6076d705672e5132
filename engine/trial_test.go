package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/person"
	"gancho/engine/store"
)

func TestTrialHoldsEffectsBack(t *testing.T) {
	s := &sink{keys: map[string]int{}}
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), s.action()), nil, nil)
	check(t, err)
	f, problems := flow.ParseFlow([]byte(`{"id": "x", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "pause", "action": "delay", "with": {"for": "29d"}},
		{"id": "a", "action": "test.send", "with": {"text": "{{ trigger.body.id }}"}},
		{"id": "b", "action": "test.send", "with": {"text": "{{ steps.a.id }}"}},
		{"id": "n", "action": "state.increment", "with": {"key": "n", "value": 2}},
		{"id": "sub", "action": "call", "with": {"flow": "other", "input": {"n": "{{ steps.n.value }}"}}}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	v, err := engine.Trial(t.Context(), engine.TrialConfig{
		Catalogue: catalogue, Flow: f, Event: flow.TestEvent{Body: map[string]any{"id": 1}}, Mocks: map[string]flow.Mock{"a": {Output: map[string]any{"id": 7}}},
	})
	check(t, err)
	if v.Status != store.Succeeded || v.Steps[2].Input["text"] != 7 || len(s.sent()) != 0 || !v.Steps[4].Mocked {
		t.Errorf("got %s %+v, steps %+v, arrived %q", v.Status, v.Error, v.Steps, s.sent())
	}
}

// TestATestTakesWhatWasAnsweredLately: a step that is held back yields what it did in its newest run or
// real test, so that what follows finds what it reads; of a flow that masks, its declared sample.
func TestATestTakesWhatWasAnsweredLately(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	for id, mask := range map[string]string{"open": "[]", "masked": `["/code"]`} {
		document := `{"id": "` + id + `", "trigger": {"kind": "webhook"}, "settings": {"mask": ` + mask + `}, "steps": [
			{"id": "ask", "action": "test.send", "with": {"text": "{{ trigger.body.id }}"}},
			{"id": "then", "action": "transform", "with": {"value": "{{ steps.ask.sent }}"}, "on_error": "continue"}]}`
		h.publish(document)
		h.finished(h.send(id, `{"id": "first"}`))
		f, _ := flow.ParseFlow([]byte(document))
		test := func() any {
			v, err := engine.Trial(t.Context(), engine.TrialConfig{Catalogue: h.Catalogue, Flow: f, Event: flow.TestEvent{Body: map[string]any{"id": "x"}}, Lately: h.Lately(t.Context(), id)})
			check(t, err)
			return v.Steps[1].Output
		}
		want := []any{"first", "second"}
		if id == "masked" {
			want = []any{"sample", "sample"}
		}
		if got := test(); got != want[0] {
			t.Errorf("%s: after a run the step yields %v, want %v", id, got, want[0])
		}
		h.KeepYields(id, &engine.RunView{Steps: []engine.StepView{{Path: "ask", Action: "test.send", Status: "succeeded", Output: map[string]any{"sent": "second"}}}})
		if got := test(); got != want[1] {
			t.Errorf("%s: after a real test the step yields %v, want %v", id, got, want[1])
		}
		_, err := person.Erase(t.Context(), h.Engine, "nobody@example.com", "test", false)
		check(t, err)
		if got := test(); got != want[0] {
			t.Errorf("%s: after an erasure the step yields %v, want %v", id, got, want[0])
		}
		h.KeepYields(id, &engine.RunView{Steps: []engine.StepView{{Path: "ask", Action: "test.send", Status: "succeeded", Output: map[string]any{"sent": "third"}}}})
		check(t, h.Flows.Delete(t.Context(), id))
		h.publish(document)
		if got := test(); got != "sample" {
			t.Errorf("%s: a new flow of the same id is lent %v", id, got)
		}
	}
}

// Who is sent an idempotency key twice takes it for a repeat: each real trial has keys of its own.
func TestRealTrialsAreNoRepeats(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	f, _ := flow.ParseFlow([]byte(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "hi"}}]}`))
	for range 2 {
		_, err := engine.Trial(t.Context(), engine.TrialConfig{Catalogue: h.Catalogue, Flow: f, Real: true})
		check(t, err)
	}
	if len(s.sent()) != 2 || len(s.keys) != 2 {
		t.Errorf("arrived %v under %v", s.sent(), s.keys)
	}
}

// TestATestThatTakesTooLongTellsWhatItDid: what really left the machine is not lost with the answer.
func TestATestThatTakesTooLongTellsWhatItDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{hangs: make(chan string, 10)}
		catalogue, err := engine.NewCatalogue(append(engine.Builtins(), s.action()), nil, nil)
		check(t, err)
		f, _ := flow.ParseFlow([]byte(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "ask", "action": "test.send", "with": {"text": "hi"}},
			{"id": "slow", "action": "test.send", "with": {"text": "hi"}, "on_error": "continue", "timeout": "1m"},
			{"id": "then", "action": "log", "with": {"message": "hi"}}]}`))
		ctx, cancel := context.WithTimeout(engine.WithLang(t.Context(), "pt-BR"), 90*time.Second)
		defer cancel()
		run, err := engine.Trial(ctx, engine.TrialConfig{Catalogue: catalogue, Flow: f, Real: true, Mocks: map[string]flow.Mock{"ask": {Output: 1}}})
		check(t, err)
		if run.Status != store.Failed || run.Error.Code != "test_timeout" || !strings.HasPrefix(run.Error.Message, "o tempo de um teste acabou") {
			t.Errorf("the test ended as %s, %+v", run.Status, run.Error)
		}
		if len(run.Steps) != 2 || run.Steps[0].Status != "succeeded" || len(run.Steps[1].Attempts) != 2 {
			t.Errorf("steps: %+v", run.Steps)
		}
	})
}
