package expression

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gancho/engine/form"

	"github.com/expr-lang/expr/ast"
)

// Why gives the smallest reason for which a condition is false: the first clause that failed,
// with the value that it met. What may be somebody's personal data is not told: only numbers,
// yes and no, and short texts without @ and with few digits are. All that is evaluated for it
// is within the budget of one evaluation.
func (p *Program) Why(ctx context.Context, s *Scope) form.Words {
	p.once.Do(func() {
		if tree, err := parse(p.source); err == nil {
			p.clause = clauseOf(tree.Node)
		}
	})
	whole := said("%s was false", "%s era falso", shorter(p.source, maxTold))
	if p.clause == nil {
		return whole
	}
	a := &asking{m: start(ctx, s), known: map[*clause]bool{}}
	defer a.m.end()
	if words := a.reason(p.clause); !a.spent {
		return words
	}
	return whole
}

// clause is a part of a condition. Only its leaves become programs, when they are first asked.
type clause struct {
	operator string // and, or, not, a comparison, or "" for anything else
	parts    []*clause
	node     ast.Node
	left     ast.Node // of a comparison
	right    ast.Node

	truth, before, after leaf
}

// leaf is a part that is compiled when it is first asked for; nil where it cannot stand by
// itself, in a loop say.
type leaf struct {
	once    sync.Once
	program *Program
}

func clauseOf(n ast.Node) *clause {
	c := &clause{node: n}
	switch x := n.(type) {
	case *ast.BinaryNode:
		switch _, compares := failed[x.Operator]; {
		case joins[x.Operator] != "":
			c.operator = joins[x.Operator]
			c.join(x.Left)
			c.join(x.Right)
		case compares:
			c.operator, c.left, c.right = x.Operator, x.Left, x.Right
		}
	case *ast.UnaryNode:
		if x.Operator == "not" || x.Operator == "!" {
			c.operator, c.parts = "not", []*clause{clauseOf(x.Node)}
		}
	}
	return c
}

var joins = map[string]string{"and": "and", "&&": "and", "or": "or", "||": "or"}

// join adds an operand; a chain of the same operator is one clause with many parts.
func (c *clause) join(n ast.Node) {
	if x, ok := n.(*ast.BinaryNode); ok && joins[x.Operator] == c.operator {
		c.join(x.Left)
		c.join(x.Right)
		return
	}
	c.parts = append(c.parts, clauseOf(n))
}

const (
	maxTold     = 120   // letters of the source in a reason
	maxReasons  = 3     // of the parts of an or
	compileCost = 1_000 // of a leaf
)

// asking looks for one reason. Each leaf is evaluated once, all within one budget.
type asking struct {
	m     *machine
	known map[*clause]bool
	spent bool
}

// reason of a clause that is false.
func (a *asking) reason(c *clause) form.Words {
	switch c.operator {
	case "and":
		for _, part := range c.parts {
			if !a.holds(part) {
				return a.reason(part)
			}
		}
	case "or":
		var en, pt []string
		for _, part := range c.parts[:min(len(c.parts), maxReasons)] {
			words := a.reason(part)
			en, pt = append(en, words.EN), append(pt, words.PT)
		}
		if more := len(c.parts) - len(en); more > 0 {
			en, pt = append(en, fmt.Sprintf("%d more", more)), append(pt, fmt.Sprintf("mais %d", more))
		}
		return form.Label(strings.Join(en, ", and "), strings.Join(pt, ", e "))
	case "not":
		return a.story(c.parts[0], true)
	}
	return a.story(c, false)
}

// holds says whether a clause is true.
func (a *asking) holds(c *clause) bool {
	if holds, asked := a.known[c]; asked {
		return holds
	}
	holds := false
	switch c.operator {
	case "and":
		holds = !slices.ContainsFunc(c.parts, func(part *clause) bool { return !a.holds(part) })
	case "or":
		holds = slices.ContainsFunc(c.parts, a.holds)
	default:
		if p := a.program(&c.truth, c.node); p != nil {
			value, err := a.run(p, true)
			holds = err == nil && value == true
		}
	}
	a.known[c] = holds
	return holds
}

// program of a part, which is paid for each time as if it were compiled.
func (a *asking) program(l *leaf, n ast.Node) *Program {
	if a.spent || a.m.e.charge(compileCost) != nil {
		a.spent = true
		return nil
	}
	l.once.Do(func() { l.program, _ = Compile(n.String(), allRoots...) })
	return l.program
}

func (a *asking) run(p *Program, condition bool) (any, error) {
	if p.plain != nil {
		return lookUp(a.m.e.scope.Values, p.plain), nil
	}
	value, err := a.m.run(p, condition)
	a.spent = a.spent || overBudget(err)
	return value, err
}

func (a *asking) value(l *leaf, n ast.Node) (any, bool) {
	p := a.program(l, n)
	if p == nil {
		return nil, false
	}
	value, err := a.run(p, false)
	return value, err == nil
}

func (a *asking) told(l *leaf, value any) form.Words { return l.program.told(a.m.e.scope, value) }

// masked says whether the value may come from what a flow masks: it reads such a place of the
// body, or something that may have been made of it.
func (p *Program) masked(pointers []string) bool {
	if len(pointers) == 0 {
		return false
	}
	return slices.ContainsFunc(p.paths, func(path []string) bool {
		if len(path) < 2 || path[0] != "trigger" || path[1] != "body" {
			return true
		}
		return Overlaps(path[2:], pointers)
	})
}

// Overlaps says whether a path lies on, in or around the place of a JSON pointer, in which *
// is any name; in the path too.
func Overlaps(path, pointers []string) bool {
	return slices.ContainsFunc(pointers, func(pointer string) bool { return overlaps(path, pointer) })
}

func overlaps(path []string, pointer string) bool {
	for i, name := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if i >= len(path) {
			break
		}
		if name != "*" && path[i] != "*" && strings.NewReplacer("~1", "/", "~0", "~").Replace(name) != path[i] {
			return false
		}
	}
	return true
}
