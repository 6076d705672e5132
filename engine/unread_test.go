package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// unread are documents of which one kind cannot be read, so many times.
type unread struct {
	store.Docs
	kind  string
	times atomic.Int32
}

func (u *unread) GetDoc(ctx context.Context, kind, id string) (store.Doc, error) {
	if kind == u.kind && u.times.Add(-1) >= 0 {
		return store.Doc{}, errors.New("input/output error")
	}
	return u.Docs.GetDoc(ctx, kind, id)
}

// TestARunWaitsForItsRevision: a document that cannot be read once fails no run.
func TestARunWaitsForItsRevision(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, t.TempDir(), s)
		docs := &unread{Docs: h.flows.Docs, kind: "revision"}
		h.flows.Docs = docs
		document := `{"id": "f", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "pause", "action": "delay", "with": {"for": "1h"}},
			{"id": "tell", "action": "test.send", "with": {"text": "first"}}]}`
		h.publish(document)
		run := h.send("f", `{}`)
		synctest.Wait()
		newer, _ := flow.ParseFlow([]byte(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": []}`))
		_, err := h.flows.Update(t.Context(), "f", newer, -1)
		check(t, err)
		_, err = h.flows.Publish(t.Context(), "f", flows.PublishOptions{IfMatch: -1})
		check(t, err)
		docs.times.Store(1)
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		if v, err := h.Store.RunInfo(t.Context(), run); err != nil || v.Status != store.Waiting || v.Reason == "" || docs.times.Load() > 0 {
			t.Errorf("got %s %+v, %v: want a run that waits", v.Status, v, err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		v := h.finished(run)
		h.stop()
		if v.Status != store.Succeeded || len(s.sent()) != 1 {
			t.Errorf("got %s %+v, arrived %q", v.Status, v.Error, s.sent())
		}
	})
}
