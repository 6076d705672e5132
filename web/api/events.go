package api

import (
	"context"

	"gancho/engine"
	"gancho/engine/store"
	"gancho/web/session"
)

func (s *server) samples(ctx context.Context, in *struct {
	FlowPath
	Page
},
) (*listOutput[engine.EventView], error) {
	if _, err := s.Flows.Get(in.ID); err != nil {
		return nil, err
	}
	events, next, err := s.wholeEvents(ctx, store.Query{Flow: in.ID, Cursor: in.Cursor, Limit: min(in.size(), 50)})
	if err != nil {
		return nil, err
	}
	return listOf(events, next), nil
}

func (s *server) acceptEvent(ctx context.Context, in *IDPath) (*startOutput, error) {
	done, err := s.Engine.TakeUp(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	event, err := s.Engine.Rejected(ctx, in.ID)
	if err != nil {
		return nil, found(err, "event", "este evento")
	}
	return s.admit(ctx, event)
}

type eventsInput struct {
	HistoryInput
	Status string `query:"status" enum:"accepted,filtered,duplicate,rejected,captured" doc:"only events of which that was made"`
}

func (s *server) listEvents(ctx context.Context, in *eventsInput) (*listOutput[engine.EventView], error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	q.Status = in.Status
	events, next, err := s.Engine.Events(ctx, q)
	if err != nil {
		return nil, badCursor(err)
	}
	out := listOf(events, next)
	out.Body.Unread = s.Store.Unread(in.Flow)
	return out, nil
}

type eventOutput struct{ Body engine.EventView }

func (s *server) getEvent(ctx context.Context, in *IDPath) (*eventOutput, error) {
	event, err := s.Engine.Event(ctx, in.ID)
	if err != nil {
		return nil, found(err, "event", "este evento")
	}
	return &eventOutput{forEyes(ctx, event)}, nil
}

// forEyes is an event as who asks may see it.
func forEyes(ctx context.Context, v engine.EventView) engine.EventView {
	if who(ctx).Role == session.Viewer {
		engine.HideWaitURLsOf(&v)
	}
	return v
}
