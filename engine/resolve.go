package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// ErrNotUnknown says that a step's outcome is not in question.
var ErrNotUnknown = errors.New("the step's outcome is not unknown")

// Verdict is what a person says of an outcome that could not be known: As "done", with the
// output that the step would have had, or as "repeat".
type Verdict struct {
	As     string `json:"as"`
	Output any    `json:"output"`
}

// Resolve settles the outcome of one step. The run goes on.
func (e *Engine) Resolve(ctx context.Context, run, path string, v Verdict) error {
	story, err := e.Store.GetRun(ctx, run)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(story.Steps, func(s store.Record) bool { return s.Path == path }) {
		return store.ErrNotFound
	}
	open, err := unknownIn(&story)
	if err != nil {
		return err
	}
	if !slices.Contains(open, path) {
		return ErrNotUnknown
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return e.Store.Signal(ctx, []store.Signal{{Run: run, Path: path, Again: true, Data: data}})[0]
}

// unknownIn gives the paths of the steps whose outcome is in question.
func unknownIn(story *store.Story) ([]string, error) {
	open := []string{}
	for _, s := range story.Steps {
		rec, err := readRecord(s.Path, s.Data)
		if err != nil {
			return nil, err
		}
		if rec.Status == stepUnknown {
			open = append(open, s.Path)
		}
	}
	return open, nil
}

// ResolveOptions say of which runs all outcomes that could not be known are settled, and how.
type ResolveOptions struct {
	IDs   []string
	Query *Selection // instead of IDs: all that it matches
	Step  string     // only outcomes of the step of this id; empty is all
	Verdict
	DryRun bool // only say which
}

// Resolved is what became of one run.
type Resolved struct {
	Run     string       `json:"run" doc:"id of the run"`
	Flow    string       `json:"flow" doc:"empty where there is no such run"`
	Steps   []string     `json:"steps" doc:"paths of the steps whose outcome was unknown"`
	Refused *ReplayFault `json:"refused,omitempty" doc:"why it was not settled; left out when it was"`
}

// Resolutions are what became of the runs of one call.
type Resolutions struct {
	Items   []Resolved
	Matched int  // runs that the query found, or that were named
	More    bool // the query finds more: ask again
}

// unknown is the query for those whose outcome is unknown.
func (o *ResolveOptions) unknown() *Selection {
	q := *o.Query
	q.Status = string(store.Unknown)
	return &q
}

// ResolveAll settles the unknown outcomes of many runs, those that stand longest first. They go on.
func (e *Engine) ResolveAll(ctx context.Context, o ResolveOptions) (Resolutions, error) {
	out := Resolutions{Items: []Resolved{}}
	ids := once(o.IDs)
	if len(ids) > maxReplay {
		return out, refusal.New(refusal.Invalid, "too_many", fmt.Sprintf("at most %d runs by their ids; give a query", maxReplay), fmt.Sprintf("no máximo %d execuções pelos ids; use uma query", maxReplay))
	}
	if o.Query != nil {
		var err error
		if ids, out.More, err = e.matching(ctx, o.unknown(), maxReplay); err != nil {
			return out, err
		}
	}
	out.Matched = len(ids)
	if o.DryRun && out.More {
		out.Matched, _ = e.countMatching(ctx, o.unknown(), countFor)
	}
	data, err := json.Marshal(o.Verdict)
	if err != nil {
		return out, fmt.Errorf("output: %w", err)
	}
	for part := range slices.Chunk(ids, replayLump) {
		done, err := e.resolveLump(ctx, part, data, &o)
		if out.Items = append(out.Items, done...); err != nil {
			return out, err
		}
	}
	return out, nil
}

// resolveLump settles some runs in one write.
func (e *Engine) resolveLump(ctx context.Context, ids []string, data []byte, o *ResolveOptions) ([]Resolved, error) {
	lump, signals, of := make([]Resolved, len(ids)), []store.Signal{}, []int{}
	for i, id := range ids {
		r := &lump[i]
		r.Run = id
		story, err := e.Store.GetRun(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			r.refuse("not_found", "there is no such run", "não existe esta execução")
			continue
		}
		if err == nil {
			r.Flow = story.Run.Flow
			r.Steps, err = unknownIn(&story)
			r.Steps = slices.DeleteFunc(r.Steps, func(path string) bool { return o.Step != "" && path[strings.LastIndexByte(path, '.')+1:] != o.Step })
		}
		if err != nil {
			return nil, fmt.Errorf("settle run %s: %w", id, err)
		}
		if len(r.Steps) == 0 || story.Run.Status.Final() {
			r.refuseKnown()
			r.Steps = []string{}
			continue
		}
		for _, path := range r.Steps {
			signals, of = append(signals, store.Signal{Run: id, Path: path, Again: true, Data: data}), append(of, i)
		}
	}
	if o.DryRun {
		return lump, nil
	}
	for i, err := range e.Store.Signal(ctx, signals) {
		switch {
		case errors.Is(err, store.ErrUsed), errors.Is(err, store.ErrNotFound):
			lump[of[i]].refuseKnown()
		case err != nil:
			return lump, fmt.Errorf("settle run %s: %w", signals[i].Run, err)
		}
	}
	return lump, nil
}

func (r *Resolved) refuseKnown() {
	r.refuse("not_unknown", "its outcome is known, or was settled before", "o resultado dela é conhecido, ou já foi decidido")
}

func (r *Resolved) refuse(code, en, pt string) {
	r.Refused = &ReplayFault{Code: code, Message: form.Label(en, pt), Text: en}
}
