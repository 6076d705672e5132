package bolt

import (
	"context"
	"testing"
	"testing/synctest"

	"gancho/engine/store"
)

// Who is slow while much happens is told that some of it was lost, also when nothing happens any more.
func TestWhoIsSlowIsToldWhatWasLost(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(t.Context(), dir, Options{})
		must(t, err)
		defer s.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		goOn, heard, gaps := make(chan struct{}), 0, 0
		go s.Live(ctx, func(c store.Change) {
			<-goOn
			if heard++; c.Gap {
				gaps++
			}
		})
		synctest.Wait()
		for range mostUntold + 1 {
			s.watch.tell(store.Change{Event: &store.EventInfo{}})
		}
		close(goOn)
		synctest.Wait()
		if heard != 1+mostUntold+1 || gaps != 1 {
			t.Errorf("%d changes were heard, and %d times that some were lost", heard, gaps)
		}
	})
}
