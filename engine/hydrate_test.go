package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/store"
)

// fetch is an action without effect: what a thin event names is there, paid.
func (s *sink) fetch() engine.Action {
	return engine.Action{
		Kind: "test.fetch", Title: form.Label("Fetch", "Buscar"), Sample: map[string]any{"id": "sample", "status": "paid"},
		New: func() engine.Doer { return &fetch{sink: s} },
	}
}

type fetch struct {
	sink *sink
	id   string
}

func (f *fetch) Fields() form.Fields {
	return form.Of(form.Text("id", &f.id, form.Label("ID", "ID")).Required())
}

func (f *fetch) Do(context.Context, *engine.Call) (engine.Output, error) {
	if f.id == "read slowly" {
		<-f.sink.void
	}
	f.sink.mu.Lock()
	defer f.sink.mu.Unlock()
	f.sink.fetched = append(f.sink.fetched, f.id)
	if f.id == "gone" {
		return nil, engine.Permanent(errors.New("there is no such payment"))
	}
	return map[string]any{"id": f.id, "status": "paid"}, nil
}

func valueAt(ctx context.Context, s *expression.Scope, source string) any {
	p, err := expression.Compile(source)
	if err != nil {
		return nil
	}
	value, err := p.Run(ctx, s)
	if err != nil {
		return nil
	}
	return value
}

// thin completes events by the ID in their body.
func thin(onFail bool) func(*flow.Flow) *engine.Hydrate {
	return func(f *flow.Flow) *engine.Hydrate {
		if f.ID != "thin" {
			return nil
		}
		return &engine.Hydrate{
			Action: "test.fetch", Continue: onFail, KeyFor: time.Hour,
			When: func(ctx context.Context, s *expression.Scope) bool {
				return valueAt(ctx, s, "trigger.body.id != nil") == true
			},
			Input: func(ctx context.Context, s *expression.Scope) (map[string]any, error) {
				return map[string]any{"id": valueAt(ctx, s, "trigger.body.id")}, nil
			},
			Key: func(ctx context.Context, s *expression.Scope) string {
				return expression.Text(valueAt(ctx, s, "'payment:' + trigger.resource.id + ':' + trigger.resource.status"))
			},
		}
	}
}

const thinFlow = `{"id": "thin", "name": "Thin", "trigger": {"kind": "webhook", "where": "trigger.resource.status != 'paid' or trigger.body.n != 9"}, "steps": [
	{"id": "pause", "action": "delay", "with": {"for": "2s"}},
	{"id": "say", "action": "test.send", "with": {"text": "{{ trigger.resource.id }} is {{ trigger.resource.status }}"}}]}`

func TestThinEventsAreCompleted(t *testing.T) {
	s := &sink{hydrate: thin(false)}
	h := open(t, t.TempDir(), s)
	h.publish(thinFlow)
	first := h.finished(h.send("thin", `{"id": "{{ 1 }}", "n": 1}`))
	if first.Status != store.Succeeded || !slices.Equal(s.sent(), []string{"{{ 1 }} is paid"}) || len(s.fetched) != 1 {
		t.Fatalf("run %s, %v arrived, %v fetched", first.Status, s.sent(), s.fetched)
	}
	if len(first.Steps) == 0 || !slices.ContainsFunc(first.Steps, func(v engine.StepView) bool { return v.Path == "trigger.resource" && v.Action == "test.fetch" }) {
		t.Errorf("the fetch is not in the story: %+v", first.Steps)
	}
	for body, want := range map[string]store.Status{
		`{"id": "{{ 1 }}", "n": 2}`: store.RunDuplicate, // two notifications, the same news
		`{"id": "b", "n": 9}`:       store.RunFiltered,
		`{"id": "gone"}`:            store.Failed,
	} {
		if v := h.finished(h.send("thin", body)); v.Status != want || v.Reason == "" && v.Error.Code == "" {
			t.Errorf("%s: %s because of %q, want %s", body, v.Status, v.Reason, want)
		}
	}
	if len(s.sent()) != 1 {
		t.Errorf("arrived: %v", s.sent())
	}
}

// A flow's own key is asked once, with or without a fetch; a replay goes on, and the key stays taken.
func TestAFlowsOwnKeyIsAskedOnce(t *testing.T) {
	for _, from := range []string{engine.ReplayStart, engine.ReplayFailed} {
		s := &sink{}
		s.hydrate = func(f *flow.Flow) *engine.Hydrate {
			h := thin(false)(f)
			if h != nil {
				h.OnceFor, h.Once = time.Hour, func(ctx context.Context, s *expression.Scope) (string, error) {
					order := valueAt(ctx, s, "trigger.body.order")
					if order == "?" {
						return "", errors.New("no such key")
					}
					return expression.Text(order), nil
				}
			}
			return h
		}
		h := open(t, t.TempDir(), s)
		h.publish(`{"id": "thin", "trigger": {"kind": "webhook", "where": "trigger.resource.status != 'lost' and trigger.body.n != 9"}, "steps": [
			{"id": "pause", "action": "delay", "with": {"for": "1ms"}}, {"id": "no", "action": "stop", "with": {"as": "failed"}}]}`)
		for _, body := range []string{`{"id": "7", "order": "a"}`, `{"order": "b"}`} { // the second names nothing
			first := h.send("thin", body)
			v := h.finished(first)
			if v.Status != store.Failed {
				t.Fatalf("%s: %s because of %q", body, v.Status, v.Reason)
			}
			done, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{first}, ReplayHow: engine.ReplayHow{From: from, Revision: engine.ReplayPublished}})
			check(t, err)
			if v := h.finished(done.Items[0].Run); v.ReplayOf != first || v.Status != store.Failed {
				t.Errorf("%s, replay from %s: %s because of %q", body, from, v.Status, v.Reason)
			}
			if v := h.finished(h.send("thin", body)); v.Status != store.RunDuplicate {
				t.Errorf("%s again: %s", body, v.Status)
			}
		}
		if v := h.finished(h.send("thin", `{"order": "c", "n": 9}`)); v.Status != store.RunFiltered {
			t.Errorf("what the where refuses: %s", v.Status)
		}
		if v := h.finished(h.send("thin", `{"order": "c"}`)); v.Status != store.Failed {
			t.Errorf("what the where refused took the key: %s because of %q", v.Status, v.Reason)
		}
		if v := h.finished(h.send("thin", `{"order": "?"}`)); v.Status != store.Failed || v.Error.Code != "trigger" || v.Error.Message != "dedupe: no such key" {
			t.Errorf("a key that cannot be asked: %s %+v", v.Status, v.Error)
		}
	}
}

func TestAFailedFetchMayBeGoneOnWithout(t *testing.T) {
	s := &sink{hydrate: thin(true)}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "thin", "name": "Thin", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "say", "action": "test.send", "with": {"text": "{{ trigger.resource == nil ? 'nothing' : 'all' }}"}}]}`)
	for body, want := range map[string]string{`{"id": "gone"}`: "nothing", `{"other": 1}`: "nothing", `{"id": "c"}`: "all"} {
		if v := h.finished(h.send("thin", body)); v.Status != store.Succeeded || s.sent()[len(s.sent())-1] != want {
			t.Errorf("%s: %s, %v arrived", body, v.Status, s.sent())
		}
	}
}

func TestTrialCompletesWithTheSample(t *testing.T) {
	s := &sink{hydrate: thin(false), keys: map[string]int{}}
	trigger := engine.Trigger{Kind: "webhook", Hydrate: s.hydrate}
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), s.action(), s.fetch()), []engine.Trigger{trigger}, nil)
	check(t, err)
	f, problems := flow.ParseFlow([]byte(thinFlow))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for range 20 {
		v, err := engine.Trial(t.Context(), engine.TrialConfig{Catalogue: catalogue, Flow: f, Event: flow.TestEvent{Body: map[string]any{"id": "1"}}, Decode: nil})
		check(t, err)
		if v.Status != store.Succeeded || len(s.fetched) != 0 || len(s.sent()) != 0 {
			t.Fatalf("%s, %+v; fetched %v, arrived %v", v.Status, v.Error, s.fetched, s.sent())
		}
		if v.Steps[0].Path != "trigger.resource" {
			t.Fatalf("%s comes before what it reads", v.Steps[0].Path)
		}
	}
}
