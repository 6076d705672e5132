package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"gancho/engine/store"
)

// whileBusy lets two ops come one after the other while the disk is busy. meanwhile happens then,
// and the disk goes on. It gives what became of the ops.
func whileBusy(t *testing.T, s *Store, first, second func() error, meanwhile func()) (errs [2]error) {
	t.Helper()
	f := s.live
	until(f, func() bool { return f.writing == nil && len(f.group.after) == 0 }) // of what came before
	answers := [2]chan error{make(chan error, 1), make(chan error, 1)}
	f.journal.mu.Lock()
	go func() { answers[0] <- first() }()
	until(f, func() bool { return f.writing != nil })
	go func() { answers[1] <- second() }()
	until(f, func() bool { return len(f.group.after) == 1 })
	meanwhile()
	f.journal.mu.Unlock()
	for i := range answers {
		errs[i] = answered(t, f, answers[i])
	}
	return errs
}

// until waits for something that live's lock guards.
func until(f *live, is func() bool) {
	for there := false; !there; runtime.Gosched() {
		f.mu.Lock()
		there = is()
		f.mu.Unlock()
	}
}

func answered(t *testing.T, f *live, answer <-chan error) error {
	t.Helper()
	select {
	case err := <-answer:
		return err
	case <-time.After(time.Minute):
		f.mind(errors.New("given up")) // lets go of who waits
		t.Fatal("some wait for one another for ever")
		return nil
	}
}

// sealedBetween lets a checkpoint begin, too, that waits for both ops.
func sealedBetween(t *testing.T, s *Store, first, second func(t *tx) error, meanwhile func()) (errs [2]error, flushed error) {
	t.Helper()
	f, ended := s.live, make(chan error, 1)
	errs = whileBusy(t, s, func() error { return f.do(first, nil) }, func() error { return f.do(second, nil) }, func() {
		go func() { ended <- f.flush() }()
		until(f, func() bool { return f.sealed != nil })
		meanwhile()
	})
	return errs, answered(t, f, ended)
}

// openUsual opens a store whose segments have their usual size, whatever other tests made of it.
func openUsual(t *testing.T) *Store {
	t.Helper()
	small, large := smallSegment, largeSegment
	smallSegment, largeSegment = smallSize, largeSize
	s, err := Open(t.Context(), t.TempDir(), Options{})
	must(t, err)
	t.Cleanup(func() {
		must(t, s.Close())
		smallSegment, largeSegment = small, large
	})
	return s
}

// withoutRoom puts a file that is always full in the place of the journal's, until the end.
func withoutRoom(t *testing.T, s *Store) (begin, end func()) {
	t.Helper()
	segment := s.live.journal.used[0]
	full, roomy := always(t, "full"), segment.file
	return func() { segment.file = full }, func() {
		segment.file = roomy
		must(t, full.Close())
	}
}

// always opens a file that is full whatever is written to it, under a name that may be removed.
func always(t *testing.T, name string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.Symlink("/dev/"+name, path))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("this system has no /dev/" + name)
	}
	must(t, err)
	return f
}

func puts(keys int) func(t *tx) error {
	return func(t *tx) error {
		for i := range keys {
			if err := t.bucket("keys").put(fmt.Appendf(nil, "state\x00%d %06d", keys, i), frame([]byte(`{"Value":"MQ=="}`))); err != nil {
				return err
			}
		}
		return nil
	}
}

// A checkpoint waits for what was applied before it began; that must not wait for the checkpoint,
// however much comes meanwhile.
func TestACheckpointIsNotWaitedForByWhatItWaitsFor(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), Options{})
	must(t, err)
	defer s.Close()
	errs, flushed := sealedBetween(t, s, puts(1), puts(2), func() { s.live.active.bytes.Add(tableMost + 1) })
	must(t, errors.Join(errs[0], errs[1], flushed))
}

// A checkpoint waits for two groups that find the disk full: nothing of either gets into live.db.
func TestACheckpointBringsNothingThatFailed(t *testing.T) {
	s := openUsual(t)
	begin, end := withoutRoom(t, s)
	errs, flushed := sealedBetween(t, s, puts(15_000), puts(1), begin)
	must(t, flushed)
	for i, err := range errs {
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("op %d was answered %v", i+1, err)
		}
	}
	end()
	if list, err := s.ListKeys(t.Context(), "state", "", "", 100); err != nil || len(list) > 0 {
		t.Errorf("%d keys or more that were not written are there: %v", len(list), err)
	}
}

// A run is ended, and then canceled, and the disk is full for both: nobody is told that it has
// ended, for it has not, and its lease holds.
func TestNothingIsSaidOfWhatFailed(t *testing.T) {
	s := openUsual(t)
	s.SetGates([]store.Gate{{Flow: "a"}})
	a, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted}})
	must(t, err)
	w, err := s.Claim(t.Context(), "node", 1)
	must(t, err)
	finish := func() error {
		return s.Commit(t.Context(), []store.Commit{{Lease: w[0].Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err
	}
	begin, end := withoutRoom(t, s)
	errs := whileBusy(t, s, finish, func() error { return s.Cancel(t.Context(), []string{a[0].Run}, "")[0] }, begin)
	end()
	for _, err := range errs {
		if !errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrConflict) {
			t.Errorf("on a full disk the answer was %v", err)
		}
	}
	counts, err := s.Counts(t.Context())
	must(t, err)
	if counts["a"].Pending != 1 || counts["a"].Finished != 0 {
		t.Errorf("the ledger says %+v", counts["a"])
	}
	must(t, finish())
}
