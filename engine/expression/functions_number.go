package expression

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/form"
)

var numberFunctions = []Function{
	{Name: "number_br", in: "x value", Returns: "number", Doc: form.Label("A number written as in Brazil.", "Um número escrito como no Brasil."), Examples: example(`number_br("1.234,56")`, 1234.56), run: numberBR},
	{Name: "cents", in: "amount value", Returns: "integer", Doc: form.Label("An amount as whole cents.", "Um valor em centavos inteiros."), Examples: example(`cents(19.9)`, 1990), run: func(_ *evaluation, a []any) (any, error) { return minor(a[0], 2) }},
	{Name: "brl", in: "amount value", Returns: "text", Doc: form.Label("An amount in reais.", "Um valor em reais."), Examples: example(`brl(1199.9)`, "R$ 1.199,90"), run: func(_ *evaluation, a []any) (any, error) { return money(a[0], "BRL") }},
	{Name: "money", in: "amount value, currency text", Returns: "text", Doc: form.Label("An amount with its currency.", "Um valor com a moeda."), Examples: example(`money(1199.9, "USD")`, "USD 1,199.90"), run: func(_ *evaluation, a []any) (any, error) {
		return money(a[0], strings.ToUpper(a[1].(string)))
	}},
}

// builtinNumbers are the language's own functions on numbers.
var builtinNumbers = []Function{
	{Name: "abs", in: "x number", Returns: "number", Doc: form.Label("The number without its sign.", "O número sem o sinal."), Examples: example(`abs(-2)`, 2), run: func(e *evaluation, a []any) (any, error) {
		if n, ok := a[0].(int); ok {
			return sign(e, []any{n, n < 0})
		}
		return math.Abs(a[0].(float64)), nil
	}},
	{Name: "ceil", in: "x number", Returns: "number", Doc: form.Label("The next whole number above.", "O próximo número inteiro acima."), Examples: example(`ceil(1.2)`, 2.0), run: rounded(math.Ceil)},
	{Name: "floor", in: "x number", Returns: "number", Doc: form.Label("The next whole number below.", "O próximo número inteiro abaixo."), Examples: example(`floor(1.8)`, 1.0), run: rounded(math.Floor)},
	{Name: "round", in: "x number, digits? integer", Returns: "number", Doc: form.Label("The nearest number with so many digits after the point.", "O número mais próximo com tantas casas decimais."), Examples: example(`round(2.345, 1)`, 2.3), run: round},
	{Name: "int", in: "x value", Returns: "integer", Doc: form.Label("A whole number, read from a text or cut from a number.", "Um número inteiro, lido de um texto ou cortado de um número."), Examples: example(`int("42")`, 42), run: toInt},
	{Name: "float", in: "x value", Returns: "number", Doc: form.Label("A number, read from a text.", "Um número, lido de um texto."), Examples: example(`float("1.5")`, 1.5), run: toFloat},
	{Name: "min", in: "x… value", Returns: "number", Doc: form.Label("The smallest of numbers, or of a list.", "O menor dos números, ou de uma lista."), Examples: example(`min(2, 1, 3)`, 1), run: extreme(-1)},
	{Name: "max", in: "x… value", Returns: "number", Doc: form.Label("The greatest of numbers, or of a list.", "O maior dos números, ou de uma lista."), Examples: example(`max([2, 1, 3])`, 3), run: extreme(1)},
	{Name: "mean", in: "x… value", Returns: "number", Doc: form.Label("The average.", "A média."), Examples: example(`mean([1, 2])`, 1.5), run: mean},
	{Name: "median", in: "x… value", Returns: "number", Doc: form.Label("The middle value.", "A mediana."), Examples: example(`median([3, 1, 2])`, 2), run: median},
}

func numberBR(_ *evaluation, args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok {
		_, _, err := numbers([]any{args[0], 0})
		return args[0], err
	}
	if len(s) > mostDigits {
		return nil, errTooBigNumber
	}
	plain := strings.NewReplacer("R$", "", " ", "", "\u00a0", "", ".", "", ",", ".").Replace(s)
	value := Number(plain)
	if _, isText := value.(string); isText || plain == "" || otherPoints.MatchString(s) || strings.Trim(plain, "+-0123456789.") != "" {
		return nil, wrongf("%q is not a number as written in Brazil, such as 1.234,56", "%q não é um número como 1.234,56", short(s))
	}
	return value, nil
}

// otherPoints are those that part no thousands: the text is not written as in Brazil.
var otherPoints = regexp.MustCompile(`,.*\.|\.(\d{0,2}(\D|$)|\d{4})`)

// mostDigits is how long a text may be that is read as a number.
const mostDigits = 400

// short is a text that an error may hold.
func short(s string) string {
	if r := []rune(s[:min(len(s), 200)]); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// minor is an amount in the smallest unit of a currency with so many decimals, rounded half
// away from zero. It works on the decimal digits, so that no cent is lost.
func minor(value any, decimals int) (int, error) {
	var digits string
	switch v := value.(type) {
	case int:
		digits = strconv.Itoa(v)
	case float64:
		digits = strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		if digits = strings.TrimSpace(v); len(digits) > mostDigits {
			return 0, errTooBigNumber
		}
		if _, err := strconv.ParseFloat(digits, 64); err != nil || strings.ContainsAny(digits, "eExXnNiI_") {
			return 0, wrongf("%q is not an amount such as 19.90", "%q não é um valor como 19.90", short(v))
		}
	default:
		return 0, wrongf("an amount must be a number, not %s", "o valor deve ser um número, não %s", KindOf(value))
	}
	negative := strings.HasPrefix(digits, "-")
	whole, fraction, _ := strings.Cut(strings.TrimLeft(digits, "+-"), ".")
	fraction += strings.Repeat("0", decimals+1)
	n, err := strconv.Atoi("0" + whole + fraction[:decimals])
	if err != nil || n == math.MaxInt {
		return 0, wrongf("the amount is too big", "o valor é grande demais")
	}
	if fraction[decimals] >= '5' {
		n++
	}
	if negative {
		n = -n
	}
	return n, nil
}

// money writes an amount as its currency is written; ISO 4217 says which have no decimals.
func money(value any, currency string) (any, error) {
	decimals := 2
	if slices.Contains([]string{"CLP", "JPY", "KRW", "PYG", "VND"}, currency) {
		decimals = 0
	}
	n, err := minor(value, decimals)
	if err != nil {
		return nil, err
	}
	thousands, point, before := ",", ".", currency+" "
	if currency == "BRL" {
		thousands, point, before = ".", ",", "R$ "
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	unit := int(math.Pow10(decimals))
	whole := strconv.Itoa(n / unit)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + thousands + whole[i:]
	}
	if decimals > 0 {
		whole += point + fmt.Sprintf("%0*d", decimals, n%unit)
	}
	return before + sign + whole, nil
}

func rounded(f func(float64) float64) func(*evaluation, []any) (any, error) {
	return func(_ *evaluation, args []any) (any, error) {
		if n, ok := args[0].(int); ok {
			return n, nil
		}
		return f(args[0].(float64)), nil
	}
}

func round(_ *evaluation, args []any) (any, error) {
	digits, _ := args[1].(int)
	if digits < 0 || digits > 12 {
		return nil, wrongf("digits must be 0 to 12", "as casas decimais vão de 0 a 12")
	}
	f, ok := args[0].(float64)
	if !ok {
		return args[0], nil // a whole number is round
	}
	if digits == 0 || math.Abs(f) > 1e15 {
		return math.Round(f), nil
	}
	n, err := minor(f, digits)
	if err != nil {
		return f, nil //nolint:nilerr // it has no more digits than that
	}
	return strconv.ParseFloat(strconv.Itoa(n)+"e-"+strconv.Itoa(digits), 64)
}

func toInt(_ *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case int:
		return v, nil
	case float64:
		if math.Abs(v) < 1<<63 {
			return int(v), nil
		}
	case string:
		if len(v) > mostDigits {
			return nil, errTooBigNumber
		}
		if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
			return n, nil
		}
		return nil, wrongf("%q is not a whole number", "%q não é um número inteiro", short(v))
	default:
		return nil, wrongf("%s is not a whole number", "%s não é um número inteiro", KindOf(v))
	}
	return nil, errTooBigNumber
}

func toFloat(_ *evaluation, args []any) (any, error) {
	switch v := args[0].(type) {
	case int:
		return float64(v), nil
	case float64:
		return v, nil
	case string:
		if len(v) > mostDigits {
			return nil, errTooBigNumber
		}
		if f, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil && !strings.ContainsAny(v, "xXpP_") && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, nil
		}
		if strings.Contains(v, ",") {
			return nil, wrongf("%q is not a number; number_br(…) reads one such as 1.234,56", "%q não é um número; number_br(…) lê um como 1.234,56", short(v))
		}
		return nil, wrongf("%q is not a number", "%q não é um número", short(v))
	}
	return nil, wrongf("%s is not a number", "%s não é um número", KindOf(args[0]))
}

// all numbers of the arguments, which are numbers or lists of them.
func gather(e *evaluation, args []any) ([]any, error) {
	list, err := flatten(e, nil, args, 0)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, wrongf("needs at least one number", "precisa de pelo menos um número")
	}
	for _, v := range list {
		if _, _, err := numbers([]any{v, 0}); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func extreme(turn int) func(*evaluation, []any) (any, error) {
	return func(e *evaluation, args []any) (any, error) {
		list, err := gather(e, args)
		if err != nil {
			return nil, err
		}
		best := list[0]
		for _, v := range list[1:] {
			c, err := e.compare(v, best)
			if err != nil {
				return nil, err
			}
			if c*turn > 0 {
				best = v
			}
		}
		return best, nil
	}
}

func mean(e *evaluation, args []any) (any, error) {
	list, err := gather(e, args)
	if err != nil {
		return nil, err
	}
	total, err := sum(e, list)
	if err != nil {
		return nil, err
	}
	return divide(e, []any{total, len(list)})
}

func median(e *evaluation, args []any) (any, error) {
	list, err := gather(e, args)
	if err != nil {
		return nil, err
	}
	if err := e.sort(list, nil, func(v any) any { return v }); err != nil {
		return nil, err
	}
	low, high := list[(len(list)-1)/2], list[len(list)/2]
	if len(list)%2 == 1 {
		return low, nil
	}
	x, y, err := numbers([]any{low, high})
	if total, errSum := plus(e, []any{low, high}); errSum == nil {
		return divide(e, []any{total, 2})
	}
	return x/2 + y/2, err
}
