package engine

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// TestCrew: all that is taken begins at once, who is done takes what comes next, and the end waits
// for what is under way.
func TestCrew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const much = 1000
		var under, done atomic.Int32
		c := newCrew(func(*store.Work) {
			under.Add(1)
			time.Sleep(time.Second)
			under.Add(-1)
			done.Add(1)
		})
		for range 2 {
			for range much {
				c.take(&store.Work{})
			}
			synctest.Wait()
			if n := under.Load(); n != much {
				t.Errorf("%d are under way, want %d", n, much)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if n := len(c.rests); n != cap(c.rests) {
				t.Errorf("%d rest, want %d", n, cap(c.rests))
			}
		}
		c.take(&store.Work{})
		c.end()
		if n := done.Load(); n != 2*much+1 {
			t.Errorf("%d were done, want %d", n, 2*much+1)
		}
	})
}
