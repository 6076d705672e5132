package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gancho/engine/flow"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// draftsKept is how many drafts of a flow are kept: the newest, and those that 200 undos give.
const draftsKept = 201

// draft as it is kept. Members are added, never changed.
type draft struct {
	At   time.Time  `json:"at"`
	By   string     `json:"by,omitempty"`
	Flow *flow.Flow `json:"flow"`
}

type byKey struct{}

// WithPerson says who asks, for what is kept with who did it.
func WithPerson(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, byKey{}, name)
}

// PersonOf is who asks; "" when nobody said.
func PersonOf(ctx context.Context) string {
	name, _ := ctx.Value(byKey{}).(string)
	return name
}

func draftSpace(id string) string { return "draft/" + id }

func draftKey(place int64) string { return fmt.Sprintf("%016d", place) }

// keepDraft keeps the entry's draft at the place after its own, and forgets what could be
// redone from there. It happens before the flow is written, so that a place that a flow
// points to is always there.
func (s *Flows) keepDraft(ctx context.Context, e *Entry) error {
	if s.Keys == nil {
		return nil
	}
	value, err := json.Marshal(draft{At: s.Now().UTC(), By: PersonOf(ctx), Flow: e.Draft})
	if err != nil {
		return fmt.Errorf("keep the draft of %s: %w", e.ID, err)
	}
	if _, err := s.Keys.PutKey(ctx, draftSpace(e.ID), draftKey(e.place+1), value, -1, 0); err != nil {
		return fmt.Errorf("keep the draft of %s: %w", e.ID, err)
	}
	e.first = max(e.oldest(), e.place+2-draftsKept)
	e.place++
	e.last = e.place
	if e.place > draftsKept {
		if err := s.Keys.DeleteKey(ctx, draftSpace(e.ID), draftKey(e.place-draftsKept)); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("forget an old draft of %s: %w", e.ID, err)
		}
	}
	return nil
}

// Undo makes the draft before the newest one the draft again; it survives restarts.
func (s *Flows) Undo(ctx context.Context, id string) (Entry, error) {
	return s.step(ctx, id, -1, nothingToUndo(), func(*Entry) error { return nil })
}

// UndoMine is Undo, but refuses with changed_by_other when the newest draft is somebody else's.
func (s *Flows) UndoMine(ctx context.Context, id string) (Entry, error) {
	return s.step(ctx, id, -1, nothingToUndo(), func(e *Entry) error {
		newest, err := s.keptDraft(ctx, id, e.place)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if newest.By != "" && newest.By != PersonOf(ctx) {
			return refusal.New(refusal.Conflict, "changed_by_other", newest.By+" made the newest change; undo would take that one back",
				newest.By+" fez a mudança mais recente; desfazer tira essa mudança")
		}
		return nil
	})
}

func nothingToUndo() *refusal.Refusal {
	return refusal.New(refusal.Conflict, "nothing_to_undo", "there is nothing to undo", "não há nada para desfazer")
}

// Redo takes the last undo back.
func (s *Flows) Redo(ctx context.Context, id string) (Entry, error) {
	return s.step(ctx, id, +1, refusal.New(refusal.Conflict, "nothing_to_redo", "there is nothing to redo", "não há nada para refazer"), func(*Entry) error { return nil })
}

// step goes by so many drafts, if may lets it.
func (s *Flows) step(ctx context.Context, id string, by int64, nothing *refusal.Refusal, may func(*Entry) error) (Entry, error) {
	return s.change(ctx, id, func(e *Entry) error {
		if err := may(e); err != nil {
			return err
		}
		to := e.place + by
		if s.Keys == nil || to < 1 || to > e.last {
			return nothing
		}
		d, err := s.keptDraft(ctx, id, to)
		if errors.Is(err, store.ErrNotFound) {
			return nothing
		}
		if err != nil {
			return err
		}
		e.Draft, e.DraftRev, e.place = d.Flow, e.DraftRev+1, to
		return nil
	})
}

func (s *Flows) keptDraft(ctx context.Context, id string, place int64) (draft, error) {
	var d draft
	if s.Keys == nil {
		return d, nil
	}
	kept, err := s.Keys.GetKey(ctx, draftSpace(id), draftKey(place))
	if err != nil {
		return d, fmt.Errorf("read a draft of %s: %w", id, err)
	}
	return d, unmarshalFlow(kept.Value, &d)
}

// oldest is the place of the oldest draft that is kept.
func (e *Entry) oldest() int64 { return max(1, e.first, e.last-draftsKept+1) }

// CanUndo and CanRedo say whether there is a draft before or after this one.
func (e *Entry) CanUndo() bool { return e.place > e.oldest() }

// CanRedo says whether an undo can be taken back.
func (e *Entry) CanRedo() bool { return e.place < e.last }

// dropDrafts forgets all drafts of a flow that is gone.
func (s *Flows) dropDrafts(ctx context.Context, id string) error {
	if s.Keys == nil {
		return nil
	}
	entries, err := s.Keys.ListKeys(ctx, draftSpace(id), "", "", 2*draftsKept)
	if err != nil {
		return fmt.Errorf("forget the drafts of %s: %w", id, err)
	}
	for _, e := range entries {
		if err := s.Keys.DeleteKey(ctx, draftSpace(id), e.Key); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("forget the drafts of %s: %w", id, err)
		}
	}
	return nil
}
