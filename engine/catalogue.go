package engine

import (
	"fmt"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// Trigger is one entry of the catalogue of what can start a flow.
type Trigger struct {
	Kind        string
	Title       form.Words
	Summary     form.Words
	Fields      func() form.Fields // of trigger.with
	Connections []string           // kinds of connection that flows may name, for lists
	// ConnectionsOf gives the kinds that this flow may name; nil takes none.
	ConnectionsOf func(f *flow.Flow) []string
	// Check finds what the fields alone cannot say; may be nil.
	Check func(f *flow.Flow, known flow.Known) []form.Problem
	// Hydrate says how thin events of a flow are completed; nil, or nothing, where they are not.
	Hydrate func(f *flow.Flow) *Hydrate
	Sample  any // of trigger.body
}

// Catalogue is every action, trigger and kind of connection that this program has. It
// reaches the engine as a value, so that tests can pass others.
type Catalogue struct {
	Actions     []Action // in the order in which people look for things
	Triggers    []Trigger
	Connections []ConnectionKind

	actions  map[string]*Action
	triggers map[string]*Trigger
}

// NewCatalogue indexes its parts. A kind, or an alias of one, must not be used twice.
func NewCatalogue(actions []Action, triggers []Trigger, connections []ConnectionKind) (*Catalogue, error) {
	c := &Catalogue{
		Actions: actions, Triggers: triggers, Connections: connections,
		actions: map[string]*Action{}, triggers: map[string]*Trigger{},
	}
	for i := range actions {
		a := &actions[i]
		for _, kind := range append([]string{a.Kind}, a.Aliases...) {
			if c.actions[kind] != nil {
				return nil, fmt.Errorf("action %s is defined twice", kind)
			}
			c.actions[kind] = a
		}
	}
	for i := range triggers {
		t := &triggers[i]
		if c.triggers[t.Kind] != nil {
			return nil, fmt.Errorf("trigger %s is defined twice", t.Kind)
		}
		c.triggers[t.Kind] = t
	}
	return c, nil
}

// Find gives the action of a kind or alias.
func (c *Catalogue) Find(kind string) (*Action, bool) {
	a, ok := c.actions[kind]
	return a, ok
}

// Action describes an action for validation.
func (c *Catalogue) Action(kind string) (flow.ActionInfo, bool) {
	a, ok := c.actions[kind]
	if !ok {
		return flow.ActionInfo{}, false
	}
	return flow.ActionInfo{
		Kind: a.Kind, Fields: a.New().Fields(), Shape: a.Shape, Connections: a.Connection,
		ConnectionOptional: a.Optional, Effect: a.Effect, Sample: a.Sample,
	}, true
}

// Trigger describes a trigger for validation.
func (c *Catalogue) Trigger(kind string) (flow.TriggerInfo, bool) {
	t, ok := c.triggers[kind]
	if !ok {
		return flow.TriggerInfo{}, false
	}
	info := flow.TriggerInfo{Kind: t.Kind, Connections: t.ConnectionsOf}
	if t.Fields != nil {
		info.Fields = t.Fields()
	}
	info.Check = t.Check
	return info, true
}

// Kinds lists the kinds of actions, in order.
func (c *Catalogue) Kinds() []string {
	kinds := make([]string, len(c.Actions))
	for i, a := range c.Actions {
		kinds[i] = a.Kind
	}
	return kinds
}
