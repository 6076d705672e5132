package flow_test

import (
	"strings"
	"testing"

	"gancho/engine/flow"
)

// TestDiffSpeaks: a difference reads as a person would tell it.
func TestDiffSpeaks(t *testing.T) {
	of := func(step, trigger string) *flow.Flow {
		return parseFlow(t, `{"id": "a", "name": "A", "trigger": {"kind": "webhook"`+trigger+`}, "steps": [
			{"id": "first", "action": "set"}, {"id": "tell", "name": "Tell sales", "action": "http.request"`+step+`}]}`)
	}
	when := func(source string) string { return `, "when": "` + source + `"` }
	long := strings.Repeat("order ", 30)
	for _, c := range []struct{ name, before, after, en, pt string }{
		{
			"also", when("trigger.body.vip == true"), when("trigger.body.vip == true or trigger.body.total > 500"),
			"“Tell sales” now also runs when total is over 500", "“Tell sales” agora também roda quando total é maior que 500",
		},
		{
			"no longer", when("trigger.body.total > 500 or trigger.body.vip == true"), when("trigger.body.vip == true"),
			"“Tell sales” no longer runs when total is over 500", "“Tell sales” não roda mais quando total é maior que 500",
		},
		{
			"needs more", when("trigger.body.total > 500"), when(`trigger.body.total > 500 and trigger.body.status == 'paid'`),
			"“Tell sales” now runs only when status is “paid”, too", "“Tell sales” agora só roda quando, além disso, status é “paid”",
		},
		{
			"needs less", when("trigger.body.total > 500 and trigger.body.vip == true"), when("trigger.body.total > 500"),
			"“Tell sales” runs whether or not vip is true", "“Tell sales” não exige mais que vip é verdadeiro",
		},
		{
			"only", "", when("trigger.body.total > 500"),
			"“Tell sales” now runs only when total is over 500", "“Tell sales” agora só roda quando total é maior que 500",
		},
		{
			"always", when("trigger.body.total > 500"), "",
			"“Tell sales” now always runs; before, only when total is over 500", "“Tell sales” agora sempre roda; antes, só quando total é maior que 500",
		},
		{
			"another", when("trigger.body.total > 500"), when("trigger.body.total > 100"),
			"“Tell sales” now runs when total is over 100; before, when total is over 500", "“Tell sales” agora roda quando total é maior que 100; antes, quando total é maior que 500",
		},
		{
			"by hand", when("trigger.body.total > 500"), when("len(trigger.body.items) > 3"),
			"“Tell sales” now runs when `len(trigger.body.items) > 3`; before, when total is over 500", "“Tell sales” agora roda quando `len(trigger.body.items) > 3`; antes, quando total é maior que 500",
		},
		{"switched off", "", `, "disabled": true`, "“Tell sales” was switched off", "“Tell sales” foi desligado"},
		{
			"a field by its label", `, "with": {"url": "https://a.example"}`, `, "with": {"url": "https://b.example"}`,
			"“Tell sales”: Address is now “https://b.example”; it was “https://a.example”", "“Tell sales”: Endereço agora é “https://b.example”; era “https://a.example”",
		},
		{
			"inside of a field", `, "with": {"url": "x", "json": {"n": 1}}`, `, "with": {"url": "x", "json": {"n": 2}}`,
			"“Tell sales”: JSON body › n is now 2; it was 1", "“Tell sales”: Corpo JSON › n agora é 2; era 1",
		},
		{
			"two values", `, "with": {"url": "Thank you for your order number {{ trigger.body.number }}"}`, `, "with": {"url": "Thank you for your order number {{ trigger.body.number }} {{ trigger.body.billing.first_name }}"}`,
			"“Tell sales”: Address is now “Thank you for your order number {{ trigger.body.number }} {{ trigger.body.billing.first_name }}”; it was “Thank you for your order number {{ trigger.body.number }}”",
			"“Tell sales”: Endereço agora é “Thank you for your order number {{ trigger.body.number }} {{ trigger.body.billing.first_name }}”; era “Thank you for your order number {{ trigger.body.number }}”",
		},
		{
			"a long text from where it differs", `, "with": {"url": "` + long + `{{ trigger.body.number }} ends"}`, `, "with": {"url": "` + long + `{{ trigger.body.billing.first_name }} ` + long + `"}`,
			"“Tell sales”: Address is now “…order {{ trigger.body.billing.first_name }} " + strings.Repeat("order ", 11) + "order …”; it was “…order {{ trigger.body.number }} ends”",
			"“Tell sales”: Endereço agora é “…order {{ trigger.body.billing.first_name }} " + strings.Repeat("order ", 11) + "order …”; era “…order {{ trigger.body.number }} ends”",
		},
		{
			"deep inside of a field", `, "with": {"url": "x", "json": {"a/b": {"n": 1}}}`, `, "with": {"url": "x", "json": {"a/b": {"n": 2}}}`,
			"“Tell sales”: JSON body › a/b › n is now 2; it was 1", "“Tell sales”: Corpo JSON › a/b › n agora é 2; era 1",
		},
		{"a first retry", "", `, "retry": {"attempts": 2}`, "“Tell sales”: attempts is now 2", "“Tell sales”: tentativas agora é 2"},
		{"a field that may be missing", `, "missing": {"url": "skip", "json": "fail"}`, `, "missing": {"url": "empty", "json": "fail"}`, "“Tell sales”: missing values › url is now “empty”; it was “skip”", "“Tell sales”: valores que faltam › url agora é “empty”; era “skip”"},
		{"a setting of the step", "", `, "timeout": "10s"`, "“Tell sales”: time-out is now “10s”", "“Tell sales”: tempo limite agora é “10s”"},
	} {
		t.Run(c.name, func(t *testing.T) {
			changes := flow.Diff(of(c.before, ""), of(c.after, ""), catalogue{})
			if len(changes) != 1 {
				t.Fatalf("got %+v, want one change", changes)
			}
			equal(t, changes[0].Sentence.EN, c.en)
			equal(t, changes[0].Sentence.PT, c.pt)
		})
	}
	changes := flow.Diff(of("", ""), of("", `, "where": "trigger.body.total > 5"`), catalogue{})
	equal(t, changes[0].Sentence.EN, "the trigger now takes an event only when total is over 5")
	moved := flow.Diff(parseFlow(t, `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "x", "action": "set"}]}`), parseFlow(t, `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "x", "action": "set"}, {"id": "each", "action": "loop", "steps": [{"id": "in", "action": "set"}]}]}`), nil)
	var said []string
	for _, c := range moved {
		said = append(said, c.Sentence.EN)
	}
	equal(t, strings.Join(said, "; "), "“each” was added after “x”; “in” was added at the beginning of “each”")
}

// TestDiffCutsNoHole: a long value is told as far as a template's hole begins.
func TestDiffCutsNoHole(t *testing.T) {
	of := func(note string) *flow.Flow {
		return parseFlow(t, `{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "name": "Tell", "action": "log", "with": {"message": "`+note+`"}}]}`)
	}
	long := strings.Repeat("x", 100) + " {{ trigger.body.billing.first_name }} and more"
	said := flow.Diff(of("{{ trigger.body.id }}"), of(long), nil)[0].Sentence.EN
	if strings.Count(said, "{{") != strings.Count(said, "}}") || !strings.Contains(said, "xxx …") {
		t.Errorf("a hole is cut: %s", said)
	}
}
