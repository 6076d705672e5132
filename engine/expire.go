package engine

import (
	"context"
	"sync"
	"time"

	"gancho/engine/flows"
	"gancho/engine/store"
)

const (
	expireFirst = time.Minute // after a start: until then what a shorter keep hid is seen again
	expireEvery = time.Hour
)

// expireNowAndThen lets history go that is older than its flow keeps it, until ctx is done.
func (e *Engine) expireNowAndThen(ctx context.Context) {
	for e.keeps.wait(ctx, expireFirst); ctx.Err() == nil; e.keeps.wait(ctx, expireEvery) {
		if err := e.Store.Expire(ctx, e.keep); err != nil && ctx.Err() == nil {
			e.Log.Error("expire history", "error", err)
		}
	}
}

// keeps knows how long each flow's history stays, so that a shorter time hides at once what
// is older.
type keeps struct {
	mu   sync.Mutex
	of   map[string]store.Keep
	news chan struct{}
}

func newKeeps() keeps { return keeps{of: map[string]store.Keep{}, news: make(chan struct{}, 1)} }

// set notes what a flow keeps; a change of it is news.
func (k *keeps) set(id string, keep store.Keep) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before, known := k.of[id]
	k.of[id] = keep
	if known && before != keep {
		poke(k.news)
	}
}

// wait for d, for news, or until ctx is done.
func (k *keeps) wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-k.news:
	case <-ctx.Done():
	}
}

// keep is how long a flow's history stays; zero members are the defaults.
func (e *Engine) keep(id string) store.Keep {
	f, err := e.Flows.Get(id)
	if err != nil {
		return store.Keep{}
	}
	return keepOf(&f)
}

func keepOf(f *flows.Entry) store.Keep {
	if f == nil || f.Published == nil || f.Published.Settings.Keep == nil {
		return store.Keep{}
	}
	k := f.Published.Settings.Keep
	return store.Keep{Bodies: k.Bodies.Or(0), Runs: k.Runs.Or(0)}
}
