package expression

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Text is how a value appears inside a text: numbers without exponent, lists and objects as
// compact JSON with sorted names.
func Text(value any) string {
	var none *evaluation
	s, _ := none.text(value)
	return s
}

// text is Text within the budget.
func (e *evaluation) text(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool:
		return strconv.FormatBool(v), nil
	}
	out, err := e.appendJSON(nil, value, 0)
	return string(out), err
}

// appendJSON writes compact JSON and charges as it goes.
func (e *evaluation) appendJSON(out []byte, value any, depth int) ([]byte, error) {
	before := len(out)
	if depth > MaxDepth {
		return nil, wrongf("values are nested more than %d deep", "há valores com mais de %d níveis", MaxDepth)
	}
	var err error
	switch v := value.(type) {
	case nil:
		out = append(out, "null"...)
	case bool:
		out = strconv.AppendBool(out, v)
	case int:
		out = strconv.AppendInt(out, int64(v), 10)
	case float64:
		out = strconv.AppendFloat(out, v, 'f', -1, 64)
	case string:
		out = appendQuoted(out, v)
	case []any:
		return e.appendList(out, v, depth)
	case map[string]any:
		return e.appendObject(out, v, depth)
	default:
		if value, err = Normalize(value); err != nil {
			return nil, err
		}
		return e.appendJSON(out, value, depth)
	}
	return out, e.take(len(out) - before)
}

func (e *evaluation) appendList(out []byte, list []any, depth int) ([]byte, error) {
	var err error
	out = append(out, '[')
	for i, element := range list {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = e.appendJSON(out, element, depth+1); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), e.charge(1)
}

func (e *evaluation) appendObject(out []byte, m map[string]any, depth int) ([]byte, error) {
	if err := e.take(16 * len(m)); err != nil {
		return nil, err
	}
	var err error
	out = append(out, '{')
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendQuoted(out, name), ':')
		if out, err = e.appendJSON(out, m[name], depth+1); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), e.charge(1)
}

func appendQuoted(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(out, s)
		}
	}
	return append(append(append(out, '"'), s...), '"')
}

func appendEscaped(out []byte, s string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a text always encodes
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
