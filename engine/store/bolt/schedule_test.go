package bolt

import (
	"testing"
	"time"
)

// TestWhatEndedIsNotKeptAsDue: runs that are woken long before they are due leave nothing behind.
func TestWhatEndedIsNotKeptAsDue(t *testing.T) {
	s := newScheduler()
	s.addParked(0, "calls", "", time.Now().Add(time.Hour))
	for n := range uint64(10_000) {
		s.add(n+1, "calls", "", false)
		s.park(n+1, time.Now().Add(30*24*time.Hour))
		s.wake(n + 1)
		s.remove(n + 1)
	}
	if len(s.runs) != 1 || len(s.due) > 2000 {
		t.Errorf("%d runs, %d kept as due", len(s.runs), len(s.due))
	}
	if s.due[0].n != 0 {
		t.Error("the one that waits is not the first that is due")
	}
}
