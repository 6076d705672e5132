package form

import (
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"time"
)

// Value is a field of a kind that a file names. What reaches the variable is a JSON value: a
// text, trimmed but for longtext; for number, money (whole cents) and duration (seconds) a
// number; true or false; for list and multiselect a list; for map an object; for json what a
// text holds. It panics for a kind that it does not know.
func Value(kind, id string, into *any, label Words) *Field {
	read, ok := readers[kind]
	if !ok {
		panic("no kind of field " + kind)
	}
	f := field(kind, id, into, label, read.schema, read.read)
	if kind == "secret" {
		f.Literal()
	}
	return f
}

type reader struct {
	schema map[string]any
	read   func(any) (any, error)
}

var readers = map[string]reader{
	"text":        {textSchema, trimmed},
	"longtext":    {textSchema, func(v any) (any, error) { return text(v) }},
	"url":         {textSchema, bound(func(into *string) *Field { return URL("", into, Words{}) })},
	"email":       {textSchema, bound(func(into *string) *Field { return Email("", into, Words{}) })},
	"phone":       {textSchema, trimmed},
	"date":        {textSchema, day},
	"select":      {textSchema, trimmed},
	"secret":      {textSchema, trimmed},
	"number":      {numberSchema, exactNumber},
	"money":       {intSchema, cents},
	"duration":    {textSchema, seconds},
	"bool":        {boolSchema, bound(func(into *bool) *Field { return Bool("", into, Words{}) })},
	"list":        {listSchema, listed},
	"multiselect": {listSchema, listed},
	"map":         {mapSchema, bound(func(into *map[string]any) *Field { return Map("", into, Words{}) })},
	"json":        {anySchema, parsed},
}

// bound reads as another field does.
func bound[T any](make func(*T) *Field) func(any) (any, error) {
	return func(v any) (any, error) {
		var into T
		err := make(&into).bind(v)
		return into, err
	}
}

func trimmed(v any) (any, error) {
	s, err := text(v)
	return strings.TrimSpace(s), err
}

// day refuses a date that is in no calendar. How else one is written depends on whom it is for.
func day(v any) (any, error) {
	s, err := trimmed(v)
	if date := s.(string); err == nil && isoDay.MatchString(date) { //nolint:errcheck // it is always a text
		if _, err := time.Parse(time.DateOnly, date[:len(time.DateOnly)]); err != nil {
			return nil, mismatch(Label(date+" is no day of the calendar", date+" não é um dia do calendário"))
		}
	}
	return s, err
}

var isoDay = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)

// exactNumber leaves whole numbers whole.
func exactNumber(v any) (any, error) {
	if n, ok := v.(int); ok {
		return n, nil
	}
	n, err := number(v)
	if err == nil && n == math.Trunc(n) && math.Abs(n) < 1<<53 {
		return int(n), nil
	}
	return n, err
}

func cents(v any) (any, error) {
	n, err := exactNumber(v)
	if whole, ok := n.(int); ok && err == nil {
		return whole, nil
	}
	return nil, mismatch(Label("must be whole cents; write {{ cents(…) }} around an amount", "devem ser centavos inteiros; use {{ cents(…) }} em volta de um valor"))
}

func seconds(v any) (any, error) {
	if n, ok := v.(int); ok {
		return n, nil
	}
	s, err := text(v)
	if err != nil {
		return nil, err
	}
	d, err := ParseDuration(s)
	return d.Seconds(), err
}

func listed(v any) (any, error) {
	if list, ok := v.([]any); ok {
		return list, nil
	}
	return []any{v}, nil
}

func parsed(v any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return v, nil
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, mismatch(Label("is not JSON that can be read", "não é um JSON que possa ser lido"))
	}
	return value, nil
}
