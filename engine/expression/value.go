package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// The limits of a decoded document: lists and maps inside each other, and values in all.
const (
	MaxDepth  = 64
	MaxValues = 100_000
)

// Number gives the value of a JSON number: int where it is whole and fits 64 bits, float64
// where it has a fraction or an exponent, else the same digits as text.
func Number(digits string) any {
	if !strings.ContainsAny(digits, ".eE") {
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			return int(n)
		}
		return digits
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return digits
	}
	return f
}

// Decode reads one JSON value: nil, bool, int, float64, text, []any and map[string]any. Of
// equal keys the last wins; bytes that are no UTF-8 become U+FFFD, and a mark of UTF-8 at the
// beginning is left out.
func Decode(data []byte) (any, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if value, ok := quick(data); ok {
		return value, nil
	}
	return careful(data)
}

// careful reads what quick does not, or says why it cannot be read.
func careful(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, unreadJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, wrongf("read JSON: there is more after the first value", "JSON: há algo depois do primeiro valor")
	}
	c := counter{}
	return c.clean(value, 0)
}

// unreadJSON says in words why JSON cannot be read.
func unreadJSON(err error) error {
	var wrong *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return wrongf("the JSON is empty", "o JSON está vazio")
	case errors.As(err, &wrong) && !strings.HasPrefix(wrong.Error(), "unexpected end"):
		return wrongf("read JSON: unexpected character at byte %d", "JSON: caractere inesperado no byte %d", max(0, wrong.Offset-1))
	}
	return wrongf("read JSON: it ends too early", "JSON: acaba cedo demais")
}

type counter struct {
	values int
	bytes  int
	most   int // of bytes; 0 is no limit
}

// ErrTooBig says that a value is over MaxOutput.
var ErrTooBig = errors.New("the value is over 1 MiB")

func (c *counter) clean(value any, depth int) (any, error) {
	if c.values++; c.values > MaxValues {
		return nil, errManyValues
	}
	// What a value takes as JSON: its text, or a few bytes for anything else.
	text, isText := value.(string)
	if c.bytes += 4 + len(text); c.most > 0 && c.bytes > c.most {
		return nil, ErrTooBig
	}
	if isText {
		return text, nil
	}
	switch v := value.(type) {
	case nil, bool, int:
		return v, nil
	case json.Number:
		return Number(v.String()), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("the result is not a number (a division by zero?)")
		}
		return v, nil
	case []any:
		if depth >= MaxDepth {
			return nil, errDeepValues
		}
		for i, element := range v {
			clean, err := c.clean(element, depth+1)
			if err != nil {
				return nil, err
			}
			if !same(element, clean) {
				v[i] = clean
			}
		}
		return v, nil
	case map[string]any:
		if depth >= MaxDepth {
			return nil, errDeepValues
		}
		for key, member := range v {
			clean, err := c.clean(member, depth+1)
			if err != nil {
				return nil, err
			}
			if c.bytes += len(key); !same(member, clean) {
				v[key] = clean
			}
		}
		return v, nil
	}
	return c.foreign(value, depth)
}

// same says that cleaning changed nothing, so that values that others read are not written.
func same(a, b any) bool {
	switch a.(type) {
	case nil, bool, string, int, float64, []any, map[string]any:
		return true
	}
	return false
}

// foreign converts what the library makes: other integers, typed lists, maps with any keys.
func (c *counter) foreign(value any, depth int) (any, error) {
	v := reflect.ValueOf(value)
	kind := v.Kind()
	if depth >= MaxDepth && (kind == reflect.Slice || kind == reflect.Array || kind == reflect.Map) {
		return nil, errDeepValues
	}
	switch kind {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return int(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int(v.Uint()), nil
	case reflect.Float32:
		return c.clean(v.Float(), depth)
	case reflect.Slice, reflect.Array:
		list := make([]any, v.Len())
		for i := range list {
			element, err := c.clean(v.Index(i).Interface(), depth+1)
			if err != nil {
				return nil, err
			}
			list[i] = element
		}
		return list, nil
	case reflect.Map:
		m := make(map[string]any, v.Len())
		for iter := v.MapRange(); iter.Next(); {
			member, err := c.clean(iter.Value().Interface(), depth+1)
			if err != nil {
				return nil, err
			}
			m[fmt.Sprint(iter.Key().Interface())] = member
		}
		return m, nil
	}
	return nil, fmt.Errorf("a value of type %T cannot leave an expression", value)
}

// MaxOutput is the most that one value may be as JSON, in bytes.
const MaxOutput = 1 << 20

// Normalize gives what may leave an expression or action: JSON values alone, no NaN, no
// infinity, 64 deep, 100,000 values, 1 MiB (ErrTooBig).
func Normalize(value any) (any, error) { return NormalizeTo(value, MaxOutput) }

// NormalizeTo is Normalize with another limit of bytes.
func NormalizeTo(value any, most int) (any, error) {
	switch v := value.(type) {
	case nil, bool, int:
		return v, nil
	}
	c := counter{most: most}
	return c.clean(value, 0)
}
