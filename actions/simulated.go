package actions

import (
	"context"
	"maps"
	"strings"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
)

// Request is what Do would send, without its secrets.
func (d *connectorDoer) Request(ctx context.Context, call *engine.Call) (any, error) {
	bare := *call
	if call.Connection != nil {
		bare.Connection = d.pretended(call.Connection)
	}
	do, err := d.prepare(ctx, &bare)
	if err != nil {
		return nil, err
	}
	x, err := d.request(ctx, do, &bare)
	if err != nil {
		return nil, err
	}
	if do.choice != nil {
		x.at = call.Now
		if err := do.choice.sign(x, bare.Connection, connections.Session{Access: mask}); err != nil {
			return nil, err
		}
	}
	return d.out.simulated(x, call.Connection), nil
}

// simulated shows a request that was signed with masks.
func (o *Outbound) simulated(x *exchange, c *connections.Connection) any {
	o.introduce(x)
	shown := show(x, c)
	if c != nil && c.Name != "" {
		shown["connection"] = c.Name
	}
	return newRedactor(mask).value(shown)
}

// veiled is a connection with a mask in the place of each secret.
func veiled(c *connections.Connection) *connections.Connection {
	plain := *c
	plain.Fields = maps.Clone(c.Fields)
	plain.Secret = func(string) ([]string, error) { return []string{mask}, nil }
	plain.Session = func() (connections.Session, error) { return connections.Session{Access: mask}, nil }
	plain.Renew = nil
	return &plain
}

// veil signs a request with masks, as far as it is known how.
func veil(ctx context.Context, out *Outbound, x *exchange, call *engine.Call) error {
	if call.Connection == nil || call.Connection.Kind == "" {
		return nil
	}
	x.at = call.Now
	return signed(ctx, out, x, veiled(call.Connection), call.Key)
}

// pretended is a connection of which a request is made that is only shown. Where it lacks a plain
// value, as one that is not known does, the name of the field stands for it.
func (d *connectorDoer) pretended(real *connections.Connection) *connections.Connection {
	c := veiled(real)
	if c.Kind == "" {
		choices := d.c.choices(d.id)
		c.Kind = d.c.ID() + ":" + choices[0]
	}
	_, choice := d.c.choiceOf(c)
	if choice == nil {
		return c
	}
	for _, f := range choice.file.Fields {
		if text, ok := f.Default.(string); ok && c.Fields[f.ID] == "" {
			c.Fields[f.ID] = text
		}
	}
	if _, described := d.c.file.Base.(map[string]any); described {
		c.Fields[simulatedBase] = d.simulatedBase(c)
	}
	for _, id := range choice.file.needed() {
		if c.Fields[id] == "" {
			c.Fields[id] = id
		}
	}
	if choice.file.Kind == "url" { // the host is no secret
		c.Secret = func(field string) ([]string, error) {
			if values, err := real.Secret(field); err != nil || len(values) > 0 {
				return values, err
			}
			return []string{d.nowhere()}, nil
		}
	}
	return c
}

// simulatedBase is the base that a connection describes, or one that nobody has.
func (d *connectorDoer) simulatedBase(c *connections.Connection) string {
	base, err := d.c.baseOf(context.Background(), c, &expression.Scope{Values: map[string]any{"connection": plainFields(c)}})
	if err != nil || hostOfText(base) == "" {
		return d.nowhere()
	}
	return base
}

// nowhere is an address at a host that does not exist.
func (d *connectorDoer) nowhere() string {
	return "https://" + strings.ReplaceAll(d.c.ID(), "_", "-") + ".invalid"
}
