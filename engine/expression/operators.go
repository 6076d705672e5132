package expression

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"gancho/engine/form"
)

// fault is an error in both languages.
type fault struct{ words form.Words }

func (f fault) Error() string { return f.words.EN }

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
	"__key":      func(e *evaluation, args []any) (any, error) { return e.text(args[0]) },
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
	"__power":    arithmetic(nil, math.Pow),
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
		return memberOf(args[0], key), nil
	case int:
		if list, ok := args[0].([]any); ok {
			return elementOf(list, key), nil
		}
		if s, ok := args[0].(string); ok {
			return letters(e, s, key, key+1)
		}
		return nil, nil
	case nil:
		return nil, nil
	}
	return nil, wrongf("%s is no name and no index", "%s não é um nome nem um índice", kindOf(args[1]))
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
	return nil, wrongf("[:] takes a list or a text, not %s", "[:] aceita uma lista ou um texto, não %s", kindOf(args[0]))
}

func bound(value any, none int) (int, error) {
	switch v := value.(type) {
	case nil:
		return none, nil
	case int:
		return v, nil
	}
	return 0, wrongf("[:] takes whole numbers, not %s", "[:] aceita números inteiros, não %s", kindOf(value))
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

func letters(e *evaluation, s string, from, to int) (any, error) {
	if err := e.take(4 * len(s)); err != nil {
		return nil, err
	}
	r := []rune(s)
	from, to = clip(from, to, len(r))
	return string(r[from:to]), nil
}

// truth is a value as yes or no. What is missing is no in a condition.
func (e *evaluation) truth(value any, condition bool) (any, error) {
	if err := e.charge(1); err != nil {
		return nil, err
	}
	switch v := value.(type) {
	case bool:
		return v, nil
	case nil:
		if condition {
			return false, nil
		}
		return nil, missingOperand{0}
	}
	return nil, wrongf("%s is neither true nor false; compare it with something", "%s não é verdadeiro nem falso; compare com algum valor", kindOf(value))
}

func test(e *evaluation, args []any) (any, error) {
	if err := e.charge(turnCost); err != nil {
		return nil, err
	}
	return e.truth(args[0], true)
}

// collection makes sure that what a loop goes over is a list.
func collection(e *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case []any:
		return v, e.charge(1 + len(v)/8)
	case nil:
		return nil, missingOperand{0}
	}
	return nil, wrongf("takes a list, not %s", "aceita uma lista, não %s", kindOf(args[0]))
}

// made charges a list or object that the source spells out.
func made(e *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case []any:
		return v, e.take(32 + 16*len(v))
	case map[string]any:
		return v, e.take(64 + 64*len(v))
	}
	return args[0], nil
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
	return nil, wrongf("%s has no sign; only a number has", "%s não tem sinal; só um número tem", kindOf(args[0]))
}

var (
	errTooBigNumber = wrongf("the number is too big", "o número é grande demais")
	errZero         = wrongf("a number cannot be divided by zero", "um número não pode ser dividido por zero")
)

// add is + on numbers, texts and lists of any length that the budget allows.
func add(e *evaluation, args []any) (any, error) {
	for i, a := range args {
		if a == nil {
			return nil, missingOperand{i}
		}
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
			"%s e %s não podem ser somados; escreva {{ }} lado a lado, ou string(…)", kindOf(args[0]), kindOf(args[1]))
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
			return 0, 0, wrongf("%s is no number", "%s não é um número", kindOf(v))
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
		"%s e %s não podem ser comparados por tamanho; float(…) lê um número de um texto", kindOf(a), kindOf(b))
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
		return ok && there, e.charge(1)
	case []any:
		return result(e.holds(c, args[0]))
	}
	return nil, wrongf("in takes a list or an object, not %s; a text has contains", "in aceita uma lista ou um objeto, não %s; para texto use contains", kindOf(args[1]))
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
			return nil, wrongf("%s takes two texts, not %s and %s; string(…) makes one", "%s recebe dois textos, não %s e %s; string(…) faz um", name, kindOf(args[0]), kindOf(args[1]))
		}
		if err := e.charge(1 + len(a)/64); err != nil {
			return nil, err
		}
		return f(a, b), nil
	}
}

func between(e *evaluation, args []any) (any, error) {
	for i, a := range args {
		if a == nil {
			return nil, missingOperand{i}
		}
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

// grouped makes an object of lists from pairs of element and key.
func grouped(e *evaluation, args []any) (any, error) {
	pairs := args[0].([]any)
	groups := map[string]any{}
	for _, p := range pairs {
		pair := p.([]any)
		if pair[1] == nil {
			return nil, missingOperand{1}
		}
		key, err := e.text(pair[1])
		if err != nil {
			return nil, err
		}
		if err := e.take(48); err != nil {
			return nil, err
		}
		list, _ := groups[key].([]any)
		groups[key] = append(list, pair[0])
	}
	return groups, nil
}

// sorted orders pairs of element and key by the key, and gives the elements.
func sorted(e *evaluation, args []any) (any, error) {
	pairs := slices.Clone(args[0].([]any))
	if err := e.take(32 * len(pairs)); err != nil {
		return nil, err
	}
	err := e.sort(pairs, args[1], func(v any) any { return v.([]any)[1] })
	if err != nil {
		return nil, err
	}
	list := make([]any, len(pairs))
	for i, p := range pairs {
		list[i] = p.([]any)[0]
	}
	return list, nil
}

// sort orders a list in place; equal elements keep their order.
func (e *evaluation) sort(list []any, order any, key func(any) any) (err error) {
	turn := 1
	switch order {
	case nil, "asc":
	case "desc":
		turn = -1
	default:
		return wrongf("the order is asc or desc", "a ordem é asc ou desc")
	}
	for _, v := range list {
		if key(v) == nil {
			return missingOperand{1}
		}
	}
	defer func() {
		if r := recover(); r != nil {
			stop, ok := r.(stopSort)
			if !ok {
				panic(r)
			}
			err = stop.err
		}
	}()
	slices.SortStableFunc(list, func(a, b any) int {
		c, err := e.compare(key(a), key(b))
		if err != nil {
			panic(stopSort{err})
		}
		return c * turn
	})
	return nil
}

// stopSort leaves a sort that cannot go on.
type stopSort struct{ err error }

func sum(e *evaluation, list []any) (any, error) {
	var total any = 0
	for i, v := range list {
		if v == nil {
			return nil, missingOperand{min(i, 1)}
		}
		var err error
		if total, err = plus(e, []any{total, v}); err != nil {
			return nil, err
		}
	}
	return total, nil
}
