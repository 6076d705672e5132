package expression

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"gancho/engine/form"
	"gancho/engine/shape"

	"github.com/expr-lang/expr/ast"
)

// Known is what is known of what an expression may read, from values that really came.
type Known struct {
	Roots map[string]*shape.Shape // by name; nil is anything
	Notes map[string]form.Words   // why a chain such as steps.mail may be missing
	Sure  map[string]bool         // chains that are there whenever the expression is asked

	Labels map[string]form.Words // what people call a path such as trigger.body.total
	Links  []Link                // of waits that are still to come
}

// Link is where somebody answers a wait.
type Link struct {
	Source string // the call that gives it
	Title  form.Words
}

// With is the same with these chains, and what lies around them, sure to be there.
func (k *Known) With(chains []string) *Known {
	if len(chains) == 0 {
		return k
	}
	c := *k
	c.Sure = maps.Clone(k.Sure)
	if c.Sure == nil {
		c.Sure = map[string]bool{}
	}
	for _, chain := range chains {
		for ; chain != ""; chain = parentOf(chain) {
			c.Sure[chain] = true
		}
	}
	return &c
}

// Inference is what a check against real values found. Nothing of it stops an expression.
type Inference struct {
	Shape    *shape.Shape   // of the result; nil is anything
	Problems []form.Problem // warnings, in order
	Missing  *form.Problem  // set where the result may be missing: a warning for whoever needs one
}

// Parsed is an expression that was read but not made ready to run: enough to check it against
// what is known.
type Parsed struct {
	root ast.Node
	lead int // runes of space before it
	size int
}

// Size is how many bytes were read.
func (t *Parsed) Size() int { return t.size }

// Parse reads an expression. The error is an *Error; one that only Compile finds is not told.
func Parse(source string) (*Parsed, error) {
	source, lead := trimmed(source)
	if err := capped(source); err != nil {
		return nil, err
	}
	tree, err := parse(source)
	if err != nil {
		return nil, moved(wrong(source, err, FlowRoots), lead)
	}
	return &Parsed{tree.Node, lead, len(source)}, nil
}

// Infer finds the type of the result, and what is doubtful: names that never came, values that
// are not always there, kinds that do not fit.
func (t *Parsed) Infer(k *Known) Inference {
	i := &inference{known: k, sure: map[string]int{}, room: mostRoom, sizes: map[*shape.Shape]int{}}
	result := i.visit(t.root)
	inferred := Inference{Shape: result.kept(), Problems: i.problems}
	for n := range inferred.Problems {
		inferred.Problems[n] = shifted(inferred.Problems[n], t.lead)
	}
	if result.missing || result.shape.Nullable() {
		w := shifted(i.optional(result, fallbackOf(result.shape)), t.lead)
		inferred.Missing = &w
	}
	return inferred
}

// Proves are the chains that are there whenever the condition is true.
func (t *Parsed) Proves() []string { return proves(t.root, true) }

// Denies are the chains that are there whenever the condition is false.
func (t *Parsed) Denies() []string { return proves(t.root, false) }

// Equals are the texts one of which a chain must equal for the condition to hold, as
// trigger.event in ["paid", "refunded"] says; nil where it says nothing of it.
func (t *Parsed) Equals(chain string) []string { return equals(t.root, chain) }

// Member is a read of a root's member, as steps.mail, and where its name stands.
type Member struct {
	Name     string
	From, To int
}

// Members are the members of a root that the expression reads.
func (t *Parsed) Members(root string) []Member {
	var found []Member
	t.each(func(n ast.Node) {
		m, ok := n.(*ast.MemberNode)
		if !ok {
			return
		}
		from, isName := m.Node.(*ast.IdentifierNode)
		name, isText := m.Property.(*ast.StringNode)
		if isName && isText && from.Value == root {
			found = append(found, t.at(m, name.Value))
		}
	})
	return found
}

// Names are the places where a root stands, alone or with its members.
func (t *Parsed) Names(root string) []Member {
	var found []Member
	t.each(func(n ast.Node) {
		if x, ok := n.(*ast.IdentifierNode); ok && x.Value == root {
			found = append(found, t.at(x, root))
		}
	})
	return found
}

// Calls says whether the expression calls one of these functions.
func (t *Parsed) Calls(functions ...string) bool {
	calls := false
	t.each(func(n ast.Node) {
		if call, ok := n.(*ast.CallNode); ok {
			id, named := call.Callee.(*ast.IdentifierNode)
			calls = calls || named && slices.Contains(functions, id.Value)
		}
	})
	return calls
}

// WaitLinks are the steps whose links are made by run.wait_url.
func (t *Parsed) WaitLinks() []Member {
	var found []Member
	t.each(func(n ast.Node) {
		call, ok := n.(*ast.CallNode)
		if !ok || len(call.Arguments) != 1 || !isWaitURL(call.Callee) {
			return
		}
		if id, ok := call.Arguments[0].(*ast.StringNode); ok {
			found = append(found, t.at(id, id.Value))
		}
	})
	return found
}

func (t *Parsed) at(n ast.Node, name string) Member {
	from, to := place(n)
	return Member{name, from + t.lead, to + t.lead}
}

func (t *Parsed) each(look visitor) { ast.Walk(&t.root, look) }

type visitor func(ast.Node)

func (f visitor) Visit(n *ast.Node) { f(*n) }

const maxProblems = 20

type inference struct {
	known    *Known
	sure     map[string]int // chains that are there at this place, over those that are known
	room     int            // places of shapes that may still be looked at
	sizes    map[*shape.Shape]int
	problems []form.Problem
	lets     []binding
	turns    []turn

	strangers int // unknown names that were looked up
}

// What a check may cost, in places of shapes: those that it goes over in all, and those of one
// that it makes. Beyond that a value may be anything.
const (
	mostRoom = 40_000
	mostSize = 4_000
)

type binding struct {
	name  string
	value found
}

// turn is what # and #acc are inside a loop.
type turn struct{ item, acc *shape.Shape }

// found is what is known of one node's value.
type found struct {
	node     ast.Node // where it is told
	whole    ast.Node // nil where that is the node
	shape    *shape.Shape
	chain    string // as trigger.body.total; "" where it is made of several
	missing  bool   // may be nothing
	seen, of int    // how often it was there; 0 of 0 where nothing was counted
}

func of(n ast.Node, s *shape.Shape) found { return found{node: n, shape: s} }

func (i *inference) visit(n ast.Node) found { //nolint:gocyclo,cyclop // one case a kind of node
	switch x := n.(type) {
	case *ast.NilNode:
		return found{node: n, shape: shape.Kinds(shape.Null)}
	case *ast.BoolNode:
		return of(n, shape.Kinds(shape.Bool))
	case *ast.IntegerNode:
		return of(n, shape.Kinds(shape.Int))
	case *ast.FloatNode:
		return of(n, shape.Kinds(shape.Float))
	case *ast.StringNode:
		return of(n, shape.Kinds(shape.Text))
	case *ast.ConstantNode:
		return of(n, shape.Of(x.Value))
	case *ast.IdentifierNode:
		return i.identifier(x)
	case *ast.PointerNode:
		return i.pointer(x)
	case *ast.ChainNode:
		return i.visit(x.Node)
	case *ast.MemberNode:
		return i.member(x)
	case *ast.SliceNode:
		return i.slice(x)
	case *ast.UnaryNode:
		return i.unary(x)
	case *ast.BinaryNode:
		return i.binary(x)
	case *ast.ConditionalNode:
		return i.choice(x)
	case *ast.ArrayNode:
		return i.array(x)
	case *ast.MapNode:
		return i.object(x)
	case *ast.BuiltinNode:
		return i.loop(x)
	case *ast.CallNode:
		return i.call(x)
	case *ast.VariableDeclaratorNode:
		i.lets = append(i.lets, binding{x.Name, i.visit(x.Value)})
		value := i.visit(x.Expr)
		i.lets = i.lets[:len(i.lets)-1]
		return value
	case *ast.SequenceNode:
		var last found
		for _, node := range x.Nodes {
			last = i.visit(node)
		}
		return last
	case *ast.PredicateNode:
		return i.visit(x.Node)
	}
	return of(n, nil)
}

func (i *inference) identifier(x *ast.IdentifierNode) found {
	for k := len(i.lets) - 1; k >= 0; k-- {
		if i.lets[k].name == x.Value {
			value := i.lets[k].value
			value.node = x
			return value
		}
	}
	i.stranger(x)
	s := i.known.Roots[x.Value]
	f := found{node: x, shape: s, chain: x.Value}
	if s != nil {
		f.of = counted(s)
		f.missing = s.Nullable() && !i.isSure(x.Value)
	}
	return f
}

// counted is how many values a shape was learnt from; 0 where it was not learnt.
func counted(s *shape.Shape) int {
	if s == nil || s.Guess || s.Newest == 0 {
		return 0
	}
	return s.Seen
}

func (i *inference) pointer(x *ast.PointerNode) found {
	if len(i.turns) == 0 {
		return of(x, nil)
	}
	t := i.turns[len(i.turns)-1]
	switch x.Name {
	case "acc":
		return of(x, t.acc)
	case "index":
		return of(x, shape.Kinds(shape.Int))
	}
	f := of(x, t.item)
	f.of = counted(t.item)
	return f
}

func (i *inference) member(x *ast.MemberNode) found {
	base := i.visit(x.Node)
	result := found{node: x.Property, whole: x, missing: base.missing}
	switch property := x.Property.(type) {
	case *ast.StringNode:
		if base.chain != "" {
			result.chain = base.chain + shape.Member(property.Value)
		}
		i.field(base, property.Value, &result)
	case *ast.IntegerNode:
		if base.chain != "" {
			result.chain = base.chain + "[" + strconv.Itoa(property.Value) + "]"
		}
		i.element(base, &result)
	default:
		i.visit(x.Property)
		i.element(base, &result)
		result.missing = false
	}
	if i.isSure(result.chain) {
		result.missing, result.shape = false, result.shape.Present()
	}
	return result
}

// field is the member of an object.
func (i *inference) field(base found, name string, into *found) {
	s := base.shape
	if s.Unknown() {
		return
	}
	objects := s.Counts[shape.Object]
	if objects == 0 {
		if n, kind := s.Others(); n > 0 && !s.Guess {
			i.warn(into.node, "unknown_field", form.Label("unknown field `"+name+"`: "+named(base)+" is "+kindWords(kind).EN+", which has no fields",
				"campo desconhecido `"+name+"`: "+named(base)+" é "+kindWords(kind).PT+", que não tem campos"), hintOf(kind, base, name), fixesOf(kind, base, name)...)
		}
		return
	}
	field, there := s.Fields[name]
	if !there {
		i.unknown(base, name, into)
		return
	}
	into.shape = field
	if field == nil || s.Guess {
		return
	}
	if field.Own {
		into.of = counted(field)
		return
	}
	into.seen, into.of = field.Seen-field.Counts[shape.Null], base.of
	into.missing = into.missing || field.Seen < objects || field.Nullable()
}

// unknown is a member that never came.
func (i *inference) unknown(base found, name string, into *found) {
	s := base.shape
	near := form.Nearest(name, slices.Sorted(maps.Keys(s.Fields)))
	if s.Open || (s.Guess && near == "") || shape.Rare(s.Counts[shape.Object], base.of) || len(s.Fields) == 0 {
		return
	}
	words := form.Label("unknown field `"+name+"`", "campo desconhecido `"+name+"`")
	where := form.Label(named(base)+" has no such field", named(base)+" não tem este campo")
	if base.of == 1 {
		where = form.Label("it is not in the one event that came this far", "não está no único evento que chegou até aqui")
	} else if base.of > 0 {
		where = form.Label(fmt.Sprintf("it is in none of %d events", base.of), fmt.Sprintf("não está em nenhum de %d eventos", base.of))
	}
	var fixes []form.Fix
	if near != "" {
		words = form.Label(words.EN+", did you mean `"+near+"`?", words.PT+", você quis dizer `"+near+"`?")
		fixes = []form.Fix{form.ChangeTo(name, near)}
	}
	i.warn(into.node, "unknown_field", words, where, fixes...)
	into.missing = false
}

// element is one element of a list, by its index.
func (i *inference) element(base found, into *found) {
	s := base.shape
	switch {
	case s.Unknown():
	case s.Counts[shape.List] > 0:
		into.shape, into.of = s.Items, counted(s.Items)
	case s.Counts[shape.Text] > 0:
		into.shape = shape.Kinds(shape.Text)
	}
}

func (i *inference) slice(x *ast.SliceNode) found {
	base := i.needed(i.visit(x.Node))
	for _, bound := range []ast.Node{x.From, x.To} {
		if bound != nil {
			i.number(i.visit(bound))
		}
	}
	i.fits(base, aListOrText, shape.List, shape.Text)
	return of(x, base.shape)
}

func (i *inference) unary(x *ast.UnaryNode) found {
	value := i.visit(x.Node)
	if x.Operator == "not" || x.Operator == "!" {
		i.truth(value)
		return of(x, shape.Kinds(shape.Bool))
	}
	i.number(value)
	return of(x, value.shape.Present())
}

func (i *inference) choice(x *ast.ConditionalNode) found {
	i.truth(i.visit(x.Cond))
	yes := i.under(proves(x.Cond, true), x.Exp1)
	no := i.under(proves(x.Cond, false), x.Exp2)
	f := of(x, i.merge(yes.shape, no.shape))
	f.missing = yes.missing || no.missing || f.shape.Nullable()
	return f
}

// under visits a node where these chains are there.
func (i *inference) under(chains []string, n ast.Node) found {
	defer i.assume(chains)()
	return i.visit(n)
}

// assume takes chains, and what lies around them, for being there until undone.
func (i *inference) assume(chains []string) (undo func()) {
	change := func(by int) {
		for _, chain := range chains {
			for ; chain != ""; chain = parentOf(chain) {
				i.sure[chain] += by
			}
		}
	}
	change(1)
	return func() { change(-1) }
}

func (i *inference) isSure(chain string) bool { return i.sure[chain] > 0 || i.known.Sure[chain] }

// array is a list that is written out.
func (i *inference) array(x *ast.ArrayNode) found {
	var items *shape.Shape
	for k, element := range x.Nodes {
		if s := i.visit(element).kept(); k == 0 {
			items = s
		} else {
			items = i.merge(items, s)
		}
	}
	return of(x, i.kept(shape.ListOf(items)))
}

// merge is what either of two values may be. It ends: shapes share parts, which would be gone
// over again and again.
func (i *inference) merge(a, b *shape.Shape) *shape.Shape {
	if a == b || a == nil || b == nil {
		return either(a, b)
	}
	if i.size(a)+i.size(b) > mostSize {
		return nil
	}
	i.room -= i.sizes[a] + i.sizes[b]
	return i.kept(shape.Merge(a, b))
}

func either(a, b *shape.Shape) *shape.Shape {
	if a == nil {
		return nil
	}
	return b
}

// kept is a shape that was made, if it is not too large.
func (i *inference) kept(s *shape.Shape) *shape.Shape {
	if i.size(s) > mostSize {
		return nil
	}
	return s
}

// size is how many places a shape has.
func (i *inference) size(s *shape.Shape) int {
	if s == nil {
		return 0
	}
	if n, known := i.sizes[s]; known {
		return n
	}
	n := 1 + i.size(s.Items)
	for _, f := range s.Fields {
		if i.room--; i.room < 0 || n > mostSize {
			n = mostSize + 1
			break
		}
		n += i.size(f)
	}
	i.sizes[s] = min(n, mostSize+1)
	return i.sizes[s]
}

func (i *inference) object(x *ast.MapNode) found {
	fields, open := map[string]*shape.Shape{}, false
	for _, node := range x.Pairs {
		pair, ok := node.(*ast.PairNode)
		if !ok {
			continue
		}
		value := i.visit(pair.Value)
		if key, ok := pair.Key.(*ast.StringNode); ok {
			fields[key.Value] = value.kept()
			continue
		}
		i.visit(pair.Key)
		open = true
	}
	s := shape.Record(fields)
	s.Open = open
	return of(x, i.kept(s))
}

// kept is the shape as that of something that is kept under a name.
func (f found) kept() *shape.Shape {
	if f.missing {
		return f.shape.Optional()
	}
	return f.shape
}
