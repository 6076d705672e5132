package engine_test

import (
	"testing"
	"time"

	"gancho/engine"
)

// An action with waits of its own is tried by them, unless the step says how.
func TestAnActionHasItsOwnSchedule(t *testing.T) {
	s := &sink{waits: []time.Duration{time.Millisecond, time.Hour}}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "own", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "a"}}]}`)
	h.publish(`{"id": "said", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "b"}, "retry": {"attempts": 2, "first": "1ms"}}]}`)
	s.failures = 2
	v := h.until(h.send("own", `{}`), func(v engine.RunView) bool { return v.WaitingFor == "retry" && v.Due != nil })
	if left := time.Until(*v.Due); left < 45*time.Minute || left > 75*time.Minute || len(v.Steps[0].Attempts) != 2 {
		t.Errorf("waits %s after %d attempts, want about an hour after 2", left, len(v.Steps[0].Attempts))
	}
	s.failures = 2
	if v := h.finished(h.send("said", `{}`)); v.Status != "failed" || len(v.Steps[0].Attempts) != 2 {
		t.Errorf("got %s after %d attempts, want failed after 2", v.Status, len(v.Steps[0].Attempts))
	}
}
