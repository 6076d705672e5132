package engine_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

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
