package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bbolt "go.etcd.io/bbolt"
)

// live.db is rewritten when it is larger than shrinkFrom, most of it is free, and what is left
// is copied in a moment.
const (
	shrinkFrom = 4 << 20
	shrinkMost = 64 << 20
)

func (f *live) wasteful() bool {
	size, err := fileSize(f.path)
	free := int64(f.db.Stats().FreeAlloc)
	return err == nil && size > shrinkFrom && free > size/2 && size-free < shrinkMost
}

// brought says whether live.db holds all up to a moment. Callers hold checkpoint.
func (f *live) brought(moment uint64) bool {
	return f.sealed == nil && (moment <= f.until || f.active.bytes.Load() == 0)
}

// small says whether what live.db holds is copied in a moment.
func (f *live) small() bool {
	size, err := fileSize(f.path)
	return err == nil && size-int64(f.db.Stats().FreeAlloc) < shrinkMost
}

// shrink gives back what is free of live.db where that is worth it, or may hold what was erased.
// A disk without room for a second file leaves all as it is until the next time.
func (f *live) shrink() {
	f.checkpoint.Lock()
	defer f.checkpoint.Unlock()
	erased := f.erased.Load()
	clean := erased > 0 && f.brought(erased) && !f.journal.holds(erased)
	if !f.wasteful() && (!clean || !f.small()) {
		return
	}
	if err := f.rewrite(); err != nil {
		f.log.Warn("live.db keeps its free space", "error", err)
		return
	}
	if clean {
		f.erased.CompareAndSwap(erased, 0)
	}
}

// rewrite live.db while all goes on: what is written meanwhile is in the journal and the
// tables. Whoever reads the former file ends with it. A crash finds the former file or the new
// one, and both hold the same. Callers hold checkpoint.
func (f *live) rewrite() error {
	fresh, err := f.dense()
	if err != nil {
		return fmt.Errorf("rewrite live.db: %w", errors.Join(err, removeIfThere(f.path+".new")))
	}
	if err := os.Rename(f.path+".new", f.path); err != nil {
		return fmt.Errorf("rewrite live.db: %w", errors.Join(err, fresh.Close(), removeIfThere(f.path+".new")))
	}
	if err := syncDir(filepath.Dir(f.path)); err != nil {
		return errors.Join(f.judge(&syncError{err}), fresh.Close())
	}
	f.mu.Lock()
	f.tables.Lock()
	former := f.db
	f.db = fresh
	f.tables.Unlock()
	f.mu.Unlock()
	f.former.Go(func() {
		if err := former.Close(); err != nil {
			f.log.Error("close the former live.db", "error", err)
		}
	})
	return nil
}

// dense makes a copy of live.db without what is free, which is on disk when it returns.
func (f *live) dense() (*bbolt.DB, error) {
	if err := removeIfThere(f.path + ".new"); err != nil {
		return nil, err
	}
	fresh, err := open(f.path + ".new")
	if err != nil {
		return nil, err
	}
	fresh.AllocSize = 64 << 10
	if err := errors.Join(bbolt.Compact(fresh, f.db, flushPart), fresh.Sync()); err != nil {
		return nil, errors.Join(err, fresh.Close())
	}
	fresh.AllocSize, fresh.NoFreelistSync = growBy, f.db.NoFreelistSync
	return fresh, nil
}
