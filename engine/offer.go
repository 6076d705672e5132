package engine

import (
	"context"
	"strings"
	"time"

	"gancho/engine/flow"
	"gancho/engine/store"
)

// Offer is an event to try a flow with: a sample of its preset, or the event of one of its own
// tests. Without either it is empty.
type Offer struct {
	Sample string          `json:"sample" doc:"ID of an event of the flow's preset, as POST /flows/{id}/events takes it"`
	Test   string          `json:"test" doc:"name of the flow's own test whose event it is"`
	Event  *flow.TestEvent `json:"event,omitempty" doc:"of that test"`

	trial TrialConfig
}

// OfferOf gives the first event that a flow takes and ends well with, effects held back: of its
// preset's samples, else of its own tests; where there is none such, the first of them.
func (e *Engine) OfferOf(ctx context.Context, f *flow.Flow) Offer {
	offers := e.offersOf(f)
	for _, o := range offers {
		run, err := Trial(ctx, o.trial)
		if err == nil && run.Status != store.RunFiltered && run.Status != store.Failed {
			return o
		}
	}
	return append(offers, Offer{})[0]
}

func (e *Engine) offersOf(f *flow.Flow) (offers []Offer) {
	for _, s := range e.Catalogue.Samples(f).Events {
		if s.ID != "" {
			o := Offer{Sample: s.ID, trial: e.TrialOf(f)}
			o.trial.Trigger = s.trigger(f)
			offers = append(offers, o)
		}
	}
	for i := range f.Tests {
		test := &f.Tests[i]
		o := Offer{Test: test.Name, Event: &test.Event, trial: e.TrialOf(f)}
		o.trial.Event, o.trial.Mocks = test.Event, test.Mocks
		offers = append(offers, o)
	}
	return offers
}

// trigger is what a flow sees of a sample that came.
func (s *SampleEvent) trigger(f *flow.Flow) map[string]any {
	meta := &Meta{Kind: f.Trigger.Kind, Method: s.Event.Method, Headers: map[string]string{}, Query: s.Event.Query}
	for name, value := range s.Event.Headers {
		meta.Headers[strings.ToLower(name)] = value
	}
	trigger := TriggerScope(meta, s.Event.Body, time.Now(), "", "event-in-memory")
	trigger["event"], trigger["resource"] = s.Name, s.Resource
	return trigger
}
