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

// sealedBetween lets two ops come while the disk is busy, and a checkpoint begin that waits for
// both. meanwhile happens then, and the disk goes on. It gives what became of the ops.
func sealedBetween(t *testing.T, s *Store, first, second func(t *tx) error, meanwhile func()) (errs [2]error, flushed error) {
	t.Helper()
	f := s.live
	until := func(is func() bool) {
		for there := false; !there; runtime.Gosched() {
			f.mu.Lock()
			there = is()
			f.mu.Unlock()
		}
	}
	done, ended := [2]chan error{make(chan error, 1), make(chan error, 1)}, make(chan error, 1)
	until(func() bool { return f.writing == nil && len(f.group.after) == 0 }) // of what began the store
	f.journal.mu.Lock()
	go func() { done[0] <- f.do(first, nil) }()
	until(func() bool { return f.writing != nil })
	go func() { done[1] <- f.do(second, nil) }()
	until(func() bool { return len(f.group.after) == 1 })
	go func() { ended <- f.flush() }()
	until(func() bool { return f.sealed != nil })
	meanwhile()
	f.journal.mu.Unlock()
	for i, answer := range []chan error{done[0], done[1], ended} {
		select {
		case err := <-answer:
			if flushed = err; i < 2 {
				errs[i] = err
			}
		case <-time.After(time.Minute):
			f.mind(errors.New("given up")) // lets go of who waits
			t.Fatalf("the %dth of those that wait for one another waits for ever", i+1)
		}
	}
	return errs, flushed
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
	s, err := Open(t.Context(), t.TempDir(), Options{})
	must(t, err)
	defer s.Close()
	full := always(t, "full")
	segment := s.live.journal.used[0]
	roomy := segment.file
	errs, flushed := sealedBetween(t, s, puts(15_000), puts(1), func() { segment.file = full })
	must(t, flushed)
	for i, err := range errs {
		if !errors.Is(err, store.ErrFull) {
			t.Errorf("op %d was answered %v", i+1, err)
		}
	}
	segment.file = roomy
	must(t, full.Close())
	if list, err := s.ListKeys(t.Context(), "state", "", "", 100); err != nil || len(list) > 0 {
		t.Errorf("%d keys or more that were not written are there: %v", len(list), err)
	}
}
