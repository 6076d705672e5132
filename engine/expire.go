package engine

import (
	"context"
	"time"

	"gancho/engine/store"
)

const (
	expireFirst = time.Minute // after a start: until then what a shorter keep hid is seen again
	expireEvery = time.Hour
)

// expireNowAndThen lets history go that is older than its flow keeps it, until ctx is done.
func (e *Engine) expireNowAndThen(ctx context.Context) {
	for wait(ctx, expireFirst); ctx.Err() == nil; wait(ctx, expireEvery) {
		if err := e.Store.Expire(ctx, e.keep); err != nil && ctx.Err() == nil {
			e.Log.Error("expire history", "error", err)
		}
	}
}

// keep is how long a flow's history stays; zero members are the store's defaults.
func (e *Engine) keep(id string) store.Keep {
	f, err := e.Flows.Get(id)
	if err != nil || f.Published == nil || f.Published.Settings.Keep == nil {
		return store.Keep{}
	}
	k := f.Published.Settings.Keep
	return store.Keep{Bodies: time.Duration(k.Bodies), Runs: time.Duration(k.Runs)}
}
