package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/refusal"
)

type publishInput struct {
	FlowPath
	IfMatch
	Force flag `query:"force" doc:"although tests fail"`
	Body  *struct {
		Force bool   `json:"force,omitempty" doc:"publish although tests fail; errors still refuse it"`
		Name  string `json:"name,omitempty" maxLength:"200" doc:"of the revision"`
		Note  string `json:"note,omitempty" maxLength:"4000" doc:"why it is made"`
	} `required:"false"`
}

// publishFlow refuses a flow whose own tests fail, unless forced. What is published is what was tested.
func (s *server) publishFlow(ctx context.Context, in *publishInput) (*flowOutput, error) {
	rev, err := in.revision()
	if err != nil {
		return nil, err
	}
	o := flows.PublishOptions{IfMatch: rev, By: who(ctx).Name}
	force := bool(in.Force)
	if in.Body != nil {
		o.Name, o.Note, force = in.Body.Name, in.Body.Note, force || in.Body.Force
	}
	if force {
		e, err := s.Flows.Publish(ctx, in.ID, o)
		return s.flowOutput(ctx, e, err)
	}
	for {
		e, err := s.publishTested(ctx, in.ID, o)
		if r, ok := errors.AsType[*refusal.Refusal](err); !ok || r.Kind != refusal.Stale || rev > 0 {
			return s.flowOutput(ctx, e, err)
		}
	}
}

// publishTested publishes the draft whose tests it ran; one that was saved meanwhile is refused as stale.
func (s *server) publishTested(ctx context.Context, id string, o flows.PublishOptions) (flows.Entry, error) {
	e, err := s.Flows.Get(id)
	if err != nil {
		return e, err
	}
	if !flow.Errors(e.Problems) && len(e.Draft.Tests) > 0 {
		if err := s.refuseFailing(ctx, &e); err != nil {
			return e, err
		}
	}
	if o.IfMatch <= 0 {
		o.IfMatch = e.DraftRev
	}
	return s.Flows.Publish(ctx, id, o)
}

func (s *server) refuseFailing(ctx context.Context, e *flows.Entry) error {
	problems := s.Engine.FailingTests(ctx, e.Draft)
	if len(problems) == 0 {
		return nil
	}
	samePath := func(a, b form.Problem) bool { return a.Path == b.Path }
	failed := len(slices.CompactFunc(slices.Clone(problems), samePath))
	en, pt := fmt.Sprintf("%d of the flow's tests fail; mend them", failed), fmt.Sprintf("%d testes do fluxo falham", failed)
	if failed == 1 {
		en, pt = "one of the flow's tests fails; mend it", "um teste do fluxo falha"
	}
	p := problemOf(http.StatusConflict, "tests_failed", en+", or publish with force", pt+"; corrija, ou publique com force")
	p.problems = problems
	return p
}

func (s *server) life(f func(context.Context, string) (flows.Entry, error)) func(context.Context, *FlowChange) (*flowOutput, error) {
	return func(ctx context.Context, in *FlowChange) (*flowOutput, error) {
		ctx, err := in.meant(ctx)
		if err != nil {
			return nil, err
		}
		e, err := f(ctx, in.ID)
		return s.flowOutput(ctx, e, err)
	}
}

type rotateInput struct {
	FlowChange
	Body *struct {
		Overlap string `json:"overlap,omitempty" doc:"how long the old URL still works: 24h if left out, 0s for no longer"`
	} `required:"false"`
}

func (s *server) rotateURL(ctx context.Context, in *rotateInput) (*flowOutput, error) {
	ctx, err := in.meant(ctx)
	if err != nil {
		return nil, err
	}
	overlap := 24 * time.Hour
	if in.Body != nil && in.Body.Overlap != "" {
		if overlap, err = form.ParseDuration(in.Body.Overlap); err != nil {
			return nil, problemOf(http.StatusUnprocessableEntity, "bad_duration", "overlap must be a duration such as 24h", "overlap deve ser uma duração como 24h")
		}
	}
	e, err := s.Flows.RotateURL(ctx, in.ID, overlap)
	return s.flowOutput(ctx, e, err)
}
