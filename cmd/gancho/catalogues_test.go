package main

import (
	"fmt"
	"os"
	"path/filepath"
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

// TestOwnPresetsAreHeldToTheConnectors: what each event would fail of is told where an operator looks.
func TestOwnPresetsAreHeldToTheConnectors(t *testing.T) {
	g := newGancho(t)
	must(t, os.MkdirAll(filepath.Join(g.data, "connectors"), 0o755))
	must(t, os.MkdirAll(filepath.Join(g.data, "presets"), 0o755))
	must(t, os.WriteFile(filepath.Join(g.data, "connectors", "x_erp.json"), []byte(fmt.Sprintf(ownConnector, "https://erp.example.com")), 0o644))
	file := filepath.Join(g.data, "presets", "x_shop.json")
	for _, c := range []struct{ connector, hydrate, path, said string }{
		{"x_nope", `{"action": "get", "input": {}}`, "/connector", "there is no connector"},
		{"x_erp", `{"action": "nope", "input": {}}`, "/hydrate/action", "there is no action"},
		{"x_erp", `{"action": "create", "input": {}}`, "/hydrate/action", "changes something"},
		{"vtex", `{"action": "get_order", "input": {"zz": "1"}}`, "/hydrate/input/zz", "there is no field"},
		{"vtex", `{"action": "get_order", "input": {"id": "1"}}`, "", ""},
	} {
		must(t, os.WriteFile(file, []byte(fmt.Sprintf(`{"format": "gancho.preset/1", "id": "x_shop", "name": {"en": "Shop", "pt-BR": "Loja"}, "connector": %q, "hydrate": %s,
			"events": [{"id": "e", "label": {"en": "E", "pt-BR": "E"}, "body": {"a": 1}}]}`, c.connector, c.hydrate)), 0o644))
		g.until("the preset is told of", func() bool {
			problems := fmt.Sprint(g.want(200, "GET", "/presets", nil)["problems"])
			return strings.Contains(problems, c.path) && strings.Contains(problems, c.said) && (c.path != "" || problems == "[]")
		})
		code, out := runProgram(t, "check", "--data", g.data, "../../flows.example.json")
		if (code == 1) != (c.path != "") || !strings.Contains(out, c.path) || !strings.Contains(out, c.said) {
			t.Errorf("check of %s: %d\n%s", c.path, code, out)
		}
		if c.path != "" {
			if code, out := runProgram(t, "check", "--data", t.TempDir(), file); code != 1 || !strings.Contains(out, "x_shop.json:") {
				t.Errorf("check of the file: %d\n%s", code, out)
			}
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

// Every kind of connection of a provider has its mark, and all of one provider the same; what is of
// no provider has none.
func TestKindsOfAProviderHaveItsMark(t *testing.T) {
	known, err := offline(outboundFlags{}, ownFlags{})
	must(t, err)
	marks := map[string]connections.Kind{}
	for _, k := range known.Connections() {
		provider, _, of := strings.Cut(k.Kind, ":")
		if of = of && provider != "generic"; of != (k.Mark != nil) {
			t.Errorf("%s: of a provider %v, has a mark %v", k.Kind, of, k.Mark != nil)
		}
		first, seen := marks[provider]
		if marks[provider] = k; of && seen && *first.Mark != *k.Mark {
			t.Errorf("%s and %s have other marks: %+v, %+v", first.Kind, k.Kind, first.Mark, k.Mark)
		}
	}
}
