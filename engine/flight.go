package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gancho/engine/store"
)

// flight is an attempt that is under way, until its record is saved: nothing of it is in the store yet.
type flight struct {
	rec  record // as it was when the attempt began
	node *node
	call *Call
	at   time.Time
}

// takeOff notes that an attempt begins; errLost where the run was canceled or lost, errEnded where it is
// over: nothing may begin then. errRests where no effect may begin now.
func (w *walker) takeOff(n *node, rec *record, call *Call, at time.Time) error {
	f := &flight{rec: *rec, node: n, call: call, at: at}
	w.air.Lock()
	defer w.air.Unlock()
	if w.lost {
		return errLost
	}
	if w.over() {
		return errEnded
	}
	if n.action.Effect && w.hands.stopping() {
		return errRests
	}
	w.flights, rec.flight = append(w.flights, f), f
	return nil
}

// lose lets nothing more begin.
func (w *walker) lose() {
	w.air.Lock()
	defer w.air.Unlock()
	w.lost = true
}

// land ends the flight of a record that is being saved. The caller holds the lock air: it waits while
// somebody looks at what is under way.
func (w *walker) land(rec *record) {
	w.flights = slices.DeleteFunc(w.flights, func(f *flight) bool { return f == rec.flight })
	rec.flight = nil
}

// underWay tells the attempts that are under way, each in a copy of the record of its step. The
// caller holds the lock air.
func (w *walker) underWay(ctx context.Context) ([]*record, error) {
	records := make([]*record, len(w.flights))
	for i, f := range w.flights {
		rec := f.rec
		rec.Due, rec.For = time.Time{}, ""
		try := attempt{At: f.at, Ms: w.hands.now().Sub(f.at).Milliseconds(), Request: requestOf(ctx, f.node.action, f.rec.Input, *f.call)}
		rec.Attempts = append(slices.Clone(rec.Attempts), try)
		data, err := rec.bytes() // the run goes on with what it holds; views are changed
		if err != nil {
			return nil, err
		}
		if records[i], err = readRecord(rec.Path, data); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// newer tells what is on its way to the store, what the next commit would write, and what is under
// way.
func (w *walker) newer(ctx context.Context) ([]*record, error) {
	w.air.Lock()
	defer w.air.Unlock()
	under, err := w.underWay(ctx)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var records []*record
	for _, s := range append(slices.Clip(w.taken), w.gathered().Steps...) {
		r, err := readRecord(s.Path, s.Data)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return append(records, under...), nil
}

// walks knows the runs that this process advances.
type walks struct {
	mu     sync.Mutex
	by     map[string]*walker
	coming map[string]bool // those that were claimed and wait for room, and whether they were ended meanwhile
}

// expect notes that a run was claimed and will come.
func (l *walks) expect(run string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.coming[run] = false
}

// end tells of a run that was ended: if it has not come yet, it need not, and one that came
// meanwhile begins nothing more.
func (l *walks) end(run string) {
	if w := l.ended(run); w != nil {
		w.lose()
	}
}

func (l *walks) ended(run string) *walker {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.coming[run]; ok {
		l.coming[run] = true
	}
	return l.by[run]
}

// forget says that a run that was expected does not come.
func (l *walks) forget(run string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.coming, run)
}

// enter begins the walk of a run that was expected; errLost where it was ended meanwhile.
func (l *walks) enter(w *walker) (leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ended := l.coming[w.run.ID]
	if delete(l.coming, w.run.ID); ended {
		return nil, errLost
	}
	l.by[w.run.ID] = w
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.by[w.run.ID] == w {
			delete(l.by, w.run.ID)
		}
	}, nil
}

func (l *walks) of(run string) *walker {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.by[run]
}

// stir lets what waits in the runs of a flow look again.
func (l *walks) stir(flow string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.by {
		if w.run.Flow == flow {
			w.stir()
		}
	}
}

// mostReads is how often a story is read anew of which more was written meanwhile.
const mostReads = 5

// storyOf gives a run and its records with what is not written yet. What is written between the two would be
// in neither: then both are asked again.
func (e *Engine) storyOf(ctx context.Context, id string) (story store.Story, records []*record, err error) {
	for range mostReads {
		before := e.walks.written(id)
		if story, err = e.Store.GetRun(ctx, id); err != nil {
			return story, nil, err
		}
		if records, err = readRecords(story.Steps); err != nil {
			return story, nil, err
		}
		if records, err = e.upToDate(ctx, &story.Run, records); err != nil || e.walks.written(id) == before {
			break
		}
	}
	return story, records, err
}

func readRecords(saved []store.Record) ([]*record, error) {
	records := make([]*record, len(saved))
	for i, s := range saved {
		r, err := readRecord(s.Path, s.Data)
		if err != nil {
			return nil, err
		}
		records[i] = r
	}
	return records, nil
}

// progress is how far the walk of a run has come in the store.
type progress struct {
	walk *walker
	done int
}

func (l *walks) written(run string) progress {
	w := l.of(run)
	if w == nil {
		return progress{}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return progress{w, w.done}
}

// upToDate gives the records of a run with what is not written yet: what is under way above all.
func (e *Engine) upToDate(ctx context.Context, run *store.Run, records []*record) ([]*record, error) {
	w := e.walks.of(run.ID)
	if w == nil || run.Status != store.Running {
		return records, nil
	}
	if run.Revision == 0 {
		run.Revision = w.plan.revision
	}
	newer, err := w.newer(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range newer {
		at := slices.IndexFunc(records, func(old *record) bool { return old.Path == r.Path })
		if at < 0 {
			records = append(records, r)
		} else {
			records[at] = r
		}
	}
	return records, nil
}

// Cancel ends a run, whatever it waits for, and with it the runs that it called and waits for. What
// is under way is not called back: its story says that it may have happened.
func (e *Engine) Cancel(ctx context.Context, id, reason string) error {
	return e.cancel(ctx, []string{id}, reason)[0]
}

// cancel is Cancel of some runs: those that nobody advances end in one write.
func (e *Engine) cancel(ctx context.Context, ids []string, reason string) []error {
	errs, resting, of := make([]error, len(ids)), []string{}, []int{}
	soon, done := context.WithTimeout(ctx, cancelWithin)
	defer done()
	var group sync.WaitGroup
	for i, id := range ids { // at once: none waits for the commits of another
		group.Go(func() { errs[i] = e.cancelUnderWay(soon, id, reason) })
	}
	group.Wait()
	for i, id := range ids {
		if errors.Is(errs[i], store.ErrLeaseLost) {
			resting, of = append(resting, id), append(of, i)
		}
	}
	for i, err := range e.Store.Cancel(ctx, resting, reason) {
		errs[of[i]] = err
	}
	for i, id := range ids {
		if errs[i] == nil {
			e.walks.end(id)
			e.answers.tell(id)
			e.endCalled(context.WithoutCancel(ctx), id)
		}
	}
	return errs
}

// cancelWithin is how long a cancel waits for commits that are on their way.
const cancelWithin = 5 * time.Second

// cancelUnderWay ends a run that this process advances, with what it has done and was doing. It waits
// for the commit that is on its way; then nothing begins, lands or is written until it is over, so that no
// newer story is replaced by this one. store.ErrBusy where the store takes too long.
func (e *Engine) cancelUnderWay(ctx context.Context, id, reason string) error {
	w := e.walks.of(id)
	if w == nil {
		return store.ErrLeaseLost
	}
	if !w.hold(ctx) {
		return store.ErrBusy
	}
	defer w.release()
	w.air.Lock()
	defer w.air.Unlock()
	under, err := w.underWay(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.gathered()
	for _, rec := range under {
		rec.Status, rec.Reason = stepUnknown, bothWords("the run was canceled while this was being done: whether it happened is not known", "a execução foi cancelada enquanto isto era feito: não se sabe se aconteceu")
		data, err := rec.bytes()
		if err != nil {
			return err
		}
		c.Steps = append(c.Steps, store.Record{Path: rec.Path, Data: data})
	}
	c.Lease, c.Revision, c.Decision = w.lease, w.plan.revision, store.Decision{End: canceled(reason)}
	if err := e.Store.Commit(ctx, []store.Commit{c})[0].Err; err != nil {
		return err
	}
	w.lost = true
	e.noted(&c)
	e.feed.tellSteps(w.run.Flow, &c)
	return nil
}
