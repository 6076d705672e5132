package connections

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// savedSession is a session at rest: the tokens sealed, the rest plain.
type savedSession struct {
	Tokens   string            `json:"tokens"`
	Ends     time.Time         `json:"ends,omitzero"`
	Since    time.Time         `json:"since,omitzero"`
	Plain    map[string]string `json:"plain,omitempty"`
	Renewing time.Time         `json:"renewing,omitzero"` // a renewal was begun and its outcome was not written
}

// sessionField is what the seal of tokens is bound to; no field is called so.
const sessionField = "\x00session"

// plain are the fields that expressions read: those that a person filled in, and those that
// signing in gave.
func (s savedConnection) plain() map[string]string {
	if s.Session == nil || len(s.Session.Plain) == 0 {
		return s.Fields
	}
	all := maps.Clone(s.Session.Plain)
	maps.Copy(all, s.Fields)
	return all
}

func (c *Connections) session(name string) (Session, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.unsealed(name, c.kept[name])
}

func (c *Connections) unsealed(name string, s savedConnection) (Session, error) {
	if s.Session == nil {
		return Session{}, nil
	}
	var session Session
	data, err := c.box.Open(s.Session.Tokens, about(s.Kind, name, sessionField))
	if err != nil {
		return Session{}, fmt.Errorf("connection %s, session: %w", name, err)
	}
	if err := json.Unmarshal(data, &session); err != nil {
		return Session{}, fmt.Errorf("connection %s, session: %w", name, err)
	}
	session.Ends, session.Since, session.Plain = s.Session.Ends, s.Session.Since, s.Session.Plain
	session.Lost = !s.Session.Renewing.IsZero()
	return session, nil
}

// seal makes the saved form of a session.
func (c *Connections) sealed(name, kind string, session Session) (*savedSession, error) {
	data, err := json.Marshal(Session{Access: session.Access, Refresh: session.Refresh})
	if err != nil {
		return nil, fmt.Errorf("connection %s, session: %w", name, err)
	}
	return &savedSession{Tokens: c.box.Seal(data, about(kind, name, sessionField)), Ends: session.Ends, Since: session.Since, Plain: session.Plain}, nil
}

// bound says what a session is bound to: it is worth nothing for a connection whose kind, hosts
// or fields are others than when it was asked for.
func (c *Connections) bound(name string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.kept[name].bound()
}

func (s savedConnection) bound() string {
	data, err := json.Marshal(savedConnection{Kind: s.Kind, Fields: s.Fields, Hosts: s.Hosts})
	if err != nil {
		return "" // these are texts
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// mark notes durably that a session that cannot be got again is being renewed, or is not.
func (c *Connections) mark(ctx context.Context, name string, old Session, since time.Time) error {
	_, err := c.change(ctx, name, func(s *savedConnection) change {
		if s.Session == nil || old.Refresh == "" {
			return unchanged
		}
		marked := *s.Session
		marked.Renewing = since
		s.Session = &marked
		return noted
	})
	return err
}

// StoreSession keeps what signing in gave, if the connection is still bound as it was when that
// began. A connection that was broken works again: the runs that wait for it go on.
func (c *Connections) StoreSession(ctx context.Context, name string, session Session, bound string) error {
	waited := false
	err := c.keep(ctx, name, session, bound, func(s *savedConnection) change {
		waited = s.State == Broken || s.Session == nil
		if s.State == Broken {
			s.State, s.Problem = Untested, ""
		}
		return replaced
	})
	if err == nil && waited {
		c.tell(ctx, name, true)
	}
	return err
}

// renewed is what a new token changes: it mends nothing, and who was refused with it was refused.
func renewed(*savedConnection) change { return noted }

// keep makes a session durable for a connection that is still bound as it was.
func (c *Connections) keep(ctx context.Context, name string, session Session, bound string, also func(*savedConnection) change) error {
	failed := fmt.Errorf("%w: %s", ErrNoConnection, name)
	written, err := c.change(ctx, name, func(s *savedConnection) change {
		if s.bound() != bound {
			return unchanged
		}
		what := also(s)
		if s.Session, failed = c.sealed(name, s.Kind, session); failed != nil {
			return unchanged
		}
		return what
	})
	if err != nil || written {
		return err
	}
	return failed
}

// revokeFor is how long a deletion waits for the provider's word.
const revokeFor = 5 * time.Second

// revocation ends the session of a connection at the provider, also after it has been deleted.
func (c *Connections) revocation(name string) func(context.Context) {
	opened, kind, err := c.Open(name)
	if err != nil || kind.Revoke == nil {
		return func(context.Context) {}
	}
	session, err := c.session(name)
	if err != nil || session.Access == "" {
		return func(context.Context) {}
	}
	return func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeFor)
		defer cancel()
		if err := kind.Revoke(ctx, opened, session); err != nil {
			c.failed(name, fmt.Errorf("end the session at the provider: %w", err))
		}
	}
}

func (c *Connections) failed(name string, err error) {
	if c.Failed != nil {
		c.Failed(name, err)
	}
}

// Open gives a connection whatever its state is: for tests of it and for signing in.
func (c *Connections) Open(name string) (*Connection, Kind, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	if !ok {
		return nil, Kind{}, fmt.Errorf("%w: %s", ErrNoConnection, name)
	}
	return c.open(name, s), c.kinds[s.Kind], nil
}

// Known gives a connection, whatever its state is, to show what would be sent with it: it renews
// nothing.
func (c *Connections) Known(name string) (*Connection, bool) {
	opened, _, err := c.Open(name)
	if err != nil {
		return nil, false
	}
	opened.Session, opened.Renew = nil, nil
	return opened, true
}

// aliveEvery is how often sessions that may die unused are looked at.
const aliveEvery = time.Minute

// KeepAlive renews sessions that have lain unused for as long as their kind allows, until ctx
// is done. A failure is tried again at the next look; a refusal breaks the connection.
func (c *Connections) KeepAlive(ctx context.Context) {
	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()
	for {
		for _, name := range c.idle(time.Now()) {
			if err := c.keepAlive(ctx, name); err != nil && ctx.Err() == nil {
				c.failed(name, fmt.Errorf("renew the sign-in: %w", err))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *Connections) keepAlive(ctx context.Context, name string) error {
	opened, kind, err := c.Open(name)
	if err != nil {
		return err
	}
	if err = kind.Renew(ctx, opened); err == nil {
		return nil
	}
	if f := c.trouble(err); f.Broken {
		if _, undo := c.Break(ctx, opened, f.Message); undo != nil {
			return undo
		}
	}
	return err
}

// idle lists connections whose session has lain for as long as their kind allows.
func (c *Connections) idle(now time.Time) []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(c.kept)) {
		s := c.kept[name]
		k := c.kinds[s.Kind]
		if k.KeepAlive <= 0 || k.Renew == nil || s.Session == nil || s.State == Broken {
			continue
		}
		// A tenth earlier for some than for others, so that they do not come at once.
		early := k.KeepAlive / 10 * time.Duration(len(name)%10) / 10
		if !now.Before(s.Session.Since.Add(k.KeepAlive - early)) {
			names = append(names, name)
		}
	}
	return names
}
