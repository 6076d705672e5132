package flow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"

	"github.com/google/go-cmp/cmp"
)

// lines are problems as "path code", one each, in order.
func lines(problems []form.Problem) []string {
	out := []string{}
	for _, p := range problems {
		out = append(out, p.Path+" "+p.Code)
	}
	return out
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}

func parseFlow(t *testing.T, document string) *flow.Flow {
	t.Helper()
	f, problems := flow.ParseFlow([]byte(document))
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	return f
}

func TestEveryProblemAtOnce(t *testing.T) {
	_, problems := flow.Parse([]byte(`{
		"gancho": 2,
		"flows": [
			{"id": "Bad Id", "nmae": "x", "trigger": {"kind": "webhook"}, "steps": [
				{"id": "a", "action": "set", "timeout": "soon", "disabled": "yes", "timeout": "5s", "retry": {"attempts": 1.5}},
				{"id": "b", "action": 7, "missing": {"text": 3}, "steps": {}}
			]},
			{"id": "ok", "trigger": {"kind": "manual"}, "settings": {"keep": {"bodies": 30}}, "tests": [{"name": "t", "at": "today", "event": {"headers": {"a": 1}, "body": {"x": [{"y": 1, "y": 2}]}}, "expect": {}}]},
			{"id": "ok", "trigger": null}
		],
		"more": 1
	}`))
	equal(t, lines(problems), []string{
		"/gancho bad_version",
		"/flows/0/id bad_id",
		"/flows/2/id duplicate_id",
		"/flows/0/nmae unknown_member",
		"/flows/0/steps/0/timeout wrong_type",
		"/flows/0/steps/0/disabled wrong_type",
		"/flows/0/steps/0/timeout duplicate_member",
		"/flows/0/steps/0/retry/attempts wrong_type",
		"/flows/0/steps/1/action wrong_type",
		"/flows/0/steps/1/missing/text wrong_type",
		"/flows/0/steps/1/steps wrong_type",
		"/flows/1/settings/keep/bodies wrong_type",
		"/flows/1/tests/0/at wrong_type",
		"/flows/1/tests/0/event/headers/a wrong_type",
		"/flows/1/tests/0/event/body/x/0/y duplicate_member",
		"/flows/2/trigger wrong_type",
		"/more unknown_member",
	})
	for _, p := range problems {
		if p.Severity != form.Error || p.Message.EN == "" || p.Message.PT == "" {
			t.Errorf("%s: %+v lacks words or severity", p.Path, p)
		}
	}
	if hint := problems[3].Hint; !strings.Contains(hint.EN, `"name"`) || !strings.Contains(hint.PT, `"name"`) {
		t.Errorf("hint: got %+v, want the member that was meant", hint)
	}
}

func TestBrokenJSONSaysWhere(t *testing.T) {
	for document, where := range map[string]string{
		"{\n  \"id\": \"a\",\n  \"steps\": [}\n": "line 3",
		"{\"id\": \"a\"} x":                      "line 1",
		"":                                       "line 1",
		"{\"id\": \"a\"":                         "line 1",
		strings.Repeat("[", 300):                 "nested too deeply",
	} {
		_, problems := flow.ParseFlow([]byte(document))
		if len(problems) != 1 || problems[0].Code != "syntax" || !strings.Contains(problems[0].Message.EN, where) {
			t.Errorf("%.20q: got %+v, want a syntax problem with %q", document, problems, where)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	long := strings.Repeat("k", 1<<20)
	_, problems := flow.ParseFlow([]byte(`{"id": "a", "trigger": {"kind": "manual", "with": {"` + long + `": [` + strings.Repeat("[1],", 1e5) + `0]}}}`))
	if len(problems) > 0 {
		t.Errorf("a long name: got %d problems", len(problems))
	}
	_, problems = flow.ParseFlow([]byte(`{"id": "a", "steps": [` + strings.Repeat("1,", 1e5) + `0]}`))
	if len(problems) != 500 {
		t.Errorf("got %d problems, want no more than 500", len(problems))
	}
}

func TestFlowID(t *testing.T) {
	for id, ok := range map[string]bool{
		"a": true, "0-a": true, strings.Repeat("a", 63): true, strings.Repeat("a", 64): false, "": false, "-a": false, "A": false, "a_b": false, "é": false,
	} {
		_, problems := flow.ParseFlow(fmt.Appendf(nil, `{"id": %q, "trigger": {"kind": "manual"}, "steps": []}`, id))
		if (len(problems) == 0) != ok {
			t.Errorf("id %q: problems %v, want ok %v", id, lines(problems), ok)
		}
	}
	if _, problems := flow.ParseFlow([]byte(`{"trigger": {"kind": "manual"}}`)); len(problems) != 1 || problems[0].Path != "/id" {
		t.Errorf("no id: got %v", lines(problems))
	}
}

func TestNumbersStayExact(t *testing.T) {
	f := parseFlow(t, `{"id": "a", "trigger": {"kind": "manual", "with": {"n": 1}}, "steps": [{"id": "a", "action": "set", "with":
		{"values": {"int": 9007199254740993, "float": 19.9, "list": [1, {"x": 2}], "nothing": null, "big": 123456789012345678901234567890}}}],
		"tests": [{"name": "t", "event": {"body": {"id": 5000000000001}}, "mocks": {"a": {"output": 1}}, "expect": {"steps": {"a": {"output": 1}}}}]}`)
	equal(t, f.Steps[0].With["values"], any(map[string]any{
		"int": 9007199254740993, "float": 19.9, "list": []any{1, map[string]any{"x": 2}}, "nothing": nil, "big": "123456789012345678901234567890",
	}))
	equal(t, f.Trigger.With["n"], any(1))
	equal(t, f.Tests[0].Event.Body, any(map[string]any{"id": 5000000000001}))
	equal(t, f.Tests[0].Mocks["a"].Output, any(1))
	equal(t, f.Tests[0].Expect.Steps["a"], any(map[string]any{"output": 1}))
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]string{
		"100ms": "100ms", "90m": "1h30m", "1h30m": "1h30m", "48h": "2d", "30d": "30d", "1.5s": "1s500ms", "0s": "0s", "0.4ms": "0s",
	} {
		var d flow.Duration
		if err := json.Unmarshal(fmt.Appendf(nil, "%q", text), &d); err != nil || d.String() != want {
			t.Errorf("%s: got %s, %v, want %s", text, d, err, want)
		}
	}
	for _, bad := range []string{`"soon"`, `""`, `"5"`, `5`, `"-5s"`, `"99999999999d"`, `"1h x"`, `null1`} {
		var d flow.Duration
		if err := json.Unmarshal([]byte(bad), &d); err == nil {
			t.Errorf("%s: got %s, want an error", bad, d)
		}
	}
}

func TestMissingHasTwoForms(t *testing.T) {
	f := parseFlow(t, `{"id": "a", "trigger": {"kind": "manual"}, "steps": [
		{"id": "a", "action": "set", "missing": "empty"}, {"id": "b", "action": "set", "missing": {"text": "skip"}}, {"id": "c", "action": "set"}]}`)
	for i, want := range []string{"empty", "skip", "fail"} {
		if got := f.Steps[i].Missing.For("text"); got != want {
			t.Errorf("step %d: got %s, want %s", i, got, want)
		}
	}
	if got := f.Steps[1].Missing.For("other"); got != "fail" {
		t.Errorf("a field without a policy: got %s, want fail", got)
	}
}

// A block without a step is still one when it is read again.
func TestEmptyBlocksStay(t *testing.T) {
	const document = `{"id":"a","name":"A","trigger":{"kind":"manual"},"steps":[{"id":"each","action":"loop","with":{"over":"trigger.body"},"steps":[],"catch":[]}]}`
	f, problems := flow.ParseFlow([]byte(document))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	data, err := json.Marshal(f)
	if err != nil || string(data) != document {
		t.Errorf("got %s %v", data, err)
	}
}

func TestMarshalHasOneOrder(t *testing.T) {
	f := parseFlow(t, `{"steps": [{"with": {"b": 1, "a": "<x>"}, "timeout": "90s", "action": "set", "id": "a", "missing": {"b": "skip"}}, {"id": "p", "action": "parallel", "branches": [{}]}],
		"trigger": {"kind": "manual"}, "name": "N", "id": "a"}`)
	got, err := flow.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, string(got), `{
  "id": "a",
  "name": "N",
  "trigger": {
    "kind": "manual"
  },
  "steps": [
    {
      "id": "a",
      "action": "set",
      "with": {
        "a": "<x>",
        "b": 1
      },
      "timeout": "1m30s",
      "missing": {
        "b": "skip"
      }
    },
    {
      "id": "p",
      "action": "parallel",
      "branches": [
        {
          "steps": []
        }
      ]
    }
  ]
}
`)
}

func TestPlace(t *testing.T) {
	document := []byte("{\n  \"id\": \"a\",\n  \"steps\": [\n    {\"id\": \"x\", \"with\": {\"a/b\": 1}},\n    {\"id\": \"é\", \"when\": \"1 +\"}\n  ]\n}")
	for pointer, want := range map[string][2]int{
		"":                     {1, 1},
		"/id":                  {2, 9},
		"/steps/0/with/a~1b":   {4, 33},
		"/steps/1/when":        {5, 25},
		"/steps/1/with/absent": {5, 5},
		"/steps/9":             {3, 12},
	} {
		line, col := flow.Place(document, form.Problem{Path: pointer})
		if got := [2]int{line, col}; got != want {
			t.Errorf("%s: got %v, want %v", pointer, got, want)
		}
	}
	if line, col := flow.Place([]byte("{"), form.Problem{Path: "/a/b"}); line != 1 || col < 1 {
		t.Errorf("broken document: got %d:%d", line, col)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"gancho": 1, "flows": []}`,
		`{"gancho": 1, "flows": [{"id": "a", "trigger": {"kind": "webhook", "with": {"n": 1e400, "m": [null]}}, "steps": [{"id": "a", "action": "set", "timeout": "1.5s", "retry": {"factor": 1e9}}]}]}`,
		`{"gancho": 1, "flows": [{"id": "a", "trigger": {}, "settings": {"alerts": [1], "keep": {"runs": "0s"}}, "tests": [{"at": "2026-01-10T10:00:00Z", "event": {"body": 1}}]}], "samples": {"a": [1, {}]}}`,
		`{"gancho": 1, "gancho": 1}`, `{"flows": [{"id": {}}, null, 3]}`, `[`, "\xff", `{"a": "\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, problems := flow.Parse(data)
		if b == nil && len(problems) == 0 {
			t.Fatal("neither a bundle nor a problem")
		}
		for _, p := range problems {
			if line, col := flow.Place(data, p); line < 1 || col < 1 {
				t.Fatalf("%s is at %d:%d", p.Path, line, col)
			}
		}
		if b == nil || flow.Errors(problems) {
			return
		}
		once, err := flow.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		again, problems := flow.Parse(once)
		if len(problems) > 0 {
			t.Fatalf("what was written cannot be read: %v\n%s", lines(problems), once)
		}
		twice, err := flow.Marshal(again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("written twice it differs: %v\n%s\n%s", err, once, twice)
		}
		for _, x := range b.Flows {
			if changes := flow.Diff(x, x, nil); len(changes) > 0 {
				t.Fatalf("a flow differs from itself: %+v", changes)
			}
			flow.Validate(x, catalogue{}, flow.Known{})
		}
	})
}

func TestTimeInTests(t *testing.T) {
	f := parseFlow(t, `{"id": "a", "trigger": {"kind": "manual"}, "steps": [], "tests": [{"name": "t", "at": "2026-01-10T10:00:00-03:00", "event": {}, "expect": {"status": "succeeded"}}]}`)
	if want := time.Date(2026, 1, 10, 13, 0, 0, 0, time.UTC); !f.Tests[0].At.Equal(want) {
		t.Errorf("got %s, want %s", f.Tests[0].At, want)
	}
}
