package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"gancho/engine/store"
)

// endTogether is how many runs end in one write.
const endTogether = 200

// endCalled is cancelCalled of a run that has ended. What cannot be canceled now will be, in this
// process or in the next.
func (e *Engine) endCalled(ctx context.Context, run string) {
	if err := e.cancelCalled(ctx, run); err != nil {
		e.Log.Error("cancel the runs that another waited for", "run", run, "error", err)
		poke(e.orphaned)
	}
}

// cancelCalled cancels the runs that this one called and waited for, if it has ended; for "" those
// of every run that has.
func (e *Engine) cancelCalled(ctx context.Context, run string) error {
	called, err := e.Store.Orphans(ctx, run)
	reason := bothWords("the run that called it, and waited for it, has ended", "a execução que a chamou, e esperava por ela, terminou")
	for part := range slices.Chunk(called, endTogether) {
		for _, own := range e.cancel(ctx, part, reason) {
			if !errors.Is(own, store.ErrConflict) && !errors.Is(own, store.ErrNotFound) {
				err = errors.Join(err, own)
			}
		}
	}
	return err
}

// endOrphans tries again what endCalled could not do.
func (e *Engine) endOrphans(ctx context.Context) {
	for {
		select {
		case <-e.orphaned:
		case <-ctx.Done():
			return
		}
		wait(ctx, time.Second)
		e.endCalled(ctx, "")
	}
}

// openCalls gives the paths of the calls whose answer a run still waited for when it ended.
func openCalls(story *store.Story) (paths []string) {
	for _, s := range story.Steps {
		if rec, err := readRecord(s.Path, s.Data); err == nil && rec.Action == "call" && rec.Status == stepWaiting {
			paths = append(paths, s.Path)
		}
	}
	return paths
}
