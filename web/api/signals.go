package api

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"

	"gancho/engine/flow"
)

// SignalView is a signal by its name as a step has it, with the flow that waits for it or sends it.
type SignalView struct {
	Name   string `json:"name" doc:"as it is written in the step, with its data"`
	Flow   string `json:"flow" doc:"id of the flow"`
	Called string `json:"called" doc:"the name of the flow"`
	Action string `json:"action" enum:"wait,signal" doc:"whether it waits for it or sends it"`
}

// key is its place in the list, as a cursor that a URL may hold.
func (v SignalView) key() string {
	return hex.EncodeToString([]byte(v.Name + "\x00" + v.Flow + "\x00" + v.Action))
}

// listSignals lists what the drafts of all flows wait for and send.
func (s *server) listSignals(_ context.Context, in *Page) (*listOutput[SignalView], error) {
	if err := in.check(inHex); err != nil {
		return nil, err
	}
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
	slices.SortFunc(items, func(a, b SignalView) int { return cmp.Compare(a.key(), b.key()) })
	return pageOf(*in, items, SignalView.key), nil
}
