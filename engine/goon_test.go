package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
)

// TestNothingToGoOnWith: a failed run whose body is over cannot go on, and keeps why it failed.
func TestNothingToGoOnWith(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, &sink{})
		defer func() { h.stop() }()
		h.publish(`{"id": "short", "trigger": {"kind": "webhook"}, "settings": {"keep": {"bodies": "1h", "runs": "48h"}}, "steps": [
			{"id": "s", "action": "stop", "with": {"as": "failed", "message": "no money"}}]}`)
		run := h.send("short", `{"id":1}`)
		time.Sleep(3*time.Hour + time.Second)
		before, err := h.Run(t.Context(), run)
		check(t, err)
		out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{run}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
		check(t, err)
		if no := out.Items[0].Refused; no == nil || no.Code != "no_body" {
			t.Errorf("it was let go on without its event: %+v", out.Items[0])
		}
		time.Sleep(time.Minute)
		after, err := h.Run(t.Context(), run)
		check(t, err)
		if after.Error.Message != before.Error.Message {
			t.Errorf("it says that %v, not why it failed: %v", after.Error, before.Error)
		}
	})
}
