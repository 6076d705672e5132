package triggers

import (
	"context"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// samplesOf gives what the preset of a flow documents of its events.
func (p *Presets) samplesOf(f *flow.Flow) engine.Samples {
	id, _ := f.Trigger.With["preset"].(string)
	preset, ok := p.Find(id)
	if !ok {
		return engine.Samples{}
	}
	return preset.samples()
}

func (p *Preset) samples() engine.Samples {
	p.sampled.Do(func() {
		s := engine.Samples{Labels: map[string]form.Words{}}
		for pointer, label := range p.file.Describe {
			s.Labels["trigger"+expression.Chain(pointer)] = label
		}
		for i := range p.file.Events {
			s.Events = append(s.Events, p.sampleEvents(&p.file.Events[i])...)
		}
		p.known = s
	})
	return p.known
}

// sampleEvents are the events that the door makes of a sample: several where it is split.
func (p *Preset) sampleEvents(e *PresetEvent) []engine.SampleEvent {
	body, err := any(nil), error(nil)
	switch {
	case e.Form != "":
		body, err = DecodeBody("application/x-www-form-urlencoded", []byte(e.Form))
	case len(e.Body) > 0:
		body, err = expression.Decode(e.Body)
	}
	if err != nil {
		return nil
	}
	bodies := []any{body}
	ctx, made := context.Background(), p.use()
	trigger := func(body any) map[string]any {
		meta := &engine.Meta{Method: p.file.Methods[0], Headers: map[string]string{}, Query: e.Query}
		for name, value := range e.Headers {
			meta.Headers[strings.ToLower(name)] = value
		}
		return engine.TriggerScope(meta, body, time.Time{}, "", "")
	}
	if made.split != nil {
		scope := &expression.Scope{Values: map[string]any{"trigger": trigger(body)}}
		if list, err := ask(ctx, made.split, scope); err == nil {
			if parts, ok := list.([]any); ok {
				bodies = parts
			}
		}
	}
	var events []engine.SampleEvent
	for _, body := range bodies {
		events = append(events, engine.SampleEvent{
			ID: e.ID, Name: p.name(trigger(body)), Label: e.Label, Resource: e.Resource,
			Event: flow.TestEvent{Body: body, Headers: e.Headers, Query: e.Query, Method: p.file.Methods[0]},
		})
	}
	return events
}

// nameOf names an event as the preset of a flow does.
func (p *Presets) nameOf(f *flow.Flow, trigger map[string]any) string {
	id, _ := f.Trigger.With["preset"].(string)
	if preset, ok := p.Find(id); ok {
		return preset.name(trigger)
	}
	return ""
}

func (p *Preset) name(trigger map[string]any) string {
	if p.use().event == nil {
		return ""
	}
	name, err := p.use().event.Run(context.Background(), &expression.Scope{Values: map[string]any{"trigger": trigger}})
	if name == nil || err != nil {
		return ""
	}
	return expression.Text(name)
}
