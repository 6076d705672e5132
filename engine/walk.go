package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gancho/engine/connections"
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
	// panicked tells operators of a fault of this program, while it is recovered from.
	panicked(call *Call, cause any)
	// mock stands for what a step would do, if there is one.
	mock(path, id string) (flow.Mock, bool)
	// commit makes progress durable; it returns errLost when the run was taken away.
	commit(ctx context.Context, c store.Commit) (store.Committed, error)
	// leaves ends the runs that a run called and waits for no more.
	leaves(ctx context.Context, run string)
	// pause waits in place for at most a moment; false means that the run should park.
	pause(ctx context.Context, d time.Duration) bool
	// connection is what the step at a path signs in with.
	connection(path, name string) (*connections.Connection, error)
	// worked notes that a step succeeded with a connection.
	worked(c *connections.Connection)
	// admit asks what must be so before an attempt is begun.
	admit(ctx context.Context, rec *record, doer Doer, call *Call) error
	// refused notes that a provider refused a connection; false: it has been mended since.
	refused(ctx context.Context, c *connections.Connection, problem string) (bool, error)
	// child describes the run that a call step starts.
	child(ctx context.Context, target string, input any, w *walker) (store.Event, error)
	getKey(ctx context.Context, rec *record, space, key string) ([]byte, error)
	// held gives what a block yields instead of waiting or calling, when effects are held back.
	held(rec *record, a *Action) (Output, bool)
	waitURL(run, path string) string
	// stopping says that no effect should begin now, paused that nothing that is noticed outside should.
	stopping() bool
	paused() bool
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

// errRests says that no effect may begin now: the run rests until one may.
var errRests = errors.New("run rests")

// errEnded says that nothing may begin since the run is over, though this walk still has to write so.
var errEnded = errors.New("run ended")

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
	unclean   bool      // the process that had the run last ended without a word
	ofFailure bool      // started by a failure, or called by such a run
	until     time.Time // deadline of the run
	fault     *Fault    // why the run cannot even begin
	keyOf     string    // run that idempotency keys begin with
	seek      *seek     // the step for whose sake the walk is done, if it is
	only      string    // stop before what follows this step (tests up to a step)

	mu     sync.Mutex
	held   *held
	open   []opening
	end    *store.End
	last   any
	answer *Answer
	hearing
	unwritten

	air     sync.Mutex // held while flights are looked at, or change
	flights []*flight
	lost    bool // nothing more may begin
}

// opening is a place where the run waits.
type opening struct {
	path       string // of the step
	waitingFor string
	due        time.Time // zero: only a signal wakes it
	wait, also *store.Wait
	unknown    bool
	trouble    store.RunError // why it waits, when that is a failed attempt
	reason     string         // what the run tells besides
}

// frame is what the steps of one block see.
type frame struct {
	prefix string
	scope  *expression.Scope
	steps  map[string]any
	errors map[string]any
	order  *sequence
}

// begun is when the run's time-out began: who lets it go on gives it all of it again.
func begun(run *store.Run) time.Time {
	if run.ResumedAt.After(run.At) {
		return run.ResumedAt
	}
	return run.At
}

func newWalker(p *plan, h hands, run store.Run, vars map[string]any, zone *time.Location) *walker {
	return &walker{
		plan: p, hands: h, run: run, keyOf: run.ID, vars: vars, zone: zone, until: begun(&run).Add(p.flow.Settings.Timeout.Or(flow.DefaultTimeout)),
		held: newHeld(), hearing: newHearing(), unwritten: newUnwritten(),
	}
}

// output of the run: what it answered, else what its last step yielded.
func (w *walker) output() any {
	if w.answer != nil {
		return w.answer.Body
	}
	return w.last
}

// answers takes the answer of the run, unless it has one.
func (w *walker) answers(a *Answer) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answer != nil {
		return false
	}
	w.answer = a
	return true
}

// walk goes as far as it can and gives the decision that follows.
func (w *walker) walk(ctx context.Context) (store.Decision, error) {
	if w.over() {
		return store.Decision{End: w.end}, nil
	}
	if w.fault != nil {
		return w.failed(&failure{fault: w.fault}), nil
	}
	f := w.root()
	v, err := w.complete(ctx, f)
	if w.seek != nil && !errors.Is(err, errLost) {
		v, err = next, nil
	}
	if err == nil && v == next {
		v, err = w.block(ctx, w.plan.flow.Steps, f)
	}
	if err == nil && v == next {
		w.seek.at("", f)
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

// over says that nothing may begin any more: a step of any branch has ended the run, or its time is
// over. What else there is up to a step (tests) is shown too.
func (w *walker) over() bool {
	if !w.hands.now().Before(w.until) {
		w.finish(w.failed(&failure{fault: Faultf("run_timeout", "the run took longer than its time-out")}).End)
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end != nil && w.only == ""
}

func (w *walker) failed(f *failure) store.Decision {
	e := store.RunError{Code: f.fault.Code, Message: form.Cut(hideTokens(f.fault.Error()), 2000), Step: f.path, Status: f.fault.Status}
	return store.Decision{End: &store.End{Status: store.Failed, Error: e}}
}

// park joins what every open place waits for: due at the first of them.
func (w *walker) park() *store.Park {
	p := &store.Park{Status: store.Waiting, Waits: w.waits()}
	due := w.until
	for _, o := range w.open {
		if o.unknown {
			p.Status = store.Unknown
		}
		if p.WaitingFor == "" {
			p.WaitingFor, p.Reason = o.waitingFor, o.reason
		}
		if !o.due.IsZero() && o.due.Before(due) {
			due = o.due
		}
		if p.Error.Code == "" {
			p.Error = o.trouble
		}
	}
	p.Timed, p.In = true, max(0, due.Sub(w.hands.now()))
	return p
}

// overdue says that the run ends before the time for which it waits.
func (w *walker) overdue() bool {
	return slices.ContainsFunc(w.open, func(o opening) bool { return o.due.After(w.until) })
}

func (w *walker) root() *frame {
	f := &frame{steps: map[string]any{}, errors: map[string]any{}, order: new(sequence)}
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
		WaitURL: func(step string) (string, error) {
			place, err := w.waitPlace(prefix, step)
			if err != nil {
				return "", err
			}
			return w.hands.waitURL(w.run.ID, place), nil
		},
	}
}

// fork gives a frame that sees the same and whose own steps are seen by nobody else.
func (w *walker) fork(f *frame, prefix string, more map[string]any) *frame {
	c := &frame{prefix: prefix, steps: maps.Clone(f.steps), errors: maps.Clone(f.errors), order: f.order}
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

func (w *walker) finish(e *store.End) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.end == nil {
		w.end = e
	}
}
