package engine_test

import (
	"errors"
	"testing"
	"time"

	"gancho/engine"
)

// TestASlowReaderIsToldOfAGap and goes on with what is new.
func TestASlowReaderIsToldOfAGap(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	reader, err := h.Follow(t.Context(), "")
	check(t, err)
	defer reader.Close()
	other, err := h.Follow(t.Context(), "")
	check(t, err)
	defer other.Close()
	const many = 5000
	for range many {
		h.Reject(engine.Incoming{Flow: "a", At: time.Now(), Reason: "no"})
		if n, err := other.Next(t.Context(), time.Minute); err != nil || n.Event == nil {
			t.Fatalf("one that keeps up: %+v %v", n, err)
		}
	}
	n, err := reader.Next(t.Context(), time.Minute)
	if err != nil || !n.Gap || n.ID != other.At() {
		t.Errorf("%+v %v, want a gap", n, err)
	}
	if n, err := reader.Next(t.Context(), time.Millisecond); !errors.Is(err, engine.ErrQuiet) {
		t.Errorf("%+v %v", n, err)
	}
	h.Reject(engine.Incoming{Flow: "a", At: time.Now(), Reason: "no"})
	if n, err := reader.Next(t.Context(), time.Minute); err != nil || n.Event == nil {
		t.Errorf("%+v %v", n, err)
	}
}

// TestStepsAreToldOnlyToWhoAsks: a reader of runs costs the steps nothing.
func TestStepsAreToldOnlyToWhoAsks(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "say", "action": "test.send", "with": {"text": "x"}}]}`)
	runs, err := h.FollowRuns(t.Context(), "")
	check(t, err)
	defer runs.Close()
	for range 3 {
		h.send("a", `{}`)
		for ended := false; !ended; {
			n, err := runs.Next(t.Context(), time.Minute)
			check(t, err)
			if n.Step != nil {
				t.Errorf("told of a step that nobody asked for: %+v", n.Step)
			}
			ended = n.Run != nil && n.Run.Status.Final()
		}
	}
	all, err := h.Follow(t.Context(), "")
	check(t, err)
	defer all.Close()
	h.send("a", `{}`)
	for told := false; !told; {
		n, err := all.Next(t.Context(), time.Minute)
		check(t, err)
		told = n.Step != nil
	}
}
