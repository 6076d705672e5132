package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gancho/engine/flow"
	"gancho/engine/store"
)

// endTogether is how many runs end in one write.
const endTogether = 200

// endCalled is cancelCalled of a run that has ended, or waits for less. What cannot be canceled now will be, in this
// process or in the next.
func (e *Engine) endCalled(ctx context.Context, run string) {
	if err := e.cancelCalled(ctx, run); err != nil {
		e.Log.Error("cancel the runs that another waited for", "run", run, "error", err)
		poke(e.orphaned)
	}
}

// cancelCalled cancels the runs that this one called and waits for no more; for "" those of all.
func (e *Engine) cancelCalled(ctx context.Context, run string) error {
	called, err := e.Store.Orphans(ctx, run)
	reason := bothWords("the run that called it waits for it no more", "a execução que a chamou não espera mais por ela")
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

// leave gives up the calls in a block that has failed while their answers were still to come. The
// run may go on, and those that it called need not.
func (w *walker) leave(n *node, f *frame) {
	calls := map[string]bool{}
	for _, steps := range inside(n.step) {
		flow.Walk(steps, "", func(_ string, s *flow.Step) {
			if s.Action == "call" {
				calls[s.ID] = true
			}
		})
	}
	if len(calls) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for path, rec := range w.held.records {
		if strings.HasPrefix(path, f.prefix) && calls[idOf(path)] && rec.Status == stepWaiting {
			w.change.Leave, w.owed = append(w.change.Leave, path), true
			w.open = slices.DeleteFunc(w.open, func(o opening) bool { return o.wait != nil && o.wait.Path == path })
		}
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
