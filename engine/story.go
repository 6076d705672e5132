package engine

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/flow"
	"gancho/engine/store"
)

// viewSteps tells the steps of a run in the order of the flow's tree, turn by turn, those of
// branches that were not taken among them. Without the flow (its revision is gone) they come
// as they began.
func viewSteps(f *flow.Flow, records []*record) []StepView {
	slices.SortStableFunc(records, func(a, b *record) int { return a.Started.Compare(b.Started) })
	views := []StepView{}
	for _, r := range records {
		if r.Action != "turn" {
			views = append(views, viewStep(r))
		}
	}
	if f == nil {
		return views
	}
	order, steps := treeOf(f.Steps)
	order["trigger"] = -1 // what it fetched comes before every step
	for _, r := range records {
		if s := steps[idOf(r.Path)]; s != nil && r.Chosen != nil {
			views = append(views, notTaken(s, r, idOf(r.Path))...)
		}
	}
	slices.SortStableFunc(views, func(a, b StepView) int { return comparePaths(order, a.Path, b.Path) })
	return views
}

// close settles what the end of the run left open: a block ended as the run did, and what
// waited is over. What was under way then may have happened.
func (v *RunView) close() {
	if !v.Status.Final() {
		return
	}
	for i := range v.Steps {
		s := &v.Steps[i]
		waited := s.Status == stepWaiting
		s.Status = closed(s.Action, s.Status, v.Status)
		if !waited {
			continue
		}
		s.Due, s.Waiting = nil, ""
		switch n := len(s.Attempts); {
		case n > 0 && s.Attempts[n-1].Error != nil:
			s.Status, s.Error = stepFailed, s.Attempts[n-1].Error
		default:
			s.Reason = bothWords("the run ended while this waited", "a execução terminou enquanto este passo esperava")
		}
	}
}

// closed is the status of a step once its run has ended.
func closed(action, status string, run store.Status) string {
	switch {
	case status == stepWaiting:
		return stepSkipped
	case status != stepRunning:
		return status
	case action != "branch" && action != "parallel" && action != "loop":
		return stepUnknown
	case run == store.RunFiltered:
		return stepFiltered
	case run == store.Failed:
		return stepFailed
	case run == store.Succeeded:
		return stepSucceeded
	}
	return stepSkipped
}

// treeOf numbers the steps in reading order, and finds them by id.
func treeOf(list []*flow.Step) (map[string]int, map[string]*flow.Step) {
	order, steps := map[string]int{}, map[string]*flow.Step{}
	var add func(list []*flow.Step)
	add = func(list []*flow.Step) {
		for _, s := range list {
			order[s.ID], steps[s.ID] = len(order), s
			add(s.Steps)
			for _, b := range s.Branches {
				add(b.Steps)
			}
			add(s.Catch)
		}
	}
	add(list)
	return order, steps
}

// notTaken lists what stands in the branches that a branch step did not choose.
func notTaken(s *flow.Step, r *record, id string) []StepView {
	var views []StepView
	prefix := strings.TrimSuffix(r.Path, id)
	var add func(list []*flow.Step)
	add = func(list []*flow.Step) {
		for _, s := range list {
			views = append(views, StepView{Path: prefix + s.ID, Action: s.Action, Status: stepSkipped, Attempts: []AttemptView{}})
			for _, b := range s.Branches {
				add(b.Steps)
			}
		}
	}
	for i, b := range s.Branches {
		if !slices.Contains(r.Chosen, i) {
			add(b.Steps)
		}
	}
	return views
}

// comparePaths compares step paths part by part: ids by their place in the tree, turns by number.
func comparePaths(order map[string]int, a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			continue
		}
		m, errM := strconv.Atoi(x[i])
		n, errN := strconv.Atoi(y[i])
		if errM == nil && errN == nil {
			return cmp.Compare(m, n)
		}
		return cmp.Compare(order[x[i]], order[y[i]])
	}
	return cmp.Compare(len(x), len(y))
}
