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

// leave gives up what a block that has failed still waited for: answers of calls, signals, times and
// turns. The run may go on, and does so without it. An outcome that is unknown stays so.
func (w *walker) leave(n *node, f *frame) {
	for _, o := range w.shut(within(f.prefix, inside(n.step)...)) {
		rec := w.record(o.path, "")
		rec.Left = rec.Status == stepWaiting
		if o.wait != nil {
			rec.with(func(c *store.Commit) { c.Leave = append(c.Leave, o.wait.Path) })
		}
		w.save(rec)
		w.owe()
	}
}

// shut takes out the openings of some paths.
func (w *walker) shut(which func(path string) bool) (gone []opening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = slices.DeleteFunc(w.open, func(o opening) bool {
		if !which(o.path) {
			return false
		}
		gone = append(gone, o)
		return true
	})
	return gone
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
