package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"gancho/engine"
	"gancho/engine/person"
	"gancho/engine/stats"
	"gancho/engine/store"

	"github.com/danielgtaylor/huma/v2"
)

// EventQuery are parameters of GET /events.
type EventQuery struct {
	Text string `json:"q,omitempty" doc:"whole values in bodies"`
	From string `json:"from,omitempty" doc:"oldest, inclusive: RFC 3339"`
	To   string `json:"to,omitempty" doc:"newest, exclusive: RFC 3339"`
}

type backtestInput struct {
	FlowPath
	Body *struct {
		N     int             `json:"n,omitempty" minimum:"1" doc:"newest events; 100 if left out"`
		Flow  json.RawMessage `json:"flow,omitempty" doc:"a draft that is not saved"`
		Query *EventQuery     `json:"query,omitempty" doc:"which events, in place of the newest"`
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
			h := HistoryInput{Text: b.Query.Text, From: b.Query.From, To: b.Query.To}
			if q, err = h.query(); err != nil {
				return nil, err
			}
		}
	}
	if draft.ID != in.ID {
		return nil, problemOf(http.StatusUnprocessableEntity, "other_id", "the draft has another id", "o rascunho tem outro id")
	}
	ctx, cancel := unhurried(ctx)
	defer cancel()
	result, err := s.Engine.Backtest(ctx, draft, q, n)
	return &backtestOutput{result}, err
}

type shadowOutput struct{ Body engine.ShadowView }

func (s *server) getShadow(ctx context.Context, in *FlowPath) (*shadowOutput, error) {
	v, err := s.Engine.Shadow(ctx, in.ID)
	return &shadowOutput{v}, err
}

func (s *server) startShadow(ctx context.Context, in *FlowPath) (*shadowOutput, error) {
	v, err := s.Engine.StartShadow(ctx, in.ID, who(ctx).Name)
	return &shadowOutput{v}, err
}

func (s *server) stopShadow(ctx context.Context, in *FlowPath) (*nothing, error) {
	return nil, s.Engine.StopShadow(ctx, in.ID)
}

// PersonView is all that concerned one person.
type PersonView person.View

type personOutput struct{ Body PersonView }

func (s *server) person(ctx context.Context, in *KeyPath) (*personOutput, error) {
	v, err := person.Find(ctx, s.Engine, in.Key, false)
	return &personOutput{Body: PersonView(v)}, err
}

type exportPersonInput struct {
	KeyPath
	As string `query:"as" enum:"json,html" default:"json" doc:"html is a document to hand over, in the asker's language"`
}

type exportPersonOutput struct {
	Disposition string `header:"Content-Disposition" doc:"a name for the file"`
	Type        string `header:"Content-Type" doc:"as asked by as"`
	Body        any
}

func (s *server) exportPerson(ctx context.Context, in *exportPersonInput) (*exportPersonOutput, error) {
	v, err := person.Find(ctx, s.Engine, in.Key, true)
	if err != nil || in.As != "html" {
		return &exportPersonOutput{Disposition: `attachment; filename="person.json"`, Type: "application/json", Body: v}, err
	}
	page, err := s.personHTML(ctx, &v)
	return &exportPersonOutput{Disposition: `attachment; filename="person.html"`, Type: "text/html; charset=utf-8", Body: page}, err
}

// exportsPerson registers it with both things that it answers.
func (s *server) exportsPerson(api huma.API, op huma.Operation) {
	whole := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[PersonView](), true, "")
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/json": {Schema: whole}, "text/html": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	does(s, s.exportPerson)(api, op)
}

type erasureOutput struct{ Body person.Erasure }

type eraseInput struct {
	KeyPath
	Cancel flag `query:"cancel" doc:"cancel the person's runs that have not ended, and erase them too"`
}

func (s *server) erasePerson(ctx context.Context, in *eraseInput) (*erasureOutput, error) {
	receipt, err := person.Erase(ctx, s.Engine, in.Key, who(ctx).Name, bool(in.Cancel))
	return &erasureOutput{receipt}, err
}

// did is what the audit tells: how much was erased.
func (out *erasureOutput) did() map[string]any {
	r := &out.Body
	return map[string]any{"runs": len(r.Erased), "events": len(r.Events), "state": len(r.State), "open": len(r.Open)}
}

// partly says that something is gone for good, though the rest could not be erased.
func (out *erasureOutput) partly() bool {
	r := &out.Body
	return len(r.Erased)+len(r.Events)+len(r.State) > 0
}

type statsInput struct {
	Flow string `query:"flow" doc:"id; only counts of this flow"`
	By   string `query:"by" enum:"hour,minute" default:"hour" doc:"spans of recent: 24 hours or 60 minutes"`
}

type statsOutput struct {
	Body struct {
		stats.Stats
		Uptime int64 `json:"uptime_ms" doc:"since the program started, in milliseconds"`
	}
}

func (s *server) stats(ctx context.Context, in *statsInput) (*statsOutput, error) {
	out := &statsOutput{}
	var err error
	out.Body.Stats, err = s.Engine.Stats(ctx, in.Flow, in.By == "minute")
	out.Body.Uptime = time.Since(s.started).Milliseconds()
	return out, err
}

type stepCountsInput struct {
	FlowPath
	From string `query:"from" doc:"RFC 3339; 24 hours before to if left out"`
	To   string `query:"to" doc:"RFC 3339; now if left out"`
}

type stepCountsOutput struct{ Body engine.StepCounts }

func (s *server) stepCounts(ctx context.Context, in *stepCountsInput) (*stepCountsOutput, error) {
	h := HistoryInput{From: in.From, To: in.To}
	q, err := h.query()
	if err != nil {
		return nil, err
	}
	counts, err := s.Engine.StepCounts(ctx, in.ID, q.From, q.To)
	return &stepCountsOutput{counts}, err
}
