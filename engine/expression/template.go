package expression

import (
	"context"
	"errors"
	"fmt"
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
	if len(source) > MaxTemplate {
		return nil, &Error{Code: "too_long", Message: form.Label("the text is longer than 256 KiB", "o texto tem mais de 256 KiB")}
	}
	t := &Template{source: source}
	rest, at, holes := source, 0, 0
	for {
		open := strings.Index(rest, "{{")
		if open < 0 {
			break
		}
		if open > 0 {
			t.parts = append(t.parts, part{text: rest[:open]})
		}
		body := rest[open+2:]
		length, err := scan(body)
		begin := runes(source[:at+open]) + 2
		if err != nil {
			return nil, &Error{Code: "unclosed", Message: form.Label(err.Error(), "falta fechar com }}"), From: begin - 2, To: runes(source)}
		}
		if holes++; holes > MaxHoles {
			return nil, &Error{Code: "too_long", Message: form.Label("a text may have at most 200 holes", "um texto pode ter no máximo 200 expressões")}
		}
		program, err := Compile(body[:length])
		if err != nil {
			return nil, moved(err, begin+runes(body[:length])-runes(strings.TrimLeft(body[:length], " \t\r\n")))
		}
		t.parts = append(t.parts, part{hole: program})
		at += open + 2 + length + 2
		rest = source[at:]
	}
	if rest != "" {
		t.parts = append(t.parts, part{text: rest})
	}
	t.alone = len(t.parts) == 1 && t.parts[0].hole != nil
	return t, nil
}

func moved(err error, by int) error {
	var e *Error
	if errors.As(err, &e) {
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
		case c == '"' || c == '\'' || c == '`':
			end := quoted(s[i:])
			if end < 0 {
				return 0, errors.New("a quote is not closed")
			}
			i += end
		case strings.HasPrefix(s[i:], "/*"):
			end := strings.Index(s[i+2:], "*/")
			if end < 0 {
				return 0, errors.New("a comment is not closed")
			}
			i += end + 3
		case strings.HasPrefix(s[i:], "//"):
			return 0, errors.New("a hole cannot have a // comment")
		case c == '}' && depth == 0 && strings.HasPrefix(s[i:], "}}"):
			return i, nil
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth = max(0, depth-1)
		}
	}
	return 0, errors.New("a hole is not closed with }}")
}

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
func (t *Template) Fill(ctx context.Context, s *Scope) (any, error) { return t.fill(ctx, s, false) }

// FillEmpty is Fill where a hole without a value is an empty text.
func (t *Template) FillEmpty(ctx context.Context, s *Scope) (any, error) { return t.fill(ctx, s, true) }

func (t *Template) fill(ctx context.Context, s *Scope, empty bool) (any, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.hole == nil {
			b.WriteString(p.text)
			continue
		}
		value, err := p.hole.Run(ctx, s)
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
		if b.WriteString(Text(value)); b.Len() > MaxOutput {
			return nil, fmt.Errorf("the text is over 1 MiB")
		}
	}
	return b.String(), nil
}
