package expression

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

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
		switch _, compares := comparisons[x.Operator]; {
		case joins[x.Operator] != "":
			c.operator = joins[x.Operator]
			c.join(x.Left)
			c.join(x.Right)
		case compares:
			c.operator, c.left, c.right = x.Operator, x.Left, x.Right
		}
	case *ast.UnaryNode:
		if x.Operator == "not" || x.Operator == "!" {
			c.operator, c.left = "not", x.Node
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

var comparisons = map[string]form.Words{
	"==": form.Label("not equal to", "não igual a"), "!=": form.Label("equal to", "igual a"),
	">": form.Label("not greater than", "não maior que"), ">=": form.Label("not at least", "não pelo menos"),
	"<": form.Label("not less than", "não menor que"), "<=": form.Label("not at most", "não no máximo"),
	"in": form.Label("not in", "não em"), "contains": form.Label("which does not contain", "que não contém"),
	"startsWith": form.Label("which does not start with", "que não começa com"), "endsWith": form.Label("which does not end with", "que não termina com"),
	"matches": form.Label("which does not match", "que não corresponde a"),
}

// turned are the operators with their sides the other way round.
var turned = map[string]string{"==": "==", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}

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
		if asked := askedIfPresent(c.left); asked != nil {
			return said("%s has a value", "%s tem valor", sourceOf(asked))
		}
		return said("%s was true", "%s era verdadeiro", sourceOf(c.left))
	case "":
		if asked := askedIfPresent(c.node); asked != nil {
			return said("%s has no value", "%s não tem valor", sourceOf(asked))
		}
		if p := a.program(&c.truth, c.node); p != nil && p.plain != nil && lookUp(a.m.e.scope.Values, p.plain) == nil {
			return said("%s is missing", "falta %s", sourceOf(c.node))
		}
	default:
		return a.compared(c)
	}
	return said("%s was false", "%s era falso", sourceOf(c.node))
}

// askedIfPresent is what a call of present asks about; nil for all else.
func askedIfPresent(n ast.Node) ast.Node {
	if call, ok := n.(*ast.CallNode); ok && callsWith(call, "present", 1) {
		return call.Arguments[0]
	}
	return nil
}

// compared tells what stands before the operator, or after it where that is written out.
func (a *asking) compared(c *clause) form.Words {
	shown, other, operator, of := c.left, c.right, c.operator, &c.before
	if turn := turned[operator]; turn != "" && constant(shown) && !constant(other) {
		shown, other, operator, of = other, shown, turn, &c.after
	}
	shown = asItCame(shown)
	value, ok := a.value(of, shown)
	_, isNil := other.(*ast.NilNode)
	switch {
	case !ok:
		return said("%s was false", "%s era falso", sourceOf(c.node))
	case value == nil && (operator != "!=" || isNil):
		return said("%s is missing", "falta %s", sourceOf(shown))
	}
	words, met := comparisons[operator], a.told(of, value)
	target := form.Label(sourceOf(other), sourceOf(other))
	day, isDay := dayIn(other)
	if isDay {
		target = form.Label(day, day)
		if text, isText := value.(string); isText && startsWithDay(text) && !of.program.masked(a.m.e.scope.Mask) {
			met = form.Label(text[:len(time.DateOnly)], text[:len(time.DateOnly)])
		}
	}
	if isNil {
		words, target = form.Label("not", "não"), form.Label("missing", "ausente")
	}
	if turned[operator] != "" && !constant(other) && !isNil && !isDay && of == &c.before {
		if with, ok := a.value(&c.after, other); ok {
			beside := a.told(&c.after, with)
			target = form.Label(target.EN+" ("+beside.EN+")", target.PT+" ("+beside.PT+")")
		}
	}
	return form.Label(fmt.Sprintf("`%s` was %s, %s %s", sourceOf(shown), met.EN, words.EN, target.EN),
		fmt.Sprintf("`%s` era %s, %s %s", sourceOf(shown), met.PT, words.PT, target.PT))
}

// readings are functions that say how a value is read: people know it as it came.
var readings = []string{"float", "int", "number_br", "date", "start_of"}

// asItCame is the data in what reads it, or stands in for it where it is missing.
func asItCame(n ast.Node) ast.Node {
	switch x := n.(type) {
	case *ast.CallNode:
		if calls(x, readings...) && len(x.Arguments) > 0 {
			if inner := asItCame(x.Arguments[0]); !constant(inner) {
				return inner
			}
		}
	case *ast.BinaryNode:
		if x.Operator == "??" && constant(x.Right) {
			return x.Left
		}
	}
	return n
}

// dayIn is the day of a date that is written out.
func dayIn(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallNode)
	if !ok || !callsWith(call, "date", 1) {
		return "", false
	}
	day, ok := call.Arguments[0].(*ast.StringNode)
	if !ok {
		return "", false
	}
	return day.Value, true
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

func said(en, pt, source string) form.Words {
	return form.Label(fmt.Sprintf(en, "`"+source+"`"), fmt.Sprintf(pt, "`"+source+"`"))
}

// sourceOf is a part of the condition as text that fits a line.
func sourceOf(n ast.Node) string { return shorter(n.String(), maxTold) }

// told is a value as a reason may show it.
func (p *Program) told(s *Scope, value any) form.Words {
	switch value.(type) {
	case nil:
		return form.Label("missing", "ausente")
	case []any, map[string]any:
		return KindOf(value)
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

// startsWithDay says that a text is a date in ISO 8601, with or without a time.
func startsWithDay(text string) bool {
	if len(text) < len(time.DateOnly) {
		return false
	}
	_, err := time.Parse(time.DateOnly, text[:len(time.DateOnly)])
	return err == nil
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
