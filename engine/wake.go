package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"gancho/engine/store"
)

const wakeAgain = time.Second

// wakes are signals that could not be written: whoever they are for waits until they are.
type wakes struct {
	mu   sync.Mutex
	owed []store.Signal
	news chan struct{}
}

// wake signals to runs that wait for a name. What cannot be written now is tried again until it can be.
func (e *Engine) wake(ctx context.Context, signals []store.Signal) {
	err := errors.Join(e.Store.Signal(ctx, signals)...)
	if err == nil {
		return
	}
	e.Log.Error("wake runs that wait for what is there now; it is tried again", "error", err)
	e.wakes.mu.Lock()
	e.wakes.owed = append(e.wakes.owed, signals...)
	e.wakes.mu.Unlock()
	poke(e.wakes.news)
}

// wakeOwed tries again until ctx is done; what is owed then, the next start wakes.
func (e *Engine) wakeOwed(ctx context.Context) {
	for {
		select {
		case <-e.wakes.news:
		case <-ctx.Done():
			return
		}
		wait(ctx, wakeAgain)
		e.wakes.mu.Lock()
		owed := e.wakes.owed
		e.wakes.owed = nil
		e.wakes.mu.Unlock()
		if ctx.Err() == nil {
			e.wake(ctx, owed)
		}
	}
}
