package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// live are the hands that really act.
type live struct {
	e    *Engine
	flow string
}

// shortPark is how long a run may wait in memory instead of being parked.
const shortPark = 2 * time.Second

func (l *live) now() time.Time { return l.e.Now() }

func (l *live) act(ctx context.Context, _ *walker, _ *node, _ *record, doer Doer, call *Call) (Output, error) {
	ctx, done := l.unlessCutOff(ctx)
	defer done()
	output, err := doer.Do(ctx, call)
	return output, cutOff(ctx, err)
}

func (l *live) panicked(call *Call, cause any) { logPanic(l.e.Log, call, cause) }

// logPanic says where an action panicked. It is called while the panic is recovered from.
func logPanic(log *slog.Logger, call *Call, cause any) {
	log.Error("an action panicked", "flow", call.Flow, "run", call.Run, "step", call.Step, "panic", cause, "stack", string(debug.Stack()))
}

// errCutOff ends what is still under way when the time to stop is over.
var errCutOff = errors.New("the server was stopped before this had ended")

// unlessCutOff gives a context that ends with the patience of an engine that stops.
func (l *live) unlessCutOff(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	waited := context.AfterFunc(l.e.hurry, func() { cancel(errCutOff) })
	return ctx, func() { waited(); cancel(nil) }
}

// cutOff says of what failed only since it was cut off that it is no failure of its own.
func cutOff(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errCutOff) {
		return &Fault{Code: "stopped", Message: errCutOff.Error(), Maybe: true, Err: errCutOff}
	}
	return err
}

func (l *live) mock(string, string) (flow.Mock, bool) { return flow.Mock{}, false }

func (l *live) commit(ctx context.Context, c store.Commit) (store.Committed, error) {
	done, err := l.e.commit(ctx, c)
	if err == nil {
		l.e.feed.tellSteps(l.flow, &c)
		l.e.wakeParked(ctx, c.Waits)
	}
	return done, err
}

func (l *live) leaves(ctx context.Context, run string) { l.e.endCalled(ctx, run) }

func (l *live) pause(ctx context.Context, d time.Duration) bool {
	if d >= shortPark {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.e.stop:
	case <-ctx.Done():
	}
	return false
}

func (l *live) connection(_, name string) (*connections.Connection, error) {
	return l.e.Connections.Resolve(name)
}

func (l *live) worked(c *connections.Connection) { l.e.Connections.NoteUse(c, l.now()) }

func (l *live) admit(ctx context.Context, _ *record, doer Doer, call *Call) error {
	a, ok := doer.(Admitter)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, call.Timeout)
	defer cancel()
	ctx, done := l.unlessCutOff(ctx)
	defer done()
	return cutOff(ctx, a.Admit(ctx, call))
}

func (l *live) refused(ctx context.Context, c *connections.Connection, problem string) (bool, error) {
	broken, err := l.e.Connections.Break(context.WithoutCancel(ctx), c, problem)
	if err == nil && broken {
		l.e.Log.Warn("a connection was refused", "connection", c.Name)
		poke(l.e.watched.news)
	}
	return broken, err
}

func (l *live) held(*record, *Action) (Output, bool) { return nil, false }

func (l *live) getKey(ctx context.Context, _ *record, space, key string) ([]byte, error) {
	entry, err := l.e.Store.GetKey(ctx, space, key)
	return entry.Value, err
}

func (l *live) waitURL(run, path string) string {
	return l.e.waitURL(run, path)
}

// stopping is so at the stop of the process too. The run of a paused flow waits for its gate.
func (l *live) stopping() bool { return l.e.stopped() || l.paused() }

func (l *live) paused() bool { return l.e.paused(l.flow) }

func (e *Engine) paused(flow string) bool {
	entry, there := e.Flows.Find(flow)
	return there && entry.State == flows.StatePaused
}

func (l *live) child(ctx context.Context, target string, input any, w *walker) (store.Event, error) {
	entry, err := l.e.Flows.Get(target)
	if err != nil {
		return store.Event{}, Faultf("no_flow", "there is no flow %q to call", target)
	}
	if entry.Published == nil || entry.State == flows.StateOff || entry.Published.Trigger.Kind != "call" {
		return store.Event{}, Faultf("not_callable", "flow %q cannot be called: it must be on and its trigger of the kind call", target)
	}
	body, err := json.Marshal(input)
	if err != nil {
		return store.Event{}, Permanent(fmt.Errorf("input: %w", err))
	}
	if check := l.e.plan(entry).accepts(); check != nil {
		if err := check(body); err != nil {
			return store.Event{}, Faultf("bad_input", "flow %q does not take this input: %v", target, err)
		}
	}
	in := Incoming{Flow: target, At: l.e.Now(), Body: body, Meta: Meta{Kind: "call", OfFailure: w.ofFailure, Type: "application/json"}, Title: w.run.Flow}
	event, err := l.e.event(ctx, &in)
	event.Depth = w.run.Depth + 1
	return event, err
}

// plans keeps what is compiled, by flow and revision.
type plans struct {
	mu   sync.Mutex
	made map[planKey]*plan
}

type planKey struct {
	flow     string
	revision int
}

// forget lets go of all revisions of a flow but the one that is published: what a run of
// another still needs is made anew.
func (p *plans) forget(id string, published int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key := range p.made {
		if key.flow == id && key.revision != published {
			delete(p.made, key)
		}
	}
}

// clear forgets everything that is compiled, when the actions have changed.
func (p *plans) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.made)
}

func (p *plans) find(key planKey) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.made[key]
}

// get gives the plan of a flow, made where there is none; that of a deleted flow of the same name is none.
func (p *plans) get(key planKey, of *flow.Flow, make func() *plan) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.made[key]
	if kept == nil || kept.flow != of {
		kept = make()
		p.made[key] = kept
	}
	return kept
}

func (e *Engine) plan(f flows.Entry) *plan {
	return e.plans.get(planKey{f.ID, f.PublishedRev}, f.Published, func() *plan { return newPlan(f.Published, f.PublishedRev, e.Catalogue) })
}

// planOf gives the revision that a run began with, or for a new run the published one.
func (e *Engine) planOf(ctx context.Context, run store.Run) (*plan, error) {
	entry, there := e.Flows.Find(run.Flow)
	if there && entry.Published != nil && (run.Revision == 0 || run.Revision == entry.PublishedRev) {
		return e.plan(entry), nil
	}
	if run.Revision == 0 {
		return nil, errDeleted // only what is published is run
	}
	key := planKey{run.Flow, run.Revision}
	if kept := e.plans.find(key); kept != nil {
		return kept, nil
	}
	f, err := e.Flows.Revision(ctx, run.Flow, run.Revision)
	if err != nil {
		return nil, fmt.Errorf("revision %d: %w", run.Revision, err)
	}
	return e.plans.get(key, f, func() *plan { return newPlan(f, run.Revision, e.Catalogue) }), nil
}

// failing knows which flows are told of the failures of which.
type failing struct {
	mu sync.Mutex
	on map[string]bool            // flows that a flow's on_failure can call: published, and not off
	by map[string]map[string]bool // flow with a failure trigger -> flows it listens to, "*" for all
}

func (f *failing) set(id string, entry *flows.Entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.by, id)
	delete(f.on, id)
	if entry == nil || entry.Published == nil || entry.State == flows.StateOff {
		return
	}
	f.on[id] = true
	if entry.Published.Trigger.Kind != "failure" {
		return
	}
	listens := map[string]bool{}
	list, ok := entry.Published.Trigger.With["flows"].([]any)
	if !ok {
		list = []any{"*"}
	}
	for _, name := range list {
		if text, ok := name.(string); ok {
			listens[text] = true
		}
	}
	f.by[id] = listens
}

func (f *failing) of(failed *flow.Flow) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var told []string
	for id, listens := range f.by {
		if listens["*"] || listens[failed.ID] {
			told = append(told, id)
		}
	}
	if id := failed.Settings.OnFailure; f.on[id] {
		told = append(told, id)
	}
	slices.Sort(told)
	return slices.Compact(told)
}

// answers wakes those who wait for the answer or end of a run in this process.
type answers struct {
	mu      sync.Mutex
	waiting map[string][]chan struct{}
}

func (a *answers) tell(run string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.waiting[run] {
		close(c)
	}
	delete(a.waiting, run)
}

func (a *answers) listen(run string) chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := make(chan struct{})
	a.waiting[run] = append(a.waiting[run], c)
	return c
}

func (a *answers) leave(run string, c chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rest := slices.DeleteFunc(a.waiting[run], func(other chan struct{}) bool { return other == c })
	if a.waiting[run] = rest; len(rest) == 0 {
		delete(a.waiting, run)
	}
}

// Await blocks until the run has answered or ended. The answer is durable by then, and any
// later Await gives the same one. When neither came before ctx was done, it gives ctx's error.
func (e *Engine) Await(ctx context.Context, run string) (*Answer, error) {
	for {
		news := e.answers.listen(run)
		a, err := e.Answer(ctx, run)
		if err != nil || a != nil {
			e.answers.leave(run, news)
			return a, err
		}
		select {
		case <-news:
		case <-ctx.Done():
			e.answers.leave(run, news)
			return nil, context.Cause(ctx)
		}
	}
}

// Answer gives what a run answered, nil if it has neither answered nor ended.
func (e *Engine) Answer(ctx context.Context, run string) (*Answer, error) {
	r, err := e.Store.RunInfo(ctx, run)
	if err != nil {
		return nil, err
	}
	if r.Answer == nil && !r.Status.Final() {
		return nil, nil
	}
	a := new(Answer)
	if r.Answer != nil {
		if err := decodeExact(r.Answer, a); err != nil {
			return nil, fmt.Errorf("answer of run %s: %w", run, err)
		}
		a.Body = exact(a.Body)
	}
	if r.Status.Final() {
		a.Ended, a.Error = r.Status, r.Error
	}
	return a, nil
}
