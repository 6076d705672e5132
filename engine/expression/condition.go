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
	As       string      `json:"as,omitempty" enum:"number,number_br" doc:"a text is read as a number first: as 1234.56, or number_br as 1.234,56"`
	Operator string      `json:"operator,omitempty" enum:"equals,not_equals,alike,not_alike,greater,at_least,less,at_most,contains,not_contains,starts_with,ends_with,matches,one_of,not_one_of,is_true,is_false,exists,missing"`
	Value    any         `json:"value,omitempty" doc:"text, number or boolean; a list of them for one_of and not_one_of; alike leaves case and accents out; none for is_true, is_false, exists and missing"`
}

// rowForm is how a row is written: the field, the operator of the language, the value.
type rowForm struct {
	name, operator string
	value          string // that the operator has by itself
	not, list      bool
	plain          bool // both sides without case and accents
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
var readers = map[string]string{"number": "float", "number_br": "number_br"}

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
	if c.All != nil && c.Any != nil || c.Field != "" || c.As != "" || c.Operator != "" {
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
	if i < 0 {
		return "", conditionError("choose an operator for "+c.Field, "escolha um operador para "+c.Field)
	}
	r := rowForms[i]
	value := r.value
	if value == "" {
		var err error
		if value, err = literal(c.Value, r.list); err != nil {
			return "", err
		}
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
	text := field + " " + r.operator + " " + value
	if r.not {
		text = "not (" + text + ")"
	}
	return text, nil
}

// operand is the field, read as a row says.
func (c *Condition) operand() (string, error) {
	if c.As == "" {
		return c.Field, nil
	}
	if readers[c.As] == "" {
		return "", conditionError(c.Field+" can be read as number or number_br", c.Field+" pode ser lido como number ou number_br")
	}
	return readers[c.As] + "(" + c.Field + ")", nil
}

// argumentOf is what a function of one argument is called with; nil where it is not that.
func argumentOf(n ast.Node, function string) ast.Node {
	call, ok := n.(*ast.CallNode)
	if !ok || len(call.Arguments) != 1 {
		return nil
	}
	if name, ok := call.Callee.(*ast.IdentifierNode); !ok || name.Value != function {
		return nil
	}
	return call.Arguments[0]
}

// operandOf is a field, and as what it is read; "" where it is none.
func operandOf(n ast.Node) (field, as string) {
	if _, call := n.(*ast.CallNode); !call {
		return chainOf(n), ""
	}
	for as, reader := range readers {
		if x := argumentOf(n, reader); x != nil {
			return chainOf(x), as
		}
	}
	return "", ""
}

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
	if field := chainOf(n); field != "" { // what is asked for yes or no
		return Condition{Field: field, Operator: "is_true"}, strings.Contains(field, ".")
	}
	not := false
	if x, ok := n.(*ast.UnaryNode); ok && (x.Operator == "not" || x.Operator == "!") {
		n, not = x.Node, true
	}
	x, ok := n.(*ast.BinaryNode)
	if !ok {
		return Condition{}, false
	}
	left, right := x.Left, x.Right
	a, b := argumentOf(left, plainer), argumentOf(right, plainer)
	plain := a != nil && b != nil
	if plain {
		left, right = a, b
	}
	field, as := operandOf(left)
	if _, text := right.(*ast.StringNode); field == "" || plain && (!text || as != "") {
		return Condition{}, false
	}
	for _, r := range rowForms {
		if r.operator != x.Operator || r.not != not || r.plain != plain {
			continue
		}
		if r.value != "" {
			if right.String() == r.value {
				return Condition{Field: field, As: as, Operator: r.name}, true
			}
			continue
		}
		value, ok := valueOf(right)
		if _, list := value.([]any); !ok || list != r.list {
			continue
		}
		return Condition{Field: field, As: as, Operator: r.name, Value: value}, true
	}
	return Condition{}, false
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
		Value json.RawMessage `json:"value"`
	}{plain: (*plain)(c)}
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("condition: %w", err)
	}
	if len(raw.Value) == 0 {
		return nil
	}
	value, err := Decode(raw.Value)
	if err != nil {
		return errors.Join(errors.New("condition: value"), err)
	}
	c.Value = value
	return nil
}
