package expression

import (
	"cmp"
	"context"
	"fmt"
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

// clause is a part of a condition, compiled when somebody first asks why it was false.
type clause struct {
	operator    string // and, or, not, a comparison, or "" for anything else
	left, right *clause
	truth       *Program // the whole part
	value       *Program // what is told: the part, or what stands before its comparison
	whole       string
	before      string // of a comparison: the source on either side
	after       string
}

func clauseOf(n ast.Node) *clause {
	c := &clause{whole: sourceOf(n)}
	c.truth, _ = Compile(n.String(), allRoots...)
	c.value = c.truth
	switch x := n.(type) {
	case *ast.BinaryNode:
		switch _, compares := comparisons[x.Operator]; {
		case x.Operator == "and" || x.Operator == "&&":
			c.operator, c.left, c.right = "and", clauseOf(x.Left), clauseOf(x.Right)
		case x.Operator == "or" || x.Operator == "||":
			c.operator, c.left, c.right = "or", clauseOf(x.Left), clauseOf(x.Right)
		case compares:
			c.operator, c.before, c.after = x.Operator, sourceOf(x.Left), sourceOf(x.Right)
			c.value, _ = Compile(x.Left.String(), allRoots...)
			return c
		}
	case *ast.UnaryNode:
		if x.Operator == "not" || x.Operator == "!" {
			c.operator, c.left = "not", &clause{whole: sourceOf(x.Node)}
			return c
		}
	}
	return c
}

// ask evaluates; a part that cannot be asked by itself, in a loop say, has no answer.
func (c *clause) ask(ctx context.Context, s *Scope) (any, bool) {
	if c.value == nil {
		return nil, false
	}
	if c.value.plain != nil {
		return lookUp(s.Values, c.value.plain), true
	}
	value, err := c.value.run(ctx, s, true)
	return value, err == nil
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
		if value, ok := c.left.holds(ctx, s); ok && value {
			return c.right.reason(ctx, s)
		}
		return c.left.reason(ctx, s)
	case "or":
		left, right := c.left.reason(ctx, s), c.right.reason(ctx, s)
		return form.Label(left.EN+", and "+right.EN, left.PT+", e "+right.PT)
	case "not":
		return said("%s was true", "%s era verdadeiro", c.left.whole)
	}
	value, ok := c.ask(ctx, s)
	switch {
	case ok && value == nil && c.operator != "!=":
		return said("%s is missing", "falta %s", cmp.Or(c.before, c.whole))
	case !ok || c.operator == "":
		return said("%s was false", "%s era falso", c.whole)
	}
	shown, words := told(value), comparisons[c.operator]
	return form.Label(fmt.Sprintf("`%s` was %s, %s %s", c.before, shown.EN, words.EN, c.after),
		fmt.Sprintf("`%s` era %s, %s %s", c.before, shown.PT, words.PT, c.after))
}

// holds says whether a clause is true.
func (c *clause) holds(ctx context.Context, s *Scope) (value, ok bool) {
	if c.truth == nil {
		return false, false
	}
	value, _, err := c.truth.Bool(ctx, s)
	return value, err == nil
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

func told(value any) form.Words {
	switch v := value.(type) {
	case bool, int, float64:
		return form.Label(Text(v), Text(v))
	case string:
		digits := 0
		for _, r := range v {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if len(v) <= 24 && digits < 8 && !strings.Contains(v, "@") {
			return form.Label(`"`+v+`"`, `"`+v+`"`)
		}
		return form.Label("another text", "outro texto")
	case nil:
		return form.Label("missing", "ausente")
	}
	return kindOf(value)
}
