package expression

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// AppendJSON writes a value as compact JSON that Decode gives back: what encoding/json makes of
// it, but <, > and & as they are, and in a fraction of the time where it holds the kinds of
// values that expressions have.
func AppendJSON(out []byte, value any) ([]byte, error) {
	var err error
	switch v := value.(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case int:
		return strconv.AppendInt(out, int64(v), 10), nil
	case string:
		return AppendText(out, v), nil
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return appendFloat(out, v), nil
		}
	case []any:
		if v == nil {
			return append(out, "null"...), nil
		}
		out = append(out, '[')
		for i, element := range v {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = AppendJSON(out, element); err != nil {
				return out, err
			}
		}
		return append(out, ']'), nil
	case map[string]any:
		return appendMap(out, v)
	}
	data, err := json.Marshal(value)
	return append(out, data...), err
}

func appendMap(out []byte, m map[string]any) ([]byte, error) {
	if m == nil {
		return append(out, "null"...), nil
	}
	var few [16]string
	names := slices.AppendSeq(few[:0], maps.Keys(m))
	slices.Sort(names)
	var err error
	out = append(out, '{')
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(AppendText(out, name), ':')
		if out, err = AppendJSON(out, m[name]); err != nil {
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
