package expression

import (
	"fmt"
	"slices"
	"strings"

	"gancho/engine/form"

	"github.com/expr-lang/expr/ast"
)

// maxElements of a list are told by their values.
const maxElements = 3

// looped tells of a condition on the elements of a list: any(items, .qty > 5). False where it
// is none, or the list is not known.
func (a *asking) looped(c *clause, outcome bool) (form.Words, bool) {
	x, ok := c.node.(*ast.BuiltinNode)
	if !ok || len(x.Arguments) != 2 || !slices.Contains([]string{"any", "all", "none"}, x.Name) {
		return form.Words{}, false
	}
	value, ok := a.value(&c.before, x.Arguments[0])
	list, isList := value.([]any)
	predicate, _ := x.Arguments[1].(*ast.PredicateNode)
	switch {
	case !ok || predicate == nil:
	case isList && len(list) == 0:
		return said("%s is an empty list", "%s é uma lista vazia", sourceOf(x.Arguments[0])), true
	case isList:
		if words, ok := a.elements(c, x, predicate.Node, outcome); ok {
			return words, true
		}
		many := manyOf(x.Name, outcome)
		return form.Label(fmt.Sprintf(many.EN, sourceOf(x.Arguments[0]), sourceOf(predicate.Node)), fmt.Sprintf(many.PT, sourceOf(x.Arguments[0]), sourceOf(predicate.Node))), true
	}
	return form.Words{}, false
}

// manyOf says of how many elements a condition held.
func manyOf(name string, outcome bool) form.Words {
	switch {
	case name == "any" && !outcome || name == "none" && outcome:
		return form.Label("no element of `%s` meets `%s`", "nenhum item de `%s` atende a `%s`")
	case name == "all" && outcome:
		return form.Label("every element of `%s` meets `%s`", "todo item de `%s` atende a `%s`")
	case name == "all":
		return form.Label("not every element of `%s` meets `%s`", "nem todo item de `%s` atende a `%s`")
	}
	return form.Label("some element of `%s` meets `%s`", "algum item de `%s` atende a `%s`")
}

// oftenOf says how often a comparison held of the elements.
func oftenOf(name string, outcome bool) form.Words {
	switch {
	case name == "any" && !outcome || name == "none" && outcome:
		return form.Label("never ", "nunca ")
	case name == "all" && outcome:
		return form.Label("always ", "sempre ")
	case name == "all":
		return form.Label("not always ", "nem sempre ")
	}
	return form.Label("sometimes ", "às vezes ")
}

// elements tells of a plain comparison what its elements were.
func (a *asking) elements(c *clause, x *ast.BuiltinNode, predicate ast.Node, outcome bool) (form.Words, bool) {
	comparison, ok := predicate.(*ast.BinaryNode)
	if !ok || failed[comparison.Operator] == (form.Words{}) || !constant(comparison.Right) {
		return form.Words{}, false
	}
	list := chainOf(x.Arguments[0])
	member, ok := elementChain(comparison.Left)
	if !ok || list == "" {
		return form.Words{}, false
	}
	value, ok := a.value(&c.after, &ast.BuiltinNode{Name: "map", Arguments: []ast.Node{x.Arguments[0], &ast.PredicateNode{Node: comparison.Left}}})
	values, isList := value.([]any)
	if !ok || !isList {
		return form.Words{}, false
	}
	s := sides{operator: comparison.Operator, other: comparison.Right}
	words, often := s.words(true), oftenOf(x.Name, outcome)
	if len(values) == 1 {
		words, often = s.words(outcome == (x.Name != "none")), form.Words{}
	}
	now, named := c.after.program.toldElements(a.m.e.scope, values)
	if !named {
		now = form.Label(numbered(len(values), "value", "values"), numbered(len(values), "valor", "valores"))
	}
	return form.Label(fmt.Sprintf("`%s[]%s` was %s, %s%s", list, member, now.EN, often.EN, words.EN),
		fmt.Sprintf("`%s[]%s` era %s, %s%s", list, member, now.PT, often.PT, words.PT)), true
}

// elementChain is what a comparison asks of an element, as it follows the list: ".qty", or ""
// for the element itself.
func elementChain(n ast.Node) (string, bool) {
	switch x := n.(type) {
	case *ast.PointerNode:
		return "", x.Name == ""
	case *ast.ChainNode:
		return elementChain(x.Node)
	case *ast.MemberNode:
		base, ok := elementChain(x.Node)
		step := stepOf(x)
		return base + step, ok && step != ""
	}
	return "", false
}

// toldList is a list by its elements, where they may be shown.
func (p *Program) toldList(s *Scope, list []any) form.Words {
	if len(list) == 0 {
		return form.Label("an empty list", "uma lista vazia")
	}
	if words, ok := p.toldElements(s, list); ok {
		return form.Label("a list with "+words.EN, "uma lista com "+words.PT)
	}
	return form.Label("a list of "+numbered(len(list), "element", "elements"), "uma lista de "+numbered(len(list), "item", "itens"))
}

// toldElements are the first elements of a list; false where not all of them may be shown.
func (p *Program) toldElements(s *Scope, list []any) (words form.Words, ok bool) {
	var en, pt []string
	for _, element := range list[:min(len(list), maxElements)] {
		told := p.told(s, element)
		switch element.(type) {
		case []any, map[string]any:
			return words, false
		}
		if told == anotherValue {
			return words, false
		}
		en, pt = append(en, told.EN), append(pt, told.PT)
	}
	if more := len(list) - maxElements; more > 0 {
		en, pt = append(en, fmt.Sprintf("%d more", more)), append(pt, fmt.Sprintf("mais %d", more))
	}
	return form.Label(enumerated(en, " and "), enumerated(pt, " e ")), true
}

// enumerated joins texts with commas, and the last with a word.
func enumerated(texts []string, and string) string {
	last := max(len(texts)-1, 0)
	if last == 0 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:last], ", ") + and + texts[last]
}

func numbered(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
