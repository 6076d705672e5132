package engine

import (
	"context"

	"gancho/engine/store"
)

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
// make; only the branch that owns the record calls it.
func (w *walker) save(rec *record) {
	data, err := rec.bytes()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.unsaved = err
	}
	w.held.resize(rec.Path, len(data))
	w.unwritten += len(data) - len(w.dirty[rec.Path])
	w.dirty[rec.Path] = data
}

// letGo leaves what lies below a turn to history, with the turn's own record that is saved now.
func (w *walker) letGo(turn *record) {
	w.mu.Lock()
	turn.History = w.held.letGo(turn.Path)
	w.mu.Unlock()
	w.save(turn)
	w.owe(func(c *store.Commit) { c.Forget = append(c.Forget, turn.Path+".") })
}

// tooBig is the fault of a run whose records are more than it may have.
func (w *walker) tooBig() *Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.held.fault()
}

func (w *walker) received(path string) ([]byte, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	data, ok := w.inbox[path]
	if ok {
		delete(w.inbox, path)
		w.change.Take = append(w.change.Take, path)
	}
	return data, ok
}

// tell adds to the next commit what lists tell of the run.
func (w *walker) tell(told []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change.Told = told
}

// retitle adds to the next commit what the run is called now.
func (w *walker) retitle(title string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if title = cleanTitle(title); title != w.run.Title {
		w.change.Title = title
	}
}

// owe adds to the next commit something that must be durable before the next effect begins.
func (w *walker) owe(add func(c *store.Commit)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if add != nil {
		add(&w.change)
	}
	w.owed = true
}

// commit writes all that was gathered, with a decision.
func (w *walker) commit(ctx context.Context, d store.Decision, keys ...store.KeyOp) (store.Committed, error) {
	w.mu.Lock()
	c := w.change
	c.Lease, c.Revision, c.Decision, c.Keys = w.lease, w.plan.revision, d, keys
	if err := w.unsaved; err != nil {
		w.mu.Unlock()
		return store.Committed{}, err
	}
	for path, data := range w.dirty {
		c.Steps = append(c.Steps, store.Record{Path: path, Data: data})
	}
	w.change, w.owed, w.unclean, w.unwritten = store.Commit{}, false, false, 0
	clear(w.dirty)
	w.mu.Unlock()
	return w.hands.commit(ctx, c)
}

// pay commits what is owed.
func (w *walker) pay(ctx context.Context) error {
	w.mu.Lock()
	owed := w.owed
	w.mu.Unlock()
	if !owed {
		return nil
	}
	_, err := w.commit(ctx, store.Decision{GoOn: true})
	return err
}

// mostUnwritten is what turns without effects may leave to the next commit.
const mostUnwritten = 1 << 20

// relieve commits when much waits for it, so that a long loop does not stay in memory.
func (w *walker) relieve(ctx context.Context) error {
	w.mu.Lock()
	much := w.unwritten > mostUnwritten
	w.mu.Unlock()
	if !much {
		return nil
	}
	return w.pay(ctx)
}
