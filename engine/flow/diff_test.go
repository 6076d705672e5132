package flow_test

import (
	"slices"
	"testing"

	"gancho/engine/flow"
)

func TestDiff(t *testing.T) {
	before := parseFlow(t, `{"id": "a", "name": "Old", "trigger": {"kind": "manual"}, "settings": {"timeout": "1h"}, "steps": [
		{"id": "one", "action": "set", "with": {"values": {"n": 1, "gone": true}}},
		{"id": "two", "action": "set", "name": "Second"},
		{"id": "three", "action": "set"},
		{"id": "each", "action": "loop", "steps": [{"id": "in", "action": "set"}]},
		{"id": "ways", "action": "branch", "branches": [{"name": "yes", "when": "true", "steps": []}]}]}`)
	after := parseFlow(t, `{"id": "a", "name": "New", "trigger": {"kind": "manual"}, "settings": {"timeout": "1h"}, "steps": [
		{"id": "two", "action": "set", "name": "Second"},
		{"id": "uno", "formerly": ["one"], "action": "set", "with": {"values": {"n": 9007199254740993}}},
		{"id": "in", "action": "set"},
		{"id": "each", "action": "loop", "steps": [{"id": "fresh", "action": "set"}]},
		{"id": "ways", "action": "branch", "branches": [{"name": "yes", "when": "false", "steps": []}]}]}`)
	changes := flow.Diff(before, after, nil)
	var got []string
	for _, c := range changes {
		got = append(got, c.Kind+" "+c.Path)
		if c.Sentence.EN == "" || c.Sentence.PT == "" {
			t.Errorf("%s %s has no sentence: %+v", c.Kind, c.Path, c.Sentence)
		}
	}
	equal(t, got, []string{
		"changed /name",
		"renamed /steps/1/id",
		"moved /steps/1",
		"changed /steps/1/with/values/gone",
		"changed /steps/1/with/values/n",
		"moved /steps/2",
		"added /steps/3/steps/0",
		"changed /steps/4/branches/0/when",
		"removed /steps/2",
	})
	equal(t, changes[4].After, any(9007199254740993))
	equal(t, changes[0].Sentence.EN, `name is now “New”; it was “Old”`)
	equal(t, changes[8].Sentence.PT, `“three” foi removido`)
	told := func(before, after string) (sentences []string) {
		for _, c := range flow.Diff(parseFlow(t, before), parseFlow(t, after), nil) {
			sentences = append(sentences, c.Sentence.PT)
		}
		return sentences
	}
	equal(t, told(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "w", "action": "branch", "branches": [{"name": "Caminho 1", "steps": []}]}]}`,
		`{"id": "a", "trigger": {"kind": "webhook", "with": {"respond": {"when": "finished"}, "max_body": "2MiB"}}, "steps": [{"id": "w", "action": "branch", "branches": [{"name": "Capital", "steps": []}]}]}`),
		[]string{"max_body agora é “2MiB”", "quem enviou agora recebe a resposta quando a execução terminar", "“w”: o caminho “Caminho 1” agora se chama “Capital”"})
}

func TestDiffMovesAsFewAsPossible(t *testing.T) {
	list := func(ids ...string) *flow.Flow {
		f := &flow.Flow{ID: "a"}
		for _, id := range ids {
			f.Steps = append(f.Steps, &flow.Step{ID: id})
		}
		return f
	}
	changes := flow.Diff(list("a", "b", "c", "d"), list("d", "a", "b", "c"), nil)
	if len(changes) != 1 || changes[0].Step != "d" || changes[0].Kind != "moved" {
		t.Errorf("got %+v, want d moved and nothing else", changes)
	}
	if changes := flow.Diff(list("a", "b"), list("a", "b"), nil); len(changes) != 0 {
		t.Errorf("equal flows: got %+v", changes)
	}
	kinds := []string{}
	for _, c := range flow.Diff(list(), list("a"), nil) {
		kinds = append(kinds, c.Kind)
	}
	if !slices.Equal(kinds, []string{"added"}) {
		t.Errorf("a new step: got %v", kinds)
	}
}
