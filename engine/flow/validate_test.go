package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// catalogue is a small one for tests.
type catalogue struct{}

func (catalogue) Kinds() []string {
	return []string{"set", "filter", "branch", "parallel", "loop", "slack.post_message", "http.request"}
}

func (catalogue) Action(kind string) (flow.ActionInfo, bool) {
	var text, over string
	var values map[string]any
	var body any
	label := form.Label("x", "x")
	info := flow.ActionInfo{Kind: kind}
	switch kind {
	case "set":
		info.Fields = form.Of(form.Map("values", &values, label))
	case "filter":
		info.Fields = form.Of(form.Condition("where", &text, label).Required())
	case "branch", "parallel":
		info.Shape = flow.Branches
	case "loop":
		info.Shape, info.Fields = flow.Steps, form.Of(form.Expression("over", &over, label).Required())
	case "slack.post_message":
		info.Connections = []string{"slack:bot"}
		info.Fields = form.Of(form.Text("channel", &text, label).Required(), form.LongText("text", &over, label))
	case "crm.create":
		info.Careful = true
	case "http.request":
		info.Connections, info.ConnectionOptional = []string{"http_bearer", "http_basic"}, true
		info.Fields = form.Of(form.Text("method", &over, label), form.URL("url", &text, form.Label("Address", "Endereço")).Required(), form.JSON("json", &body, form.Label("JSON body", "Corpo JSON")))
	default:
		return info, false
	}
	return info, true
}

func (catalogue) Trigger(kind string) (flow.TriggerInfo, bool) {
	var order string
	switch kind {
	case "webhook":
		return flow.TriggerInfo{Kind: kind, Connections: func(*flow.Flow) []string { return []string{"generic:webhook"} }, Fields: form.Of(form.Expression("order_by", &order, form.Label("x", "x")))}, true
	case "manual":
		return flow.TriggerInfo{Kind: kind, Check: func(f *flow.Flow, _ flow.Known) []form.Problem {
			if f.Name == "forbidden" {
				return []form.Problem{{Severity: form.Error, Path: "/name", Code: "forbidden"}}
			}
			return nil
		}}, true
	}
	return flow.TriggerInfo{}, false
}

var known = flow.Known{
	Flow: func(id string) bool { return id == "other" },
	Connection: func(name string) (string, bool) {
		kind, ok := map[string]string{"team": "slack:bot", "bank": "http_bearer"}[name]
		return kind, ok
	},
}

func TestValidate(t *testing.T) {
	step := func(members string) string {
		return `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "s", "action": "set"}, {"id": "x", ` + members + `}]}`
	}
	for _, c := range []struct {
		name, document string
		want           []string
	}{
		{"nothing", step(`"action": "set", "with": {"values": {"a": "{{ steps.s.a }}"}}`), nil},
		{
			"same id", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "x", "action": "set"}, {"id": "p", "action": "parallel", "branches": [{"steps": [{"id": "x", "action": "set"}]}]}]}`,
			[]string{"/steps/1/branches/0/steps/0/id duplicate_id"},
		},
		{"bad id", step(`"action": "set", "catch": [{"id": "Y", "action": "set"}]`), []string{"/steps/1/catch/0/id bad_id"}},
		{"unknown trigger", `{"id": "a", "trigger": {"kind": "webhok"}, "steps": []}`, []string{"/trigger/kind unknown_trigger"}},
		{"the trigger's own check", `{"id": "a", "name": "forbidden", "trigger": {"kind": "manual"}, "steps": []}`, []string{"/name forbidden"}},
		{
			"trigger", `{"id": "a", "trigger": {"kind": "webhook", "where": "trigger.body.x ==", "connection": "team", "with": {"order_by": "1 +", "z": 1}}, "steps": []}`,
			[]string{"/trigger/with/z unknown_member", "/trigger/with/order_by syntax", "/trigger/where syntax", "/trigger/connection wrong_connection"},
		},
		{"unknown action", step(`"action": "slack.post_mesage"`), []string{"/steps/1/action unknown_action"}},
		{
			"field", step(`"action": "slack.post_message", "connection": "team", "with": {"chanel": "C1"}`),
			[]string{"/steps/1/with/chanel unknown_member", "/steps/1/with/channel required"},
		},
		{"template", step(`"action": "set", "with": {"values": {"a": ["{{ 1 + }}", "ok"], "b": "{{ open"}}`), []string{"/steps/1/with/values/a/0 syntax", "/steps/1/with/values/b unclosed"}},
		{"an expression as in connectors", step(`"action": "set", "with": {"values": {"a": {"=": "trigger.body.x"}, "b": {"=": 1}, "c": {"=": "x", "d": 1}}}`), []string{"/steps/1/with/values/a plain_equals"}},
		{"no template in an expression", step(`"action": "filter", "with": {"where": "{{ true }}"}`), []string{"/steps/1/with/where syntax"}},
		{"when", step(`"action": "set", "when": "a b"`), []string{"/steps/1/when syntax"}},
		{"unknown step", step(`"action": "set", "when": "steps.sx.ok || errors.y.code == 'a'"`), []string{"/steps/1/when unknown_step", "/steps/1/when unknown_step"}},
		{"loop without over", step(`"action": "loop", "steps": [{"id": "y", "action": "set"}]`), []string{"/steps/1/with/over required"}},
		{"empty loop", step(`"action": "loop", "with": {"over": "[1, 2]"}`), []string{"/steps/1/steps empty_block"}},
		{
			"filters in loops", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "l", "action": "loop", "with": {"over": "[1]"},
				"steps": [{"id": "f", "action": "filter", "with": {"where": "item > 1"}}, {"id": "m", "action": "loop", "with": {"over": "[1]"}, "steps": [{"id": "g", "action": "filter", "with": {"where": "true"}}]},
					{"id": "o", "action": "filter", "disabled": true, "with": {"where": "true"}}],
				"catch": [{"id": "c", "action": "filter", "with": {"where": "true"}}]}, {"id": "z", "action": "filter", "with": {"where": "true"}}]}`,
			[]string{"/steps/0/steps/0/with/where filter_in_loop", "/steps/0/steps/1/steps/0/with/where filter_in_loop"},
		},
		{"no branches", step(`"action": "branch"`), []string{"/steps/1/branches required"}},
		{"two otherwise", step(`"action": "branch", "branches": [{"steps": []}, {"steps": []}]`), []string{"/steps/1/branches/1/when two_otherwise"}},
		{"parallel with when", step(`"action": "parallel", "branches": [{"when": "true", "steps": []}]`), []string{"/steps/1/branches/0/when no_condition"}},
		{"children of a leaf", step(`"action": "set", "steps": [{"id": "y", "action": "set"}], "branches": [{"steps": []}]`), []string{"/steps/1/steps no_children", "/steps/1/branches no_children"}},
		{
			"retry", step(`"action": "set", "retry": {"attempts": 0, "factor": 0.5, "jitter": 2, "first": "1h", "max": "1m"}`),
			[]string{"/steps/1/retry/attempts out_of_range", "/steps/1/retry/max out_of_range", "/steps/1/retry/factor out_of_range", "/steps/1/retry/jitter out_of_range"},
		},
		{
			"words", step(`"action": "set", "delivery": "once", "on_error": "ignore", "missing": "null"`),
			[]string{"/steps/1/delivery not_an_option", "/steps/1/on_error not_an_option", "/steps/1/missing not_an_option"},
		},
		{"twice is seen", step(`"action": "crm.create"`), []string{"/steps/1/delivery no_delivery"}},
		{"twice is seen, and said", step(`"action": "crm.create", "delivery": "at_most_once"`), nil},
		{"twice is seen, and is off", step(`"action": "crm.create", "disabled": true`), nil},
		{"missing by field", step(`"action": "set", "missing": {"values": "no", "z": "skip"}`), []string{"/steps/1/missing/values not_an_option", "/steps/1/missing/z unknown_member"}},
		{"connection needed", step(`"action": "slack.post_message", "with": {"channel": "C1"}`), []string{"/steps/1/connection required"}},
		{"connection not there yet", step(`"action": "http.request", "connection": "later", "with": {"url": "https://example.com"}`), []string{"/steps/1/connection no_connection_yet"}},
		{"connection not there yet, and off", step(`"action": "http.request", "connection": "later", "disabled": true, "with": {"url": "https://example.com"}`), nil},
		{"connection not there yet, in what is off", step(`"action": "loop", "disabled": true, "with": {"over": "[1, 2]"}, "steps": [{"id": "in", "action": "http.request", "connection": "later", "with": {"url": "https://example.com"}}]`), nil},
		{"connection of another kind", step(`"action": "http.request", "connection": "team", "with": {"url": "{{ vars.url }}"}`), []string{"/steps/1/connection wrong_connection"}},
		{"no connection here", step(`"action": "set", "connection": "team"`), []string{"/steps/1/connection no_connection"}},
		{
			"settings", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [], "settings": {"timezone": "Mars/One", "concurrency": -1, "on_failure": "none", "mask": ["cpf", "/ok"], "silence": {"expect_every": "1s"}}}`,
			[]string{"/settings/timezone bad_timezone", "/settings/concurrency out_of_range", "/settings/silence/expect_every out_of_range", "/settings/mask/0 bad_pointer", "/settings/on_failure no_flow"},
		},
		{"bodies without runs", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [], "settings": {"keep": {"bodies": "2d", "runs": "1d"}}}`, []string{"/settings/keep/bodies too_long"}},
		{"bodies for ever", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [], "settings": {"keep": {"bodies": "91d"}}}`, []string{"/settings/keep/bodies too_long"}},
		{"runs without bodies", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [], "settings": {"keep": {"bodies": "90d", "runs": "365d"}}}`, nil},
		{"runs for a day", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [], "settings": {"keep": {"runs": "1d"}}}`, nil},
		{"failures of its own", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [], "settings": {"on_failure": "a"}}`, []string{"/settings/on_failure itself"}},
		{
			"no time at all", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "x", "action": "set", "timeout": "0s"}], "settings": {"timeout": "0h", "keep": {"bodies": "0d", "runs": "0.1ms"}}}`,
			[]string{"/settings/timeout out_of_range", "/settings/keep/bodies out_of_range", "/settings/keep/runs out_of_range", "/steps/0/timeout out_of_range"},
		},
		{
			"tests", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "each", "action": "loop", "with": {"over": "[1, 2]"}, "steps": [{"id": "y", "action": "set"}]}],
			"tests": [{"name": "", "event": {}, "mocks": {"z": {}}, "expect": {"status": "done", "steps": {"each.0.y": "succeeded", "each": {"status": "ok"}, "y": "ran", "q": "skipped"}}}]}`,
			[]string{
				"/tests/0/name required", "/tests/0/expect/status unknown_status", "/tests/0/expect/steps/each/status unknown_status",
				"/tests/0/expect/steps/q unknown_step", "/tests/0/expect/steps/y unknown_status", "/tests/0/mocks/z unknown_step",
			},
		},
		{
			"tests of what is fetched", `{"id": "a", "trigger": {"kind": "webhook", "with": {"preset": "shop"}}, "steps": [],
			"tests": [{"name": "t", "event": {}, "mocks": {"trigger.resource": {"output": {"id": 9}}, "resource": {}}}]}`,
			[]string{"/trigger/with/preset unknown_member", "/tests/0/mocks/resource unknown_step"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems := flow.Validate(parseFlow(t, c.document), catalogue{}, known)
			got := lines(problems)
			if !slices.Equal(got, c.want) {
				t.Fatalf("got  %q\nwant %q", got, c.want)
			}
			for _, p := range problems {
				if p.Code != "forbidden" && (p.Message.EN == "" || p.Message.PT == "") {
					t.Errorf("%s has no words in both languages: %+v", p.Path, p)
				}
			}
		})
	}
}

// What is written as in a formula is told of with what to write instead.
func TestTheHabitOfAnEqualsSign(t *testing.T) {
	for source, want := range map[string]string{
		"= trigger.body.x == 1":      "syntax trigger.body.x == 1",
		"={{ trigger.body.x == 1 }}": "syntax trigger.body.x == 1",
		"{{ trigger.body.x == 1 }}":  "syntax trigger.body.x == 1",
	} {
		f := &flow.Flow{ID: "a", Trigger: flow.Trigger{Kind: "manual"}, Steps: []*flow.Step{{ID: "x", Action: "filter", With: map[string]any{"where": source}}}}
		problems := flow.Validate(f, catalogue{}, known)
		if len(problems) != 1 || problems[0].Code+" "+problems[0].Fixes[0].Put != want || !strings.Contains(problems[0].Hint.PT, "escreva trigger") {
			t.Errorf("%s: got %+v, want %s", source, problems, want)
		}
	}
	f := &flow.Flow{ID: "a", Trigger: flow.Trigger{Kind: "manual"}, Steps: []*flow.Step{{ID: "x", Action: "set", With: map[string]any{"values": map[string]any{"a": "={{ trigger.body.x }}", "b": "=1 {{ trigger.body.x }}"}}}}}
	problems := flow.Validate(f, catalogue{}, known)
	if len(problems) != 1 || problems[0].Code != "begins_with_equals" || problems[0].Severity != form.Warning || problems[0].Path != "/steps/0/with/values/a" || problems[0].Fixes[0].Put != "{{ trigger.body.x }}" {
		t.Errorf("got %+v", problems)
	}
}

func TestABodyOfAGet(t *testing.T) {
	for document, want := range map[string]string{
		`{"url": "https://example.com", "json": {}}`:                           "GET",
		`{"url": "https://example.com", "method": "HEAD", "json": {}}`:         "HEAD",
		`{"url": "https://example.com", "method": "PUT", "json": {}}`:          "",
		`{"url": "https://example.com", "method": "{{ vars.m }}", "json": {}}`: "",
		`{"url": "https://example.com"}`:                                       "",
	} {
		f := parseFlow(t, `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "x", "action": "http.request", "with": `+document+`}]}`)
		problems := flow.Validate(f, catalogue{}, known)
		switch {
		case want == "" && len(problems) > 0:
			t.Errorf("%s: got %+v", document, problems)
		case want != "" && (len(problems) != 1 || problems[0].Code != "body_of_get" || !flow.Errors(problems) || problems[0].Fixes[0].Put != "POST" || !strings.HasPrefix(problems[0].Message.EN, "a "+want)):
			t.Errorf("%s: got %+v, want a refusal of %s", document, problems, want)
		}
	}
}

func TestOnlyErrorsRefuse(t *testing.T) {
	f := parseFlow(t, `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "x", "action": "slack.post_message", "connection": "later", "with": {"channel": "C1"}}]}`)
	problems := flow.Validate(f, catalogue{}, known)
	if len(problems) != 1 || flow.Errors(problems) || !strings.Contains(problems[0].Hint.EN, "slack:bot") {
		t.Errorf("a missing connection: got %+v, want one warning that names the kind", problems)
	}
	f.Steps[0].Action = "slack.post_mesage"
	problems = flow.Validate(f, catalogue{}, known)
	if !flow.Errors(problems) || !strings.Contains(problems[0].Hint.PT, "slack.post_message") {
		t.Errorf("a wrong action: got %+v, want an error with what was meant", problems)
	}
}

func TestLimits(t *testing.T) {
	nested := func(depth int) *flow.Flow {
		f := &flow.Flow{ID: "a", Trigger: flow.Trigger{Kind: "manual"}}
		list := &f.Steps
		for i := range depth {
			s := &flow.Step{ID: fmt.Sprint("s", i), Action: "loop", With: map[string]any{"over": "[1]"}}
			*list = append(*list, s)
			list = &s.Steps
		}
		*list = []*flow.Step{{ID: "last", Action: "set"}}
		return f
	}
	if problems := flow.Validate(nested(15), catalogue{}, known); flow.Errors(problems) {
		t.Errorf("depth 16: got %v", lines(problems))
	}
	if problems := flow.Validate(nested(16), catalogue{}, known); !slices.Contains(codes(problems), "too_deep") {
		t.Errorf("depth 17: got %v, want too_deep", lines(problems))
	}
	wide := &flow.Flow{ID: "a", Trigger: flow.Trigger{Kind: "manual"}}
	for i := range 500 {
		wide.Steps = append(wide.Steps, &flow.Step{ID: fmt.Sprint("s", i), Action: "set"})
	}
	if problems := flow.Validate(wide, catalogue{}, known); len(problems) > 0 {
		t.Errorf("500 steps: got %v", lines(problems))
	}
	wide.Steps = append(wide.Steps, &flow.Step{ID: "one_more", Action: "set"})
	if problems := flow.Validate(wide, catalogue{}, known); !slices.Equal(codes(problems), []string{"too_many"}) {
		t.Errorf("501 steps: got %v, want too_many", lines(problems))
	}
}

func codes(problems []form.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Code)
	}
	return out
}

func TestWalkVisitsInOrder(t *testing.T) {
	f := parseFlow(t, `{"id": "a", "trigger": {"kind": "manual"}, "steps": [
		{"id": "b", "action": "branch", "branches": [{"steps": [{"id": "c", "action": "set"}]}, {"steps": [{"id": "d", "action": "set"}]}], "catch": [{"id": "e", "action": "set"}]},
		{"id": "f", "action": "loop", "steps": [{"id": "g", "action": "set"}]}]}`)
	var got []string
	flow.Walk(f.Steps, "/steps", func(path string, s *flow.Step) { got = append(got, s.ID+" "+path) })
	equal(t, got, []string{"b /steps/0", "c /steps/0/branches/0/steps/0", "d /steps/0/branches/1/steps/0", "e /steps/0/catch/0", "f /steps/1", "g /steps/1/steps/0"})
}
