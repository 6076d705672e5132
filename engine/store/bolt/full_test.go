package bolt

import (
	"errors"
	"fmt"
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
		begun = time.Now()
		time.AfterFunc(fullWait/2, func() {
			if err := s.live.flush(); err != nil {
				t.Error(err)
			}
		})
		if err := offer(); err != nil || time.Since(begun) != fullWait/2 {
			t.Errorf("with room again: %v after %s", err, time.Since(begun))
		}
	})
}

// TestWhoWritesGoesOnWhenALateCheckpointEnds sees that the journal's writer is told, and does not
// look now and then.
func TestWhoWritesGoesOnWhenALateCheckpointEnds(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.PutKey(t.Context(), "state", "a", []byte("1"), -1, 0); err != nil {
			t.Fatal(err)
		}
		s.live.seal() // a checkpoint has begun
		s.live.active.bytes.Add(tableMost + 1)
		begun, behind := time.Now(), make(chan bool, 1)
		go func() { behind <- s.live.behind(s.live.group) }()
		synctest.Wait()
		if len(behind) > 0 {
			t.Fatal("the journal grows while a checkpoint is late")
		}
		if err := s.live.flush(); err != nil {
			t.Fatal(err)
		}
		if never := <-behind; never || time.Since(begun) > 0 {
			t.Errorf("the checkpoint ended, and who waited was told %v after %s", never, time.Since(begun))
		}
	})
}

// TestASweepGoesOnWhereItEnded sees that all that is over goes, though each sweep looks at a
// part of the rows alone.
func TestASweepGoesOnWhereItEnded(t *testing.T) {
	sweepRows = 10
	defer func() { sweepRows = 20_000 }()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for i := range 70 {
			keep := time.Duration(0)
			if i >= 60 { // few, and far down
				keep = 30 * time.Second
			}
			if _, err := s.PutKey(t.Context(), "state", fmt.Sprintf("%03d", i), []byte("1"), -1, keep); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(10 * time.Minute)
		rows := 0
		err = s.live.view(func(tx *tx) error {
			return tx.bucket("keys").forEach(func([]byte, []byte) error { rows++; return nil })
		})
		if err != nil || rows != 60 {
			t.Errorf("%d rows are left, want 60: %v", rows, err)
		}
	})
}
