package engine

import (
	"context"

	"gancho/engine/store"
)

// unwritten is what a run has done that the store does not have yet. What a commit took of it is that
// commit's own until the store has answered. Only then is the next one taken, so that no older
// record replaces a newer one, and nothing passes for durable that may still be lost.
type unwritten struct {
	writing chan struct{} // full from the taking to the answer; filled before air and mu are locked

	// The walker's mu guards the rest.
	change store.Commit      // gathered for the next commit
	dirty  map[string][]byte // records for it, as they were when saved
	size   int               // bytes of what is dirty
	owed   bool              // it holds what must be durable before the next effect begins
	taken  []store.Record    // of the commit that is on its way
	begun  int               // how many commits were taken
	done   int               // how many of them are durable
	owing  int               // the newest of them that held what is owed
	vowed  int               // the newest of them that held what others wait for
	broken error             // why nothing can be written any more
}

func newUnwritten() unwritten {
	return unwritten{writing: make(chan struct{}, 1), dirty: map[string][]byte{}}
}

// hold waits until no commit is on its way, and lets none be taken until release; false when ctx
// is done and one still is.
func (u *unwritten) hold(ctx context.Context) bool {
	select {
	case u.writing <- struct{}{}:
		return true
	default: // a time that is over is no reason where nothing is on its way
	}
	select {
	case u.writing <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (u *unwritten) release() { <-u.writing }

// give leaves a record to the next commit.
func (u *unwritten) give(path string, data []byte) {
	u.size += len(data) - len(u.dirty[path])
	u.dirty[path] = data
}

// gathered is what the next commit would write.
func (u *unwritten) gathered() store.Commit {
	c := u.change
	for path, data := range u.dirty {
		c.Steps = append(c.Steps, store.Record{Path: path, Data: data})
	}
	return c
}

// handOver gives a commit all that was gathered. The caller holds writing.
func (u *unwritten) handOver() store.Commit {
	c := u.gathered()
	u.owing, u.vowed = u.debt(), u.vow()
	u.begun++
	u.change, u.owed, u.size, u.taken = store.Commit{}, false, 0, c.Steps
	clear(u.dirty)
	return c
}

// answered notes what the store said of the commit that was taken. One that failed takes with it
// whatever would follow.
func (u *unwritten) answered(err error) {
	if err != nil {
		u.broken = err
		return
	}
	u.done, u.taken = u.begun, nil
}

// debt is the number of the newest commit, taken or to be taken, that holds what is owed.
func (u *unwritten) debt() int {
	if u.owed {
		return u.begun + 1
	}
	return max(u.owing, u.vow())
}

// vow is the number of the newest commit, taken or to be taken, that holds what others wait for.
func (u *unwritten) vow() int {
	if c := &u.change; c.Answer != nil || len(c.Signals)+len(c.Spawn) > 0 {
		return u.begun + 1
	}
	return u.vowed
}

func (w *walker) record(path, action string) *record {
	w.mu.Lock()
	defer w.mu.Unlock()
	rec := w.held.records[path]
	if rec == nil {
		rec = &record{Path: path, Action: action}
		w.held.add(rec)
	}
	return rec
}

// save writes a record down as it is now, for the next commit, which another branch may
// make, and what follows from it; only the branch that owns the record calls it.
func (w *walker) save(rec *record) {
	data, err := rec.bytes()
	if rec.flight != nil {
		w.air.Lock()
		defer w.air.Unlock()
		w.land(rec)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.broken = err
		return
	}
	w.held.resize(rec.Path, len(data))
	w.give(rec.Path, data)
	for _, add := range rec.together {
		add(&w.change)
	}
	rec.together = nil
}

// letGo leaves what lies below a turn to history, with the turn's own record that is saved now.
func (w *walker) letGo(turn *record) {
	w.mu.Lock()
	turn.History = w.held.letGo(turn.Path)
	w.mu.Unlock()
	turn.with(func(c *store.Commit) { c.Forget = append(c.Forget, turn.Path+".") })
	w.save(turn)
	w.owe()
}

// tooBig is the fault of a run whose records are more than it may have.
func (w *walker) tooBig() *Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held.fault()
}

// retitle adds to the next commit what the run is called now.
func (w *walker) retitle(title string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if title = cleanTitle(title); title != w.run.Title {
		w.change.Title = title
	}
}

// owe says that what is gathered must be durable before the next effect begins.
func (w *walker) owe() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.owed = true
}

// commit writes all that was gathered, with a decision and what comes with it.
func (w *walker) commit(ctx context.Context, with store.Commit) (store.Committed, error) {
	if !w.hold(ctx) {
		return store.Committed{}, errLost
	}
	return w.write(ctx, with)
}

// write is commit for who holds writing, and releases it. The runs that it leaves end after that, for
// they may take long.
func (w *walker) write(ctx context.Context, with store.Commit) (store.Committed, error) {
	done, leaves, err := w.handIn(ctx, with)
	w.release()
	if err == nil && leaves {
		w.hands.leaves(ctx, w.run.ID)
	}
	return done, err
}

// handIn hands over and answers; leaves says that this run may wait for less than it did.
func (w *walker) handIn(ctx context.Context, with store.Commit) (done store.Committed, leaves bool, err error) {
	w.mu.Lock()
	if err := w.broken; err != nil {
		w.mu.Unlock()
		return done, false, err
	}
	c := w.handOver()
	w.mu.Unlock()
	c.Lease, c.Revision, c.Decision, c.Keys, c.Waits = w.lease, w.plan.revision, with.Decision, with.Keys, with.Waits
	c.Spawn = append(c.Spawn, with.Spawn...)
	done, err = w.hands.commit(ctx, c)
	if err != nil {
		w.lose()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answered(err); err == nil {
		w.hear(&c, &done)
	}
	return done, waitsForLess(&c), err
}

// goOn keeps the lease, and comes with these operations.
func goOn(keys ...store.KeyOp) store.Commit {
	return store.Commit{Decision: store.Decision{GoOn: true}, Keys: keys}
}

// pay sees to it that what is owed is durable, whoever's commit holds it.
func (w *walker) pay(ctx context.Context) error { return w.settled(ctx, w.debt) }

// keepWord does so for an answer, a signal or a call alone: nobody waits for what is only read next.
func (w *walker) keepWord(ctx context.Context) error { return w.settled(ctx, w.vow) }

// settled waits until the commit of a number that is asked for now is durable.
func (w *walker) settled(ctx context.Context, number func() int) error {
	w.mu.Lock()
	n, done := number(), w.done
	w.mu.Unlock()
	if done >= n {
		return nil
	}
	if !w.hold(ctx) {
		return errLost
	}
	w.mu.Lock()
	done = w.done
	w.mu.Unlock()
	if done >= n {
		w.release()
		return nil
	}
	_, err := w.write(ctx, goOn())
	return err
}

// mostUnwritten is what turns without effects may leave to the next commit.
const mostUnwritten = 1 << 20

// relieve commits when much waits for it, so that a long loop does not stay in memory.
func (w *walker) relieve(ctx context.Context) error {
	w.mu.Lock()
	much := w.size > mostUnwritten
	w.mu.Unlock()
	if !much {
		return nil
	}
	return w.pay(ctx)
}
