package engine

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"gancho/engine/store"
)

const (
	replayedSpace = "replayed"
	replayedFor   = 400 * 24 * time.Hour
)

// replayed says of runs, by id, that a newer one repeats them. It is read from the store when it is
// first asked for.
type replayed struct {
	mu   sync.RWMutex
	runs map[string]bool
}

func (r *replayed) has(run string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.runs[run]
}

func (r *replayed) add(run string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.runs != nil {
		r.runs[run] = true
	}
}

// noteReplayed notes which runs a newer one repeats: what failed then is the newer one's matter,
// so that nobody does it a third time.
func (e *Engine) noteReplayed(ctx context.Context, events []store.Event, accepted []store.Accept) {
	var all sync.WaitGroup
	for i := range events {
		all.Go(func() { // together they are one write
			of := events[i].ReplayOf
			if _, err := e.Store.PutKey(ctx, replayedSpace, events[i].Flow+"/"+of, []byte(accepted[i].Run), -1, replayedFor); err != nil {
				e.Log.Error("note that a run was replayed", "run", of, "error", err)
				return
			}
			e.replayed.add(of)
		})
	}
	all.Wait()
	for i := range events {
		e.noteMended(events[i].Flow)
	}
}

// mostReplays are followed from a run to the newest that repeats it.
const mostReplays = 20

// replayedBy gives the newest run that repeats this one, itself or by way of one that failed in turn,
// and how it stands; "" for none.
func (e *Engine) replayedBy(ctx context.Context, r *store.Run) (by string, as store.Status) {
	failed := *r
	for range mostReplays {
		if failed.Status != store.Failed {
			break
		}
		entry, err := e.Store.GetKey(ctx, replayedSpace, failed.Flow+"/"+failed.ID)
		if err != nil {
			break
		}
		by, as = string(entry.Value), ""
		if failed, err = e.Store.RunInfo(ctx, by); err != nil {
			break // it is no longer kept
		}
		as = failed.Status
	}
	return by, as
}

// loadReplayed reads what was replayed, once.
func (e *Engine) loadReplayed(ctx context.Context) error {
	e.replayed.mu.Lock()
	defer e.replayed.mu.Unlock()
	if e.replayed.runs != nil {
		return nil
	}
	runs := map[string]bool{}
	for after := ""; ; {
		entries, err := e.Store.ListKeys(ctx, replayedSpace, "", after, 1000)
		if err != nil {
			return fmt.Errorf("list what was replayed: %w", err)
		}
		for _, entry := range entries {
			after = entry.Key
			runs[after[strings.LastIndexByte(after, '/')+1:]] = true
		}
		if len(entries) < 1000 {
			e.replayed.runs = runs
			return nil
		}
	}
}

// InGroup says which runs are in a group: those that failed in its way and were not replayed
// since, and those that will be tried again by themselves.
func (e *Engine) InGroup(ctx context.Context, group string) (func(*store.Run) bool, error) {
	if err := e.loadReplayed(ctx); err != nil {
		return nil, err
	}
	return func(r *store.Run) bool {
		return (r.Status == store.Failed && !e.replayed.has(r.ID) || retries(r)) && groupOf(r) == group
	}, nil
}

// retries says that a run waits because an attempt failed.
func retries(r *store.Run) bool { return r.Status == store.Waiting && r.Error.Code != "" }
