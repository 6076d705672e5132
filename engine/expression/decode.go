package expression

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reader makes values of well-formed JSON in one pass. It gives up on all else, and leaves it
// to Decode to say what is wrong. The texts it makes are parts of one.
type reader struct {
	text   string
	at     int
	values int
	bad    bool
}

// quick reads what is well formed and within the limits.
func quick(data []byte) (value any, ok bool) {
	if !utf8.Valid(data) {
		return nil, false
	}
	r := reader{text: string(data)}
	r.space()
	value = r.value(0)
	r.space()
	return value, !r.bad && r.at == len(r.text)
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

// next gives the byte here, 0 at the end.
func (r *reader) next() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

func (r *reader) fail() any {
	r.bad, r.at = true, len(r.text)
	return nil
}

func (r *reader) value(depth int) any {
	c := r.next()
	if r.values++; r.values > MaxValues || depth >= MaxDepth && (c == '{' || c == '[') {
		return r.fail()
	}
	switch c {
	case '{':
		return r.object(depth)
	case '[':
		return r.list(depth)
	case '"':
		return r.string()
	case 't':
		return r.word("true", true)
	case 'f':
		return r.word("false", false)
	case 'n':
		return r.word("null", nil)
	}
	return r.number()
}

func (r *reader) word(word string, value any) any {
	if !strings.HasPrefix(r.text[r.at:], word) {
		return r.fail()
	}
	r.at += len(word)
	return value
}

func (r *reader) object(depth int) any {
	m := make(map[string]any)
	r.at++
	if r.space(); r.next() == '}' {
		r.at++
		return m
	}
	for !r.bad {
		if r.next() != '"' {
			return r.fail()
		}
		name := r.string()
		if r.space(); r.next() != ':' {
			return r.fail()
		}
		r.at++
		r.space()
		m[name] = r.value(depth + 1)
		if !r.more('}') {
			return m
		}
	}
	return nil
}

func (r *reader) list(depth int) any {
	list := []any{}
	r.at++
	if r.space(); r.next() == ']' {
		r.at++
		return list
	}
	for !r.bad {
		list = append(list, r.value(depth+1))
		if !r.more(']') {
			return list
		}
	}
	return nil
}

// more reads what follows a member: a comma, and then there is another, or the end.
func (r *reader) more(end byte) bool {
	r.space()
	switch r.next() {
	case ',':
		r.at++
		r.space()
		return true
	case end:
		r.at++
	default:
		r.fail()
	}
	return false
}

func (r *reader) string() string {
	r.at++
	for i := r.at; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			s := r.text[r.at:i]
			r.at = i + 1
			return s
		case c == '\\':
			return r.escaped(i)
		case c < ' ':
			r.fail()
			return ""
		}
	}
	r.fail()
	return ""
}

// escaped reads a text whose first backslash is at i.
func (r *reader) escaped(i int) string {
	out := append(make([]byte, 0, 2*(i-r.at)+32), r.text[r.at:i]...)
	for i < len(r.text) {
		c := r.text[i]
		i++
		switch {
		case c == '"':
			r.at = i
			return string(out)
		case c < ' ':
			r.fail()
			return ""
		case c != '\\':
			out = append(out, c)
			continue
		}
		var size int
		if out, size = appendUnescaped(out, r.text[i:]); size == 0 {
			break
		}
		i += size
	}
	r.fail()
	return ""
}

// appendUnescaped writes what an escape means, and gives its length after the backslash; 0
// where there is none.
func appendUnescaped(out []byte, rest string) ([]byte, int) {
	if rest == "" {
		return out, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, rest[0]); i >= 0 {
		return append(out, "\"\\/\b\f\n\r\t"[i]), 1
	}
	first, ok := unit(rest)
	if !ok {
		return out, 0
	}
	if !utf16.IsSurrogate(first) {
		return utf8.AppendRune(out, first), 5
	}
	if len(rest) > 5 && rest[5] == '\\' {
		if second, ok := unit(rest[6:]); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				return utf8.AppendRune(out, r), 11
			}
		}
	}
	return utf8.AppendRune(out, utf8.RuneError), 5 // half of a pair
}

// unit reads u and four hexadecimal digits.
func unit(text string) (rune, bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	for _, c := range []byte(text[1:5]) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(text[1:5], 16, 16)
	return rune(n), err == nil //nolint:gosec // 16 bits
}

func (r *reader) number() any {
	from := r.at
	if r.next() == '-' {
		r.at++
	}
	if r.next() == '0' {
		r.at++
	} else if !r.digits() {
		return r.fail()
	}
	if r.next() == '.' {
		if r.at++; !r.digits() {
			return r.fail()
		}
	}
	if c := r.next(); c == 'e' || c == 'E' {
		r.at++
		if c := r.next(); c == '+' || c == '-' {
			r.at++
		}
		if !r.digits() {
			return r.fail()
		}
	}
	return Number(r.text[from:r.at])
}

func (r *reader) digits() bool {
	from := r.at
	for c := r.next(); c >= '0' && c <= '9'; c = r.next() {
		r.at++
	}
	return r.at > from
}
