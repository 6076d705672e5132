package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"gancho/engine"
	"gancho/engine/flow"
)

type backtestCommand struct {
	remote
	File string `arg:"" help:"Bundle; - reads stdin."`
	Last int    `help:"How many of the newest events." default:"100" placeholder:"N"`
	JSON bool   `name:"json" help:"Print the results as JSON."`
}

// Run prints how each flow would do otherwise than what is published; a no when runs would
// newly fail.
func (c *backtestCommand) Run(ctx context.Context, to streams) error {
	if c.Server == "" {
		return usageError{"say which server: --server URL"}
	}
	b, err := readBundle(c.File, to)
	if err != nil {
		return err
	}
	results := map[string]engine.Backtest{}
	failed := 0
	for _, f := range b.Flows {
		r, err := c.ask(ctx, f)
		if err != nil {
			return fmt.Errorf("flow %s: %w", f.ID, err)
		}
		results[f.ID] = r
		failed += r.NewlyFailed
		if !c.JSON {
			printBacktest(to, f.ID, &r)
		}
	}
	if c.JSON {
		e := json.NewEncoder(to.out)
		e.SetIndent("", "  ")
		if err := e.Encode(results); err != nil {
			return fmt.Errorf("print the results: %w", err)
		}
	}
	if failed > 0 {
		return errNo
	}
	return nil
}

func (c *backtestCommand) ask(ctx context.Context, f *flow.Flow) (engine.Backtest, error) {
	var r engine.Backtest
	body, err := flow.Marshal(map[string]any{"n": c.Last, "flow": f})
	if err != nil {
		return r, fmt.Errorf("write the flow: %w", err)
	}
	data, err := c.call(ctx, http.MethodPost, "/flows/"+f.ID+"/backtest", body)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("read the answer: %w", err)
	}
	return r, nil
}

func printBacktest(to streams, id string, r *engine.Backtest) {
	fmt.Fprintf(to.out, "%s: %d events, %d the same, %d changed, %d newly failed, %d newly mended\n", id, r.Events, r.Same, r.Changed, r.NewlyFailed, r.NewlyMended)
	for _, row := range r.Rows {
		fmt.Fprintf(to.out, "  %s %s\n", row.Event, row.Title)
		for _, d := range row.Differences {
			fmt.Fprintf(to.out, "    %s\n", d.Message)
		}
	}
}
