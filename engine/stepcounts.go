package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gancho/engine/store"
)

// StepCounts say how many runs of a flow passed each of its steps, in a span of time. A failed run
// that a newer one repeats does not count beside it.
type StepCounts struct {
	From  time.Time             `json:"from" doc:"oldest, inclusive"`
	To    time.Time             `json:"to" doc:"newest, exclusive"`
	Runs  int                   `json:"runs" doc:"that were looked at, the newest first"`
	Whole bool                  `json:"whole" doc:"false when there are older ones that were not looked at"`
	Steps map[string]*StepCount `json:"steps" doc:"by path; * stands for the turn of a loop, and each turn counts"`
}

// StepCount counts what became of one step.
type StepCount struct {
	Reached  int    `json:"reached" doc:"all but skipped"`
	Passed   int    `json:"passed" doc:"ended well"`
	Failed   int    `json:"failed" doc:"ended with an error"`
	Filtered int    `json:"filtered" doc:"runs that it ended"`
	Waiting  int    `json:"waiting" doc:"wait now"`
	Running  int    `json:"running" doc:"are at it now"`
	Unknown  int    `json:"unknown" doc:"have an outcome that a person has to settle"`
	Skipped  int    `json:"skipped" doc:"did not do it: on a path that was not taken, or by its condition"`
	MedianMs *int64 `json:"median_ms" doc:"half of them took no longer from beginning to end, in milliseconds; null where none ended"`
	P95Ms    *int64 `json:"p95_ms" doc:"95 of 100 took no longer, in milliseconds; null where none ended"`

	took []int64
}

const (
	stepCountRuns = 2000
	stepCountTime = 2 * time.Second
)

// StepCounts counts what the runs that began between from and to did, step by step. Without
// both it counts those of the last 24 hours; what took long may then be given again, so that
// however many editors ask, counting takes a twentieth of the time at most.
func (e *Engine) StepCounts(ctx context.Context, id string, from, to time.Time) (StepCounts, error) {
	if _, err := e.Flows.Get(id); err != nil {
		return StepCounts{}, err
	}
	if !from.IsZero() || !to.IsZero() {
		return e.countRuns(ctx, id, from, to)
	}
	last := e.counted.of(id)
	select {
	case last.turn <- struct{}{}:
	case <-ctx.Done():
		return StepCounts{}, ctx.Err()
	}
	defer func() { <-last.turn }()
	if time.Now().Before(last.until) {
		return last.counts, nil
	}
	start := time.Now()
	counts, err := e.countRuns(ctx, id, from, to)
	if took := time.Since(start); err == nil && counts.Runs > fewRuns {
		last.counts, last.until = counts, start.Add(20*took)
	}
	return counts, err
}

const fewRuns = 200 // are counted anew each time

// counted is what was counted last, by flow.
type counted struct {
	mu sync.Mutex
	by map[string]*countedFlow
}

type countedFlow struct {
	turn   chan struct{} // taken while one counts: others wait for what it finds
	counts StepCounts
	until  time.Time
}

func (c *counted) of(id string) *countedFlow {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil || len(c.by) > 1000 {
		c.by = map[string]*countedFlow{}
	}
	if c.by[id] == nil {
		c.by[id] = &countedFlow{turn: make(chan struct{}, 1)}
	}
	return c.by[id]
}

func (e *Engine) countRuns(ctx context.Context, id string, from, to time.Time) (StepCounts, error) {
	if to.IsZero() {
		to = e.Now()
	}
	if from.IsZero() {
		from = to.Add(-24 * time.Hour)
	}
	c := StepCounts{From: from.UTC(), To: to.UTC(), Whole: true, Steps: map[string]*StepCount{}}
	if err := e.loadReplayed(ctx); err != nil {
		return c, err
	}
	start := time.Now()
	err := e.EachRun(ctx, store.Query{Flow: id, From: from, To: to, Limit: 200}, func(r *store.Run) (bool, error) {
		if c.Runs == stepCountRuns || time.Since(start) > stepCountTime {
			c.Whole = false
			return false, nil
		}
		if r.Status == store.Failed && e.replayed.has(r.ID) {
			return true, nil
		}
		c.Runs++
		return true, e.countSteps(ctx, &c, r)
	})
	for _, s := range c.Steps {
		s.MedianMs, s.P95Ms = percentile(s.took, 50), percentile(s.took, 95)
	}
	return c, err
}

func (e *Engine) countSteps(ctx context.Context, c *StepCounts, run *store.Run) error {
	story, err := e.Store.GetRun(ctx, run.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // it went meanwhile
	}
	if err != nil {
		return fmt.Errorf("read run %s: %w", run.ID, err)
	}
	for _, s := range story.Steps {
		var r struct {
			Action, Status string
			Started, Ended time.Time
			DoneBy         string `json:"done_by"`
		}
		if err := json.Unmarshal(s.Data, &r); err != nil {
			return fmt.Errorf("record of step %s: %w", s.Path, err)
		}
		if r.Action != "turn" && r.DoneBy == "" {
			if run.Status.Final() {
				r.Status = closed(r.Action, r.Status, run.Status)
			}
			c.of(anyTurn(s.Path)).add(r.Status, r.Started, r.Ended)
		}
	}
	return nil
}

func (c *StepCounts) of(path string) *StepCount {
	s := c.Steps[path]
	if s == nil {
		s = new(StepCount)
		c.Steps[path] = s
	}
	return s
}

func (s *StepCount) add(status string, started, ended time.Time) {
	s.Reached++
	switch status {
	case stepSucceeded:
		s.Passed++
	case stepFailed:
		s.Failed++
	case stepFiltered:
		s.Filtered++
	case stepWaiting:
		s.Waiting++
	case stepUnknown:
		s.Unknown++
	case stepSkipped:
		s.Skipped++
		s.Reached--
		return
	default:
		s.Running++
	}
	if !started.IsZero() && !ended.IsZero() {
		s.took = append(s.took, max(0, ended.Sub(started).Milliseconds()))
	}
}

// percentile of durations; nil of none.
func percentile(took []int64, p int) *int64 {
	if len(took) == 0 {
		return nil
	}
	slices.Sort(took)
	v := took[(len(took)-1)*p/100]
	return &v
}
