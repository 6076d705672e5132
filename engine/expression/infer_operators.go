package expression

import (
	"slices"
	"strconv"
	"strings"

	"gancho/engine/form"
	"gancho/engine/shape"

	"github.com/expr-lang/expr/ast"
)

func (i *inference) binary(x *ast.BinaryNode) found {
	switch x.Operator {
	case "and", "&&", "or", "||":
		i.joined(x, joins[x.Operator])()
		return of(x, shape.Kinds(shape.Bool))
	case "??":
		left, right := i.visit(x.Left), i.visit(x.Right)
		f := of(x, i.merge(left.shape.Present(), right.shape))
		f.missing = right.missing || right.shape.Nullable()
		return f
	}
	left, right := i.visit(x.Left), i.visit(x.Right)
	if i.withoutValue(x) {
		return of(x, shape.Kinds(shape.Bool))
	}
	if i.countsWithTime(x) {
		return of(x, nil)
	}
	switch x.Operator {
	case "==", "!=":
		i.alike(left, right, x.Operator)
		i.neverEmpty(x, left)
	case "<", ">", "<=", ">=":
		if i.textForNumber(left, right) || i.textForNumber(right, left) {
			break
		}
		i.ordered(i.neededOr(left, fallbackBeside(left, right)), i.neededOr(right, fallbackBeside(right, left)))
	case "in":
		i.within(left, right)
	case "contains", "startsWith", "endsWith", "matches":
		for _, f := range []found{left, right} { // they are false of what is missing
			f.shape = f.shape.Present()
			i.fits(f, aText, shape.Text)
		}
	case "+":
		return of(x, i.sum(i.needed(left), i.needed(right)))
	case "..":
		i.number(left)
		i.number(right)
		return of(x, shape.ListOf(shape.Kinds(shape.Int)))
	default:
		i.number(left)
		i.number(right)
		return of(x, arithmeticShape(x.Operator, left.shape, right.shape))
	}
	return of(x, shape.Kinds(shape.Bool))
}

// withoutValue says that a comparison has nothing yet to compare with, as the visual builder
// writes a row that is not filled in.
func (i *inference) withoutValue(x *ast.BinaryNode) bool {
	switch right := x.Right.(type) {
	case *ast.StringNode:
		if right.Value != "" || !slices.Contains([]string{"<", ">", "<=", ">=", "contains", "startsWith", "endsWith", "matches"}, x.Operator) {
			return false
		}
	case *ast.ArrayNode:
		if len(right.Nodes) > 0 || x.Operator != "in" {
			return false
		}
	default:
		return false
	}
	i.warn(x.Right, "no_value", form.Label("a comparison has no value yet", "uma comparação ainda não tem valor"), form.Label("write what it is compared with", "escreva com o que ela compara"))
	return true
}

// textForNumber says that a text is written where a number is compared with.
func (i *inference) textForNumber(f, with found) bool {
	text, ok := with.node.(*ast.StringNode)
	s := f.shape.Present()
	texts, numbers := s.Has(shape.Text), s.Has(shape.Int, shape.Float)
	if !ok || with.whole != nil || s.Unknown() || !texts && !numbers || texts && !strings.HasPrefix(s.Form(), "number") {
		return false
	}
	if f.chain == "" {
		f.chain = chainOf(asItCame(f.node))
	}
	name, value := named(f), valueWords(text.Value).EN
	number, err := numberBR(nil, []any{text.Value})
	if plain, wrong := strconv.ParseFloat(text.Value, 64); wrong == nil {
		number, err = plain, nil
	}
	written, odd := literal(number, false)
	switch written = strings.TrimSuffix(written, ".0"); {
	case err != nil || odd != nil:
		i.warn(with.node, "wrong_type", form.Label(name+" is compared with a number, and "+value+" is none", name+" se compara com um número, e "+value+" não é um número"),
			form.Label("give a number, such as 100", "dê um número, como 100"))
	case texts:
		return false
	default:
		i.warn(with.node, "wrong_type", form.Label(name+" is a number, and "+value+" is a text", name+" é um número, e "+value+" é um texto"), form.Words{},
			form.Fix{Words: form.Label("Compare with the number "+written, "Comparar com o número "+written), Of: text.String(), Put: written})
	}
	return true
}

// countsWithTime says that a time, which is a text, is counted with as other languages do.
func (i *inference) countsWithTime(x *ast.BinaryNode) bool {
	adds := x.Operator == "+" && calls(x.Right, "duration")
	if !isTime(x.Left) || !adds && x.Operator != "-" {
		return false
	}
	i.warn(x, "wrong_type", form.Label("a time cannot be counted with by "+x.Operator, "não se fazem contas de datas com "+x.Operator),
		form.Label(`write add_time(now(), "-2h") for another time, and diff(a, b, "hours") for what lies between two`, `use add_time(now(), "-2h") para outra hora, e diff(a, b, "hours") para o tempo entre duas`))
	return true
}

// isTime says that a value is a time that a function made.
func isTime(n ast.Node) bool {
	return calls(n, "now", "date", "add_days", "add_time", "business_days", "start_of")
}

// calls says that a value is what one of these functions gives.
func calls(n ast.Node, names ...string) bool {
	call, ok := n.(*ast.CallNode)
	if !ok {
		return false
	}
	id, ok := call.Callee.(*ast.IdentifierNode)
	return ok && slices.Contains(names, id.Value)
}

// joined goes along a chain of and, or of or: each part is asked where those before it held,
// or did not. Undo forgets that.
func (i *inference) joined(n ast.Node, word string) (undo func()) {
	x, ok := n.(*ast.BinaryNode)
	if !ok || joins[x.Operator] != word {
		i.truth(i.visit(n))
		return i.assume(proves(n, word == "and"))
	}
	left := i.joined(x.Left, word)
	right := i.joined(x.Right, word)
	return func() {
		right()
		left()
	}
}

func arithmeticShape(operator string, a, b *shape.Shape) *shape.Shape {
	whole := !a.Unknown() && !b.Unknown() && !a.Has(shape.Float) && !b.Has(shape.Float)
	if whole && operator != "/" && operator != "**" && operator != "^" {
		return shape.Kinds(shape.Int)
	}
	return shape.Kinds(shape.Int, shape.Float)
}

func (i *inference) sum(left, right found) *shape.Shape {
	a, b := left.shape, right.shape
	texts, numbers := []shape.Kind{shape.Text}, []shape.Kind{shape.Int, shape.Float}
	switch {
	case a.Unknown() || b.Unknown():
		return nil
	case !a.Has(numbers...) && !b.Has(texts...) || !a.Has(texts...) && !b.Has(numbers...):
		i.warn(right.node, "wrong_type", form.Label("a text and a number cannot be joined with +", "um texto e um número não podem ser unidos com +"),
			form.Label("write string(…) around the number, or use a text with {{ }}", "use string(…) no número, ou um texto com {{ }}"))
		return nil
	case !a.Has(numbers...):
		i.fits(right, aText, shape.Text)
		return shape.Kinds(shape.Text)
	case !b.Has(texts...):
		i.fits(left, aNumber, numbers...)
		return arithmeticShape("+", a, b)
	}
	return nil
}

func (i *inference) number(f found) {
	i.fits(i.neededOr(f, "0"), aNumber, shape.Int, shape.Float)
}

// ordered are the sides of < and >: both numbers, or both texts. Where they differ, it is the
// text that is to be read as a number: texts are ordered by their letters.
func (i *inference) ordered(left, right found) {
	pairs, before := [][2]found{{left, right}, {right, left}}, len(i.problems)
	for _, pair := range pairs {
		a, b := pair[0], pair[1].shape
		if !a.written() && (!b.Has(shape.Text) || b.Unknown() && a.numberInText()) {
			i.fits(a, aNumber, shape.Int, shape.Float)
		}
		if len(i.problems) > before { // the other side is told with it
			return
		}
	}
	for _, pair := range pairs {
		a, b := pair[0], pair[1].shape
		if !a.written() && !b.Has(shape.Int, shape.Float) {
			i.fits(a, aText, shape.Text)
		}
		if len(i.problems) > before {
			return
		}
	}
}

// numberInText says that a value that is the same for all events, such as a variable, is a number that was written as a text.
func (f found) numberInText() bool {
	return f.shape != nil && f.shape.Guess && strings.HasPrefix(f.shape.Form(), "number")
}

// families of kinds that may equal each other.
var families = [][]shape.Kind{{shape.Bool}, {shape.Int, shape.Float}, {shape.Text}, {shape.Object}, {shape.List}}

// alike are the sides of ==: where no kind fits, they are never equal.
func (i *inference) alike(left, right found, operator string) {
	a, b := left.shape.Present(), right.shape.Present()
	if a.Unknown() || b.Unknown() {
		return
	}
	if !a.Has(shape.Text) && i.textForNumber(left, right) || !b.Has(shape.Text) && i.textForNumber(right, left) {
		return
	}
	var common []shape.Kind
	for _, family := range families {
		if a.Has(family...) && b.Has(family...) {
			common = append(common, family...)
		}
	}
	f, other := left, b
	if left.chain == "" {
		f, other = right, a
	}
	if len(common) > 0 {
		if left.written() || right.written() {
			i.sometimes(f, kindWords(firstKind(other)), common)
		}
		return
	}
	_, kind := f.shape.Others()
	result := form.Label("it never equals ", "nunca é igual a ")
	if operator == "!=" {
		result = form.Label("it always differs from ", "é sempre diferente de ")
	}
	i.warn(f.node, "wrong_type", form.Label(named(f)+" is "+kindWords(kind).EN+count(f.of).EN+"; "+result.EN+kindWords(firstKind(other)).EN,
		named(f)+" é "+kindWords(kind).PT+count(f.of).PT+"; "+result.PT+kindWords(firstKind(other)).PT), hintOf(kind, f, ""), fixesOf(kind, f, "")...)
}

// written says that the value stands in the source.
func (f found) written() bool { return f.chain == "" && constant(f.node) }

func firstKind(s *shape.Shape) shape.Kind {
	_, kind := s.Others()
	return kind
}

func (i *inference) within(left, right found) {
	i.needed(right)
	s := right.shape
	if s.Unknown() || s.Counts[shape.List] == 0 || s.Items.Unknown() {
		i.fits(right, form.Label("a list or an object", "uma lista ou um objeto"), shape.List, shape.Object)
		return
	}
	element := found{node: right.node, shape: s.Items}
	i.alike(found{node: left.node, shape: left.shape.Present(), chain: left.chain, of: left.of}, element, "==")
}
