package flows

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gancho/engine/store"
)

// Holding says where a flow's own documents hold something.
type Holding struct {
	Draft     bool  `json:"draft" doc:"the draft does, its tests aside"`
	Tests     []int `json:"tests" doc:"which of the draft's tests do, counted from 0"`
	Undo      bool  `json:"undo" doc:"a draft does that undo or redo can bring back"`
	Revisions []int `json:"revisions" doc:"numbers of the revisions that do, newest first"`
}

// IsZero says whether they hold nothing of it.
func (h *Holding) IsZero() bool {
	return !h.Draft && len(h.Tests) == 0 && !h.Undo && len(h.Revisions) == 0
}

// Holding asks of all documents that are kept of a flow whether they hold something. Who made them,
// and when, is not among it.
func (s *Flows) Holding(ctx context.Context, e *Entry, holds func(raw []byte) bool) (Holding, error) {
	h := Holding{Tests: []int{}, Revisions: []int{}}
	bare := *e.Draft
	bare.Tests = nil
	for i, part := range append([]any{bare}, anyOf(e.Draft.Tests)...) {
		raw, err := json.Marshal(part)
		if err != nil {
			return h, fmt.Errorf("read the draft of %s: %w", e.ID, err)
		}
		switch {
		case !holds(raw):
		case i == 0:
			h.Draft = true
		default:
			h.Tests = append(h.Tests, i-1)
		}
	}
	var err error
	if h.Undo, err = s.earlierHolds(ctx, e, holds); err != nil {
		return h, err
	}
	docs, err := s.Docs.ListDocs(ctx, revisionDoc, e.ID+"/")
	if err != nil {
		return h, fmt.Errorf("list revisions of flow %s: %w", e.ID, err)
	}
	for _, d := range docs {
		number, r, err := numbered(d, e.ID)
		if err != nil && !holds(d.Value) || err == nil && !holds(r.Flow) && !holds([]byte(r.Name)) && !holds([]byte(r.Note)) {
			continue // one that cannot be read is looked at as it lies
		}
		h.Revisions = append(h.Revisions, number)
	}
	slices.SortFunc(h.Revisions, func(a, b int) int { return b - a })
	return h, nil
}

// earlierHolds asks it of the drafts that undo and redo can bring back.
func (s *Flows) earlierHolds(ctx context.Context, e *Entry, holds func(raw []byte) bool) (bool, error) {
	if s.Keys == nil {
		return false, nil
	}
	drafts, err := s.Keys.ListKeys(ctx, draftSpace(e.ID), "", "", 2*draftsKept)
	if err != nil {
		return false, fmt.Errorf("list the drafts of %s: %w", e.ID, err)
	}
	for _, kept := range drafts {
		var d struct {
			Flow json.RawMessage `json:"flow"`
		}
		if kept.Key == draftKey(e.place) {
			continue
		}
		if json.Unmarshal(kept.Value, &d) != nil {
			d.Flow = kept.Value
		}
		if holds(d.Flow) {
			return true, nil
		}
	}
	return false, nil
}

func anyOf[T any](list []T) []any {
	all := make([]any, len(list))
	for i := range list {
		all[i] = list[i]
	}
	return all
}

// numbered reads a revision and the number that it has.
func numbered(d store.Doc, id string) (number int, r published[json.RawMessage], err error) {
	if r, err = readRevision(d); err != nil {
		return 0, r, err
	}
	if _, err = fmt.Sscanf(d.ID[len(id)+1:], "%d", &number); err != nil {
		err = fmt.Errorf("revision %s: %w", d.ID, err)
	}
	return number, r, err
}
