package engine

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"gancho/engine/shape"
	"gancho/engine/store"
)

// lately keeps what steps yielded in real tests, for tests that hold them back. It is lost with the
// process: the next real test or run tells it again.
type lately struct {
	mu    sync.Mutex
	flows map[string]map[string]yielded // by flow and step
}

type yielded struct {
	kind   string
	output any
	shape  *shape.Shape // of a real test's output
}

const (
	latelyFlows = 100
	latelySize  = 64 << 10 // of an output, as JSON
	latelyRuns  = 5        // that are looked at
)

// forget what a flow's steps yielded; of all flows where none is named.
func (l *lately) forget(flows ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(flows) == 0 {
		clear(l.flows)
	}
	for _, id := range flows {
		delete(l.flows, id)
	}
}

// ForgetYields forgets what steps of real tests yielded: any of it may be of a person who is erased.
func (e *Engine) ForgetYields() { e.lately.forget() }

// KeepYields notes what the steps of a real test yielded.
func (e *Engine) KeepYields(id string, run *RunView) {
	e.lately.mu.Lock()
	defer e.lately.mu.Unlock()
	if e.lately.flows == nil || len(e.lately.flows) > latelyFlows {
		e.lately.flows = map[string]map[string]yielded{}
	}
	steps := e.lately.flows[id]
	if steps == nil {
		steps = map[string]yielded{}
		e.lately.flows[id] = steps
	}
	for i := range run.Steps {
		s := &run.Steps[i]
		if data, err := json.Marshal(s.Output); s.Status == stepSucceeded && !s.Mocked && err == nil && len(data) <= latelySize {
			steps[idOf(s.Path)] = yielded{s.Action, s.Output, shape.Example(s.Output)}
		}
	}
}

// Lately says what the steps of a flow yielded in its last real test, else in its newest runs. Of a
// flow that masks something nothing is said: it might be of somebody else's event.
func (e *Engine) Lately(ctx context.Context, id string) func(path, kind string) (any, bool) {
	runs := sync.OnceValue(func() map[string]yielded { return e.yieldedByRuns(ctx, id) })
	return func(path, kind string) (any, bool) {
		if e.veilOf(id, time.Time{}) != nil {
			return nil, false
		}
		step := idOf(path)
		e.lately.mu.Lock()
		y, ok := e.lately.flows[id][step]
		e.lately.mu.Unlock()
		if !ok || y.kind != kind {
			y, ok = runs()[step]
		}
		return y.output, ok && y.kind == kind
	}
}

// answered says what the steps of a flow looked like in its last real test, under the same rule.
func (e *Engine) answered(id string) func(step, action string) *shape.Shape {
	return func(step, action string) *shape.Shape {
		if e.veilOf(id, time.Time{}) != nil {
			return nil
		}
		e.lately.mu.Lock()
		defer e.lately.mu.Unlock()
		if y := e.lately.flows[id][step]; y.kind == action {
			return y.shape
		}
		return nil
	}
}

func (e *Engine) yieldedByRuns(ctx context.Context, id string) map[string]yielded {
	steps := map[string]yielded{}
	list, _, err := e.Store.ListRuns(ctx, store.Query{Flow: id, Limit: latelyRuns})
	if err != nil {
		return steps // the declared samples do
	}
	gone, was := e.Flows.Gone(id)
	for i := range list {
		if was && !list[i].At.After(gone.At) {
			continue // of a deleted flow with this id
		}
		records, _, err := e.recorded(ctx, list[i].ID)
		if err != nil {
			continue
		}
		for path, r := range records {
			if _, newer := steps[idOf(path)]; !newer && r.Status == stepSucceeded && !r.Mocked {
				steps[idOf(path)] = yielded{kind: r.Action, output: r.Output}
			}
		}
	}
	return steps
}
