package bolt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gancho/engine/store"
)

// Erase takes out what runs, and events that made none, hold of a person: bodies, envelopes
// and step records.
// That they happened stays. Free pages of live.db and the journal may hold the bytes for half a
// minute more or, where live.db has over 64 MiB of unfinished work, until it has less.
func (s *Store) Erase(ctx context.Context, runs []string) error {
	s.archive.files.Lock() // nothing moves into the archive meanwhile
	defer s.archive.files.Unlock()
	s.archive.setErasing(runs)
	defer s.archive.setErasing(nil)
	at := s.now()
	err := s.live.do(func(tx *tx) error {
		for _, id := range runs {
			n, r, own, err := s.find(tx, id)
			if own != nil {
				if err := eraseEvent(tx, id, at); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
			if !r.Status.Final() {
				return store.ErrConflict
			}
			if err := s.eraseOne(tx, n, r, at); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil {
		return err
	}
	s.live.erased.Store(s.live.durable.Load())
	return errors.Join(s.rejects.erase(runs, at), s.archive.erase(ctx, runs, at))
}

// setErasing names the runs that are being erased, before it is looked whether they are in live state: from
// then on none is brought back there.
func (a *archive) setErasing(runs []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.erasing = runs
}

func (a *archive) isErasing(run string) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Contains(a.erasing, run)
}

// eraseEvent erases an event that made no run.
func eraseEvent(tx *tx, id string, at time.Time) error {
	n, err := numberOf(id)
	if err != nil {
		return nil //nolint:nilerr // it names nothing that is here
	}
	var e savedEvent
	if err := get(tx, "events", number(n), &e); errors.Is(err, store.ErrNotFound) || (err == nil && (e.ID != id || e.Run != "")) {
		return nil
	} else if err != nil {
		return err
	}
	e.erase(at)
	return put(tx, "events", number(n), e)
}

func (s *Store) eraseOne(tx *tx, n uint64, r *savedRun, at time.Time) error {
	var e savedEvent
	if err := get(tx, "events", number(n), &e); err == nil {
		e.erase(at)
		if err := put(tx, "events", number(n), e); err != nil {
			return err
		}
	}
	for _, bucket := range []string{"steps", "results", "inbox"} {
		if err := forgetAll(tx, bucket, n); err != nil {
			return err
		}
	}
	r.erase(at)
	return put(tx, "runs", number(n), *r)
}

func (e *savedEvent) erase(at time.Time) {
	e.Key, e.OrderBy = "", ""
	eraseInfo(&e.EventInfo, at)
}

// eraseInfo takes out what an event holds; why it was filtered or refused may say it, too.
func eraseInfo(e *store.EventInfo, at time.Time) {
	e.Meta, e.Body, e.Title, e.Reason, e.ErasedAt = nil, nil, "", store.Erased, at
}

func (r *savedRun) erase(at time.Time) {
	r.ErasedAt = at
	r.Title, r.OrderBy, r.Answer, r.Told, r.Frontier, r.Reason = "", "", nil, nil, nil, store.Erased
	r.Error.Message = ""
}

// forgetAll deletes all rows of a bucket that belong to a run.
func forgetAll(tx *tx, bucket string, n uint64) error {
	var keys [][]byte
	err := each(tx, bucket, number(n), func(rest string, _ []byte) error {
		keys = append(keys, join(n, rest))
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := tx.bucket(bucket).delete(k); err != nil {
			return err
		}
	}
	return nil
}

// erase rewrites the blocks of these runs, in every volume with a copy, without what they
// hold of a person, and then these volumes, so that no byte of it is left. Callers hold files.
func (a *archive) erase(ctx context.Context, runs []string, at time.Time) error {
	ctx = context.WithoutCancel(ctx) // what is half erased would stay so
	err := a.eraseBlocks(runs, at)
	for _, v := range a.stale() {
		err = errors.Join(err, a.rewrite(ctx, v, nil, nil))
	}
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

// stale are the volumes that may still hold bytes of what was erased.
func (a *archive) stale() []*volume {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(a.volumes), func(v *volume) bool { return !v.note.Stale })
}

func (a *archive) eraseBlocks(runs []string, at time.Time) error {
	numbers := map[uint64]bool{}
	for _, id := range runs {
		if n, err := numberOf(id); err == nil {
			numbers[n] = true
		}
	}
	touched, err := a.holding(numbers)
	if err != nil {
		return err
	}
	// It is noted first: a rewrite that fails, or that a crash cuts short, is done later.
	if err := a.noteStale(touched); err != nil {
		return err
	}
	for _, v := range touched {
		if err := a.eraseOf(v, numbers, at); err != nil {
			return err
		}
	}
	return nil
}

// holding gives the volumes that hold any of these events.
func (a *archive) holding(numbers map[uint64]bool) (touched []*volume, err error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, v := range a.volumes {
		holds, err := a.holdsAny(v, numbers)
		if err != nil {
			return nil, err
		}
		if holds {
			touched = append(touched, v)
		}
	}
	return touched, nil
}

func (a *archive) noteStale(touched []*volume) error {
	if len(touched) == 0 {
		return nil
	}
	a.mu.Lock()
	for _, v := range touched {
		v.note.Stale = true
	}
	a.mu.Unlock()
	return a.s.live.do(func(tx *tx) error {
		for _, v := range touched {
			if err := a.putNote(tx, v); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}

// holdsAny says whether a volume has any of these events.
func (a *archive) holdsAny(v *volume, numbers map[uint64]bool) (bool, error) {
	for n := range numbers {
		if n < v.note.First || n > v.note.Last {
			continue
		}
		_, err := a.findIn(v, n)
		if !errors.Is(err, store.ErrNotFound) {
			return err == nil, err
		}
	}
	return false, nil
}

// eraseOf erases events in all blocks of a volume that hold them: one that was resumed and has
// ended again is in a block that its index does not name any more, too. Readers wait for each block that is written, and
// not for the search.
func (a *archive) eraseOf(v *volume, numbers map[uint64]bool, when time.Time) error {
	holding, err := a.blocksWith(v, numbers)
	if err != nil {
		return err
	}
	for _, at := range holding {
		if err := a.eraseIn(v, at, numbers, when); err != nil {
			return err
		}
	}
	return nil
}

// blocksWith gives the blocks of a volume that hold any of these events.
func (a *archive) blocksWith(v *volume, numbers map[uint64]bool) (holding []uint32, err error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	rows, blocks, err := v.openBlocks()
	if err != nil {
		return nil, err
	}
	for _, at := range slices.Sorted(maps.Keys(blocks)) {
		b, err := a.block(v, at, rows.View)
		if err != nil {
			return nil, v.unread(rowsExt, err)
		}
		if slices.ContainsFunc(slices.Collect(maps.Keys(b.entries)), func(n uint64) bool { return numbers[n] }) {
			holding = append(holding, at)
		}
	}
	return holding, nil
}

func (a *archive) eraseIn(v *volume, at uint32, numbers map[uint64]bool, when time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	rows, err := v.openRows() // a block that is replaced has the files opened anew
	if err != nil {
		return err
	}
	b, err := a.block(v, at, rows.View)
	if err != nil {
		return v.unread(rowsExt, err)
	}
	var all []kept
	for _, n := range slices.Sorted(maps.Keys(b.entries)) {
		k, err := a.whole(&archived{v, at, b.flow, b.entries[n]})
		if err != nil {
			return err
		}
		if numbers[n] {
			k.event.erase(when)
			k.steps, k.results, k.inbox = nil, nil, nil
			if k.run != nil {
				k.run.erase(when)
			}
		}
		all = append(all, *k)
	}
	clear(a.blocks)
	clear(a.bodies)
	block := new(packer).pack(b.flow, all)
	return v.replace(at, &block)
}
