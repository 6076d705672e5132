package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/store"
)

// EventInput is an event as a person posts it.
type EventInput struct {
	Body    json.RawMessage   `json:"body,omitempty" doc:"JSON of any kind"`
	Headers map[string]string `json:"headers,omitempty" doc:"by name"`
	Query   map[string]string `json:"query,omitempty" doc:"parameters of the URL, by name"`
	Method  string            `json:"method,omitempty" doc:"HTTP method; POST if left out"`
}

func (e *EventInput) event() (flow.TestEvent, error) {
	out := flow.TestEvent{Headers: e.Headers, Query: e.Query, Method: e.Method}
	if len(e.Body) > 0 {
		body, err := expression.Decode(e.Body)
		if err != nil {
			return out, problemOf(http.StatusUnprocessableEntity, "bad_body", "event.body: "+err.Error(), "event.body: "+err.Error())
		}
		out.Body = body
	}
	return out, nil
}

type startInput struct {
	FlowPath
	Body *struct {
		Event  *EventInput `json:"event,omitempty" doc:"posted"`
		Sample string      `json:"sample,omitempty" doc:"ID of an event of the flow's preset, sent signed through its URL"`
	} `required:"false"`
}

// StartedEvent is what became of an event that a person let in.
type StartedEvent struct {
	Event  string        `json:"event" doc:"id of the event"`
	Status store.Outcome `json:"status" enum:"accepted,filtered,duplicate,rejected,captured" doc:"what was made of it"`
	Run    string        `json:"run,omitempty" doc:"id of the run that it made"`
}

type startOutput struct {
	Body struct {
		StartedEvent
		Events []StartedEvent `json:"events,omitempty" doc:"of a delivery that holds several"`
	}
}

func (s *server) startFlow(ctx context.Context, in *startInput) (*startOutput, error) {
	var e EventInput
	switch b := in.Body; {
	case b == nil:
	case b.Sample != "" && b.Event != nil:
		return nil, notBoth("event", "sample")
	case b.Sample != "":
		return s.sendSample(ctx, in.ID, b.Sample)
	case b.Event != nil:
		e = *b.Event
	}
	event, err := e.event()
	if err != nil {
		return nil, err
	}
	started, err := s.Engine.Started(in.ID, engine.Start{Body: event.Body, Headers: event.Headers, Query: event.Query, Method: event.Method})
	if err == nil {
		err = cmp.Or(s.Engine.Fits(&started), s.Door.Fits(ctx, started))
	}
	if err != nil {
		return nil, err
	}
	return s.admit(ctx, started)
}

// admit lets in an event that a person vouches for.
func (s *server) admit(ctx context.Context, in engine.Incoming) (*startOutput, error) {
	receipts, err := s.Door.Admit(ctx, in)
	if err != nil {
		return nil, err
	}
	return startedAll(receipts), nil
}

func startedAll(receipts []engine.Receipt) *startOutput {
	out := &startOutput{}
	out.Body.StartedEvent = startedOf(receipts[0])
	if len(receipts) > 1 {
		for _, r := range receipts {
			out.Body.Events = append(out.Body.Events, startedOf(r))
		}
	}
	return out
}

func startedOf(r engine.Receipt) StartedEvent {
	e := StartedEvent{Event: r.Event, Status: r.Outcome}
	if r.Outcome == store.Accepted {
		e.Run = r.Run
	}
	return e
}
