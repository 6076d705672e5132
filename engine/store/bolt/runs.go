package bolt

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// start loads what is unfinished and begins writing.
func (s *Store) start(ctx context.Context) error {
	s.sched = newScheduler()
	go s.docs.write()
	err := s.docs.view(func(tx *tx) error {
		s.changes.Store(tx.bucket("docs").sequence())
		return nil
	})
	if err != nil {
		return fmt.Errorf("read gancho.db: %w", err)
	}
	if err := s.live.db.Update(s.addArchive); err != nil {
		return fmt.Errorf("make room for the archive: %w", err)
	}
	if err := s.live.begin(); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	if err := s.live.do(s.countStart, nil); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := s.live.view(s.load); err != nil {
		return fmt.Errorf("read live.db: %w", err)
	}
	return s.startLoops(ctx)
}

// addArchive adds what a live.db lacks that was written before there was an archive.
func (s *Store) addArchive(base *bbolt.Tx) error {
	if err := hasBuckets(base, oldLive); err != nil {
		return err
	}
	added := []string{"ended", "volumes"}
	if base.Bucket([]byte(added[0])) != nil {
		return hasBuckets(base, added)
	}
	for _, name := range added {
		if _, err := base.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return s.noteEnds(plain(base))
}

// countStart gives this process a number of its own, so that no lease of a former one is
// ever taken for one of ours, and notes whether the former one ended in good order.
func (s *Store) countStart(tx *tx) error {
	meta := tx.bucket("meta")
	n, err := meta.nextSequence()
	s.boot, s.clean = n, n == 1 || meta.get(cleanKey) != nil
	return errors.Join(err, meta.delete(cleanKey))
}

// cleanKey stands in meta after a Close that left no run leased.
var cleanKey = []byte("clean")

// markClean notes a good end: whoever opens the folder next need not doubt any effect.
func (s *Store) markClean() error {
	if s.sched.leased() {
		return nil
	}
	return s.live.do(func(tx *tx) error { return tx.bucket("meta").put(cleanKey, []byte{1}) }, nil)
}

// load rebuilds the scheduler and the counters.
func (s *Store) load(tx *tx) error {
	if key, _ := tx.bucket("events").cursor().last(); key != nil {
		s.next = binary.BigEndian.Uint64(key) + 1
	}
	s.next = max(s.next, tx.bucket("events").sequence(), 1)
	if err := errors.Join(s.counts.load(tx), s.archive.load(tx)); err != nil {
		return err
	}
	over := tx.bucket("ended").cursor()
	ended, _ := over.first()
	if ended != nil {
		s.archive.tell()
	}
	err := tx.bucket("runs").forEach(func(key, value []byte) error {
		for ended != nil && bytes.Compare(ended, key) < 0 {
			ended, _ = over.next()
		}
		if bytes.Equal(ended, key) {
			return nil // it waits for the archive alone
		}
		var r savedRun
		n := binary.BigEndian.Uint64(key)
		if err := unseal(value, &r); err != nil {
			s.log.Error("a run is damaged and stays where it is", "number", n, "error", err)
			s.sched.addParked(n, "", "", time.Time{}) // of no flow: never claimed, and not taken for one that has ended
			return nil
		}
		if r.Status.Final() {
			return nil
		}
		s.sched.join(waiterOf(&r.Run), n)
		if r.Status == store.Waiting || r.Status == store.Unknown {
			s.sched.addParked(n, r.Flow, r.OrderBy, r.Due)
			if due := !r.Due.IsZero() && !s.now().Before(r.Due); due && !s.clean {
				s.sched.doubt(n)
			}
		} else {
			s.sched.add(n, r.Flow, r.OrderBy, !s.clean)
		}
		return nil
	})
	return errors.Join(err, s.wakeSignaled(tx))
}

// wakeSignaled wakes the runs that had not taken a signal when the process before this one ended.
func (s *Store) wakeSignaled(tx *tx) error {
	return tx.bucket("inbox").forEach(func(key, _ []byte) error {
		n := binary.BigEndian.Uint64(key)
		if !s.clean {
			s.sched.doubt(n)
		}
		s.sched.wake(n)
		return nil
	})
}

// token of a lease: the number of this start, and a counter.
func (s *Store) token() uint64 { return s.boot<<32 | s.leases.Add(1) }

// now is the store's clock.
func (s *Store) now() time.Time { return time.Now() }

// Accept implements store.Runs.
func (s *Store) Accept(ctx context.Context, events []store.Event) ([]store.Accept, error) {
	if s.live.maxSize > 0 && s.live.size() > s.live.maxSize {
		s.reserve.giveUp()
	}
	err := errors.Join(ctx.Err(), s.reserve.err())
	if err == nil {
		err = s.live.roomy(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	var accepted []store.Accept
	var made []made
	err = s.live.do(func(tx *tx) error {
		var err error
		accepted, made, err = s.acceptAll(tx, events)
		return err
	}, func() { s.admit(made) })
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	return accepted, nil
}

// made is what an accepted event changes in memory.
type made struct {
	event store.EventInfo
	run   *store.Run
}

func (s *Store) admit(all []made) {
	s.sched.mu.Lock()
	for _, m := range all {
		if m.run != nil {
			s.sched.add(m.run.Number, m.run.Flow, m.run.OrderBy, false)
			s.sched.join(waiterOf(m.run), m.run.Number)
		} else {
			s.archive.tell()
		}
	}
	s.sched.mu.Unlock()
	for i := range all {
		m := &all[i]
		s.watch.tell(store.Change{Event: &m.event})
		if m.run != nil {
			s.watch.tell(store.Change{Run: m.run})
		}
	}
}

func (s *Store) acceptAll(tx *tx, events []store.Event) ([]store.Accept, []made, error) {
	accepted, all := make([]store.Accept, len(events)), make([]made, len(events))
	for i := range events {
		a, m, err := s.acceptOne(tx, &events[i])
		if err != nil {
			return nil, nil, err
		}
		accepted[i], all[i] = a, m
	}
	// A number is never used again, even after every event has expired.
	return accepted, all, tx.bucket("events").setSequence(s.next)
}

func (s *Store) acceptOne(tx *tx, e *store.Event) (store.Accept, made, error) {
	n := s.next
	s.next++
	key := number(n)
	saved := savedEvent{EventInfo: store.EventInfo{
		ID: newID(e.At, 0, n), Number: n, Flow: e.Flow, At: e.At, Outcome: e.Outcome, Name: e.Name, Title: e.Title, Reason: e.Reason,
		Source: e.Source, Size: len(e.Body), Meta: e.Meta, Body: e.Body,
	}, Key: e.Key, OrderBy: e.OrderBy, Parent: e.Parent}
	runID := newID(e.At, 1, n)
	if e.Outcome == store.Accepted {
		first, err := s.duplicate(tx, e, n, runID)
		if err != nil {
			return store.Accept{}, made{}, err
		}
		switch first.First {
		case 0:
		case n:
			saved.Outcome, saved.Reason = store.Duplicate, "not later than the last one"
		default:
			saved.Outcome, saved.First = store.Duplicate, first.First
			saved.Run = first.Run
		}
	}
	var run *store.Run
	if saved.Outcome == store.Accepted {
		r := newRun(&saved, e, runID)
		run, saved.Run = &r.Run, r.ID
		if err := tx.bucket("runs").put(key, r.sealed()); err != nil {
			return store.Accept{}, made{}, err
		}
		for _, step := range e.Steps {
			if err := tx.bucket("steps").put(join(n, "\x00", step.Path), frame(step.Data)); err != nil {
				return store.Accept{}, made{}, err
			}
		}
	}
	if err := tx.bucket("events").put(key, saved.sealed()); err != nil {
		return store.Accept{}, made{}, err
	}
	if run == nil {
		if err := s.noteEnd(tx, n, e.Flow); err != nil {
			return store.Accept{}, made{}, err
		}
	}
	s.counts.event(&saved.EventInfo)
	info := saved.EventInfo
	info.Meta, info.Body = nil, nil
	return store.Accept{Event: saved.ID, Run: saved.Run, Outcome: saved.Outcome}, made{info, run}, nil
}

func newRun(saved *savedEvent, e *store.Event, id string) *savedRun {
	r := &savedRun{Run: store.Run{
		ID: id, Number: saved.Number, Flow: e.Flow, Event: saved.ID, EventName: e.Name, Title: e.Title,
		Status: store.Pending, At: e.At, OrderBy: e.OrderBy, Parent: e.Parent, Depth: e.Depth, Attempt: 1,
		ReplayOf: e.ReplayOf, Revision: e.Revision,
	}}
	if e.Source != "" {
		r.Event = e.Source
	}
	return r
}

func (s *Store) runOf(tx *tx, n uint64) string {
	var r savedRun
	if n != 0 && get(tx, "runs", number(n), &r) == nil {
		return r.ID
	}
	if k, err := s.archive.event(n); n != 0 && err == nil && k.run != nil {
		return k.run.ID
	}
	return ""
}

// dedupe is what is kept of a key: the first event with it, and when it is forgotten.
type dedupe struct {
	First uint64
	Until time.Time
	Run   string `json:",omitempty"` // of the first
}

// duplicate gives the first event with this key, or remembers this one and gives 0. For an
// event that is not later than its flow's last After it gives the event itself.
func (s *Store) duplicate(tx *tx, e *store.Event, n uint64, run string) (dedupe, error) {
	if !e.After.IsZero() {
		var last time.Time
		err := get(tx, "after", []byte(e.Flow), &last)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return dedupe{}, err
		}
		if err == nil && !e.After.After(last) {
			return dedupe{First: n}, nil
		}
		if err := put(tx, "after", []byte(e.Flow), e.After); err != nil {
			return dedupe{}, err
		}
	}
	if e.Key == "" {
		return dedupe{}, nil
	}
	return s.remember(tx, e.Flow, e.Key, e.KeyFor, n, run)
}

// remember gives who holds the key, nobody if it is free or n's own; then n holds it.
func (s *Store) remember(tx *tx, flow, key string, keep time.Duration, n uint64, run string) (dedupe, error) {
	sum := sha256.Sum256([]byte(key))
	at := append([]byte(flow+"\x00"), sum[:16]...)
	var d dedupe
	err := get(tx, "dedupe", at, &d)
	if err == nil && s.now().Before(d.Until) {
		if d.First == n {
			return dedupe{}, nil
		}
		if d.Run == "" {
			d.Run = s.runOf(tx, d.First)
		}
		return d, nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return dedupe{}, err
	}
	return dedupe{}, put(tx, "dedupe", at, dedupe{n, s.now().Add(keep), run})
}

// Claim implements store.Runs.
func (s *Store) Claim(ctx context.Context, _ string, most int) ([]store.Work, error) {
	picked, err := s.sched.claim(ctx, most, s.now, s.token)
	if err != nil {
		return nil, err
	}
	var work []store.Work
	err = s.live.view(func(tx *tx) error {
		for _, c := range picked {
			w, err := s.work(tx, c)
			if err != nil {
				s.log.Error("read a run", "number", c.number, "error", err)
				s.setAside(c.number)
				continue
			}
			work = append(work, w)
		}
		return nil
	})
	return work, err
}

// Holds implements store.Runs.
func (s *Store) Holds(lease store.Lease) bool { return s.sched.holds(lease.Number, lease.Token) }

// setAside parks a run that cannot be read, so that it holds up nobody else.
func (s *Store) setAside(n uint64) {
	s.sched.mu.Lock()
	defer s.sched.mu.Unlock()
	s.sched.park(n, time.Time{})
}

func (s *Store) work(tx *tx, c claimed) (store.Work, error) {
	var r savedRun
	if err := get(tx, "runs", number(c.number), &r); err != nil {
		return store.Work{}, err
	}
	var e savedEvent
	if err := get(tx, "events", number(c.number), &e); err != nil {
		return store.Work{}, err
	}
	w := store.Work{
		Lease: store.Lease{Run: r.ID, Number: c.number, Token: c.token}, Run: r.Run, Meta: e.Meta, Body: e.Body,
		Frontier: r.Frontier, Unclean: c.unclean,
	}
	err := eachPlain(tx, "steps", join(c.number, "\x00"), func(path string, data []byte) {
		w.Steps = append(w.Steps, store.Record{Path: path, Data: data})
	})
	if err != nil {
		return w, err
	}
	return w, eachPlain(tx, "inbox", number(c.number), func(path string, data []byte) {
		if w.Inbox == nil {
			w.Inbox = map[string][]byte{}
		}
		w.Inbox[path] = data
	})
}

// SetGates implements store.Runs.
func (s *Store) SetGates(gates []store.Gate) { s.sched.setGates(gates) }

// SetPlaces implements store.Runs.
func (s *Store) SetPlaces(n int) { s.sched.setPlaces(n) }

// Cancel implements store.Runs.
func (s *Store) Cancel(_ context.Context, runs []string, reason string) []error {
	own, effects := make([]error, len(runs)), make([][]func(), len(runs))
	errs := s.live.each(len(runs), func(i int, tx *tx) (err error) {
		effects[i], own[i], err = s.cancelOne(tx, runs[i], reason)
		return err
	}, func(i int) { runAll(effects[i]) })
	for i := range errs {
		errs[i] = cmp.Or(errs[i], own[i])
	}
	return errs
}

func (s *Store) cancelOne(tx *tx, id, reason string) ([]func(), error, error) {
	n, r, own, err := s.find(tx, id)
	if errors.Is(own, store.ErrNotFound) {
		if _, _, err := s.archive.run(id); err == nil {
			own = store.ErrConflict
		}
	}
	if own != nil || err != nil {
		return nil, own, err
	}
	if r.Status.Final() {
		return nil, store.ErrConflict, nil
	}
	result, err := json.Marshal(map[string]any{"status": store.Canceled, "error": store.RunError{Code: "canceled", Message: reason}})
	if err != nil {
		return nil, nil, err
	}
	t := &change{s: s, tx: tx, c: &store.Commit{}, r: r, n: n, before: r.Status}
	if err := t.end(&store.End{Status: store.Canceled, Reason: reason, Result: result}); err != nil {
		return nil, nil, err
	}
	return t.effects, nil, nil
}

// find gives the run of an ID; own is store.ErrNotFound where there is none.
func (s *Store) find(tx *tx, id string) (n uint64, r *savedRun, own, err error) {
	n, own = numberOf(id)
	if own != nil {
		return 0, nil, own, nil
	}
	r = new(savedRun)
	err = get(tx, "runs", number(n), r)
	if errors.Is(err, store.ErrNotFound) || (err == nil && r.ID != id) {
		return 0, nil, store.ErrNotFound, nil
	}
	return n, r, nil, err
}

// Resume implements store.Runs.
func (s *Store) Resume(_ context.Context, run string, attempt int, paths []string) error {
	z := &resumption{s: s, run: run, attempt: attempt, forget: paths}
	err := s.live.do(z.apply, z.done)
	return cmp.Or(err, z.refused)
}

// resumption is a Resume being applied.
type resumption struct {
	s       *Store
	run     string
	attempt int
	forget  []string

	n       uint64
	r       *savedRun
	refused error
}

func (z *resumption) apply(tx *tx) (err error) {
	s := z.s
	if z.n, z.r, z.refused, err = s.findFailed(tx, z.run, z.attempt); z.refused != nil || err != nil {
		return err
	}
	n, r := z.n, z.r
	for _, path := range z.forget {
		if err := forgetStep(tx.bucket("steps"), n, path); err != nil {
			return err
		}
	}
	if err := forgetGiven(tx, n); err != nil {
		return err
	}
	if err := tx.bucket("ended").delete(number(n)); err != nil {
		return err
	}
	s.counts.move(r.Flow, r.Status, store.Pending)
	r.Attempt++
	r.Resumed, r.ResumedAt = r.Error.Step, s.now()
	r.Status, r.Error, r.Reason, r.Ended, r.WaitingFor = store.Pending, store.RunError{}, "", time.Time{}, ""
	return put(tx, "runs", number(n), r)
}

func (z *resumption) done() {
	if z.refused != nil {
		return
	}
	z.s.sched.mu.Lock()
	defer z.s.sched.mu.Unlock()
	z.s.sched.add(z.n, z.r.Flow, z.r.OrderBy, false)
}

// forgetGiven forgets at which places of a run an answer was given, or is waited for no more.
func forgetGiven(tx *tx, n uint64) error {
	var keys [][]byte
	err := each(tx, "given", number(n), func(path string, _ []byte) error {
		keys = append(keys, join(n, path))
		return nil
	})
	for _, key := range keys {
		err = errors.Join(err, tx.bucket("given").delete(key))
	}
	return err
}

// findFailed gives a run that may go on after this attempt, out of the archive too; own says why
// it may not.
func (s *Store) findFailed(tx *tx, id string, attempt int) (n uint64, r *savedRun, own, err error) {
	n, r, own, err = s.find(tx, id)
	if err != nil {
		return 0, nil, nil, err
	}
	if own == nil {
		if r.Status != store.Failed || r.Attempt != attempt || r.Reason == store.Erased {
			own = store.ErrConflict
		}
		return n, r, own, nil
	}
	r, f, own := s.archive.run(id)
	if own == nil && (r.Status != store.Failed || r.Attempt != attempt || r.Reason == store.Erased || s.archive.isErasing(id)) {
		own = store.ErrConflict
	}
	if own != nil {
		return 0, nil, own, nil
	}
	return f.number, r, nil, s.archive.revive(tx, f)
}
