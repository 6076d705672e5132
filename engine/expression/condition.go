package expression

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/form"

	"github.com/expr-lang/expr/ast"
)

// Condition is what the visual builder shows: a group (All or Any, one of them not nil) or a
// row. Source and ConditionOf are each other's inverse, but for groups of one and groups of
// their own kind, which lose their brackets.
type Condition struct {
	All      []Condition `json:"all,omitzero" doc:"every one of them holds"`
	Any      []Condition `json:"any,omitzero" doc:"at least one of them holds"`
	Field    string      `json:"field,omitempty" doc:"path of a value, as trigger.body.total"`
	Default  any         `json:"default,omitempty" doc:"what stands for the field where it is missing: text, number, boolean or list"`
	As       string      `json:"as,omitempty" enum:"number,number_br,day" doc:"a text is read as a number first: as 1234.56, or number_br as 1.234,56; or a date as its day"`
	Operator string      `json:"operator,omitempty" enum:"equals,not_equals,alike,not_alike,greater,at_least,less,at_most,contains,not_contains,includes,not_includes,starts_with,ends_with,matches,one_of,not_one_of,last_days,next_days,days_ago,is_true,is_false,yes,no,exists,missing,filled,empty" doc:"how the value of the field is compared with value"`
	Value    any         `json:"value,omitempty" doc:"text, number or boolean; a list of them for one_of and not_one_of; includes asks whether a list holds it; alike leaves case and accents out; as a day, a date such as 2026-11-24; a number of days for last_days, next_days and days_ago; none for is_true and is_false, yes and no (whether it means yes, as true, 1 and sim do), exists and missing, filled and empty (missing too)"`
}

// rowForm is how a row is written: the field, the operator of the language, the value.
type rowForm struct {
	name, operator string
	value          string // that the operator has by itself
	not, list      bool
	plain          bool // both sides without case and accents
	turned         bool // the value stands first
}

var rowForms = []rowForm{
	{name: "exists", operator: "!=", value: "nil"},
	{name: "missing", operator: "==", value: "nil"},
	{name: "is_true", operator: "==", value: "true"},
	{name: "is_false", operator: "==", value: "false"},
	{name: "equals", operator: "=="},
	{name: "not_equals", operator: "!="},
	{name: "alike", operator: "==", plain: true},
	{name: "not_alike", operator: "!=", plain: true},
	{name: "greater", operator: ">"},
	{name: "at_least", operator: ">="},
	{name: "less", operator: "<"},
	{name: "at_most", operator: "<="},
	{name: "contains", operator: "contains"},
	{name: "not_contains", operator: "contains", not: true},
	{name: "includes", operator: "in", turned: true},
	{name: "not_includes", operator: "in", turned: true, not: true},
	{name: "starts_with", operator: "startsWith"},
	{name: "ends_with", operator: "endsWith"},
	{name: "matches", operator: "matches"},
	{name: "one_of", operator: "in", list: true},
	{name: "not_one_of", operator: "in", not: true, list: true},
}

const maxConditions = 200

// plainer is the function that leaves case and accents out.
const plainer = "slug"

// readers are the functions that read a field as something else.
var readers = map[string]string{"number": "float", "number_br": "number_br", "day": "start_of"}

// Source writes the condition as an expression. The error says what a person has to choose yet.
func (c *Condition) Source() (string, error) {
	n := 0
	return c.source(&n, 0)
}

func (c *Condition) source(n *int, depth int) (string, error) {
	if *n++; *n > maxConditions || depth > 16 {
		return "", conditionError("a condition has at most 200 rows", "uma condição tem no máximo 200 linhas")
	}
	if c.All == nil && c.Any == nil {
		return c.row()
	}
	if c.All != nil && c.Any != nil || c.Field != "" || c.As != "" || c.Operator != "" || c.Default != nil {
		return "", conditionError("a group has either all or any, and no field", "um grupo tem all ou any, e nenhum campo")
	}
	parts, word, empty := c.All, " and ", "true"
	if c.All == nil {
		parts, word, empty = c.Any, " or ", "false"
	}
	if len(parts) == 0 {
		return empty, nil
	}
	texts := make([]string, len(parts))
	for i := range parts {
		text, err := parts[i].source(n, depth+1)
		if err != nil {
			return "", err
		}
		if group := len(parts[i].All) + len(parts[i].Any); group > 1 && len(parts) > 1 {
			text = "(" + text + ")"
		}
		texts[i] = text
	}
	return strings.Join(texts, word), nil
}

func (c *Condition) row() (string, error) {
	i := slices.IndexFunc(rowForms, func(r rowForm) bool { return r.name == c.Operator })
	if c.Field == "" || !fieldOK(c.Field) {
		return "", conditionError("choose a field, such as trigger.body.total", "escolha um campo, como trigger.body.total")
	}
	if form, ok := daysForms[c.Operator]; ok {
		return c.days(form)
	}
	if form, ok := askedForms[c.Operator]; ok {
		return c.asked(form)
	}
	if i < 0 {
		return "", conditionError("choose an operator for "+c.Field, "escolha um operador para "+c.Field)
	}
	r := rowForms[i]
	value, err := c.value(r)
	if err != nil {
		return "", err
	}
	field, err := c.operand()
	if err != nil {
		return "", err
	}
	if _, text := c.Value.(string); r.plain && (!text || c.As != "") {
		return "", conditionError("only texts are alike: give one", "só textos se parecem: dê um")
	} else if r.plain {
		field, value = plainer+"("+field+")", plainer+"("+value+")"
	}
	if r.turned {
		field, value = value, field
	}
	text := field + " " + r.operator + " " + value
	if r.not {
		text = "not (" + text + ")"
	}
	return text, nil
}

func (c *Condition) value(r rowForm) (string, error) {
	if c.As == "day" && r.value != "nil" {
		return c.date(r)
	}
	if r.value != "" {
		return r.value, nil
	}
	return literal(c.Value, r.list)
}

// operand is the field, read as a row says, with what stands for it where it is missing.
func (c *Condition) operand() (string, error) {
	field, err := c.present()
	switch {
	case err != nil:
		return "", err
	case c.As == "day":
		return "start_of(" + field + `, "day")`, nil
	case c.As != "" && readers[c.As] == "":
		return "", conditionError(c.Field+" can be read as number, number_br or day", c.Field+" pode ser lido como number, number_br ou day")
	case c.As != "":
		return readers[c.As] + "(" + field + ")", nil
	case c.Default != nil:
		return "(" + field + ")", nil
	}
	return field, nil
}

// present is the field with what stands for it where it is missing.
func (c *Condition) present() (string, error) {
	if c.Default == nil {
		return c.Field, nil
	}
	_, list := c.Default.([]any)
	value, err := literal(c.Default, list)
	return c.Field + " ?? " + value, err
}

// argumentOf is the first thing that a function is called with, before these texts; nil where
// it is not that.
func argumentOf(n ast.Node, function string, texts ...string) ast.Node {
	call, ok := n.(*ast.CallNode)
	if !ok || !callsWith(call, function, 1+len(texts)) {
		return nil
	}
	for i, text := range texts {
		if given, ok := call.Arguments[1+i].(*ast.StringNode); !ok || given.Value != text {
			return nil
		}
	}
	return call.Arguments[0]
}

// operandOf is a row with a field, as what it is read, and what stands for it where it is
// missing; false where there is none.
func operandOf(n ast.Node) (Condition, bool) {
	c := Condition{}
	for as, reader := range readers {
		x := argumentOf(n, reader)
		if as == "day" {
			x = argumentOf(n, reader, as)
		}
		if x != nil {
			n, c.As = x, as
			break
		}
	}
	return c, c.read(n)
}

// read takes a field, and what stands for it where it is missing; false where there is none.
func (c *Condition) read(n ast.Node) bool {
	if x, ok := n.(*ast.BinaryNode); ok && x.Operator == "??" {
		value, ok := valueOf(x.Right)
		if !ok {
			return false
		}
		n, c.Default = x.Left, value
	}
	c.Field = chainOf(n)
	return c.Field != ""
}

// inside says that a field lies in something: a root alone is not yes or no.
func inside(field string) bool { return strings.Contains(field, ".") }

func fieldOK(source string) bool {
	tree, err := parse(source)
	return err == nil && chainOf(tree.Node) == source && source != ""
}

func conditionError(en, pt string) error {
	return &Error{Code: "condition", Message: form.Label(en, pt)}
}

// literal writes a value of a row.
func literal(value any, list bool) (string, error) {
	if list {
		elements, ok := value.([]any)
		if !ok {
			return "", conditionError("give a list of values", "dê uma lista de valores")
		}
		texts := make([]string, len(elements))
		for i, element := range elements {
			text, err := literal(element, false)
			if err != nil {
				return "", err
			}
			texts[i] = text
		}
		return "[" + strings.Join(texts, ", ") + "]", nil
	}
	switch v := value.(type) {
	case string:
		data, err := json.Marshal(v)
		return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u007f`, "\u007f").Replace(string(data)), err
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			break
		}
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text, nil
	}
	return "", conditionError("give a text, a number, or true or false", "dê um texto, um número, ou true ou false")
}

// ConditionOf reads an expression as the visual builder shows it; nil where it cannot.
func ConditionOf(source string) *Condition {
	if capped(strings.TrimSpace(source)) != nil {
		return nil
	}
	tree, err := parse(source)
	if err != nil {
		return nil
	}
	c, ok := conditionOf(tree.Node)
	if !ok {
		return nil
	}
	if c.All == nil && c.Any == nil {
		c = Condition{All: []Condition{c}}
	}
	return &c
}

func conditionOf(n ast.Node) (Condition, bool) {
	x, ok := n.(*ast.BinaryNode)
	if !ok || joins[x.Operator] == "" {
		return rowOf(n)
	}
	word := joins[x.Operator]
	var parts []Condition
	for _, side := range []ast.Node{x.Left, x.Right} {
		part, ok := conditionOf(side)
		if !ok {
			return part, false
		}
		switch {
		case word == "and" && part.All != nil:
			parts = append(parts, part.All...)
		case word == "or" && part.Any != nil:
			parts = append(parts, part.Any...)
		default:
			parts = append(parts, part)
		}
	}
	if word == "and" {
		return Condition{All: parts}, true
	}
	return Condition{Any: parts}, true
}

func rowOf(n ast.Node) (Condition, bool) {
	if c, ok := operandOf(n); ok && c.As == "" { // what is asked for yes or no
		c.Operator = "is_true"
		return c, inside(c.Field)
	}
	not := false
	if x, ok := n.(*ast.UnaryNode); ok && (x.Operator == "not" || x.Operator == "!") {
		n, not = x.Node, true
	}
	if c, ok := askedOf(n, not); ok {
		return c, true
	}
	x, ok := n.(*ast.BinaryNode)
	if !ok {
		return Condition{}, false
	}
	if c, ok := daysOf(x); ok && !not {
		return c, true
	}
	left, right := x.Left, x.Right
	a, b := argumentOf(left, plainer), argumentOf(right, plainer)
	plain := a != nil && b != nil
	if plain {
		left, right = a, b
	}
	_, turned := valueOf(left)
	if turned {
		left, right = right, left
	}
	row, ok := operandOf(left)
	if _, text := right.(*ast.StringNode); !ok || plain && (!text || row.As != "") {
		return Condition{}, false
	}
	for _, r := range rowForms {
		if r.operator == x.Operator && r.not == not && r.plain == plain && r.turned == turned && row.met(r, right) {
			return row, true
		}
	}
	return Condition{}, false
}

// met completes a row with its operator and value, if they are of this form.
func (c *Condition) met(r rowForm, right ast.Node) bool {
	if r.value != "" {
		c.Operator = r.name
		return right.String() == r.value
	}
	if c.As == "day" {
		right = argumentOf(right, "date")
	}
	value, ok := valueOf(right)
	if _, list := value.([]any); !ok || list != r.list || c.As == "day" && !isDay(r, value) {
		return false
	}
	c.Operator, c.Value = r.name, value
	return true
}

// valueOf is a value that is written out.
func valueOf(n ast.Node) (any, bool) {
	switch x := n.(type) {
	case *ast.StringNode:
		return x.Value, true
	case *ast.BoolNode:
		return x.Value, true
	case *ast.IntegerNode:
		return x.Value, true
	case *ast.FloatNode:
		return x.Value, true
	case *ast.UnaryNode:
		value, ok := valueOf(x.Node)
		if x.Operator != "-" || !ok {
			return nil, false
		}
		switch v := value.(type) {
		case int:
			return -v, true
		case float64:
			return -v, true
		}
	case *ast.ArrayNode:
		list := make([]any, len(x.Nodes))
		for i, element := range x.Nodes {
			value, ok := valueOf(element)
			if _, nested := value.([]any); !ok || nested {
				return nil, false
			}
			list[i] = value
		}
		return list, true
	}
	return nil, false
}

// ReadCondition reads what the visual builder sends.
func ReadCondition(data []byte) (*Condition, error) {
	c := new(Condition)
	if err := json.Unmarshal(data, c); err != nil {
		return nil, err
	}
	return c, nil
}

// UnmarshalJSON reads a condition with exact numbers.
func (c *Condition) UnmarshalJSON(data []byte) error {
	type plain Condition
	raw := struct {
		*plain
		Value   json.RawMessage `json:"value"`
		Default json.RawMessage `json:"default"`
	}{plain: (*plain)(c)}
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("condition: %w", err)
	}
	var err error
	if c.Value, err = decoded(raw.Value); err == nil {
		c.Default, err = decoded(raw.Default)
	}
	if err != nil {
		return errors.Join(errors.New("condition: value"), err)
	}
	return nil
}

func decoded(data json.RawMessage) (any, error) {
	if len(data) == 0 {
		return nil, nil //nolint:nilnil // no value is one
	}
	return Decode(data)
}
