package engine

import (
	"context"
	"slices"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/flow"
)

// ScopeAt gives what expressions of the step at the path before see, or after the last step where it is
// empty. The flow is run in memory, and whatever would keep the run from getting there is passed: a
// filter, a branch that is not taken, an empty list, a step that cannot do its work yet.
func ScopeAt(ctx context.Context, c TrialConfig, before string) (*expression.Scope, error) {
	c.seek = &seek{path: before, lately: c.Lately}
	run, err := Trial(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.seek.scope != nil {
		return c.seek.scope, nil
	}
	steps := map[string]any{}
	for _, s := range run.Steps {
		if s.Status == stepSucceeded && idOf(s.Path) == s.Path {
			steps[s.Path] = s.Output
		}
	}
	return &expression.Scope{Now: run.At, Zone: zoneOf(c.Flow, c.Timezone), Values: map[string]any{
		"trigger": run.Trigger, "steps": steps, "errors": map[string]any{}, "vars": c.Vars,
		"run": map[string]any{"id": run.ID, "flow": run.Flow, "revision": run.Revision, "attempt": 1, "at": run.At},
	}}, nil
}

// seek is the step for whose sake a flow is walked, and what it sees. Of a nil one nothing is sought.
type seek struct {
	path   string
	lately func(path, kind string) (any, bool)
	scope  *expression.Scope
}

// at says that the walk has got there.
func (s *seek) at(path string, f *frame) bool {
	if s == nil || path != s.path {
		return false
	}
	s.scope = f.scope
	return true
}

// within says whether the step that is sought is one of a list, or stands inside one of them.
func (s *seek) within(steps []*flow.Step, f *frame) bool {
	if s == nil || !strings.HasPrefix(s.path, f.prefix) {
		return false
	}
	there, id := false, idOf(s.path)
	flow.Walk(steps, "", func(_ string, step *flow.Step) { there = there || step.ID == id })
	return there
}

// inside says whether it stands inside a step.
func (s *seek) inside(block *flow.Step, f *frame) bool {
	return s != nil && slices.ContainsFunc(inside(block), func(steps []*flow.Step) bool { return s.within(steps, f) })
}

// branch is the one in which it stands; -1 where it stands in none.
func (s *seek) branch(block *flow.Step, f *frame) int {
	return slices.IndexFunc(block.Branches, func(b *flow.Branch) bool { return s.within(b.Steps, f) })
}

// pretend gives a step that failed what it yields when it does not.
func (s *seek) pretend(n *node, path string, f *frame) {
	if n.action == nil {
		return
	}
	if s.lately != nil {
		if output, ok := s.lately(path, n.action.Kind); ok {
			f.steps[n.step.ID] = output
			return
		}
	}
	f.steps[n.step.ID] = n.action.Yields()
}

// exampleFault is what the steps of a catch see of a step that did not fail.
func exampleFault() *Fault {
	return &Fault{Code: "http_500", Message: "the provider answered 500", Status: 500, Permanent: true}
}
