package expression

import (
	"context"
	"errors"
	"iter"
	"strings"

	"gancho/engine/form"
)

// Template is a text with {{ }} holes. It may be shared between goroutines.
type Template struct {
	source string
	parts  []part
	alone  bool // one hole and nothing else: its value keeps its type
}

// part is a text, or a hole.
type part struct {
	text string
	hole *Program
}

// CompileTemplate reads a text with holes. The error is an *Error with a range in the text.
func CompileTemplate(source string) (*Template, error) {
	t := &Template{source: source}
	err := cutTemplate(source, func(text string) { t.parts = append(t.parts, part{text: text}) }, func(hole string, _ int) error {
		program, err := Compile(hole)
		t.parts = append(t.parts, part{hole: program})
		return err
	})
	if err != nil {
		return nil, err
	}
	t.alone = len(t.parts) == 1 && t.parts[0].hole != nil
	return t, nil
}

// cutTemplate tells of the parts of a template, in order: texts, and the expressions in holes
// with where they begin, in runes. An error of a hole ends it, moved to where the hole is.
func cutTemplate(source string, text func(string), hole func(source string, at int) error) error {
	if len(source) > MaxTemplate {
		return &Error{Code: "too_long", Message: form.Label("the text is longer than 256 KiB", "o texto tem mais de 256 KiB")}
	}
	rest, begin, holes := source, 0, 0
	for {
		open := strings.Index(rest, "{{")
		if open < 0 {
			break
		}
		if open > 0 {
			text(rest[:open])
		}
		begin += runes(rest[:open]) + 2
		length, err := scan(rest[open+2:])
		if err != nil {
			e := &Error{Code: "unclosed", From: begin - 2, To: runes(source)}
			var words fault
			if errors.As(err, &words) {
				e.Message = words.words
			}
			return e
		}
		if holes++; holes > MaxHoles {
			return &Error{Code: "too_long", Message: form.Label("a text may have at most 200 holes", "um texto pode ter no máximo 200 expressões")}
		}
		body := rest[open+2 : open+2+length]
		source, lead := trimmed(body)
		at := begin + lead
		if err := hole(source, at); err != nil {
			return moved(err, at)
		}
		begin += runes(body) + 2
		rest = rest[open+2+length+2:]
	}
	if rest != "" {
		text(rest)
	}
	return nil
}

func moved(err error, by int) error {
	var e *Error
	if by != 0 && errors.As(err, &e) {
		c := *e
		c.From, c.To = c.From+by, c.To+by
		return &c
	}
	return err
}

// scan finds the end of a hole: the first }} outside of quotes, comments and brackets.
func scan(s string) (int, error) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isQuote(c):
			end := quoted(s[i:])
			if end < 0 {
				return 0, wrongf("a quote is not closed", "falta fechar as aspas")
			}
			i += end
		case strings.HasPrefix(s[i:], "/*"):
			end := strings.Index(s[i+2:], "*/")
			if end < 0 {
				return 0, wrongf("a comment is not closed", "falta fechar o comentário")
			}
			i += end + 3
		case strings.HasPrefix(s[i:], "//"):
			return 0, wrongf("a hole cannot have a // comment", "uma expressão em {{ }} não pode ter um comentário //")
		case c == '}' && depth == 0 && strings.HasPrefix(s[i:], "}}"):
			return i, nil
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth = max(0, depth-1)
		}
	}
	return 0, wrongf("a hole is not closed with }}", "falta fechar com }}")
}

// outside gives the bytes of a source that are in none of its texts. A text that is closed gives
// its first quotation mark alone, one that is not closed is none.
func outside(source string) iter.Seq2[int, byte] {
	return func(yield func(int, byte) bool) {
		for i := 0; i < len(source); i++ {
			if !yield(i, source[i]) {
				return
			}
			if isQuote(source[i]) {
				i += max(0, quoted(source[i:]))
			}
		}
	}
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// quoted gives the index of the closing quote, -1 if there is none.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`':
			i++
		case s[i] == s[0]:
			return i
		}
	}
	return -1
}

// Fixed says that there are no holes.
func (t *Template) Fixed() bool {
	return len(t.parts) == 0 || (len(t.parts) == 1 && t.parts[0].hole == nil)
}

// Holes are the expressions of the template, in order.
func (t *Template) Holes() []*Program {
	var holes []*Program
	for _, p := range t.parts {
		if p.hole != nil {
			holes = append(holes, p.hole)
		}
	}
	return holes
}

// Fill gives the finished value: for one hole alone its value with its type, else a text. A
// hole without a value is a *MissingError.
func (t *Template) Fill(ctx context.Context, s *Scope) (any, error) {
	return t.fill(ctx, s, false, nil)
}

// FillEmpty is Fill where a hole without a value is an empty text.
func (t *Template) FillEmpty(ctx context.Context, s *Scope) (any, error) {
	return t.fill(ctx, s, true, nil)
}

// FillAsked is Fill, or FillEmpty, where ask may refuse what a hole beside others gives, which stands between before and the
// text after it.
func (t *Template) FillAsked(ctx context.Context, s *Scope, empty bool, ask func(before, value, after string) error) (any, error) {
	return t.fill(ctx, s, empty, ask)
}

func (t *Template) fill(ctx context.Context, s *Scope, empty bool, ask func(before, value, after string) error) (any, error) {
	m := start(ctx, s)
	defer m.end()
	var b strings.Builder
	for i, p := range t.parts {
		if p.hole == nil {
			b.WriteString(p.text)
			continue
		}
		value, err := m.value(p.hole)
		var missing *MissingError
		if err == nil && value == nil {
			missing = &MissingError{Path: p.hole.source}
			err = missing
		}
		if err != nil && empty && errors.As(err, &missing) {
			value, err = "", nil
		}
		if err != nil {
			return nil, err
		}
		if t.alone {
			return value, nil
		}
		text, err := m.e.text(value)
		if err != nil || b.Len()+len(text) > MaxOutput {
			return nil, &Error{Code: "too_big", Message: form.Label("the text is over 1 MiB", "o texto passa de 1 MiB")}
		}
		after := ""
		if i+1 < len(t.parts) {
			after = t.parts[i+1].text
		}
		if ask != nil {
			if err := ask(b.String(), text, after); err != nil {
				return nil, err
			}
		}
		b.WriteString(text)
	}
	return b.String(), nil
}
