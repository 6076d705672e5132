package engine

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"gancho/engine/connections"
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
	// Without says what becomes of this flow's events while its connection is not there; nil, or nothing, where runs wait for it.
	Without func(f *flow.Flow) form.Words
	// Check finds what the fields alone cannot say; may be nil.
	Check func(f *flow.Flow, known flow.Known) []form.Problem
	// Hydrate says how thin events of a flow are completed; nil, or nothing, where they are not.
	Hydrate func(f *flow.Flow) *Hydrate
	// Accepts makes what says what is wrong with an input, in JSON, that a call gives; nil takes all.
	Accepts func(f *flow.Flow) func(input []byte) error
	Sample  any // of trigger.body
	// Samples gives what is known of a flow's events before any came; may be nil.
	Samples func(f *flow.Flow) Samples
	// EventName names an event by its root trigger, where a preset does; may be nil.
	EventName func(f *flow.Flow, trigger map[string]any) string
}

// Catalogue is every action, trigger and kind of connection that this program has. It
// reaches the engine as a value, so that tests can pass others. What an operator adds can
// change while it is used.
type Catalogue struct {
	Triggers []Trigger

	now      atomic.Pointer[contents]
	triggers map[string]*Trigger

	mu       sync.Mutex
	watchers []func()
}

// contents are the actions, in the order in which people look for things, and the kinds of
// connection.
type contents struct {
	actions     []Action
	connections []connections.Kind
	byKind      map[string]*Action
}

// NewCatalogue indexes its parts. A kind, or an alias of one, must not be used twice.
func NewCatalogue(actions []Action, triggers []Trigger, kinds []connections.Kind) (*Catalogue, error) {
	c := &Catalogue{Triggers: triggers, triggers: map[string]*Trigger{}}
	first, err := index(actions, kinds)
	if err != nil {
		return nil, err
	}
	c.now.Store(first)
	for i := range triggers {
		t := &triggers[i]
		if c.triggers[t.Kind] != nil {
			return nil, fmt.Errorf("trigger %s is defined twice", t.Kind)
		}
		c.triggers[t.Kind] = t
	}
	return c, nil
}

func index(actions []Action, kinds []connections.Kind) (*contents, error) {
	made := &contents{actions: actions, connections: kinds, byKind: map[string]*Action{}}
	for i := range actions {
		a := &actions[i]
		for _, kind := range append([]string{a.Kind}, a.Aliases...) {
			if made.byKind[kind] != nil {
				return nil, fmt.Errorf("action %s is defined twice", kind)
			}
			made.byKind[kind] = a
		}
	}
	return made, nil
}

// Replace takes other actions and kinds of connection, when an operator's own have changed.
func (c *Catalogue) Replace(actions []Action, kinds []connections.Kind) error {
	made, err := index(actions, kinds)
	if err != nil {
		return err
	}
	c.now.Store(made)
	c.mu.Lock()
	watchers := slices.Clone(c.watchers)
	c.mu.Unlock()
	for _, f := range watchers {
		f()
	}
	return nil
}

// Watch calls f after the contents have changed.
func (c *Catalogue) Watch(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers = append(c.watchers, f)
}

// Actions are all actions, in the order in which people look for things.
func (c *Catalogue) Actions() []Action { return c.now.Load().actions }

// Connections are all kinds of connection.
func (c *Catalogue) Connections() []connections.Kind { return c.now.Load().connections }

func (c *Catalogue) eventName(f *flow.Flow, trigger map[string]any) string {
	if t := c.triggers[f.Trigger.Kind]; t != nil && t.EventName != nil {
		return t.EventName(f, trigger)
	}
	return ""
}

// Find gives the action of a kind or alias.
func (c *Catalogue) Find(kind string) (*Action, bool) {
	a, ok := c.now.Load().byKind[kind]
	return a, ok
}

// names are the kinds and aliases of all actions.
func (c *Catalogue) names() []string { return slices.Collect(maps.Keys(c.now.Load().byKind)) }

// Action describes an action for validation.
func (c *Catalogue) Action(kind string) (flow.ActionInfo, bool) {
	a, ok := c.Find(kind)
	if !ok {
		return flow.ActionInfo{}, false
	}
	doer := a.New()
	info := flow.ActionInfo{
		Kind: a.Kind, Title: a.Title, Fields: doer.Fields(), Shape: a.Shape, Connections: a.Connection,
		ConnectionOptional: a.Optional, Effect: a.Effect, Careful: a.Careful, Sample: a.Yields(),
	}
	if c, ok := doer.(Checker); ok {
		info.Check = c.Check
	}
	return info, true
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
	info.Without, info.Check = t.Without, t.Check
	return info, true
}

// Kinds lists the kinds of actions, in order.
func (c *Catalogue) Kinds() []string {
	actions := c.Actions()
	kinds := make([]string, len(actions))
	for i, a := range actions {
		kinds[i] = a.Kind
	}
	return kinds
}
