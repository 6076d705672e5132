package actions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// connectorDoer is one action of a connector at work.
type connectorDoer struct {
	c   *Connector
	id  string
	out *Outbound

	values []any // of the fields, in the order of the file
	redact redactor
	doing  *doing
}

// doing is a call with all that its request is made of.
type doing struct {
	action  *madeAction
	choice  *madeAuth
	scope   *expression.Scope
	limits  []limit
	scopes  map[string][]string // names of budgets, by scope
	session connections.Session
	key     string
	taken   bool
}

func (d *connectorDoer) Fields() form.Fields {
	fields := d.c.file.Actions[d.id].Fields
	d.values = make([]any, len(fields))
	made := make(form.Fields, len(fields))
	for i := range fields {
		made[i] = fields[i].field(&d.values[i])
	}
	return made
}

// Admit sees to a token that has not ended, and to a place in all limits.
func (d *connectorDoer) Admit(ctx context.Context, call *engine.Call) error {
	do, err := d.prepare(ctx, call)
	if err != nil {
		return err
	}
	if err := d.enter(ctx, call, do); err != nil {
		return err
	}
	wait, err := d.out.budgets.take(ctx, do.key, call.Promised, do.limits)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &engine.Fault{
			Code: "limit", Message: fmt.Sprintf("waits for its turn: all flows together keep the limits of %s", d.c.file.Name.EN),
			After: wait, Quota: true, Class: classWait,
		}
	}
	do.taken = true
	d.doing = do
	return nil
}

// Leave gives the places in limits back that Admit took.
func (d *connectorDoer) Leave(*engine.Call) {
	if do := d.doing; do != nil && do.taken {
		d.out.budgets.leave(do.key, do.limits)
	}
	d.doing = nil
}

// Do sends the request, and the requests of further pages.
func (d *connectorDoer) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	if d.doing == nil || !d.doing.taken {
		if err := d.Admit(ctx, call); err != nil {
			return nil, err
		}
	}
	do := d.doing
	d.doing = nil
	defer d.out.budgets.leave(do.key, do.limits)
	ctx, cancel := d.limited(ctx, do)
	defer cancel()
	x, err := d.request(ctx, do, call)
	if err != nil {
		return nil, err
	}
	return d.pages(ctx, call, do, x)
}

// limited applies the file's own time-out; a shorter one of the step wins.
func (d *connectorDoer) limited(ctx context.Context, do *doing) (context.Context, context.CancelFunc) {
	most := time.Duration(do.action.file.Timeout)
	if most == 0 {
		most = time.Duration(d.c.file.Timeout)
	}
	if most == 0 {
		most = 30 * time.Second
	}
	return context.WithTimeout(ctx, most)
}

// prepare fills in everything that comes before the network.
func (d *connectorDoer) prepare(ctx context.Context, call *engine.Call) (*doing, error) {
	a := d.c.action(d.id)
	values := map[string]any{"connection": map[string]any{}, "auth": map[string]any{"id": "none", "kind": "none"}}
	do := &doing{action: a, scope: &expression.Scope{Values: values, Now: call.Now, Zone: call.Zone}, key: call.Key}
	if conn := call.Connection; conn != nil {
		id, choice := d.c.choiceOf(conn)
		if choice == nil || !slices.Contains(d.c.choices(d.id), id) {
			return nil, engine.Faultf("wrong_connection", "%s cannot be done with a connection of the kind %s", d.c.ID()+"."+d.id, conn.Kind)
		}
		do.choice = choice
		values["auth"] = map[string]any{"id": id, "kind": choice.file.Kind}
		values["connection"] = plainFields(conn)
	}
	input, missing, err := inputOf(ctx, a.file.Fields, a.shown, d.values, do.scope)
	if err != nil {
		return nil, engine.Permanent(fmt.Errorf("show_if: %w", err))
	}
	if missing != nil {
		return nil, &engine.Fault{Code: "bad_input", Message: fmt.Sprintf("field /%s: is required", missing.ID), Permanent: true, Class: classFail}
	}
	values["input"] = input
	return do, d.limits(ctx, do, call)
}

func plainFields(c *connections.Connection) map[string]any {
	fields := map[string]any{}
	for id, value := range c.Fields {
		if value != "" {
			fields[id] = value
		}
	}
	return fields
}

// limits names the budgets of a call: those of the file, and one by which the provider can
// hold the whole connection back.
func (d *connectorDoer) limits(ctx context.Context, do *doing, call *engine.Call) error {
	name := ""
	if call.Connection != nil {
		name = call.Connection.Name
	}
	do.scopes = map[string][]string{}
	whole := limitName(d.c.ID(), "connection", name)
	do.limits = []limit{{name: whole}}
	do.scopes["connection"] = []string{whole}
	for _, l := range do.action.limits {
		key := name
		if l.key != nil {
			value, err := l.key.Ask(ctx, do.scope)
			if err != nil {
				return engine.Permanent(fmt.Errorf("the key of a limit: %w", err))
			}
			if value == nil {
				continue
			}
			if key = expression.Text(value); l.Scope != "connection" {
				key = name + "\x00" + key
			}
		}
		budget := limitName(d.c.ID(), l.Scope, key, fmt.Sprint(l.Count, l.Per, l.Concurrent))
		do.limits = append(do.limits, limit{budget, l.Count, time.Duration(l.Per), l.Concurrent})
		do.scopes[l.Scope] = append(do.scopes[l.Scope], budget)
	}
	return nil
}

// request renders the exchange and adds the idempotency key; it carries no secret yet.
func (d *connectorDoer) request(ctx context.Context, do *doing, call *engine.Call) (*exchange, error) {
	x, err := d.c.exchange(ctx, do.action.request, call.Connection, do.scope)
	if err != nil {
		return nil, err
	}
	if err := do.action.file.Idempotency.setKey(x, call.Key); err != nil {
		return nil, err
	}
	x.once = call.AtMostOnce && !d.safe(do, call)
	return x, nil
}

// safe says that sending the request again does no harm: it repeats, or the provider still
// recognises its key.
func (d *connectorDoer) safe(do *doing, call *engine.Call) bool {
	if do.action.file.repeats() {
		return true
	}
	return do.action.file.Idempotency != nil && (call.First.IsZero() || d.out.now().Sub(call.First) < do.action.file.remembers())
}

// remembers is how long the provider recognises an idempotency key.
func (a *actionFile) remembers() time.Duration {
	if a.Idempotency == nil {
		return 0
	}
	if a.Idempotency.Keep > 0 {
		return time.Duration(a.Idempotency.Keep)
	}
	return 24 * time.Hour
}

// answer sends one request until there is a verdict about it: a token that has ended is
// renewed once.
func (d *connectorDoer) answer(ctx context.Context, call *engine.Call, do *doing, x *exchange) (*reply, *expression.Scope, error) {
	for renewed := false; ; renewed = true {
		bare := *x
		bare.header = x.header.Clone()
		address := *x.url
		bare.url = &address
		if err := d.sign(ctx, &bare, call.Connection, do); err != nil {
			return nil, nil, err
		}
		d.redact = d.redact.and(&bare)
		call.Sent(func() any { return d.redact.value(show(&bare, call.Connection)) })
		r, err := d.out.do(ctx, &bare)
		if err != nil {
			return nil, nil, d.unanswered(do, call, err)
		}
		s := answerScope(do.scope, r)
		s.Values["attempt"], s.Values["answered"] = max(1, call.Attempt), call.Answered
		refreshes := !renewed && do.choice != nil && do.choice.renewable() && call.Connection.Renew != nil
		v := judge(ctx, do.action.rules, s, r, refreshes, d.out.now())
		if v.class == classRefresh {
			if err := d.renew(ctx, call.Connection, do); err != nil {
				return nil, nil, err
			}
			continue
		}
		return r, s, d.fate(ctx, call, do, s, r, v)
	}
}

// unanswered decides about a request that got no answer.
func (d *connectorDoer) unanswered(do *doing, call *engine.Call, err error) error {
	var s sent
	maybe := errors.As(err, &s)
	var f *engine.Fault
	if !errors.As(err, &f) {
		return err
	}
	c := *f
	c.Message = d.redact.text(c.Message)
	if c.Class == "" {
		c.Class = classRetry
		if c.Permanent {
			c.Class = classFail
		}
	}
	if maybe && !d.safe(do, call) {
		c.Maybe = true
		if call.AtMostOnce {
			c.Class = classUnknown
		}
	}
	return &c
}

// fate turns a verdict into what the engine does; nil is a success.
func (d *connectorDoer) fate(ctx context.Context, call *engine.Call, do *doing, s *expression.Scope, r *reply, v verdict) error {
	if v.class == classOK {
		return nil
	}
	f := d.trouble(ctx, do.action, s, r, v)
	f.Class, f.Scope = v.class, v.scope
	switch v.class {
	case classIgnore:
		return &ignored{f}
	case classWait:
		if f.Scope == "" {
			f.Scope = "connection"
		}
		f.Quota, f.After = true, tamed(v.after)
		if err := d.out.budgets.hold(ctx, do.scopes[f.Scope], f.After); err != nil {
			return err
		}
		f.After += spread(f.After)
	case classAuth:
		f.Broken = true
	case classFail:
		f.Permanent = true
	default:
		f.After = v.after
		if v.maybe && !d.safe(do, call) {
			f.Maybe = true
			if call.AtMostOnce {
				f.Class = classUnknown
			}
		}
		if f.Class == classUnknown && !f.Maybe {
			f.Class = classRetry
		}
	}
	return f
}

// ignored is an answer that says that there was nothing to do.
type ignored struct{ *engine.Fault }

func (i *ignored) Unwrap() error { return nil }

// made gives the output of an answer.
func (m *madeOutput) made(ctx context.Context, s *expression.Scope) (any, error) {
	if m == nil {
		return map[string]any{"status": s.Values["status"], "body": s.Values["body"]}, nil
	}
	if m.whole != nil {
		return m.whole.Ask(ctx, s)
	}
	out := map[string]any{}
	for name, p := range m.names {
		value, err := p.Ask(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = value
	}
	return out, nil
}

// sample is the output applied to the sample answer.
func (c *Connector) sample(id string) any {
	a := c.action(id)
	r := &reply{status: 200}
	if data, err := encodeJSON(a.file.Sample); err == nil {
		r.body = data
	}
	s := answerScope(&expression.Scope{Values: map[string]any{"input": map[string]any{}, "connection": map[string]any{}, "auth": map[string]any{}}}, r)
	if a.pages != nil && a.pages.list != nil {
		if list, err := a.pages.list.Ask(context.Background(), s); err == nil {
			s.Values["body"] = list
		}
	}
	output, err := a.output.made(context.Background(), s)
	if err != nil {
		return a.file.Sample
	}
	return output
}
