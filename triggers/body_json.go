package triggers

import (
	"bytes"
	"errors"
	"fmt"

	"gancho/engine/expression"
)

// checkJSON reads one JSON value without building it: syntax, depth and number of values.
func checkJSON(body []byte) error {
	body = bytes.TrimPrefix(body, markUTF8)
	if len(body) > 1 && (markUTF16[string(body[:2])] != nil || body[0] == 0 || body[1] == 0) {
		return errors.New("read JSON: it is not UTF-8; send UTF-8, or say its charset in the content type")
	}
	s := scanner{data: body}
	s.space()
	if s.at == len(body) {
		return errors.New("the JSON is empty")
	}
	if err := s.value(0); err != nil {
		return err
	}
	s.space()
	if s.at < len(body) {
		return fmt.Errorf("read JSON: there is more after the first value, at byte %d", s.at)
	}
	return nil
}

type scanner struct {
	data   []byte
	at     int
	values int
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// next gives the byte here, 0 at the end.
func (s *scanner) next() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) wrong() error {
	if s.at >= len(s.data) {
		return errors.New("read JSON: it ends too early")
	}
	return fmt.Errorf("read JSON: unexpected character at byte %d", s.at)
}

func (s *scanner) value(depth int) error {
	if s.values++; s.values > expression.MaxValues {
		return errTooMany
	}
	c := s.next()
	if depth >= expression.MaxDepth && (c == '{' || c == '[') {
		return errTooDeep
	}
	switch c {
	case '{':
		return s.object(depth)
	case '[':
		return s.list(depth)
	case '"':
		return s.text()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

func (s *scanner) object(depth int) error {
	s.at++
	if s.space(); s.next() == '}' {
		s.at++
		return nil
	}
	for {
		if s.next() != '"' {
			return s.wrong()
		}
		if err := s.text(); err != nil {
			return err
		}
		if s.space(); s.next() != ':' {
			return s.wrong()
		}
		s.at++
		s.space()
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if more, err := s.after('}'); !more {
			return err
		}
	}
}

func (s *scanner) list(depth int) error {
	s.at++
	if s.space(); s.next() == ']' {
		s.at++
		return nil
	}
	for {
		if err := s.value(depth + 1); err != nil {
			return err
		}
		if more, err := s.after(']'); !more {
			return err
		}
	}
}

// after reads what follows a member: a comma, and then there is more, or the end.
func (s *scanner) after(end byte) (bool, error) {
	s.space()
	switch s.next() {
	case ',':
		s.at++
		s.space()
		return true, nil
	case end:
		s.at++
		return false, nil
	}
	return false, s.wrong()
}

func (s *scanner) word(w string) error {
	for i := range len(w) {
		if s.next() != w[i] {
			return s.wrong()
		}
		s.at++
	}
	return nil
}

func (s *scanner) text() error {
	for s.at++; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return nil
		case c < ' ':
			return s.wrong()
		case c == '\\':
			s.at++
			if err := s.escape(); err != nil {
				return err
			}
		}
	}
	return s.wrong()
}

// escape reads what follows a backslash, up to its last byte.
func (s *scanner) escape() error {
	switch s.next() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			s.at++
			if c := s.next(); !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return s.wrong()
			}
		}
		return nil
	}
	return s.wrong()
}

func (s *scanner) number() error {
	if s.next() == '-' {
		s.at++
	}
	if s.next() == '0' {
		s.at++
	} else if !s.digits() {
		return s.wrong()
	}
	if s.next() == '.' {
		if s.at++; !s.digits() {
			return s.wrong()
		}
	}
	if c := s.next(); c == 'e' || c == 'E' {
		s.at++
		if c := s.next(); c == '+' || c == '-' {
			s.at++
		}
		if !s.digits() {
			return s.wrong()
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	from := s.at
	for c := s.next(); c >= '0' && c <= '9'; c = s.next() {
		s.at++
	}
	return s.at > from
}
