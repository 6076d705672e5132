package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// TestsView is the outcome of a flow's own tests.
type TestsView struct {
	Passed int        `json:"passed" doc:"how many"`
	Failed int        `json:"failed" doc:"how many"`
	Tests  []TestView `json:"tests" doc:"each with its outcome, in the order of the flow"`
}

// TestView is the outcome of one test: passed or failed, and how it differs from what it expects.
type TestView struct {
	Name        string       `json:"name" doc:"of the test"`
	Status      string       `json:"status" enum:"passed,failed" doc:"whether all that it expects came true"`
	Differences []Difference `json:"differences" doc:"what it expects and did not get; empty when it passed"`
	Run         *RunView     `json:"run,omitempty" doc:"what the flow did; left out where it could not be run"`
}

// Difference is one place where a run is not as its test expects.
type Difference struct {
	Path    string `json:"path" doc:"status, answer/… or the path of a step and a pointer into it"`
	Want    any    `json:"want" doc:"what was expected"`
	Got     any    `json:"got" doc:"what came"`
	Message string `json:"message" doc:"the same in words, in the asker's language"`
}

// Tests runs a flow's own tests in memory. Nothing leaves the machine.
func Tests(ctx context.Context, c TrialConfig) (TestsView, error) {
	lang := langOf(ctx)
	ctx = WithLang(ctx, "en") // what a test expects is the same whoever runs it
	view := TestsView{Tests: []TestView{}}
	for _, test := range c.Flow.Tests {
		one := c
		one.Event, one.Mocks, one.Real = test.Event, test.Mocks, false
		if test.At != nil {
			one.At = *test.At
		}
		run, err := Trial(ctx, one)
		if err != nil {
			return view, fmt.Errorf("test %q: %w", test.Name, err)
		}
		found := compare(run, test.Expect)
		run.Error.Speak(lang)
		t := TestView{Name: test.Name, Status: "passed", Differences: found, Run: run}
		if len(found) == 0 {
			view.Passed++
		} else {
			t.Status = "failed"
			view.Failed++
		}
		view.Tests = append(view.Tests, t)
	}
	return view, nil
}

// FailingTests runs a flow's own tests before it is published, and gives where they fail; none
// when all pass.
func (e *Engine) FailingTests(ctx context.Context, f *flow.Flow) (problems []form.Problem) {
	tests, err := Tests(WithLang(ctx, "en"), e.TrialOf(f))
	if err != nil {
		return []form.Problem{testFailed("/tests", "the tests could not run: "+err.Error(), "os testes não puderam rodar: "+err.Error())}
	}
	for i, t := range tests.Tests {
		for _, d := range t.Differences {
			said := d.said(f, t.Run)
			problems = append(problems, testFailed(fmt.Sprintf("/tests/%d", i), fmt.Sprintf("the test %q fails: %s", t.Name, said.EN), fmt.Sprintf("o teste %q falha: %s", t.Name, said.PT)))
		}
	}
	return problems
}

// TestFailed is the code of a problem that a flow's own test found.
const TestFailed = "test_failed"

func testFailed(path, en, pt string) form.Problem {
	return form.Problem{Severity: form.Error, Path: path, Code: TestFailed, Message: form.Label(en, pt)}
}

// statusWords are those that people read of a run or a step.
var statusWords = map[any]string{
	"succeeded": "concluída", "failed": "falhou", "filtered": "filtrada", "waiting": "esperando", "skipped": "pulado", "unknown": "resultado desconhecido", "duplicate": "duplicado",
}

// said tells a difference to people: steps by their names, and why a run failed.
func (d *Difference) said(f *flow.Flow, run *RunView) form.Words {
	first, rest, _ := strings.Cut(d.Path, "/")
	en, pt := first, first
	if name := calledIn(f, idOf(first)); name != "" {
		en, pt = fmt.Sprintf("step “%s”", name), fmt.Sprintf("passo “%s”", name)
	}
	if rest != "" && rest != "status" {
		en, pt = en+", "+rest, pt+", "+rest
	}
	if d.Path != "status" && rest != "status" {
		return form.Label(fmt.Sprintf("%s: want %s, got %s", en, short(d.Want), short(d.Got)), fmt.Sprintf("%s: esperado %s, veio %s", pt, short(d.Want), short(d.Got)))
	}
	if d.Path == "status" {
		en, pt = "the run", "a execução"
	}
	in := func(status any) string { return cmp.Or(statusWords[status], fmt.Sprint(status)) }
	w := form.Label(fmt.Sprintf("%s: want %v, got %v", en, d.Want, d.Got), fmt.Sprintf("%s: esperado %s, veio %s", pt, in(d.Want), in(d.Got)))
	if d.Path == "status" && leftOut(run) {
		w.EN += fmt.Sprintf(" (%s%s)", leftOutWords.EN, because(run.Reason, "en"))
		w.PT += fmt.Sprintf(" (%s%s)", leftOutWords.PT, because(run.Reason, "pt-BR"))
	}
	if e := run.Error; e != nil && d.Path == "status" {
		at := calledIn(f, idOf(e.Step))
		w.EN += fmt.Sprintf(" (%s: %s)", at, e.Message)
		w.PT += fmt.Sprintf(" (%s: %s)", at, said.In(e.Message, "pt-BR"))
	}
	return w
}

// calledIn is the name of a step, else its ID; "" without such a step.
func calledIn(f *flow.Flow, id string) (name string) {
	flow.Walk(f.Steps, "", func(_ string, s *flow.Step) {
		if s.ID == id {
			name = cmp.Or(s.Name, s.ID)
		}
	})
	return name
}

// compare finds where a run is not as expected. Only what is named must match.
func compare(run *RunView, want flow.Expect) []Difference {
	d := &differences{found: []Difference{}}
	if leftOut(run) && want.Status != string(run.Status) {
		d.add("status", cmp.Or(want.Status, string(store.Succeeded)), string(run.Status))
		d.found[0].Message += "; " + leftOutWords.EN + because(run.Reason, "en")
		return d.found // no step ran, and of none is there more to say
	}
	if want.Status != "" && string(run.Status) != want.Status {
		d.add("status", want.Status, string(run.Status))
		if run.Error != nil {
			d.found[0].Message += fmt.Sprintf("; step %s: %s", run.Error.Step, run.Error.Message)
		}
	}
	if want.Answer != nil {
		d.part("answer", asJSON(run.Answer), asJSON(want.Answer))
	}
	steps := map[string]any{}
	for _, s := range run.Steps {
		steps[s.Path] = asJSON(map[string]any{"status": s.Status, "with": s.given, "output": s.Output, "error": s.Error, "request": s.Request, "reason": s.Reason})
	}
	for _, path := range slices.Sorted(maps.Keys(want.Steps)) {
		expected := want.Steps[path]
		if status, ok := expected.(string); ok {
			expected = map[string]any{"status": status}
		}
		got, ran := steps[path]
		if !ran {
			got = map[string]any{"status": "skipped"}
		}
		d.part(path, got, asJSON(expected))
	}
	return d.found
}

// leftOut says that the trigger's condition let the event not pass.
func leftOut(run *RunView) bool {
	return run.Status == store.RunFiltered && !slices.ContainsFunc(run.Steps, func(s StepView) bool { return s.Status != stepSkipped })
}

var leftOutWords = form.Label("the condition of the trigger lets the event not pass", "a condição do gatilho não deixa o evento passar")

// because adds the reason that a run gives.
func because(reason, lang string) string {
	if reason == "" {
		return ""
	}
	return ": " + said.In(reason, lang)
}

type differences struct {
	found []Difference
	then  bool // it compares what was with what is, not with what is wanted
}

func (d *differences) add(path string, want, got any) {
	d.found = append(d.found, Difference{path, want, got, d.message(path, want, got)})
}

func (d *differences) message(path string, want, got any) string {
	step := !strings.Contains(path, "/") && path != "status"
	switch {
	case !d.then:
		return fmt.Sprintf("%s: want %s, got %s", path, short(want), short(got))
	case step && want == nil:
		return path + ": runs now"
	case step && got == nil:
		return path + ": does not run any more"
	}
	return fmt.Sprintf("%s: was %s, is now %s", path, short(want), short(got))
}

// part compares the members that are named; lists are compared whole.
func (d *differences) part(path string, got, want any) {
	members, ok := want.(map[string]any)
	object, isObject := got.(map[string]any)
	if !ok || !isObject {
		if !reflect.DeepEqual(got, want) {
			d.add(path, want, got)
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		d.part(path+"/"+name, object[name], members[name])
	}
}

func short(value any) string {
	data, err := flow.Marshal(value) // with <, > and & as they are
	var line bytes.Buffer
	if err == nil {
		err = json.Compact(&line, data)
	}
	if err != nil {
		return fmt.Sprint(value)
	}
	return form.Cut(line.String(), 200)
}

// asJSON is a value as its JSON reads.
func asJSON(value any) any {
	data, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	decoded, err := expression.Decode(data)
	if err != nil {
		return nil
	}
	return decoded
}
