package engine

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestRoom: while there is little room runs of a flow begin in turn, those of another at once,
// and one that takes long makes way.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		r.set(2)
		var mu sync.Mutex
		var began []string
		begin := func(flow string, takes time.Duration) {
			go func() {
				leave := r.enter(flow)
				mu.Lock()
				began = append(began, flow)
				mu.Unlock()
				time.Sleep(takes)
				leave()
			}()
			synctest.Wait()
		}
		expect := func(what string, want ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(began, want) {
				t.Errorf("%s: %v began, want %v", what, began, want)
			}
			began = nil
		}
		begin("flood", time.Millisecond)
		begin("flood", time.Hour)
		begin("flood", time.Hour)
		begin("flood", time.Hour)
		begin("flood", time.Hour)
		begin("other", time.Hour)
		expect("at first", "flood", "flood", "other")
		time.Sleep(time.Millisecond)
		expect("when one has ended", "flood")
		time.Sleep(youth - time.Millisecond)
		expect("when one takes long", "flood")
		r.set(3)
		expect("with more room", "flood")
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(r.flows) != 0 {
			t.Errorf("%d flows are kept after their runs", len(r.flows))
		}
	})
}

func TestProcessorWaits(t *testing.T) {
	var w processorWaits
	if at := w.p90(); at < 0 {
		t.Errorf("waited %s", at)
	}
	if again := w.p90(); again < 0 || len(w.before) == 0 {
		t.Errorf("waited %s, with %d buckets", again, len(w.before))
	}
}
