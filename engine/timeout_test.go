package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// A run ends at its time-out, also one that never rests, and whatever its steps do about failures.
func TestARunEndsAtItsTimeout(t *testing.T) {
	const tell = `{"id": "tell", "action": "test.send", "with": {"text": "admitted after a while"}`
	for name, c := range map[string]struct {
		steps string
		hangs bool
		sent  int
	}{
		"a long loop":        {`{"id": "each", "action": "loop", "with": {"over": "1..100", "on_item_error": "continue"}, "on_error": "continue", "steps": [` + tell + `}]}`, false, 4},
		"a long attempt":     {tell + `, "timeout": "1m"}`, true, 0},
		"the last attempt":   {tell + `, "timeout": "1m", "retry": {"attempts": 1}, "catch": [{"id": "sorry", "action": "test.send", "with": {"text": "sorry"}}]}`, true, 0},
		"at most one effect": {tell + `, "timeout": "1m", "delivery": "at_most_once"}`, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{}
				if c.hangs {
					s.hangs = make(chan string, 10)
				}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "settings": {"timeout": "9s"}, "steps": [` + c.steps + `]}`)
				run := h.send("first", `{}`)
				time.Sleep(time.Hour)
				v := h.finished(run)
				if v.Status != store.Failed || v.Error == nil || v.Error.Code != "run_timeout" || len(s.sent()) != c.sent {
					t.Errorf("the run is %s %+v, and %d arrived, want %d", v.Status, v.Error, len(s.sent()), c.sent)
				}
				if took := v.Ended.Sub(v.At); took < 9*time.Second || took > 12*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}
