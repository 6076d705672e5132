package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gancho/actions"
	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/own"
	"gancho/triggers"
)

// readBundle reads a file of flows. What is wrong is printed with file, line and column.
func readBundle(path string, to streams) (*flow.Bundle, error) {
	data, err := readFile(path, to)
	if err != nil {
		return nil, err
	}
	b, problems := flow.Parse(data)
	printProblems(to.err, path, data, problems)
	if b == nil || flow.Errors(problems) {
		return nil, errNo
	}
	return b, nil
}

func readFile(path string, to streams) ([]byte, error) {
	const most = 64 << 20
	if path != "-" {
		return os.ReadFile(path) //nolint:wrapcheck // it says what was done, and to which file
	}
	data, err := io.ReadAll(io.LimitReader(to.in, most))
	if err != nil {
		return nil, fmt.Errorf("read what is piped in: %w", err)
	}
	return data, nil
}

// printProblems writes a line a problem, as compilers do.
func printProblems(w io.Writer, path string, data []byte, problems []form.Problem) {
	slices.SortStableFunc(problems, func(a, b form.Problem) int {
		line, col := flow.Place(data, a)
		otherLine, otherCol := flow.Place(data, b)
		return cmp.Or(cmp.Compare(line, otherLine), cmp.Compare(col, otherCol))
	})
	for _, p := range problems {
		line, col := flow.Place(data, p)
		at := ""
		if p.Path != "" {
			at = p.Path + ": "
		}
		fmt.Fprintf(w, "%s:%d:%d: %s: %s%s", path, line, col, p.Severity, at, p.Message.EN)
		if !p.Hint.IsZero() {
			fmt.Fprintf(w, " (%s)", p.Hint.EN)
		}
		fmt.Fprintln(w)
	}
}

func compactJSON(data []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return data
	}
	return b.Bytes()
}

// ownFlags say where an operator's own connectors and presets are, for commands that do not
// open a data folder.
type ownFlags struct {
	Data string `help:"Data folder whose own connectors and presets count." default:"./gancho-data" placeholder:"DIR"`
}

// folder is where own files of one sort are; without a data folder there are none.
func (o ownFlags) folder(name string) string {
	if o.Data == "" {
		return ""
	}
	return filepath.Join(o.Data, name)
}

// offline is the catalogue for commands that do not open a data folder.
func offline(o outboundFlags, own ownFlags) (*engine.Catalogue, error) {
	out, err := actions.NewOutbound(actions.OutboundConfig{Version: version, Allow: o.AllowNet})
	if err != nil {
		return nil, usageError{err.Error()}
	}
	presets, err := triggers.LoadPresets(own.folder("presets"))
	if err != nil {
		return nil, err
	}
	connectors, err := actions.LoadConnectors(own.folder("connectors"))
	if err != nil {
		return nil, err
	}
	return catalogue(out, presets, connectors.All())
}

type checkCommand struct {
	ownFlags
	Strict bool     `help:"Warnings are a no as well."`
	Files  []string `arg:"" name:"file" help:"Bundles; - reads stdin."`
}

// Run validates each file and says what is wrong where.
func (c *checkCommand) Run(to streams) error {
	known, err := offline(outboundFlags{}, c.ownFlags)
	if err != nil {
		return err
	}
	no, err := c.checkOwn(known, to)
	if err != nil {
		return err
	}
	for _, path := range c.Files {
		data, err := readFile(path, to)
		if err != nil {
			return err
		}
		problems := checkFile(data, known)
		printProblems(to.out, path, data, problems)
		no = no || flow.Errors(problems) || (c.Strict && len(problems) > 0)
		if len(problems) == 0 {
			fmt.Fprintf(to.err, "%s: no problems%s\n", path, of(data))
		}
	}
	if no {
		return errNo
	}
	return nil
}

// checkOwn says what is wrong with the connectors and presets of the data folder.
func (c *checkCommand) checkOwn(known *engine.Catalogue, to streams) (no bool, err error) {
	presets, err := triggers.LoadPresets(c.folder("presets"))
	if err != nil {
		return false, err
	}
	connectors, err := actions.LoadConnectors(c.folder("connectors"))
	if err != nil {
		return false, err
	}
	for _, own := range []struct {
		folder   string
		problems []own.Problem
	}{{"connectors", connectors.Problems()}, {"presets", append(presets.Problems(), presets.Misfits(known)...)}} {
		for _, p := range own.problems {
			at := ""
			if p.Path != "" {
				at = p.Path + ": "
			}
			fmt.Fprintf(to.out, "%s:%d:%d: %s: %s%s\n", filepath.Join(c.folder(own.folder), p.File), p.Line, p.Col, p.Severity, at, p.Message.EN)
			no = no || c.Strict || p.Severity == form.Error
		}
	}
	return no, nil
}

// of says how many flows a bundle has.
func of(data []byte) string {
	b, _ := flow.Parse(data)
	if b == nil || len(b.Flows) == 0 {
		return ""
	}
	if len(b.Flows) == 1 {
		return " in 1 flow"
	}
	return fmt.Sprintf(" in %d flows", len(b.Flows))
}

// checkFile finds everything that is wrong with a bundle, or with an own connector or preset.
func checkFile(data []byte, known *engine.Catalogue) []form.Problem {
	var head struct{ Format string }
	_ = json.Unmarshal(data, &head) //nolint:errcheck // what it is will be told
	switch {
	case strings.HasPrefix(head.Format, "gancho.connector/"):
		_, problems := actions.ParseConnector(data, true)
		return problems
	case strings.HasPrefix(head.Format, "gancho.preset/"):
		preset, problems := triggers.ParsePreset(data)
		if preset != nil {
			problems = append(problems, preset.Misfits(known)...)
		}
		return problems
	}
	return checkBundle(data, known)
}

// checkBundle finds everything that is wrong with a bundle. Which connections there will be is
// not known here, and nothing is said of them.
func checkBundle(data []byte, known *engine.Catalogue) []form.Problem {
	b, problems := flow.Parse(data)
	if b == nil {
		return problems
	}
	for i, f := range b.Flows {
		found := flow.Validate(f, known, flow.Known{Flow: b.Has, Trigger: b.Trigger})
		met, _ := engine.MetByTests(known, f, b.Events(f.ID))
		for _, p := range append(found, flow.CheckTypes(f, known, met)...) {
			p.Path = fmt.Sprintf("/flows/%d%s", i, p.Path)
			if p.Code == "unknown_action" && p.Hint.IsZero() {
				p.Hint = form.Label("one of an own connector is known with --data DIR", "uma de um conector próprio é conhecida com --data DIR")
			}
			problems = append(problems, p)
		}
	}
	return problems
}

type testCommand struct {
	ownFlags
	Files []string `arg:"" name:"file" help:"Bundles; - reads stdin."`
	JSON  bool     `name:"json" help:"Print the results as JSON."`
	JUnit string   `name:"junit" help:"Write the results as JUnit XML." placeholder:"FILE"`
	Zone  string   `name:"timezone" help:"Time zone of flows that name none." default:"UTC" placeholder:"ZONE"`
}

// testResult is one flow's tests.
type testResult struct {
	File string `json:"file"`
	Flow string `json:"flow"`
	engine.TestsView
}

// Run runs the tests of every flow in the files, a line a test.
func (c *testCommand) Run(ctx context.Context, to streams) error {
	known, err := offline(outboundFlags{}, c.ownFlags)
	if err != nil {
		return err
	}
	results := []testResult{}
	failed, faulty := 0, false
	for _, path := range c.Files {
		b, err := readBundle(path, to)
		if err != nil {
			return err
		}
		count := 0
		for i, f := range b.Flows {
			if faults := faultsOf(b, i, known); len(faults) > 0 {
				printFaults(to.err, path, f.ID, faults)
				faulty = true
			}
			view, err := engine.Tests(ctx, engine.TrialConfig{Catalogue: known, Flow: f, Timezone: c.Zone, Decode: triggers.DecodeBody, Log: newLog(to.err, "info")})
			if err != nil {
				return fmt.Errorf("flow %s: %w", f.ID, err)
			}
			results = append(results, testResult{path, f.ID, view})
			failed += view.Failed
			count += len(view.Tests)
		}
		if count == 0 {
			fmt.Fprintf(to.err, "%s: no flow in it has tests\n", path)
		}
	}
	if err := c.report(to.out, results); err != nil {
		return err
	}
	if failed > 0 || faulty {
		return errNo
	}
	return nil
}

// faultsOf are the errors for which a flow cannot be published: its tests say nothing then.
func faultsOf(b *flow.Bundle, i int, known *engine.Catalogue) []form.Problem {
	found := flow.Validate(b.Flows[i], known, flow.Known{Flow: b.Has, Trigger: b.Trigger})
	return slices.DeleteFunc(found, func(p form.Problem) bool { return p.Severity != form.Error })
}

func printFaults(w io.Writer, path, id string, faults []form.Problem) {
	for _, p := range faults {
		fmt.Fprintf(w, "%s: %s cannot be published: %s: %s\n", path, id, p.Path, p.Message.EN)
	}
}

func (c *testCommand) report(w io.Writer, results []testResult) error {
	if c.JUnit != "" {
		if err := writeJUnit(c.JUnit, results); err != nil {
			return err
		}
	}
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		for i := range results {
			for j := range results[i].Tests {
				results[i].Tests[j].Run = nil
			}
		}
		if err := e.Encode(results); err != nil {
			return fmt.Errorf("print the results: %w", err)
		}
		return nil
	}
	for _, r := range results {
		for _, t := range r.Tests {
			fmt.Fprintf(w, "%-6s %s: %s\n", t.Status, r.Flow, t.Name)
			for _, d := range t.Differences {
				fmt.Fprintf(w, "       %s\n", d.Message)
			}
		}
	}
	return nil
}
