package expression

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gancho/engine/form"

	"github.com/expr-lang/expr/ast"
)

// inspect refuses what users must not reach: names from inside, methods, values that are
// called, functions that are not in the table.
type inspect struct {
	roots    []string
	refused  *Error
	patterns []*ast.StringNode // regular expressions that the source spells out
}

func (v *inspect) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		inner := x.Value == "$env" || strings.HasPrefix(x.Value, "__")
		v.refuse(x, inner || (isRoot(x.Value) && !slices.Contains(v.roots, x.Value)), x.Value)
	case *ast.VariableDeclaratorNode:
		_, taken := functions[x.Name]
		v.refuse(x, taken || isRoot(x.Name) || strings.HasPrefix(x.Name, "__"), x.Name)
	case *ast.BuiltinNode:
		_, known := functions[x.Name]
		v.refuse(x, !known, x.Name)
	case *ast.BytesNode:
		v.refuse(x, true, "b\"…\"")
	case *ast.BinaryNode:
		if text, ok := x.Right.(*ast.StringNode); ok && x.Operator == "matches" {
			v.patterns = append(v.patterns, text)
		}
	case *ast.CallNode:
		v.call(n, x)
	}
}

// call allows functions of the table by their names, and run.wait_url.
func (v *inspect) call(n *ast.Node, x *ast.CallNode) {
	if m, ok := x.Callee.(*ast.MemberNode); ok {
		root, isName := m.Node.(*ast.IdentifierNode)
		name, isText := m.Property.(*ast.StringNode)
		if isName && isText && root.Value == "run" && name.Value == "wait_url" {
			patch(n, call("__wait_url", x.Arguments...))
			return
		}
		v.refuse(x, true, "a method")
		return
	}
	id, ok := x.Callee.(*ast.IdentifierNode)
	if !ok {
		v.refuse(x, true, "a value")
		return
	}
	_, known := functions[id.Value]
	v.refuse(x, !known, id.Value)
	if text, ok := at(x.Arguments, 1).(*ast.StringNode); ok && strings.HasPrefix(id.Value, "regex_") {
		v.patterns = append(v.patterns, text)
	}
}

func (v *inspect) refuse(n ast.Node, is bool, name string) {
	if !is || v.refused != nil {
		return
	}
	e := &Error{Code: "unknown_name", From: n.Location().From, To: n.Location().To, Message: form.Label(
		name+" cannot be used here", name+" não pode ser usado aqui")}
	if near := form.Nearest(name, slices.Concat(v.roots, Names())); near != "" && near != name {
		e.Hint = form.Label("did you mean "+near+"?", "você quis dizer "+near+"?")
	}
	v.refused = e
}

// rewrite puts our own operators, with their prices, in the place of the library's: nothing
// that it leaves in a program does work that is not charged.
type rewrite struct {
	paths [][]string // member chains from a root; nil where a longer one took its place
}

var operators = map[string]string{
	"+": "__add", "-": "__subtract", "*": "__multiply", "/": "__divide", "%": "__modulo", "**": "__power", "^": "__power",
	"==": "__equal", "!=": "__differ", "<": "__less", ">": "__more", "<=": "__most", ">=": "__least", "in": "__in",
	"contains": "__contains", "startsWith": "__starts", "endsWith": "__ends", "matches": "__matches", "..": "__range",
}

func (r *rewrite) Visit(n *ast.Node) {
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		if isRoot(x.Value) {
			r.path(n, []string{x.Value})
		}
	case *ast.MemberNode:
		r.member(n, x)
	case *ast.ChainNode:
		*n = x.Node
	case *ast.SliceNode:
		patch(n, call("__slice", x.Node, orNil(x.From), orNil(x.To)))
	case *ast.UnaryNode:
		if x.Operator == "not" || x.Operator == "!" {
			x.Node = truth(x.Node)
			return
		}
		patch(n, call("__sign", x.Node, &ast.BoolNode{Value: x.Operator == "-"}))
	case *ast.BinaryNode:
		if own, ok := operators[x.Operator]; ok {
			patch(n, call(own, x.Left, x.Right))
		} else if x.Operator != "??" {
			x.Left, x.Right = truth(x.Left), truth(x.Right)
		}
	case *ast.ConditionalNode:
		x.Cond = truth(x.Cond)
	case *ast.ArrayNode, *ast.MapNode:
		if m, ok := x.(*ast.MapNode); ok {
			textKeys(m)
		}
		patch(n, call("__made", x))
	case *ast.BuiltinNode:
		loop(n, x)
	case *ast.CallNode:
		if id, ok := x.Callee.(*ast.IdentifierNode); ok && !strings.HasPrefix(id.Value, "__") {
			patch(n, call(id.Value, x.Arguments...))
		}
	}
}

func (r *rewrite) path(n *ast.Node, path []string) {
	r.paths = append(r.paths, path)
	patch(n, call("__path", &ast.IntegerNode{Value: len(r.paths) - 1}))
}

// member makes the chain that ends here of the one that ended before it.
func (r *rewrite) member(n *ast.Node, x *ast.MemberNode) {
	at := pathIndex(x.Node)
	name := ""
	switch property := x.Property.(type) {
	case *ast.StringNode:
		name = property.Value
	case *ast.IntegerNode:
		if name = strconv.Itoa(property.Value); property.Value > nearLetters {
			at = -1
		}
	default:
		at = -1
	}
	if at < 0 {
		patch(n, call("__member", x.Node, x.Property))
		return
	}
	path := append(r.paths[at], name) //nolint:gocritic // the longer chain takes its place
	r.paths[at] = nil
	r.path(n, path)
}

// pathIndex is the index of the path that this node was rewritten to, or -1.
func pathIndex(n ast.Node) int {
	c, ok := n.(*ast.CallNode)
	if !ok || calleeOf(c) != "__path" {
		return -1
	}
	return c.Arguments[1].(*ast.IntegerNode).Value
}

func calleeOf(n ast.Node) string {
	if c, ok := n.(*ast.CallNode); ok {
		if id, ok := c.Callee.(*ast.IdentifierNode); ok {
			return id.Value
		}
	}
	return ""
}

var yieldsBool = []string{
	"__equal", "__differ", "__less", "__more", "__most", "__least", "__in", "__contains", "__starts", "__ends", "__matches",
	"__truth", "__test", "present", "truthy", "cpf_valid", "cnpj_valid",
}

// truth makes sure that what is asked for yes or no answers that.
func truth(n ast.Node) ast.Node {
	switch x := n.(type) {
	case *ast.BoolNode:
		return n
	case *ast.UnaryNode:
		return n // only "not" is left
	case *ast.BinaryNode:
		if x.Operator != "??" {
			return n
		}
	case *ast.CallNode:
		if slices.Contains(yieldsBool, calleeOf(x)) {
			return n
		}
	}
	return placed(call("__truth", n), n)
}

func textKeys(m *ast.MapNode) {
	for _, node := range m.Pairs {
		pair := node.(*ast.PairNode)
		if _, ok := pair.Key.(*ast.StringNode); !ok {
			pair.Key = placed(call("__key", pair.Key), pair.Key)
		}
	}
}

// loop charges every turn, and hands sorting, grouping and sums to our own functions.
func loop(n *ast.Node, x *ast.BuiltinNode) {
	x.Arguments[0] = placed(call("__list", x.Arguments[0]), x)
	if x.Name == "sum" && len(x.Arguments) == 1 {
		patch(n, call("__sum", x.Arguments[0]))
		return
	}
	if len(x.Arguments) == 1 { // count(list)
		x.Arguments = append(x.Arguments, &ast.PredicateNode{Node: &ast.PointerNode{}})
	}
	turn, isTurn := x.Arguments[1].(*ast.PredicateNode)
	if !isTurn {
		return
	}
	switch x.Name {
	case "map", "reduce", "sum", "sortBy", "groupBy":
		turn.Node = placed(call("__turn", turn.Node), turn.Node)
	default:
		turn.Node = placed(call("__test", turn.Node), turn.Node)
	}
	switch x.Name {
	case "sum":
		patch(n, call("__sum", mapped(x)))
	case "sortBy", "groupBy":
		turn.Node = &ast.ArrayNode{Nodes: []ast.Node{&ast.PointerNode{}, turn.Node}}
		if x.Name == "groupBy" {
			patch(n, call("__group", mapped(x)))
			return
		}
		patch(n, call("__sort", mapped(x), orNil(at(x.Arguments, 2))))
	}
}

func mapped(x *ast.BuiltinNode) ast.Node {
	return placed(&ast.BuiltinNode{Name: "map", Arguments: x.Arguments[:2]}, x)
}

func at(nodes []ast.Node, i int) ast.Node {
	if i < len(nodes) {
		return nodes[i]
	}
	return nil
}

func orNil(n ast.Node) ast.Node {
	if n == nil {
		return &ast.NilNode{}
	}
	return n
}

// call makes a call of one of our functions, with the evaluation before its arguments.
func call(name string, args ...ast.Node) *ast.CallNode {
	return &ast.CallNode{
		Callee:    &ast.IdentifierNode{Value: name},
		Arguments: append([]ast.Node{&ast.IdentifierNode{Value: evaluationName}}, args...),
	}
}

func placed(n, like ast.Node) ast.Node {
	n.SetLocation(like.Location())
	return n
}

func patch(n *ast.Node, with ast.Node) { *n = placed(with, *n) }

// lookUp follows a path of names and, in lists, of indexes; what does not fit is nil.
func lookUp(values map[string]any, path []string) any {
	var value any = values
	for _, name := range path {
		value = memberOf(value, name)
		if value == nil {
			return nil
		}
	}
	return value
}

func memberOf(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		return v[name]
	case []any:
		if i, err := strconv.Atoi(name); err == nil {
			return elementOf(v, i)
		}
	case string:
		if i, err := strconv.Atoi(name); err == nil && i <= nearLetters && i >= -nearLetters {
			return letterOf(v, i)
		}
	}
	return nil
}

// nearLetters is how far into a text a member chain reaches: what needs no price.
const nearLetters = 256

// letterOf is one letter of a text, counted from the end where i is negative; nil past the ends.
func letterOf(s string, i int) any {
	if i < 0 {
		for i++; i < 0 && s != ""; i++ {
			_, size := utf8.DecodeLastRuneInString(s)
			s = s[:len(s)-size]
		}
		if s == "" {
			return nil
		}
		_, size := utf8.DecodeLastRuneInString(s)
		return s[len(s)-size:]
	}
	s = s[offset(s, i):]
	if s == "" {
		return nil
	}
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// elementOf counts from the end where i is negative; nil past the ends.
func elementOf(list []any, i int) any {
	if i < 0 {
		i += len(list)
	}
	if i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}

// missingOperand says which argument of a function or operator is missing; where it stands in
// the source is found when somebody is told.
type missingOperand struct{ index int }

func (m missingOperand) Error() string { return fmt.Sprintf("argument %d is missing", m.index+1) }

// nameOf is the source of the operand that was missing.
func (p *Program) nameOf(from int, operand int) string {
	tree, err := parse(p.source)
	if err != nil {
		return p.source
	}
	f := &finder{from: from, operand: operand, name: p.source}
	ast.Walk(&tree.Node, f)
	return f.name
}

type finder struct {
	from, operand int
	name          string
}

func (f *finder) Visit(n *ast.Node) {
	if (*n).Location().From != f.from {
		return
	}
	var operands []ast.Node
	switch x := (*n).(type) {
	case *ast.BinaryNode:
		operands = []ast.Node{x.Left, x.Right}
	case *ast.CallNode:
		operands = x.Arguments
	case *ast.BuiltinNode:
		operands = x.Arguments
	case *ast.UnaryNode:
		operands = []ast.Node{x.Node}
	case *ast.SliceNode:
		operands = []ast.Node{x.Node}
	case *ast.ConditionalNode:
		operands = []ast.Node{x.Cond}
	default:
		return
	}
	if f.operand < len(operands) {
		f.name = strings.TrimPrefix(operands[f.operand].String(), "#.")
	}
}
