package flows

import (
	"context"
	"fmt"

	"gancho/engine/refusal"
	"gancho/engine/store"
)

// Delete removes a flow and its URL. It is refused while runs of it have not ended.
func (s *Flows) Delete(ctx context.Context, id string) error { return s.delete(ctx, id, nil) }

// DeleteWithRuns is Delete of a flow whose runs are ended by end. It takes no more events from then on,
// also where it cannot be deleted in the end.
func (s *Flows) DeleteWithRuns(ctx context.Context, id string, end func(context.Context) error) error {
	return s.delete(ctx, id, end)
}

func (s *Flows) delete(ctx context.Context, id string, end func(context.Context) error) error {
	defer s.changing.of(id)()
	e, err := s.Meant(ctx, id)
	if err != nil {
		return err
	}
	if end == nil {
		err = s.idle(ctx, id)
	} else if e, err = s.shut(ctx, e); err == nil {
		err = s.empty(ctx, id, end)
	}
	if err != nil {
		return err
	}
	docs, err := s.Docs.ListDocs(ctx, revisionDoc, id+"/")
	if err != nil {
		return fmt.Errorf("delete flow %s: %w", id, err)
	}
	stays, stay, err := s.goneOf(&e, docs)
	if err != nil {
		return fmt.Errorf("delete flow %s: %w", id, err)
	}
	gone := []store.Doc{{Kind: flowDoc, ID: id, Revision: e.doc}, stay}
	for _, d := range docs {
		gone = append(gone, store.Doc{Kind: revisionDoc, ID: d.ID, Revision: -1})
	}
	if err := s.remove(ctx, &e, gone, stays); err != nil {
		return err
	}
	return s.dropDrafts(ctx, id)
}

// shut switches a flow off whose events make runs.
func (s *Flows) shut(ctx context.Context, e Entry) (Entry, error) {
	if e.PublishedRev == 0 || e.State == StateOff {
		return e, nil
	}
	e.State, e.Updated = StateOff, s.Now().UTC()
	return s.write(ctx, &e)
}

// mostEnds is how often runs are ended: events were on their way in when their flow was switched off.
const mostEnds = 5

func (s *Flows) empty(ctx context.Context, id string, end func(context.Context) error) (err error) {
	for range mostEnds {
		if err = end(ctx); err != nil {
			return err
		}
		if err = s.idle(ctx, id); err == nil {
			return nil
		}
	}
	return err
}

// idle refuses while runs of a flow have not ended.
func (s *Flows) idle(ctx context.Context, id string) error {
	if s.Busy == nil {
		return nil
	}
	busy, err := s.Busy(ctx, id)
	if err != nil || busy == 0 {
		return err
	}
	en, pt := fmt.Sprintf("%d runs of this flow have", busy), fmt.Sprintf("%d execuções deste fluxo não terminaram", busy)
	if busy == 1 {
		en, pt = "1 run of this flow has", "1 execução deste fluxo não terminou"
	}
	return refusal.New(refusal.Conflict, "runs_wait", en+" not ended; cancel first, or delete with ?cancel", pt+"; cancele antes, ou apague com ?cancel")
}

func (s *Flows) remove(ctx context.Context, e *Entry, gone []store.Doc, stays Gone) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.Docs.PutDocs(ctx, gone); err != nil {
		return s.undone(ctx, []*Entry{e}, err)
	}
	s.mu.Lock()
	s.gone[e.ID] = stays
	s.mu.Unlock()
	s.drop(e.ID)
	return nil
}
