package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/flows"
)

// importFlows takes the bundle in, publishes what has no errors and no failing tests, and
// prints how to use it.
func (c *serveCommand) importFlows(ctx context.Context, i *instance, e *engine.Engine, to streams) error {
	b, err := readBundle(c.Flows, to)
	if err != nil {
		return err
	}
	results, err := i.flows.Import(ctx, b, flows.ImportOptions{Publish: true, OnConflict: flows.OnConflictFollow, Failing: e.FailingTests})
	if err != nil {
		return fmt.Errorf("import %s: %w", c.Flows, err)
	}
	sayNoSamples(b, to)
	public := e.Instance().PublicURL
	for _, r := range results {
		f, err := i.flows.Get(r.ID)
		if err != nil {
			return fmt.Errorf("flow %s: %w", r.ID, err)
		}
		for _, p := range r.Problems {
			if p.Code == engine.TestFailed {
				f.Problems = append(slices.Clip(f.Problems), p)
			}
		}
		printFlow(to.out, &f, public, i.connections)
		if r.Discarded {
			fmt.Fprintln(to.out, "  its draft had changes that were not published: the file replaced them, and undo brings them back")
		}
		if flow.Errors(r.Problems) {
			fmt.Fprintln(to.out, "  it was kept as a draft, not published: mend the file, or publish it in the editor")
		}
		if f.State == flows.StateOff && f.Published != nil {
			fmt.Fprintln(to.out, "  somebody turned it off: it stays so until it is turned on again")
		}
	}
	return nil
}

// printFlow says where a flow's events go, and how to send a first one.
func printFlow(w io.Writer, e *flows.Entry, public string, connections *connections.Connections) {
	fmt.Fprintf(w, "\n%s (%s, %s)\n", e.Draft.Name, e.ID, e.State)
	if missing := missingConnections(e.Draft, connections); len(missing) > 0 {
		noun := "connection"
		if len(missing) > 1 {
			noun = "connections"
		}
		fmt.Fprintf(w, "  waits for the %s %s\n", noun, strings.Join(missing, ", "))
	}
	for _, p := range e.Problems {
		if p.Severity == "error" {
			fmt.Fprintf(w, "  error at %s: %s\n", p.Path, p.Message.EN)
		}
	}
	if e.Draft.Trigger.Kind != "webhook" {
		fmt.Fprintf(w, "  starts by %s\n", e.Draft.Trigger.Kind)
		return
	}
	url := public + "/h/" + e.Token
	fmt.Fprintf(w, "  %s\n  %s\n", url, curlLine(e.Draft, url))
}

// curlLine is a command that sends the event of the flow's first test.
func curlLine(f *flow.Flow, url string) string {
	body, kind := []byte(`{}`), "application/json"
	if len(f.Tests) > 0 && f.Tests[0].Event.Body != nil {
		event := f.Tests[0].Event
		if text, ok := event.Body.(string); ok && event.Headers["content-type"] != "" {
			body, kind = []byte(text), event.Headers["content-type"]
		} else if data, err := flow.Marshal(event.Body); err == nil {
			body = compactJSON(data)
		}
	}
	line := fmt.Sprintf("curl -H %s -d %s %s", quote("Content-Type: "+kind), quote(string(body)), url)
	if f.Trigger.Connection != "" {
		line += "  # needs the secret of " + f.Trigger.Connection
	}
	return line
}

// quote makes one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func missingConnections(f *flow.Flow, connections *connections.Connections) []string {
	var missing []string
	seen := map[string]bool{"": true}
	note := func(name string) {
		if !seen[name] {
			seen[name] = true
			if _, err := connections.Resolve(name); err != nil {
				missing = append(missing, name)
			}
		}
	}
	note(f.Trigger.Connection)
	flow.Walk(f.Steps, "", func(_ string, s *flow.Step) { note(s.Connection) })
	return missing
}
