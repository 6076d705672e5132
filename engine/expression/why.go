package expression

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"gancho/engine/form"

	"github.com/expr-lang/expr/ast"
)

// Why gives the smallest reason for which a condition is false: the first clause that failed,
// with the value that it met. What may be somebody's personal data is not told: only numbers,
// yes and no, and short texts without @ and with few digits are.
func (p *Program) Why(ctx context.Context, s *Scope) form.Words {
	p.once.Do(func() {
		if tree, err := parse(p.source); err == nil {
			p.clause = clauseOf(tree.Node)
		}
	})
	if p.clause == nil {
		return form.Label(p.source+" was false", p.source+" era falso")
	}
	return p.clause.reason(ctx, s)
}

// clause is a part of a condition, compiled when somebody first asks why it was false. Only
// its leaves are programs, so that to ask costs no more than the condition itself.
type clause struct {
	operator string // and, or, not, a comparison, or "" for anything else
	parts    []*clause
	truth    *Program // of a leaf: the whole
	value    *Program // of a comparison: what stands before the operator
	whole    string
	before   string // of a comparison: the source on either side
	after    string
}

func clauseOf(n ast.Node) *clause {
	c := &clause{whole: sourceOf(n)}
	switch x := n.(type) {
	case *ast.BinaryNode:
		switch _, compares := comparisons[x.Operator]; {
		case joins[x.Operator] != "":
			c.operator = joins[x.Operator]
			c.join(x.Left)
			c.join(x.Right)
			return c
		case compares:
			c.operator, c.before, c.after = x.Operator, sourceOf(x.Left), sourceOf(x.Right)
			c.value, _ = Compile(x.Left.String(), allRoots...)
		}
	case *ast.UnaryNode:
		if x.Operator == "not" || x.Operator == "!" {
			c.operator, c.whole = "not", sourceOf(x.Node)
		}
	}
	c.truth, _ = Compile(n.String(), allRoots...)
	return c
}

var joins = map[string]string{"and": "and", "&&": "and", "or": "or", "||": "or"}

// join adds an operand; a chain of the same operator is one clause with many parts.
func (c *clause) join(n ast.Node) {
	part := clauseOf(n)
	if part.operator == c.operator {
		c.parts = append(c.parts, part.parts...)
		return
	}
	c.parts = append(c.parts, part)
}

var comparisons = map[string]form.Words{
	"==": form.Label("not equal to", "não igual a"), "!=": form.Label("not different from", "não diferente de"),
	">": form.Label("not greater than", "não maior que"), ">=": form.Label("not at least", "não pelo menos"),
	"<": form.Label("not less than", "não menor que"), "<=": form.Label("not at most", "não no máximo"),
	"in": form.Label("not in", "não em"), "contains": form.Label("which does not contain", "que não contém"),
	"startsWith": form.Label("which does not start with", "que não começa com"), "endsWith": form.Label("which does not end with", "que não termina com"),
	"matches": form.Label("which does not match", "que não corresponde a"),
}

func (c *clause) reason(ctx context.Context, s *Scope) form.Words {
	switch c.operator {
	case "and":
		for _, part := range c.parts {
			if !part.holds(ctx, s) {
				return part.reason(ctx, s)
			}
		}
	case "or":
		words := c.parts[0].reason(ctx, s)
		for _, part := range c.parts[1:] {
			next := part.reason(ctx, s)
			words = form.Label(words.EN+", and "+next.EN, words.PT+", e "+next.PT)
		}
		return words
	case "not":
		return said("%s was true", "%s era verdadeiro", c.whole)
	case "":
		if c.truth != nil && c.truth.plain != nil && lookUp(s.Values, c.truth.plain) == nil {
			return said("%s is missing", "falta %s", c.whole)
		}
	default:
		return c.compared(ctx, s)
	}
	return said("%s was false", "%s era falso", c.whole)
}

func (c *clause) compared(ctx context.Context, s *Scope) form.Words {
	if c.value == nil { // it cannot stand by itself, in a loop say
		return said("%s was false", "%s era falso", c.whole)
	}
	value, err := c.value.Run(ctx, s)
	switch {
	case err != nil:
		return said("%s was false", "%s era falso", c.whole)
	case value == nil && c.operator != "!=":
		return said("%s is missing", "falta %s", c.before)
	}
	shown, words := c.value.told(s, value), comparisons[c.operator]
	return form.Label(fmt.Sprintf("`%s` was %s, %s %s", c.before, shown.EN, words.EN, c.after),
		fmt.Sprintf("`%s` era %s, %s %s", c.before, shown.PT, words.PT, c.after))
}

// holds says whether a clause is true.
func (c *clause) holds(ctx context.Context, s *Scope) bool {
	switch {
	case c.operator == "and":
		return !slices.ContainsFunc(c.parts, func(part *clause) bool { return !part.holds(ctx, s) })
	case c.operator == "or":
		return slices.ContainsFunc(c.parts, func(part *clause) bool { return part.holds(ctx, s) })
	case c.truth == nil:
		return false
	}
	ok, _, err := c.truth.Bool(ctx, s)
	return ok && err == nil
}

func said(en, pt, source string) form.Words {
	return form.Label(fmt.Sprintf(en, "`"+source+"`"), fmt.Sprintf(pt, "`"+source+"`"))
}

// sourceOf is a part of the condition as text that fits a line.
func sourceOf(n ast.Node) string {
	if r := []rune(n.String()); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return n.String()
}

// told is a value as a reason may show it.
func (p *Program) told(s *Scope, value any) form.Words {
	switch value.(type) {
	case nil:
		return form.Label("missing", "ausente")
	case []any, map[string]any:
		return kindOf(value)
	case bool:
		return form.Label(Text(value), Text(value))
	}
	text := Text(value)
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if len(text) > 24 || digits > 7 || strings.Contains(text, "@") || p.masked(s.Mask) {
		return form.Label("another value", "outro valor")
	}
	if _, isText := value.(string); isText {
		text = `"` + text + `"`
	}
	return form.Label(text, text)
}

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
		return slices.ContainsFunc(pointers, func(pointer string) bool { return overlaps(path[2:], pointer) })
	})
}

// overlaps says whether a path lies on, in or around the place of a JSON pointer, in which *
// is any name.
func overlaps(path []string, pointer string) bool {
	for i, name := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if i >= len(path) {
			break
		}
		if name != "*" && strings.NewReplacer("~1", "/", "~0", "~").Replace(name) != path[i] {
			return false
		}
	}
	return true
}
