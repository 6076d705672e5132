package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// trial is a run in memory with what this instance knows.
func (s *server) trial(f *flow.Flow) engine.TrialConfig { return s.Engine.TrialOf(f) }

type testInput struct {
	FlowPath
	Body *struct {
		Event   *EventInput          `json:"event,omitempty" doc:"posted"`
		EventID string               `json:"event_id,omitempty" doc:"a stored one; the newest sample if neither is given"`
		Flow    json.RawMessage      `json:"flow,omitempty" doc:"a draft that is not saved"`
		Mocks   map[string]MockInput `json:"mocks,omitempty" doc:"by step path"`
		Effects string               `json:"effects,omitempty" enum:"simulate,real" doc:"simulate if left out"`
		Until   string               `json:"until,omitempty" doc:"the last step, by path"`
		From    string               `json:"from,omitempty" doc:"the first step; those before yield their mock or sample"`
	} `required:"false"`
}

// trial says that nothing leaves the machine.
func (in *testInput) trial() bool { return in.Body == nil || in.Body.Effects != "real" }

// testsFor is how long tests may take: a step has a minute for each of its attempts. What was done until then is answered.
const testsFor = 5 * time.Minute

// unhurried gives a call time of its own, and a moment to answer when that is over.
func unhurried(ctx context.Context) (context.Context, context.CancelFunc) {
	_ = http.NewResponseController(writerOf(ctx)).SetWriteDeadline(time.Now().Add(testsFor + 30*time.Second)) //nolint:errcheck // not all writers have one
	return context.WithTimeout(ctx, testsFor)
}

// MockInput stands in for a step.
type MockInput struct {
	Output json.RawMessage `json:"output,omitempty" doc:"what the step is to yield"`
	Error  *flow.MockError `json:"error,omitempty" doc:"what the step is to fail with, in place of output"`
}

type runOutput struct{ Body engine.RunView }

func (s *server) testFlow(ctx context.Context, in *testInput) (*runOutput, error) {
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	c := s.trial(e.Draft)
	c.Lately = s.Engine.Lately(ctx, in.ID)
	if in.Body == nil {
		c.Event, err = s.newestSample(ctx, in.ID)
	} else {
		err = s.fillTrial(ctx, in, &c)
	}
	if err != nil {
		return nil, err
	}
	limited, cancel := unhurried(ctx)
	defer cancel()
	run, err := engine.Trial(limited, c)
	if refused := new(refusal.Refusal); errors.As(err, &refused) {
		return nil, err
	}
	if err != nil {
		return nil, problemOf(http.StatusUnprocessableEntity, "cannot_run", err.Error(), err.Error())
	}
	if c.Real {
		s.Engine.KeepYields(in.ID, run)
	}
	s.Engine.Mask(run, c.Flow)
	return &runOutput{*run}, nil
}

func (s *server) fillTrial(ctx context.Context, in *testInput, c *engine.TrialConfig) (err error) {
	b := in.Body
	c.Real, c.Until, c.From = b.Effects == "real", b.Until, b.From
	if len(b.Flow) > 0 {
		if c.Flow, err = readFlow(b.Flow); err != nil {
			return err
		}
	}
	c.Mocks = map[string]flow.Mock{}
	for path, m := range b.Mocks {
		if err := engine.HasStep(c.Flow, path); err != nil {
			return err
		}
		mock := flow.Mock{Error: m.Error}
		if len(m.Output) > 0 {
			if mock.Output, err = expression.Decode(m.Output); err != nil {
				return problemOf(http.StatusUnprocessableEntity, "bad_mock", "mocks: "+path+": "+err.Error(), "mocks: "+path+": "+err.Error())
			}
		}
		c.Mocks[path] = mock
	}
	switch {
	case b.Event != nil && b.EventID != "":
		return notBoth("event", "event_id")
	case b.Event != nil:
		c.Event, err = b.Event.event()
	case b.EventID != "":
		c.Event, err = s.storedEvent(ctx, b.EventID)
	default:
		c.Event, err = s.newestSample(ctx, in.ID)
	}
	return err
}

// storedEvent is a kept event as a test takes it.
func (s *server) storedEvent(ctx context.Context, id string) (flow.TestEvent, error) {
	v, err := s.Engine.WholeEvent(ctx, id)
	if err != nil {
		return flow.TestEvent{}, found(err, "event", "este evento")
	}
	if v.Trigger == nil {
		return flow.TestEvent{}, problemOf(http.StatusConflict, "no_body", "the body of this event is no longer kept", "o corpo deste evento não está mais guardado")
	}
	event := flow.TestEvent{Body: v.Trigger["body"], Headers: map[string]string{}, Query: map[string]string{}}
	event.Method, _ = v.Trigger["method"].(string)
	headers, _ := v.Trigger["headers"].(map[string]any)
	for name, value := range headers {
		if text, ok := value.(string); ok && name != "content-type" { // the body is read already
			event.Headers[name] = text
		}
	}
	query, _ := v.Trigger["query"].(map[string]any)
	for name, value := range query {
		if text, ok := value.(string); ok {
			event.Query[name] = text
		}
	}
	return event, nil
}

// newestSample is the newest event whose body is kept, or an empty one.
func (s *server) newestSample(ctx context.Context, id string) (flow.TestEvent, error) {
	events, _, err := s.Engine.Events(ctx, store.Query{Flow: id, Limit: 50})
	if err != nil {
		return flow.TestEvent{}, err
	}
	for _, e := range events {
		if e.Status == store.Rejected {
			continue
		}
		event, err := s.storedEvent(ctx, e.ID)
		var p *Problem
		if errors.As(err, &p) {
			continue
		}
		return event, err
	}
	return flow.TestEvent{Body: map[string]any{}}, nil
}

type offerOutput struct{ Body engine.Offer }

// offerSample is what a person may send while no event has come: one that the flow takes.
func (s *server) offerSample(ctx context.Context, in *FlowPath) (*offerOutput, error) {
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	return &offerOutput{s.Engine.OfferOf(ctx, e.Draft)}, nil
}

type testsInput struct {
	FlowPath
	Body *struct {
		Flow json.RawMessage `json:"flow,omitempty" doc:"a draft that is not saved"`
	} `required:"false"`
}

type testsOutput struct{ Body engine.TestsView }

func (s *server) runTests(ctx context.Context, in *testsInput) (*testsOutput, error) {
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	draft := e.Draft
	if in.Body != nil && len(in.Body.Flow) > 0 {
		if draft, err = readFlow(in.Body.Flow); err != nil {
			return nil, err
		}
	}
	ctx, cancel := unhurried(ctx)
	defer cancel()
	view, err := engine.Tests(ctx, s.trial(draft))
	if err != nil {
		return nil, problemOf(http.StatusUnprocessableEntity, "cannot_run", err.Error(), err.Error())
	}
	return &testsOutput{view}, nil
}
