package expression

import "strconv"

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
	case nil:
		if e != nil {
			return "", missingOperand{0}
		}
	case int:
		return strconv.Itoa(v), nil
	case float64:
		if v == 0 {
			return "0", nil // without a sign
		}
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool:
		return strconv.FormatBool(v), nil
	}
	out, err := e.appendJSON(nil, value, 0)
	return string(out), err
}
