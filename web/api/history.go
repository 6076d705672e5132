package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// EventQuery are parameters of GET /events.
type EventQuery struct {
	Text string `json:"q,omitempty"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

type backtestInput struct {
	FlowPath
	Body *struct {
		N     int             `json:"n,omitempty" doc:"newest events; 100 if left out"`
		Flow  json.RawMessage `json:"flow,omitempty" doc:"a draft that is not saved"`
		Query *EventQuery     `json:"query,omitempty"`
	} `required:"false"`
}

type backtestOutput struct{ Body engine.Backtest }

func (s *server) backtest(ctx context.Context, in *backtestInput) (*backtestOutput, error) {
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	draft, n, q := e.Draft, 100, store.Query{}
	if b := in.Body; b != nil {
		if len(b.Flow) > 0 {
			if draft, err = readFlow(b.Flow); err != nil {
				return nil, err
			}
		}
		if b.N > 0 {
			n = min(b.N, engine.MaxBacktest)
		}
		if b.Query != nil {
			h := historyInput{Text: b.Query.Text, From: b.Query.From, To: b.Query.To}
			if q, err = h.query(); err != nil {
				return nil, err
			}
		}
	}
	if draft.ID != in.ID {
		return nil, problemOf(http.StatusUnprocessableEntity, "other_id", "the draft has another id", "o rascunho tem outro id")
	}
	result, err := s.Engine.Backtest(ctx, draft, q, n)
	return &backtestOutput{result}, err
}

func (k KeyPath) person() string {
	if key, err := url.PathUnescape(k.Key); err == nil {
		return key
	}
	return k.Key
}

type personOutput struct {
	Disposition string `header:"Content-Disposition"`
	Body        engine.PersonView
}

func (s *server) person(ctx context.Context, in *KeyPath) (*personOutput, error) {
	v, err := s.Engine.Person(ctx, in.person(), false)
	return &personOutput{Body: v}, err
}

func (s *server) exportPerson(ctx context.Context, in *KeyPath) (*personOutput, error) {
	v, err := s.Engine.Person(ctx, in.person(), true)
	return &personOutput{Disposition: `attachment; filename="person.json"`, Body: v}, err
}

type erasureOutput struct{ Body engine.Erasure }

func (s *server) erasePerson(ctx context.Context, in *KeyPath) (*erasureOutput, error) {
	receipt, err := s.Engine.Erase(ctx, in.person())
	return &erasureOutput{receipt}, err
}

// FlowStats are the counts of one flow since it began.
type FlowStats struct {
	Accepted   int64      `json:"accepted"`
	Finished   int64      `json:"finished"`
	Succeeded  int64      `json:"succeeded"`
	Failed     int64      `json:"failed"`
	Waiting    int64      `json:"waiting"`
	Pending    int64      `json:"pending"`
	Filtered   int64      `json:"filtered"`
	Duplicates int64      `json:"duplicates"`
	Rejected   int64      `json:"rejected"`
	Captured   int64      `json:"captured"`
	LastEvent  *time.Time `json:"last_event"`
}

type statsOutput struct {
	Body struct {
		Flows  map[string]FlowStats `json:"flows"`
		Uptime int64                `json:"uptime_ms"`
	}
}

func (s *server) stats(ctx context.Context, _ *nothing) (*statsOutput, error) {
	counts, err := s.Store.Counts(ctx)
	if err != nil {
		return nil, err
	}
	out := &statsOutput{}
	out.Body.Flows, out.Body.Uptime = map[string]FlowStats{}, time.Since(s.started).Milliseconds()
	for id, c := range counts {
		f := FlowStats{c.Accepted, c.Finished, c.Succeeded, c.Failed, c.Waiting, c.Pending, c.Filtered, c.Duplicates, c.Rejected, c.Captured, nil}
		if !c.LastEvent.IsZero() {
			at := c.LastEvent.UTC()
			f.LastEvent = &at
		}
		out.Body.Flows[id] = f
	}
	return out, nil
}
