package expression

import (
	"math"
	"math/big"
	"strings"
)

// equal compares values; 1 equals 1.0, and nothing is converted otherwise.
func (e *evaluation) equal(a, b any, depth int) (bool, error) {
	if err := e.charge(1); err != nil {
		return false, err
	}
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		if !ok || len(x) != len(y) {
			return false, nil
		}
		return x == y, e.charge(len(x) / 256)
	case int:
		switch y := b.(type) {
		case int:
			return x == y, nil
		case float64:
			return sameNumber(x, y), nil
		}
		return false, nil
	case float64:
		switch y := b.(type) {
		case float64:
			return x == y, nil
		case int:
			return sameNumber(y, x), nil
		}
		return false, nil
	case []any:
		y, ok := b.([]any)
		return e.equalLists(x, y, ok, depth)
	case map[string]any:
		y, ok := b.(map[string]any)
		return e.equalObjects(x, y, ok, depth)
	}
	return a == b, nil
}

func sameNumber(n int, f float64) bool {
	return f == math.Trunc(f) && math.Abs(f) < 1<<63 && int(f) == n
}

func (e *evaluation) equalLists(x, y []any, ok bool, depth int) (bool, error) {
	if !ok || len(x) != len(y) || depth > MaxDepth {
		return false, nil
	}
	for i := range x {
		if same, err := e.equal(x[i], y[i], depth+1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func (e *evaluation) equalObjects(x, y map[string]any, ok bool, depth int) (bool, error) {
	if !ok || len(x) != len(y) || depth > MaxDepth {
		return false, nil
	}
	for name, value := range x {
		if err := e.charge(len(name) / 16); err != nil {
			return false, err
		}
		other, there := y[name]
		if !there {
			return false, nil
		}
		if same, err := e.equal(value, other, depth+1); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func ordered(holds func(int) bool) func(*evaluation, []any) (any, error) {
	return func(e *evaluation, args []any) (any, error) {
		c, err := e.compare(args[0], args[1])
		if err != nil {
			return nil, err
		}
		return holds(c), nil
	}
}

// compare orders two numbers, or two texts.
func (e *evaluation) compare(a, b any) (int, error) {
	if err := e.charge(1); err != nil {
		return 0, err
	}
	switch x := a.(type) {
	case nil:
		return 0, missingOperand{0}
	case int:
		if y, ok := b.(int); ok {
			return cmpOf(x, y), nil
		}
		if y, ok := b.(float64); ok {
			return compareExact(x, y), nil
		}
	case float64:
		if y, ok := b.(int); ok {
			return -compareExact(y, x), nil
		}
		if y, ok := b.(float64); ok {
			return cmpOf(x, y), nil
		}
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), e.charge(min(len(x), len(y)) / 256)
		}
	}
	if b == nil {
		return 0, missingOperand{1}
	}
	return 0, wrongf("%s and %s cannot be compared by size; float(…) reads a number from a text",
		"%s e %s não podem ser comparados por tamanho; float(…) lê um número de um texto", KindOf(a), KindOf(b))
}

func cmpOf[T int | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compareExact compares without rounding the whole number.
func compareExact(n int, f float64) int {
	if n > -1<<53 && n < 1<<53 {
		return cmpOf(float64(n), f)
	}
	return new(big.Float).SetInt64(int64(n)).Cmp(big.NewFloat(f))
}

func in(e *evaluation, args []any) (any, error) {
	switch c := args[1].(type) {
	case nil:
		return false, nil
	case map[string]any:
		name, ok := args[0].(string)
		_, there := c[name]
		return ok && there, e.charge(1 + len(name)/16)
	case []any:
		return result(e.holds(c, args[0]))
	}
	return nil, wrongf("in takes a list or an object, not %s; a text has contains", "in aceita uma lista ou um objeto, não %s; para texto use contains", KindOf(args[1]))
}

func (e *evaluation) holds(list []any, value any) (bool, error) {
	for _, element := range list {
		if same, err := e.equal(value, element, 0); same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// ofTexts is an operator on two texts; what is missing answers false.
func ofTexts(name string, f func(a, b string) bool) func(*evaluation, []any) (any, error) {
	return func(e *evaluation, args []any) (any, error) {
		if args[0] == nil || args[1] == nil {
			return false, nil
		}
		a, aText := args[0].(string)
		b, bText := args[1].(string)
		if !aText || !bText {
			return nil, wrongf("%s takes two texts, not %s and %s; string(…) makes one", "%s recebe dois textos, não %s e %s; string(…) faz um", name, KindOf(args[0]), KindOf(args[1]))
		}
		if err := e.charge(1 + len(a)/64); err != nil {
			return nil, err
		}
		return f(a, b), nil
	}
}
