package triggers_test

import (
	"slices"
	"strings"
	"testing"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/triggers"
)

func TestCatalogue(t *testing.T) {
	var kinds []string
	for _, trigger := range triggers.Catalogue() {
		kinds = append(kinds, trigger.Kind)
		for _, words := range []form.Words{trigger.Title, trigger.Summary} {
			if words.EN == "" || words.PT == "" {
				t.Errorf("%s lacks words", trigger.Kind)
			}
		}
		for _, f := range trigger.Fields().Describe() {
			if f.Label.EN == "" || f.Label.PT == "" {
				t.Errorf("%s: field %s lacks words", trigger.Kind, f.ID)
			}
		}
	}
	if want := []string{"webhook", "schedule", "manual", "call", "failure"}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}

func TestTriggerProblems(t *testing.T) {
	catalogue, err := engine.NewCatalogue(engine.Builtins(), triggers.Catalogue(), nil)
	if err != nil {
		t.Fatal(err)
	}
	hmac := map[string]any{"kind": "hmac", "from": map[string]any{"header": "x"}, "secret": "secret"}
	cases := []struct {
		name    string
		trigger flow.Trigger
		want    []string // path code
	}{
		{"plain", flow.Trigger{Kind: "webhook"}, nil},
		{"all of it", flow.Trigger{Kind: "webhook", Connection: "hook", Where: "trigger.body.a > 1", With: map[string]any{
			"methods": []any{"POST", "PUT"}, "auth": hmac, "verify": "observe", "schema": map[string]any{"type": "object"}, "max_body": "10MiB",
			"dedupe": map[string]any{"key": "trigger.body.id", "for": "72h"}, "order_by": "trigger.body.id", "allow_ips": []any{"10.0.0.0/8", "::1"},
			"rate": map[string]any{"per_second": 100, "burst": 1000}, "respond": map[string]any{"when": "finished", "timeout": "30s", "status": 201, "headers": map[string]any{"x-a": "{{ trigger.body.id }}"}, "body": "ok"},
		}}, nil},
		{"auth without connection", flow.Trigger{Kind: "webhook", With: map[string]any{"auth": hmac}}, []string{"/trigger/connection required"}},
		{"auth", flow.Trigger{Kind: "webhook", With: map[string]any{"auth": map[string]any{"kind": "x"}}}, []string{"/trigger/with/auth/kind not_an_option"}},
		{"methods", flow.Trigger{Kind: "webhook", With: map[string]any{"methods": []any{"FETCH"}}}, []string{"/trigger/with/methods not_an_option"}},
		{"size", flow.Trigger{Kind: "webhook", With: map[string]any{"max_body": "11MiB"}}, []string{"/trigger/with/max_body too_big"}},
		{"no size", flow.Trigger{Kind: "webhook", With: map[string]any{"max_body": "big"}}, []string{"/trigger/with/max_body wrong_type"}},
		{"addresses", flow.Trigger{Kind: "webhook", With: map[string]any{"allow_ips": []any{"x"}}}, []string{"/trigger/with/allow_ips bad_address"}},
		{"rate", flow.Trigger{Kind: "webhook", With: map[string]any{"rate": map[string]any{"per_second": 0, "x": 1}}}, []string{"/trigger/with/rate/per_second wrong_type", "/trigger/with/rate/x unknown_member"}},
		{"dedupe", flow.Trigger{Kind: "webhook", With: map[string]any{"dedupe": map[string]any{"for": "x"}}}, []string{"/trigger/with/dedupe/for wrong_type", "/trigger/with/dedupe/key required"}},
		{"dedupe key", flow.Trigger{Kind: "webhook", With: map[string]any{"dedupe": map[string]any{"key": "1 +"}}}, []string{"/trigger/with/dedupe/key syntax"}},
		{
			"door expressions",
			flow.Trigger{Kind: "webhook", Where: "vars.x", With: map[string]any{"order_by": "run.id", "dedupe": map[string]any{"key": "item"}}},
			[]string{"/trigger/where only_trigger", "/trigger/with/dedupe/key only_trigger", "/trigger/with/order_by only_trigger"},
		},
		{"schema elsewhere", flow.Trigger{Kind: "webhook", With: map[string]any{"schema": map[string]any{"$ref": "file:///etc/passwd"}}}, []string{"/trigger/with/schema bad_schema"}},
		{
			"respond",
			flow.Trigger{Kind: "webhook", With: map[string]any{"respond": map[string]any{"when": "now", "status": 99, "headers": map[string]any{"set-cookie": "a", "Clear-Site-Data": "*", "Strict-Transport-Security": "max-age=1", "Refresh": "1", "Report-To": "{}", "NEL": "{}", "Alt-Svc": "clear"}, "timeout": "2m"}}},
			[]string{"/trigger/with/respond/headers/Alt-Svc bad_header", "/trigger/with/respond/headers/Clear-Site-Data bad_header", "/trigger/with/respond/headers/NEL bad_header", "/trigger/with/respond/headers/Refresh bad_header", "/trigger/with/respond/headers/Report-To bad_header", "/trigger/with/respond/headers/Strict-Transport-Security bad_header", "/trigger/with/respond/headers/set-cookie bad_header", "/trigger/with/respond/status wrong_type", "/trigger/with/respond/timeout too_big", "/trigger/with/respond/when not_an_option"},
		},
		{"schedule", flow.Trigger{Kind: "schedule", With: map[string]any{"cron": "0 8 * * 1-5", "timezone": "America/Sao_Paulo", "catch_up": "all", "jitter": "5m"}}, nil},
		{"empty schedule", flow.Trigger{Kind: "schedule"}, []string{"/trigger/with/cron required", "/trigger/with/timezone required"}},
		{
			"never",
			flow.Trigger{Kind: "schedule", With: map[string]any{"cron": "0 0 30 2 *", "timezone": "X/Y", "catch_up": "some"}},
			[]string{"/trigger/with/catch_up not_an_option", "/trigger/with/cron never_due", "/trigger/with/timezone unknown_timezone"},
		},
		{"both days", flow.Trigger{Kind: "schedule", With: map[string]any{"cron": "0 0 1 * 1", "timezone": "UTC"}}, []string{"/trigger/with/cron day_or_weekday"}},
		{"call", flow.Trigger{Kind: "call", With: map[string]any{"input": map[string]any{"type": "nonsense"}}}, []string{"/trigger/with/input bad_schema"}},
		{"failure", flow.Trigger{Kind: "failure", With: map[string]any{"flows": []any{"*", "gone"}}}, []string{"/trigger/with/flows/1 no_flow_yet"}},
		{"failure of none", flow.Trigger{Kind: "failure"}, []string{"/trigger/with/flows required"}},
		{"failure of nobody", flow.Trigger{Kind: "failure", With: map[string]any{"flows": []any{}}}, []string{"/trigger/with/flows required"}},
		{"manual", flow.Trigger{Kind: "manual", With: map[string]any{"x": 1}}, []string{"/trigger/with/x unknown_member"}},
	}
	known := flow.Known{Flow: func(string) bool { return false }, Connection: func(string) (string, bool) { return "generic:webhook", true }}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range flow.Validate(&flow.Flow{ID: "a", Trigger: c.trigger}, catalogue, known) {
				got = append(got, p.Path+" "+p.Code)
				if p.Message.EN == "" || p.Message.PT == "" || strings.Contains(p.Message.EN, "\n") {
					t.Errorf("no words, or more than a line: %+v", p)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A step that answers a sender who was answered at once is told of.
func TestAnAnswerThatNobodyHears(t *testing.T) {
	catalogue, err := engine.NewCatalogue(engine.Builtins(), triggers.Catalogue(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for when, want := range map[string]int{"accepted": 1, "finished": 0} {
		f := &flow.Flow{ID: "a", Trigger: flow.Trigger{Kind: "webhook", With: map[string]any{"respond": map[string]any{"when": when}}}, Steps: []*flow.Step{{ID: "answer", Action: "respond"}}}
		n := 0
		for _, p := range flow.Validate(f, catalogue, flow.Known{}) {
			if p.Code == "unheard" && p.Path == "/steps/0" && p.Severity == form.Warning {
				n++
			}
		}
		if n != want {
			t.Errorf("%s: %d warnings, want %d", when, n, want)
		}
	}
}

// A header that would not be sent is told of when the flow is checked.
func TestHeadersThatCannotBeAnswered(t *testing.T) {
	catalogue, err := engine.NewCatalogue(engine.Builtins(), triggers.Catalogue(), nil)
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]any{"Set-Cookie": "a=1", "Content-Type": "text/html", "X-Order": "{{ trigger.body.id }}"}
	good := map[string]any{"content-type": "text/csv; charset=utf-8", "X-Order": "1"}
	f := &flow.Flow{
		ID: "a", Trigger: flow.Trigger{Kind: "webhook", With: map[string]any{"respond": map[string]any{"when": "finished", "headers": bad}}},
		Steps: []*flow.Step{{ID: "answer", Action: "respond", With: map[string]any{"headers": bad}}, {ID: "other", Action: "respond", With: map[string]any{"headers": good}}},
	}
	var got []string
	for _, p := range flow.Validate(f, catalogue, flow.Known{}) {
		if got = append(got, p.Path+" "+p.Code+" "+string(p.Severity)); p.Hint.EN == "" || p.Hint.PT == "" {
			t.Errorf("%+v", p)
		}
	}
	slices.Sort(got)
	want := []string{
		"/steps/0/with/headers/Content-Type bad_header warning", "/steps/0/with/headers/Set-Cookie bad_header warning",
		"/trigger/with/respond/headers/Content-Type bad_header warning", "/trigger/with/respond/headers/Set-Cookie bad_header error",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
