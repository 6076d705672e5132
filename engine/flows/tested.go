package flows

import (
	"context"
	"errors"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// tested knows how the own tests of flows went, by digest. Tests take their time, so they run before
// the turn to change flows is taken; within it what they found is only looked up.
type tested struct {
	run   func(ctx context.Context, f *flow.Flow) []form.Problem
	found map[string][]form.Problem
	only  bool // look up
}

// errUntested says that tests must run first.
var errUntested = errors.New("the tests of a flow have not run")

func (t *tested) failing(ctx context.Context, f *flow.Flow) ([]form.Problem, error) {
	if t.run == nil || len(f.Tests) == 0 {
		return nil, nil
	}
	digest, _, err := digestOf(f)
	if err != nil {
		return nil, err
	}
	found, known := t.found[digest]
	switch {
	case known:
	case t.only:
		return nil, errUntested
	default:
		found = t.run(ctx, f)
		t.found[digest] = found
	}
	return found, nil
}
