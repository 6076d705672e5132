package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// A run under way of a flow that is paused does nothing more until the flow is resumed; one that is off goes on.
func TestARunUnderWayRestsWhileItsFlowIsPaused(t *testing.T) {
	for name, loop := range map[string]string{
		"one after the other": `"over": "1..20"`,
		"some at once":        `"over": "1..20", "concurrency": 5`,
	} {
		for _, delivery := range []string{"at_least_once", "at_most_once"} {
			t.Run(name+" "+delivery, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &sink{}
					h := open(t, t.TempDir(), s)
					defer h.stop()
					h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "each", "action": "loop", "with": {` + loop + `}, "steps": [
						{"id": "tell", "action": "test.send", "delivery": "` + delivery + `", "with": {"text": "admitted after a while"}}]}]}`)
					run := h.send("first", `{}`)
					time.Sleep(5 * time.Second)
					before := len(s.sent())
					_, err := h.flows.Pause(t.Context(), "first")
					check(t, err)
					time.Sleep(time.Hour)
					if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Waiting || before == 0 || len(s.sent()) != before {
						t.Errorf("the run of a paused flow is %s, %v; %d arrived before, and %d since", v.Status, err, before, len(s.sent())-before)
					}
					_, err = h.flows.Resume(t.Context(), "first")
					check(t, err)
					time.Sleep(3 * time.Second)
					_, err = h.flows.Off(t.Context(), "first")
					check(t, err)
					if v := h.finished(run); v.Status != store.Succeeded || len(s.sent()) != 20 {
						t.Errorf("the run of a resumed flow is %s, and %d arrived", v.Status, len(s.sent()))
					}
				})
			})
		}
	}
}
