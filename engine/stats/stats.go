// Package stats counts what came to each flow by the minute and by the hour.
package stats

import (
	"context"
	"fmt"
	"time"
)

// FlowStats are the counts of one flow since it began, and lately.
type FlowStats struct {
	Accepted   int64      `json:"accepted" doc:"runs that were begun: the sum of finished, waiting and pending"`
	Replayed   int64      `json:"replayed" doc:"of those accepted: replays, which repeat an event that came"`
	Finished   int64      `json:"finished" doc:"runs that ended, however"`
	Succeeded  int64      `json:"succeeded" doc:"runs that ended well"`
	Failed     int64      `json:"failed" doc:"runs that ended with an error"`
	Waiting    int64      `json:"waiting" doc:"runs that wait: for a time, an answer, their next attempt, or a person"`
	Pending    int64      `json:"pending" doc:"runs that are to be begun, or are under way"`
	Filtered   int64      `json:"filtered" doc:"events that the trigger's condition let pass without a run"`
	Duplicates int64      `json:"duplicates" doc:"events that had come before"`
	Rejected   int64      `json:"rejected" doc:"deliveries that were refused"`
	Captured   int64      `json:"captured" doc:"events that were recorded as samples, before the flow was published"`
	LastEvent  *time.Time `json:"last_event" doc:"that came, and was not rejected"`
	Recent     Recent     `json:"recent" doc:"of the last 24 hours or 60 minutes"`
}

// Recent are counts of equal spans of time, oldest first; the last span is under way.
type Recent struct {
	From     time.Time `json:"from" doc:"when the first span began"`
	StepMs   int64     `json:"step_ms" doc:"length of a span, in milliseconds"`
	Events   []int64   `json:"events" doc:"deliveries that came, and were not rejected"`
	Failed   []int64   `json:"failed" doc:"runs that failed"`
	Rejected []int64   `json:"rejected" doc:"deliveries that were refused"`
}

// Stats are the counts of all flows.
type Stats struct {
	Flows  map[string]FlowStats `json:"flows" doc:"by id"`
	Recent Recent               `json:"recent" doc:"of all flows together"`
}

// Stats gives the counts of one flow, or of all, with those of the last hour by the minute or
// of the last day by the hour.
func (s *Sampler) Stats(ctx context.Context, only string, byMinute bool) (Stats, error) {
	counts, err := s.store.Counts(ctx)
	if err != nil {
		return Stats{}, fmt.Errorf("read the counts: %w", err)
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := Stats{Flows: map[string]FlowStats{}, Recent: recentAt(now, byMinute)}
	for id, c := range counts {
		if only != "" && id != only {
			continue
		}
		f := FlowStats{
			Accepted: c.Accepted, Replayed: c.Replayed, Finished: c.Finished, Succeeded: c.Succeeded, Failed: c.Failed, Waiting: c.Waiting, Pending: c.Pending,
			Filtered: c.Filtered, Duplicates: c.Duplicates, Rejected: c.Rejected, Captured: c.Captured, LastEvent: since(c.LastEvent),
			Recent: recentAt(now, byMinute),
		}
		s.fill(&f.Recent, id, tallyOf(c).minus(s.last[id]))
		all.Recent.plus(&f.Recent)
		all.Flows[id] = f
	}
	return all, nil
}

// since is a time that may never have been.
func since(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// recentAt makes empty spans of which the last holds now.
func recentAt(now time.Time, byMinute bool) Recent {
	step, n := time.Hour, hours
	if byMinute {
		step, n = time.Minute, minutes
	}
	from := now.UTC().Truncate(step).Add(-time.Duration(n-1) * step)
	return Recent{From: from, StepMs: step.Milliseconds(), Events: make([]int64, n), Failed: make([]int64, n), Rejected: make([]int64, n)}
}

// fill puts a flow's counts in; fresh came since the last sample. The caller holds the lock.
func (s *Sampler) fill(r *Recent, id string, fresh tally) {
	last := len(r.Events) - 1
	if f := s.flows[id]; f != nil {
		spans, from := f.hour[:], hourOf(r.From)
		if last == minutes-1 {
			spans, from = f.minute[:], minuteOf(r.From)
		}
		for _, sp := range spans {
			if i := sp.at - from; i >= 0 && i <= int64(last) {
				r.add(int(i), sp.count)
			}
		}
	}
	r.add(last, fresh)
}

func (r *Recent) add(i int, t tally) {
	r.Events[i] += t[0]
	r.Failed[i] += t[1]
	r.Rejected[i] += t[2]
}

func (r *Recent) plus(o *Recent) {
	for i := range o.Events {
		r.add(i, tally{o.Events[i], o.Failed[i], o.Rejected[i]})
	}
}
