package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// RevisionView is a revision of a list, and what it changed.
type RevisionView struct {
	flows.RevisionInfo
	Summary string `json:"summary,omitempty" doc:"the first thing that it changed since the one before; of the newest 30"`
	More    int    `json:"more,omitempty" doc:"how many more it changed"`
}

const mostCompared = 30

type listRevisionsInput struct {
	FlowPath
	Page
}

func (s *server) listRevisions(ctx context.Context, in *listRevisionsInput) (*listOutput[RevisionView], error) {
	if err := in.check(aNumber); err != nil {
		return nil, err
	}
	list, err := s.Flows.Revisions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	from := 0
	if before, err := strconv.Atoi(in.Cursor); err == nil {
		from = len(list)
		if i := slices.IndexFunc(list, func(r flows.RevisionInfo) bool { return r.Revision < before }); i >= 0 {
			from = i
		}
	}
	page, next := list[from:], ""
	if len(page) > in.size() {
		page = page[:in.size()]
		next = strconv.Itoa(page[len(page)-1].Revision)
	}
	views := make([]RevisionView, len(page))
	for i, info := range page {
		views[i].RevisionInfo = info
	}
	var newer *flow.Flow
	for at := from; at < min(from+len(page)+1, len(list), mostCompared+1); at++ {
		f, err := s.Flows.Revision(ctx, in.ID, list[at].Revision)
		if err != nil {
			return nil, err
		}
		if newer != nil {
			views[at-from-1].compare(f, newer, s.Catalogue, langOf(ctx))
		}
		newer = f
	}
	return listOf(views, next), nil
}

func (v *RevisionView) compare(before, after *flow.Flow, catalogue *engine.Catalogue, lang string) {
	if changes := flow.Diff(before, after, catalogue); len(changes) > 0 {
		v.Summary, v.More = changes[0].Sentence.In(lang), len(changes)-1
	}
}

// RevisionPath names a revision.
type RevisionPath struct {
	FlowPath
	Rev int `path:"rev" doc:"number of the revision"`
}

type revisionOutput struct {
	Body struct {
		flows.RevisionInfo
		Flow any `json:"flow" doc:"the flow as it was published"`
	}
}

func (s *server) getRevision(ctx context.Context, in *RevisionPath) (*revisionOutput, error) {
	f, err := s.Flows.Revision(ctx, in.ID, in.Rev)
	if err != nil {
		return nil, found(err, "revision", "esta revisão")
	}
	info, err := s.Flows.RevisionInfo(ctx, in.ID, in.Rev)
	if err != nil {
		return nil, err
	}
	out := &revisionOutput{}
	out.Body.RevisionInfo, out.Body.Flow = info, f
	return out, nil
}

type nameRevisionInput struct {
	RevisionPath
	Body struct {
		Name *string `json:"name,omitempty" maxLength:"200" doc:"kept if left out"`
		Note *string `json:"note,omitempty" maxLength:"4000" doc:"kept if left out"`
	}
}

type revisionInfoOutput struct{ Body flows.RevisionInfo }

// nameRevision changes what people call a revision, never what it does.
func (s *server) nameRevision(ctx context.Context, in *nameRevisionInput) (*revisionInfoOutput, error) {
	info, err := s.Flows.NameRevision(ctx, in.ID, in.Rev, in.Body.Name, in.Body.Note)
	return &revisionInfoOutput{info}, err
}

type restoreInput struct {
	FlowChange
	Body struct {
		Revision int `json:"revision" doc:"number of the revision"`
	}
}

func (s *server) restore(ctx context.Context, in *restoreInput) (*flowOutput, error) {
	return s.restoreThis(ctx, &restoreThisInput{in.FlowChange, in.Body.Revision})
}

type restoreThisInput struct {
	FlowChange
	Rev int `path:"rev" doc:"number of the revision"`
}

func (s *server) restoreThis(ctx context.Context, in *restoreThisInput) (*flowOutput, error) {
	ctx, err := in.meant(ctx)
	if err != nil {
		return nil, err
	}
	e, err := s.Flows.Restore(ctx, in.ID, in.Rev)
	if errors.Is(err, store.ErrNotFound) {
		err = found(err, "revision", "esta revisão")
	}
	return s.flowOutput(ctx, e, err)
}

type diffInput struct {
	FlowPath
	From string `query:"from" doc:"a revision, or draft; the published one if left out"`
	To   string `query:"to" doc:"a revision, or draft; the draft if left out"`
}

// ChangeView is one difference between two flows.
type ChangeView struct {
	Kind     string `json:"kind" enum:"added,removed,renamed,moved,changed" doc:"what was done"`
	Step     string `json:"step,omitempty" doc:"id of the step; left out of what is the flow's"`
	Path     string `json:"path" doc:"JSON pointer into the flow"`
	Before   any    `json:"before,omitempty" doc:"left out of what was added"`
	After    any    `json:"after,omitempty" doc:"left out of what was removed"`
	Sentence string `json:"sentence" doc:"the same in words, in the asker's language"`
}

type diffOutput struct {
	Body struct {
		Changes   []ChangeView `json:"changes" doc:"in the order of the flow"`
		Sentences []string     `json:"sentences" doc:"those of changes"`
	}
}

func (s *server) diff(ctx context.Context, in *diffInput) (*diffOutput, error) {
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	from, err := s.pick(ctx, &e, in.From, "published")
	if err != nil {
		return nil, err
	}
	to, err := s.pick(ctx, &e, in.To, "draft")
	if err != nil {
		return nil, err
	}
	out := &diffOutput{}
	out.Body.Changes, out.Body.Sentences = []ChangeView{}, []string{}
	for _, c := range flow.Diff(from, to, s.Catalogue) {
		sentence := c.Sentence.In(langOf(ctx))
		out.Body.Changes = append(out.Body.Changes, ChangeView{c.Kind, c.Step, c.Path, c.Before, c.After, sentence})
		out.Body.Sentences = append(out.Body.Sentences, sentence)
	}
	return out, nil
}

func (s *server) pick(ctx context.Context, e *flows.Entry, which, otherwise string) (*flow.Flow, error) {
	if which == "" {
		which = otherwise
	}
	switch which {
	case "draft":
		return e.Draft, nil
	case "published":
		if e.Published == nil {
			return &flow.Flow{ID: e.ID}, nil
		}
		return e.Published, nil
	}
	n, err := strconv.Atoi(which)
	if err != nil {
		return nil, problemOf(http.StatusBadRequest, "bad_revision", "from and to are revisions, draft or published", "from e to são revisões, draft ou published")
	}
	f, err := s.Flows.Revision(ctx, e.ID, n)
	if err != nil {
		return nil, found(err, "revision", "esta revisão")
	}
	return f, nil
}

type undoInput struct {
	FlowChange
	Body *struct {
		Mine bool `json:"mine,omitempty" doc:"refuse with changed_by_other when the newest draft is somebody else's"`
	} `required:"false"`
}

func (s *server) undo(ctx context.Context, in *undoInput) (*flowOutput, error) {
	ctx, err := in.meant(ctx)
	if err != nil {
		return nil, err
	}
	back := s.Flows.Undo
	if in.Body != nil && in.Body.Mine {
		back = s.Flows.UndoMine
	}
	e, err := back(ctx, in.ID)
	return s.flowOutput(ctx, e, err)
}

func (s *server) redo(ctx context.Context, in *FlowChange) (*flowOutput, error) {
	return s.life(s.Flows.Redo)(ctx, in)
}
