package expression

import (
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
)

// Rows about dates go by the days of the flow's zone: start_of(x, "day") < date("2026-11-24").
// Those that count from now are written diff(x, now(), "days") in 0..6, for the last seven.

// maxDays is how many days a row may count.
const maxDays = 3660

// daysForm is how a row that counts days from now is written.
type daysForm struct {
	ahead bool // the date lies ahead
	since bool // so many days or more
}

var daysForms = map[string]daysForm{"last_days": {}, "next_days": {ahead: true}, "days_ago": {since: true}}

func (c *Condition) days(form daysForm) (string, error) {
	n, ok := c.Value.(int)
	if !ok || n < 1 || n > maxDays || c.As != "" {
		return "", conditionError("give a number of days, from 1 to 3660", "dê um número de dias, de 1 a 3660")
	}
	from, err := c.present()
	if err != nil {
		return "", err
	}
	to := "now()"
	if form.ahead {
		from, to = to, from
	}
	if form.since {
		return fmt.Sprintf(`diff(%s, %s, "days") >= %d`, from, to, n), nil
	}
	return fmt.Sprintf(`diff(%s, %s, "days") in 0..%d`, from, to, n-1), nil
}

// daysOf is a row that counts days from now; false where it is none.
func daysOf(x *ast.BinaryNode) (Condition, bool) {
	call, ok := x.Left.(*ast.CallNode)
	if !ok || !callsWith(call, "diff", 3) {
		return Condition{}, false
	}
	if unit, ok := call.Arguments[2].(*ast.StringNode); !ok || unit.Value != "days" {
		return Condition{}, false
	}
	c, form, field := Condition{}, daysForm{ahead: isNow(call.Arguments[0])}, call.Arguments[0]
	if form.ahead {
		field = call.Arguments[1]
	}
	last := x.Right
	switch span, ok := last.(*ast.BinaryNode); {
	case x.Operator == ">=":
		form.since = true
	case x.Operator == "in" && ok && span.Operator == ".." && isZero(span.Left):
		last = span.Right
	default:
		return c, false
	}
	n, ok := last.(*ast.IntegerNode)
	if !ok || !form.ahead && !isNow(call.Arguments[1]) || !c.read(field) {
		return c, false
	}
	c.Value = n.Value
	if !form.since {
		c.Value = n.Value + 1
	}
	for name, known := range daysForms {
		if known == form {
			c.Operator = name
		}
	}
	return c, c.Operator != "" && c.Value.(int) >= 1 && c.Value.(int) <= maxDays
}

func isNow(n ast.Node) bool {
	call, ok := n.(*ast.CallNode)
	return ok && callsWith(call, "now", 0)
}

func isZero(n ast.Node) bool {
	x, ok := n.(*ast.IntegerNode)
	return ok && x.Value == 0
}

func callsWith(x *ast.CallNode, function string, arguments int) bool {
	return calls(x, function) && len(x.Arguments) == arguments
}

// date is the day that a row compares with, as it is written.
func (c *Condition) date(r rowForm) (string, error) {
	if !isDay(r, c.Value) {
		return "", conditionError("give a date such as 2026-11-24, to compare with", "dê uma data como 2026-11-24, para comparar")
	}
	value, err := literal(c.Value, false)
	return "date(" + value + ")", err
}

// isDay says whether a row of this form can compare days with this value.
func isDay(r rowForm, value any) bool {
	text, ok := value.(string)
	_, err := time.Parse(time.DateOnly, text)
	return ok && err == nil && !r.plain && !r.turned && strings.ContainsAny(r.operator, "=<>")
}
