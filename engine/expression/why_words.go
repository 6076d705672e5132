package expression

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"gancho/engine/form"

	"github.com/expr-lang/expr/ast"
)

// failed says of a value that a comparison was false of it, held that it was true.
var (
	failed = map[string]form.Words{
		"==": form.Label("not equal to", "não igual a"), "!=": held["=="],
		">": form.Label("not greater than", "não maior que"), ">=": form.Label("not at least", "não pelo menos"),
		"<": form.Label("not less than", "não menor que"), "<=": form.Label("not at most", "não no máximo"),
		"in": form.Label("none of", "nenhum de"), "contains": form.Label("which does not contain", "que não contém"),
		"startsWith": form.Label("which does not start with", "que não começa com"), "endsWith": form.Label("which does not end with", "que não termina com"),
		"matches": form.Label("which does not match", "que não corresponde a"),
	}
	held = map[string]form.Words{
		"==": form.Label("equal to", "igual a"), "!=": form.Label("different from", "diferente de"),
		">": form.Label("greater than", "maior que"), ">=": form.Label("at least", "pelo menos"),
		"<": form.Label("less than", "menor que"), "<=": form.Label("at most", "no máximo"),
		"in": form.Label("one of", "um de"), "contains": form.Label("containing", "contendo"),
		"startsWith": form.Label("starting with", "começando com"), "endsWith": form.Label("ending with", "terminando com"),
		"matches": form.Label("matching", "correspondendo a"),
	}
)

// turned are the operators with their sides the other way round.
var turned = map[string]string{"==": "==", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}

// story tells what a clause met that is neither an and nor an or, and what came of it.
func (a *asking) story(c *clause, outcome bool) form.Words {
	if words, ok := a.looped(c, outcome); ok {
		return words
	}
	if words, ok := a.answered(c, outcome); ok {
		return words
	}
	if c.left != nil {
		if words, ok := a.compared(c, outcome); ok {
			return words
		}
	}
	if p := a.program(&c.truth, c.node); p != nil && p.plain != nil && lookUp(a.m.e.scope.Values, p.plain) == nil {
		return said("%s is missing", "falta %s", sourceOf(c.node))
	}
	if outcome {
		return said("%s was true", "%s era verdadeiro", sourceOf(c.node))
	}
	return said("%s was false", "%s era falso", sourceOf(c.node))
}

// answered tells of what a function answers: whether there is a value, or it means yes.
func (a *asking) answered(c *clause, outcome bool) (form.Words, bool) {
	if asked := argumentOf(c.node, "present"); asked != nil && outcome {
		return said("%s has a value", "%s tem valor", sourceOf(asked)), true
	} else if asked != nil {
		return said("%s has no value", "%s não tem valor", sourceOf(asked)), true
	}
	asked := argumentOf(c.node, "truthy")
	if asked == nil {
		return form.Words{}, false
	}
	asked = asItCame(asked)
	switch value, ok := a.value(&c.before, asked); {
	case !ok:
		return form.Words{}, false
	case value == nil:
		return said("%s is missing", "falta %s", sourceOf(asked)), true
	case outcome:
		return met(asked, a.told(&c.before, value), form.Label("which means yes", "que quer dizer sim")), true
	default:
		return met(asked, a.told(&c.before, value), form.Label("which does not mean yes", "que não quer dizer sim")), true
	}
}

// compared tells what stands before the operator, or after it where that is written out. False
// where there is no such value.
func (a *asking) compared(c *clause, outcome bool) (form.Words, bool) {
	s := sidesOf(c)
	value, ok := a.value(s.leaf, s.shown)
	_, isNil := s.other.(*ast.NilNode)
	switch {
	case !ok:
		return form.Words{}, false
	case value == nil && (isNil || s.operator != "!=" && !outcome):
		return said("%s is missing", "falta %s", sourceOf(s.shown)), true
	}
	now := a.told(s.leaf, value)
	if _, yesNo := s.other.(*ast.BoolNode); yesNo && (value == true || value == false) {
		return form.Label(fmt.Sprintf("`%s` was %s", sourceOf(s.shown), now.EN), fmt.Sprintf("`%s` era %s", sourceOf(s.shown), now.PT)), true
	}
	words := s.words(outcome)
	if day := a.dayOf(value); s.dated && day != "" && !s.leaf.program.masked(a.m.e.scope.Mask) {
		now = form.Label(day, day)
	}
	if s.of == (form.Words{}) && !constant(s.other) && !isNil && !isSpan(s.other) {
		if with, ok := a.value(s.beside, s.other); ok {
			beside := a.told(s.beside, with)
			words = form.Label(words.EN+" ("+beside.EN+")", words.PT+" ("+beside.PT+")")
		}
	}
	return met(s.shown, now, words), true
}

// sides are a comparison as it is told: of what is shown, with the other.
type sides struct {
	operator     string
	shown, other ast.Node
	leaf, beside *leaf      // of what is shown, and of the other
	dated        bool       // by days
	of           form.Words // all that is said of the comparison, where that is not what its operator says
	not          form.Words // the same, where it was false
}

func sidesOf(c *clause) sides {
	s := sides{operator: c.operator, shown: c.left, other: c.right, leaf: &c.before, beside: &c.after}
	turn := turned[c.operator]
	if list, isList := c.right.(*ast.ArrayNode); turn != "" && constant(c.left) && !constant(c.right) {
		s.operator, s.shown, s.other, s.leaf, s.beside = turn, c.right, c.left, &c.after, &c.before
	} else if c.operator == "in" && !isSpan(c.right) && !(isList && constant(list)) {
		s.operator, s.shown, s.other, s.leaf, s.beside = "contains", c.right, c.left, &c.after, &c.before
	}
	if row, ok := daysOf(c.node.(*ast.BinaryNode)); ok {
		call := c.left.(*ast.CallNode)
		s.shown, s.dated = call.Arguments[0], true
		if isNow(s.shown) {
			s.shown = call.Arguments[1]
		}
		s.of, s.not = row.daysWords()
	} else if a, b := argumentOf(s.shown, plainer), argumentOf(s.other, plainer); a != nil && b != nil {
		s.shown, s.other = a, b
		aside := form.Label(", case and accents aside", ", sem contar maiúsculas e acentos")
		s.of, s.not = joined(held[s.operator], targetOf(b), aside), joined(failed[s.operator], targetOf(b), aside)
	}
	if day, ok := dayIn(s.other); ok {
		s.dated = true
		s.of, s.not = joined(held[s.operator], form.Label(day, day), form.Words{}), joined(failed[s.operator], form.Label(day, day), form.Words{})
	}
	s.shown = asItCame(s.shown)
	return s
}

// words say what came of the comparison.
func (s *sides) words(outcome bool) form.Words {
	if _, isNil := s.other.(*ast.NilNode); isNil && outcome == (s.operator == "==") {
		return form.Label("missing", "ausente")
	} else if isNil {
		return form.Label("not missing", "não ausente")
	}
	words := failed[s.operator]
	switch list, isList := s.other.(*ast.ArrayNode); {
	case s.of != (form.Words{}) && outcome:
		return s.of
	case s.of != (form.Words{}):
		return s.not
	case isSpan(s.other) && outcome:
		words = form.Label("between", "entre")
	case isSpan(s.other):
		words = form.Label("not between", "não entre")
	case s.operator == "in" && isList && len(list.Nodes) == 1 && outcome:
		words = held["=="]
	case s.operator == "in" && isList && len(list.Nodes) == 1:
		words = failed["=="]
	case outcome:
		words = held[s.operator]
	}
	return joined(words, targetOf(s.other), form.Words{})
}

// daysWords say of a date that it lies where a row about days asks, and that it does not.
func (c *Condition) daysWords() (is, not form.Words) {
	n := c.Value.(int)
	one := func(en, pt, ones, um string) form.Words {
		if n == 1 {
			return form.Label(ones, um)
		}
		return form.Label(fmt.Sprintf(en, n), fmt.Sprintf(pt, n))
	}
	switch c.Operator {
	case "last_days":
		is = one("in the last %d days", "nos últimos %d dias", "in the last day", "no último dia")
	case "next_days":
		is = one("in the next %d days", "nos próximos %d dias", "in the next day", "no próximo dia")
	default:
		return one("at least %d days ago", "há %d dias ou mais", "at least 1 day ago", "há 1 dia ou mais"),
			one("less than %d days ago", "há menos de %d dias", "less than 1 day ago", "há menos de 1 dia")
	}
	return is, form.Label("not "+is.EN, "não "+is.PT)
}

// targetOf is what a value is compared with: what is written out as it is, data between backticks.
func targetOf(n ast.Node) form.Words {
	switch x := n.(type) {
	case *ast.ArrayNode:
		texts := make([]string, len(x.Nodes))
		for i, element := range x.Nodes {
			texts[i] = element.String()
		}
		text := shorter(strings.Join(texts, ", "), maxTold)
		return form.Label(text, text)
	case *ast.BinaryNode:
		if isSpan(n) {
			return form.Label(sourceOf(x.Left)+" and "+sourceOf(x.Right), sourceOf(x.Left)+" e "+sourceOf(x.Right))
		}
	}
	if b, ok := n.(*ast.BoolNode); ok {
		return boolWords(b.Value)
	}
	if constant(n) {
		return form.Label(sourceOf(n), sourceOf(n))
	}
	return said("%s", "%s", sourceOf(n))
}

func isSpan(n ast.Node) bool {
	x, ok := n.(*ast.BinaryNode)
	return ok && x.Operator == ".."
}

// met tells what a value was, and what is to be said of it.
func met(shown ast.Node, now, words form.Words) form.Words {
	source := sourceOf(shown)
	if of := argumentOf(shown, "len"); of != nil {
		return form.Label(fmt.Sprintf("the length of `%s` was %s, %s", sourceOf(of), now.EN, words.EN), fmt.Sprintf("o tamanho de `%s` era %s, %s", sourceOf(of), now.PT, words.PT))
	}
	return form.Label(fmt.Sprintf("`%s` was %s, %s", source, now.EN, words.EN), fmt.Sprintf("`%s` era %s, %s", source, now.PT, words.PT))
}

func joined(words, target, after form.Words) form.Words {
	return form.Label(words.EN+" "+target.EN+after.EN, words.PT+" "+target.PT+after.PT)
}

func said(en, pt, source string) form.Words {
	return form.Label(fmt.Sprintf(en, "`"+source+"`"), fmt.Sprintf(pt, "`"+source+"`"))
}

// sourceOf is a part of the condition as text that fits a line.
func sourceOf(n ast.Node) string { return shorter(n.String(), maxTold) }

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
	day, ok := argumentOf(n, "date").(*ast.StringNode)
	if !ok {
		return "", false
	}
	return day.Value, true
}

// anotherValue stands for what a reason may not show.
var anotherValue = form.Label("another value", "outro valor")

// told is a value as a reason may show it.
func (p *Program) told(s *Scope, value any) form.Words {
	switch v := value.(type) {
	case nil:
		return form.Label("missing", "ausente")
	case []any:
		return p.toldList(s, v)
	case map[string]any:
		return KindOf(value)
	case bool:
		return boolWords(v)
	}
	text := Text(value)
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if len(text) > 24 || digits > 7 || strings.Contains(text, "@") || p.masked(s.Mask) {
		return anotherValue
	}
	if _, isText := value.(string); isText {
		text = `"` + text + `"`
	}
	return form.Label(text, text)
}

func boolWords(value bool) form.Words {
	if value {
		return form.Label("true", "verdadeiro")
	}
	return form.Label("false", "falso")
}

// dayOf is the day of a date in ISO 8601, with or without a time, or of one that counts seconds;
// "" of anything else.
func (a *asking) dayOf(value any) string {
	switch v := value.(type) {
	case int:
		if at, err := a.m.e.time(v); err == nil {
			return at.Format(time.DateOnly)
		}
	case string:
		if len(v) < len(time.DateOnly) {
			return ""
		}
		if _, err := time.Parse(time.DateOnly, v[:len(time.DateOnly)]); err == nil {
			return v[:len(time.DateOnly)]
		}
	}
	return ""
}
