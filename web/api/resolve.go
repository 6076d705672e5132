package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/store"
)

// VerdictBody is what a person says of an outcome that could not be known.
type VerdictBody struct {
	As     string          `json:"as" enum:"done,repeat" doc:"done: it has happened, and the run goes on with output; repeat: it has not, and is done again"`
	Output json.RawMessage `json:"output,omitempty" doc:"of the step, when done"`
}

func (b *VerdictBody) verdict() (engine.Verdict, error) {
	v := engine.Verdict{As: b.As}
	if len(b.Output) == 0 {
		return v, nil
	}
	var err error
	if v.Output, err = expression.Decode(b.Output); err != nil {
		return v, problemOf(http.StatusUnprocessableEntity, "bad_output", "output: "+err.Error(), "output: "+err.Error())
	}
	return v, nil
}

type resolveInput struct {
	IDPath
	Path string `path:"path" doc:"of the step, with its slashes escaped as %2F"`
	Body VerdictBody
}

func (s *server) resolveStep(ctx context.Context, in *resolveInput) (*runOutput, error) {
	v, err := in.Body.verdict()
	if err != nil {
		return nil, err
	}
	err = s.Engine.Resolve(ctx, in.ID, in.Path, v)
	if errors.Is(err, engine.ErrNotUnknown) {
		return nil, problemOf(http.StatusConflict, "not_unknown", "the outcome of this step is known: there is nothing to settle", "o resultado deste passo é conhecido: não há nada a decidir")
	}
	if err != nil {
		return nil, ended(found(err, "step", "este passo"))
	}
	return s.getRun(ctx, &in.IDPath)
}

type resolveRunsInput struct {
	Body struct {
		IDs   []string  `json:"ids,omitempty" doc:"of the runs, in place of query"`
		Query *RunQuery `json:"query,omitempty" doc:"instead of ids; of what it finds, the runs whose outcome is unknown. It must narrow by something, unless it is a dry run: from 1970 means all"`
		VerdictBody
		Step   string `json:"step,omitempty" doc:"id of a step: of each run only its outcomes, in whatever turn of a loop; empty is all"`
		DryRun bool   `json:"dry_run,omitempty" doc:"answer with what would be done, and do nothing"`
	}
}

// trial says that nothing is settled, only told.
func (in *resolveRunsInput) trial() bool { return in.Body.DryRun }

func (in *resolveRunsInput) options() (o engine.ResolveOptions, err error) {
	b := &in.Body
	if err := chosen(b.IDs, b.Query, b.DryRun); err != nil {
		return o, err
	}
	o = engine.ResolveOptions{IDs: b.IDs, Step: b.Step, DryRun: b.DryRun}
	if o.Verdict, err = b.verdict(); err != nil || b.Query == nil {
		return o, err
	}
	if status := b.Query.Status; b.Query.Group != "" || status != "" && status != string(store.Unknown) {
		return o, problemOf(http.StatusUnprocessableEntity, "which", "only runs of the status unknown can be settled", "só dá para decidir execuções com o status unknown")
	}
	o.Query, err = b.Query.kept()
	return o, err
}

type resolveRunsOutput struct {
	Body struct {
		DryRun   bool              `json:"dry_run" doc:"nothing was done"`
		Resolved int               `json:"resolved" doc:"runs that go on"`
		Refused  int               `json:"refused" doc:"runs that stay as they were"`
		Matched  int               `json:"matched" doc:"runs that were named or found; of a dry run also those beyond its items"`
		Items    []engine.Resolved `json:"items" doc:"each run with what became of it"`
		More     bool              `json:"more" doc:"the query finds more than one call settles: ask again"`
	}

	runs  int
	flows []string
}

// did is what the audit tells: how many runs, and of which flows.
func (out *resolveRunsOutput) did() map[string]any {
	return map[string]any{"runs": out.runs, "flows": out.flows}
}

func (s *server) resolveRuns(ctx context.Context, in *resolveRunsInput) (*resolveRunsOutput, error) {
	o, err := in.options()
	if err != nil {
		return nil, err
	}
	done, err := s.Engine.ResolveAll(ctx, o)
	if err != nil {
		return nil, err
	}
	out := &resolveRunsOutput{}
	b, ids := &out.Body, []string{}
	b.DryRun, b.Matched, b.Items, b.More = o.DryRun, done.Matched, done.Items, done.More
	for i := range b.Items {
		if f := b.Items[i].Refused; f != nil {
			f.Text = f.Message.In(langOf(ctx))
			b.Refused++
		} else if !o.DryRun {
			b.Resolved++
		}
		ids = append(ids, b.Items[i].Run)
	}
	if !o.DryRun {
		out.runs, out.flows = b.Resolved, s.flowsOf(ctx, o.Query, ids)
	}
	return out, nil
}
