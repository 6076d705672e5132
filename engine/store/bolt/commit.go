package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gancho/engine/store"
)

// Commit implements store.Runs.
func (s *Store) Commit(_ context.Context, commits []store.Commit) []store.Committed {
	answers, effects := make([]store.Committed, len(commits)), make([][]func(), len(commits))
	errs := s.live.each(len(commits), func(i int, tx *tx) (err error) {
		answers[i], effects[i], err = s.commit(tx, &commits[i])
		return err
	}, func(i int) { runAll(effects[i]) })
	for i, err := range errs {
		if err != nil {
			answers[i] = store.Committed{Err: fmt.Errorf("commit: %w", err)}
		}
	}
	return answers
}

func runAll(effects []func()) {
	for _, f := range effects {
		f()
	}
}

// commit is one Commit within a transaction. A lost lease is its own answer; an error is one
// of the whole transaction.
func (s *Store) commit(tx *tx, c *store.Commit) (store.Committed, []func(), error) {
	n := c.Lease.Number
	var r savedRun
	err := get(tx, "runs", number(n), &r)
	if errors.Is(err, store.ErrNotFound) || (err == nil && (r.Status.Final() || r.ID != c.Lease.Run || !s.sched.holds(n, c.Lease.Token))) {
		return store.Committed{Err: store.ErrLeaseLost}, nil, nil
	}
	if err != nil {
		return store.Committed{}, nil, err
	}
	t := &change{s: s, tx: tx, c: c, r: &r, n: n, before: r.Status}
	for _, part := range []func() error{t.title, t.steps, t.leave, t.keys, t.signals, t.spawn, t.decide} {
		if err := part(); err != nil {
			return store.Committed{}, nil, err
		}
	}
	return t.answer, t.effects, nil
}

// change is a Commit being applied.
type change struct {
	s       *Store
	tx      *tx
	c       *store.Commit
	r       *savedRun
	n       uint64
	before  store.Status
	answer  store.Committed
	effects []func()
}

func (t *change) title() error {
	if t.c.Title == "" {
		return nil
	}
	t.r.Title = t.c.Title
	var e savedEvent
	if err := get(t.tx, "events", number(t.n), &e); err != nil {
		return err
	}
	e.Title = t.c.Title
	return put(t.tx, "events", number(t.n), e)
}

func (t *change) steps() error {
	if t.r.Revision == 0 {
		t.r.Revision = t.c.Revision
	}
	if t.r.Started.IsZero() {
		t.r.Started = t.s.now()
	}
	if t.c.Frontier != nil {
		t.r.Frontier = t.c.Frontier
	}
	if t.c.Answer != nil {
		t.r.Answer = t.c.Answer
	}
	if t.c.Told != nil {
		t.r.Told = t.c.Told
	}
	bucket := t.tx.bucket("steps")
	for _, step := range t.c.Steps {
		if err := bucket.put(join(t.n, "\x00", step.Path), frame(step.Data)); err != nil {
			return err
		}
	}
	for _, prefix := range t.c.Forget {
		if err := forget(bucket, t.n, prefix); err != nil {
			return err
		}
	}
	inbox := t.tx.bucket("inbox")
	for _, path := range t.c.Take {
		if err := inbox.delete(join(t.n, path)); err != nil {
			return err
		}
	}
	return nil
}

// leave closes places that nobody waits at any more, as a signal does.
func (t *change) leave() error {
	for _, path := range t.c.Leave {
		if err := t.tx.bucket("given").put(join(t.n, path), []byte{1}); err != nil {
			return err
		}
	}
	return nil
}

// forgetStep moves the record of a step, and those below it, to where Claim does not look.
func forgetStep(bucket bucket, n uint64, path string) error {
	if value := bucket.get(join(n, "\x00", path)); value != nil {
		err := errors.Join(bucket.put(join(n, "\x01", path), bytes.Clone(value)), bucket.delete(join(n, "\x00", path)))
		if err != nil {
			return err
		}
	}
	return forget(bucket, n, path+".")
}

// forget moves records under a prefix to where Claim does not look.
func forget(bucket bucket, n uint64, prefix string) error {
	from := join(n, "\x00", prefix)
	var keys, values [][]byte
	c := bucket.cursor()
	for key, value := c.seek(from); bytes.HasPrefix(key, from); key, value = c.next() {
		keys, values = append(keys, bytes.Clone(key)), append(values, bytes.Clone(value))
	}
	for i, key := range keys {
		if err := bucket.delete(key); err != nil {
			return err
		}
		if err := bucket.put(join(n, "\x01", string(key[9:])), values[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *change) keys() error {
	results := t.tx.bucket("results")
	for _, op := range t.c.Keys {
		at := join(t.n, op.ID)
		if former := results.get(at); former != nil {
			value, err := unframe(former)
			if err != nil {
				return err
			}
			t.answer.Keys = append(t.answer.Keys, store.KeyResult{ID: op.ID, Value: value})
			continue
		}
		result, err := t.s.keyOp(t.tx, &op, t.r.Flow, t.n, t.r.ID)
		if err != nil {
			return err
		}
		t.answer.Keys = append(t.answer.Keys, result)
		if result.Err != nil {
			continue
		}
		if err := results.put(at, frame(result.Value)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) keyOp(tx *tx, op *store.KeyOp, flow string, n uint64, run string) (store.KeyResult, error) {
	r := store.KeyResult{ID: op.ID}
	if op.Kind == store.KeyDedupe {
		first, err := s.remember(tx, flow, op.Key, op.Expires, n, run)
		if r.Value = []byte("true"); first.First != 0 {
			r.Value = []byte(first.Run)
		}
		return r, err
	}
	e, err := s.entry(tx, op.Space, op.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return r, err
	}
	there := err == nil
	switch op.Kind {
	case store.KeyGet:
		r.Value = e.Value
		return r, nil
	case store.KeyDelete:
		r.Value = e.Value
		return r, tx.bucket("keys").delete(spaceKey(op.Space, op.Key))
	case store.KeyOnce:
		r.Value = strconv.AppendBool(nil, !there)
		if there {
			return r, nil
		}
		e.Value = []byte("true")
	case store.KeyAdd:
		sum, err := store.Sum(e.Value, op.By)
		if err != nil {
			r.Err = err
			return r, nil
		}
		r.Value, e.Value = sum, sum
	case store.KeyPut:
		r.Value, e.Value = op.Value, op.Value
	}
	if op.Expires > 0 || op.Kind == store.KeyPut {
		e.Expires = s.end(op.Expires)
	}
	e.Version++
	return r, put(tx, "keys", spaceKey(op.Space, op.Key), e)
}

func (s *Store) end(in time.Duration) time.Time {
	if in <= 0 {
		return time.Time{}
	}
	return s.now().Add(in)
}

func (t *change) signals() error {
	for i := range t.c.Signals {
		woken, err := t.s.signal(t.tx, &t.c.Signals[i])
		if errors.Is(err, store.ErrUsed) || errors.Is(err, store.ErrNotFound) {
			continue // nobody waits there any more; the rest of the commit stands
		}
		if err != nil {
			return err
		}
		t.wake(woken...)
	}
	return nil
}

func (t *change) wake(numbers ...uint64) {
	t.effects = append(t.effects, func() {
		t.s.sched.mu.Lock()
		defer t.s.sched.mu.Unlock()
		for _, n := range numbers {
			t.s.sched.wake(n)
		}
	})
}

func (t *change) spawn() error {
	accepted, all, err := t.s.acceptAll(t.tx, t.c.Spawn)
	if err != nil {
		return err
	}
	for _, a := range accepted {
		t.answer.Spawned = append(t.answer.Spawned, a.Run)
	}
	t.effects = append(t.effects, func() { t.s.admit(all) })
	return nil
}

func (t *change) decide() error {
	d := t.c.Decision
	switch {
	case d.Park != nil:
		return t.park(d.Park)
	case d.End != nil:
		return t.end(d.End)
	}
	t.status(store.Running)
	return errors.Join(t.listen(), t.keep())
}

// listen lets places of a run that goes on wait meanwhile.
func (t *change) listen() error {
	if t.c.Waits == nil {
		return nil
	}
	t.answer.News = t.s.sched.listen(t.n) // before the inbox is looked at: what comes later rings
	if _, err := t.await(t.c.Waits); err != nil {
		return err
	}
	t.answer.Inbox = map[string][]byte{}
	return eachPlain(t.tx, "inbox", number(t.n), func(path string, data []byte) { t.answer.Inbox[path] = data })
}

// await puts these places in the place of those that waited, and says whether something has come for one.
func (t *change) await(waits []store.Wait) (came bool, err error) {
	if err := t.s.dropWaits(t.tx, t.n, t.r); err != nil {
		return false, err
	}
	t.r.Waits = waits
	for _, w := range waits {
		got, err := t.s.await(t.tx, t.n, w)
		if err != nil {
			return false, err
		}
		came = came || got
	}
	return came, nil
}

func (t *change) status(to store.Status) {
	t.r.Status = to
	t.s.counts.move(t.r.Flow, t.before, to)
}

func (t *change) keep() error {
	if err := put(t.tx, "runs", number(t.n), t.r); err != nil {
		return err
	}
	news := t.r.Run
	t.effects = append(t.effects, func() { t.s.watch.tell(store.Change{Run: &news}) })
	return nil
}

func (t *change) park(p *store.Park) error {
	came, err := t.await(p.Waits)
	if err != nil {
		return err
	}
	t.r.WaitingFor, t.r.Error, t.r.Reason, t.r.Due = p.WaitingFor, p.Error, p.Reason, time.Time{}
	if p.Timed {
		t.r.Due = t.s.now().Add(p.In)
	}
	if came {
		t.r.Due = t.s.now()
	}
	t.status(p.Status)
	due := t.r.Due
	t.effects = append(t.effects, func() {
		t.s.sched.mu.Lock()
		defer t.s.sched.mu.Unlock()
		t.s.sched.park(t.n, due)
	})
	return t.keep()
}

func (t *change) end(e *store.End) error {
	if err := t.s.dropWaits(t.tx, t.n, t.r); err != nil {
		return err
	}
	t.r.WaitingFor, t.r.Due = "", time.Time{}
	t.r.Error, t.r.Reason, t.r.Ended = e.Error, e.Reason, t.s.now()
	t.status(e.Status)
	woken, err := t.s.report(t.tx, &t.r.Run, e.Result)
	if err != nil {
		return err
	}
	t.wake(woken...)
	t.effects = append(t.effects, func() {
		t.s.sched.mu.Lock()
		defer t.s.sched.mu.Unlock()
		t.s.sched.remove(t.n)
		t.s.sched.part(waiterOf(&t.r.Run), t.n)
		t.s.archive.tell()
	})
	if err := t.s.noteEnd(t.tx, t.n, t.r.Flow); err != nil {
		return err
	}
	return t.keep()
}

// report gives a run's result to the run that waits for it.
func (s *Store) report(tx *tx, r *store.Run, result []byte) ([]uint64, error) {
	if waiterOf(r) == 0 {
		return nil, nil
	}
	woken, err := s.signal(tx, &store.Signal{Run: r.Parent.Run, Path: r.Parent.Path, Data: result})
	if errors.Is(err, store.ErrUsed) || errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return woken, err
}
