package actions

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// aside makes a doer for a request that belongs to no step, and a call for it.
func (c *Connector) aside(out *Outbound, conn *connections.Connection, q *madeRequest) (*connectorDoer, *doing, *engine.Call) {
	shared := c.shared()
	yes := true
	a := &madeAction{file: &actionFile{Repeatable: &yes}, request: q, rules: shared.rules, error: shared.error, code: shared.code}
	values := map[string]any{"input": map[string]any{}, "connection": map[string]any{}, "auth": map[string]any{"id": "none", "kind": "none"}}
	do := &doing{action: a, scope: &expression.Scope{Values: values, Now: time.Now()}, scopes: map[string][]string{}}
	if conn != nil {
		id, choice := c.choiceOf(conn)
		do.choice = choice
		values["connection"] = plainFields(conn)
		if choice != nil {
			values["auth"] = map[string]any{"id": id, "kind": choice.file.Kind}
		}
	}
	return &connectorDoer{c: c, out: out}, do, &engine.Call{Connection: conn, Now: time.Now(), Sent: func(func() any) {}, Log: func(string) {}}
}

// tryConnection makes the choice's harmless request, or gets a token where there is none.
func (c *Connector) tryConnection(ctx context.Context, out *Outbound, conn *connections.Connection) (string, error) {
	_, choice := c.choiceOf(conn)
	if choice == nil {
		return "", engine.Faultf("wrong_connection", "the connection is of a kind that %s does not know", c.ID())
	}
	if choice.test == nil {
		return "", c.renewNow(ctx, out, conn, choice)
	}
	d, do, call := c.aside(out, conn, choice.test)
	if err := d.enter(ctx, call, do); err != nil {
		return "", err
	}
	x, err := d.request(ctx, do, call)
	if err != nil {
		return "", err
	}
	_, s, err := d.answer(ctx, call, do, x)
	if err != nil && (s == nil || choice.testOK == nil) {
		return "", err
	}
	if choice.testOK != nil {
		if ok, e := choice.testOK.Ask(ctx, s); e != nil || ok != true {
			if err != nil {
				return "", err
			}
			return "", &engine.Fault{Code: "not_ok", Message: c.file.Name.EN + " does not accept this connection", Broken: true, Class: classAuth}
		}
	}
	if choice.testAccount == nil {
		return "", nil
	}
	account, err := choice.testAccount.Ask(ctx, s)
	if err != nil || account == nil {
		return "", nil //nolint:nilerr // the name is a courtesy
	}
	return d.redact.text(errorLine(account)), nil
}

// optionsKept are lists of options that were read lately.
type optionsKept struct {
	mu   sync.Mutex
	kept map[string]keptOptions
}

type keptOptions struct {
	list []form.Choice
	ends time.Time
}

const (
	optionsFor  = 5 * time.Minute
	mostOptions = 500
)

func (o *optionsKept) get(key string) ([]form.Choice, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	k, ok := o.kept[key]
	return k.list, ok && time.Now().Before(k.ends)
}

func (o *optionsKept) put(key string, list []form.Choice, life time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == nil || len(o.kept) >= mostOptions {
		o.kept = map[string]keptOptions{}
	}
	o.kept[key] = keptOptions{list, time.Now().Add(life)}
}

// askOptions reads the options of a field from the provider, or gives those read lately.
func (c *Connector) askOptions(ctx context.Context, out *Outbound, action string, ask engine.OptionsAsk) ([]form.Choice, error) {
	o := c.liveOptions(action, ask.Field)
	if o == nil {
		return nil, engine.Faultf("no_options", "the options of %s are not read from %s", ask.Field, c.file.Name.EN)
	}
	d, do, call := c.aside(out, ask.Connection, o.request)
	do.action.pages = o.pages
	if err := c.fillPartly(ctx, d, do, action, ask.Input); err != nil {
		return nil, err
	}
	file := c.fieldOf(action, ask.Field).OptionsFrom
	key, err := c.optionsKey(do, action, ask, file)
	if err != nil {
		return nil, err
	}
	if list, ok := out.options.get(key); ok {
		return list, nil
	}
	if err := d.enter(ctx, call, do); err != nil {
		return nil, err
	}
	x, err := d.request(ctx, do, call)
	if err != nil {
		return nil, err
	}
	items, _, _, err := d.list(ctx, call, do, x, o.pages)
	if err != nil {
		return nil, err
	}
	list, err := choicesOf(ctx, do, o, items)
	if err == nil {
		life := time.Duration(file.Cache)
		if life == 0 {
			life = optionsFor
		}
		out.options.put(key, list, life)
	}
	return list, err
}

func (c *Connector) fieldOf(action, id string) *fieldFile {
	fields := c.file.Actions[action].Fields
	for i := range fields {
		if fields[i].ID == id {
			return &fields[i]
		}
	}
	return nil
}

// fillPartly gives a request what a person has filled in so far; templates are left out.
func (c *Connector) fillPartly(ctx context.Context, d *connectorDoer, do *doing, action string, input map[string]any) error {
	plain := map[string]any{}
	for name, value := range input {
		if text, ok := value.(string); !ok || !strings.Contains(text, "{{") {
			plain[name] = value
		}
	}
	d.id = action
	d.Fields().Fill(plain)
	filled, _, err := inputOf(ctx, c.file.Actions[action].Fields, make([]*expression.Program, len(d.values)), d.values, do.scope)
	if err != nil {
		return engine.Permanent(err)
	}
	if filled != nil {
		do.scope.Values["input"] = filled
	}
	return nil
}

// optionsKey names a list by what it depends on; a field that must be filled in first, and is
// not, is told.
func (c *Connector) optionsKey(do *doing, action string, ask engine.OptionsAsk, f *optionsFile) (string, error) {
	parts := []string{c.ID(), action, ask.Field}
	if ask.Connection != nil {
		parts = append(parts, ask.Connection.Name, fmt.Sprint(ask.Connection.Fields))
	}
	input, _ := do.scope.Values["input"].(map[string]any)
	for _, need := range f.Needs {
		value, ok := input[need]
		if !ok {
			return "", engine.Faultf("needs", "fill in %s first", c.fieldOf(action, need).Label.In(ask.Lang))
		}
		parts = append(parts, expression.Text(value))
	}
	return limitName(parts...), nil
}

func choicesOf(ctx context.Context, do *doing, o *madeOptions, items []any) ([]form.Choice, error) {
	list := []form.Choice{}
	for _, item := range items {
		s := &expression.Scope{Now: do.scope.Now, Values: map[string]any{"item": item, "input": do.scope.Values["input"], "connection": do.scope.Values["connection"]}}
		value, err := o.value.Ask(ctx, s)
		if err != nil {
			return nil, engine.Permanent(err)
		}
		label, err := o.label.Ask(ctx, s)
		if err != nil {
			return nil, engine.Permanent(err)
		}
		if value == nil {
			continue
		}
		if label == nil {
			label = value
		}
		text := expression.Text(label)
		list = append(list, form.Option(expression.Text(value), form.Label(text, text)))
	}
	return list, nil
}
