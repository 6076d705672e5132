package api

import (
	"cmp"
	"context"
	"slices"

	"gancho/engine/flow"
)

// SignalView is a signal by its name as a step has it, with the flow that waits for it or sends it.
type SignalView struct {
	Name   string `json:"name" doc:"as it is written in the step, with its data"`
	Flow   string `json:"flow"`
	Called string `json:"called" doc:"the name of the flow"`
	Action string `json:"action" enum:"wait,signal"`
}

// listSignals lists what the drafts of all flows wait for and send.
func (s *server) listSignals(context.Context, *struct{}) (*listOutput[SignalView], error) {
	items := []SignalView{}
	for _, e := range s.Flows.List() {
		if e.Draft == nil {
			continue
		}
		flow.Walk(e.Draft.Steps, "", func(_ string, step *flow.Step) {
			name, _ := step.With["signal"].(string)
			v := SignalView{name, e.ID, e.Draft.Name, step.Action}
			if name != "" && (step.Action == "wait" || step.Action == "signal") && !slices.Contains(items, v) {
				items = append(items, v)
			}
		})
	}
	slices.SortStableFunc(items, func(a, b SignalView) int { return cmp.Compare(a.Name, b.Name) })
	return listOf(items, ""), nil
}
