package main

import (
	"slices"
	"strings"
	"testing"

	"gancho/actions"
	"gancho/triggers"
)

// What presets name of connectors is there, and changes nothing.
func TestPresetsAndConnectorsFit(t *testing.T) {
	out, err := actions.NewOutbound(actions.OutboundConfig{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	known, err := catalogue(out, triggers.BuiltIn(), nil)
	if err != nil {
		t.Fatal(err)
	}
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
		if problems := action.New().Fields().Check(map[string]any{"id": "1"}); len(problems) > 0 {
			t.Errorf("preset %s gives %s an id: %+v", p.ID(), p.HydrateAction(), problems)
		}
	}
}
