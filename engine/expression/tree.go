package expression

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gancho/engine/form"
)

// Tree is plain JSON in which an object {"=": expression} stands for a value, with its type.
// Members whose value is null or "" are left out, and null elements too, so that a field that
// nobody filled in is not sent; {"=": …, "empty": "keep"} stays all the same. The member "..."
// is an object whose members come first. A Tree may be shared between goroutines.
type Tree struct {
	value   any
	program *Program
	keep    bool
	list    []*Tree
	members map[string]*Tree
	spread  *Tree
}

// CompileTree reads a template. The problems have paths within the value.
func CompileTree(value any, roots ...string) (*Tree, []form.Problem) {
	c := treeCompiler{roots: roots}
	t := c.tree("", value)
	return t, c.problems
}

type treeCompiler struct {
	roots    []string
	problems []form.Problem
}

func (c *treeCompiler) bad(path string, p form.Problem) {
	p.Path = path
	c.problems = append(c.problems, p)
}

func (c *treeCompiler) tree(at string, value any) *Tree {
	switch v := value.(type) {
	case []any:
		t := &Tree{list: make([]*Tree, len(v))}
		for i, element := range v {
			t.list[i] = c.tree(at+"/"+strconv.Itoa(i), element)
		}
		return t
	case map[string]any:
		if source, ok := v["="]; ok {
			return c.hole(at, source, v)
		}
		t := &Tree{members: map[string]*Tree{}}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			made := c.tree(at+"/"+form.Escape(name), v[name])
			if name == "..." {
				t.spread = made
				continue
			}
			t.members[name] = made
		}
		return t
	}
	return &Tree{value: value}
}

func (c *treeCompiler) hole(at string, source any, v map[string]any) *Tree {
	text, ok := source.(string)
	_, hasEmpty := v["empty"]
	if !ok || (hasEmpty && v["empty"] != "keep") || len(v) > 2 || (len(v) == 2 && !hasEmpty) {
		c.bad(at, form.Problem{Severity: form.Error, Code: "bad_template", Message: form.Label(
			`beside "=", the text of an expression, only "empty": "keep" may stand`, `ao lado de "=", o texto de uma expressão, só pode estar "empty": "keep"`)})
		return &Tree{}
	}
	p, err := Compile(text, c.roots...)
	if err != nil {
		c.bad(at+"/=", ProblemOf(err))
		return &Tree{}
	}
	return &Tree{program: p, keep: hasEmpty}
}

// Fixed says that there are no expressions.
func (t *Tree) Fixed() bool {
	if t.program != nil || (t.spread != nil && !t.spread.Fixed()) {
		return false
	}
	for _, m := range t.members {
		if !m.Fixed() {
			return false
		}
	}
	return !slices.ContainsFunc(t.list, func(e *Tree) bool { return !e.Fixed() })
}

// Render gives the finished value. An expression that reads what is not there gives null.
func (t *Tree) Render(ctx context.Context, s *Scope) (any, error) {
	switch {
	case t.program != nil:
		return t.program.Ask(ctx, s)
	case t.list != nil:
		list := make([]any, 0, len(t.list))
		for i, element := range t.list {
			value, err := element.Render(ctx, s)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			if value != nil {
				list = append(list, value)
			}
		}
		return list, nil
	case t.members != nil:
		return t.object(ctx, s)
	}
	return t.value, nil
}

func (t *Tree) object(ctx context.Context, s *Scope) (any, error) {
	out := map[string]any{}
	if t.spread != nil {
		value, err := t.spread.Render(ctx, s)
		if err != nil {
			return nil, err
		}
		more, ok := value.(map[string]any)
		if !ok && value != nil {
			return nil, errors.New("only an object can be spread")
		}
		maps.Copy(out, more)
	}
	for _, name := range slices.Sorted(maps.Keys(t.members)) {
		m := t.members[name]
		value, err := m.Render(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if (value == nil || value == "") && !m.keep {
			continue
		}
		out[name] = value
	}
	return out, nil
}

// Ask evaluates like Run, where reading what is not there gives nil.
func (p *Program) Ask(ctx context.Context, s *Scope) (any, error) {
	value, err := p.Run(ctx, s)
	var missing *MissingError
	if errors.As(err, &missing) {
		return nil, nil //nolint:nilerr // null is the answer
	}
	return value, err
}
