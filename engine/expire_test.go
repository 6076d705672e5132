package engine_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
)

func TestHistoryEndsWhenItsFlowSays(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, &sink{})
		defer h.stop()
		h.publish(`{"id": "short", "trigger": {"kind": "webhook"}, "settings": {"keep": {"bodies": "1h", "runs": "48h"}}, "steps": [
			{"id": "s", "action": "set", "with": {"values": {"a": "1"}}}]}`)
		run := h.send("short", `{"id":1}`)
		h.finished(run)
		time.Sleep(3 * time.Hour)
		story, err := h.store.GetRun(t.Context(), run)
		check(t, err)
		if story.Body != nil {
			t.Error("the body outlived its hour")
		}
		time.Sleep(48 * time.Hour)
		if _, err := h.store.GetRun(t.Context(), run); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the run outlived its two days: %v", err)
		}
	})
}

func TestAShorterKeepHidesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, t.TempDir(), &sink{})
		defer h.stop()
		const steps = `"trigger": {"kind": "webhook"}, "steps": [{"id": "s", "action": "set", "with": {"values": {"a": "1"}}}]}`
		h.publish(`{"id": "short", ` + steps)
		run := h.send("short", `{"id":1}`)
		h.finished(run)
		time.Sleep(3*time.Hour + 30*time.Minute)
		f, _ := flow.ParseFlow([]byte(`{"id": "short", "settings": {"keep": {"bodies": "1h", "runs": "2h"}}, ` + steps))
		_, err := h.flows.Update(t.Context(), "short", f, -1)
		check(t, err)
		_, err = h.flows.Publish(t.Context(), "short", flows.PublishOptions{IfMatch: -1})
		check(t, err)
		time.Sleep(time.Second)
		if _, err := h.store.GetRun(t.Context(), run); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the run is still seen: %v", err)
		}
	})
}
