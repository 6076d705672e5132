package main

import (
	"slices"
	"strings"
	"testing"

	"gancho/engine/alerts"
	"gancho/engine/connections"
	"gancho/triggers"
)

// What presets name of connectors is there, and changes nothing.
func TestPresetsAndConnectorsFit(t *testing.T) {
	known, err := offline(outboundFlags{}, ownFlags{})
	must(t, err)
	for _, p := range triggers.BuiltIn().All() {
		connector := p.Connector()
		if connector == "" || !slices.ContainsFunc(known.Kinds(), func(kind string) bool { return strings.HasPrefix(kind, connector+".") }) {
			continue
		}
		action, ok := known.Find(p.HydrateAction())
		if !ok || action.Effect {
			t.Errorf("preset %s fetches with %s: there %v, without effect %v", p.ID(), p.HydrateAction(), ok, ok && !action.Effect)
			continue
		}
		input := map[string]any{}
		for _, field := range p.HydrateFields() {
			input[field] = "1"
		}
		if problems := action.New().Fields().Check(input); len(problems) > 0 {
			t.Errorf("preset %s fills fields of %s: %+v", p.ID(), p.HydrateAction(), problems)
		}
	}
}

// Every kind of connection that alerts go to is one that a person can make, and the action that
// carries them takes it.
func TestAlertsFitTheConnectors(t *testing.T) {
	known, err := offline(outboundFlags{}, ownFlags{})
	must(t, err)
	for kind, name := range alerts.Actions() {
		there := slices.ContainsFunc(known.Connections(), func(k connections.Kind) bool { return k.Kind == kind })
		action, ok := known.Find(name)
		if !there || !ok || !slices.Contains(action.Connection, kind) {
			t.Errorf("%s by %s: the kind is there %v, the action %v, and takes %v", kind, name, there, ok, action.Connection)
		}
	}
}
