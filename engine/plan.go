package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// plan is a revision made ready to run. Expressions and templates are compiled on first use
// and kept; a plan is shared by every run of its revision.
type plan struct {
	flow      *flow.Flow
	revision  int
	catalogue *Catalogue
	nodes     map[*flow.Step]*node
	hydrate   *Hydrate                        // how the event is completed, if it is
	accepts   func() func(input []byte) error // what says what is wrong with an input; nil takes all
	programs  sync.Map                        // source -> *expression.Program
	templates sync.Map                        // source -> *expression.Template
}

// node is a step of a plan.
type node struct {
	step    *flow.Step
	action  *Action
	members map[string]member // of with
	idle    sync.Pool         // of *blank, those that can be used again
}

// member is how a value of with is read.
type member struct {
	mode    form.Mode
	text    bool // it is a text, whatever a hole gives
	address bool
}

// blank is an action that is not filled yet.
type blank struct {
	doer   Doer
	fields form.Fields
}

func (n *node) blank() *blank {
	if b, ok := n.idle.Get().(*blank); ok {
		return b
	}
	doer := n.action.New()
	return &blank{doer, doer.Fields()}
}

// keep takes back what has ended.
func (n *node) keep(b *blank) {
	if r, ok := b.doer.(Reusable); ok {
		r.Reset()
		n.idle.Put(b)
	}
}

func newPlan(f *flow.Flow, revision int, c *Catalogue) *plan {
	p := &plan{flow: f, revision: revision, catalogue: c, nodes: map[*flow.Step]*node{}}
	p.add(f.Steps)
	if t := c.triggers[f.Trigger.Kind]; t != nil && t.Hydrate != nil {
		p.hydrate = t.Hydrate(f)
	}
	p.accepts = sync.OnceValue(func() func([]byte) error {
		if t := c.triggers[f.Trigger.Kind]; t != nil && t.Accepts != nil {
			return t.Accepts(f)
		}
		return nil
	})
	return p
}

func (p *plan) add(steps []*flow.Step) {
	for _, s := range steps {
		n := &node{step: s, members: map[string]member{}}
		if a, ok := p.catalogue.Find(s.Action); ok {
			n.action = a
			fields := a.New().Fields()
			for id := range s.With {
				if field := fields.Find(id); field != nil {
					kind := field.Kind()
					n.members[id] = member{mode: field.Mode(), text: kind == "text" || kind == "longtext", address: kind == "url"}
				}
			}
		}
		p.nodes[s] = n
		p.add(s.Steps)
		p.add(s.Catch)
		for _, b := range s.Branches {
			p.add(b.Steps)
		}
	}
}

func (p *plan) program(source string) (*expression.Program, error) {
	if kept, ok := p.programs.Load(source); ok {
		return kept.(*expression.Program), nil
	}
	program, err := expression.Compile(source)
	if err != nil {
		return nil, Permanent(fmt.Errorf("expression %q: %w", form.Cut(source, 80), err))
	}
	p.programs.Store(source, program)
	return program, nil
}

func (p *plan) template(source string) (*expression.Template, error) {
	if kept, ok := p.templates.Load(source); ok {
		return kept.(*expression.Template), nil
	}
	template, err := expression.CompileTemplate(source)
	if err != nil {
		return nil, Permanent(fmt.Errorf("template %q: %w", form.Cut(source, 80), err))
	}
	p.templates.Store(source, template)
	return template, nil
}

// skipError says that a value is missing and that the step is to be skipped then.
type skipError struct{ reason form.Words }

func (e *skipError) Error() string { return e.reason.EN }

// render fills the templates of a step's settings.
func (p *plan) render(ctx context.Context, n *node, s *expression.Scope) (map[string]any, error) {
	out := make(map[string]any, len(n.step.With))
	for id, raw := range n.step.With {
		m := n.members[id]
		if m.mode != form.ModeTemplate {
			out[id] = raw
			continue
		}
		var ask func(before, value, after string) error
		if m.address {
			ask = steers
		}
		value, err := p.fill(ctx, raw, s, n.step.Missing.For(id) == "empty", ask)
		var missing *expression.MissingError
		if errors.As(err, &missing) && n.step.Missing.For(id) == "skip" {
			return nil, &skipError{form.Label("a value is missing: "+missing.Path+", in field "+id, "falta um valor: "+missing.Path+", no campo "+id)}
		}
		if errors.As(err, &missing) {
			return nil, Faultf("missing", "field %s: %s is missing", id, missing.Path)
		}
		if err != nil {
			return nil, Permanent(fmt.Errorf("field %s: %w", id, err))
		}
		if _, written := raw.(string); written && m.text {
			value = asText(value)
		}
		out[id] = value
	}
	return out, nil
}

// asText makes of a list or an object what it is inside a text.
func asText(value any) any {
	switch value.(type) {
	case map[string]any, []any:
		return expression.Text(value)
	}
	return value
}

func (p *plan) fill(ctx context.Context, raw any, s *expression.Scope, empty bool, ask func(before, value, after string) error) (any, error) {
	switch v := raw.(type) {
	case string:
		t, err := p.template(v)
		if err != nil {
			return nil, err
		}
		if t.Fixed() {
			return v, nil
		}
		return t.FillAsked(ctx, s, empty, ask)
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			value, err := p.fill(ctx, member, s, empty, ask)
			if err != nil {
				return nil, err
			}
			out[key] = value
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			value, err := p.fill(ctx, element, s, empty, ask)
			if err != nil {
				return nil, err
			}
			out[i] = value
		}
		return out, nil
	}
	return raw, nil
}
