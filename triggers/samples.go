package triggers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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
		for _, pointer := range p.named {
			s.Order = append(s.Order, "trigger"+expression.Chain(pointer))
		}
		for i := range p.file.Events {
			s.Events = append(s.Events, p.sampleEvents(&p.file.Events[i])...)
		}
		p.known = s
	})
	return p.known
}

// describedIn is the order in which a preset's file, that was read before, describes places.
func describedIn(data []byte) (order []string) {
	var file struct {
		Describe json.RawMessage `json:"describe"`
	}
	if json.Unmarshal(data, &file) != nil || len(file.Describe) == 0 {
		return nil
	}
	d, label := json.NewDecoder(bytes.NewReader(file.Describe)), json.RawMessage{}
	_, err := d.Token()
	for err == nil && d.More() {
		name, _ := d.Token()
		order = append(order, fmt.Sprint(name))
		err = d.Decode(&label)
	}
	return order
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
