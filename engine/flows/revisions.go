package flows

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gancho/engine/flow"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// Revision gives a published revision as it was.
func (s *Flows) Revision(ctx context.Context, id string, number int) (*flow.Flow, error) {
	d, err := s.revisionDoc(ctx, id, number)
	if err != nil {
		return nil, err
	}
	var r revision
	if err := unmarshalFlow(d.Value, &r); err != nil {
		return nil, err
	}
	return r.Flow, nil
}

// ErrUnread says of a document that is there that it could not be read this time.
var ErrUnread = errors.New("cannot be read now")

func (s *Flows) revisionDoc(ctx context.Context, id string, number int) (store.Doc, error) {
	d, err := s.Docs.GetDoc(ctx, revisionDoc, revisionID(id, number))
	if errors.Is(err, store.ErrNotFound) {
		return d, refusal.New(refusal.NotFound, "no_revision", fmt.Sprintf("flow %q has no revision %d", id, number), fmt.Sprintf("o fluxo %q não tem a revisão %d", id, number))
	}
	if err != nil {
		return d, fmt.Errorf("%w: revision %d of flow %s: %w", ErrUnread, number, id, err)
	}
	return d, nil
}

// Revisions lists what was published, newest first.
func (s *Flows) Revisions(ctx context.Context, id string) ([]RevisionInfo, error) {
	if _, err := s.Get(id); err != nil {
		return nil, err
	}
	docs, err := s.Docs.ListDocs(ctx, revisionDoc, id+"/")
	if err != nil {
		return nil, fmt.Errorf("list revisions of flow %s: %w", id, err)
	}
	list := []RevisionInfo{}
	for _, d := range docs {
		number, r, err := numbered(d, id)
		if err != nil {
			return nil, err
		}
		list = append(list, r.info(number))
	}
	slices.SortFunc(list, func(a, b RevisionInfo) int { return cmp.Compare(b.Revision, a.Revision) })
	return list, nil
}

// readRevision leaves the flow as the bytes that it is kept as.
func readRevision(d store.Doc) (r published[json.RawMessage], err error) {
	if err = json.Unmarshal(d.Value, &r); err != nil {
		err = fmt.Errorf("revision %s: %w", d.ID, err)
	}
	return r, err
}

func (p *published[F]) info(number int) RevisionInfo {
	return RevisionInfo{Revision: number, At: p.At, By: p.By, Name: p.Name, Note: p.Note}
}

// RevisionInfo gives what the list of revisions says of one.
func (s *Flows) RevisionInfo(ctx context.Context, id string, number int) (RevisionInfo, error) {
	d, err := s.revisionDoc(ctx, id, number)
	if err != nil {
		return RevisionInfo{}, err
	}
	r, err := readRevision(d)
	return r.info(number), err
}

// NameRevision gives a revision another name and note; nil leaves what is there.
func (s *Flows) NameRevision(ctx context.Context, id string, number int, name, note *string) (RevisionInfo, error) {
	defer s.changing.of(id)()
	d, err := s.revisionDoc(ctx, id, number)
	if err != nil {
		return RevisionInfo{}, err
	}
	r, err := readRevision(d)
	if err != nil {
		return RevisionInfo{}, err
	}
	if name != nil {
		r.Name = *name
	}
	if note != nil {
		r.Note = *note
	}
	if d.Value, err = json.Marshal(r); err != nil {
		return RevisionInfo{}, fmt.Errorf("name revision %d of flow %s: %w", number, id, err)
	}
	if _, err = s.Docs.PutDocs(ctx, []store.Doc{d}); err != nil {
		return RevisionInfo{}, fmt.Errorf("name revision %d of flow %s: %w", number, id, err)
	}
	return r.info(number), nil
}

// Restore makes a revision the draft again.
func (s *Flows) Restore(ctx context.Context, id string, number int) (Entry, error) {
	f, err := s.Revision(ctx, id, number)
	if err != nil {
		return Entry{}, err
	}
	return s.Update(ctx, id, f, -1)
}
