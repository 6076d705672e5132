package expression

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// AppendJSON writes a value as compact JSON with sorted names that Decode gives back: what
// encoding/json makes of it, but <, > and & as they are, and in a fraction of the time where it
// holds the kinds of values that expressions have.
func AppendJSON(out []byte, value any) ([]byte, error) {
	var none *evaluation
	return none.appendJSON(out, value, 0)
}

// appendJSON is AppendJSON within the budget: what is written is paid for before.
func (e *evaluation) appendJSON(out []byte, value any, depth int) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(out, "null"...), e.take(4)
	case bool:
		return strconv.AppendBool(out, v), e.take(5)
	case int:
		return strconv.AppendInt(out, int64(v), 10), e.take(8)
	case string:
		if err := e.room(out, len(v)); err != nil {
			return nil, err
		}
		return AppendText(out, v), nil
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return appendFloat(out, v), e.take(16)
		}
	case []any:
		if v == nil {
			return append(out, "null"...), nil
		}
		return e.appendList(out, v, depth)
	case map[string]any:
		if v == nil {
			return append(out, "null"...), nil
		}
		return e.appendMap(out, v, depth)
	}
	data, err := json.Marshal(value)
	return append(out, data...), err
}

// room pays for so many more bytes of a text; within the budget a text ends at MaxOutput.
func (e *evaluation) room(out []byte, more int) error {
	if e == nil {
		return nil
	}
	if len(out)+more > MaxOutput {
		return errBytes
	}
	return e.take(more + 3)
}

func (e *evaluation) inside(out []byte, depth, members int) error {
	if e != nil && depth >= MaxDepth {
		return wrongf("values are nested more than %d deep", "há valores com mais de %d níveis", MaxDepth)
	}
	if err := e.room(out, 0); err != nil || members == 0 {
		return err
	}
	if err := e.take(16 * members); err != nil {
		return err
	}
	return e.charge(4 * members)
}

func (e *evaluation) appendList(out []byte, list []any, depth int) ([]byte, error) {
	if err := e.inside(out, depth, 0); err != nil {
		return nil, err
	}
	var err error
	out = append(out, '[')
	for i, element := range list {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = e.appendJSON(out, element, depth+1); err != nil {
			return out, err
		}
	}
	return append(out, ']'), nil
}

func (e *evaluation) appendMap(out []byte, m map[string]any, depth int) ([]byte, error) {
	if err := e.inside(out, depth, len(m)); err != nil {
		return nil, err
	}
	var few [16]string
	names := slices.AppendSeq(few[:0], maps.Keys(m))
	slices.Sort(names)
	out = append(out, '{')
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		err := e.room(out, len(name))
		if err == nil {
			out, err = e.appendJSON(append(AppendText(out, name), ':'), m[name], depth+1)
		}
		if err != nil {
			return out, err
		}
	}
	return append(out, '}'), nil
}

// appendFloat writes very large and very small numbers with an exponent, so that they are
// read as fractions again.
func appendFloat(out []byte, v float64) []byte {
	if v == 0 {
		return append(out, '0') // without a sign
	}
	if size := math.Abs(v); size < 1e-6 || size >= 1<<63 {
		return strconv.AppendFloat(out, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(out, v, 'f', -1, 64)
}

// AppendText writes a JSON text; bytes that are no UTF-8 become U+FFFD.
func AppendText(out []byte, s string) []byte {
	out = append(out, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				out = append(append(out, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		out = append(out, s[from:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\r':
			out = append(out, '\\', 'r')
		case '\t':
			out = append(out, '\\', 't')
		default:
			const hex = "0123456789abcdef"
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(append(out, s[from:]...), '"')
}
