package api

import (
	"context"
	"net/http"
	"strings"

	"gancho/engine"
)

// RunQuery are the parameters of GET /runs.
type RunQuery struct {
	Flow   string `json:"flow,omitempty"`
	Status string `json:"status,omitempty"`
	Text   string `json:"q,omitempty"`
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Error  string `json:"error,omitempty"`
	Group  string `json:"group,omitempty"`
}

type replayInput struct {
	Body struct {
		IDs      []string  `json:"ids,omitempty"`
		Query    *RunQuery `json:"query,omitempty" doc:"instead of ids"`
		From     string    `json:"from,omitempty" enum:"start,failed" doc:"start if left out"`
		Revision string    `json:"revision,omitempty" enum:"original,published" doc:"published if left out"`
		DryRun   bool      `json:"dry_run,omitempty"`
		Allow    []string  `json:"allow,omitempty" doc:"paths of finished effects that may be repeated"`
	}
}

type replayOutput struct {
	Body struct {
		DryRun   bool              `json:"dry_run"`
		Replayed int               `json:"replayed"`
		Refused  int               `json:"refused"`
		Items    []engine.Replayed `json:"items"`
	}
}

func (s *server) replay(ctx context.Context, in *replayInput) (*replayOutput, error) {
	o := engine.ReplayOptions{IDs: in.Body.IDs, From: in.Body.From, Published: in.Body.Revision != "original", DryRun: in.Body.DryRun, Allow: in.Body.Allow}
	if (in.Body.Query == nil) == (len(in.Body.IDs) == 0) {
		return nil, problemOf(http.StatusUnprocessableEntity, "which", "say which runs: ids, or a query", "diga quais execuções: ids, ou uma query")
	}
	if b := in.Body.Query; b != nil {
		h := runsInput{HistoryInput{Flow: b.Flow, Status: b.Status, Text: b.Text, From: b.From, To: b.To, Error: b.Error}, b.Group}
		q, err := h.query()
		if err != nil {
			return nil, err
		}
		o.Query = &q
	}
	items, err := s.Engine.Replay(ctx, o)
	if err != nil {
		return nil, err
	}
	out := &replayOutput{}
	out.Body.DryRun, out.Body.Items = o.DryRun, items
	for i := range items {
		if f := items[i].Refused; f != nil {
			f.Text = f.Message.In(langOf(ctx))
			out.Body.Refused++
		} else if !o.DryRun {
			out.Body.Replayed++
		}
	}
	return out, refusedReplay(items, o)
}

// refusedReplay is the problem of a replay of which nothing could be done.
func refusedReplay(items []engine.Replayed, o engine.ReplayOptions) error {
	for i := range items {
		if items[i].Refused == nil || o.DryRun {
			return nil
		}
	}
	if len(items) == 0 {
		return nil
	}
	first := items[0].Refused
	status := http.StatusConflict
	if first.Code == "not_found" {
		status = http.StatusNotFound
	}
	p := problemOf(status, first.Code, first.Message.EN, first.Message.PT)
	p.Steps = items[0].Repeats
	return p
}

func (s *server) acceptEvent(ctx context.Context, in *RunPath) (*startOutput, error) {
	receipt, err := s.Engine.AcceptRejected(ctx, in.ID)
	if err != nil {
		return nil, found(err, "event", "este evento")
	}
	out := &startOutput{}
	out.Body.Event, out.Body.Status, out.Body.Run = receipt.Event, receipt.Outcome, receipt.Run
	return out, nil
}

type undoInput struct {
	FlowPath
	Body *struct {
		Mine bool `json:"mine,omitempty" doc:"refuse with changed_by_other when the newest draft is somebody else's"`
	} `required:"false"`
}

func (s *server) undo(ctx context.Context, in *undoInput) (*flowOutput, error) {
	back := s.Flows.Undo
	if in.Body != nil && in.Body.Mine {
		back = s.Flows.UndoMine
	}
	e, err := back(ctx, in.ID)
	return s.flowOutput(ctx, e, err)
}

func (s *server) redo(ctx context.Context, in *FlowPath) (*flowOutput, error) {
	e, err := s.Flows.Redo(ctx, in.ID)
	return s.flowOutput(ctx, e, err)
}

var runStatuses = strings.Fields("pending running waiting unknown succeeded failed filtered canceled duplicate")
