package engine_test

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestStatsByTheMinute(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		defer func() { h.stop() }()
		h.publish(failingFlow)
		time.Sleep(time.Until(time.Now().Truncate(time.Hour).Add(2*time.Hour + 30*time.Second)))
		h.finished(h.send("orders", `{"id": "a"}`))
		h.finished(h.send("orders", `{"id": "gone"}`))
		time.Sleep(2 * time.Minute)
		h.finished(h.send("orders", `{"id": "b"}`))
		look := func(ago int) {
			t.Helper()
			got, err := h.Stats(t.Context(), "", true)
			check(t, err)
			r := got.Flows["orders"].Recent
			if r.Events[57-ago] != 2 || r.Failed[57-ago] != 1 || r.Events[59-ago] != 1 || got.Recent.Events[57-ago] != 2 || len(r.Events) != 60 {
				t.Fatalf("by the minute: %+v", r)
			}
			got, err = h.Stats(t.Context(), "orders", false)
			check(t, err)
			if r := got.Flows["orders"].Recent; r.Events[23] != 3 || r.Failed[23] != 1 || len(r.Events) != 24 || got.Flows["orders"].Failed != 1 {
				t.Fatalf("by the hour: %+v", r)
			}
		}
		look(0)
		time.Sleep(time.Minute)
		look(1)
		h.stop()
		h = open(t, dir, s)
		look(1)
		// What came after the last sample is not lost with the process.
		h.finished(h.send("orders", `{"id": "c"}`))
		for range 2 {
			h.stop()
			h = open(t, dir, s)
			got, err := h.Stats(t.Context(), "orders", false)
			check(t, err)
			if r := got.Flows["orders"].Recent; r.Events[23] != 4 {
				t.Fatalf("after a stop: %+v", r)
			}
		}
	})
}
