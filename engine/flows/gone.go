package flows

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gancho/engine/flow"
	"gancho/engine/store"
)

// goneDoc keeps of a deleted flow what its history still needs.
const goneDoc = "gone_flow"

// Gone says when a flow was deleted, all that it ever masked, and its last revision: a flow
// made anew under its id goes on from there, so that a number means one document for ever.
type Gone struct {
	At       time.Time `json:"at"`
	Mask     []string  `json:"mask,omitempty"`
	Revision int       `json:"revision,omitempty"`
}

func (s *Flows) loadGone(ctx context.Context) error {
	docs, err := s.Docs.ListDocs(ctx, goneDoc, "")
	if err != nil {
		return fmt.Errorf("read deleted flows: %w", err)
	}
	for _, d := range docs {
		var g Gone
		if err := json.Unmarshal(d.Value, &g); err != nil {
			return fmt.Errorf("deleted flow %s: %w", d.ID, err)
		}
		s.gone[d.ID] = g
	}
	return nil
}

// Gone gives what stays of a flow that was deleted; false when none of this id was.
func (s *Flows) Gone(id string) (Gone, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g, ok := s.gone[id]
	return g, ok
}

// goneOf is what stays of a flow with these revisions.
func (s *Flows) goneOf(e *Entry, revisions []store.Doc) (Gone, store.Doc, error) {
	before, _ := s.Gone(e.ID)
	g := Gone{At: s.Now().UTC(), Revision: max(before.Revision, e.PublishedRev)}
	masks := [][]string{before.Mask}
	for _, f := range []*flow.Flow{e.Draft, e.Published} {
		if f != nil {
			masks = append(masks, f.Settings.Mask)
		}
	}
	for _, d := range revisions {
		var r revision
		if err := unmarshalFlow(d.Value, &r); err != nil {
			return g, store.Doc{}, err
		}
		masks = append(masks, r.Flow.Settings.Mask)
	}
	g.Mask = slices.Concat(masks...)
	slices.Sort(g.Mask)
	g.Mask = slices.Compact(g.Mask)
	value, err := json.Marshal(g)
	return g, store.Doc{Kind: goneDoc, ID: e.ID, Revision: -1, Value: value}, err
}
