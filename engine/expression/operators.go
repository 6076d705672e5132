package expression

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gancho/engine/form"
)

// fault is an error in both languages.
type fault struct{ words form.Words }

func (f fault) Error() string { return f.words.EN }

// Wrong is the error of a Scope's own function, in words for whoever wrote the expression.
func Wrong(words form.Words) error { return fault{words} }

// wrongf puts arguments that are words into each text in its language.
func wrongf(en, pt string, args ...any) error {
	inEN, inPT := slices.Clone(args), slices.Clone(args)
	for i, a := range args {
		if words, ok := a.(form.Words); ok {
			inEN[i], inPT[i] = words.EN, words.PT
		}
	}
	return fault{form.Label(fmt.Sprintf(en, inEN...), fmt.Sprintf(pt, inPT...))}
}

// inner are the functions that rewrite puts into programs. Their operands may be missing.
var inner = map[string]func(e *evaluation, args []any) (any, error){
	"__path": func(e *evaluation, args []any) (any, error) {
		return lookUp(e.scope.Values, e.program.all[args[0].(int)]), nil
	},
	"__member":   member,
	"__slice":    slice,
	"__truth":    func(e *evaluation, args []any) (any, error) { return e.truth(args[0], e.condition) },
	"__test":     test,
	"__turn":     func(e *evaluation, args []any) (any, error) { return args[0], e.charge(turnCost) },
	"__list":     collection,
	"__made":     made,
	"__key":      key,
	"__wait_url": waitURL,
	"__sum":      func(e *evaluation, args []any) (any, error) { return sum(e, args[0].([]any)) },
	"__group":    grouped,
	"__sort":     sorted,
	"__sign":     sign,
	"__add":      add,
	"__subtract": arithmetic(func(a, b int) (int, bool) { c := a - b; return c, (c < a) == (b > 0) }, func(a, b float64) float64 { return a - b }),
	"__multiply": arithmetic(multiply, func(a, b float64) float64 { return a * b }),
	"__divide":   divide,
	"__modulo":   modulo,
	"__power":    power,
	"__equal":    func(e *evaluation, args []any) (any, error) { return result(e.equal(args[0], args[1], 0)) },
	"__differ": func(e *evaluation, args []any) (any, error) {
		same, err := e.equal(args[0], args[1], 0)
		return !same, err
	},
	"__less":     ordered(func(c int) bool { return c < 0 }),
	"__more":     ordered(func(c int) bool { return c > 0 }),
	"__most":     ordered(func(c int) bool { return c <= 0 }),
	"__least":    ordered(func(c int) bool { return c >= 0 }),
	"__in":       in,
	"__contains": ofTexts("contains", strings.Contains),
	"__starts":   ofTexts("startsWith", strings.HasPrefix),
	"__ends":     ofTexts("endsWith", strings.HasSuffix),
	"__matches":  matches,
	"__range":    between,
}

func result(b bool, err error) (any, error) { return b, err }

func member(e *evaluation, args []any) (any, error) {
	switch key := args[1].(type) {
	case string:
		return memberOf(args[0], key), e.charge(len(key) / 16)
	case int:
		return letterOrElement(e, args[0], key)
	case nil:
		return nil, nil
	}
	return nil, wrongf("%s is no name and no index", "%s não é um nome nem um índice", KindOf(args[1]))
}

// letterOrElement counts from the end where the index is negative; nil past the ends.
func letterOrElement(e *evaluation, value any, index int) (any, error) {
	switch v := value.(type) {
	case []any:
		return elementOf(v, index), nil
	case string:
		return letterOf(v, index), e.charge(len(v) / 16)
	}
	return nil, nil
}

// slice cuts a list, or a text by its letters.
func slice(e *evaluation, args []any) (any, error) {
	from, err := bound(args[1], 0)
	if err != nil {
		return nil, err
	}
	to, err := bound(args[2], math.MaxInt32)
	if err != nil {
		return nil, err
	}
	switch v := args[0].(type) {
	case nil:
		return nil, missingOperand{0}
	case []any:
		from, to = clip(from, to, len(v))
		return v[from:to:to], nil
	case string:
		return letters(e, v, from, to)
	}
	return nil, wrongf("[:] takes a list or a text, not %s", "[:] aceita uma lista ou um texto, não %s", KindOf(args[0]))
}

func bound(value any, none int) (int, error) {
	switch v := value.(type) {
	case nil:
		return none, nil
	case int:
		return v, nil
	}
	return 0, wrongf("[:] takes whole numbers, not %s", "[:] aceita números inteiros, não %s", KindOf(value))
}

func clip(from, to, length int) (int, int) {
	if from < 0 {
		from += length
	}
	if to < 0 {
		to += length
	}
	from = min(max(from, 0), length)
	return from, min(max(to, from), length)
}

// letters cuts a text by its letters.
func letters(e *evaluation, s string, from, to int) (any, error) {
	if err := e.charge(1 + len(s)/16); err != nil {
		return nil, err
	}
	if from < 0 || to < 0 {
		from, to = clip(from, to, runes(s))
	}
	begin := offset(s, from)
	return s[begin : begin+offset(s[begin:], max(0, to-from))], nil
}

// offset is where a letter of a text begins, in bytes; its end where there are fewer.
func offset(s string, letter int) int {
	for i := range s {
		if letter--; letter < 0 {
			return i
		}
	}
	return len(s)
}

// made charges a list or object that the source spells out.
func made(e *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case []any:
		return v, e.take(32 + 16*len(v))
	case map[string]any:
		return v, e.take(objectBytes + 64*len(v))
	}
	return args[0], nil
}

// key is a name that an object is given by an expression.
func key(e *evaluation, args []any) (any, error) {
	name, err := e.text(args[0])
	if err != nil {
		return nil, err
	}
	return name, e.charge(len(name) / 16)
}

func waitURL(e *evaluation, args []any) (any, error) {
	id := ""
	if len(args) == 1 {
		id, _ = args[0].(string)
	}
	if id == "" || e.scope.WaitURL == nil {
		return nil, wrongf("run.wait_url takes the id of a wait step, in a run", "run.wait_url recebe o id de um passo de espera, em uma execução")
	}
	return e.scope.WaitURL(id)
}

func sign(e *evaluation, args []any) (any, error) {
	if err := e.charge(1); err != nil {
		return nil, err
	}
	minus := args[1].(bool)
	switch v := args[0].(type) {
	case nil:
		return nil, missingOperand{0}
	case int:
		if minus && v == math.MinInt {
			return nil, errTooBigNumber
		}
		if minus {
			return -v, nil
		}
		return v, nil
	case float64:
		if minus {
			return -v, nil
		}
		return v, nil
	}
	return nil, wrongf("%s has no sign; only a number has", "%s não tem sinal; só um número tem", KindOf(args[0]))
}

var (
	errTooBigNumber = wrongf("the number is too big", "o número é grande demais")
	errZero         = wrongf("a number cannot be divided by zero", "um número não pode ser dividido por zero")
)

// add is + on numbers, texts and lists of any length that the budget allows.
func add(e *evaluation, args []any) (any, error) {
	if i := slices.Index(args, nil); i >= 0 {
		return nil, missingOperand{i}
	}
	a, aText := args[0].(string)
	b, bText := args[1].(string)
	if aText && bText {
		if len(a)+len(b) > MaxOutput {
			return nil, errBytes
		}
		if err := e.take(len(a) + len(b)); err != nil {
			return nil, err
		}
		return a + b, nil
	}
	if aText || bText {
		return nil, wrongf("%s and %s cannot be added; write {{ }} holes side by side, or string(…)",
			"%s e %s não podem ser somados; escreva {{ }} lado a lado, ou string(…)", KindOf(args[0]), KindOf(args[1]))
	}
	return plus(e, args)
}

var plus = arithmetic(func(a, b int) (int, bool) { c := a + b; return c, (c > a) == (b > 0) }, func(a, b float64) float64 { return a + b })

func multiply(a, b int) (int, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	c := a * b
	return c, c/b == a && (a != -1 || b != math.MinInt) && (b != -1 || a != math.MinInt)
}

// arithmetic is exact on whole numbers and an error where they would not fit 64 bits.
func arithmetic(whole func(a, b int) (int, bool), fraction func(a, b float64) float64) func(*evaluation, []any) (any, error) {
	return func(e *evaluation, args []any) (any, error) {
		if err := e.charge(1); err != nil {
			return nil, err
		}
		a, aWhole := args[0].(int)
		b, bWhole := args[1].(int)
		if aWhole && bWhole && whole != nil {
			c, fits := whole(a, b)
			if !fits {
				return nil, errTooBigNumber
			}
			return c, nil
		}
		x, y, err := numbers(args)
		if err != nil {
			return nil, err
		}
		return finite(fraction(x, y))
	}
}

var inexactPower = arithmetic(nil, math.Pow)

// power is exact on whole numbers that fit 64 bits.
func power(e *evaluation, args []any) (any, error) {
	base, baseWhole := args[0].(int)
	n, nWhole := args[1].(int)
	if !baseWhole || !nWhole || n < 0 || n > 63 {
		return inexactPower(e, args)
	}
	product := 1
	for range n {
		next, fits := multiply(product, base)
		if !fits {
			return inexactPower(e, args)
		}
		product = next
	}
	return product, e.charge(1)
}

func finite(f float64) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errTooBigNumber
	}
	return f, nil
}

func numbers(args []any) (x, y float64, err error) {
	var pair [2]float64
	for i := range pair {
		switch v := args[i].(type) {
		case int:
			pair[i] = float64(v)
		case float64:
			pair[i] = v
		case nil:
			return 0, 0, missingOperand{i}
		case string:
			return 0, 0, wrongf("a text is no number; float(…) or number_br(…) reads one", "um texto não é um número; float(…) ou number_br(…) lê um")
		default:
			return 0, 0, wrongf("%s is no number", "%s não é um número", KindOf(v))
		}
	}
	return pair[0], pair[1], nil
}

func divide(e *evaluation, args []any) (any, error) {
	x, y, err := numbers(args)
	if err != nil {
		return nil, err
	}
	if y == 0 {
		return nil, errZero
	}
	if err := e.charge(1); err != nil {
		return nil, err
	}
	return finite(x / y)
}

func modulo(e *evaluation, args []any) (any, error) {
	if _, _, err := numbers(args); err != nil {
		return nil, err
	}
	a, aWhole := args[0].(int)
	b, bWhole := args[1].(int)
	if !aWhole || !bWhole {
		return nil, wrongf("%% takes whole numbers", "%% aceita números inteiros")
	}
	if b == 0 {
		return nil, errZero
	}
	if b == -1 {
		return 0, nil
	}
	return a % b, e.charge(1)
}

func between(e *evaluation, args []any) (any, error) {
	if i := slices.Index(args, nil); i >= 0 {
		return nil, missingOperand{i}
	}
	from, fromWhole := args[0].(int)
	to, toWhole := args[1].(int)
	if !fromWhole || !toWhole {
		return nil, wrongf(".. takes whole numbers", ".. recebe números inteiros")
	}
	if to < from {
		return []any{}, nil
	}
	n := uint(to) - uint(from)
	if n >= maxBytes/24 {
		return nil, errBytes
	}
	if err := e.take(24 * int(n+1)); err != nil {
		return nil, err
	}
	list := make([]any, n+1)
	for i := range list {
		list[i] = from + i
	}
	return list, nil
}
