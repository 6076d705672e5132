package shapes_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/seal"
	"gancho/engine/shape"
	"gancho/engine/shapes"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatWasLearntIsKept: the next process reads no event again, and what a flow masks is in neither.
func TestWhatWasLearntIsKept(t *testing.T) {
	ctx := t.Context()
	db, err := bolt.Open(ctx, t.TempDir(), bolt.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	box, err := seal.Open(ctx, db, make([]byte, seal.KeySize))
	check(t, err)
	catalogue, err := engine.NewCatalogue(engine.Builtins(), []engine.Trigger{{Kind: "webhook"}}, nil)
	check(t, err)
	kept, err := flows.Open(ctx, flows.Config{Docs: db, Catalogue: catalogue, Box: box})
	check(t, err)
	_, err = kept.Create(ctx, &flow.Flow{ID: "orders", Trigger: flow.Trigger{Kind: "webhook"}})
	check(t, err)
	_, err = db.Accept(ctx, []store.Event{
		{Flow: "orders", At: time.Now(), Outcome: store.Captured, Body: []byte(`{"grade": "gold", "total": 7}`)},
		{Flow: "orders", At: time.Now(), Outcome: store.Captured, Body: []byte(`{"grade": "gold"}`)},
	})
	check(t, err)
	for _, reads := range []int{2, 0} {
		read := 0
		s := shapes.New(shapes.Config{
			Store: db, Flows: kept, Log: slog.New(slog.DiscardHandler), Now: time.Now,
			Masks: func(string) []string { return []string{"/grade"} },
			Trigger: func(i *store.EventInfo) map[string]any {
				read++
				body, err := expression.Decode(i.Body)
				check(t, err)
				return map[string]any{"body": body}
			},
		})
		l, events := s.Known(ctx, "orders"), 0
		l.Look(func(triggers *shape.Window, _ int) { events = triggers.Events() })
		if events != 2 || read != reads {
			t.Errorf("%d events are known and %d were read, want 2 and %d", events, read, reads)
		}
		fields, err := json.Marshal(l.Trigger().List("trigger"))
		check(t, err)
		if text := string(fields); !strings.Contains(text, "trigger.body.total") || strings.Contains(text, "gold") {
			t.Errorf("the events look like %s", text)
		}
		over, end := context.WithCancel(ctx)
		end()
		s.Work(over, func(context.Context, string, []shape.Drift) {})
	}
}
