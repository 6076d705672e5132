package engine

import (
	"context"
	"errors"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/shapes"
	"gancho/engine/store"
)

// Hydrate completes thin events: before the first step an action without effect runs, and
// its output is trigger.resource. It is checkpointed, so a run that goes on does not fetch
// again; retries, waits and broken connections are those of a step. Without a function there
// is no condition, or no key.
type Hydrate struct {
	Action     string
	Connection string
	Proves     string // the kind of connection that proves the sender alone: with it nothing is fetched
	Continue   bool   // without a resource, when the action fails for good
	When       func(ctx context.Context, s *expression.Scope) bool
	Input      func(ctx context.Context, s *expression.Scope) (map[string]any, error)
	Key        func(ctx context.Context, s *expression.Scope) string // may read trigger.resource; "" is none
	KeyFor     time.Duration
	Title      func(ctx context.Context, s *expression.Scope, lang string) string // of the event, now that the resource is there; "" leaves it. May be nil
	Once       func(ctx context.Context, s *expression.Scope) (string, error)     // the flow's own key, taken when its where has passed; "" is none
	OnceFor    time.Duration
}

// resourceStep is where the fetch is recorded: no step of a flow can have the path
// trigger.resource.
const (
	resourceFrame = "trigger."
	resourceStep  = "resource"
)

// complete does what comes before the first step: fetch what the event only names, then ask
// a `where` that reads it.
func (w *walker) complete(ctx context.Context, f *frame) (verdict, error) {
	h := w.plan.hydrate
	if h == nil {
		return w.admitted(ctx, f)
	}
	if w.fetches(h) && (h.When == nil || h.When(ctx, f.scope)) {
		if v, err := w.fetch(ctx, h, f); err != nil || v != next {
			return v, err
		}
	}
	if v, err := w.admitted(ctx, f); err != nil || v != next || h.Once == nil {
		return v, err
	}
	return w.once(ctx, h, f)
}

// once takes the flow's own key, also where the event names nothing that is fetched.
func (w *walker) once(ctx context.Context, h *Hydrate, f *frame) (verdict, error) {
	rec := w.record(resourceFrame+resourceStep, h.Action)
	if rec.Status == "" {
		rec.Status, rec.Reason, rec.Ended = stepSkipped, bothWords("nothing to fetch", "nada a buscar"), w.hands.now()
	}
	var key string
	err := w.patiently(ctx, func() (err error) {
		key, err = h.Once(ctx, f.scope)
		return err
	})
	if errors.Is(err, errLost) {
		return next, err
	}
	if err != nil { // as at the door: the event is not lost, and not taken for one without a key
		return next, &failure{fault: Faultf("trigger", "dedupe: %v", err)}
	}
	return w.take(ctx, rec, &rec.Once, store.KeyOp{ID: rec.Path + ".once", Key: key, Expires: h.OnceFor})
}

// fetches says whether the connection can fetch; one that is not there yet is waited for.
func (w *walker) fetches(h *Hydrate) bool {
	c, err := w.hands.connection(resourceFrame+resourceStep, h.Connection)
	return err != nil || h.Proves == "" || c.Kind != h.Proves
}

func (w *walker) fetch(ctx context.Context, h *Hydrate, f *frame) (verdict, error) {
	path := resourceFrame + resourceStep
	input, err := h.Input(ctx, f.scope)
	if err != nil {
		return next, &failure{path, fault(Permanent(err))}
	}
	n := &node{step: &flow.Step{ID: resourceStep, Action: h.Action, Connection: h.Connection, With: input}, members: map[string]member{}}
	if h.Continue {
		n.step.OnError = "continue"
	}
	for id := range input {
		n.members[id] = member{mode: form.ModeLiteral} // values of the event are never templates
	}
	if a, ok := w.plan.catalogue.Find(h.Action); ok {
		n.action = a
		if a.Effect {
			return next, &failure{path, Faultf("bad_preset", "the preset fetches with %s, which changes things", h.Action)}
		}
	}
	inner := w.fork(f, resourceFrame, nil)
	last, fresh := w.last, !w.record(path, h.Action).finished()
	v, err := w.step(ctx, n, inner)
	w.last = last
	if err != nil || v != next {
		return v, err
	}
	resource, ok := inner.steps[resourceStep]
	if !ok {
		return next, nil
	}
	w.trigger["resource"] = resource
	if l, ok := w.hands.(*live); ok && fresh {
		l.e.shapes.Complete(w.run.Flow, shapes.Fetched{Event: w.run.EventName, Value: resource, At: w.hands.now()})
		if h.Title != nil {
			w.retitle(h.Title(ctx, f.scope, l.e.Instance().Lang))
		}
	}
	return w.unique(ctx, h, f)
}

// fetchedBy is trigger.resource of a run with these steps.
func fetchedBy(records []*record) any {
	for _, r := range records {
		if r.Path == resourceFrame+resourceStep {
			return r.Output
		}
	}
	return nil
}

// unique takes the key that only the resource tells, in the commit that stores the resource.
func (w *walker) unique(ctx context.Context, h *Hydrate, f *frame) (verdict, error) {
	if h.Key == nil {
		return next, nil
	}
	rec := w.record(resourceFrame+resourceStep, h.Action)
	return w.take(ctx, rec, &rec.Key, store.KeyOp{ID: rec.Path, Key: h.Key(ctx, f.scope), Expires: h.KeyFor})
}

// take ends the run when another holds the key, and else notes that this run holds it. A replay
// is asked for by a person: it goes on, and leaves the key to the run that has it.
func (w *walker) take(ctx context.Context, rec *record, held *string, op store.KeyOp) (verdict, error) {
	if op.Key == "" || *held != "" {
		return next, nil
	}
	op.Kind = store.KeyDedupe
	done, err := w.commit(ctx, goOn(op))
	if err != nil {
		return parked, err
	}
	for _, k := range done.Keys {
		if first := string(k.Value); k.ID == op.ID && first != "true" && w.run.ReplayOf == "" {
			w.finish(&store.End{Status: store.RunDuplicate, Reason: bothWords("the same as run "+first, "a mesma que a execução "+first)})
			return ended, nil
		}
	}
	*held = op.Key
	w.save(rec)
	return next, nil
}

// asksLater says that a `where` can be asked only when the resource is there.
func (p *plan) asksLater(where string) bool {
	program, err := p.program(where)
	return err == nil && program.Reads("trigger.resource")
}

func (w *walker) admitted(ctx context.Context, f *frame) (verdict, error) {
	where := w.plan.flow.Trigger.Where
	if where == "" || w.seek != nil || !w.plan.asksLater(where) {
		return next, nil
	}
	ok, reason, err := w.condition(ctx, where, f)
	if errors.Is(err, errLost) {
		return next, err
	}
	if err != nil {
		return next, &failure{fault: Faultf("trigger", "where: %v", err)}
	}
	if !ok {
		w.finish(&store.End{Status: store.RunFiltered, Reason: reason})
		return ended, nil
	}
	return next, nil
}
