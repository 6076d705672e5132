package api

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
	"unicode/utf16"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/shape"
	"gancho/engine/store"
)

type expressionInput struct {
	Body struct {
		Source    string          `json:"source,omitempty" doc:"the text of the expression or template"`
		Condition json.RawMessage `json:"condition,omitempty" doc:"of the visual builder, in the place of source"`
		Mode      string          `json:"mode,omitempty" enum:"expression,template" doc:"expression if left out"`
		Expect    string          `json:"expect,omitempty" enum:"any,condition,list" doc:"what the field takes"`
		Flow      string          `json:"flow,omitempty" doc:"id of the flow that it stands in"`
		Draft     json.RawMessage `json:"draft,omitempty" doc:"a draft that is not saved"`
		Step      string          `json:"step,omitempty" doc:"path or id; what it sees are the outputs of the steps before it; the end of the flow if left out"`
		Place     string          `json:"place,omitempty" enum:"step,trigger" doc:"trigger: an expression of the trigger itself"`
		Event     *EventInput     `json:"event,omitempty" doc:"posted, in the place of a kept one"`
		EventID   string          `json:"event_id,omitempty" doc:"a kept event; the newest if neither is given"`
		Cursor    *int            `json:"cursor,omitempty" doc:"where completions are asked for, in UTF-16 units; the end if left out"`
	}
}

// ExpressionView is what is known of an expression before it is saved.
type ExpressionView struct {
	Source      string                `json:"source" doc:"as it was asked, or as the condition is written"`
	Type        string                `json:"type" enum:"any,text,integer,number,boolean,list,object,nothing" doc:"of what it yields"`
	Value       any                   `json:"value" doc:"on the event"`
	Event       string                `json:"event" doc:"ID of the kept event that value is of"`
	Reason      string                `json:"reason" doc:"why a condition is false"`
	Problems    []ProblemView         `json:"problems" doc:"with places in source"`
	Completions CompletionsView       `json:"completions" doc:"what could stand at the cursor"`
	Condition   *expression.Condition `json:"condition" doc:"as the visual builder shows it; null where it cannot"`
	Passes      *engine.Passes        `json:"passes" doc:"of the newest 40 events, where it is a condition"`
}

// CompletionsView lists what may be written in the place of a range, in UTF-16 units.
type CompletionsView struct {
	From  int              `json:"from" doc:"where what is replaced begins, in UTF-16 units"`
	To    int              `json:"to" doc:"where it ends, in UTF-16 units"`
	Items []CompletionView `json:"items" doc:"the likeliest first"`
}

// CompletionView is one thing that may be written.
type CompletionView struct {
	Label   string `json:"label" doc:"what the list shows"`
	Insert  string `json:"insert" doc:"what is written into the source"`
	Kind    string `json:"kind" enum:"field,function,root,keyword" doc:"what it is"`
	Type    string `json:"type" doc:"of its value"`
	Title   string `json:"title" doc:"what people call a field, where the provider's preset says"`
	Detail  string `json:"detail" doc:"a function's signature"`
	Doc     string `json:"doc" doc:"what it is, in the asker's language"`
	Example string `json:"example" doc:"a value that came, or a call"`
	Seen    int    `json:"seen" doc:"in how many a field was there"`
	Of      int    `json:"of" doc:"of how many; 0 where nothing was counted"`
}

type expressionOutput struct{ Body ExpressionView }

// expression says what an expression or template yields, what is doubtful in it, and how it
// may go on. Effects are held back.
func (s *server) expression(ctx context.Context, in *expressionInput) (*expressionOutput, error) {
	q, err := s.question(in)
	if err != nil {
		return nil, err
	}
	p, err := s.Engine.Preview(ctx, q)
	if errors.Is(err, store.ErrNotFound) {
		return nil, found(err, "event", "este evento")
	}
	if err != nil {
		return nil, err
	}
	lang := langOf(ctx)
	view := ExpressionView{
		Source: p.Source, Type: p.Type, Value: p.Value, Event: p.Event, Reason: p.Reason.In(lang),
		Problems: viewProblems(p.Problems, lang), Completions: viewCompletions(p.Source, &p.Completions, lang), Condition: p.Condition, Passes: p.Passes,
	}
	return &expressionOutput{view}, nil
}

func (s *server) question(in *expressionInput) (q engine.Question, err error) {
	b := &in.Body
	q = engine.Question{
		Flow: &flow.Flow{ID: "none", Trigger: flow.Trigger{Kind: "manual"}}, Step: b.Step, Source: b.Source, Template: b.Mode == "template",
		Expect: b.Expect, EventID: b.EventID, Cursor: -1,
	}
	if b.Place == "trigger" {
		q.Step = flow.AtTrigger
	}
	if b.Flow != "" {
		e, err := s.Flows.Get(b.Flow)
		if err != nil {
			return q, err
		}
		q.Flow = e.Draft
	}
	if given(b.Draft) {
		if q.Flow, err = readFlow(b.Draft); err != nil {
			return q, err
		}
	}
	if given(b.Condition) {
		if q.Condition, err = expression.ReadCondition(b.Condition); err != nil {
			return q, problemIn("/condition", "condition", err)
		}
	}
	if b.Cursor != nil {
		q.Cursor = runesBefore(b.Source, *b.Cursor)
	}
	if b.Event != nil && b.EventID != "" {
		return q, notBoth("event", "event_id")
	}
	if b.Event != nil {
		event, err := b.Event.event()
		q.Event = &event
		return q, err
	}
	return q, nil
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

func viewCompletions(source string, c *expression.Completions, lang string) CompletionsView {
	view := CompletionsView{From: utf16Before(source, c.From), To: utf16Before(source, c.To), Items: make([]CompletionView, len(c.Items))}
	for i := range c.Items {
		x := &c.Items[i]
		view.Items[i] = CompletionView{x.Label, x.Insert, x.Kind, x.Type, x.Title.In(lang), x.Detail, x.Doc.In(lang), x.Example, x.Seen, x.Of}
	}
	return view
}

// utf16Before is how many UTF-16 units the first runes of a text take.
func utf16Before(text string, runes int) int {
	units := 0
	for _, r := range text {
		if runes <= 0 {
			break
		}
		runes--
		units += max(1, utf16.RuneLen(r))
	}
	return units
}

// runesBefore is how many runes the first UTF-16 units of a text are.
func runesBefore(text string, units int) int {
	n := 0
	for _, r := range text {
		if units <= 0 {
			break
		}
		units -= max(1, utf16.RuneLen(r))
		n++
	}
	return n
}

// SchemaView is what a flow's events look like.
type SchemaView = engine.Schema

type schemaOutput struct{ Body SchemaView }

func (s *server) schema(ctx context.Context, in *struct {
	FlowPath
	Event string `query:"event" doc:"only events of this name"`
	Step  string `query:"step" doc:"all that the expressions of this step see; only the trigger if left out"`
},
) (*schemaOutput, error) {
	e, err := s.Flows.Get(in.ID)
	if err != nil {
		return nil, err
	}
	schema, labels := s.Engine.Schema(ctx, e.Draft, in.Event, in.Step)
	lang := langOf(ctx)
	for i := range schema.Names {
		schema.Names[i].Label = schema.Names[i].Words.In(lang)
	}
	for i := range schema.Fields {
		schema.Fields[i].Label = labels[schema.Fields[i].Path].In(lang)
	}
	return &schemaOutput{schema}, nil
}

// problems are those of a flow's draft, and the warnings of its expressions by what its events
// really hold.
func (s *server) problems(ctx context.Context, e *flows.Entry) []form.Problem {
	return flow.Meant(slices.Concat(e.Problems, s.Engine.TypeProblems(ctx, e.Draft, 0)))
}

// listed is problems for a list of many flows: the warnings may be half a minute old.
func (s *server) listed(ctx context.Context, e *flows.Entry) []form.Problem {
	return flow.Meant(slices.Concat(e.Problems, s.Engine.TypeProblems(ctx, e.Draft, 30*time.Second)))
}

// NoticeView says that the events of a flow changed since it was published.
type NoticeView struct {
	Code    shape.Change `json:"code" enum:"field_vanished,kind_changed,new_event" doc:"how events changed"`
	Path    string       `json:"path" doc:"as trigger.body.total; empty for a new event"`
	Event   string       `json:"event" doc:"name of the events, where they have one"`
	Message string       `json:"message" doc:"the same in words, in the asker's language"`
	Steps   []string     `json:"steps" doc:"those that it concerns; trigger for the trigger's own expressions"`
	Seen    int          `json:"seen" doc:"how often the field came, or the new kind or event"`
	Of      int          `json:"of" doc:"id of the newest event that has it"`
	At      time.Time    `json:"at" doc:"when it was noticed"`
}

func (s *server) notices(ctx context.Context, id string) []NoticeView {
	views := []NoticeView{}
	for _, n := range s.Engine.Notices(ctx, id) {
		views = append(views, NoticeView{n.Code, n.Path, n.Event, n.Words.In(langOf(ctx)), n.Steps, n.Seen, n.Of, n.At})
	}
	return views
}
