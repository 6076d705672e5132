package expression_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"gancho/engine/expression"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
)

// meaningBody is what the generated expressions read. Its texts have only letters of one byte,
// since the library counts bytes where we count letters.
const meaningBody = `{"n": 7, "m": -3, "big": 9007199254740993, "f": 2.5, "g": -0.75, "yes": true, "no": false, "s": "Pedido pago", "t": "a,b,c", "e": "",
	"ints": [5, 1, 4, 1, 3], "texts": ["b", "a", "c"], "rows": [{"sku": "A", "n": 2, "p": 9.9}, {"sku": "B", "n": 1, "p": 0.5}, {"sku": "A", "n": 3, "p": 4.25}], "o": {"a": 1, "b": "x"}}`

// TestMeaning holds 100,000 generated expressions against the library as it comes: our
// operators, functions and rewriting change what an expression costs, never what it means.
func TestMeaning(t *testing.T) {
	const all, parts, each = 100_000 / slowness, 4, 10 // each in one program
	body, err := expression.Decode([]byte(meaningBody))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{"trigger": map[string]any{"body": body}}
	for seed := range uint64(parts) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			g := &generator{rand.New(rand.NewPCG(seed, 2))}
			for range all / parts / each {
				list := make([]string, each)
				for i := range list {
					list[i] = g.any(3)
				}
				sameMeaning(t, list, values)
			}
		})
	}
}

func sameMeaning(t *testing.T, list []string, values map[string]any) {
	t.Helper()
	source := "[" + strings.Join(list, ", ") + "]"
	want, err := plainly(source, values)
	if err != nil {
		t.Fatalf("the library cannot do %s: %v", source, err)
	}
	p, err := expression.Compile(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	got, err := p.Run(t.Context(), &expression.Scope{Values: values})
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	for i, part := range list {
		if a, b := got.([]any)[i], want.([]any)[i]; !alike(a, b) {
			t.Errorf("%s: got %#v, the library %#v", part, a, b)
		}
	}
}

// alike says that two values are the same; the library's lists without elements may be nil, and
// some of its whole numbers are fractions, which are not exact.
func alike(a, b any) bool {
	if n, ok := a.(int); ok {
		if f, ok := b.(float64); ok {
			return float64(n) == f
		}
	}
	if m, ok := a.(map[string]any); ok {
		other, ok := b.(map[string]any)
		same := ok && len(m) == len(other)
		for name, value := range m {
			same = same && alike(value, other[name])
		}
		return same
	}
	x, isList := a.([]any)
	y, both := b.([]any)
	if !isList || !both || len(x) != len(y) {
		return reflect.DeepEqual(a, b)
	}
	for i := range x {
		if !alike(x[i], y[i]) {
			return false
		}
	}
	return true
}

func plainly(source string, values map[string]any) (any, error) {
	program, err := expr.Compile(source, expr.Env(types.Map{"trigger": types.Any}), expr.Optimize(false))
	if err != nil {
		return nil, err
	}
	value, err := expr.Run(program, values)
	if err != nil {
		return nil, err
	}
	return expression.Normalize(value)
}

// generator writes expressions that have a meaning, by the type that they give.
type generator struct{ *rand.Rand }

func (g *generator) pick(forms ...func() string) string { return forms[g.IntN(len(forms))]() }

func (g *generator) word(list ...string) string { return list[g.IntN(len(list))] }

func (g *generator) any(depth int) string {
	return g.pick(func() string { return g.number(depth) }, func() string { return g.truth(depth) }, func() string { return g.text(depth) }, func() string { return g.list(depth) },
		func() string { return fmt.Sprintf(`({"a": %s, "b": %s})`, g.number(depth-1), g.text(depth-1)) })
}

func (g *generator) int(depth int) string {
	if depth <= 0 {
		return g.word("trigger.body.n", "trigger.body.m", "trigger.body.big", "0", "1", "2", "10", "-5", "trigger.body.ints[2]", "trigger.body.o.a", "trigger.body.rows[0].n", `trigger.body["n"]`, "trigger?.body?.n")
	}
	return g.pick(
		func() string {
			return "(" + g.int(depth-1) + g.word(" + ", " - ") + g.word("1", "trigger.body.n", "3") + ")"
		},
		func() string {
			return "(" + g.word("trigger.body.n", "trigger.body.m", "6") + " * " + g.word("2", "-3", "trigger.body.m") + ")"
		},
		func() string { return "(" + g.int(depth-1) + " % " + g.word("2", "3", "7") + ")" },
		func() string { return "len(" + g.word(g.list(depth-1), g.text(depth-1)) + ")" },
		func() string { return "count(" + g.list(depth-1) + ", " + g.test(depth-1) + ")" },
		func() string { return "(" + g.truth(depth-1) + " ? " + g.int(depth-1) + " : " + g.int(depth-1) + ")" },
		func() string { return g.word("min", "max") + "(" + g.int(depth-1) + ", " + g.int(depth-1) + ")" },
		func() string { return "-(" + g.int(depth-1) + ")" },
		func() string { return "sum(trigger.body.ints)" },
		func() string { return "sum(trigger.body.rows, .n)" },
		func() string { return "reduce(trigger.body.ints, #acc + #, " + g.word("0", "trigger.body.n") + ")" },
		func() string { return "(trigger.body.absent ?? " + g.int(depth-1) + ")" },
		func() string { return "findIndex(trigger.body.ints, # == 1)" },
		func() string { return "(let x = " + g.int(depth-1) + "; x + x % 5)" },
	)
}

func (g *generator) number(depth int) string {
	if depth <= 0 || g.IntN(3) > 0 {
		return "(" + g.int(depth) + ")"
	}
	return g.pick(
		func() string { return g.word("trigger.body.f", "trigger.body.g", "1.5", "0.1") },
		func() string {
			return "(" + g.number(depth-1) + g.word(" + ", " - ", " * ") + g.word("trigger.body.f", "0.5", "2.25") + ")"
		},
		func() string { return "(" + g.number(depth-1) + " / " + g.word("2", "0.5", "trigger.body.n") + ")" },
		func() string { return "(" + g.word("2", "trigger.body.n", "1.5") + " ** " + g.word("2", "3") + ")" },
		func() string {
			return g.word("abs", "ceil", "floor", "round") + "(" + g.word("trigger.body.f", "trigger.body.g", "1.49") + ")"
		},
		func() string { return "float(" + g.word("trigger.body.n", `"2.5"`) + ")" },
		func() string { return "sum(trigger.body.rows, .p)" },
		func() string { return g.word("mean", "median") + "(trigger.body.ints)" },
	)
}

func (g *generator) text(depth int) string {
	if depth <= 0 {
		return g.word("trigger.body.s", "trigger.body.t", "trigger.body.e", `"A"`, `'it'`, "`x y`", "trigger.body.texts[1]", "trigger.body.o.b", "trigger.body.rows[-1].sku")
	}
	return g.pick(
		func() string { return "(" + g.text(depth-1) + " + " + g.text(depth-1) + ")" },
		func() string { return g.word("upper", "lower", "trim") + "(" + g.text(depth-1) + ")" },
		func() string {
			return "join(" + g.word("trigger.body.texts", `split(trigger.body.t, ",")`, "map(trigger.body.rows, .sku)") + `, "` + g.word("-", "", ", ") + `")`
		},
		func() string { return "(" + g.truth(depth-1) + " ? " + g.text(depth-1) + " : " + g.text(depth-1) + ")" },
		func() string { return "replace(" + g.text(depth-1) + `, "a", "` + g.word("", "aa", "Z") + `")` },
		func() string {
			return g.word("trimPrefix", "trimSuffix") + "(" + g.text(depth-1) + `, "` + g.word("P", "o", "a") + `")`
		},
		func() string { return "string(" + g.int(0) + ")" },
		func() string { return "repeat(" + g.text(0) + ", " + g.word("0", "1", "3") + ")" },
		func() string { return "trigger.body.s[" + g.word("0:3", "2:", ":4", "1:1") + "]" },
		func() string { return "((" + g.text(depth-1) + ") | " + g.word("upper()", "lower()", "trim()") + ")" },
	)
}

func (g *generator) truth(depth int) string {
	if depth <= 0 {
		return g.word("trigger.body.yes", "trigger.body.no", "true", "false")
	}
	return g.pick(
		func() string {
			return "(" + g.number(depth-1) + g.word(" < ", " > ", " <= ", " >= ", " == ", " != ") + g.number(depth-1) + ")"
		},
		func() string {
			return "(" + g.text(depth-1) + g.word(" == ", " != ", " < ", " contains ", " startsWith ", " endsWith ") + g.text(depth-1) + ")"
		},
		func() string {
			return "(" + g.truth(depth-1) + g.word(" and ", " or ", " && ", " || ", " == ") + g.truth(depth-1) + ")"
		},
		func() string { return g.word("not ", "!") + "(" + g.truth(depth-1) + ")" },
		func() string {
			return g.word("any", "all", "none", "one") + "(" + g.list(depth-1) + ", " + g.test(depth-1) + ")"
		},
		func() string { return "(" + g.int(depth-1) + g.word(" in ", " not in ") + g.list(depth-1) + ")" },
		func() string { return `("` + g.word("a", "z") + `" in trigger.body.o)` },
		func() string {
			return "(" + g.text(depth-1) + ` matches "` + g.word("^P", "[a-c]", "o$", `\\d+`) + `")`
		},
		func() string { return "(" + g.list(depth-1) + " == " + g.list(depth-1) + ")" },
		func() string { return "(trigger.body.absent == nil)" },
	)
}

// test is a condition about # that is a number.
func (g *generator) test(depth int) string {
	return "# " + g.word(">", "<", "==", "!=", ">=") + " " + g.int(min(depth, 1))
}

// list is a list of numbers.
func (g *generator) list(depth int) string {
	if depth <= 0 {
		return g.word("trigger.body.ints", "[1, 2, 3]", "[]", "1..4", "map(trigger.body.rows, .n)")
	}
	return g.pick(
		func() string { return "filter(" + g.list(depth-1) + ", " + g.test(depth-1) + ")" },
		func() string { return "map(" + g.list(depth-1) + ", # " + g.word("+ 1", "* 2", "- 3") + ")" },
		func() string { return "[" + g.int(depth-1) + ", " + g.number(depth-1) + "]" },
		func() string { return "take(" + g.list(0) + ", 2)" },
		func() string { return g.word("reverse", "sort", "uniq") + "(trigger.body.ints)" },
		func() string { return "concat(" + g.list(depth-1) + ", " + g.list(depth-1) + ")" },
		func() string { return "flatten([" + g.list(depth-1) + ", [1]])" },
		func() string { return "trigger.body.ints[" + g.word("1:3", ":2", "2:") + "]" },
		func() string { return "sortBy(trigger.body.ints, " + g.word("#", "-#", "# % 3") + ")" },
	)
}
