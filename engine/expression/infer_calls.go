package expression

import (
	"slices"
	"strconv"
	"strings"

	"gancho/engine/form"
	"gancho/engine/shape"

	"github.com/expr-lang/expr/ast"
)

// loop is a function that asks an expression for each element.
func (i *inference) loop(x *ast.BuiltinNode) found {
	if len(x.Arguments) == 0 {
		return of(x, nil)
	}
	list := i.needed(i.visit(x.Arguments[0]))
	i.fits(list, form.Label("a list", "uma lista"), shape.List)
	var item *shape.Shape
	if !list.shape.Unknown() {
		item = list.shape.Items
	}
	t := turn{item: item}
	if x.Name == "reduce" && len(x.Arguments) > 2 {
		i.visit(x.Arguments[2])
	}
	var each found
	if len(x.Arguments) > 1 {
		i.turns = append(i.turns, t)
		each = i.visit(x.Arguments[1])
		i.turns = i.turns[:len(i.turns)-1]
	}
	switch x.Name {
	case "map", "reduce", "sum", "sortBy", "groupBy":
	default:
		if each.node != nil {
			i.truth(each)
		}
	}
	f := of(x, nil)
	switch x.Name {
	case "all", "any", "none", "one":
		f.shape = shape.Kinds(shape.Bool)
	case "filter", "sortBy":
		f.shape = list.shape
	case "map":
		f.shape = shape.ListOf(each.kept())
	case "count":
		f.shape = shape.Kinds(shape.Int)
	case "sum":
		f.shape = shape.Kinds(shape.Int, shape.Float)
		if len(x.Arguments) > 1 {
			i.number(each)
		}
	case "find", "findLast":
		f.shape, f.missing = item.Optional(), true
	case "findIndex", "findLastIndex":
		f.shape, f.missing = shape.Kinds(shape.Int).Optional(), true
	case "groupBy":
		f.shape = shape.Kinds(shape.Object)
	}
	return f
}

// call is a function of the table: its signature says what it takes and gives.
func (i *inference) call(x *ast.CallNode) found {
	args := make([]found, len(x.Arguments))
	for k, argument := range x.Arguments {
		args[k] = i.visit(argument)
	}
	id, ok := x.Callee.(*ast.IdentifierNode)
	if !ok { // run.wait_url
		return of(x, shape.Kinds(shape.Text))
	}
	f, ok := functions[id.Value]
	if !ok {
		return of(x, nil)
	}
	i.arguments(&f, args)
	return i.returns(&f, x, args)
}

func (i *inference) arguments(f *Function, args []found) {
	for k := range args {
		if len(f.params) == 0 {
			return
		}
		p := f.params[min(k, len(f.params)-1)]
		if p.kind == "any" || (p.optional && args[k].shape.Nullable()) {
			continue
		}
		args[k] = i.neededOr(args[k], fallbackFor(f, &p, args[k].shape))
		what := strconv.Quote(p.name)
		switch p.kind {
		case "integer", "number":
			i.fits(args[k], form.Label("a number as "+what, "um número em "+what), shape.Int, shape.Float)
		case "list":
			i.fits(args[k], form.Label("a list as "+what, "uma lista em "+what), shape.List)
		case "object":
			i.fits(args[k], form.Label("an object as "+what, "um objeto em "+what), shape.Object)
		case "amount", "date":
			i.fitsOne(args[k], what, shape.Text, shape.Int, shape.Float)
		case "value":
			if kinds, known := valueKinds[f.Name]; known {
				i.fitsOne(args[k], what, kinds...)
			}
		}
	}
}

// valueKinds are what functions read that take values of several kinds.
var valueKinds = map[string][]shape.Kind{
	"cents": {shape.Text, shape.Int, shape.Float}, "brl": {shape.Text, shape.Int, shape.Float}, "money": {shape.Text, shape.Int, shape.Float},
	"add_time": {shape.Text, shape.Int, shape.Float}, "len": {shape.Text, shape.List, shape.Object}, "csv": {shape.Text, shape.List}, "xml": {shape.Text, shape.Object},
	"int": {shape.Text, shape.Int, shape.Float}, "float": {shape.Text, shape.Int, shape.Float}, "number_br": {shape.Text, shape.Int, shape.Float},
	"min": {shape.Int, shape.Float, shape.List}, "max": {shape.Int, shape.Float, shape.List}, "mean": {shape.Int, shape.Float, shape.List}, "median": {shape.Int, shape.Float, shape.List},
}

// fitsOne is fits with the kinds in words.
func (i *inference) fitsOne(f found, name string, kinds ...shape.Kind) {
	var en, pt []string
	for _, kind := range kinds {
		if w := kindWords(kind); !slices.Contains(en, w.EN) {
			en, pt = append(en, w.EN), append(pt, w.PT)
		}
	}
	i.fits(f, form.Label(strings.Join(en, " or ")+" as "+name, strings.Join(pt, " ou ")+" em "+name), kinds...)
}

// named looks up a name or a path that is written out in the value that a function takes it of.
func (i *inference) named(base found, argument ast.Node) found {
	result := found{node: argument}
	text, ok := argument.(*ast.StringNode)
	if !ok || base.shape.Unknown() {
		return result
	}
	if _, there := base.shape.Fields[text.Value]; there {
		i.field(base, text.Value, &result)
		return result
	}
	w, err := wayOf(text.Value)
	if err != nil {
		return result
	}
	result.shape = base.shape
	for _, part := range w.parts {
		from := found{node: argument, shape: result.shape, chain: base.chain, of: base.of}
		result = found{node: argument, missing: result.missing}
		if _, err := strconv.Atoi(part); err == nil {
			i.element(from, &result)
		} else {
			i.field(from, part, &result)
		}
	}
	return result
}

// elements are what a list holds.
func elements(list found) found {
	if list.shape.Unknown() {
		return found{node: list.node}
	}
	return found{node: list.node, shape: list.shape.Items, of: counted(list.shape.Items)}
}

var returnKinds = map[string][]shape.Kind{
	"text": {shape.Text}, "number": {shape.Int, shape.Float}, "integer": {shape.Int},
	"boolean": {shape.Bool}, "list": {shape.List}, "object": {shape.Object},
}

// got is what get gives: the value at a path that is written out, or the fallback.
func (i *inference) got(result *found, args []found) {
	if len(args) < 2 {
		return
	}
	there := i.named(args[0], args[1].node)
	if len(args) == 2 {
		result.shape, result.missing = there.shape, there.missing || there.shape.Unknown()
		return
	}
	result.shape = i.merge(there.shape.Present(), args[2].shape)
	result.missing = args[2].missing || args[2].shape.Nullable()
}

// returns is what a call gives; for those that hand on what they were given, as much of it as
// is known.
func (i *inference) returns(f *Function, x *ast.CallNode, args []found) found {
	result := of(x, nil)
	if list, ok := returnKinds[f.Returns]; ok {
		result.shape = shape.Kinds(list...)
	}
	if len(args) == 0 {
		return result
	}
	first := args[0].shape
	switch f.Name {
	case "default":
		if len(args) > 1 {
			result.shape = i.merge(first.Present(), args[1].shape)
			result.missing = args[1].missing || args[1].shape.Nullable()
		}
	case "get":
		i.got(&result, args)
	case "pick", "omit":
		for _, name := range args[1:] {
			i.named(args[0], name.node)
		}
	case "regex_find", "phone_e164":
		result.missing, result.shape = true, result.shape.Optional()
	case "first", "last":
		result.missing = true
		if !first.Unknown() {
			result.shape = first.Items.Optional()
		}
	case "sum_by", "group_by":
		if len(args) > 1 {
			i.named(elements(args[0]), args[1].node)
		}
	case "unique_by":
		result.shape = first
		if len(args) > 1 {
			i.named(elements(args[0]), args[1].node)
		}
	case "take", "reverse", "uniq", "sort":
		result.shape = first
	case "concat":
		for _, a := range args[1:] {
			first = i.merge(first, a.shape)
		}
		result.shape = first
	case "keys":
		result.shape = shape.ListOf(shape.Kinds(shape.Text))
	case "split", "splitAfter":
		result.shape = shape.ListOf(shape.Kinds(shape.Text))
	case "abs", "min", "max":
		if first.Type() == "integer" && len(args) == 1 {
			result.shape = first.Present()
		}
	}
	return result
}
