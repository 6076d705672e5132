package engine_test

import (
	"strings"
	"testing"

	"gancho/engine/flow"
)

// TestADiffNamesStepsAsTheEditorDoes: those without a name by what they do.
func TestADiffNamesStepsAsTheEditorDoes(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	document := `{"id": "a", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "one", "action": "test.send", "with": {"text": "x"}}, {"id": "named", "name": "Tell sales", "action": "test.send", "with": {"text": "x"}}]}`
	h.publish(document)
	before, err := h.flows.Get("a")
	check(t, err)
	told := func(document string) string {
		after := h.draft(document)
		var words []string
		for _, c := range flow.Diff(before.Draft, after, h.Catalogue) {
			words = append(words, c.Sentence.EN+" / "+c.Sentence.PT)
		}
		return strings.Join(words, "; ")
	}
	if got, want := told(strings.Replace(document, `"id": "one",`, `"id": "one", "disabled": true,`, 1)), "“Send” was switched off / “Enviar” foi desligado"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := told(strings.Replace(document, `{"id": "one"`, `{"id": "two", "action": "test.send", "with": {"text": "y"}}, {"id": "one"`, 1)), "“Send” (two) was added at the beginning / “Enviar” (two) foi adicionado no início"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := told(strings.Replace(document, `"name": "Tell sales",`, `"name": "Tell sales", "disabled": true,`, 1)), "“Tell sales” was switched off / “Tell sales” foi desligado"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := told(strings.Replace(document, `"name": "Tell sales",`, `"name": "10% off", "when": "true",`, 1)), "“10% off” now runs only when `true`"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s in it", got, want)
	}
}

// TestADiffLeavesValuesAlone: what is no step is told as it is written, even where a step's id
// is the same word.
func TestADiffLeavesValuesAlone(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	document := `{"id": "a", "name": "orders", "trigger": {"kind": "webhook"}, "steps": [{"id": "orders", "action": "test.send", "with": {"text": "x"}}]}`
	h.publish(document)
	before, err := h.flows.Get("a")
	check(t, err)
	changes := flow.Diff(before.Draft, h.draft(strings.Replace(document, `"name": "orders"`, `"name": "Orders of Brazil"`, 1)), h.Catalogue)
	if got, want := changes[0].Sentence.EN, "name is now “Orders of Brazil”; it was “orders”"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
