package origins_test

import (
	"slices"
	"strings"
	"testing"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/origins"
)

// catalogue knows set, loop, two of state and one that asks a provider.
func catalogue(kind string) (origins.Action, bool) {
	var (
		text   string
		values map[string]any
		data   any
		label  = form.Label("x", "x")
	)
	switch kind {
	case "set":
		return origins.Action{Fields: form.Of(form.Map("values", &values, label))}, true
	case "loop":
		return origins.Action{Fields: form.Of(form.Expression("over", &text, label), form.Expression("collect", &text, label))}, true
	case "state.set", "state.get":
		return origins.Action{Fields: form.Of(form.Text("key", &text, label), form.JSON("value", &data, label))}, true
	case "send":
		return origins.Action{Fields: form.Of(form.Text("text", &text, label)), Outside: true}, true
	}
	return origins.Action{}, false
}

// TestMade: what a step makes of what is masked is found through outputs, loops and what a flow
// keeps; what is only handed on is not made, and what a provider answers is its own.
func TestMade(t *testing.T) {
	f, problems := flow.ParseFlow([]byte(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "early", "action": "state.get", "with": {"key": "k"}},
		{"id": "whole", "action": "set", "with": {"values": {"cpf": "{{ trigger.body.cpf }}", "id": "{{ trigger.body.id }}"}}},
		{"id": "made", "action": "set", "with": {"values": {"cpf": "{{ upper(steps.whole.cpf) }}", "id": "{{ upper(steps.whole.id) }}"}}},
		{"id": "each", "action": "loop", "with": {"over": "trigger.body.people", "collect": "upper(item.name)"}, "steps": [
			{"id": "turn", "action": "set", "with": {"values": {"name": "{{ lower(item.name) }}", "age": "{{ item.age }}"}}}]},
		{"id": "tell", "action": "send", "with": {"text": "{{ trim(trigger.body.cpf) }}"}},
		{"id": "after", "action": "set", "with": {"values": {"x": "{{ upper(steps.tell.id) }}"}}},
		{"id": "keep", "action": "state.set", "with": {"key": "k", "value": "{{ trigger.body.cpf }}"}}]}`))
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	o := origins.Of(f, catalogue, []string{"/cpf", "/people/*/name"})
	for step, want := range map[string][]string{
		"whole": nil, "made": {"values/cpf"}, "turn": {"values/name"}, "each": {"items/*/value"}, "tell": {"text"}, "after": nil,
		"early": {"value"}, "keep": nil, "none": nil,
	} {
		var got []string
		for _, at := range o.Made(step) {
			got = append(got, strings.Join(at, "/"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s makes %q, want %q", step, got, want)
		}
	}
	for source, want := range map[string]bool{"item.name": false, "upper(item.name)": true, "upper(item.age)": false, "len(trigger.body.id)": false, "trigger.body.cpf + \"x\"": true} {
		p, err := expression.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Makes("turn", p); got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
	if made := origins.Of(nil, catalogue, []string{"/cpf"}).Made("made"); made != nil {
		t.Errorf("of no flow something is known: %v", made)
	}
}
