package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/triggers"
)

// standIn is an action of the outer packages as flows see it: its fields, and no deed.
type standIn struct {
	fields []string // required ones end in !
	values []any
}

func (a *standIn) Fields() form.Fields {
	a.values = make([]any, len(a.fields))
	var fields form.Fields
	for i, id := range a.fields {
		name := id
		if name[len(name)-1] == '!' {
			name = name[:len(name)-1]
		}
		f := form.JSON(name, &a.values[i], form.Label(name, name))
		if name != id {
			f = f.Required()
		}
		fields = append(fields, f)
	}
	return fields
}

func (*standIn) Do(context.Context, *engine.Call) (engine.Output, error) {
	return nil, fmt.Errorf("a stand-in does nothing")
}

func standInAction(kind string, sample any, connections []string, optional bool, fields ...string) engine.Action {
	return engine.Action{
		Kind: kind, Group: "message", Effect: true, Sample: sample, Connection: connections, Optional: optional,
		New: func() engine.Doer { return &standIn{fields: fields} },
	}
}

// outer are the kinds and fields of the actions that the examples use and that are not the
// interpreter's own.
func outer() []engine.Action {
	return []engine.Action{
		standInAction("http.request", map[string]any{"status": 200, "headers": map[string]any{}, "body": map[string]any{}},
			[]string{"http_header", "http_bearer", "http_basic", "http_query", "oauth2", "hmac"}, true,
			"method", "url!", "query", "headers", "json", "form", "text", "multipart", "success", "response", "follow", "paginate", "max_response", "idempotency_key", "repeatable"),
		standInAction("email.send", map[string]any{"message_id": "<sample@example.com>", "accepted": []any{}}, []string{"smtp"}, false,
			"to!", "cc", "bcc", "reply_to", "from", "subject!", "text", "html", "markdown", "attachments", "headers"),
		standInAction("slack.post_message", map[string]any{"channel": "C00000001", "ts": "1755000000.000100"}, []string{"slack:bot"}, false,
			"channel!", "text!", "blocks", "thread"),
	}
}

var exampleConnections = map[string]string{
	"crm": "http_bearer", "shop": "http_header", "stripe": "http_bearer", "rdstation": "oauth2", "team-slack": "slack:bot", "mail": "smtp",
	"shop-webhook": "generic:webhook", "stripe-webhook": "generic:webhook",
}

func examples(t *testing.T) (*flow.Bundle, *engine.Catalogue) {
	t.Helper()
	data, err := os.ReadFile("../flows.example.json")
	check(t, err)
	b, problems := flow.Parse(data)
	for _, p := range problems {
		line, col := flow.Position(data, p.Path)
		t.Errorf("flows.example.json:%d:%d: %s: %s", line, col, p.Path, p.Message.EN)
	}
	if b == nil {
		t.FailNow()
	}
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), outer()...), triggers.Catalogue(), nil)
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
		for _, c := range f.Tests {
			t.Run(f.ID+"/"+c.Name, func(t *testing.T) {
				config := engine.TrialConfig{Catalogue: catalogue, Flow: f, Event: c.Event, Mocks: c.Mocks, Timezone: "UTC",
					Decode: func(_ string, body []byte) (any, error) { return expression.Decode(body) }}
				if c.At != nil {
					config.At = *c.At
				}
				run, err := engine.Trial(t.Context(), config)
				check(t, err)
				matchRun(t, run, c.Expect)
			})
		}
	}
}

// matchRun compares a run with what its test expects of it.
func matchRun(t *testing.T, run *engine.RunView, want flow.Expect) {
	t.Helper()
	if string(run.Status) != want.Status {
		t.Errorf("the run is %s, want %s; error %+v", run.Status, want.Status, run.Error)
	}
	if want.Answer != nil {
		partly(t, "answer", generic(t, run.Answer), generic(t, want.Answer))
	}
	steps := map[string]map[string]any{}
	for _, s := range run.Steps {
		steps[s.Path] = map[string]any{"status": s.Status, "with": s.Input, "output": s.Output}
		if s.Error != nil {
			steps[s.Path]["error"] = s.Error
		}
	}
	for path, expected := range want.Steps {
		if status, ok := expected.(string); ok {
			expected = map[string]any{"status": status}
		}
		got, there := steps[path]
		if !there {
			got = map[string]any{"status": "skipped"}
		}
		partly(t, path, generic(t, got), generic(t, expected))
	}
}

// generic is a value as its JSON reads.
func generic(t *testing.T, value any) any {
	t.Helper()
	data, err := json.Marshal(value)
	check(t, err)
	decoded, err := expression.Decode(data)
	check(t, err)
	return decoded
}

// partly compares what is named; lists are compared whole.
func partly(t *testing.T, at string, got, want any) {
	t.Helper()
	members, ok := want.(map[string]any)
	if !ok {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, want %#v", at, got, want)
		}
		return
	}
	object, _ := got.(map[string]any)
	for name, member := range members {
		partly(t, at+"/"+name, object[name], member)
	}
}
