package flow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/shape"

	"github.com/google/go-cmp/cmp"
)

// actions that the typed check knows of in these tests.
type typedCatalogue struct{}

func (typedCatalogue) Kinds() []string                         { return nil }
func (typedCatalogue) Trigger(string) (flow.TriggerInfo, bool) { return flow.TriggerInfo{}, true }
func (typedCatalogue) Action(kind string) (flow.ActionInfo, bool) {
	var text string
	var value any
	var values map[string]any
	info := flow.ActionInfo{Kind: kind, Fields: form.Of(form.Text("text", &text, form.Words{}), form.JSON("json", &value, form.Words{}), form.URL("url", &text, form.Words{}))}
	switch kind {
	case "filter":
		info.Fields = form.Of(form.Condition("where", &text, form.Words{}))
	case "set":
		info.Fields = form.Of(form.Map("values", &values, form.Words{}))
	case "transform":
		info.Fields = form.Of(form.JSON("value", &value, form.Words{}))
	case "loop":
		info.Fields = form.Of(form.Expression("over", &text, form.Words{}), form.Expression("collect", &text, form.Words{}))
	case "crm":
		info.Sample = map[string]any{"id": 7, "email": "a@b.c"}
	}
	return info, true
}

// orders are 40 events: total is a text in 12, boleto is there in 9, customer always.
func orders(names ...string) *shape.Shape {
	s := new(shape.Shape)
	for i := range 40 {
		body := map[string]any{
			"id": i, "status": "paid", "total": 79.9, "customer": map[string]any{"name": "Ana", "email": "ana@example.com"},
			"items": []any{map[string]any{"sku": "A", "price": 10}, map[string]any{"sku": "B", "price": 20}},
		}
		if i%10 < 3 {
			body["total"] = "79.90"
		}
		if i < 9 {
			body["boleto"] = map[string]any{"url": "x"}
		}
		s.Add(map[string]any{"body": body, "event": "order"}, i+1, time.Unix(int64(i), 0))
	}
	return s
}

func typed(t *testing.T, document string) []string {
	t.Helper()
	b, problems := flow.Parse([]byte(`{"gancho":1,"flows":[` + document + `]}`))
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	var list []string
	for _, p := range flow.CheckTypes(b.Flows[0], typedCatalogue{}, flow.Met{Trigger: orders}) {
		if p.Severity != form.Warning || p.Message.PT == "" || p.Message.PT == p.Message.EN {
			t.Errorf("%+v", p)
		}
		text := []rune(p.Text)
		list = append(list, fmt.Sprintf("%s %s [%s] %s", p.Path, p.Code, string(text[p.From:p.To]), p.Message.EN))
	}
	return list
}

func steps(list ...string) string {
	return `{"id":"f","trigger":{"kind":"webhook"},"steps":[` + strings.Join(list, ",") + `]}`
}

func say(id, text string, more ...string) string {
	data, _ := json.Marshal(text)
	return fmt.Sprintf(`{"id":%q,"action":"say","with":{"text":%s}%s}`, id, data, strings.Join(more, ""))
}

func TestTypes(t *testing.T) {
	cases := []struct {
		name, flow string
		want       []string
	}{
		{"a name that never came", steps(say("a", "Olá {{ trigger.body.custmer.name }}")), []string{
			"/steps/0/with/text unknown_field [custmer] unknown field `custmer`, did you mean `customer`?",
		}},
		{"a kind that is sometimes another", steps(`{"id":"a","action":"filter","with":{"where":"trigger.body.total > 100"}}`), []string{
			"/steps/0/with/where mixed_types [total] `trigger.body.total` is text in 12 of 40 events; this needs a number",
		}},
		{"equality with a kind that is sometimes another", steps(`{"id":"a","action":"filter","with":{"where":"trigger.body.total == 100"}}`), []string{
			"/steps/0/with/where mixed_types [total] `trigger.body.total` is text in 12 of 40 events; this needs a number",
		}},
		{"an answer that may be a rejection", steps(`{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`, `{"id":"a","action":"filter","with":{"where":"steps.ask.received == true"}}`), []string{
			"/steps/1/with/where rejected_too [steps.ask.received] this is true when it was rejected, too: it was answered",
		}},
		{"an approval that nothing asks about", steps(`{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`, say("a", "x")), []string{
			"/steps/0 rejected_goes_on [] the next steps also run when it is rejected, or nobody answers in time",
		}},
		{"an approval within a branch", steps(`{"id":"br","action":"branch","branches":[{"when":"trigger.body.id > 3","steps":[{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}},` + say("a", "x") + `]},{"steps":[]}]}`), []string{
			"/steps/0/branches/0/steps/0 rejected_goes_on [] the next steps also run when it is rejected, or nobody answers in time",
		}},
		{"an approval that ends its flow", steps(say("a", "x"), `{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`), nil},
		{"an approval that is asked about", steps(`{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`, `{"id":"a","action":"filter","with":{"where":"steps.ask.data.approved == true"}}`, say("b", "x")), nil},
		{"no answer", steps(`{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`, `{"id":"a","action":"filter","with":{"where":"steps.ask.received == false"}}`), nil},
		{"no answer, as rows write it", steps(`{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`, `{"id":"a","action":"filter","with":{"where":"(steps.ask.received ?? false) == false"}}`), nil},
		{"no answer, in brackets", steps(`{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`, `{"id":"a","action":"filter","with":{"where":"(steps.ask.received) == false"}}`), nil},
		{"no answer, the other way round", steps(`{"id":"ask","action":"wait","with":{"approve":{"text":"Ok?"}}}`, `{"id":"a","action":"filter","with":{"where":"false == steps.ask.received"}}`), nil},
		{"what is not always there", steps(say("a", "{{ trigger.body.boleto.url }}")), []string{
			"/steps/0/with/text optional_field [url] `trigger.body.boleto.url` is present in 9 of 40 events",
		}},
		{"what is not always there, with a choice", steps(say("a", `{{ trigger.body.boleto.url ?? "-" }}{{ default(trigger.body.boleto, 1) }}`), say("b", "{{ trigger.body.boleto.url }}", `,"missing":"empty"`)), nil},
		{"what a filter proves", steps(`{"id":"a","action":"filter","with":{"where":"trigger.body.boleto != nil"}}`, say("b", "{{ trigger.body.boleto.url }}")), nil},
		{"a condition that is none", steps(`{"id":"a","action":"filter","with":{"where":"len(trigger.body.items)"}}`), []string{
			"/steps/0/with/where not_a_condition [] a condition must be true or false; this gives a number",
		}},
		{"fields of a list", steps(say("a", "{{ trigger.body.items.sku }} {{ map(trigger.body.items, .skuu) }}")), []string{
			"/steps/0/with/text unknown_field [sku] unknown field `sku`: `trigger.body.items` is a list, which has no fields",
			"/steps/0/with/text unknown_field [skuu] unknown field `skuu`, did you mean `sku`?",
		}},
		{"set values have the type of their expression", steps(`{"id":"v","action":"set","with":{"values":{"n":"{{ trigger.body.id }}","t":"id {{ trigger.body.id }}"}}}`,
			say("a", "{{ steps.v.n + 1 }}{{ steps.v.t + 1 }}{{ steps.v.x }}")), []string{
			"/steps/1/with/text wrong_type [1] a text and a number cannot be joined with +",
			"/steps/1/with/text unknown_field [x] unknown field `x`",
		}},
		{"a step that runs only sometimes", steps(say("a", "x", `,"when":"trigger.body.status == \"paid\""`), `{"id":"c","action":"crm","when":"trigger.body.id > 3"}`, say("b", "{{ steps.c.id }}")), []string{
			"/steps/2/with/text optional_field [id] `steps.c.id` may be missing: the step runs only when `trigger.body.id > 3`",
		}},
		{"a branch not taken", steps(`{"id":"br","action":"branch","branches":[{"name":"big","when":"trigger.body.id > 3","steps":[{"id":"c","action":"crm"},`+say("in", "{{ steps.c.id }}")+`]},{"steps":[]}]}`, say("b", "{{ steps.c.id }}{{ steps.c.idd ?? 1 }}")), []string{
			"/steps/1/with/text unknown_field [idd] unknown field `idd`, did you mean `id`?",
			"/steps/1/with/text optional_field [id] `steps.c.id` may be missing: only in the branch \"big\" of br",
		}},
		{"a step that comes later", steps(say("a", "{{ steps.c.id }}"), `{"id":"c","action":"crm"}`), []string{
			"/steps/0/with/text not_run_yet [c] the step `c` has not run here",
		}},
		{"loops", steps(`{"id":"l","action":"loop","with":{"over":"trigger.body.items","collect":"item.price"},"steps":[`+say("a", "{{ item.skuu }}{{ index + item.price }}")+`]}`, say("b", "{{ sum(steps.l.items, .value) }}{{ steps.l.items[0].valu }}")), []string{
			"/steps/0/steps/0/with/text unknown_field [skuu] unknown field `skuu`, did you mean `sku`?",
			"/steps/1/with/text unknown_field [valu] unknown field `valu`, did you mean `value`?",
		}},
		{"a step in a loop, behind it", steps(`{"id":"l","action":"loop","with":{"over":"trigger.body.items"},"steps":[`+say("in", "x")+`,`+say("next", "{{ steps.in.id }}")+`]}`, say("b", "{{ steps.in.id }}")), []string{
			"/steps/1/with/text not_run_yet [in] the step `in` runs once in each turn of `l`: what it yields is not there outside of it",
		}},
		{"a turn, outside of a loop", steps(`{"id":"l","action":"loop","with":{"over":"trigger.body.items"},"steps":[`+say("in", "{{ item.sku }} {{ loops.l.index }} {{ loops.m.item }}")+`]}`, say("b", "{{ item.sku }}{{ index }}{{ loops.l.item }}")), []string{
			"/steps/0/steps/0/with/text not_in_a_loop [m] this does not stand in a loop `m`",
			"/steps/1/with/text not_in_a_loop [item] `item` is there only for the steps of a loop",
			"/steps/1/with/text not_in_a_loop [index] `index` is there only for the steps of a loop",
			"/steps/1/with/text not_in_a_loop [l] this does not stand in a loop `l`",
		}},
		{"a link of a wait in a loop", steps(say("a", `{{ run.wait_url("ask") }}`), `{"id":"each","action":"loop","with":{"over":"1..2"},"steps":[`+say("b", `{{ run.wait_url("ask") }}`)+`,{"id":"ask","action":"wait"}]}`), []string{
			`/steps/0/with/text not_in_a_loop ["ask"] the step ` + "`ask` waits once in each turn of `each`: outside of it there is no link to it",
		}},
		{"a link of no wait", steps(say("a", `{{ run.wait_url("asc") }} {{ run.wait_url("ask") }} {{ run.wait_url("a") }}`), `{"id":"ask","action":"wait"}`), []string{
			`/steps/0/with/text unknown_step ["asc"] no step "asc" waits here`,
			`/steps/0/with/text unknown_step ["a"] no step "a" waits here`,
		}},
		{"a loop over no list", steps(`{"id":"l","action":"loop","with":{"over":"trigger.body.status"},"steps":[` + say("a", "x") + `]}`), []string{
			"/steps/0/with/over wrong_type [] a loop goes over a list; this is of the type text",
		}},
		{"errors", steps(`{"id":"c","action":"crm","catch":[`+say("r", "{{ errors.c.message }}{{ errors.c.cod }}{{ steps.c.id }}")+`]}`, say("b", "{{ errors.c.code }} {{ steps.c.id }}")), []string{
			"/steps/0/catch/0/with/text unknown_field [cod] unknown field `cod`, did you mean `code`?",
			"/steps/0/catch/0/with/text not_run_yet [c] the step `c` has not run here",
			"/steps/1/with/text optional_field [code] `errors.c.code` may be missing: only when c failed",
		}},
	}
	for _, c := range cases {
		got := typed(t, c.flow)
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

func TestKnownAt(t *testing.T) {
	b, _ := flow.Parse([]byte(`{"gancho":1,"flows":[` + steps(`{"id":"c","action":"crm"}`, `{"id":"l","action":"loop","with":{"over":"trigger.body.items"},"steps":[`+say("a", "x")+`]}`) + `]}`))
	at := func(path string) *expression.Known {
		return flow.KnownAt(b.Flows[0], typedCatalogue{}, flow.Met{Trigger: orders}, path)
	}
	if k := at("c"); len(k.Roots["steps"].Fields) != 0 || k.Roots["item"] != nil {
		t.Errorf("at c: %+v", k.Roots)
	}
	for _, path := range []string{"l.0.a", "l.*.a", "a"} {
		if k := at(path); k.Roots["steps"].Fields["c"] == nil || k.Roots["item"].Fields["sku"] == nil {
			t.Errorf("at %s: %+v", path, k.Roots)
		}
	}
	if k := at(flow.AtTrigger); k.Roots["steps"] != nil || k.Roots["trigger"] == nil {
		t.Errorf("at the trigger: %+v", k.Roots)
	}
}

// BenchmarkCheck is P10: what a save checks of a flow with 50 steps, against events of 50 KB.
func BenchmarkCheck(b *testing.B) {
	body := map[string]any{"status": "paid", "total": 79.9, "items": []any{}}
	for i := range 100 {
		body["items"] = append(body["items"].([]any), map[string]any{"sku": "A", "price": i, "note": strings.Repeat("x", 200)})
		body[fmt.Sprintf("field_%d", i)] = map[string]any{"id": i, "name": strings.Repeat("n", 200), "tags": []any{"a", "b"}}
	}
	s := new(shape.Shape)
	for i := range 40 {
		s.Add(map[string]any{"body": body}, i+1, time.Now())
	}
	var list []string
	for i := range 50 {
		list = append(list, fmt.Sprintf(`{"id":"s%d","action":"say","when":"trigger.body.total > 100 and trigger.body.status in [\"paid\", \"sent\"]",
			"with":{"text":"Olá {{ trigger.body.field_%d.name }}: {{ upper(trigger.body.status) }} {{ brl(trigger.body.total) }}","json":{"id":"{{ trigger.body.field_%d.id }}","all":"{{ map(trigger.body.items, .sku) }}"}}}`, i, i, i))
	}
	bundle, problems := flow.Parse([]byte(`{"gancho":1,"flows":[` + steps(list...) + `]}`))
	if len(problems) > 0 {
		b.Fatalf("%+v", problems)
	}
	met := flow.Met{Trigger: func(...string) *shape.Shape { return s }}
	for b.Loop() {
		flow.Validate(bundle.Flows[0], typedCatalogue{}, flow.Known{})
		if found := flow.CheckTypes(bundle.Flows[0], typedCatalogue{}, met); len(found) > 0 {
			b.Fatalf("%+v", found)
		}
	}
}

// TestTypesOfTowers: values that hold the one before them twice, step after step, are checked
// and listed in time, and a flow with more expressions than are looked at says so.
func TestTypesOfTowers(t *testing.T) {
	list := []string{say("s0", "{{ trigger.body }}")}
	for i := range 60 {
		list = append(list, fmt.Sprintf(`{"id": "s%d", "action": "set", "with": {"values": {"x": "{{ steps.s%d }}", "y": ["{{ steps.s%d }}", {"z": "{{ steps.s%d }}"}]}}}`, i+1, i, i, i))
	}
	b, problems := flow.Parse([]byte(`{"gancho":1,"flows":[` + steps(list...) + `]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f := b.Flows[0]
	flow.CheckTypes(f, typedCatalogue{}, flow.Met{Trigger: orders})
	k := flow.KnownAt(f, typedCatalogue{}, flow.Met{Trigger: orders}, "")
	if n := len(k.Roots["steps"].List("steps")); n == 0 || n > 1_000_000 {
		t.Errorf("%d places are listed", n)
	}
	long := "{{ " + strings.Repeat("trigger.body.id + ", 300) + "1 }}"
	list = nil
	for i := range 100 {
		list = append(list, say(fmt.Sprintf("s%d", i), long))
	}
	if got := typed(t, steps(list...)); len(got) != 1 || !strings.Contains(got[0], "too large to be checked whole") {
		t.Errorf("got %q", got)
	}
}

// What an event says must not choose where a request goes: a path or query takes it encoded.
func TestAddressesKeepWhatComesInItsPlace(t *testing.T) {
	name, status := "trigger.body.customer.name", "trigger.body.status"
	for url, want := range map[string][]string{
		"https://a.example/p/{{ " + name + " }}/fim?q={{ " + status + " }}": {
			"[" + name + "] https://a.example/p/{{ replace(url_encode(string(" + name + ")), \"+\", \"%20\") }}/fim?q={{ " + status + " }}",
			"[" + status + "] https://a.example/p/{{ " + name + " }}/fim?q={{ url_encode(string(" + status + ")) }}",
		},
		"{{ vars.base }}/p/{{" + status + "}}":                {"[" + status + "] {{ vars.base }}/p/{{replace(url_encode(string(" + status + ")), \"+\", \"%20\")}}"},
		"https://a.example?ção={{ " + status + " }}":          {"[" + status + "] https://a.example?ção={{ url_encode(string(" + status + ")) }}"},
		"https://a.example/?q={{ url_encode(" + name + ") }}": nil,
		"https://a.example/{{ trigger.body.id }}":             nil, // always a number
		"https://a.example/{{ vars.path }}/{{ run.id }}":      nil,
		"https://a.example/{{ len(" + name + ") }}":           nil,
		"https://a.example/{{ \"a/b\" }}":                     nil,
		"https://a.example{{ " + name + " }}":                 nil, // a whole path, on purpose
		"{{ " + name + " }}":                                  nil, // a whole address
		"https://{{ " + name + " }}.example/":                 nil,
	} {
		text, _ := json.Marshal(url)
		b, problems := flow.Parse([]byte(`{"gancho":1,"flows":[` + steps(`{"id":"a","action":"say","with":{"url":`+string(text)+`}}`) + `]}`))
		if len(problems) > 0 {
			t.Fatalf("%+v", problems)
		}
		var got []string
		for _, p := range flow.CheckTypes(b.Flows[0], typedCatalogue{}, flow.Met{Trigger: orders}) {
			source := []rune(p.Text)
			if p.Code != "unencoded" || p.Path != "/steps/0/with/url" || p.Fixes[0].Of != string(source[p.From:p.To]) {
				t.Errorf("%s: %+v", url, p)
				continue
			}
			got = append(got, "["+p.Fixes[0].Of+"] "+string(source[:p.From])+p.Fixes[0].Put+string(source[p.To:]))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", url, diff)
		}
	}
}
