package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/triggers"
)

type runCommand struct {
	outboundFlags
	ownFlags
	File  string `arg:"" help:"Bundle; - reads stdin."`
	Flow  string `help:"Which flow of it, where it has several." placeholder:"ID"`
	Event string `required:"" help:"The event: {body, headers, query, method}, or just its body." placeholder:"FILE"`
	Real  bool   `help:"Act for real, without waiting: delays and the waits between attempts pass at once. Without it effects are held back."`
	JSON  bool   `name:"json" help:"Print the run as JSON."`
	Zone  string `name:"timezone" help:"Time zone of flows that name none." default:"UTC" placeholder:"ZONE"`
}

// Run runs the flow once in memory and prints what each step did.
func (c *runCommand) Run(ctx context.Context, to streams) error {
	known, err := offline(c.outboundFlags, c.ownFlags)
	if err != nil {
		return err
	}
	b, err := readBundle(c.File, to)
	if err != nil {
		return err
	}
	if c.Flow == "" && len(b.Flows) == 1 {
		c.Flow = b.Flows[0].ID
	}
	if c.Flow == "" {
		return usageError{fmt.Sprintf("say which flow: --flow %s", strings.Join(flowIDs(b), ", --flow "))}
	}
	f := pickFlow(b, c.Flow)
	if f == nil {
		return fmt.Errorf("%s has no flow %q; it has %s", c.File, c.Flow, strings.Join(flowIDs(b), ", "))
	}
	event, err := readEvent(c.Event, to)
	if err != nil {
		return err
	}
	run, err := engine.Trial(ctx, engine.TrialConfig{
		Catalogue: known, Flow: f, Event: event, Real: c.Real, Timezone: c.Zone, Decode: triggers.DecodeBody, Log: newLog(to.err, "info"),
		Resolve: func(name string) (*connections.Connection, error) { return nil, connections.ErrNoConnection },
	})
	if err != nil {
		return fmt.Errorf("run %s: %w", c.Flow, err)
	}
	if err := c.print(to.out, run); err != nil {
		return err
	}
	if !went(run) {
		return errNo
	}
	return nil
}

// went says that a run did what it could do here. One that waits for an answer did; one that needs a
// connection did not: in memory there are none.
func went(run *engine.RunView) bool {
	needs := func(s engine.StepView) bool { return s.Waiting == "connection" }
	return run.Status != "failed" && run.Status != "unknown" && !slices.ContainsFunc(run.Steps, needs)
}

func pickFlow(b *flow.Bundle, id string) *flow.Flow {
	for _, f := range b.Flows {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func flowIDs(b *flow.Bundle) []string {
	var ids []string
	for _, f := range b.Flows {
		ids = append(ids, f.ID)
	}
	return ids
}

// readEvent takes a whole event, or a body alone.
func readEvent(path string, to streams) (flow.TestEvent, error) {
	data, err := readFile(path, to)
	if err != nil {
		return flow.TestEvent{}, err
	}
	value, err := expression.Decode(data)
	if err != nil {
		return flow.TestEvent{}, fmt.Errorf("%s: %w", path, err)
	}
	members, ok := value.(map[string]any)
	if !ok || !isEvent(members) {
		return flow.TestEvent{Body: value}, nil
	}
	var event flow.TestEvent
	if err := json.Unmarshal(data, &event); err != nil {
		return event, fmt.Errorf("%s: %w", path, err)
	}
	event.Body = members["body"]
	return event, nil
}

func isEvent(members map[string]any) bool {
	_, body := members["body"]
	for name := range members {
		if name != "body" && name != "headers" && name != "query" && name != "method" {
			return false
		}
	}
	return body
}

func (c *runCommand) print(w io.Writer, run *engine.RunView) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		if err := e.Encode(run); err != nil {
			return fmt.Errorf("print the run: %w", err)
		}
		return nil
	}
	for _, s := range run.Steps {
		held := ""
		if s.Mocked {
			held = " (held back)"
		}
		fmt.Fprintf(w, "%-9s %s  %s%s\n", s.Status, s.Path, s.Action, held)
		if c.Real && len(s.Attempts) > 1 {
			fmt.Fprintf(w, "          attempts: %d, without the waits between them\n", len(s.Attempts))
		}
		for _, line := range s.Lines {
			fmt.Fprintf(w, "          log: %s\n", line)
		}
		printValue(w, "request", s.Request)
		if s.Request == nil && len(s.Input) > 0 {
			printValue(w, "with", s.Input)
		}
		printValue(w, "output", s.Output)
		if s.Error != nil {
			fmt.Fprintf(w, "          error: %s: %s\n", s.Error.Code, s.Error.Message)
		}
		if s.Warning != nil {
			fmt.Fprintf(w, "          warning: %s: %s\n", s.Warning.Code, s.Warning.Message)
		}
		if s.Reason != "" {
			fmt.Fprintf(w, "          because: %s\n", s.Reason)
		}
	}
	fmt.Fprintf(w, "run %s", run.Status)
	if run.Error != nil {
		fmt.Fprintf(w, ": %s: %s", run.Error.Code, run.Error.Message)
	} else if run.Reason != "" {
		fmt.Fprintf(w, ": %s", run.Reason)
	}
	fmt.Fprintln(w)
	if run.Answer != nil {
		printValue(w, "answer", run.Answer)
	}
	return nil
}

func printValue(w io.Writer, name string, value any) {
	if value == nil {
		return
	}
	if data, err := flow.Marshal(value); err == nil {
		fmt.Fprintf(w, "          %s: %s\n", name, compactJSON(data))
	}
}
