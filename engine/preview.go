package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/shape"
	"gancho/engine/store"
)

// Question is what somebody who writes an expression asks about it.
type Question struct {
	Flow      *flow.Flow
	Step      string // path or id of the step that it belongs to; flow.AtTrigger for the trigger's own; "" after the last step
	Source    string
	Condition *expression.Condition // in the place of Source
	Template  bool
	Expect    string          // "condition" or "list", where the field wants one
	Cursor    int             // in runes, where completions are asked for; -1 for the end
	Event     *flow.TestEvent // to compute a value for
	EventID   string          // or a kept one; without either the newest

	lately func(path, kind string) (any, bool) // what its steps yielded when they were real
}

// Preview is what is known of an expression before it is saved.
type Preview struct {
	Source      string
	Type        string
	Value       any
	Event       string // the kept event that Value is of
	Reason      form.Words
	Problems    []form.Problem
	Completions expression.Completions
	Condition   *expression.Condition
	Passes      *Passes
}

// Passes says for how many of the newest events a condition holds.
type Passes struct {
	Pass int `json:"pass" doc:"events with which the condition holds"`
	Of   int `json:"of" doc:"events that were looked at"`
}

// newestAsked is how many events a condition is tried on.
const newestAsked = 40

// Preview answers a question. An expression with faults has problems; an error is one of the
// question itself.
func (e *Engine) Preview(ctx context.Context, q Question) (*Preview, error) {
	p := &Preview{Source: q.Source, Type: "any", Problems: []form.Problem{}}
	if q.Condition != nil {
		source, err := q.Condition.Source()
		if err != nil {
			p.Problems = append(p.Problems, expression.ProblemOf(err))
			return p, nil
		}
		p.Source, q.Source, q.Template = source, source, false
	}
	q.lately = e.Lately(ctx, q.Flow.ID)
	met, _ := e.MetBy(ctx, q.Flow)
	known := flow.KnownAt(q.Flow, e.Catalogue, met, q.Step)
	p.complete(&q, known)
	if _, there := placesOf(q.Flow)[idOf(q.Step)]; q.Step != "" && q.Step != flow.AtTrigger && !there {
		p.add(form.Problem{Severity: form.Warning, Code: "no_such_step", Message: form.Label(
			fmt.Sprintf("this draft has no step “%s”; this is what the end of the flow sees", q.Step), fmt.Sprintf("este rascunho não tem o passo “%s”; isto é o que o fim do fluxo vê", q.Step))})
	}
	if q.Template {
		return p, e.previewTemplate(ctx, &q, p, known)
	}
	return p, e.previewExpression(ctx, &q, p, known)
}

func (p *Preview) complete(q *Question, known *expression.Known) {
	length := len([]rune(q.Source))
	if q.Cursor < 0 || q.Cursor > length {
		q.Cursor = length
	}
	if q.Template {
		p.Completions = expression.CompleteTemplate(q.Source, q.Cursor, known)
	} else {
		p.Completions = expression.Complete(q.Source, q.Cursor, known)
	}
}

func (p *Preview) add(problems ...form.Problem) {
	for _, x := range problems {
		x.Text = p.Source
		p.Problems = append(p.Problems, x)
	}
}

// unread adds why a source cannot run, with the data that an unknown name in it probably means.
func (p *Preview) unread(err error, found []form.Problem) {
	found = slices.DeleteFunc(found, func(p form.Problem) bool { return p.Code != expression.Meant })
	p.add(flow.Meant(append(found, expression.ProblemOf(err)))...)
}

func (e *Engine) previewTemplate(ctx context.Context, q *Question, p *Preview, known *expression.Known) error {
	t, err := expression.CompileTemplate(q.Source)
	if err != nil {
		var meant []form.Problem
		if tree, err := expression.ParseTemplate(q.Source); err == nil {
			meant = tree.Infer(known).Problems
		}
		p.unread(err, meant)
		return nil
	}
	tree, err := expression.ParseTemplate(q.Source)
	if err != nil {
		p.add(expression.ProblemOf(err))
		return nil
	}
	found := tree.Infer(known)
	p.found(found)
	for n, hole := range tree.Holes() {
		p.add(flow.NameProblems(q.Flow, known, hole, tree.At(n), e.Catalogue, e.Flows.Former(q.Flow.ID))...)
	}
	if found.Missing != nil {
		p.add(*found.Missing)
	}
	return e.outcome(ctx, q, p, t.Holes(), t.Fill)
}

func (e *Engine) previewExpression(ctx context.Context, q *Question, p *Preview, known *expression.Known) error {
	p.Condition = expression.ConditionOf(q.Source) // also of what cannot run: rows show it
	program, err := expression.Compile(q.Source)
	if err != nil {
		var meant []form.Problem
		if tree, err := expression.Parse(q.Source); err == nil {
			meant = tree.Infer(known).Problems
		}
		p.unread(err, meant)
		return nil
	}
	tree, err := expression.Parse(q.Source)
	if err != nil {
		p.add(expression.ProblemOf(err))
		return nil
	}
	found := tree.Infer(known)
	p.found(found)
	p.add(flow.NameProblems(q.Flow, known, tree, 0, e.Catalogue, e.Flows.Former(q.Flow.ID))...)
	p.add(expected(q.Expect, found)...)
	err = e.outcome(ctx, q, p, []*expression.Program{program}, func(ctx context.Context, scope *expression.Scope) (any, error) {
		value, err := program.Run(ctx, scope)
		if err == nil && (value == false || value == nil && q.Expect == "condition") {
			p.Reason = program.Why(ctx, scope)
		}
		return value, err
	})
	if err == nil && (p.Type == "boolean" || q.Expect == "condition") {
		p.Passes, err = e.passes(ctx, q, program)
	}
	return err
}

// found tells what is known before anything is evaluated.
func (p *Preview) found(found expression.Inference) {
	p.Type = typeName(found.Shape)
	p.add(found.Problems...)
}

// outcome evaluates what was compiled, and tells what it gives or why it gives nothing.
func (e *Engine) outcome(ctx context.Context, q *Question, p *Preview, programs []*expression.Program, evaluate func(context.Context, *expression.Scope) (any, error)) error {
	scope, err := e.scopeFor(ctx, q, p, programs)
	if err != nil {
		return err
	}
	value, err := evaluate(ctx, scope)
	p.result(value, err)
	e.maskValue(ctx, q, p, programs)
	return nil
}

// expected are the warnings of a field that wants a condition or a list.
func expected(what string, found expression.Inference) []form.Problem {
	switch {
	case what == "condition":
		if w, wrong := flow.NoCondition(found.Shape); wrong {
			return []form.Problem{w}
		}
	case what == "list" && !found.Shape.Has(shape.List):
		words := expression.TypeWords(found.Shape)
		return []form.Problem{{Severity: form.Warning, Code: "wrong_type", Message: form.Label(
			"a list is needed; this gives "+words.EN, "é preciso uma lista; isto dá "+words.PT)}}
	}
	return nil
}

// result notes the value, or why there is none: a warning, since other events may have one.
func (p *Preview) result(value any, err error) {
	if err == nil {
		if p.Value = value; p.Type == "any" && value != nil {
			p.Type = typeName(shape.Of(value))
		}
		return
	}
	problem := expression.ProblemOf(err)
	problem.Severity = form.Warning
	said := map[string][]string{ // by what the check found before
		"missing":    {"optional_field", "unknown_field", "not_run_yet", "unknown_step", "not_in_a_loop"},
		"expression": {"wrong_type", "mixed_types"},
	}
	if slices.ContainsFunc(p.Problems, func(x form.Problem) bool { return slices.Contains(said[problem.Code], x.Code) }) {
		return
	}
	p.add(problem)
}

// scopeFor is what the step sees of the event that was asked for.
func (e *Engine) scopeFor(ctx context.Context, q *Question, p *Preview, programs []*expression.Program) (*expression.Scope, error) {
	if q.Event != nil {
		return e.scopeOf(ctx, q, nil, programs)
	}
	if q.EventID != "" {
		v, err := e.WholeEvent(ctx, q.EventID)
		if err != nil {
			return nil, err
		}
		if v.Trigger == nil || v.Flow != q.Flow.ID {
			return nil, refusal.New(refusal.Conflict, "no_body", "the body of this event is no longer kept, or it is another flow's", "o corpo deste evento não está mais guardado, ou ele é de outro fluxo")
		}
		p.Event = v.ID
		return e.scopeOf(ctx, q, v.Trigger, programs)
	}
	newest, err := e.newest(ctx, q.Flow.ID)
	if err != nil {
		return nil, err
	}
	if len(newest) == 0 {
		return e.sampleScope(ctx, q, programs)
	}
	trigger := e.exemplar(ctx, q, newest)
	p.Event, _ = trigger["id"].(string)
	return e.scopeOfKept(ctx, q, trigger, programs)
}

// exemplar is the newest event that reaches the steps; the newest of all where none
// does, or where it takes too long to find out.
func (e *Engine) exemplar(ctx context.Context, q *Question, newest []map[string]any) map[string]any {
	where, err := expression.Compile(q.Flow.Trigger.Where)
	if q.Step == flow.AtTrigger || err != nil {
		return newest[0]
	}
	trial := expression.NewTrial(ctx)
	defer trial.End()
	at := *q
	at.Step = flow.AtTrigger
	for _, trigger := range newest {
		scope, err := e.scopeOfKept(ctx, &at, trigger, []*expression.Program{where})
		if err != nil {
			break
		}
		holds, spent := trial.Holds(where, scope)
		if holds {
			return trigger
		}
		if spent {
			break
		}
	}
	return newest[0]
}

// scopeOfKept is scopeOf for one of the newest events, remembered for the next key stroke.
func (e *Engine) scopeOfKept(ctx context.Context, q *Question, trigger map[string]any, programs []*expression.Program) (*expression.Scope, error) {
	if !readsOf(programs, "steps", "errors", "item", "index", "loops", "run") {
		return e.scopeOf(ctx, q, trigger, programs)
	}
	key := fmt.Sprintf("%p %s %v", q.Flow, q.Step, trigger["id"])
	return e.tried.scope(key, func() (*expression.Scope, error) { return e.scopeOf(ctx, q, trigger, programs) })
}

// sampleScope is what the step sees of the first event that the preset documents, or that a
// test of the flow has, or of an empty one.
func (e *Engine) sampleScope(ctx context.Context, q *Question, programs []*expression.Program) (*expression.Scope, error) {
	asked := *q
	switch samples := e.Catalogue.Samples(q.Flow).Events; {
	case len(samples) > 0:
		asked.Event = &samples[0].Event
	case len(q.Flow.Tests) > 0:
		asked.Event = &q.Flow.Tests[0].Event
	default:
		asked.Event = &flow.TestEvent{Body: map[string]any{}}
	}
	return e.scopeOf(ctx, &asked, nil, programs)
}

// readsOf says whether any of the programs reads one of these roots.
func readsOf(programs []*expression.Program, roots ...string) bool {
	return slices.ContainsFunc(programs, func(p *expression.Program) bool {
		return slices.ContainsFunc(p.Paths(), func(path []string) bool { return slices.Contains(roots, path[0]) })
	})
}

// scopeOf is what a step sees of an event. The flow is run in memory only where the programs
// read what its steps made.
func (e *Engine) scopeOf(ctx context.Context, q *Question, trigger map[string]any, programs []*expression.Program) (*expression.Scope, error) {
	ran := readsOf(programs, "steps", "errors", "item", "index", "loops", "run") ||
		slices.ContainsFunc(programs, func(p *expression.Program) bool { return p.Reads("trigger.resource") })
	if q.Step == flow.AtTrigger || trigger != nil && !ran {
		if trigger == nil {
			trigger = testTrigger("", *q.Event)
			trigger["event"] = e.Catalogue.eventName(q.Flow, trigger)
		}
		scope := &expression.Scope{Zone: zoneOf(q.Flow, e.Instance().Timezone), Now: e.Now(), Mask: q.Flow.Settings.Mask, Values: map[string]any{"trigger": trigger, "vars": e.Vars()}}
		if q.Step != flow.AtTrigger {
			scope.WaitURL = e.anyWaitURL
		}
		return scope, nil
	}
	c := TrialConfig{
		Catalogue: e.Catalogue, Flow: q.Flow, Vars: e.Vars(), Timezone: e.Instance().Timezone, Decode: e.Decode, Resolve: e.Connections.Resolve, Known: e.Connections.Known, Log: e.Log,
		Trigger: trigger, Lately: q.lately,
	}
	if q.Event != nil {
		c.Event = *q.Event
	}
	scope, err := ScopeAt(ctx, c, flow.FirstTurn(q.Flow, q.Step))
	if err != nil {
		return nil, refusal.New(refusal.Invalid, "cannot_run", err.Error(), err.Error())
	}
	scope.WaitURL = e.anyWaitURL
	return scope, nil
}

// anyWaitURL is what a link looks like that each run makes anew.
func (e *Engine) anyWaitURL(string) (string, error) { return e.Instance().PublicURL + "/w/…", nil }

// passes tries a condition on the newest events.
func (e *Engine) passes(ctx context.Context, q *Question, program *expression.Program) (*Passes, error) {
	newest, err := e.newest(ctx, q.Flow.ID)
	if err != nil || len(newest) == 0 {
		return nil, err
	}
	p := &Passes{}
	trial := expression.NewTrial(ctx)
	defer trial.End()
	for _, trigger := range newest {
		scope, err := e.scopeOfKept(ctx, q, trigger, []*expression.Program{program})
		if err != nil {
			return nil, err
		}
		holds, spent := trial.Holds(program, scope)
		if spent {
			break
		}
		if p.Of++; holds {
			p.Pass++
		}
	}
	if p.Of == 0 {
		return nil, nil
	}
	return p, nil
}

// newest are the root triggers of a flow's newest events whose body is kept, newest first.
func (e *Engine) newest(ctx context.Context, id string) ([]map[string]any, error) {
	version := e.shapes.Known(ctx, id).Version()
	if list, ok := e.tried.events(id, version); ok {
		return list, nil
	}
	events, _, err := e.Store.ListEvents(ctx, store.Query{Flow: id, Limit: 2 * newestAsked})
	if err != nil {
		return nil, err
	}
	list, size := []map[string]any{}, 0
	for i := range events {
		if events[i].Outcome == store.Rejected || events[i].Outcome == store.Duplicate {
			continue
		}
		v, err := e.WholeEvent(ctx, events[i].ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && v.Trigger == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		if size += v.Size; len(list) == newestAsked || size > mostTried && len(list) > 0 {
			break
		}
		list = append(list, v.Trigger)
	}
	e.tried.keep(id, version, list)
	return list, nil
}

// maskValue hides in the value what the flow masks of an event, and what is made of it.
func (e *Engine) maskValue(ctx context.Context, q *Question, p *Preview, programs []*expression.Program) {
	veil := e.veilOf(q.Flow.ID, time.Time{})
	if veil == nil || p.Value == nil || p.Event == "" {
		return
	}
	made := e.originsOf(q.Flow, veil)
	for _, program := range programs {
		if _, yesOrNo := p.Value.(bool); made.Makes(idOf(q.Step), program) && !yesOrNo {
			p.Value = masked
			return
		}
	}
	if v, err := e.WholeEvent(ctx, p.Event); err == nil && v.Trigger != nil {
		veil.body(v.Trigger["body"])
		p.Value = veil.over(p.Value)
	}
}

// typeName is a type as a preview tells it: integers are numbers.
func typeName(s *shape.Shape) string {
	if name := s.Type(); name != shape.Int.String() {
		return name
	}
	return shape.Float.String()
}
