package flows

import (
	"maps"

	"gancho/engine/flow"
)

// Former is a step as its flow had it before it was removed: what still reads it is told by its
// name. Since when the program began, else as it is saved or published; nil where there was none.
func (s *Flows) Former(id string) func(step string) *flow.Step {
	return func(step string) *flow.Step {
		s.mu.RLock()
		e := s.entries[id]
		s.mu.RUnlock()
		if e == nil {
			return nil
		}
		if removed := e.removed[step]; removed != nil {
			return removed
		}
		for _, f := range []*flow.Flow{e.Draft, e.Published} { // what is asked about may not be saved yet
			if f != nil && stepsOf(f)[step] != nil {
				return stepsOf(f)[step]
			}
		}
		return nil
	}
}

// removedBy gives the steps that were removed up to an entry, from those up to the one before it.
func removedBy(before, after *Entry) map[string]*flow.Step {
	if before.Draft == after.Draft {
		return before.removed
	}
	gone := stepsOf(before.Draft)
	for id := range stepsOf(after.Draft) {
		delete(gone, id)
	}
	if len(gone) == 0 {
		return before.removed
	}
	all := maps.Clone(before.removed) // which is read meanwhile
	if all == nil {
		return gone
	}
	maps.Copy(all, gone)
	return all
}

func stepsOf(f *flow.Flow) map[string]*flow.Step {
	steps := map[string]*flow.Step{}
	flow.Walk(f.Steps, "", func(_ string, s *flow.Step) { steps[s.ID] = s })
	return steps
}
