package bolt

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// TestNothingIsAcceptedWhileTooMuchIsInMemory holds the memory of a flood that is faster than
// the disk.
func TestNothingIsAcceptedWhileTooMuchIsInMemory(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		offer := func() error {
			_, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted}})
			return err
		}
		s.live.active.bytes.Add(tableFull)
		begun := time.Now()
		if err := offer(); !errors.Is(err, store.ErrBusy) || time.Since(begun) > 2*fullWait {
			t.Errorf("a flood was answered %v after %s", err, time.Since(begun))
		}
		time.AfterFunc(fullWait/2, func() { s.live.active.bytes.Add(-tableFull) })
		if err := offer(); err != nil {
			t.Errorf("with room again: %v", err)
		}
	})
}
