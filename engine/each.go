package engine

import (
	"context"
	"fmt"

	"gancho/engine/store"
)

// EachRun calls f for the runs that a query finds, until f wants no more or there are none.
func (e *Engine) EachRun(ctx context.Context, q store.Query, f func(*store.Run) (bool, error)) error {
	for {
		runs, next, err := e.Store.ListRuns(ctx, q)
		if err != nil {
			return fmt.Errorf("list runs: %w", err)
		}
		for i := range runs {
			if more, err := f(&runs[i]); err != nil || !more {
				return err
			}
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
}
