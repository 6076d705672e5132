package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"gancho/engine"
)

// RunQuery are the parameters of GET /runs.
type RunQuery struct {
	Flow   string `json:"flow,omitempty" doc:"id"`
	Status string `json:"status,omitempty" enum:",pending,running,waiting,unknown,succeeded,failed,filtered,canceled,duplicate" doc:"of the runs"`
	Text   string `json:"q,omitempty" doc:"whole values in bodies, outputs and errors; path = value for the one at a path"`
	From   string `json:"from,omitempty" doc:"oldest, inclusive: RFC 3339"`
	To     string `json:"to,omitempty" doc:"newest, exclusive: RFC 3339"`
	Error  string `json:"error,omitempty" doc:"code of the error that they ended or wait with"`
	Group  string `json:"group,omitempty" doc:"of GET /failures"`

	Quiet []string `json:"quiet,omitempty" doc:"flows of which only what failed, waits or is unknown counts"`
}

// kept is the query as the engine keeps it.
func (b *RunQuery) kept() (*engine.Selection, error) {
	h := HistoryInput{Flow: b.Flow, Text: b.Text, From: b.From, To: b.To}
	q, err := h.query()
	return &engine.Selection{Flow: q.Flow, Status: b.Status, Text: q.Text, From: q.From, To: q.To, Error: b.Error, Group: b.Group, Quiet: b.Quiet}, err
}

// all says that it leaves out no run: to hide the quiet flows in a list is no choice of runs.
func (b *RunQuery) all() bool {
	return b != nil && b.Flow == "" && b.Status == "" && b.Text == "" && b.From == "" && b.To == "" && b.Error == "" && b.Group == ""
}

// chosen refuses what does not say which runs, or would change all that ever were.
func chosen(ids []string, query *RunQuery, dryRun bool) error {
	if query.all() && !dryRun {
		return problemOf(http.StatusUnprocessableEntity, "which", "an empty query means all runs that ever were: say which, by flow, status or from", "uma query vazia quer dizer todas as execuções que já houve: diga quais, por flow, status ou from")
	}
	if (query == nil) == (len(ids) == 0) {
		return problemOf(http.StatusUnprocessableEntity, "which", "say which runs: ids, or a query", "diga quais execuções: ids, ou uma query")
	}
	return nil
}

type replayInput struct {
	Body struct {
		IDs      []string  `json:"ids,omitempty" doc:"of the runs, in place of query"`
		Query    *RunQuery `json:"query,omitempty" doc:"instead of ids; it must narrow by something, unless it is a dry run: from 1970 means all"`
		From     string    `json:"from,omitempty" enum:"start,failed" doc:"start if left out"`
		Revision string    `json:"revision,omitempty" enum:"original,published" doc:"published if left out"`
		DryRun   bool      `json:"dry_run,omitempty" doc:"answer with what would be done, and do nothing"`
		Allow    []string  `json:"allow,omitempty" doc:"paths of finished effects that may be repeated"`
	}
}

// trial says that nothing is done again, only told.
func (in *replayInput) trial() bool { return in.Body.DryRun }

func (in *replayInput) options() (o engine.ReplayOptions, err error) {
	b := &in.Body
	if err := chosen(b.IDs, b.Query, b.DryRun); err != nil {
		return o, err
	}
	o = engine.ReplayOptions{IDs: b.IDs, DryRun: b.DryRun, ReplayHow: engine.ReplayHow{
		From: cmp.Or(b.From, engine.ReplayStart), Revision: cmp.Or(b.Revision, engine.ReplayPublished), Allow: b.Allow,
	}}
	if b.Query != nil {
		o.Query, err = b.Query.kept()
	}
	return o, err
}

type replayOutput struct {
	Body struct {
		DryRun   bool              `json:"dry_run" doc:"nothing was done"`
		Replayed int               `json:"replayed" doc:"runs that were made or go on"`
		Refused  int               `json:"refused" doc:"runs that were not"`
		Items    []engine.Replayed `json:"items" doc:"each run with what became of it; empty where replay is set"`
		Matched  int               `json:"matched" doc:"runs that were named or found"`
		More     bool              `json:"more" doc:"there are more than could be counted in time"`
		Replay   *engine.Replaying `json:"replay" doc:"of a query that finds more than a page: it goes on by itself, see GET /replays/{id}"`
	}

	runs  int
	flows []string
}

// did is what the audit tells of a replay: how many runs, and of which flows.
func (out *replayOutput) did() map[string]any {
	return map[string]any{"runs": out.runs, "flows": out.flows}
}

// mostNamed is of how many runs it is looked up whose they are.
const mostNamed = 50

// flowsOf are the flows of runs that were chosen by a query or named.
func (s *server) flowsOf(ctx context.Context, q *engine.Selection, runs []string) []string {
	if q != nil && q.Flow != "" {
		return []string{q.Flow}
	}
	flows := []string{}
	for _, id := range runs[:min(mostNamed, len(runs))] {
		if story, err := s.Store.GetRun(ctx, id); err == nil && !slices.Contains(flows, story.Run.Flow) {
			flows = append(flows, story.Run.Flow)
		}
	}
	return flows
}

func (s *server) replay(ctx context.Context, in *replayInput) (*replayOutput, error) {
	o, err := in.options()
	if err != nil {
		return nil, err
	}
	done, err := s.Engine.Replay(ctx, o)
	if err != nil {
		return nil, err
	}
	out := &replayOutput{}
	b, items := &out.Body, done.Items
	b.DryRun, b.Items, b.Matched, b.More, b.Replay = o.DryRun, items, done.Matched, done.More, done.Replay
	ids := make([]string, len(items))
	for i := range items {
		ids[i] = items[i].Of
		if f := items[i].Refused; f != nil {
			f.Text = f.Message.In(langOf(ctx))
			b.Refused++
		} else if !o.DryRun {
			b.Replayed++
		}
	}
	if !o.DryRun {
		out.runs, out.flows = b.Replayed, s.flowsOf(ctx, o.Query, ids)
		if b.Replay != nil {
			out.runs = b.Matched
		}
	}
	return out, refusedReplay(items, o)
}

type replayingOutput struct{ Body engine.Replaying }

func replayingAnswer(r *engine.Replaying, err error) (*replayingOutput, error) {
	if err != nil {
		return nil, found(err, "replay", "esta repetição")
	}
	return &replayingOutput{*r}, nil
}

func (s *server) listReplays(ctx context.Context, in *Page) (*listOutput[engine.Replaying], error) {
	if err := in.check(aMoment); err != nil {
		return nil, err
	}
	list, next, err := s.Engine.Replays(ctx, in.Cursor, in.size())
	return listOf(list, next), err
}

func (s *server) getReplay(ctx context.Context, in *IDPath) (*replayingOutput, error) {
	return replayingAnswer(s.Engine.ReplayOf(ctx, in.ID))
}

func (s *server) cancelReplay(ctx context.Context, in *IDPath) (*replayingOutput, error) {
	return replayingAnswer(s.Engine.CancelReplay(ctx, in.ID))
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
	if repeats := items[0].Repeats; len(repeats) > 0 {
		p.Steps = repeats
	}
	return p
}
