package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/shape"
)

// Samples are what is known of a flow's events before any came.
type Samples struct {
	Events []SampleEvent
	Labels map[string]form.Words // what people call a path such as trigger.body.total
	Order  []string              // of the labels' paths, what tells most first
}

// SampleEvent is an event as its provider documents it.
type SampleEvent struct {
	ID       string // as the door takes it, of a preset
	Name     string // as trigger.event has it
	Label    form.Words
	Event    flow.TestEvent
	Resource any
}

// Samples gives those of a flow's trigger.
func (c *Catalogue) Samples(f *flow.Flow) Samples {
	t := c.triggers[f.Trigger.Kind]
	if t == nil {
		return Samples{}
	}
	if body, ok := t.Sample.(map[string]any); ok && t.Samples == nil && len(body) > 0 {
		return Samples{Events: []SampleEvent{{Event: flow.TestEvent{Body: body}}}}
	}
	if t.Samples == nil {
		return Samples{}
	}
	return t.Samples(f)
}

// Origins of what is known of a flow's events.
const (
	FromEvents  = "events"
	FromSamples = "samples" // of the preset, or of the flow's own tests
	FromNothing = "none"
)

// MetBy is what is known of the values that a flow meets, and where that comes from. Before
// its first event, samples and the flow's own tests stand for it.
func (e *Engine) MetBy(ctx context.Context, f *flow.Flow) (met flow.Met, origin string) {
	met, origin, _ = e.met(ctx, f)
	return met, origin
}

func (e *Engine) met(ctx context.Context, f *flow.Flow) (met flow.Met, origin string, version int) {
	vars := shape.Example(e.Vars())
	l, events := e.shapes.Known(ctx, f.ID), 0
	l.Look(func(triggers *shape.Window, v int) { events, version = triggers.Events(), v })
	if events > 0 {
		samples := e.Catalogue.Samples(f)
		learnt := withResource(l.Trigger, &samples)
		return flow.Met{Trigger: learnt, Passed: e.metByPassed(ctx, f, learnt), Answered: e.answered(f.ID), Vars: vars, Labels: samples.Labels}, FromEvents, version
	}
	met, origin = MetByTests(e.Catalogue, f, nil)
	met.Vars, met.Answered = vars, e.answered(f.ID)
	return met, origin, version
}

// withResource lets the preset's samples stand for what completes an event, until one was
// completed: events that are only captured are not.
func withResource(learnt func(names ...string) *shape.Shape, samples *Samples) func(names ...string) *shape.Shape {
	var resource *shape.Shape
	for _, s := range samples.Events {
		if s.Resource != nil {
			resource = joinShapes(resource, shape.Example(s.Resource))
		}
	}
	if resource == nil {
		return learnt
	}
	return func(names ...string) *shape.Shape {
		s := learnt(names...)
		if s == nil || !s.Fields["resource"].Unknown() {
			return s
		}
		whole := *s
		whole.Fields = maps.Clone(s.Fields)
		whole.Fields["resource"] = resource.Alone()
		return &whole
	}
}

// MetByTests is what is known of a flow without any instance: counted from events that came;
// without any, from the events of its tests and the samples of its preset, which tell of kinds
// and not of presence.
func MetByTests(c *Catalogue, f *flow.Flow, events []flow.TestEvent) (met flow.Met, origin string) {
	samples := c.Samples(f)
	met = flow.Met{Labels: samples.Labels}
	all := countedEvents(events)
	if all == nil {
		for _, s := range samples.Events {
			all = joinShapes(all, exampleTrigger(s.Name, s.Event, s.Resource))
		}
		for _, t := range f.Tests {
			all = joinShapes(all, exampleTrigger("", t.Event, nil))
		}
	}
	if all == nil {
		return met, FromNothing
	}
	met.Trigger = func(...string) *shape.Shape { return all }
	return met, FromSamples
}

func joinShapes(a, b *shape.Shape) *shape.Shape {
	if a == nil {
		return b
	}
	return shape.Merge(a, b)
}

// exampleTrigger is the shape of the root trigger for one event that stands for others.
func exampleTrigger(name string, event flow.TestEvent, resource any) *shape.Shape {
	s := shape.Example(testTrigger(name, event))
	s.Fields["headers"], s.Fields["query"] = nil, nil
	if s.Fields["resource"] = nil; resource != nil {
		s.Fields["resource"] = shape.Example(resource).Alone()
	}
	return s
}

func testTrigger(name string, event flow.TestEvent) map[string]any {
	meta := &Meta{Method: event.Method, Headers: map[string]string{}, Query: event.Query}
	for header, value := range event.Headers {
		meta.Headers[strings.ToLower(header)] = value
	}
	trigger := TriggerScope(meta, exact(event.Body), time.Time{}, name, "")
	delete(trigger, "resource")
	return trigger
}

// countedEvents counts events that came. What a bundle leaves out of their envelope may be there
// all the same.
func countedEvents(events []flow.TestEvent) *shape.Shape {
	if len(events) == 0 {
		return nil
	}
	s := new(shape.Shape)
	for i, event := range events {
		s.Add(testTrigger("", event), i+1, time.Time{})
	}
	s.Fields["headers"], s.Fields["query"], s.Fields["resource"] = nil, nil, nil
	return s
}

// typed is what was found of a document, for as long as nothing changes.
type typed struct {
	mu sync.Mutex
	by map[string]typedFlow
}

type typedFlow struct {
	flow     *flow.Flow
	version  int
	at       time.Time
	problems []form.Problem
}

// TypeProblems holds a flow against the events that it really got: warnings alone. What was
// found less than `stale` ago, for the same document, may be given again.
func (e *Engine) TypeProblems(ctx context.Context, f *flow.Flow, stale time.Duration) []form.Problem {
	e.typed.mu.Lock()
	kept, ok := e.typed.by[f.ID]
	e.typed.mu.Unlock()
	now := time.Now()
	if ok && kept.flow == f && now.Sub(kept.at) < stale {
		return kept.problems
	}
	met, _, version := e.met(ctx, f)
	if ok && kept.flow == f && kept.version == version && now.Sub(kept.at) < time.Minute {
		return kept.problems
	}
	kept = typedFlow{flow: f, version: version, at: now, problems: flow.CheckTypes(f, e.Catalogue, met)}
	e.typed.mu.Lock()
	defer e.typed.mu.Unlock()
	e.typed.by[f.ID] = kept
	return kept.problems
}

// CheckTypes is TypeProblems for a document that is not kept.
func (e *Engine) CheckTypes(ctx context.Context, f *flow.Flow) []form.Problem {
	met, _ := e.MetBy(ctx, f)
	return flow.CheckTypes(f, e.Catalogue, met)
}

// Schema is what a flow's events look like.
type Schema struct {
	Events int           `json:"events" doc:"how many are counted; exact over at least the newest 500"`
	Origin string        `json:"origin" enum:"events,samples,none" doc:"samples: of the preset or of the flow's tests; presence then says nothing"`
	Names  []EventName   `json:"names" doc:"of events, where they have any"`
	Fields []shape.Field `json:"fields" doc:"by path, each before its members"`
}

// EventName is one kind of event that a flow gets.
type EventName struct {
	Name   string     `json:"name" doc:"as the provider calls it"`
	Words  form.Words `json:"-"`
	Label  string     `json:"label" doc:"what people call it"`
	Events int        `json:"events" doc:"how many are counted"`
	First  *time.Time `json:"first" doc:"when it first came, of what is counted"`
	Last   *time.Time `json:"last" doc:"when it last came"`
}

// Schema gives what is known of a flow's events, or of those of one name; with a step, of all
// that its expressions see. Label is left to whoever knows the language.
func (e *Engine) Schema(ctx context.Context, f *flow.Flow, name, step string) (Schema, map[string]form.Words) {
	met, origin := e.MetBy(ctx, f)
	out := Schema{Origin: origin, Names: []EventName{}, Fields: []shape.Field{}}
	labels := e.Catalogue.Samples(f)
	if origin == FromEvents {
		e.shapes.Known(ctx, f.ID).Look(func(triggers *shape.Window, _ int) {
			out.Names, out.Events = eventNames(triggers, labels.Events), triggers.Events(only(name)...)
		})
	} else {
		out.Names = sampleNames(labels.Events)
	}
	if name != "" && origin == FromEvents {
		trigger, passed := met.Trigger, met.Passed
		met.Trigger = func(...string) *shape.Shape { return trigger(name) }
		met.Passed = func(...string) *shape.Shape { return passed(name) }
	}
	if step == "" {
		if met.Trigger != nil {
			out.Fields = inOrder(met.Trigger().List("trigger"), labels.Order)
		}
	} else {
		known := flow.KnownAt(f, e.Catalogue, met, step)
		for _, root := range expression.FlowRoots {
			out.Fields = append(out.Fields, inOrder(known.Roots[root].List(root), labels.Order)...)
		}
		labels := maps.Clone(known.Labels)
		if labels == nil {
			labels = map[string]form.Words{}
		}
		for _, l := range known.Links {
			out.Fields, labels[l.Source] = append(out.Fields, shape.Field{Path: l.Source, Type: shape.Text.String(), Kinds: []shape.KindCount{}, Values: []shape.ValueCount{}}), l.Title
		}
		met.Labels = labels
	}
	e.veilFields(f.ID, out.Fields)
	return out, met.Labels
}

func only(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

func eventNames(w *shape.Window, samples []SampleEvent) []EventName {
	list := []EventName{}
	for _, name := range slices.Sorted(maps.Keys(w.Names)) {
		n := w.Names[name]
		if name == "" {
			continue
		}
		first, last := time.Unix(n.First, 0).UTC(), time.Unix(n.Last, 0).UTC()
		list = append(list, EventName{Name: name, Words: labelOf(name, samples), Events: w.Events(name), First: &first, Last: &last})
	}
	return list
}

func sampleNames(samples []SampleEvent) []EventName {
	list := []EventName{}
	for _, s := range samples {
		if s.Name != "" && !slices.ContainsFunc(list, func(n EventName) bool { return n.Name == s.Name }) {
			list = append(list, EventName{Name: s.Name, Words: s.Label})
		}
	}
	return list
}

func labelOf(name string, samples []SampleEvent) form.Words {
	for _, s := range samples {
		if s.Name == name {
			return s.Label
		}
	}
	return form.Words{}
}

// veilFields marks the places that a flow's settings hide.
func (e *Engine) veilFields(id string, fields []shape.Field) {
	pointers := e.masks(id)
	for i := range fields {
		if rest, ok := strings.CutPrefix(fields[i].Path, "trigger.body"); ok && slices.ContainsFunc(pointers, func(p string) bool { return shape.Under(rest, p) }) {
			fields[i].Masked, fields[i].Values = true, []shape.ValueCount{}
		}
	}
}
