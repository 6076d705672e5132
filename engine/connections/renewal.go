package connections

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"time"
)

// renewalWithin is how long a provider may take to give a new token.
const renewalWithin = time.Minute

// ErrRenewing says that who asked for a renewal gave up before it had ended.
var ErrRenewing = errors.New("the connection is still being renewed")

// renewal is one that is under way: who needs the same meanwhile is given its outcome.
type renewal struct {
	stale string
	done  chan struct{} // closed when the outcome is there
	fresh Session
	err   error
}

// asker asks a provider for a session in the place of an old one.
type asker func(ctx context.Context, old Session) (Session, error)

// renew replaces a session whose access token is stale: one renewal at a time, with a mark that it
// is under way, and with the new tokens durable before anybody sees them. Who gives up waiting cuts
// nothing short: an answer that nobody keeps would be a lost connection.
func (c *Connections) renew(ctx context.Context, name, stale string, ask asker) (Session, error) {
	for {
		r := c.underWay(ctx, name, stale, ask)
		select {
		case <-r.done:
		case <-ctx.Done():
			return Session{}, fmt.Errorf("%w: %w", ErrRenewing, context.Cause(ctx))
		}
		if r.stale == stale {
			return r.fresh, r.err
		}
	}
}

// underWay gives the renewal of a connection, begun where there is none.
func (c *Connections) underWay(ctx context.Context, name, stale string, ask asker) *renewal {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.renewals[name]; r != nil {
		return r
	}
	r := &renewal{stale: stale, done: make(chan struct{})}
	c.renewals[name] = r
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewalWithin)
		defer cancel()
		r.fresh, r.err = c.safely(ctx, name, stale, ask)
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.renewals, name)
		close(r.done)
	}()
	return r
}

// safely makes an error of a renewal that panics, which no caller could catch.
func (c *Connections) safely(ctx context.Context, name, stale string, ask asker) (fresh Session, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.failed(name, fmt.Errorf("a renewal panicked: %v\n%s", p, debug.Stack()))
			fresh, err = Session{}, errors.New("the renewal broke off because of a fault of this program; its log says more")
		}
	}()
	return c.replaceSession(ctx, name, stale, ask)
}

func (c *Connections) replaceSession(ctx context.Context, name, stale string, ask asker) (Session, error) {
	old, err := c.session(name)
	if err != nil {
		return Session{}, err
	}
	if old.Access != "" && old.Access != stale {
		return old, nil
	}
	bound := c.bound(name)
	if err := c.mark(ctx, name, old, time.Now()); err != nil {
		return Session{}, err
	}
	fresh, err := ask(ctx, old)
	if err != nil {
		if undo := c.mark(ctx, name, old, time.Time{}); undo != nil {
			return Session{}, undo
		}
		return Session{}, err
	}
	return fresh, c.keep(ctx, name, fresh, bound, renewed)
}

// Settle waits until the renewals that are under way have ended, or ctx is done: what a provider
// gives is kept before the store is closed.
func (c *Connections) Settle(ctx context.Context) {
	c.mu.RLock()
	all := slices.Collect(maps.Values(c.renewals))
	c.mu.RUnlock()
	for _, r := range all {
		select {
		case <-r.done:
		case <-ctx.Done():
		}
	}
}
