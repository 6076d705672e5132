package actions

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// casesFile is the format gancho.cases/1 for connectors: what a connector sends for an input,
// and what it makes of canned answers.
type casesFile struct {
	Format    string          `json:"format"`
	Connector string          `json:"connector"`
	Cases     []connectorCase `json:"cases"`
}

type connectorCase struct {
	Name       string            `json:"name"`
	Action     string            `json:"action"`
	Auth       string            `json:"auth"`
	Connection map[string]string `json:"connection"`
	Secrets    map[string]string `json:"secrets"`
	Input      map[string]any    `json:"input"`
	Delivery   string            `json:"delivery"`
	Answered   int               `json:"answered"`
	At         *time.Time        `json:"at"`
	Test       bool              `json:"test"`
	Options    string            `json:"options"`
	Answers    []cannedAnswer    `json:"answers"`
	Want       caseWant          `json:"want"`
}

type cannedAnswer struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	JSON    any               `json:"json"`
	Text    *string           `json:"text"`
	Break   string            `json:"break"`
}

type caseWant struct {
	Requests []wantRequest  `json:"requests"`
	Class    string         `json:"class"`
	After    *float64       `json:"after"`
	At       *time.Time     `json:"at"`
	Scope    string         `json:"scope"`
	Error    string         `json:"error"`
	Code     string         `json:"code"`
	Hint     string         `json:"hint"`
	Account  string         `json:"account"`
	Output   any            `json:"output"`
	Stored   map[string]any `json:"stored"`
}

type wantRequest struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	JSON    any               `json:"json"`
	Form    any               `json:"form"`
	Text    *string           `json:"text"`
}

func showProblems(t *testing.T, file string, data []byte, problems []form.Problem) {
	t.Helper()
	for _, p := range problems {
		line, col := flow.Place(data, p)
		hint := ""
		if p.Hint.EN != "" {
			hint = " (" + p.Hint.EN + ")"
		}
		t.Errorf("%s:%d:%d: %s %s: %s%s", file, line, col, p.Code, p.Path, p.Message.EN, hint)
	}
}

func connectorFilesOf(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("connectors/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no connectors: %v", err)
	}
	return names
}

// Every connector of this program is read strictly, and has its cases.
func TestConnectors(t *testing.T) {
	for _, name := range connectorFilesOf(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c, problems := ParseConnector(data, false)
			showProblems(t, name, data, problems)
			if c == nil {
				return
			}
			if want := strings.TrimSuffix(filepath.Base(name), ".json"); c.ID() != want {
				t.Errorf("the ID is %s, the file's name %s", c.ID(), want)
			}
			cases := readCases(t, c.ID())
			if cases.Connector != c.ID() {
				t.Errorf("the cases are of %q", cases.Connector)
			}
			for _, id := range c.actions {
				if sample, ok := c.sample(id).(map[string]any); ok {
					for name, value := range sample {
						if value == nil {
							t.Errorf("the sample of action %s has no %s", id, name)
						}
					}
				}
				if !slices.ContainsFunc(cases.Cases, func(x connectorCase) bool { return x.Action == id }) {
					t.Errorf("action %s has no case", id)
				}
			}
		})
	}
}

func readCases(t *testing.T, id string) casesFile {
	t.Helper()
	name := filepath.Join("testdata", "connectors", id+".cases.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var f casesFile
	problems, _ := flow.Read(data, &f)
	showProblems(t, name, data, problems)
	var format struct{ Format string }
	if err := json.Unmarshal(data, &format); err != nil || format.Format != "gancho.cases/1" {
		t.Errorf("%s: the format must be gancho.cases/1", name)
	}
	return f
}
