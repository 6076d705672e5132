package expression

import (
	"fmt"
	"math"
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
	case *ast.BytesNode:
		v.refuse(x, true, "b\"…\"")
	case *ast.BuiltinNode:
		_, known := functions[x.Name]
		v.refuse(x, !known, x.Name)
		v.choices(x.Name, x.Arguments)
	case *ast.BinaryNode:
		if text, ok := x.Right.(*ast.StringNode); ok && x.Operator == "matches" {
			v.patterns = append(v.patterns, text)
		}
	case *ast.CallNode:
		v.call(n, x)
	}
}

func isWaitURL(n ast.Node) bool {
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return false
	}
	root, isName := m.Node.(*ast.IdentifierNode)
	name, isText := m.Property.(*ast.StringNode)
	return isName && isText && root.Value == "run" && name.Value == "wait_url"
}

// call allows functions of the table by their names, and run.wait_url.
func (v *inspect) call(n *ast.Node, x *ast.CallNode) {
	if isWaitURL(x.Callee) {
		patch(n, call("__wait_url", x.Arguments...))
		return
	}
	if m, ok := x.Callee.(*ast.MemberNode); ok {
		v.method(x, m)
		return
	}
	id, ok := x.Callee.(*ast.IdentifierNode)
	if !ok {
		v.fail(x, &Error{Code: "unknown_name", Message: form.Label("only a function can be called, by its name", "só uma função pode ser chamada, pelo nome")})
		return
	}
	f, known := functions[id.Value]
	if !known {
		v.unknown(x, id.Value)
		return
	}
	v.count(x, &f, len(x.Arguments))
	v.choices(id.Value, x.Arguments)
	if text, ok := at(x.Arguments, 1).(*ast.StringNode); ok && strings.HasPrefix(id.Value, "regex_") {
		v.patterns = append(v.patterns, text)
	}
}

// method refuses x.upper(), which is written upper(x).
func (v *inspect) method(n ast.Node, m *ast.MemberNode) {
	e := &Error{Code: "unknown_name", Message: form.Label("values have no functions of their own", "valores não têm funções próprias")}
	if name, ok := m.Property.(*ast.StringNode); ok {
		near := name.Value
		if _, known := functions[near]; !known {
			near = nearFunction(near)
		}
		if near != "" {
			written := near + "(" + shorter(m.Node.String(), 60) + ")"
			e.Hint = form.Label("write "+written, "escreva "+written)
		}
	}
	v.fail(n, e)
}

func (v *inspect) unknown(n ast.Node, name string) {
	if strings.HasPrefix(name, "__") || name == "$env" {
		v.refuse(n, true, name)
		return
	}
	e := &Error{Code: "unknown_name", Message: form.Label("there is no function "+short(name), "não existe a função "+short(name))}
	e.suggest(name, nearFunction(name))
	v.fail(n, e)
}

// count refuses a call that can never work.
func (v *inspect) count(n ast.Node, f *Function, given int) {
	least, most := 0, len(f.params)
	for i, p := range f.params {
		switch {
		case p.more:
			most = math.MaxInt
			if i == 0 && p.kind != "list" && p.kind != "object" {
				least++
			}
		case !p.optional:
			least++
		}
	}
	if given >= least && given <= most {
		return
	}
	v.fail(n, &Error{
		Code: "wrong_count", Message: form.Label(
			fmt.Sprintf("%s is called with the wrong number of values: %d", f.Name, given), fmt.Sprintf("%s é chamada com o número errado de valores: %d", f.Name, given)),
		Hint: form.Label("it is "+f.Signature, "ela é "+f.Signature),
	})
}

// choice is an argument that is one of a few words.
type choice struct {
	at    int
	words []string
}

var choicesOf = map[string]choice{
	"start_of": {1, []string{"hour", "day", "week", "month", "year"}}, "diff": {2, []string{"years", "months", "weeks", "days", "hours", "minutes", "seconds"}},
	"sort": {1, []string{"asc", "desc"}}, "sortBy": {2, []string{"asc", "desc"}},
}

func (v *inspect) choices(name string, arguments []ast.Node) {
	c, ok := choicesOf[name]
	if !ok {
		return
	}
	text, ok := at(arguments, c.at).(*ast.StringNode)
	if !ok || slices.Contains(c.words, text.Value) {
		return
	}
	list := strings.Join(c.words, ", ")
	e := &Error{Code: "wrong_word", Message: form.Label(
		fmt.Sprintf("%s takes one of %s, not %q", name, list, short(text.Value)), fmt.Sprintf("%s recebe um destes: %s; não %q", name, list, short(text.Value)))}
	if near := nearWord(text.Value, c.words); near != "" {
		e.suggest("", near)
		e.Fixes = []form.Fix{form.ChangeTo("", strconv.Quote(near))}
	}
	v.fail(text, e)
}

// portuguese are words of choices as a Brazilian writes them.
var portuguese = map[string]string{"dia": "day", "semana": "week", "mês": "month", "mes": "month", "ano": "year", "hora": "hour", "dias": "days", "meses": "months", "anos": "years", "semanas": "weeks", "horas": "hours", "minutos": "minutes", "segundos": "seconds"}

func nearWord(word string, words []string) string {
	for _, near := range []string{portuguese[strings.ToLower(word)], portuguese[strings.ToLower(word)] + "s", form.Nearest(word, words)} {
		if slices.Contains(words, near) {
			return near
		}
	}
	return ""
}

func (v *inspect) refuse(n ast.Node, is bool, name string) {
	if !is {
		return
	}
	e := &Error{Code: "unknown_name", Message: form.Label(short(name)+" cannot be used here", short(name)+" não pode ser usado aqui")}
	e.suggest(name, nearName(name, v.roots))
	v.fail(n, e)
}

// fail notes the first thing that is wrong.
func (v *inspect) fail(n ast.Node, e *Error) {
	if v.refused == nil {
		e.From, e.To = n.Location().From, n.Location().To
		v.refused = e
	}
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
	if slices.Equal(r.paths[at], headers) {
		name = strings.ToLower(name)
	}
	path := append(r.paths[at], name) //nolint:gocritic // the longer chain takes its place
	r.paths[at] = nil
	r.path(n, path)
}

// headers are kept under lower-case names, and found under any.
var headers = []string{"trigger", "headers"}

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

// itself stands for what was asked for yes or no, which is no operand of anything.
const itself = -1

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
	if f.operand == itself {
		f.name = strings.TrimPrefix((*n).String(), "#.")
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
	if f.operand >= 0 && f.operand < len(operands) {
		f.name = strings.TrimPrefix(operands[f.operand].String(), "#.")
	}
}
