package expression

import "github.com/expr-lang/expr/ast"

// Rows that a function answers are written as its call: present(x), not truthy(x).

// askedForm is how such a row is written.
type askedForm struct {
	function string
	not      bool
}

var askedForms = map[string]askedForm{
	"filled": {function: "present"}, "empty": {function: "present", not: true},
	"yes": {function: "truthy"}, "no": {function: "truthy", not: true},
}

func (c *Condition) asked(form askedForm) (string, error) {
	if c.As != "" {
		return "", conditionError(c.Field+" is asked about as it came: leave out how it is read", c.Field+" é visto como chegou: tire o modo de leitura")
	}
	field, err := c.present()
	if err != nil {
		return "", err
	}
	text := form.function + "(" + field + ")"
	if form.not {
		text = "not " + text
	}
	return text, nil
}

// askedOf is a row that a function answers, or one whose field is yes or no by itself; false
// where it is neither. What is missing is no.
func askedOf(n ast.Node, not bool) (Condition, bool) {
	c := Condition{}
	if not && c.read(n) && inside(c.Field) && c.Default == nil {
		c.Operator, c.Default = "is_false", false
		return c, true
	}
	for name, form := range askedForms {
		if x := argumentOf(n, form.function); x != nil && form.not == not {
			c = Condition{Operator: name}
			return c, c.read(x)
		}
	}
	return Condition{}, false
}
