package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

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
	if c.Last < 1 {
		return usageError{"--last must be 1 or more"}
	}
	b, err := readBundle(c.File, to)
	if err != nil {
		return err
	}
	results := map[string]engine.Backtest{}
	failed := 0
	var left []string
	for _, f := range b.Flows {
		r, err := c.compare(ctx, f, to)
		var no answerError
		switch {
		case errors.As(err, &no):
			fmt.Fprintf(to.err, "%s: %v\n", f.ID, err)
			left = append(left, f.ID)
			continue
		case errors.Is(err, errNo):
			left = append(left, f.ID)
			continue
		case err != nil:
			return fmt.Errorf("flow %s: %w", f.ID, err)
		}
		results[f.ID] = r
		failed += r.NewlyFailed
		if !c.JSON {
			printBacktest(to, f.ID, &r)
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(to.err, "not compared: %s\n", strings.Join(left, ", "))
	}
	if c.JSON {
		e := json.NewEncoder(to.out)
		e.SetIndent("", "  ")
		if err := e.Encode(results); err != nil {
			return fmt.Errorf("print the results: %w", err)
		}
	}
	if failed > 0 || len(left) > 0 {
		return errNo
	}
	return nil
}

// compare holds one flow against what the server has; errNo where the flow is faulty, which is
// printed.
func (c *backtestCommand) compare(ctx context.Context, f *flow.Flow, to streams) (engine.Backtest, error) {
	if err := c.check(ctx, f, to); err != nil {
		return engine.Backtest{}, err
	}
	return c.ask(ctx, f)
}

// check asks the server, which knows its own connectors, whether the flow is valid at all.
func (c *backtestCommand) check(ctx context.Context, f *flow.Flow, to streams) error {
	body, err := flow.Marshal(f)
	if err != nil {
		return fmt.Errorf("write the flow: %w", err)
	}
	data, err := c.call(ctx, http.MethodPost, "/flows/"+f.ID+"/check", body)
	if err != nil {
		return err
	}
	var answer struct {
		Problems []struct{ Severity, Path, Message string }
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	wrong := false
	for _, p := range answer.Problems {
		if p.Severity == "error" {
			wrong = true
			fmt.Fprintf(to.err, "%s: error: %s: %s\n", f.ID, p.Path, p.Message)
		}
	}
	if wrong {
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

// alike are events of which the draft makes the same other thing.
type alike struct {
	row   *engine.BacktestRow
	count int
}

func printBacktest(to streams, id string, r *engine.Backtest) {
	fmt.Fprintf(to.out, "%s: %d events, %d the same, %d changed, %d newly failed, %d newly mended\n", id, r.Events, r.Same, r.Changed, r.NewlyFailed, r.NewlyMended)
	for _, g := range groupRows(r.Rows) {
		fmt.Fprintf(to.out, "  %d × such as %s %s\n", g.count, g.row.Event, g.row.Title)
		for _, d := range g.row.Differences {
			fmt.Fprintf(to.out, "    %s\n", d.Message)
		}
	}
}

// groupRows puts rows together that differ in the same places, the most frequent first.
func groupRows(rows []engine.BacktestRow) []*alike {
	groups, list := map[string]*alike{}, []*alike{}
	for i := range rows {
		row := &rows[i]
		key := string(row.Before) + " " + string(row.After)
		for _, d := range row.Differences {
			key += "\n" + d.Path
		}
		if groups[key] == nil {
			groups[key] = &alike{row: row}
			list = append(list, groups[key])
		}
		groups[key].count++
	}
	slices.SortStableFunc(list, func(a, b *alike) int { return b.count - a.count })
	return list
}
