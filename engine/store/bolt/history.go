package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"gancho/engine/store"
)

const (
	mostListed  = 200
	mostScanned = 20_000 // rows looked at for one page; the cursor goes on from there
)

// ListRuns implements store.History.
func (s *Store) ListRuns(ctx context.Context, q store.Query) (list []store.Run, next string, err error) {
	what := seek(q.Text)
	next, err = s.page(ctx, "runs", q, what, func(tx *tx, value []byte, at *archived) (bool, error) {
		var r savedRun
		if err := unseal(value, &r); err != nil {
			return false, err
		}
		if q.Flow != "" && r.Flow != q.Flow || q.Status != "" && string(r.Status) != q.Status || q.Error != "" && r.Error.Code != q.Error || outside(q, r.At) {
			return false, nil
		}
		if what != nil {
			if found, err := s.inRun(tx, what, &r, at); err != nil || !found {
				return false, err
			}
		}
		run := s.shown(&r)
		if q.Pick != nil && !q.Pick(&run) {
			return false, nil
		}
		list = append(list, run)
		return true, nil
	})
	return list, next, err
}

// shown is a run as readers see it: one that is leased is running.
func (s *Store) shown(r *savedRun) store.Run {
	run := r.Run
	if run.Status.Final() {
		return run
	}
	s.sched.mu.Lock()
	defer s.sched.mu.Unlock()
	if p := s.sched.runs[run.Number]; p != nil && p.token != 0 {
		run.Status, run.WaitingFor, run.Due = store.Running, "", time.Time{}
	}
	return run
}

func outside(q store.Query, at time.Time) bool {
	return (!q.From.IsZero() && at.Before(q.From)) || (!q.To.IsZero() && !at.Before(q.To))
}

// ListEvents implements store.History.
func (s *Store) ListEvents(ctx context.Context, q store.Query) (list []store.EventInfo, next string, err error) {
	what := seek(q.Text)
	if q.Status == string(store.Rejected) {
		return s.listMixed(ctx, q, what, func(store.Query) ([]store.EventInfo, string, error) { return nil, "", nil })
	}
	kept := func(q store.Query) ([]store.EventInfo, string, error) { return s.listKept(ctx, q, what) }
	if q.Status == "" {
		return s.listMixed(ctx, q, what, kept)
	}
	return kept(q)
}

// listKept lists the events that are on disk.
func (s *Store) listKept(ctx context.Context, q store.Query, what *sought) (list []store.EventInfo, next string, err error) {
	next, err = s.page(ctx, "events", q, what, func(_ *tx, value []byte, at *archived) (bool, error) {
		var e savedEvent
		if err := unseal(value, &e); err != nil {
			return false, err
		}
		if q.Flow != "" && e.Flow != q.Flow || q.Status != "" && string(e.Outcome) != q.Status || outside(q, e.At) || what != nil && !s.inEvent(what, e, at) {
			return false, nil
		}
		e.Meta, e.Body = nil, nil
		list = append(list, e.EventInfo)
		return true, nil
	})
	return list, next, err
}

// page walks rows, newest first, until f took enough. It tells f where a row of the archive is.
func (s *Store) page(ctx context.Context, bucket string, q store.Query, what *sought, f func(tx *tx, value []byte, at *archived) (bool, error)) (next string, err error) {
	start := time.Now()
	limit := min(max(q.Limit, 1), mostListed)
	err = s.live.view(func(tx *tx) error {
		w := s.walk(tx, bucket, q.Flow)
		defer w.end()
		last := uint64(math.MaxUint64)
		if q.Cursor != "" {
			from, err := strconv.ParseUint(q.Cursor, 10, 64)
			if err != nil {
				return fmt.Errorf("cursor %q: %w", q.Cursor, store.ErrNotFound)
			}
			w.start(from)
			last = from
		}
		enough := func(taken, scanned int) bool {
			if what != nil {
				return taken == limit || scanned > 0 && time.Since(start) > searchFor
			}
			return taken == limit || scanned == mostScanned
		}
		taken, scanned := 0, 0
		for r := w.before(last); r.number > q.After; r = w.before(r.number) {
			if enough(taken, scanned) || ctx.Err() != nil {
				next = strconv.FormatUint(r.number+1, 10)
				return ctx.Err()
			}
			scanned++
			if !w.mayBe(r) || !r.mayHold(what) {
				continue
			}
			value, at := w.sealed(r)
			if value == nil {
				continue
			}
			took, err := f(tx, value, at)
			if err != nil {
				return err
			}
			if took {
				taken++
			}
		}
		return nil
	})
	return next, err
}

// RunInfo implements store.History.
func (s *Store) RunInfo(_ context.Context, id string) (run store.Run, err error) {
	err = s.live.view(func(tx *tx) error {
		_, r, own, err := s.find(tx, id)
		if err := errors.Join(own, err); err != nil {
			return err
		}
		run = s.shown(r)
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		r, _, err := s.archive.run(id)
		if err != nil {
			return store.Run{}, err
		}
		return r.Run, nil
	}
	return run, err
}

// GetRun implements store.History.
func (s *Store) GetRun(_ context.Context, id string) (story store.Story, err error) {
	err = s.live.view(func(tx *tx) error {
		n, r, own, err := s.find(tx, id)
		if err := errors.Join(own, err); err != nil {
			return err
		}
		var e savedEvent
		if err := get(tx, "events", number(n), &e); err != nil {
			return err
		}
		story = store.Story{Run: s.shown(r), Meta: e.Meta, Body: e.Body, Waits: r.Waits, Results: map[string][]byte{}, Inbox: map[string][]byte{}}
		story.Leased = story.Run.Status == store.Running
		err = eachPlain(tx, "steps", number(n), func(rest string, data []byte) {
			story.Steps = append(story.Steps, store.Record{Path: rest[1:], Data: data})
		})
		if err != nil {
			return err
		}
		return errors.Join(
			eachPlain(tx, "results", number(n), func(path string, value []byte) { story.Results[path] = value }),
			eachPlain(tx, "inbox", number(n), func(path string, data []byte) { story.Inbox[path] = data }))
	})
	if errors.Is(err, store.ErrNotFound) {
		return s.archive.story(id)
	}
	return story, err
}

// GetEvent implements store.History.
func (s *Store) GetEvent(_ context.Context, id string) (store.EventInfo, error) {
	if e, ok := s.rejects.get(id); ok {
		return e, nil
	}
	n, err := numberOf(id)
	if err != nil {
		return store.EventInfo{}, err
	}
	var e savedEvent
	err = s.live.view(func(tx *tx) error { return get(tx, "events", number(n), &e) })
	if errors.Is(err, store.ErrNotFound) {
		var k *kept
		if k, err = s.archive.event(n); err == nil {
			e = k.event
		}
	}
	if err == nil && e.ID != id {
		err = store.ErrNotFound
	}
	return e.EventInfo, err
}

// Reject implements store.Runs. It counts with the next transaction, and waits for none.
func (s *Store) Reject(events []store.Event) {
	for _, e := range s.rejects.add(events) {
		s.watch.tell(store.Change{Event: &e})
	}
	_, err := s.live.send(func(*tx) error {
		for i := range events {
			s.counts.event(&store.EventInfo{Flow: events[i].Flow, Outcome: store.Rejected, At: events[i].At})
		}
		return nil
	}, nil)
	if err != nil {
		s.log.Debug("a rejected delivery was not counted", "error", err)
	}
}

// mostUntold is how many changes one that is told of them may be behind.
const mostUntold = 8192

// watchers are told of changes; a slow one loses some and is told so.
type watchers struct {
	mu   sync.Mutex
	each map[chan store.Change]*bool
}

func (w *watchers) tell(c store.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch, lost := range w.each {
		if *lost {
			select {
			case ch <- store.Change{Gap: true}:
				*lost = false
			default:
				continue
			}
		}
		select {
		case ch <- c:
		default:
			*lost = true
		}
	}
}

// behind says whether one that has heard all that was kept for it has lost some, and was not told
// so yet.
func (w *watchers) behind(ch chan store.Change) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	lost := w.each[ch]
	if !*lost || len(ch) > 0 {
		return false
	}
	*lost = false
	return true
}

// Live implements store.History.
func (s *Store) Live(ctx context.Context, f func(store.Change)) error {
	ch := make(chan store.Change, mostUntold)
	s.watch.mu.Lock()
	if s.watch.each == nil {
		s.watch.each = map[chan store.Change]*bool{}
	}
	s.watch.each[ch] = new(bool)
	s.watch.mu.Unlock()
	defer func() {
		s.watch.mu.Lock()
		defer s.watch.mu.Unlock()
		delete(s.watch.each, ch)
	}()
	f(store.Change{})
	for {
		select {
		case c := <-ch:
			f(c)
			if len(ch) == 0 && s.watch.behind(ch) {
				f(store.Change{Gap: true})
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// startLoops begins what the store does by itself.
func (s *Store) startLoops(ctx context.Context) error {
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.live.free(func() { s.archiveNow(ctx) })
	s.loops.Go(func() { s.sweepNowAndThen(ctx) })
	s.loops.Go(func() { s.archiveNowAndThen(ctx) })
	s.loops.Go(func() { s.keepReserve(ctx) })
	s.loops.Go(func() { s.rejects.saveNowAndThen(ctx) })
	return nil
}

// Expire implements store.History.
func (s *Store) Expire(ctx context.Context, keep func(flow string) store.Keep) error {
	type old struct {
		key  []byte
		rows bool
	}
	var all []old
	now := s.now()
	err := s.live.view(func(tx *tx) error {
		return tx.bucket("events").forEach(func(key, value []byte) error {
			var e savedEvent
			if err := unseal(value, &e); err != nil {
				return err
			}
			k := complete(keep(e.Flow))
			age := now.Sub(e.At)
			if age > k.Runs || (age > k.Bodies && e.Body != nil) {
				all = append(all, old{append([]byte(nil), key...), age > k.Runs})
			}
			return nil
		})
	})
	for i := 0; i < len(all) && err == nil && ctx.Err() == nil; i += 500 {
		part := all[i:min(i+500, len(all))]
		err = s.live.do(func(tx *tx) error {
			for _, o := range part {
				if err := expireOne(tx, o.key, o.rows); err != nil {
					return err
				}
			}
			return nil
		}, nil)
	}
	s.rejects.expire(now, keep)
	return errors.Join(err, s.archive.expire(ctx, keep))
}

// expireOne drops an event's body, or the event with all that came of it. What belongs to a
// run that has not ended stays.
func expireOne(tx *tx, key []byte, rows bool) error {
	var r savedRun
	if err := get(tx, "runs", key, &r); err == nil && !r.Status.Final() {
		return nil
	}
	if !rows {
		var e savedEvent
		if err := get(tx, "events", key, &e); errors.Is(err, store.ErrNotFound) {
			return nil // it was archived meanwhile, and the archive drops it
		} else if err != nil {
			return err
		}
		e.Meta, e.Body = nil, nil
		return put(tx, "events", key, e)
	}
	return dropEvent(tx, key)
}

// dropEvent deletes an event with all that came of it.
func dropEvent(tx *tx, key []byte) error {
	for _, bucket := range []string{"events", "runs", "ended"} {
		if err := tx.bucket(bucket).delete(key); err != nil {
			return err
		}
	}
	for _, bucket := range []string{"steps", "results", "inbox", "given"} {
		if err := forgetAll(tx, bucket, binary.BigEndian.Uint64(key)); err != nil {
			return err
		}
	}
	return nil
}

// Backup implements store.History: live state first, so that documents are never older than
// the runs that need them.
func (s *Store) Backup(_ context.Context, dir string) (err error) {
	s.archive.files.Lock()
	defer s.archive.files.Unlock()
	if _, err := os.Stat(dir); err == nil {
		return fmt.Errorf("back up: %s is there already; name a new folder", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if err != nil { // half of one is in the way of the next
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	for _, f := range []struct {
		copyTo func(path string) error
		name   string
	}{{s.live.copyTo, "live.db"}, {s.docs.copyTo, "gancho.db"}} {
		path := filepath.Join(dir, f.name)
		if err := errors.Join(f.copyTo(path), syncFile(path)); err != nil {
			return fmt.Errorf("back up %s: %w", f.name, err)
		}
	}
	if err := s.archive.backup(dir); err != nil {
		return err
	}
	if err := beginInventory(dir, s.live.journal.turn(), true); err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, "FORMAT"), []byte(format), true)
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
