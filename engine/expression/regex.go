package expression

import (
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// The caps on a regular expression: bytes of its source, and steps of its program.
const (
	maxPattern = 1 << 10
	maxSteps   = 2_000
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
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, wrongf("the regular expression cannot be read: %v", "a expressão regular não pode ser lida: %v", err)
	}
	steps := sizeOf(tree)
	if steps > maxSteps {
		return nil, wrongf("the regular expression repeats too much", "a expressão regular repete demais")
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, wrongf("the regular expression cannot be read: %v", "a expressão regular não pode ser lida: %v", err)
	}
	return &pattern{re: re, steps: steps}, nil
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
	if err := e.charge(400 + 40*len(source)); err != nil {
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
		return nil, wrongf("matches takes two texts, not %s and %s; string(…) makes one", "matches recebe dois textos, não %s e %s; string(…) faz um", kindOf(args[0]), kindOf(args[1]))
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

// regexReplace replaces every match, as regexp does; what is written is charged before.
func regexReplace(e *evaluation, args []any) (any, error) {
	p, err := e.pattern(args[1].(string))
	if err != nil {
		return nil, err
	}
	s, by := args[0].(string), args[2].(string)
	if work := (len(s) + 1) * p.steps; work < 100_000 && !strings.Contains(by, "$") && (len(s)+1)*len(by) < MaxOutput {
		return p.re.ReplaceAllString(s, by), e.charge(1 + work/4)
	}
	var out []byte
	for at := 0; at <= len(s); {
		found, err := e.find(p, s, at)
		if err != nil {
			return nil, err
		}
		if found == nil {
			out = append(out, s[at:]...)
			break
		}
		out = append(out, s[at:found[0]]...)
		before := len(out)
		out = p.re.ExpandString(out, by, s, found)
		if len(out) > MaxOutput {
			return nil, errBytes
		}
		if err := e.take(len(out) - before); err != nil {
			return nil, err
		}
		at = found[1]
		if found[1] == found[0] { // an empty match: one letter on
			_, size := utf8.DecodeRuneInString(s[at:])
			out = append(out, s[at:min(at+size, len(s))]...)
			at += max(size, 1)
		}
	}
	return string(out), nil
}
