package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// What an import does with a flow whose id is taken. Follow is for a bundle that is taken in
// again and again: a flow is replaced only when the bundle's differs from what it held the
// last time, so that what people changed meanwhile stays.
const (
	OnConflictFail    = "fail"
	OnConflictSkip    = "skip"
	OnConflictReplace = "replace"
	OnConflictFollow  = "follow"
)

// ImportOptions say how a bundle is taken in.
type ImportOptions struct {
	DryRun     bool
	Publish    bool
	OnConflict string // fail (default), skip, replace, follow
}

// ImportResult says what became of one flow: created, replaced, unchanged or skipped.
type ImportResult struct {
	ID        string         `json:"id"`
	Action    string         `json:"action"`
	Published bool           `json:"published"`
	Problems  []form.Problem `json:"-"`
}

// Import takes the flows of a bundle in, as drafts; new ones are off unless Publish is asked,
// and one with errors is kept as a draft all the same. It never calls out. With skip, replace
// and follow a flow that is as it was is left alone; with fail nothing is taken in when any id
// is taken.
func (s *Flows) Import(ctx context.Context, b *flow.Bundle, o ImportOptions) ([]ImportResult, error) {
	results, err := s.plan(b, o)
	if err != nil || o.DryRun {
		return results, err
	}
	for i, f := range b.Flows {
		if err := s.take(ctx, f, o, &results[i]); err != nil {
			return results, fmt.Errorf("import flow %s: %w", f.ID, err)
		}
	}
	return results, nil
}

// plan says what an import would do; all flows that are in its way are named at once.
func (s *Flows) plan(b *flow.Bundle, o ImportOptions) ([]ImportResult, error) {
	results := make([]ImportResult, len(b.Flows))
	var taken []form.Problem
	for i, f := range b.Flows {
		action, err := s.importAction(f, o)
		if err != nil {
			return nil, err
		}
		if action == "" {
			taken = append(taken, form.Problem{Severity: form.Error, Path: fmt.Sprintf("/flows/%d/id", i), Code: "taken", Message: form.Label(
				fmt.Sprintf("there is a flow %q already", f.ID), fmt.Sprintf("já existe o fluxo %q", f.ID))})
		}
		results[i] = ImportResult{ID: f.ID, Action: action, Problems: s.check(f, b).problems}
	}
	if len(taken) > 0 {
		en, pt := fmt.Sprintf("%d flows are", len(taken)), fmt.Sprintf("%d fluxos já existem", len(taken))
		if len(taken) == 1 {
			en, pt = "1 flow is", "1 fluxo já existe"
		}
		r := refuse(Conflict, "taken", en+" there already; import with on_conflict=replace or skip", pt+"; importe com on_conflict=replace ou skip")
		r.Problems = taken
		return nil, r
	}
	return results, nil
}

// importAction gives what would become of a flow; "" when its id is taken and that refuses.
func (s *Flows) importAction(f *flow.Flow, o ImportOptions) (string, error) {
	e, taken := s.entry(f.ID)
	if !taken {
		return "created", nil
	}
	digest, err := digestOf(f)
	if err != nil {
		return "", err
	}
	same, err := sameFlow(e.Draft, f)
	switch {
	case err != nil || o.OnConflict == "" || o.OnConflict == OnConflictFail:
		return "", err
	case same || o.OnConflict == OnConflictFollow && e.source == digest:
		return "unchanged", nil
	case o.OnConflict == OnConflictSkip:
		return "skipped", nil
	}
	return "replaced", nil
}

// digestOf tells a flow from what it was in the bundle that it came with.
func digestOf(f *flow.Flow) (string, error) {
	data, err := flow.Marshal(f)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

func sameFlow(a, b *flow.Flow) (bool, error) {
	x, err := flow.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := flow.Marshal(b)
	return bytes.Equal(x, y), err
}

func (s *Flows) take(ctx context.Context, f *flow.Flow, o ImportOptions, r *ImportResult) error {
	digest, err := digestOf(f)
	if err != nil {
		return err
	}
	var e FlowEntry
	switch r.Action {
	case "created":
		e, err = s.create(ctx, f, FlowOff, digest)
	case "replaced":
		e, err = s.change(ctx, f.ID, -1, func(e *FlowEntry) error {
			e.Draft, e.DraftRev, e.source = f, e.DraftRev+1, digest
			return s.keepDraft(ctx, e)
		})
	case "unchanged":
		e, err = s.Get(f.ID)
	default:
		return nil
	}
	if err != nil || !o.Publish || r.Action == "unchanged" && o.OnConflict == OnConflictFollow && e.Published != nil {
		return err
	}
	if e.Published != nil {
		if equal, err := sameFlow(e.Published, f); err != nil || equal {
			return err
		}
	}
	if flow.Errors(r.Problems) {
		return nil // kept as a draft with its problems
	}
	_, err = s.Publish(ctx, f.ID, PublishOptions{IfMatch: -1})
	r.Published = err == nil
	return err
}

// Export gives drafts as a bundle: those of the ids, or all; with a tag only those that have it.
func (s *Flows) Export(ids []string, tag string) (*flow.Bundle, error) {
	b := &flow.Bundle{Gancho: flow.Version, Flows: []*flow.Flow{}}
	for _, id := range ids {
		if _, err := s.Get(id); err != nil {
			return nil, err
		}
	}
	for _, e := range s.List() {
		if (len(ids) == 0 || slices.Contains(ids, e.ID)) && (tag == "" || slices.Contains(e.Draft.Tags, tag)) {
			b.Flows = append(b.Flows, e.Draft)
		}
	}
	return b, nil
}
