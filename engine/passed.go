package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/shape"
)

// passed counts those of a flow's newest events that its `where` lets through, as it stands in
// the document: what the steps get. Nil where that is not known to differ from all that came.
func (e *Engine) passed(ctx context.Context, f *flow.Flow) *shape.Window {
	if f.Trigger.Where == "" {
		return nil
	}
	where, err := expression.Compile(f.Trigger.Where)
	if err != nil {
		return nil
	}
	newest, err := e.newest(ctx, f.ID)
	if err != nil {
		return nil // hints are a help, not a promise
	}
	trial := expression.NewTrial(ctx)
	defer trial.End()
	window, stopped := new(shape.Window), 0
	for _, trigger := range slices.Backward(newest) {
		scope, err := e.scopeOf(ctx, &Question{Flow: f, Step: flow.AtTrigger}, trigger, nil)
		if err != nil {
			return nil
		}
		switch holds, spent := trial.Holds(where, scope); {
		case spent:
			return nil
		case holds:
			addTrigger(window, trigger)
		default:
			stopped++
		}
	}
	if stopped == 0 || window.Events() == 0 {
		return nil
	}
	for _, p := range e.masks(f.ID) {
		window.Hide("/body" + p)
	}
	return window
}

func addTrigger(window *shape.Window, trigger map[string]any) {
	name, _ := trigger["event"].(string)
	came, _ := trigger["at"].(string)
	at, _ := time.Parse(time.RFC3339Nano, came)
	bare := maps.Clone(trigger)
	delete(bare, "resource")
	window.Add(name, bare, at)
}

// metByPassed is what steps meet: like learnt, of the events that `where` lets through. They
// are tried when somebody first asks.
func (e *Engine) metByPassed(ctx context.Context, f *flow.Flow, learnt func(names ...string) *shape.Shape) func(names ...string) *shape.Shape {
	var window *shape.Window
	tried := false
	return func(names ...string) *shape.Shape {
		if !tried {
			window, tried = e.passed(ctx, f), true
		}
		if window == nil {
			return learnt(names...)
		}
		s, all := window.Shape(names...), learnt(names...)
		if s == nil || all == nil {
			return all
		}
		s.Fields["resource"] = all.Fields["resource"]
		return s
	}
}
