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
		r := newRunRoom()
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
		for range gone + 1 {
			r.set(3)
		}
		if r.busy() {
			t.Errorf("%d flows are kept after their runs", len(r.flows))
		}
	})
}

// TestDoorRoom: a flow that is alone has all of the door, until another comes.
func TestDoorRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newDoorRoom()
		r.set(1)
		for range 3 {
			defer r.enter("flood")() // would wait for ever
		}
		defer r.enter("other")()
		in := make(chan struct{})
		go func() {
			defer r.enter("flood")()
			close(in)
		}()
		synctest.Wait()
		select {
		case <-in:
			t.Error("one more of the flood was let in beside another flow")
		default:
		}
		time.Sleep(youth)
		<-in
	})
}

// TestProcessorWaits: this runtime has the measure.
func TestProcessorWaits(t *testing.T) {
	var w processorWaits
	w.p90()
	if len(w.before) == 0 {
		t.Error("the runtime does not tell how long goroutines wait for a processor")
	}
}
