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
			"“Tell sales” now also runs when `trigger.body.total` is over 500", "“Tell sales” agora também roda quando `trigger.body.total` é maior que 500",
		},
		{
			"no longer", when("trigger.body.total > 500 or trigger.body.vip == true"), when("trigger.body.vip == true"),
			"“Tell sales” no longer runs when `trigger.body.total` is over 500", "“Tell sales” não roda mais quando `trigger.body.total` é maior que 500",
		},
		{
			"needs more", when("trigger.body.total > 500"), when(`trigger.body.total > 500 and trigger.body.status == 'paid'`),
			"“Tell sales” now runs only when `trigger.body.status` is “paid”, too", "“Tell sales” agora só roda quando, além disso, `trigger.body.status` é “paid”",
		},
		{
			"needs less", when("trigger.body.total > 500 and trigger.body.vip == true"), when("trigger.body.total > 500"),
			"“Tell sales” runs whether or not `trigger.body.vip` is true", "“Tell sales” não exige mais que `trigger.body.vip` é verdadeiro",
		},
		{
			"only", "", when("trigger.body.total > 500"),
			"“Tell sales” now runs only when `trigger.body.total` is over 500", "“Tell sales” agora só roda quando `trigger.body.total` é maior que 500",
		},
		{
			"always", when("trigger.body.total > 500"), "",
			"“Tell sales” now always runs; before, only when `trigger.body.total` is over 500", "“Tell sales” agora sempre roda; antes, só quando `trigger.body.total` é maior que 500",
		},
		{
			"another", when("trigger.body.total > 500"), when("trigger.body.total > 1200.5"),
			"“Tell sales” now runs when `trigger.body.total` is over 1200.5; before, when `trigger.body.total` is over 500", "“Tell sales” agora roda quando `trigger.body.total` é maior que 1200,5; antes, quando `trigger.body.total` é maior que 500",
		},
		{
			"by hand", when("trigger.body.total > 500"), when("len(trigger.body.items) > 3"),
			"“Tell sales” now runs when `len(trigger.body.items) > 3`; before, when `trigger.body.total` is over 500", "“Tell sales” agora roda quando `len(trigger.body.items) > 3`; antes, quando `trigger.body.total` é maior que 500",
		},
		{
			"filled in", when("present(trigger.body.email)"), when("!present(trigger.body.email) and not trigger.body.vip"),
			"“Tell sales” now runs when `trigger.body.email` is empty or missing and `trigger.body.vip` is false or missing; before, when `trigger.body.email` is filled in", "“Tell sales” agora roda quando `trigger.body.email` está vazio ou faltando e `trigger.body.vip` é falso ou está faltando; antes, quando `trigger.body.email` está preenchido",
		},
		{
			"one day", when("diff(trigger.body.at, now(), 'days') in 0..0"), when("diff(trigger.body.at, now(), 'days') in 0..6"),
			"“Tell sales” now runs when `trigger.body.at` is in the last 7 days; before, when `trigger.body.at` is in the last day", "“Tell sales” agora roda quando `trigger.body.at` está nos últimos 7 dias; antes, quando `trigger.body.at` está no último dia",
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
		{"a first retry", "", `, "retry": {"attempts": 2}`, "“Tell sales”: number of attempts is now 2", "“Tell sales”: número de tentativas agora é 2"},
		{"a field that may be missing", `, "missing": {"url": "skip", "json": "fail"}`, `, "missing": {"url": "empty", "json": "fail"}`, "“Tell sales”: missing values › url is now “leave it empty”; it was “skip the step”", "“Tell sales”: valores que faltam › url agora é “deixar vazio”; era “pular o passo”"},
		{"a setting of the step", "", `, "timeout": "90s"`, "“Tell sales”: time-out is now 1 minute 30 seconds", "“Tell sales”: tempo limite agora é 1 minuto 30 segundos"},
		{"what is gone", `, "note": "ask Ana"`, "", "“Tell sales”: note was removed; it was “ask Ana”", "“Tell sales”: agora sem nota; era “ask Ana”"},
		{"an object", `, "with": {"url": "x"}`, `, "with": {"url": "x", "json": {"total": 1, "customer": {"name": "Ana"}}}`, "“Tell sales”: JSON body was filled in: customer, total", "“Tell sales”: Corpo JSON: agora com customer, total"},
		{"an object that goes", `, "with": {"url": "x", "json": {"total": 1}}`, `, "with": {"url": "x"}`, "“Tell sales”: JSON body was removed; it was an object with total", "“Tell sales”: agora sem Corpo JSON; era um objeto com total"},
		{"another kind of value", `, "with": {"url": "x", "json": {"items": "none"}}`, `, "with": {"url": "x", "json": {"items": [{"sku": "A"}]}}`, "“Tell sales”: JSON body › items is now a list of 1 item; it was “none”", "“Tell sales”: Corpo JSON › items agora é uma lista de 1 item; era “none”"},
		{"more of a list", `, "with": {"url": "x", "json": [{"sku": "A"}]}`, `, "with": {"url": "x", "json": [{"sku": "A"}, {"sku": "B"}]}`, "“Tell sales”: JSON body is now a list of 2 items; it was a list of 1 item", "“Tell sales”: Corpo JSON agora é uma lista de 2 itens; era uma lista de 1 item"},
		{"an element of a list", `, "with": {"url": "x", "json": [{"sku": "A"}, {"sku": "B"}]}`, `, "with": {"url": "x", "json": [{"sku": "A"}, {"sku": "C"}]}`, "“Tell sales”: JSON body › 2 › sku is now “C”; it was “B”", "“Tell sales”: Corpo JSON › 2 › sku agora é “C”; era “B”"},
		{"plain values of a list", `, "with": {"url": "x", "json": ["a", "b", 3]}`, `, "with": {"url": "x", "json": ["c", "b", 3]}`, "“Tell sales”: JSON body: now also “c”; no longer “a”", "“Tell sales”: Corpo JSON: agora também “c”; não mais “a”"},
		{"their order", `, "with": {"url": "x", "json": ["a", "b"]}`, `, "with": {"url": "x", "json": ["b", "a"]}`, "“Tell sales”: JSON body has changed", "“Tell sales”: Corpo JSON mudou"},
		{"yes and no", `, "with": {"url": "x", "json": {"vip": true}}`, `, "with": {"url": "x", "json": {"vip": false}}`, "“Tell sales”: JSON body › vip is now no; it was yes", "“Tell sales”: Corpo JSON › vip agora é não; era sim"},
		{"a choice", `, "delivery": "at_most_once"`, `, "delivery": "at_least_once"`, "“Tell sales”: delivery is now “at least once”; it was “at most once”", "“Tell sales”: entrega agora é “pelo menos uma vez”; era “no máximo uma vez”"},
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
	equal(t, changes[0].Sentence.EN, "the trigger now takes an event only when `trigger.body.total` is over 5")
	moved := flow.Diff(parseFlow(t, `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "x", "action": "set"}]}`), parseFlow(t, `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "x", "action": "set"}, {"id": "each", "action": "loop", "steps": [{"id": "in", "action": "set"}]}]}`), nil)
	var said []string
	for _, c := range moved {
		said = append(said, c.Sentence.EN)
	}
	equal(t, strings.Join(said, "; "), "“each” was added after “x”; “in” was added at the beginning of “each”")
}

// TestDiffSpeaksOfTests: what became of the flow's own tests is told a place at a time, and none
// of it as JSON.
func TestDiffSpeaksOfTests(t *testing.T) {
	of := func(tests string) *flow.Flow {
		return parseFlow(t, `{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "tests": [`+tests+`], "steps": [
			{"id": "one", "name": "Read", "action": "set"}, {"id": "two", "name": "Tell", "action": "http.request"}, {"id": "three", "action": "set"}, {"id": "four", "name": "Count", "action": "set"}]}`)
	}
	paid := func(rest string) string { return `{"name": "paid", "event": {"body": {"total": 1}}` + rest + `}` }
	expect := func(what string) string { return paid(`, "expect": {` + what + `}`) }
	for _, c := range []struct{ name, before, after, path, en, pt string }{
		{"added", "", expect(`"status": "failed"`), "/tests/0", "the test “paid” was added", "o teste “paid” foi adicionado"},
		{"removed", expect(""), "", "/tests/0", "the test “paid” was removed", "o teste “paid” foi removido"},
		{
			"renamed", `{"name": "old", "event": {"body": {"total": 1}}, "expect": {}}`, expect(""),
			"/tests/0/name", "the test “old” is now called “paid”", "o teste “old” agora se chama “paid”",
		},
		{
			"event", `{"name": "paid", "event": {"body": {"total": 2}}, "expect": {}}`, expect(""),
			"/tests/0/event", "the test “paid”: the event is another", "o teste “paid”: o evento é outro",
		},
		{
			"time", expect(""), paid(`, "at": "2026-12-24T09:00:00Z", "expect": {}`),
			"/tests/0/at", "the test “paid”: it runs as at another time", "o teste “paid”: roda como se fosse em outra hora",
		},
		{
			"mock", expect(""), paid(`, "mocks": {"two": {"output": {"status": 200}}}, "expect": {}`),
			"/tests/0/mocks/two", "the test “paid”: what “Tell” answers there is another", "o teste “paid”: a resposta simulada de “Tell” é outra",
		},
		{
			"end", expect(`"status": "succeeded"`), expect(`"status": "filtered"`),
			"/tests/0/expect/status", "the test “paid”: it expects the run to be filtered; before, the run to succeed", "o teste “paid”: espera que a execução seja filtrada; antes, que a execução conclua",
		},
		{
			"answer", expect(`"answer": {"status": 200}`), expect(`"answer": {"status": 400}`),
			"/tests/0/expect/answer", "the test “paid”: it expects another answer", "o teste “paid”: espera outra resposta",
		},
		{
			"a step", expect(""), expect(`"steps": {"two": "failed"}`),
			"/tests/0/expect/steps/two", "the test “paid”: it expects “Tell” to be failed", "o teste “paid”: espera “Tell” com falha",
		},
		{
			"another end of a step", expect(`"steps": {"two": "failed"}`), expect(`"steps": {"two": {"status": "succeeded"}}`),
			"/tests/0/expect/steps/two", "the test “paid”: it expects “Tell” to be done, not failed", "o teste “paid”: espera “Tell” concluído, não com falha",
		},
		{
			"values of a step", expect(""), expect(`"steps": {"two": {"output": {"id": 1}}}`),
			"/tests/0/expect/steps/two", "the test “paid”: it expects values of “Tell”", "o teste “paid”: espera valores de “Tell”",
		},
		{
			"other values of a step", expect(`"steps": {"two": {"output": {"id": 1}}}`), expect(`"steps": {"two": {"output": {"id": 2}}}`),
			"/tests/0/expect/steps/two", "the test “paid”: it expects other values of “Tell”", "o teste “paid”: espera outros valores de “Tell”",
		},
		{
			"a step of which nothing is expected", expect(`"steps": {"two": "failed"}`), expect(""),
			"/tests/0/expect/steps/two", "the test “paid”: it expects nothing of “Tell” any more", "o teste “paid”: não espera mais nada de “Tell”",
		},
		{
			"many steps", expect(`"steps": {"one": "succeeded", "two": "skipped", "three": "failed", "four": "failed"}`), expect(`"steps": {"one": {"status": "succeeded", "output": 1}, "two": "succeeded", "three": "skipped", "four": "succeeded"}`),
			"/tests/0/expect/steps", "the test “paid”: it expects 3 steps done instead of 1", "o teste “paid”: espera 3 passos concluídos em vez de 1",
		},
		{
			"many steps, as many done", expect(`"steps": {"one": "succeeded", "two": "skipped", "three": "failed", "four": "failed"}`), expect(`"steps": {"one": "failed", "two": "succeeded", "three": "skipped", "four": "skipped"}`),
			"/tests/0/expect/steps", "the test “paid”: it expects otherwise of 4 steps", "o teste “paid”: espera outra coisa de 4 passos",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			changes := flow.Diff(of(c.before), of(c.after), catalogue{})
			if len(changes) != 1 {
				t.Fatalf("got %+v, want one change", changes)
			}
			equal(t, changes[0].Path, c.path)
			equal(t, changes[0].Sentence.EN, c.en)
			equal(t, changes[0].Sentence.PT, c.pt)
		})
	}
	both := flow.Diff(of(expect("")+`, {"name": "b", "event": {}, "expect": {}}`), of(`{"name": "b", "event": {}, "expect": {}},`+expect("")), nil)
	if len(both) != 1 || both[0].Sentence.PT != "os testes estão em outra ordem" {
		t.Errorf("the same tests in another order: got %+v", both)
	}
}

// TestDiffSpeaksOfSettings: lists and times of the flow itself are in plain words.
func TestDiffSpeaksOfSettings(t *testing.T) {
	before := parseFlow(t, `{"id": "a", "name": "A", "tags": ["shop", "old"], "trigger": {"kind": "webhook"}, "settings": {"keep": {"runs": "30d"}}, "steps": []}`)
	after := parseFlow(t, `{"id": "a", "name": "A", "tags": ["shop", "new"], "trigger": {"kind": "webhook"}, "settings": {"keep": {"runs": "36h"}, "mask": ["/customer/cpf"]}, "steps": []}`)
	var en, pt []string
	for _, c := range flow.Diff(before, after, nil) {
		en, pt = append(en, c.Sentence.EN), append(pt, c.Sentence.PT)
	}
	equal(t, en, []string{"time that runs are kept is now 1 day 12 hours; it was 30 days", "masked fields: now also “/customer/cpf”", "tags: now also “new”; no longer “old”"})
	equal(t, pt, []string{"tempo de guarda das execuções agora é 1 dia 12 horas; era 30 dias", "campos mascarados: agora também “/customer/cpf”", "etiquetas: agora também “new”; não mais “old”"})
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
