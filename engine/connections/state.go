package connections

import (
	"context"
	"slices"

	"gancho/engine/form"
	"gancho/engine/said"
)

// The states of a connection.
const (
	Untested = "untested"
	OK       = "ok"
	Broken   = "broken" // refused by the provider
)

// SetState notes that a connection works ("ok") or was refused ("broken"). One that works
// again lets the runs that wait for it go on.
func (c *Connections) SetState(ctx context.Context, name, state string) error {
	mended := false
	written, err := c.change(ctx, name, func(s *savedConnection) change {
		if s.State == state {
			return unchanged
		}
		mended = s.State == Broken
		s.State, s.Problem = state, ""
		return replaced
	})
	if written {
		c.tell(ctx, name, mended)
	}
	return err
}

// Broken lists the connections that were refused, in no order.
func (c *Connections) Broken() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var names []string
	for name, s := range c.kept {
		if s.State == Broken {
			names = append(names, name)
		}
	}
	return names
}

// Break notes that a provider refused a connection as it was used, and says whether it is
// broken now: not when it has been mended since.
func (c *Connections) Break(ctx context.Context, used *Connection, problem string) (bool, error) {
	broken := true
	written, err := c.change(ctx, used.Name, func(s *savedConnection) change {
		if s.State == Broken || c.turns[used.Name] != used.turn {
			broken = s.State == Broken
			return unchanged
		}
		s.State, s.Problem = Broken, problem
		return replaced
	})
	if written {
		c.tell(ctx, used.Name, false)
	}
	return broken, err
}

// Found is what trying a connection found.
type Found struct {
	State   string
	Account string
	Works   bool
	Detail  form.Words
	Fields  []string // that the failure speaks of
}

// suspects are the fields that a failed test speaks of: who signs in, where a provider refused it, and
// the address, where nothing answered.
func (k Kind) suspects(f Trouble) []string {
	place, ids := k.BoundFields(), []string{}
	for _, x := range k.Fields {
		var is bool
		switch {
		case f.Broken:
			is = !x.Advanced && (x.Secret || x.ID == "username")
		case f.Code == "unknown_host":
			is = slices.Contains(place, x.ID)
		case f.Code == "network" || f.Code == "timeout":
			is = len(place) > 0 && x.ID == "port" || slices.Contains(place, x.ID)
		}
		if is {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// Test makes the harmless call of a connection's kind and notes the outcome. A failure that
// says nothing about the connection leaves the state as it was.
func (c *Connections) Test(ctx context.Context, name string) (Found, error) {
	c.mu.RLock()
	s, ok := c.kept[name]
	complete, kind, opened := c.complete(s), c.kinds[s.Kind], c.open(name, s)
	c.mu.RUnlock()
	if !ok {
		_, err := c.Get(name)
		return Found{}, err
	}
	if !complete {
		return Found{State: s.State, Detail: form.Label("a secret is missing", "falta um segredo")}, nil
	}
	if kind.Test == nil {
		return Found{State: s.State, Detail: form.Label("saved; there is no harmless call to try it with", "salva; não há chamada inofensiva para testar")}, nil
	}
	account, err := kind.Test(ctx, opened)
	if err == nil {
		return Found{State: OK, Account: account, Works: true, Detail: kind.well(opened)}, c.works(ctx, opened, account)
	}
	f := c.trouble(err)
	if !f.Broken {
		return Found{State: s.State, Detail: inWords(f), Fields: kind.suspects(f)}, c.notReached(ctx, opened, said.Both(inWords(f)))
	}
	_, err = c.Break(ctx, opened, said.Both(inWords(f)))
	return Found{State: Broken, Detail: inWords(f), Fields: kind.suspects(f)}, err
}

// well is what a test says that found nothing wrong, and what steps must bring along.
func (k Kind) well(c *Connection) form.Words {
	words := form.Label("it works", "funciona")
	for _, f := range k.Fields {
		if !f.Unset.IsZero() && c.Fields[f.ID] == "" {
			words.EN, words.PT = words.EN+"; "+f.Unset.EN, words.PT+"; "+f.Unset.PT
		}
	}
	return words
}

// notReached notes why the last test found nothing out; the state stays as it was.
func (c *Connections) notReached(ctx context.Context, used *Connection, problem string) error {
	_, err := c.change(ctx, used.Name, func(s *savedConnection) change {
		if s.State == Broken || s.Problem == problem || c.turns[used.Name] != used.turn {
			return unchanged
		}
		s.Problem = problem
		return replaced
	})
	return err
}

// inWords is a failure with its hint, in both languages.
func inWords(f Trouble) form.Words {
	words := form.Label(f.Message, said.In(f.Message, "pt-BR"))
	if !f.Hint.IsZero() {
		words.EN, words.PT = words.EN+": "+f.Hint.EN, words.PT+": "+f.Hint.PT
	}
	return words
}

// works notes that a connection was tried with success, and whose account it is; nothing of one
// that was changed meanwhile.
func (c *Connections) works(ctx context.Context, used *Connection, account string) error {
	before := OK
	written, err := c.change(ctx, used.Name, func(s *savedConnection) change {
		if s.Account == account && s.Problem == "" && s.State == OK || c.turns[used.Name] != used.turn {
			return unchanged
		}
		before = s.State
		s.State, s.Account, s.Problem = OK, account, ""
		return replaced
	})
	if written && before != OK {
		c.tell(ctx, used.Name, before == Broken)
	}
	return err
}
