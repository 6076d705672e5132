package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gancho/engine/flow"
)

// The starters of the editor have no fault and pass their own tests.
func TestStarters(t *testing.T) {
	files, err := filepath.Glob("../../web/editor/src/flows/starters/*.json")
	if err != nil || len(files) != 2 {
		t.Fatalf("got %v, %v; want one file a language", files, err)
	}
	for _, file := range files {
		for _, command := range []string{"check", "test"} {
			t.Run(command+" "+filepath.Base(file), func(t *testing.T) {
				var out, errs bytes.Buffer
				if code := run(t.Context(), []string{command, file}, streams{strings.NewReader(""), &out, &errs}); code != 0 {
					t.Errorf("exit %d\n%s%s", code, &out, &errs)
				}
				if command == "test" && strings.Count(out.String(), "passed") < 28 {
					t.Errorf("fewer tests than there are:\n%s", &out)
				}
			})
		}
	}
}

// A flow that cannot be published is a no for those who publish it or test it by a script.
func TestAFaultyFlowIsANo(t *testing.T) {
	bundle := `{"gancho": 1, "flows": [{"id": "y", "name": "Y", "trigger": {"kind": "manual"}, "steps": [{"id": "a", "action": "set", "with": {"values": {"x": 1}}, "steps": [{"id": "b", "action": "log", "with": {"message": "x"}}]}],
		"tests": [{"name": "t", "event": {"body": {}}, "expect": {"status": "succeeded"}}]}]}`
	for args, want := range map[string]int{"test -": 1, "import - --publish --data " + t.TempDir(): 1, "import - --data " + t.TempDir(): 0} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), streams{strings.NewReader(bundle), &out, &errs}); code != want || !strings.Contains(errs.String(), "/steps/0") {
			t.Errorf("%s: exit %d, want %d\n%s%s", args, code, want, &out, &errs)
		}
	}
	dir := t.TempDir()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"docs", dir}, streams{strings.NewReader(""), &out, &errs}); code != 0 {
		t.Fatalf("docs: exit %d\n%s", code, &errs)
	}
	for _, name := range []string{"flow.md", "flow.pt-BR.md"} {
		page, err := os.ReadFile(filepath.Join(dir, name)) //nolint:gosec // of this test
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []reflect.Type{reflect.TypeFor[flow.Flow](), reflect.TypeFor[flow.Step](), reflect.TypeFor[flow.Settings](), reflect.TypeFor[flow.Trigger]()} {
			for i := range kind.NumField() {
				member, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
				if member != "" && member != "-" && !strings.Contains(string(page), "`"+member) {
					t.Errorf("%s says nothing of %s of %s", name, member, kind)
				}
			}
		}
	}
}

// The steps and values of a Portuguese starter have Portuguese names: people see them on the cards.
func TestStartersAreNamedInTheirLanguage(t *testing.T) {
	named := map[string]map[string]bool{}
	for _, lang := range []string{"en", "pt-BR"} {
		data, err := os.ReadFile("../../web/editor/src/flows/starters/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		bundle, problems := flow.Parse(data)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		named[lang] = map[string]bool{}
		for _, f := range bundle.Flows {
			flow.Walk(f.Steps, "", func(_ string, s *flow.Step) {
				named[lang][s.ID] = true
				values, _ := s.With["values"].(map[string]any)
				for name := range values {
					named[lang][name] = true
				}
			})
		}
	}
	both := map[string]bool{"email": true, "lead": true, "total": true}
	for name := range named["pt-BR"] {
		if named["en"][name] && !both[name] {
			t.Errorf("%q is English", name)
		}
	}
}
