package bolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// errOnlyRead says why nothing can be written.
var errOnlyRead = errors.New("the data folder cannot be written, and was opened to be read alone")

// OpenToRead opens the folder of a stopped server without changing anything in it, such as a
// snapshot that cannot be written. What the journal holds is read into memory.
func OpenToRead(_ context.Context, dir string, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{log: o.Log, dir: dir, swept: map[string][]byte{}, sched: newScheduler()}
	s.archive, s.reserve = newArchive(s), newReserve(dir)
	s.archive.only = true
	if err := s.openToRead(); err != nil {
		return nil, err
	}
	s.rejects = newRejects(dir, o.Log)
	err := s.live.db.View(func(tx *bbolt.Tx) error { return hasBuckets(tx, liveBuckets[:]) })
	if err == nil {
		err = s.live.begin()
	}
	if err == nil {
		err = s.live.view(s.load)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", dir, err), s.Close())
	}
	return s, nil
}

// openToRead opens both files.
func (s *Store) openToRead() error {
	found, err := formatOf(s.dir)
	switch {
	case err != nil:
		return err
	case found == "":
		return fmt.Errorf("%s is no data folder", s.dir)
	}
	if err := hasFiles(s.dir); err != nil {
		return err
	}
	docs, err := openSound(filepath.Join(s.dir, "gancho.db"), docBuckets)
	if err != nil {
		return err
	}
	s.docs = &file{path: docs.Path(), db: docs, ops: make(chan *op), gone: make(chan struct{}), broken: errOnlyRead}
	close(s.docs.gone)
	if err := s.docs.view(func(tx *tx) error { s.changes.Store(tx.bucket("docs").sequence()); return nil }); err != nil {
		return errors.Join(err, docs.Close())
	}
	path := filepath.Join(s.dir, "live.db")
	db, err := openSound(path, oldLive)
	if err != nil {
		return errors.Join(err, docs.Close())
	}
	s.live = newLive(path, db, s.log)
	s.live.only, s.live.broken, s.live.docs = true, errOnlyRead, s.changes.Load
	s.live.inventory = slices.Contains([]string{format, unfinished}, found)
	s.counts = s.live.ledger
	return nil
}

// openSound opens a file to read, once its pages were walked.
func openSound(path string, buckets []string) (db *bbolt.DB, err error) {
	err = guard(func() error {
		if db, err = openToRead(path); err != nil {
			return err
		}
		return errors.Join(whole(db), soundTree(db), db.View(func(tx *bbolt.Tx) error { return hasBuckets(tx, buckets) }))
	})
	if err != nil && db != nil {
		err = errors.Join(err, db.Close())
	}
	if err != nil && !errors.Is(err, store.ErrLocked) {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return db, err
}

// checkJournal reads the journal as a start does, and says what is wrong with it.
func checkJournal(dir string) (fault string, err error) {
	s := &Store{log: slog.New(slog.DiscardHandler), dir: dir}
	if err := s.openToRead(); err != nil {
		return "", err
	}
	if e := guard(s.live.begin); e != nil {
		fault = e.Error()
	}
	return fault, errors.Join(s.live.close(), s.docs.close())
}
