package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/store"
)

// hands are what the interpreter acts with: live, or held back in memory.
type hands interface {
	now() time.Time
	// act does one attempt, or pretends to.
	act(ctx context.Context, w *walker, n *node, rec *record, doer Doer, call *Call) (Output, error)
	// mock stands for what a step would do, if there is one.
	mock(path, id string) (flow.Mock, bool)
	// commit makes progress durable; it returns errLost when the run was taken away.
	commit(ctx context.Context, c store.Commit) (store.Committed, error)
	// pause waits in place for at most a moment; false means that the run should park.
	pause(ctx context.Context, d time.Duration) bool
	connection(name string) (*Connection, error)
	// admit asks what must be so before an attempt is begun.
	admit(ctx context.Context, rec *record, doer Doer, call *Call) error
	// refused notes that a provider refused a connection; false: it has been mended since.
	refused(ctx context.Context, c *Connection, problem string) (bool, error)
	// child describes the run that a call step starts.
	child(target string, input any, w *walker) (store.Event, error)
	getKey(ctx context.Context, rec *record, space, key string) ([]byte, error)
	// held gives what a block yields instead of waiting or calling, when effects are held back.
	held(rec *record, a *Action) (Output, bool)
	waitURL(run, path string) string
	// stopping says that nothing new should begin.
	stopping() bool
}

// verdict is how a step or block ended.
type verdict int

const (
	next   verdict = iota // go on with the step after it
	parked                // it waits; the run cannot go past it yet
	ended                 // the run is over
)

// errLost ends a walk whose run was taken away: nothing more may be written.
var errLost = errors.New("run lost")

// failure is a step that failed for good.
type failure struct {
	path  string
	fault *Fault
}

func (f *failure) Error() string { return fmt.Sprintf("step %s: %v", f.path, f.fault) }
func (f *failure) Unwrap() error { return f.fault }

// walker runs one revision for one event, from its checkpoints. It walks the whole tree each
// time: a finished step yields what was recorded, an open one goes on where it was.
type walker struct {
	plan      *plan
	hands     hands
	run       store.Run
	lease     store.Lease
	trigger   map[string]any
	vars      map[string]any
	zone      *time.Location
	unclean   bool
	ofFailure bool      // started by a failure, or called by such a run
	until     time.Time // deadline of the run
	fault     *Fault    // why the run cannot even begin
	keyOf     string    // run that idempotency keys begin with
	before    string    // tells seen what the step of this path sees
	seen      func(*expression.Scope)
	only      string // stop before what follows this step (tests up to a step)

	mu      sync.Mutex
	records map[string]*record
	inbox   map[string][]byte
	dirty   map[string][]byte // records for the next commit, as they were when saved
	unsaved error             // why a record could not be written down
	change  store.Commit      // gathered for the next commit
	owed    bool              // something happened that must be durable before the next effect
	size    int
	open    []opening
	end     *store.End
	last    any
	answer  *Answer
}

// opening is a place where the run waits.
type opening struct {
	waitingFor string
	due        time.Time // zero: only a signal wakes it
	wait       *store.Wait
	unknown    bool
	trouble    store.RunError // why it waits, when that is a failed attempt
}

// frame is what the steps of one block see.
type frame struct {
	prefix string
	scope  *expression.Scope
	steps  map[string]any
	errors map[string]any
}

const maxRunSize = 16 << 20

const defaultRunTimeout = 30 * 24 * time.Hour

func newWalker(p *plan, h hands, run store.Run, vars map[string]any, zone *time.Location) *walker {
	timeout := time.Duration(p.flow.Settings.Timeout)
	if timeout <= 0 {
		timeout = defaultRunTimeout
	}
	return &walker{
		plan: p, hands: h, run: run, keyOf: run.ID, vars: vars, zone: zone, until: run.At.Add(timeout),
		records: map[string]*record{}, inbox: map[string][]byte{}, dirty: map[string][]byte{},
	}
}

// output of the run: what it answered, else what its last step yielded.
func (w *walker) output() any {
	if w.answer != nil {
		return w.answer.Body
	}
	return w.last
}

// walk goes as far as it can and gives the decision that follows.
func (w *walker) walk(ctx context.Context) (store.Decision, error) {
	if !w.hands.now().Before(w.until) {
		return w.failed(&failure{fault: Faultf("run_timeout", "the run took longer than its time-out")}), nil
	}
	if w.fault != nil {
		return w.failed(&failure{fault: w.fault}), nil
	}
	f := w.root()
	v, err := w.complete(ctx, f)
	if err == nil && v == next {
		v, err = w.block(ctx, w.plan.flow.Steps, f)
	}
	var fail *failure
	switch {
	case w.end != nil:
		return store.Decision{End: w.end}, nil
	case errors.As(err, &fail):
		return w.failed(fail), nil
	case err != nil:
		return store.Decision{}, err
	case v == parked:
		return store.Decision{Park: w.park()}, nil
	}
	return store.Decision{End: &store.End{Status: store.Succeeded}}, nil
}

func (w *walker) failed(f *failure) store.Decision {
	e := store.RunError{Code: f.fault.Code, Message: cut(f.fault.Error(), 2000), Step: f.path, Status: f.fault.Status}
	return store.Decision{End: &store.End{Status: store.Failed, Error: e}}
}

// park joins what every open place waits for: due at the first of them.
func (w *walker) park() *store.Park {
	p := &store.Park{Status: store.Waiting}
	due := w.until
	for _, o := range w.open {
		if o.unknown {
			p.Status = store.Unknown
		}
		if p.WaitingFor == "" {
			p.WaitingFor = o.waitingFor
		}
		if !o.due.IsZero() && o.due.Before(due) {
			due = o.due
		}
		if o.wait != nil {
			p.Waits = append(p.Waits, *o.wait)
		}
		if p.Error.Code == "" {
			p.Error = o.trouble
		}
	}
	p.Timed, p.In = true, max(0, due.Sub(w.hands.now()))
	return p
}

func (w *walker) root() *frame {
	f := &frame{steps: map[string]any{}, errors: map[string]any{}}
	f.scope = w.scope("", map[string]any{
		"trigger": w.trigger, "steps": f.steps, "errors": f.errors, "vars": w.vars, "loops": map[string]any{},
		"run": map[string]any{
			"id": w.run.ID, "flow": w.run.Flow, "revision": w.plan.revision, "attempt": w.run.Attempt,
			"at": w.run.At.UTC().Format(time.RFC3339Nano),
		},
	})
	return f
}

func (w *walker) scope(prefix string, values map[string]any) *expression.Scope {
	return &expression.Scope{
		Values: values, Now: w.run.At, Zone: w.zone, Mask: w.plan.flow.Settings.Mask,
		WaitURL: func(step string) (string, error) { return w.hands.waitURL(w.run.ID, prefix+step), nil },
	}
}

// fork gives a frame that sees the same and whose own steps are seen by nobody else.
func (w *walker) fork(f *frame, prefix string, more map[string]any) *frame {
	c := &frame{prefix: prefix, steps: maps.Clone(f.steps), errors: maps.Clone(f.errors)}
	values := maps.Clone(f.scope.Values)
	maps.Copy(values, more)
	values["steps"], values["errors"] = c.steps, c.errors
	c.scope = w.scope(prefix, values)
	return c
}

func (w *walker) block(ctx context.Context, steps []*flow.Step, f *frame) (verdict, error) {
	for _, s := range steps {
		v, err := w.step(ctx, w.plan.nodes[s], f)
		if err != nil || v != next {
			return v, err
		}
		if w.only != "" && w.only == f.prefix+s.ID {
			w.finish(&store.End{Status: store.Succeeded, Reason: bothWords("stopped after "+w.only, "parou depois de "+w.only)})
			return ended, nil
		}
	}
	return next, nil
}

// reopens says whether a failed step, or block around it, begins anew because a person let
// the run go on from there.
func (w *walker) reopens(rec *record, n *node, f *frame) bool {
	failed := w.run.Resumed
	if failed == "" || rec.Reopened >= w.run.Attempt {
		return false
	}
	return rec.Path == failed || (strings.HasPrefix(failed, f.prefix) && contains(n.step, idOf(failed)))
}

func contains(block *flow.Step, id string) bool {
	found := false
	look := func(steps []*flow.Step) {
		flow.Walk(steps, "", func(_ string, s *flow.Step) { found = found || s.ID == id })
	}
	look(block.Steps)
	look(block.Catch)
	for _, b := range block.Branches {
		look(b.Steps)
	}
	return found
}

func (w *walker) finish(e *store.End) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.end == nil {
		w.end = e
	}
}

// step runs one step, or restores what it did.
func (w *walker) step(ctx context.Context, n *node, f *frame) (verdict, error) {
	if ctx.Err() != nil {
		return parked, errLost
	}
	path := f.prefix + n.step.ID
	if w.seen != nil && path == w.before {
		w.seen(f.scope)
	}
	rec := w.record(path, n.step.Action)
	if rec.finished() && rec.Status != stepFailed {
		return w.restore(rec, n, f), nil
	}
	if rec.Status == stepFailed && w.reopens(rec, n, f) {
		rec.Status, rec.Error, rec.Ended = stepRunning, nil, time.Time{}
		rec.Reopened, rec.Quota, rec.Answered = w.run.Attempt, len(rec.Attempts), 0 // attempts before count no more
	}
	if rec.Status == stepFailed {
		return w.settle(ctx, n, f, rec, rec.Error.fault())
	}
	if rec.Status == "" {
		if skipped, err := w.skip(ctx, n, f, rec); skipped || err != nil {
			return next, err
		}
		rec.Started = w.hands.now()
		rec.Status = stepRunning
	}
	output, v, err := w.perform(ctx, n, f, rec)
	if errors.Is(err, errLost) {
		return parked, err
	}
	var inner *failure
	var skip *skipError
	if errors.As(err, &skip) {
		return next, w.skipped(rec, BothWords(form.Label(cut(skip.reason.EN, 250), cut(skip.reason.PT, 250))))
	}
	if errors.As(err, &inner) && inner.path != path { // a child of a block
		return w.settleBlock(ctx, n, f, rec, inner)
	}
	if err != nil {
		return w.settle(ctx, n, f, rec, fault(err))
	}
	if v == next {
		return w.succeed(ctx, rec, n, f, output)
	}
	w.save(rec)
	return v, nil
}

// skip says whether the step is passed over.
func (w *walker) skip(ctx context.Context, n *node, f *frame, rec *record) (bool, error) {
	if n.step.Disabled {
		return true, w.skipped(rec, bothWords("disabled", "desativado"))
	}
	if n.step.When == "" {
		return false, nil
	}
	ok, reason, err := w.condition(ctx, n.step.When, f)
	if errors.Is(err, errLost) {
		return false, err
	}
	if err != nil {
		rec.Started = w.hands.now()
		_, err = w.settle(ctx, n, f, rec, fault(fmt.Errorf("when: %w", err)))
		return true, err
	}
	if ok {
		return false, nil
	}
	return true, w.skipped(rec, reason)
}

func (w *walker) skipped(rec *record, reason string) error {
	rec.Status, rec.Reason, rec.Ended = stepSkipped, reason, w.hands.now()
	w.save(rec)
	return nil
}

// condition asks an expression; the reason says why it is false.
func (w *walker) condition(ctx context.Context, source string, f *frame) (bool, string, error) {
	p, err := w.plan.program(source)
	if err != nil {
		return false, "", err
	}
	ok := false
	err = w.patiently(ctx, func() (err error) {
		ok, _, err = p.Bool(ctx, f.scope)
		return err
	})
	if errors.Is(err, errLost) {
		return false, "", err
	}
	if err != nil {
		return false, "", Permanent(err)
	}
	reason := ""
	if !ok {
		reason = BothWords(p.Why(ctx, f.scope))
	}
	return ok, reason, nil
}

// patiently evaluates again what took too long, since that may be the machine's fault. At a stop
// the run is left to the next process.
func (w *walker) patiently(ctx context.Context, evaluate func() error) error {
	for pause := slowFirst; ; pause *= 2 {
		err := evaluate()
		if !expression.TooSlow(err) || pause > slowLast {
			return err
		}
		if !w.hands.pause(ctx, pause) {
			return errLost
		}
	}
}

const (
	slowFirst = 100 * time.Millisecond
	slowLast  = 1600 * time.Millisecond
)

func (w *walker) succeed(ctx context.Context, rec *record, n *node, f *frame, output any) (verdict, error) {
	clean, err := expression.Normalize(output)
	if err != nil {
		code := "bad_output"
		if errors.Is(err, expression.ErrTooBig) {
			code = "too_big"
		}
		return w.settle(ctx, n, f, rec, Faultf(code, "output: %v", err))
	}
	rec.Status, rec.Output, rec.Error, rec.Ended = stepSucceeded, clean, nil, w.hands.now()
	rec.Due, rec.For, rec.Marked = time.Time{}, "", false
	if w.save(rec) > maxRunSize {
		return next, &failure{rec.Path, Faultf("too_big", "the run's outputs are over 16 MiB")}
	}
	return w.restore(rec, n, f), nil
}

// restore puts a finished step's output into the scope.
func (w *walker) restore(rec *record, n *node, f *frame) verdict {
	if rec.Status == stepSucceeded {
		f.steps[n.step.ID] = rec.Output
		w.mu.Lock()
		w.last = rec.Output
		w.mu.Unlock()
	}
	return next
}

// settle decides what a failure for good means for the run.
func (w *walker) settle(ctx context.Context, n *node, f *frame, rec *record, cause *Fault) (verdict, error) {
	if rec.Status != stepFailed {
		rec.Status, rec.Error, rec.Ended = stepFailed, errorOf(cause), w.hands.now()
		rec.Due, rec.For, rec.Marked = time.Time{}, "", false
		w.save(rec)
	}
	return w.handled(ctx, n, f, &failure{rec.Path, cause})
}

// settleBlock does the same for a block whose child failed.
func (w *walker) settleBlock(ctx context.Context, n *node, f *frame, rec *record, inner *failure) (verdict, error) {
	if rec.Status != stepFailed {
		rec.Status, rec.Ended = stepFailed, w.hands.now()
		rec.Error = errorOf(inner.fault)
		rec.Error.Step = inner.path
		w.save(rec)
	}
	return w.handled(ctx, n, f, inner)
}

func (w *walker) handled(ctx context.Context, n *node, f *frame, fail *failure) (verdict, error) {
	f.errors[n.step.ID] = errorOf(fail.fault).value()
	if len(n.step.Catch) > 0 {
		return w.block(ctx, n.step.Catch, f)
	}
	if n.step.OnError == "continue" {
		return next, nil
	}
	return next, fail
}

// wait opens a place where the run waits.
func (w *walker) wait(rec *record, o opening) verdict {
	rec.Status, rec.For, rec.Due = stepWaiting, o.waitingFor, o.due
	if o.unknown {
		rec.Status = stepUnknown
	}
	w.save(rec)
	w.mu.Lock()
	w.open = append(w.open, o)
	w.mu.Unlock()
	return parked
}

func (w *walker) record(path, action string) *record {
	w.mu.Lock()
	defer w.mu.Unlock()
	rec := w.records[path]
	if rec == nil {
		rec = &record{Path: path, Action: action}
		w.records[path] = rec
	}
	return rec
}

// save writes a record down as it is now, for the next commit, which another branch may
// make; only the branch that owns the record calls it. It gives the size of the run so far.
func (w *walker) save(rec *record) int {
	data, err := rec.bytes()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.unsaved = err
	}
	w.size += len(data) - len(w.dirty[rec.Path])
	w.dirty[rec.Path] = data
	return w.size
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
	w.change, w.owed, w.unclean = store.Commit{}, false, false
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
