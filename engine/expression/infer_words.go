package expression

import (
	"fmt"
	"slices"
	"strings"

	"gancho/engine/form"
	"gancho/engine/shape"

	"github.com/expr-lang/expr/ast"
)

// needed is a value without which nothing can be done.
func (i *inference) needed(f found) found { return i.neededOr(f, fallbackOf(f.shape)) }

// neededOr is needed, with what would do in its place; "" where nothing would.
func (i *inference) neededOr(f found, fallback string) found {
	if f.missing {
		i.add(i.optional(f, fallback))
	}
	f.missing, f.shape = false, f.shape.Present()
	return f
}

// optional is the warning that a value is not always there.
func (i *inference) optional(f found, fallback string) form.Problem {
	words := form.Label(named(f)+" may be missing", named(f)+" pode faltar")
	if f.of > 0 && f.seen < f.of {
		of := eventWords(f.of)
		words = form.Label(fmt.Sprintf("%s is present in %d of %s", named(f), f.seen, of.EN),
			fmt.Sprintf("%s está presente em %d de %s", named(f), f.seen, of.PT))
	}
	for chain := f.chain; chain != ""; chain = parentOf(chain) {
		if note, ok := i.known.Notes[chain]; ok {
			words = form.Label(named(f)+" may be missing: "+note.EN, named(f)+" pode faltar: "+note.PT)
			break
		}
	}
	from, to := place(f.node)
	p := form.Problem{Severity: form.Warning, Code: "optional_field", Message: words, From: from, To: to, Hint: form.Label(
		"choose what happens when it is missing", "escolha o que fazer quando faltar")}
	if fallback == "" {
		return p
	}
	example := "(" + f.source() + " ?? " + fallback + ")"
	p.Hint = form.Label(p.Hint.EN+", as in `"+example+"`", p.Hint.PT+", como em `"+example+"`")
	if f.chain != "" {
		p.Fixes = []form.Fix{{Words: form.Label("Use "+fallback+" when it is missing", "Usar "+fallback+" quando faltar"), Of: f.chain, Put: example}}
	}
	return p
}

// truth is what is asked for yes or no; where it is missing, the answer is no.
func (i *inference) truth(f found) {
	s := f.shape.Present()
	n, kind := s.Others(shape.Bool)
	what := form.Label("yes or no", "sim ou não")
	switch {
	case s.Unknown() || n == 0:
	case s.Has(shape.Bool):
		f.shape = s
		i.sometimes(f, what, []shape.Kind{shape.Bool})
	default:
		example := f.source() + map[bool]string{true: " > 0", false: ` != nil`}[kind == shape.Int || kind == shape.Float]
		var fixes []form.Fix
		if f.chain != "" {
			fixes = []form.Fix{{Words: form.Label("Compare: "+example, "Comparar: "+example), Of: f.chain, Put: example}}
		}
		i.warn(f.node, "wrong_type", form.Label(fmt.Sprintf("%s is %s; this needs %s", named(f), kindWords(kind).EN, what.EN),
			fmt.Sprintf("%s é %s; aqui é preciso %s", named(f), kindWords(kind).PT, what.PT)),
			form.Label("compare it with something, as in `"+example+"`", "compare com algum valor, como em `"+example+"`"), fixes...)
	}
}

// source is the value as it is written.
func (f found) source() string {
	switch {
	case f.chain != "":
		return f.chain
	case f.whole != nil:
		return shorter(f.whole.String(), 60)
	}
	return shorter(f.node.String(), 60)
}

// fallbackOf is a value of the same kind that means nothing.
func fallbackOf(s *shape.Shape) string {
	if s = s.Present(); s.Unknown() {
		return `"-"`
	}
	switch _, kind := s.Others(); kind {
	case shape.Int, shape.Float:
		return "0"
	case shape.Bool:
		return "false"
	case shape.List:
		return "[]"
	case shape.Object:
		return "{}"
	}
	return `"-"`
}

// fallbackBeside is one for a value that is compared with another.
func fallbackBeside(f, other found) string {
	if !other.shape.Unknown() && !other.shape.Has(shape.Text) && other.shape.Has(shape.Int, shape.Float) {
		return "0"
	}
	return fallbackOf(f.shape)
}

// fallbackFor is one that a function can read; "" where there is none.
func fallbackFor(f *Function, p *param, s *shape.Shape) string {
	switch {
	case p.kind == "date":
		return ""
	case p.kind == "list":
		return "[]"
	case p.kind == "object":
		return "{}"
	case slices.Contains([]string{"integer", "number", "amount"}, p.kind), p.kind == "value" && slices.Contains([]string{"int", "float", "number_br", "cents", "brl", "money", "add_time"}, f.Name):
		return "0"
	}
	return fallbackOf(s)
}

// fits warns where a value is, or now and then was, of none of these kinds.
func (i *inference) fits(f found, what form.Words, kinds ...shape.Kind) {
	n, kind := f.shape.Others(kinds...)
	if f.shape.Unknown() || n == 0 {
		return
	}
	if n < f.shape.Seen-f.shape.Counts[shape.Null] {
		i.sometimes(f, what, kinds)
		return
	}
	i.warn(f.node, "wrong_type", form.Label(fmt.Sprintf("%s is %s; this needs %s", named(f), kindWords(kind).EN, what.EN),
		fmt.Sprintf("%s é %s; aqui é preciso %s", named(f), kindWords(kind).PT, what.PT)), hintOf(kind, f, ""), fixesOf(kind, f, "")...)
}

// sometimes warns where some of the values that came were of other kinds. What was not counted
// is one of several kinds that an expression may give: nothing is said.
func (i *inference) sometimes(f found, what form.Words, kinds []shape.Kind) {
	n, kind := f.shape.Others(kinds...)
	total := f.shape.Seen - f.shape.Counts[shape.Null]
	if n == 0 || f.shape.Newest == 0 || f.shape.Guess {
		return
	}
	of := eventWords(max(total, f.of))
	i.warn(f.node, "mixed_types", form.Label(
		fmt.Sprintf("%s is %s in %d of %s; this needs %s", named(f), bareWords(kind).EN, n, of.EN, what.EN),
		fmt.Sprintf("%s é %s em %d de %s; aqui é preciso %s", named(f), bareWords(kind).PT, n, of.PT, what.PT)), hintOf(kind, f, ""), fixesOf(kind, f, "")...)
}

// fixesOf do what hintOf says.
func fixesOf(kind shape.Kind, f found, name string) []form.Fix {
	chain := f.chain
	switch {
	case chain == "":
	case kind == shape.List && name != "":
		of := chain + shape.Member(name)
		return []form.Fix{
			{Words: form.Label("Take the first", "Pegar o primeiro"), Of: of, Put: chain + "[0]" + shape.Member(name)},
			{Words: form.Label("Take all", "Pegar todos"), Of: of, Put: "map(" + chain + ", #" + shape.Member(name) + ")"},
		}
	case kind == shape.Text && name == "":
		return []form.Fix{{Words: form.Label("Read it as a number", "Ler como número"), Of: chain, Put: readerOf(f.shape) + "(" + chain + ")"}}
	case (kind == shape.Int || kind == shape.Float) && name == "":
		return []form.Fix{{Words: form.Label("Make it a text", "Transformar em texto"), Of: chain, Put: "string(" + chain + ")"}}
	}
	return nil
}

// readerOf is the function that reads the texts that came as numbers.
func readerOf(s *shape.Shape) string {
	if s.Form() == "number_br" {
		return "number_br"
	}
	return "float"
}

func hintOf(kind shape.Kind, f found, name string) form.Words {
	chain := f.chain
	switch {
	case kind == shape.List && name != "" && chain != "":
		return form.Label(fmt.Sprintf("take one element, %s[0].%s, or all: map(%s, .%s)", chain, name, chain, name),
			fmt.Sprintf("pegue um item, %s[0].%s, ou todos: map(%s, .%s)", chain, name, chain, name))
	case kind == shape.Text && name == "" && chain != "":
		read := readerOf(f.shape) + "(" + chain + ")"
		return form.Label(read+" reads a number from a text", read+" lê um número de um texto")
	case (kind == shape.Int || kind == shape.Float) && name == "" && chain != "":
		return form.Label("string("+chain+") makes a text of it", "string("+chain+") faz um texto dele")
	}
	return form.Words{}
}

func (i *inference) warn(n ast.Node, code string, words, hint form.Words, fixes ...form.Fix) {
	from, to := place(n)
	i.add(form.Problem{Severity: form.Warning, Code: code, Message: words, Hint: hint, From: from, To: to, Fixes: fixes})
}

func (i *inference) add(p form.Problem) {
	same := func(q form.Problem) bool { return p.From == q.From && p.Code == q.Code }
	if len(i.problems) < maxProblems && !slices.ContainsFunc(i.problems, same) {
		i.problems = append(i.problems, p)
	}
}

func place(n ast.Node) (from, to int) {
	if m, ok := n.(*ast.MemberNode); ok {
		n = m.Property
	}
	return n.Location().From, n.Location().To
}

// named is a value as it is written: a screen may call it by another name.
func named(f found) string {
	name := f.chain
	if text, ok := f.node.(*ast.StringNode); ok && f.whole != nil && name == "" {
		name = text.Value
	}
	if name == "" {
		name = f.node.String()
	}
	return "`" + shorter(name, 60) + "`"
}

func parentOf(chain string) string { return chain[:max(0, strings.LastIndexAny(chain, ".["))] }

func count(of int) form.Words {
	if of == 0 {
		return form.Words{}
	}
	return form.Label(" in "+eventWords(of).EN, " em "+eventWords(of).PT)
}

func eventWords(n int) form.Words {
	if n == 1 {
		return form.Label("1 event", "1 evento")
	}
	return form.Label(fmt.Sprintf("%d events", n), fmt.Sprintf("%d eventos", n))
}

var (
	aText       = form.Label("a text", "um texto")
	aNumber     = form.Label("a number", "um número")
	aListOrText = form.Label("a list or a text", "uma lista ou um texto")
)

func kindWords(k shape.Kind) form.Words {
	switch k {
	case shape.Null:
		return KindOf(nil)
	case shape.Bool:
		return KindOf(true)
	case shape.Int, shape.Float:
		return KindOf(0)
	case shape.Text:
		return KindOf("")
	case shape.List:
		return KindOf([]any{})
	}
	return KindOf(map[string]any{})
}

// KindWords is a kind for people, with its article.
func KindWords(k shape.Kind) form.Words { return kindWords(k) }

// bareWords is a kind without its article.
func bareWords(k shape.Kind) form.Words {
	bare := func(text string) string {
		for _, article := range []string{"an ", "a ", "uma ", "um "} {
			if rest, ok := strings.CutPrefix(text, article); ok {
				return rest
			}
		}
		return text
	}
	w := kindWords(k)
	return form.Label(bare(w.EN), bare(w.PT))
}

// TypeWords is what a value is, for people: a text, a list.
func TypeWords(s *shape.Shape) form.Words {
	if s.Type() == "any" {
		return form.Label("values of several kinds", "valores de vários tipos")
	}
	_, kind := s.Others()
	return kindWords(kind)
}
