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

// mostExported are the samples of each flow that a bundle takes along.
const mostExported = 20

// withSamples adds the newest events of each flow, as who asks may see them.
func (s *server) withSamples(ctx context.Context, b *flow.Bundle) error {
	b.Samples = map[string][]json.RawMessage{}
	for _, f := range b.Flows {
		events, _, err := s.wholeEvents(ctx, store.Query{Flow: f.ID, Limit: mostExported})
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

// keepSamples captures the samples that a bundle holds of a flow, the newest last, as they came: nothing runs.
func (s *server) keepSamples(ctx context.Context, b *flow.Bundle, id string) error {
	events := b.Events(id)
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		in, err := s.Engine.Started(id, engine.Start{Body: e.Body, Headers: e.Headers, Query: e.Query, Method: cmp.Or(e.Method, "POST")})
		if err != nil {
			return err
		}
		in.Outcome, in.Meta.Note = store.Captured, said.Both(form.Label("a sample of an imported bundle", "uma amostra de um pacote importado"))
		if _, err := s.Door.Admit(ctx, in); err != nil {
			return err
		}
	}
	return nil
}
