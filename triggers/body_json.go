package triggers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"gancho/engine/charset"
	"gancho/engine/expression"
)

// checkJSON reads one JSON value without building it: syntax, depth and number of values.
func checkJSON(body []byte) error {
	body = charset.Trim(body)
	if len(body) > 1 && (charset.Marked(body) || body[0] == 0 || body[1] == 0) {
		return errors.New("read JSON: it is not UTF-8; send UTF-8, or say its charset in the content type")
	}
	s := scanner{data: body}
	at := s.space(0)
	if at == len(body) {
		return errors.New("the JSON is empty")
	}
	at, err := s.value(at, 0)
	if err != nil {
		return err
	}
	if at = s.space(at); at < len(body) {
		return fmt.Errorf("read JSON: there is more after the first value, at byte %d", at)
	}
	return nil
}

// scanner goes through JSON. What it reads, it gives the end of: the place of the byte after it.
type scanner struct {
	data   []byte
	values int
}

func (s *scanner) space(at int) int {
	for c := s.next(at); c == ' ' || c == '\n' || c == '\t' || c == '\r'; c = s.next(at) {
		at++
	}
	return at
}

// next gives the byte at a place, 0 at the end.
func (s *scanner) next(at int) byte {
	if at < len(s.data) {
		return s.data[at]
	}
	return 0
}

func (s *scanner) wrong(at int) (int, error) {
	if at >= len(s.data) {
		return at, errors.New("read JSON: it ends too early")
	}
	return at, fmt.Errorf("read JSON: unexpected character at byte %d", at)
}

func (s *scanner) value(at, depth int) (int, error) {
	if s.values++; s.values > expression.MaxValues {
		return at, errTooMany
	}
	c := s.next(at)
	if depth >= expression.MaxDepth && (c == '{' || c == '[') {
		return at, errTooDeep
	}
	switch c {
	case '{':
		return s.members(at+1, depth+1, true, '}')
	case '[':
		return s.members(at+1, depth+1, false, ']')
	case '"':
		return s.text(at + 1)
	case 't':
		return s.word(at, "true")
	case 'f':
		return s.word(at, "false")
	case 'n':
		return s.word(at, "null")
	}
	return s.number(at)
}

// members reads what is inside an object, or a list, up to its end.
func (s *scanner) members(at, depth int, named bool, end byte) (int, error) {
	if at = s.space(at); s.next(at) == end {
		return at + 1, nil
	}
	for {
		var err error
		if named {
			if at, err = s.name(at); err != nil {
				return at, err
			}
		}
		if at, err = s.value(at, depth); err != nil {
			return at, err
		}
		switch at = s.space(at); s.next(at) {
		case ',':
			at = s.space(at + 1)
		case end:
			return at + 1, nil
		default:
			return s.wrong(at)
		}
	}
}

// name reads the name of a member, and what stands before its value.
func (s *scanner) name(at int) (int, error) {
	if s.next(at) != '"' {
		return s.wrong(at)
	}
	at, err := s.text(at + 1)
	if err != nil {
		return at, err
	}
	if at = s.space(at); s.next(at) != ':' {
		return s.wrong(at)
	}
	return s.space(at + 1), nil
}

func (s *scanner) word(at int, w string) (int, error) {
	for i := range len(w) {
		if s.next(at) != w[i] {
			return s.wrong(at)
		}
		at++
	}
	return at, nil
}

// text reads what follows a quote, up to the next.
func (s *scanner) text(at int) (int, error) {
	for {
		at = s.plain(at)
		switch c := s.next(at); {
		case c == '"':
			return at + 1, nil
		case c == '\\':
			end, err := s.escape(at + 1)
			if err != nil {
				return end, err
			}
			at = end
		case c < ' ':
			return s.wrong(at)
		default:
			at++
		}
	}
}

// plain passes over bytes of a text that mean nothing, eight at a time.
func (s *scanner) plain(at int) int {
	for ; at+8 <= len(s.data); at += 8 {
		if found := telling8(binary.LittleEndian.Uint64(s.data[at:])); found != 0 {
			return at + bits.TrailingZeros64(found)/8
		}
	}
	return at
}

// telling8 has the high bit of the first of eight bytes that ends a text, escapes in it, or may not
// be in it; of those after that one it says nothing.
func telling8(eight uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, escape := eight^ones*'"', eight^ones*'\\'
	return ((eight-ones*' ')&^eight | (quote-ones)&^quote | (escape-ones)&^escape) & high
}

// escape reads what follows a backslash.
func (s *scanner) escape(at int) (int, error) {
	switch s.next(at) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return at + 1, nil
	case 'u':
		for range 4 {
			at++
			if c := s.next(at); !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return s.wrong(at)
			}
		}
		return at + 1, nil
	}
	return s.wrong(at)
}

func (s *scanner) number(at int) (int, error) {
	if s.next(at) == '-' {
		at++
	}
	var err error
	if s.next(at) == '0' {
		at++
	} else if at, err = s.digits(at); err != nil {
		return at, err
	}
	if s.next(at) == '.' {
		if at, err = s.digits(at + 1); err != nil {
			return at, err
		}
	}
	if c := s.next(at); c == 'e' || c == 'E' {
		at++
		if c := s.next(at); c == '+' || c == '-' {
			at++
		}
		return s.digits(at)
	}
	return at, nil
}

// digits reads at least one.
func (s *scanner) digits(at int) (int, error) {
	from := at
	for c := s.next(at); c >= '0' && c <= '9'; c = s.next(at) {
		at++
	}
	if at == from {
		return s.wrong(at)
	}
	return at, nil
}
