package engine

import (
	"context"
	"fmt"

	"gancho/engine/stats"
	"gancho/engine/store"
)

// Stats gives the counts of one flow, or of all, with those of the last hour by the minute or
// of the last day by the hour.
func (e *Engine) Stats(ctx context.Context, only string, byMinute bool) (stats.Stats, error) {
	return e.stats.Stats(ctx, only, byMinute)
}

// Counts are the sums of each flow since it began.
func (e *Engine) Counts(ctx context.Context) (map[string]store.Count, error) {
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the counts: %w", err)
	}
	return counts, nil
}

// CountView is one flow's part of the ledger.
type CountView struct {
	Accepted int64 `json:"accepted" doc:"runs that were begun: the sum of finished, waiting and pending"`
	Replayed int64 `json:"replayed" doc:"of those accepted: replays, which repeat an event that came"`
	Finished int64 `json:"finished" doc:"runs that ended, however"`
	Waiting  int64 `json:"waiting" doc:"runs that wait: for a time, an answer, their next attempt, or a person"`
	Pending  int64 `json:"pending" doc:"runs that are to be begun, or are under way"`
}

// Ledger says where everything that was accepted is now: accepted = finished + waiting +
// pending, for each flow and in all.
type Ledger struct {
	CountView
	Flows map[string]CountView `json:"flows" doc:"the same of each flow, by id"`
}

// Ledger adds up what the store counted.
func (e *Engine) Ledger(ctx context.Context) (Ledger, error) {
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return Ledger{}, err
	}
	l := Ledger{Flows: map[string]CountView{}}
	for id, c := range counts {
		l.Flows[id] = CountView{c.Accepted, c.Replayed, c.Finished, c.Waiting, c.Pending}
		l.Accepted += c.Accepted
		l.Replayed += c.Replayed
		l.Finished += c.Finished
		l.Waiting += c.Waiting
		l.Pending += c.Pending
	}
	return l, nil
}
