package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// withSamples adds the newest events of each flow, as who asks may see them.
func (s *server) withSamples(ctx context.Context, b *flow.Bundle) error {
	b.Samples = map[string][]json.RawMessage{}
	most := min(flow.MostSamples, flow.MostSamplesInAll/max(1, len(b.Flows)))
	if most == 0 {
		return nil
	}
	for _, f := range b.Flows {
		events, _, err := s.wholeEvents(ctx, store.Query{Flow: f.ID, Limit: most})
		if err != nil {
			return err
		}
		for _, e := range events {
			raw, err := json.Marshal(map[string]any{"body": e.Trigger["body"], "headers": e.Trigger["headers"], "query": e.Trigger["query"], "method": e.Trigger["method"]})
			if err != nil {
				return fmt.Errorf("write event %s: %w", e.ID, err)
			}
			b.Samples[f.ID] = append(b.Samples[f.ID], raw)
		}
	}
	return nil
}

// wholeEvents are events with their bodies, but for those that were rejected.
func (s *server) wholeEvents(ctx context.Context, q store.Query) (whole []engine.EventView, next string, err error) {
	events, next, err := s.Engine.Events(ctx, q)
	if err != nil {
		return nil, "", badCursor(err)
	}
	for _, e := range events {
		if e.Status == store.Rejected {
			continue
		}
		event, err := s.Engine.Event(ctx, e.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		whole = append(whole, forEyes(ctx, event))
	}
	return whole, next, nil
}

// keepSamples captures the samples that a bundle holds of a flow, the newest last, as they came: nothing
// runs. The view of the flow, which is there by now, tells how many were kept.
func (s *server) keepSamples(ctx context.Context, b *flow.Bundle, v *ImportView) {
	events := b.Events(v.ID)
	for i := len(events) - 1; i >= 0; i-- {
		if err := s.keepSample(ctx, v.ID, events[i]); err != nil {
			s.Log.Error("keep a sample of an imported bundle", "flow", v.ID, "error", err)
			break
		}
		v.Samples++
	}
	if left := len(b.Samples[v.ID]) - v.Samples; left > 0 {
		p := form.Problem{Severity: form.Warning, Path: "/samples/" + v.ID, Code: "samples_left", Message: form.Label(
			fmt.Sprintf("%d of %d samples could not be kept: the flow is there; send it an event to have one", left, len(b.Samples[v.ID])),
			fmt.Sprintf("%d de %d amostras não puderam ser guardadas: o fluxo está aí; envie um evento para ter uma", left, len(b.Samples[v.ID])))}
		v.Problems = append(v.Problems, viewProblems([]form.Problem{p}, langOf(ctx))...)
	}
}

func (s *server) keepSample(ctx context.Context, id string, e flow.TestEvent) error {
	in, err := s.Engine.Started(id, engine.Start{Body: e.Body, Headers: e.Headers, Query: e.Query, Method: cmp.Or(e.Method, "POST")})
	if err != nil {
		return err
	}
	in.Outcome, in.Meta.Note = store.Captured, said.Both(form.Label("a sample of an imported bundle", "uma amostra de um pacote importado"))
	_, err = s.Door.Admit(ctx, in)
	return err
}
