package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gancho/engine/flow"
	"gancho/engine/refusal"
	"gancho/engine/seal"
	"gancho/engine/store"
)

// PublishOptions say on what terms a draft is published.
type PublishOptions struct {
	IfMatch int64 // draft revision, -1 for the newest
	By      string
	Name    string // of the revision, for people
	Note    string // why it was made
}

// Publish makes the draft an immutable revision and puts it in force: new and off become on,
// paused stays. Errors refuse it. What is published already makes no other revision.
func (s *Flows) Publish(ctx context.Context, id string, o PublishOptions) (Entry, error) {
	defer s.changing.of(id)()
	e, err := s.publish(ctx, id, o)
	if r, ok := errors.AsType[*refusal.Refusal](err); ok && r.Kind == refusal.Stale && o.IfMatch <= 0 {
		return s.publish(ctx, id, o) // another process wrote meanwhile, and the newest draft is meant
	}
	return e, err
}

// publish publishes the very draft that it checked, or none.
func (s *Flows) publish(ctx context.Context, id string, o PublishOptions) (Entry, error) {
	e, err := s.Get(id)
	if err != nil {
		return Entry{}, err
	}
	if o.IfMatch > 0 && o.IfMatch != e.DraftRev {
		return Entry{}, stale(e, o.IfMatch)
	}
	if flow.Errors(e.Problems) {
		r := refusal.New(refusal.Invalid, "invalid", "the flow has errors and cannot be published", "o fluxo tem erros e não pode ser publicado")
		r.Problems = e.Problems
		return Entry{}, r
	}
	same, err := sameFlow(e.Draft, e.Published)
	if err != nil {
		return Entry{}, err
	}
	if same {
		return s.turnOn(ctx, &e)
	}
	revision, err := s.puts(&e, o)
	if err != nil {
		return Entry{}, err
	}
	return s.write(ctx, &e, revision)
}

// turnOn turns on what is off; paused stays.
func (s *Flows) turnOn(ctx context.Context, e *Entry) (Entry, error) {
	if e.State != StateOff {
		return *e, nil
	}
	e.State, e.Updated = StateOn, s.Now().UTC()
	return s.write(ctx, e)
}

// puts an entry's draft in force, and gives the revision that is to be written with it.
func (s *Flows) puts(e *Entry, o PublishOptions) (store.Doc, error) {
	now := s.Now().UTC()
	value, err := json.Marshal(revision{At: now, By: o.By, Name: o.Name, Note: o.Note, Flow: e.Draft})
	if err != nil {
		return store.Doc{}, fmt.Errorf("publish flow %s: %w", e.ID, err)
	}
	before, _ := s.Gone(e.ID)
	e.Published, e.PublishedRev, e.PublishedAt, e.Updated = e.Draft, max(before.Revision, e.PublishedRev)+1, now, now
	if e.State == StateNew || e.State == StateOff {
		e.State = StateOn
	}
	return store.Doc{Kind: revisionDoc, ID: revisionID(e.ID, e.PublishedRev), Value: value}, nil
}

func revisionID(id string, number int) string { return fmt.Sprintf("%s/%06d", id, number) }

// Pause lets events queue; nothing runs. A run under way may compute on, and rests before the next step that
// anybody would notice: an effect, a call, a signal, an answer, kept state.
func (s *Flows) Pause(ctx context.Context, id string) (Entry, error) {
	return s.setState(ctx, id, StatePaused)
}

// Resume ends a pause, or turns a flow on again; one that was imported off and never published
// records events from now on.
func (s *Flows) Resume(ctx context.Context, id string) (Entry, error) {
	if e, there := s.Find(id); there && e.PublishedRev == 0 && e.State == StateOff {
		return s.change(ctx, id, func(e *Entry) error {
			if e.PublishedRev == 0 {
				e.State = StateNew
			}
			return nil
		})
	}
	return s.setState(ctx, id, StateOn)
}

// Off refuses events from now on; runs under way go on.
func (s *Flows) Off(ctx context.Context, id string) (Entry, error) {
	return s.setState(ctx, id, StateOff)
}

func (s *Flows) setState(ctx context.Context, id string, state State) (Entry, error) {
	return s.change(ctx, id, func(e *Entry) error {
		if e.PublishedRev == 0 {
			return refusal.New(refusal.Conflict, "not_published", "the flow was never published", "o fluxo nunca foi publicado")
		}
		e.State = state
		return nil
	})
}

// RotateURL makes a new trigger URL; the old one works for overlap, and those before it no
// longer than that.
func (s *Flows) RotateURL(ctx context.Context, id string, overlap time.Duration) (Entry, error) {
	return s.change(ctx, id, func(e *Entry) error {
		now := s.Now().UTC()
		end := now.Add(overlap)
		old := append(slices.Clone(e.old), oldToken{e.Token, end})
		for i := range old {
			if end.Before(old[i].Until) {
				old[i].Until = end
			}
		}
		e.old = slices.DeleteFunc(old, func(o oldToken) bool { return !now.Before(o.Until) })
		e.Token = NewToken()
		return nil
	})
}

// NewToken has 192 random bits, in letters that a URL takes as they are.
func NewToken() string { return seal.Random(24) }
