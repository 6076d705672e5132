package bolt

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"gancho/engine/store"
)

// sweepNowAndThen drops keys and signals that have ended.
func (s *Store) sweepNowAndThen(ctx context.Context) {
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := s.sweep(); err != nil {
				s.log.Error("drop what has ended", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s *Store) sweep() error {
	now := s.now()
	over := func(t time.Time) bool { return !t.IsZero() && now.After(t) }
	return errors.Join(
		s.drop("keys", func(v []byte) (bool, error) { var e store.Entry; err := unseal(v, &e); return over(e.Expires), err }),
		s.drop("dedupe", func(v []byte) (bool, error) { var d dedupe; err := unseal(v, &d); return over(d.Until), err }),
		s.drop("signals", func(v []byte) (bool, error) { var k keptSignal; err := unseal(v, &k); return over(k.Until), err }),
	)
}

// sweepRows are looked at together. Of many rows not all are looked at each time: the next
// sweep goes on where this one ended.
var sweepRows = 20_000

// drop deletes rows that f picks, and goes on as long as many are.
func (s *Store) drop(bucket string, f func(value []byte) (bool, error)) error {
	for {
		seen, gone, err := s.dropSome(bucket, f)
		if err != nil || seen < sweepRows || 10*gone < seen {
			return err
		}
	}
}

func (s *Store) dropSome(bucket string, f func(value []byte) (bool, error)) (seen, dropped int, err error) {
	var gone [][]byte
	err = s.live.view(func(tx *tx) error {
		c := tx.bucket(bucket).cursor()
		key, value := c.seek(s.swept[bucket])
		for ; key != nil && seen < sweepRows; key, value = c.next() {
			seen++
			is, err := f(value)
			if err != nil {
				s.swept[bucket] = append(bytes.Clone(key), 0)
				return err
			}
			if is {
				gone = append(gone, bytes.Clone(key))
			}
		}
		s.swept[bucket] = bytes.Clone(key)
		return tx.err
	})
	dropped = len(gone)
	for part := range slices.Chunk(gone, 1000) {
		err = errors.Join(err, s.live.do(func(tx *tx) error {
			for _, key := range part {
				// It may have been renewed since it was seen.
				if is, err := f(tx.bucket(bucket).get(key)); err != nil || !is {
					continue
				}
				if err := tx.bucket(bucket).delete(key); err != nil {
					return err
				}
			}
			return nil
		}, nil))
	}
	return seen, dropped, err
}
