package engine

import (
	"context"
	"errors"

	"gancho/engine/store"
)

// errDeleted says that the flow of a run is gone, and the run has not begun.
var errDeleted = errors.New("the flow was deleted")

var ofDeleted = bothWords("the flow was deleted", "o fluxo foi apagado")

// DeleteFlow removes a flow and ends its runs.
func (e *Engine) DeleteFlow(ctx context.Context, id string) error {
	return e.Flows.DeleteWithRuns(ctx, id, func(ctx context.Context) error { return e.CancelAll(ctx, id, ofDeleted) })
}

// endDeleted ends a run whose event was on its way in when its flow was deleted.
func (e *Engine) endDeleted(ctx context.Context, work *store.Work) {
	_, _ = e.commit(ctx, store.Commit{Lease: work.Lease, Decision: store.Decision{End: canceled(ofDeleted)}}) //nolint:errcheck // the run is no longer ours then
}
