package expression

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"gancho/engine/form"
)

// Function is one entry of the table of functions: what feeds the compiler, the guard, the
// completion, the documentation and the tests.
type Function struct {
	Name      string     `json:"name" doc:"as it is written in an expression"`
	Signature string     `json:"signature" doc:"as in left(x text, n integer) → text; ? may be left out, … may come again"`
	Returns   string     `json:"returns" enum:"any,text,number,integer,boolean,list,object" doc:"type of what it yields"`
	Doc       form.Words `json:"doc" doc:"what it does"`
	Examples  []Example  `json:"examples" doc:"calls with what they yield"`
	Builtin   bool       `json:"builtin" doc:"belongs to the language"`

	in     string
	params []param
	long   bool                                         // its texts may be longer than a result: it is quick with them
	run    func(e *evaluation, args []any) (any, error) // nil for loops, which rewrite makes
}

// Example of a function; it runs as a test.
type Example struct {
	Expression string `json:"expression" doc:"source"`
	Result     any    `json:"result" doc:"what it yields"`
}

func example(expression string, result any) []Example { return []Example{{expression, result}} }

// param is one parameter of a signature.
type param struct {
	name, kind     string
	optional, more bool
	long           bool // a text may be longer than a result
}

// functions by name.
var functions = func() map[string]Function {
	m := map[string]Function{}
	for _, f := range slices.Concat(loops, listFunctions, textFunctions, numberFunctions, dateFunctions, dataFunctions, builtinFunctions()) {
		f.params = paramsOf(f.in, f.long)
		f.Signature = f.Name + "(" + f.in + ") → " + f.Returns
		m[f.Name] = f
	}
	return m
}()

func builtinFunctions() []Function {
	list := slices.Concat(builtinTexts, builtinNumbers, builtinData)
	for i := range list {
		list[i].Builtin = true
	}
	return list
}

func paramsOf(in string, long bool) []param {
	if in == "" {
		return nil
	}
	var list []param
	for part := range strings.SplitSeq(in, ", ") {
		name, kind, _ := strings.Cut(part, " ")
		p := param{long: long, name: strings.TrimRight(name, "?…"), kind: kind, optional: strings.HasSuffix(name, "?"), more: strings.HasSuffix(name, "…")}
		list = append(list, p)
	}
	return list
}

// Functions is the whole table, by name.
func Functions() []Function {
	list := make([]Function, 0, len(functions))
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		list = append(list, functions[name])
	}
	return list
}

// Names of all functions.
func Names() []string { return slices.Sorted(maps.Keys(functions)) }

// call checks and converts the arguments by the signature, charges them, runs the function
// and charges what it made.
func (f *Function) call(e *evaluation, given []any) (any, error) {
	if err := e.charge(2); err != nil {
		return nil, err
	}
	args, err := f.arguments(e, given)
	if err != nil {
		return nil, err
	}
	value, err := f.run(e, args)
	if err != nil {
		var words fault
		if errors.As(err, &words) {
			err = wrongf("%s: %s", "%s: %s", f.Name, words.words)
		}
		return nil, err
	}
	switch v := value.(type) {
	case string:
		err = e.take(len(v))
	case []any:
		err = e.take(16 * len(v))
	case map[string]any:
		err = e.take(objectBytes + 48*len(v))
	case float64:
		return finite(v)
	}
	return value, err
}

func (f *Function) arguments(e *evaluation, given []any) ([]any, error) {
	args := make([]any, 0, len(f.params))
	rest := given
	for _, p := range f.params {
		if p.more {
			for i, v := range rest {
				converted, err := p.convert(e, v, len(args)+i)
				if err != nil {
					return nil, f.named(err)
				}
				args = append(args, converted)
			}
			return args, nil
		}
		if len(rest) == 0 {
			if p.optional {
				args = append(args, nil)
				continue
			}
			return nil, f.count(len(given))
		}
		converted, err := p.convert(e, rest[0], len(args))
		if err != nil {
			return nil, f.named(err)
		}
		args, rest = append(args, converted), rest[1:]
	}
	if len(rest) > 0 {
		return nil, f.count(len(given))
	}
	return args, nil
}

func (f *Function) count(given int) error {
	return wrongf("%s is not called with %d values", "%s não é chamada com %d valores", f.Signature, given)
}

func (f *Function) named(err error) error {
	var words fault
	if errors.As(err, &words) {
		return wrongf("%s: %s", "%s: %s", f.Name, words.words)
	}
	return err
}

// names charges for the names of an object: they are sorted, or looked up in another.
func (e *evaluation) names(m map[string]any) error {
	for name := range m {
		if err := e.charge(4 + len(name)/16); err != nil {
			return err
		}
	}
	return nil
}

// convert makes the argument what the function takes. Nil is missing, except for any.
func (p *param) convert(e *evaluation, value any, index int) (any, error) {
	if p.kind == "any" || (value == nil && p.optional) {
		return value, nil
	}
	if value == nil {
		return nil, missingOperand{index}
	}
	switch p.kind {
	case "text":
		s, err := e.text(value)
		if err != nil {
			return nil, err
		}
		if len(s) > MaxOutput && !p.long {
			return nil, errBytes
		}
		return s, e.charge(len(s) / 16)
	case "integer":
		switch v := value.(type) {
		case int:
			return v, nil
		case float64:
			if sameNumber(int(v), v) {
				return int(v), nil
			}
		}
		return nil, wrongf("%s must be a whole number, not %s", "%s deve ser um número inteiro, não %s", p.name, KindOf(value))
	case "number":
		switch value.(type) {
		case int, float64:
			return value, nil
		}
		return nil, wrongf("%s must be a number, not %s", "%s deve ser um número, não %s", p.name, KindOf(value))
	case "list":
		if list, ok := value.([]any); ok {
			return list, e.charge(len(list))
		}
		return nil, wrongf("%s must be a list, not %s", "%s deve ser uma lista, não %s", p.name, KindOf(value))
	case "object":
		if m, ok := value.(map[string]any); ok {
			return m, e.names(m)
		}
		return nil, wrongf("%s must be an object, not %s", "%s deve ser um objeto, não %s", p.name, KindOf(value))
	case "date":
		switch value.(type) {
		case string, int, float64:
			return value, nil
		}
		return nil, wrongf("%s must be a date, not %s", "%s deve ser uma data, não %s", p.name, KindOf(value))
	}
	return value, nil // value, amount: the function reads it
}
