package connections

import (
	"context"
	"maps"
	"sync"
	"time"
)

// usedEvery is how exactly it is kept when a connection was last used.
const usedEvery = time.Minute

// uses are the times when steps last succeeded with connections, until they are written down.
type uses struct {
	mu   sync.Mutex
	last map[string]use
}

type use struct {
	turn int // of the connection: a changed one has not been used yet
	at   time.Time
}

// NoteUse notes that a step succeeded with a connection. It writes nothing: what the step did is written
// first, and KeepUses keeps it.
func (c *Connections) NoteUse(used *Connection, at time.Time) { c.uses.note(used, at) }

func (u *uses) note(c *Connection, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.last == nil {
		u.last = map[string]use{}
	}
	u.last[c.Name] = use{c.turn, at.UTC()}
}

func (u *uses) all() map[string]use {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.last)
}

func (u *uses) forget(name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.last, name)
}

// KeepUses makes durable which connections were used, each to the minute.
func (c *Connections) KeepUses(ctx context.Context) error {
	for name, use := range c.uses.all() {
		if err := c.keepUse(ctx, name, use); err != nil {
			return err
		}
	}
	return nil
}

func (c *Connections) keepUse(ctx context.Context, name string, use use) error {
	there := false
	_, err := c.change(ctx, name, func(s *savedConnection) change {
		there = true
		if use.turn != c.turns[name] || s.State == Broken || use.at.Sub(s.Used) < usedEvery {
			return unchanged
		}
		s.Used, s.Problem = use.at, ""
		return noted
	})
	if !there {
		c.uses.forget(name) // it was deleted meanwhile
	}
	return err
}

// usedAt is when a step last succeeded with a connection as it is now. The caller holds the lock.
func (c *Connections) usedAt(name string) time.Time {
	if use := c.uses.all()[name]; use.turn == c.turns[name] && use.at.After(c.kept[name].Used) {
		return use.at
	}
	return c.kept[name].Used
}
