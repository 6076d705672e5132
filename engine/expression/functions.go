package expression

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"gancho/engine/form"

	"github.com/expr-lang/expr/vm/runtime"
)

// libraryBuiltins are those of expr-lang's own functions that are let through.
var libraryBuiltins = []string{
	"all", "any", "none", "one", "filter", "map", "count", "sum", "find", "findIndex", "findLast", "findLastIndex", "reduce",
	"sortBy", "sort", "groupBy", "len", "upper", "lower", "trim", "trimPrefix", "trimSuffix", "indexOf", "split",
	"min", "max", "mean", "median", "abs", "ceil", "floor", "round", "int", "float", "type", "values", "first", "last", "take",
	"reverse", "concat", "flatten", "uniq", "toBase64", "fromBase64",
}

// Function is one entry of the table of functions.
type Function struct {
	Name     string     `json:"name"`
	Doc      form.Words `json:"doc"`
	Examples []Example  `json:"examples"`

	scoped bool // the first argument is the evaluation
	run    func(args ...any) (any, error)
}

// Example of a function; it runs as a test.
type Example struct {
	Expression string `json:"expression"`
	Result     any    `json:"result"`
}

// functions by name, with the inner ones that rewrite puts into programs.
var functions = func() map[string]Function {
	m := map[string]Function{
		"__tick": {scoped: true, run: func(args ...any) (any, error) { return true, args[0].(*evaluation).tick() }},
		"__add":  {run: add},
		"__wait_url": {scoped: true, run: func(args ...any) (any, error) {
			return waitURL(args)
		}},
	}
	for _, f := range slices.Concat(textFunctions, numberFunctions, dateFunctions, dataFunctions) {
		m[f.Name] = f
	}
	return m
}()

// Functions is the table of our own functions, by name.
func Functions() []Function {
	var list []Function
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		if !strings.HasPrefix(name, "__") {
			list = append(list, functions[name])
		}
	}
	return list
}

// Names of all functions, the library's among them.
func Names() []string {
	names := slices.Clone(libraryBuiltins)
	for name := range functions {
		if !strings.HasPrefix(name, "__") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func waitURL(args []any) (any, error) {
	e := args[0].(*evaluation)
	if len(args) != 2 || e.scope.WaitURL == nil {
		return nil, errors.New("run.wait_url takes the id of a wait step, in a run")
	}
	id, ok := args[1].(string)
	if !ok {
		return nil, errors.New("run.wait_url takes the id of a wait step")
	}
	return e.scope.WaitURL(id)
}

// add is + that refuses what is missing, and text beyond what may leave an expression.
func add(args ...any) (any, error) {
	if args[0] == nil || args[1] == nil {
		return nil, &MissingError{}
	}
	a, aText := args[0].(string)
	b, bText := args[1].(string)
	if aText && bText && len(a)+len(b) > MaxOutput {
		return nil, errors.New("the text is over 1 MiB")
	}
	if aText != bText {
		return nil, fmt.Errorf("%s and %s cannot be added; write {{ }} holes side by side, or string(…)", kindOf(args[0]), kindOf(args[1]))
	}
	return runtime.Add(args[0], args[1]), nil
}

// arguments checks how many there are and that none of the first `needed` is missing.
func arguments(args []any, least, most int) error {
	if len(args) < least || len(args) > most {
		return fmt.Errorf("takes %d to %d arguments, not %d", least, most, len(args))
	}
	for _, a := range args[:least] {
		if a == nil {
			return &MissingError{}
		}
	}
	return nil
}

// ofText makes a function of one text.
func ofText(f func(string) (any, error)) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		if err := arguments(args, 1, 1); err != nil {
			return nil, err
		}
		return f(Text(args[0]))
	}
}

// ofTextAndInt makes a function of a text and a whole number.
func ofTextAndInt(f func(string, int) (any, error)) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		if err := arguments(args, 2, 2); err != nil {
			return nil, err
		}
		n, ok := args[1].(int)
		if !ok {
			return nil, errors.New("the second argument must be a whole number")
		}
		return f(Text(args[0]), n)
	}
}

func example(expression string, result any) []Example { return []Example{{expression, result}} }

var accents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "é", "e", "ê", "e", "è", "e", "ë", "e", "í", "i", "ï", "i", "ì", "i",
	"ó", "o", "ô", "o", "õ", "o", "ö", "o", "ò", "o", "ú", "u", "ü", "u", "ù", "u", "ç", "c", "ñ", "n")

func slug(s string) string {
	var b strings.Builder
	for _, r := range accents.Replace(strings.ToLower(s)) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}
