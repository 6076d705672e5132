package bolt

import (
	"context"
	"math"

	bbolt "go.etcd.io/bbolt"
)

// Checkpoint lets a test say when what has ended is archived and the rest brought into
// live.db.
func (s *Store) Checkpoint(ctx context.Context) error {
	s.archiveNow(ctx)
	return s.live.flush()
}

// ArchiveAll moves all that has ended, however little it is.
func (s *Store) ArchiveAll(ctx context.Context) error {
	_, err := s.archivePass(ctx, pick{}, math.MaxInt)
	return err
}

// SmallSegments makes segments so small that a test uses them again.
func SmallSegments() { smallSegment, largeSegment = 16<<10, 32<<10 }

// Rewrite makes live.db anew, however little of it is free.
func (s *Store) Rewrite() error {
	s.live.checkpoint.Lock()
	defer s.live.checkpoint.Unlock()
	return s.live.rewrite()
}

// GrowArchive makes the newest file of rows larger, as a block of so many bytes would.
func (s *Store) GrowArchive(by int) error {
	rows, err := s.archive.volumes[len(s.archive.volumes)-1].openRows()
	if err != nil {
		return err
	}
	return rows.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("words")).Put([]byte("~"), make([]byte, by)) })
}
