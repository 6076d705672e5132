package expression

import (
	"slices"
	"strconv"
	"strings"

	"gancho/engine/shape"

	"github.com/expr-lang/expr/ast"
)

// proves are the chains that are there when a condition has this outcome.
func proves(n ast.Node, outcome bool) []string {
	switch x := n.(type) {
	case *ast.UnaryNode:
		if x.Operator == "not" || x.Operator == "!" {
			return proves(x.Node, !outcome)
		}
	case *ast.BinaryNode:
		return provesBinary(x, outcome)
	case *ast.CallNode:
		id, ok := x.Callee.(*ast.IdentifierNode)
		if ok && outcome && len(x.Arguments) == 1 && (id.Value == "present" || id.Value == "truthy") {
			return chainsOf(x.Arguments[0])
		}
	case *ast.MemberNode, *ast.ChainNode, *ast.IdentifierNode:
		if outcome {
			return chainsOf(n)
		}
	}
	return nil
}

func provesBinary(x *ast.BinaryNode, outcome bool) []string {
	_, nilRight := x.Right.(*ast.NilNode)
	switch x.Operator {
	case "and", "&&", "or", "||":
		left, right := proves(x.Left, outcome), proves(x.Right, outcome)
		if outcome == (x.Operator == "and" || x.Operator == "&&") {
			return append(left, right...)
		}
		return slices.DeleteFunc(left, func(chain string) bool { return !slices.Contains(right, chain) })
	case "==":
		if nilRight != outcome && (nilRight || constant(x.Right)) {
			return chainsOf(x.Left)
		}
	case "!=":
		if nilRight == outcome && (nilRight || constant(x.Right)) {
			return chainsOf(x.Left)
		}
	case "<", ">", "<=", ">=":
		return append(chainsOf(x.Left), chainsOf(x.Right)...) // or the expression would have failed
	case "contains", "startsWith", "endsWith", "matches":
		if outcome { // they are false of what is missing
			return append(chainsOf(x.Left), chainsOf(x.Right)...)
		}
	case "in":
		if outcome && constant(x.Right) {
			return chainsOf(x.Left)
		}
	}
	return nil
}

// constant says whether a node is a value, or a list of values, none of which is nil.
func constant(n ast.Node) bool {
	switch x := n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return true
	case *ast.UnaryNode:
		return x.Operator == "-" && constant(x.Node)
	case *ast.ArrayNode:
		return !slices.ContainsFunc(x.Nodes, func(element ast.Node) bool { return !constant(element) })
	}
	return false
}

// chainsOf is the one chain that a node is, if it is one.
func chainsOf(n ast.Node) []string {
	if chain := chainOf(n); chain != "" {
		return []string{chain}
	}
	return nil
}

// chainOf is a chain from a root, as it would be written plainly; "" for anything else.
func chainOf(n ast.Node) string {
	switch x := n.(type) {
	case *ast.IdentifierNode:
		return x.Value
	case *ast.ChainNode:
		return chainOf(x.Node)
	case *ast.MemberNode:
		base := chainOf(x.Node)
		if base == "" {
			return ""
		}
		if step := stepOf(x); step != "" {
			return base + step
		}
	}
	return ""
}

// stepOf is a member as it follows what it belongs to; "" where its name is not written out.
func stepOf(x *ast.MemberNode) string {
	switch property := x.Property.(type) {
	case *ast.StringNode:
		return shape.Member(property.Value)
	case *ast.IntegerNode:
		return "[" + strconv.Itoa(property.Value) + "]"
	}
	return ""
}

func equals(n ast.Node, chain string) []string {
	x, ok := n.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	switch x.Operator {
	case "and", "&&":
		if texts := equals(x.Left, chain); texts != nil {
			return texts
		}
		return equals(x.Right, chain)
	case "or", "||":
		left, right := equals(x.Left, chain), equals(x.Right, chain)
		if left == nil || right == nil {
			return nil
		}
		return slices.Concat(left, right)
	case "==":
		if text, ok := x.Right.(*ast.StringNode); ok && chainOf(x.Left) == chain {
			return []string{text.Value}
		}
	case "in":
		list, ok := x.Right.(*ast.ArrayNode)
		if !ok || chainOf(x.Left) != chain {
			return nil
		}
		var texts []string
		for _, element := range list.Nodes {
			text, ok := element.(*ast.StringNode)
			if !ok {
				return nil
			}
			texts = append(texts, text.Value)
		}
		return texts
	}
	return nil
}

// Chain is the place of a JSON pointer as it follows its root in an expression: /items/0/sku
// is .items[0].sku.
func Chain(pointer string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch _, err := strconv.Atoi(name); {
		case err == nil:
			b.WriteString("[" + name + "]")
		case name == "*":
			b.WriteString("[]")
		default:
			b.WriteString(shape.Member(name))
		}
	}
	return b.String()
}
