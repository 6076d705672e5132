package expression

import (
	"errors"
	"io"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf8"

	"gancho/engine/form"
)

// The caps on a regular expression: bytes of its source, letters that its classes spell out
// while it is read, and steps of its program; and how many of them an expression may hold.
const (
	maxPattern  = 1 << 10
	maxSpelt    = 50_000
	maxSteps    = 2_000
	maxPatterns = 16
)

// pattern is a compiled regular expression and the size of its program, by which the work on
// a letter is bounded (RE2).
type pattern struct {
	re    *regexp.Regexp
	steps int
}

func newPattern(source string) (*pattern, error) {
	if len(source) > maxPattern {
		return nil, wrongf("the regular expression is longer than 1 KiB", "a expressão regular tem mais de 1 KiB")
	}
	if spelt(source) > maxSpelt {
		return nil, wrongf("the regular expression has too wide ranges of letters for (?i); write them without it", "a expressão regular tem faixas de letras largas demais para (?i); escreva-as sem ele")
	}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, unreadable(err)
	}
	steps := sizeOf(tree)
	if steps > maxSteps {
		return nil, wrongf("the regular expression repeats too much", "a expressão regular repete demais")
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, unreadable(err)
	}
	return &pattern{re: re, steps: steps}, nil
}

var (
	folds  = regexp.MustCompile(`\(\?[a-zA-Z]*i`)
	ranges = regexp.MustCompile(`-(\\x\{([0-9A-Fa-f]{1,8})\}|\\?.)`)
	tables = regexp.MustCompile(`\\[pP]`)
)

// spelt is about how many letters are looked at one by one to read a pattern: a range that
// knows no case is folded letter by letter, and a table such as \pL is read whole.
func spelt(source string) int {
	n := 4_000 * len(tables.FindAllStringIndex(source, -1))
	if !folds.MatchString(source) {
		return n
	}
	for _, found := range ranges.FindAllStringSubmatch(source, -1) {
		last, _ := utf8.DecodeLastRuneInString(found[1])
		letter := int64(last)
		if found[2] != "" {
			letter, _ = strconv.ParseInt(found[2], 16, 64)
		} else if strings.HasPrefix(found[1], "\\") {
			letter = max(letter, 0o777) // an escape of two or three digits
		}
		n += int(min(letter, utf8.MaxRune))
	}
	return n
}

// unreadable says what is wrong with a pattern in words.
func unreadable(err error) error {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return wrongf("the regular expression cannot be read", "a expressão regular não pode ser lida")
	}
	words, ok := patternFaults[e.Code]
	if !ok {
		words = form.Label("it is not well formed", "ela não está bem formada")
	}
	if e.Expr == "" {
		return wrongf("the regular expression cannot be read: %s", "a expressão regular não pode ser lida: %s", words)
	}
	return wrongf("the regular expression cannot be read: %s at %q", "a expressão regular não pode ser lida: %s em %q", words, short(e.Expr))
}

var patternFaults = map[syntax.ErrorCode]form.Words{
	syntax.ErrInvalidCharClass:      form.Label("a class of letters is wrong", "uma classe de letras está errada"),
	syntax.ErrInvalidCharRange:      form.Label("a range of letters is wrong", "uma faixa de letras está errada"),
	syntax.ErrInvalidEscape:         form.Label("there is no such escape", "este escape não existe"),
	syntax.ErrInvalidNamedCapture:   form.Label("the name of a group is wrong", "o nome de um grupo está errado"),
	syntax.ErrInvalidPerlOp:         form.Label("this is not known after (?", "isto não existe depois de (?"),
	syntax.ErrInvalidRepeatOp:       form.Label("a repetition is repeated", "uma repetição é repetida"),
	syntax.ErrInvalidRepeatSize:     form.Label("it repeats too often", "ela repete vezes demais"),
	syntax.ErrInvalidUTF8:           form.Label("there are bytes that are no text", "há bytes que não são texto"),
	syntax.ErrMissingBracket:        form.Label("a ] is missing", "falta um ]"),
	syntax.ErrMissingParen:          form.Label("a ) is missing", "falta um )"),
	syntax.ErrMissingRepeatArgument: form.Label("there is nothing to repeat", "não há o que repetir"),
	syntax.ErrTrailingBackslash:     form.Label("it ends in a backslash", "ela termina em uma barra invertida"),
	syntax.ErrUnexpectedParen:       form.Label("a ( is missing", "falta um ("),
	syntax.ErrNestingDepth:          form.Label("it is nested too deeply", "ela tem níveis demais"),
	syntax.ErrLarge:                 form.Label("it is too large", "ela é grande demais"),
}

// sizeOf is about how many instructions a regular expression compiles to.
func sizeOf(re *syntax.Regexp) int {
	n := 1
	for _, sub := range re.Sub {
		n += sizeOf(sub)
	}
	switch re.Op {
	case syntax.OpLiteral:
		n += len(re.Rune)
	case syntax.OpCharClass:
		n += len(re.Rune) / 8
	case syntax.OpRepeat:
		n *= max(re.Min, re.Max, 1)
	}
	return n
}

// pattern is ready for what the source spells out; any other text is compiled each time.
func (e *evaluation) pattern(source string) (*pattern, error) {
	if p := e.program.patterns[source]; p != nil {
		return p, nil
	}
	if err := e.charge(400 + 40*min(len(source), maxPattern) + min(spelt(source[:min(len(source), maxPattern)]), maxSpelt)); err != nil {
		return nil, err
	}
	p, err := newPattern(source)
	if err != nil {
		return nil, err
	}
	return p, e.charge(10 * p.steps)
}

// find gives the indexes of the first match at or after from, as regexp does. Where the work
// may be long it reads letter by letter, and each is charged.
func (e *evaluation) find(p *pattern, s string, from int) ([]int, error) {
	if work := (len(s) - from) * p.steps; work < 100_000 {
		if err := e.charge(1 + work/8); err != nil {
			return nil, err
		}
		if from == 0 {
			return p.re.FindStringSubmatchIndex(s), nil
		}
	}
	r := &meter{e: e, rest: s[from:], steps: p.steps}
	found := p.re.FindReaderSubmatchIndex(r)
	for i := range found {
		if found[i] >= 0 {
			found[i] += from
		}
	}
	return found, r.err
}

// meter hands out a text letter by letter, until the budget is spent.
type meter struct {
	e     *evaluation
	rest  string
	steps int
	err   error
}

func (m *meter) ReadRune() (rune, int, error) {
	if m.rest == "" || m.err != nil {
		return 0, 0, io.EOF
	}
	if m.err = m.e.charge(2 + m.steps/8); m.err != nil {
		return 0, 0, io.EOF
	}
	r, size := utf8.DecodeRuneInString(m.rest)
	m.rest = m.rest[size:]
	return r, size, nil
}

func matches(e *evaluation, args []any) (any, error) {
	if args[0] == nil || args[1] == nil {
		return false, nil
	}
	s, isText := args[0].(string)
	source, isPattern := args[1].(string)
	if !isText || !isPattern {
		return nil, wrongf("matches takes two texts, not %s and %s; string(…) makes one", "matches recebe dois textos, não %s e %s; string(…) faz um", KindOf(args[0]), KindOf(args[1]))
	}
	p, err := e.pattern(source)
	if err != nil {
		return nil, err
	}
	found, err := e.find(p, s, 0)
	return found != nil, err
}

func regexFind(e *evaluation, args []any) (any, error) {
	p, err := e.pattern(args[1].(string))
	if err != nil {
		return nil, err
	}
	s := args[0].(string)
	found, err := e.find(p, s, 0)
	if found == nil || err != nil {
		return nil, err
	}
	at := 0
	if len(found) > 2 {
		at = 2
	}
	if found[at] < 0 {
		return nil, nil
	}
	return s[found[at]:found[at+1]], nil
}

// regexReplace replaces every match, as regexp does. The search is paid for before, and what is
// written as it goes.
func regexReplace(e *evaluation, args []any) (any, error) {
	p, err := e.pattern(args[1].(string))
	if err != nil {
		return nil, err
	}
	s := args[0].(string)
	by, err := replacementOf(args[2].(string))
	if err != nil {
		return nil, err
	}
	if err := e.charge((len(s) + 1) * (1 + p.steps/3)); err != nil {
		return nil, err
	}
	if by.groups {
		return e.expand(p, s, by.text)
	}
	return e.each(p, s, by)
}

// replacement is what stands for a match: a text, the match itself where whole is set, or a
// text with groups in it.
type replacement struct {
	text          string
	whole, groups bool
}

const maxReplacement = 1 << 10 // of one with groups

var group = regexp.MustCompile(`\$\$|\$[0-9]+`)

// replacementOf reads $1 as the first group, whatever follows it.
func replacementOf(by string) (replacement, error) {
	switch {
	case !strings.Contains(by, "$"):
		return replacement{text: by}, nil
	case by == "$0" || by == "${0}":
		return replacement{whole: true}, nil
	case len(by) > maxReplacement:
		return replacement{}, wrongf("a replacement with $ has at most 1 KiB", "um texto novo com $ tem no máximo 1 KiB")
	}
	text := group.ReplaceAllStringFunc(by, func(found string) string {
		if found == "$$" {
			return found
		}
		return "${" + found[1:] + "}"
	})
	return replacement{text: text, groups: true}, nil
}

// each puts the same text in the place of every match.
func (e *evaluation) each(p *pattern, s string, by replacement) (text any, err error) {
	defer func() {
		if r := recover(); r != nil {
			stop, ok := r.(stopped)
			if !ok {
				panic(r)
			}
			text, err = nil, stop.err
		}
	}()
	length := len(s)
	return p.re.ReplaceAllStringFunc(s, func(match string) string {
		to := by.text
		if by.whole {
			to = match
		}
		if length += len(to) - len(match); length > MaxOutput {
			panic(stopped{errBytes})
		}
		if err := e.charge(4 + len(to)/16); err != nil {
			panic(stopped{err})
		}
		return to
	}), nil
}

const maxMatches = 50_000

// expand puts groups of every match in its place.
func (e *evaluation) expand(p *pattern, s, by string) (any, error) {
	each := 64 + 16*p.re.NumSubexp()
	most := min(maxMatches, maxBytes/2/each)
	found := p.re.FindAllStringSubmatchIndex(s, most)
	if len(found) == most {
		return nil, errBytes
	}
	if err := e.take(len(found) * each); err != nil {
		return nil, err
	}
	groups := strings.Count(by, "$")
	var out []byte
	end := 0
	for _, match := range found {
		out = append(out, s[end:match[0]]...)
		before := len(out)
		if before+groups*(match[1]-match[0]) > 4*MaxOutput {
			return nil, errBytes
		}
		out = p.re.ExpandString(out, by, s, match)
		if len(out) > MaxOutput {
			return nil, errBytes
		}
		if err := e.take(len(out) - before + len(by)); err != nil {
			return nil, err
		}
		end = match[1]
	}
	if len(out)+len(s)-end > MaxOutput {
		return nil, errBytes
	}
	return string(append(out, s[end:]...)), nil
}
