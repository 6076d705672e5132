package flows

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"
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

	// Failing says why a flow's own tests forbid to publish it; nil asks none.
	Failing func(ctx context.Context, f *flow.Flow) []form.Problem
}

// ImportResult says what became of one flow: created, replaced, unchanged or skipped.
type ImportResult struct {
	ID        string         `json:"id"`
	Action    string         `json:"action"`
	Published bool           `json:"published"`
	Discarded bool           `json:"-"` // a draft with changes that were not in force was replaced: undo brings it back
	Problems  []form.Problem `json:"-"`
}

// Import takes the flows of a bundle in, as drafts; new ones are off unless Publish is asked,
// and one with errors, or whose tests fail, is kept as a draft all the same. It never calls out. With skip, replace
// and follow a flow that is as it was is left alone; with fail nothing is taken in when any id
// is taken. Nobody who changes a flow waits for the tests of others.
func (s *Flows) Import(ctx context.Context, b *flow.Bundle, o ImportOptions) ([]ImportResult, error) {
	t := &tested{run: o.Failing, found: map[string][]form.Problem{}}
	if o.DryRun {
		return s.foresee(ctx, b, o, t)
	}
	for {
		results, err := s.importTested(ctx, b, o, t)
		if !errors.Is(err, errUntested) {
			return results, err
		}
		if results, err = s.foresee(ctx, b, o, t); err != nil {
			return results, err
		}
	}
}

// importTested is Import, as long as no test has to run.
func (s *Flows) importTested(ctx context.Context, b *flow.Bundle, o ImportOptions, t *tested) ([]ImportResult, error) {
	defer s.changing.all()()
	known := &tested{run: t.run, found: t.found, only: true}
	results, checks, err := s.plan(b, o)
	if err != nil {
		return results, err
	}
	batches, err := s.takeAll(ctx, b, o, known, results)
	if err != nil {
		return results, err
	}
	for _, c := range checks {
		s.remember(c)
	}
	for i := range batches {
		if err := s.takeIn(ctx, &batches[i]); err != nil {
			return results, fmt.Errorf("import: %w", err)
		}
	}
	return results, nil
}

// takeAll gives what is to be written.
func (s *Flows) takeAll(ctx context.Context, b *flow.Bundle, o ImportOptions, t *tested, results []ImportResult) ([]intake, error) {
	batches := make([]intake, 1)
	for i, f := range b.Flows {
		batch := &batches[len(batches)-1]
		if err := s.take(ctx, batch, b, f, o, t, &results[i]); err != nil {
			return nil, fmt.Errorf("import flow %s: %w", f.ID, err)
		}
		if batch.bytes > importedAtOnce {
			batches = append(batches, intake{})
		}
	}
	return batches, nil
}

// foresee says what an import would do, also what only publishing would show, and writes nothing.
func (s *Flows) foresee(ctx context.Context, b *flow.Bundle, o ImportOptions, t *tested) ([]ImportResult, error) {
	results, _, err := s.plan(b, o)
	if err != nil {
		return results, err
	}
	if _, err := s.takeAll(ctx, b, o, t, results); err != nil {
		return results, err
	}
	for i := range results {
		results[i].Published, results[i].Discarded = false, false
	}
	return results, nil
}

// importedAtOnce is about how many bytes are written as one. What comes by the API is no
// more than that, and is taken in whole or not at all.
const importedAtOnce = 32 << 20

// intake is what is written as one.
type intake struct {
	drafted   []*Entry // with a new draft
	entries   []*Entry // all that are written
	revisions []store.Doc
	bytes     int
}

// takeIn writes drafts first, so that a place that a flow points to is always there.
func (s *Flows) takeIn(ctx context.Context, in *intake) error {
	err := together(len(in.drafted), 256, func(i int) error { return s.keepDraft(ctx, in.drafted[i]) })
	if err != nil || len(in.entries) == 0 {
		return err
	}
	return s.writeAll(ctx, in.entries, in.revisions...)
}

// plan says what an import would do; all flows that are in its way are named at once.
func (s *Flows) plan(b *flow.Bundle, o ImportOptions) ([]ImportResult, []checkedFlow, error) {
	results, checks := make([]ImportResult, len(b.Flows)), make([]checkedFlow, len(b.Flows))
	var taken []form.Problem
	for i, f := range b.Flows {
		action, err := s.importAction(f, o)
		if err != nil {
			return nil, nil, err
		}
		if action == "" {
			taken = append(taken, form.Problem{Severity: form.Error, Path: fmt.Sprintf("/flows/%d/id", i), Code: "taken", Message: form.Label(
				fmt.Sprintf("there is a flow %q already", f.ID), fmt.Sprintf("já existe o fluxo %q", f.ID))})
		}
		checks[i] = s.check(f, b)
		results[i] = ImportResult{ID: f.ID, Action: action, Problems: checks[i].problems}
	}
	if len(taken) > 0 {
		en, pt := fmt.Sprintf("%d flows are", len(taken)), fmt.Sprintf("%d fluxos já existem", len(taken))
		if len(taken) == 1 {
			en, pt = "1 flow is", "1 fluxo já existe"
		}
		r := refusal.New(refusal.Conflict, "taken", en+" there already; import with on_conflict=replace or skip", pt+"; importe com on_conflict=replace ou skip")
		r.Problems = taken
		return nil, nil, r
	}
	return results, checks, nil
}

// importAction gives what would become of a flow; "" when its id is taken and that refuses.
func (s *Flows) importAction(f *flow.Flow, o ImportOptions) (string, error) {
	e, taken := s.Find(f.ID)
	if !taken {
		return "created", nil
	}
	digest, _, err := digestOf(f)
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

// digestOf tells a flow from what it was in the bundle that it came with; size is in bytes.
func digestOf(f *flow.Flow) (digest string, size int, err error) {
	data, err := flow.Marshal(f)
	if err != nil {
		return "", 0, err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), len(data), nil
}

func sameFlow(a, b *flow.Flow) (bool, error) {
	x, err := flow.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := flow.Marshal(b)
	return bytes.Equal(x, y), err
}

// take adds to a batch what becomes of one flow.
func (s *Flows) take(ctx context.Context, in *intake, b *flow.Bundle, f *flow.Flow, o ImportOptions, t *tested, r *ImportResult) error {
	digest, size, err := digestOf(f)
	if err != nil || r.Action == "skipped" {
		return err
	}
	before, there := s.Find(f.ID)
	e := &before
	switch {
	case r.Action == "created", !there: // it may have been deleted meanwhile
		r.Action, e = "created", s.newEntry(f, StateOff, digest)
	case r.Action == "replaced":
		if e.Published != nil {
			same, err := sameFlow(e.Draft, e.Published)
			if err != nil {
				return err
			}
			r.Discarded = !same
		}
		e.Draft, e.DraftRev, e.source, e.Updated = f, e.DraftRev+1, digest, s.Now().UTC()
	}
	publishes, err := s.importPublishes(e, b, f, o, r)
	if err == nil && publishes {
		var failing []form.Problem
		failing, err = t.failing(ctx, e.Draft)
		r.Problems, publishes = slices.Concat(r.Problems, failing), len(failing) == 0
	}
	if err != nil || !publishes && r.Action == "unchanged" {
		return err
	}
	if r.Action != "unchanged" {
		in.drafted = append(in.drafted, e)
	}
	if publishes {
		off := e.State == StateOff && e.Published != nil && o.OnConflict == OnConflictFollow // a person turned it off
		revision, err := s.puts(e, PublishOptions{})
		if err != nil {
			return err
		}
		if off {
			e.State = StateOff
		}
		in.revisions = append(in.revisions, revision)
		r.Published = true
	}
	in.entries = append(in.entries, e)
	in.bytes += 3 * size
	return nil
}

// importPublishes says whether an import puts the draft in force. One with errors is kept as
// a draft with its problems.
func (s *Flows) importPublishes(e *Entry, b *flow.Bundle, f *flow.Flow, o ImportOptions, r *ImportResult) (bool, error) {
	if !o.Publish || r.Action == "unchanged" && o.OnConflict == OnConflictFollow && e.Published != nil || flow.Errors(r.Problems) {
		return false, nil
	}
	if e.Draft != f && flow.Errors(s.check(e.Draft, b).problems) {
		return false, nil
	}
	if e.Published == nil {
		return true, nil
	}
	equal, err := sameFlow(e.Published, f)
	return !equal, err
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
