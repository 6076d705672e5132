package flows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gancho/engine/refusal"
	"gancho/engine/store"
)

// write makes an entry durable and then the one in force.
func (s *Flows) write(ctx context.Context, e *Entry, more ...store.Doc) (Entry, error) {
	if err := s.writeAll(ctx, []*Entry{e}, more...); err != nil {
		return Entry{}, err
	}
	written := *e
	written.Problems = s.problems(written.Draft)
	return written, nil
}

// writeAll makes entries durable, all or none, and then those in force.
func (s *Flows) writeAll(ctx context.Context, entries []*Entry, more ...store.Doc) error {
	docs := more
	for _, e := range entries {
		d, err := s.headOf(e)
		if err != nil {
			return err
		}
		docs = append(docs, d)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	revs, err := s.Docs.PutDocs(ctx, docs)
	if err != nil {
		return s.undone(ctx, entries, err)
	}
	for i, e := range entries {
		e.doc, e.Problems = revs[len(more)+i], nil
		s.enforce(e)
	}
	return nil
}

func (s *Flows) headOf(e *Entry) (store.Doc, error) {
	h := head{
		State: e.State, DraftRev: e.DraftRev, PublishedRev: e.PublishedRev, PublishedAt: e.PublishedAt, Created: e.Created, Updated: e.Updated, Draft: e.Draft, Place: e.place, Last: e.last, First: e.first, Source: e.source,
		InForce: e.PublishedRev > 0 && e.Published == e.Draft,
		Token:   s.Box.Seal([]byte(e.Token), "flow/"+e.ID+"/token"),
	}
	for _, o := range e.old {
		h.Old = append(h.Old, oldToken{s.Box.Seal([]byte(o.Token), "flow/"+e.ID+"/token"), o.Until})
	}
	value, err := json.Marshal(h)
	if err != nil {
		return store.Doc{}, fmt.Errorf("write flow %s: %w", e.ID, err)
	}
	return store.Doc{Kind: flowDoc, ID: e.ID, Revision: e.doc, Value: value}, nil
}

// enforce makes an entry that is durable the one in force.
func (s *Flows) enforce(e *Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(e)
	s.tell(e.ID, e)
}

// undone reads back what is there after a write that was refused, or of which it is not
// known whether it happened. The caller is the one that writes.
func (s *Flows) undone(ctx context.Context, entries []*Entry, cause error) error {
	changed := &Changed{Refusal: refusal.New(refusal.Stale, "stale", "the flow was changed meanwhile; try again", "o fluxo mudou nesse meio tempo; tente de novo")}
	for _, e := range entries {
		if err := s.reload(ctx, e.ID); err != nil {
			return fmt.Errorf("write flow %s: %w", e.ID, errors.Join(cause, err))
		}
		if now, there := s.Find(e.ID); there && now.doc != e.doc {
			changed.Current = &now
		}
	}
	if !errors.Is(cause, store.ErrConflict) {
		return fmt.Errorf("write flow %s: %w", entries[0].ID, cause)
	}
	return changed
}

func (s *Flows) reload(ctx context.Context, id string) error {
	d, err := s.Docs.GetDoc(ctx, flowDoc, id)
	if errors.Is(err, store.ErrNotFound) {
		s.drop(id)
		return nil
	}
	if err != nil {
		return err
	}
	if before, there := s.Find(id); there && before.doc == d.Revision {
		return nil
	}
	f, err := s.read(ctx, d)
	if err != nil {
		return err
	}
	s.enforce(f)
	return nil
}

// drop forgets a flow that is no longer there.
func (s *Flows) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before := s.entries[id]; before != nil {
		s.forgetTokens(before)
		delete(s.entries, id)
		s.tell(id, nil)
	}
}
