package form

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// field makes a Field that binds values through read.
func field[T any](kind, id string, into *T, label Words, schema map[string]any, read func(any) (T, error)) *Field {
	return &Field{
		id: id, kind: kind, label: label, typ: schema,
		clear: func() { var zero T; *into = zero },
		bind: func(value any) error {
			v, err := read(value)
			if err == nil {
				*into = v
			}
			return err
		},
	}
}

// What a kind of value is, in JSON Schema. Shared: never changed.
var (
	textSchema   = map[string]any{"type": "string"}
	numberSchema = map[string]any{"type": "number"}
	intSchema    = map[string]any{"type": "integer"}
	boolSchema   = map[string]any{"type": "boolean"}
	listSchema   = map[string]any{"type": "array"}
	textsSchema  = map[string]any{"type": "array", "items": textSchema}
	mapSchema    = map[string]any{"type": "object"}
	anySchema    = map[string]any{}
)

func textField(kind, id string, into *string, label Words) *Field {
	return field(kind, id, into, label, textSchema, text)
}

// Text is one line. Numbers and booleans become their text.
func Text(id string, into *string, label Words) *Field { return textField("text", id, into, label) }

// LongText may have many lines.
func LongText(id string, into *string, label Words) *Field {
	return textField("longtext", id, into, label)
}

// URL is an address; http and https only.
func URL(id string, into *string, label Words) *Field {
	return field("url", id, into, label, textSchema, func(value any) (string, error) {
		s, err := text(value)
		if err == nil && !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
			err = mismatch(Label("must begin with https:// or http://", "deve começar com https:// ou http://"))
		}
		return strings.TrimSpace(s), err
	})
}

// Email is one address.
func Email(id string, into *string, label Words) *Field {
	return field("email", id, into, label, textSchema, func(value any) (string, error) {
		s, err := text(value)
		if err != nil {
			return "", err
		}
		s = strings.TrimSpace(s)
		if _, err := mail.ParseAddress(s); err != nil {
			return "", mismatch(Label("is not an e-mail address", "não é um endereço de e-mail"))
		}
		return s, nil
	})
}

// Date is a time as RFC 3339 writes it.
func Date(id string, into *time.Time, label Words) *Field {
	return field("date", id, into, label, textSchema, func(value any) (time.Time, error) {
		s, err := text(value)
		if err != nil {
			return time.Time{}, err
		}
		t, err := time.Parse(time.RFC3339, strings.TrimSpace(s))
		if err != nil {
			s = fmt.Sprintf("%.40q", s)
			err = mismatch(Label(s+" is not a time such as 2026-12-24T09:00:00-03:00", s+" não é uma data e hora como 2026-12-24T09:00:00-03:00"))
		}
		return t, err
	})
}

// Expression is the source of an expression.
func Expression(id string, into *string, label Words) *Field {
	f := textField("expression", id, into, label)
	f.mode = ModeExpression
	return f
}

// Condition is an expression that is true or false.
func Condition(id string, into *string, label Words) *Field {
	f := textField("condition", id, into, label)
	f.mode = ModeExpression
	return f
}

// Select is one of some texts.
func Select(id string, into *string, label Words, options ...Choice) *Field {
	return textField("select", id, into, label).Options(options...)
}

// Number takes numbers, also written as text.
func Number(id string, into *float64, label Words) *Field {
	return field("number", id, into, label, numberSchema, number)
}

// Int takes whole numbers, also written as text.
func Int(id string, into *int, label Words) *Field {
	return field("number", id, into, label, intSchema, func(value any) (int, error) {
		n, err := number(value)
		if err != nil {
			return 0, err
		}
		if n != math.Trunc(n) || math.Abs(n) >= 1<<53 {
			return 0, mismatch(Label("must be a whole number", "deve ser um número inteiro"))
		}
		return int(n), nil
	})
}

// Bool takes true and false, also written as text.
func Bool(id string, into *bool, label Words) *Field {
	return field("bool", id, into, label, boolSchema, func(value any) (bool, error) {
		switch v := value.(type) {
		case bool:
			return v, nil
		case string:
			if b, err := strconv.ParseBool(strings.TrimSpace(v)); err == nil {
				return b, nil
			}
		}
		return false, mismatch(Label("must be true or false", "deve ser verdadeiro ou falso"))
	})
}

// Duration is a text such as 1h30m, also with days.
func Duration(id string, into *time.Duration, label Words) *Field {
	return field("duration", id, into, label, textSchema, func(value any) (time.Duration, error) {
		s, err := text(value)
		if err != nil {
			return 0, err
		}
		return ParseDuration(s)
	})
}

// List is a list of any values; a single one becomes a list of one.
func List(id string, into *[]any, label Words) *Field {
	return field("list", id, into, label, listSchema, func(value any) ([]any, error) {
		if list, ok := value.([]any); ok {
			return list, nil
		}
		return []any{value}, nil
	})
}

// Texts is a list of texts; a text with commas gives several.
func Texts(id string, into *[]string, label Words) *Field {
	return field("list", id, into, label, textsSchema, func(value any) ([]string, error) {
		list, ok := value.([]any)
		if !ok {
			s, err := text(value)
			if err != nil {
				return nil, err
			}
			list = betweenCommas(s)
		}
		var out []string
		for _, element := range list {
			s, err := text(element)
			if err != nil {
				return nil, err
			}
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
		return out, nil
	})
}

// betweenCommas splits a text at its commas, but for those in an element that begins with a
// quote, up to the next one: a name before an address may hold one.
func betweenCommas(text string) []any {
	var parts []any
	from, quoted := 0, false
	for i := range len(text) {
		switch text[i] {
		case '"':
			begins := strings.TrimSpace(text[from:i]) == "" && strings.Contains(text[i+1:], `"`)
			quoted = begins && !quoted
		case ',':
			if !quoted {
				parts, from = append(parts, text[from:i]), i+1
			}
		}
	}
	return append(parts, text[from:])
}

// Map has text keys and any values.
func Map(id string, into *map[string]any, label Words) *Field {
	return field("map", id, into, label, mapSchema, func(value any) (map[string]any, error) {
		m, ok := value.(map[string]any)
		if !ok {
			return nil, mismatch(Label("must be an object", "deve ser um objeto"))
		}
		return m, nil
	})
}

// Group is an object with fields of its own; into tells whether it is there.
func Group(id string, into *bool, label Words, inner ...*Field) *Field {
	f := field("group", id, into, label, mapSchema, func(value any) (bool, error) {
		if _, ok := value.(map[string]any); !ok {
			return false, mismatch(Label("must be an object", "deve ser um objeto"))
		}
		return true, nil
	})
	f.inner = inner
	reset := f.clear
	f.clear = func() {
		reset()
		f.inner.Fill(nil)
	}
	return f
}

// JSON is any value.
func JSON(id string, into *any, label Words) *Field {
	return field("json", id, into, label, anySchema, func(value any) (any, error) { return value, nil })
}

func text(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int, int64, bool:
		return fmt.Sprint(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", mismatch(Label("must be a text", "deve ser um texto"))
}

func number(value any) (float64, error) {
	switch v := value.(type) {
	case int:
		return float64(v), nil
	case float64:
		return v, nil
	case json.Number:
		return v.Float64()
	case string:
		if n, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n, nil
		}
	}
	return 0, mismatch(Label("must be a number", "deve ser um número"))
}

// ParseDuration reads 100ms, 5s, 2h, 30d and joined ones such as 1h30m, in whole
// milliseconds. It must not be negative.
func ParseDuration(s string) (time.Duration, error) {
	bad := mismatch(Label(fmt.Sprintf("%q is not a duration such as 30s, 2h or 30d", s), fmt.Sprintf("%q não é uma duração como 30s, 2h ou 30d", s)))
	rest, total := strings.TrimSpace(s), time.Duration(0)
	if rest == "" {
		return 0, bad
	}
	for rest != "" {
		n := 0
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		amount, err := strconv.ParseFloat(rest[:n], 64)
		if err != nil {
			return 0, bad
		}
		unit, size := unitOf(rest[n:])
		if unit == 0 {
			return 0, bad
		}
		if total += time.Duration(amount * float64(unit)); amount*float64(unit) > math.MaxInt64/2 || total < 0 {
			return 0, mismatch(Label(fmt.Sprintf("%q is longer than 53375d", s), fmt.Sprintf("%q é mais longo que 53375d", s)))
		}
		rest = rest[n+size:]
	}
	return total.Truncate(time.Millisecond), nil
}

func unitOf(s string) (time.Duration, int) {
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}} {
		if strings.HasPrefix(s, u.name) {
			return u.unit, len(u.name)
		}
	}
	return 0, 0
}

// Description is a field as the editor and the documentation see it.
type Description struct {
	ID          string         `json:"id" doc:"name of its member in the step's with or the trigger's settings"`
	Kind        string         `json:"type" enum:"text,longtext,url,email,phone,date,select,multiselect,secret,number,money,duration,bool,list,map,group,json,code,expression,condition,notice" doc:"kind of field, which says what its value may be"`
	Label       Words          `json:"label" doc:"its name on the screen"`
	Help        *Words         `json:"help,omitempty" doc:"what it is for"`
	Example     string         `json:"example,omitempty" doc:"a value that it could have"`
	Placeholder string         `json:"placeholder,omitempty" doc:"shown in the empty field"`
	Required    bool           `json:"required,omitempty" doc:"must be set"`
	Advanced    bool           `json:"advanced,omitempty" doc:"shown only when asked for"`
	Literal     bool           `json:"literal,omitempty" doc:"holds no template: {{ stands for itself"`
	Default     any            `json:"default,omitempty" doc:"its value when it is left out"`
	Min         *float64       `json:"min,omitempty" doc:"least value; of a text its least length in characters"`
	Max         *float64       `json:"max,omitempty" doc:"greatest value; of a text its greatest length in characters"`
	Pattern     string         `json:"pattern,omitempty" doc:"regular expression that its text must match"`
	Day         bool           `json:"day,omitempty" doc:"of a date: a day of the calendar, such as 2026-12-31; without it a moment"`
	Decimals    int            `json:"decimals,omitempty" doc:"digits after the point that the number is shown with"`
	SMS         bool           `json:"sms,omitempty" doc:"the text is sent as SMS, of which it may need several"`
	Options     []Choice       `json:"options,omitempty" doc:"what it may be, where that is a closed set"`
	ShowIf      string         `json:"show_if,omitempty" doc:"condition on other fields, as field=value; shown only while it holds"`
	OneOf       string         `json:"one_of,omitempty" doc:"at most one field with this word may be set"`
	AnyOf       string         `json:"any_of,omitempty" doc:"at least one field with this word must be set"`
	Custom      bool           `json:"custom,omitempty" doc:"a value that is not among the options is taken too"`
	Addresses   bool           `json:"addresses,omitempty" doc:"holds e-mail addresses"`
	Expect      string         `json:"expect,omitempty" enum:"list" doc:"what an expression must give"`
	Live        bool           `json:"live,omitempty" doc:"the options are read from the provider"`
	Needs       []string       `json:"needs,omitempty" doc:"fields to fill in before the options can be read"`
	Schema      map[string]any `json:"schema,omitempty" doc:"JSON Schema of its value"`
	Fields      []Description  `json:"fields,omitempty" doc:"of a group: its members; of a list: those of each of its elements"`
}

// Describe gives all that a form needs to be drawn.
func (fs Fields) Describe() []Description {
	out := make([]Description, 0, len(fs))
	for _, f := range fs {
		d := Description{
			ID: f.id, Kind: f.kind, Label: f.label, Example: f.example, Placeholder: f.placeholder, Required: f.required,
			Advanced: f.advanced, Literal: f.mode == ModeLiteral, Default: f.def, Min: f.min, Max: f.max, Options: f.options, ShowIf: f.showIf, OneOf: f.group, AnyOf: f.among,
			Custom: f.custom, Addresses: f.addresses || f.kind == "email", Live: f.live != nil, Needs: f.live,
		}
		if !f.help.IsZero() {
			d.Help = &f.help
		}
		if f.list {
			d.Expect = "list"
		}
		if f.inner != nil {
			d.Fields = f.inner.Describe()
		}
		if f.pattern != nil {
			d.Pattern = f.pattern.String()
		}
		if f.each != nil {
			d.Fields = f.each.Describe()
		}
		d.Day, d.Decimals, d.SMS = f.day, f.decimals, f.sms
		out = append(out, d)
	}
	return out
}

// Schema is the JSON Schema of finished values; a template may stand in place of any.
func (fs Fields) Schema() map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range fs {
		s := maps.Clone(f.typ)
		if f.inner != nil {
			s = f.inner.Schema()
		}
		if s == nil {
			s = map[string]any{}
		}
		s["title"] = f.label.EN
		if !f.help.IsZero() {
			s["description"] = f.help.EN
		}
		if len(f.options) > 0 && !f.custom {
			values := []string{}
			for _, o := range f.options {
				values = append(values, o.Value)
			}
			s["enum"] = values
		}
		if f.required && f.def == nil && f.group == "" {
			required = append(required, f.id)
		}
		properties[f.id] = s
	}
	slices.Sort(required)
	schema := map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
	if rules := fs.anyRules(); len(rules) > 0 {
		schema["allOf"] = rules
	}
	return schema
}

// anyRules are the rules of fields of which at least one must be set.
func (fs Fields) anyRules() []any {
	var rules []any
	at := map[string]int{}
	for _, f := range fs {
		if f.among == "" {
			continue
		}
		if _, ok := at[f.among]; !ok {
			at[f.among] = len(rules)
			rules = append(rules, map[string]any{"anyOf": []any{}})
		}
		rule := rules[at[f.among]].(map[string]any)
		rule["anyOf"] = append(rule["anyOf"].([]any), map[string]any{"required": []string{f.id}})
	}
	return rules
}
