package room

import (
	"context"
	"errors"
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
		r := ForRuns()
		r.set(2)
		var mu sync.Mutex
		var began []string
		begin := func(flow string, takes time.Duration) {
			go func() {
				leave, err := r.Enter(t.Context(), flow)
				if err != nil {
					t.Error(err)
					return
				}
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
		r := ForDeliveries()
		r.set(1)
		for range 3 {
			enter(t, r, "flood") // would wait for ever
		}
		enter(t, r, "other")
		in := make(chan struct{})
		go func() {
			enter(t, r, "flood")
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

func enter(t *testing.T, r *Room, flow string) {
	leave, err := r.Enter(t.Context(), flow)
	if err != nil {
		t.Error(err)
		return
	}
	t.Cleanup(leave)
}

// TestWhoGivesUpMakesWay: a turn that nobody waits for any more is not kept, nor is one that came
// just then.
func TestWhoGivesUpMakesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := ForRuns()
		r.set(1)
		enter(t, r, "flood")
		ctx, giveUp := context.WithCancel(t.Context())
		gaveUp, in := make(chan error), make(chan struct{})
		go func() {
			_, err := r.Enter(ctx, "flood")
			gaveUp <- err
		}()
		synctest.Wait()
		go func() {
			enter(t, r, "flood")
			close(in)
		}()
		synctest.Wait()
		giveUp()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		time.Sleep(youth) // the first makes way
		<-in
		time.Sleep(youth)
		synctest.Wait()
		q, turn := r.queue("flood")
		r.giveUp(q, turn) // its turn had come
		if q.inside != 0 || len(q.behind) != 0 {
			t.Errorf("%d inside and %d behind, want none", q.inside, len(q.behind))
		}
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
