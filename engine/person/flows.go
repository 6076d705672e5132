package person

import (
	"context"

	"gancho/engine"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// FlowHolding is a flow whose own documents hold a person: a saved test does, or what somebody wrote.
// No erasing changes them.
type FlowHolding struct {
	Flow     string `json:"flow" doc:"id of the flow"`
	FlowName string `json:"flow_name" doc:"what people call the flow"`
	flows.Holding
}

// flowsOf finds the flows that hold a person.
func flowsOf(ctx context.Context, e *engine.Engine, key string) ([]FlowHolding, error) {
	found, person := []FlowHolding{}, store.ValueOf(key)
	if person == nil {
		return found, nil
	}
	for _, entry := range e.Flows.List() {
		h, err := e.Flows.Holding(ctx, &entry, person.In)
		if err != nil {
			return found, err
		}
		if !h.IsZero() {
			found = append(found, FlowHolding{entry.ID, entry.Draft.Name, h})
		}
	}
	return found, nil
}
