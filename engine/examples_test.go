package engine_test

import (
	"maps"
	"os"
	"slices"
	"testing"

	"gancho/actions"
	"gancho/engine"
	"gancho/engine/flow"
	"gancho/triggers"
)

var exampleConnections = map[string]string{
	"crm": "http_bearer", "shop": "http_header", "stripe": "stripe:key", "rdstation": "rdstation:api_key", "team-slack": "slack:bot", "mail": "smtp",
	"shop-webhook": "woocommerce:webhook", "stripe-webhook": "stripe:webhook", "hotmart-webhook": "hotmart:webhook", "typeform-webhook": "typeform:webhook",
}

func examples(t *testing.T) (*flow.Bundle, *engine.Catalogue) {
	t.Helper()
	data, err := os.ReadFile("../flows.example.json")
	check(t, err)
	b, problems := flow.Parse(data)
	for _, p := range problems {
		line, col := flow.Place(data, p)
		t.Errorf("flows.example.json:%d:%d: %s: %s", line, col, p.Path, p.Message.EN)
	}
	if b == nil {
		t.FailNow()
	}
	out, err := actions.NewOutbound(actions.OutboundConfig{})
	check(t, err)
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), actions.Catalog(out)...), triggers.Catalogue(), triggers.BuiltIn().ConnectionKinds(actions.Connections(out)))
	check(t, err)
	return b, catalogue
}

func TestExamplesAreValid(t *testing.T) {
	b, catalogue := examples(t)
	used := map[string]bool{}
	known := flow.Known{Flow: b.Has, Connection: func(name string) (string, bool) {
		kind, ok := exampleConnections[name]
		used[name] = true
		return kind, ok
	}}
	for _, f := range b.Flows {
		for _, p := range flow.Validate(f, catalogue, known) {
			t.Errorf("%s%s: %s: %s %s", f.ID, p.Path, p.Severity, p.Message.EN, p.Hint.EN)
		}
		if f.Name == "" || f.Description == "" || len(f.Tags) == 0 || len(f.Tests) == 0 {
			t.Errorf("%s: an example has a name, a description, tags and tests", f.ID)
		}
	}
	if len(used) != len(exampleConnections) {
		t.Errorf("connections used: %v", slices.Sorted(maps.Keys(used)))
	}
	if first := b.Flows[0]; first.ID != "paid-order" || first.Trigger.Connection != "" {
		t.Errorf("the first example must need nothing: %s", first.ID)
	}
	flow.Walk(b.Flows[0].Steps, "", func(_ string, s *flow.Step) {
		if a, _ := catalogue.Find(s.Action); a.Effect || s.Connection != "" {
			t.Errorf("the first example must need nothing: %s", s.Action)
		}
	})
}

func TestExamplesPassTheirTests(t *testing.T) {
	b, catalogue := examples(t)
	for _, f := range b.Flows {
		view, err := engine.Tests(t.Context(), engine.TrialConfig{Catalogue: catalogue, Flow: f, Timezone: "UTC", Decode: triggers.DecodeBody})
		check(t, err)
		for _, test := range view.Tests {
			for _, d := range test.Differences {
				t.Errorf("%s, %s: %s", f.ID, test.Name, d.Message)
			}
		}
	}
}
