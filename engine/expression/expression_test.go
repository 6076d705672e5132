package expression_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"gancho/engine/expression"

	"github.com/google/go-cmp/cmp"
)

const order = `{"trigger": {"body": {"id": 9007199254740993, "total": 199.9, "status": "paid", "name": "Ana",
	"items": [{"sku": "A", "qty": 2}, {"sku": "B", "qty": 1}], "big": 123456789012345678901234567890}}}`

func scope(t testing.TB) *expression.Scope {
	t.Helper()
	value, err := expression.Decode([]byte(order))
	if err != nil {
		t.Fatal(err)
	}
	return &expression.Scope{
		Values: value.(map[string]any), Now: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC),
		WaitURL: func(step string) (string, error) { return "https://example.com/w/" + step, nil },
	}
}

func TestExamplesOfEveryFunction(t *testing.T) {
	for _, f := range expression.Functions() {
		if f.Doc.EN == "" || f.Doc.PT == "" {
			t.Errorf("%s: documentation is missing in a language", f.Name)
		}
		for _, e := range f.Examples {
			got := run(t, e.Expression)
			if diff := cmp.Diff(e.Result, got); diff != "" {
				t.Errorf("%s: want, got:\n%s", e.Expression, diff)
			}
		}
	}
}

func run(t *testing.T, source string) any {
	t.Helper()
	p, err := expression.Compile(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	value, err := p.Run(context.Background(), scope(t))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return value
}

func TestRun(t *testing.T) {
	for source, want := range map[string]any{
		`trigger.body.id`:                           9007199254740993,
		`trigger.body.id + 1`:                       9007199254740994,
		`trigger.body.big`:                          "123456789012345678901234567890",
		`trigger.body.none`:                         nil,
		`trigger.body.none.deeper.still`:            nil,
		`trigger.body.none.deeper ?? "-"`:           "-",
		`trigger.body.total > 100`:                  true,
		`trigger.body.status in ["paid", "sent"]`:   true,
		`map(trigger.body.items, .sku)`:             []any{"A", "B"},
		`filter(trigger.body.items, .qty > 1)[0]`:   map[string]any{"sku": "A", "qty": 2},
		`len("ação")`:                               4,
		`"Oi " + trigger.body.name`:                 "Oi Ana",
		`run.wait_url("ok")`:                        "https://example.com/w/ok",
		`format_date(now(), "02/01/2006")`:          "24/11/2026",
		`({"sku": trigger.body.name})`:              map[string]any{"sku": "Ana"},
		`get(trigger.body, "items[1].sku", "none")`: "B",
	} {
		if diff := cmp.Diff(want, run(t, source)); diff != "" {
			t.Errorf("%s: want, got:\n%s", source, diff)
		}
	}
}

func TestRefused(t *testing.T) {
	for source, code := range map[string]string{
		"":                               "empty",
		"a b":                            "syntax",
		"custmer.id":                     "unknown_name",
		"$env":                           "unknown_name",
		"__e":                            "unknown_name",
		"__turn(1)":                      "unknown_name",
		"let slug = 1; slug":             "unknown_name",
		"trigger.body.name()":            "unknown_name",
		"now().Year()":                   "unknown_name",
		strings.Repeat("(", 9000):        "too_long",
		strings.Repeat("(", 5000):        "too_deep",
		strings.Repeat("!", 5000):        "too_deep",
		strings.Repeat("[", 4000):        "too_deep",
		"input.a":                        "unknown_name",
		"bitand(1, 2)":                   "unknown_name",
		`b"a"`:                           "unknown_name",
		`"a" matches "("`:                "expression",
		"1" + strings.Repeat("+1", 4090): "syntax",
		"trigger.body.total > ":          "syntax",
	} {
		_, err := expression.Compile(source)
		var e *expression.Error
		if !errors.As(err, &e) {
			t.Errorf("%.40q: got %v, want an error", source, err)
			continue
		}
		if e.Code != code {
			t.Errorf("%.40q: got code %s (%s), want %s", source, e.Code, e.Message.EN, code)
		}
	}
}

func TestEndsSoon(t *testing.T) {
	for _, source := range []string{
		`count(1..100000, any(1..100000, # == -1))`,
		`reduce(1..30, #acc + #acc, "xxxxxxxx")`,
		`1 / 0`, `1 % 0`, `trigger.body.none > 1`,
		`map(1..10000000, #)`,
	} {
		p, err := expression.Compile(source)
		if err != nil {
			continue
		}
		if value, err := p.Run(context.Background(), scope(t)); err == nil {
			t.Errorf("%s: got %.40v, want an error", source, value)
		}
	}
}

func TestBool(t *testing.T) {
	p, err := expression.Compile(`trigger.body.coupon == "X" && trigger.body.total > 1`)
	if err != nil {
		t.Fatal(err)
	}
	ok, missing, err := p.Bool(context.Background(), scope(t))
	if ok || err != nil || !cmp.Equal(missing, []string{"trigger.body.coupon"}) {
		t.Errorf("got %v %v %v, want false and the missing coupon", ok, missing, err)
	}
	p, err = expression.Compile(`trigger.body.name`)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = p.Bool(context.Background(), scope(t)); err == nil {
		t.Error("a text passed as a condition")
	}
}

func TestReads(t *testing.T) {
	for source, want := range map[string]bool{
		`trigger.resource.status == "paid"`: true, `trigger.resource`: true, `json(trigger) == ""`: true,
		`trigger.body.resource == 1`: false, `trigger["resource"].id == 1`: true,
	} {
		p, err := expression.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Reads("trigger.resource"); got != want {
			t.Errorf("%s reads trigger.resource: got %v, want %v", source, got, want)
		}
	}
}

func TestTemplates(t *testing.T) {
	for source, want := range map[string]any{
		"plain":                               "plain",
		"{{ trigger.body.id }}":               9007199254740993,
		"Order {{ trigger.body.id }}!":        "Order 9007199254740993!",
		"{{ trigger.body.total }}{{ \"x\" }}": "199.9x",
		`{{ {"a":{"b":1}}}}`:                  map[string]any{"a": map[string]any{"b": 1}},
		`{{ "}}" }}`:                          "}}",
		"{{ `}}` }}":                          "}}",
		`{{ "a\"}}" }}`:                       `a"}}`,
		`{{ map(trigger.body.items, ({"s": .sku})) }}`: []any{map[string]any{"s": "A"}, map[string]any{"s": "B"}},
		`{ {{1}} }`:                       "{ 1 }",
		`items: {{ trigger.body.items }}`: `items: [{"qty":2,"sku":"A"},{"qty":1,"sku":"B"}]`,
	} {
		tpl, err := expression.CompileTemplate(source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		got, err := tpl.Fill(context.Background(), scope(t))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", source, err, diff)
		}
	}
	for _, source := range []string{"{{", "{{ }}", "{{ 'a }}", "{{ a // b }}", "{{ trigger.body. }}"} {
		if _, err := expression.CompileTemplate(source); err == nil {
			t.Errorf("%s: got no error", source)
		}
	}
}

func TestMissing(t *testing.T) {
	for source, path := range map[string]string{
		"{{ trigger.body.coupon }}":         "trigger.body.coupon",
		"Oi {{ trigger.body.coupon }}":      "trigger.body.coupon",
		`{{ "Oi " + trigger.body.coupon }}`: "trigger.body.coupon",
		`{{ slug(trigger.body.coupon) }}`:   "trigger.body.coupon",
	} {
		tpl, err := expression.CompileTemplate(source)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tpl.Fill(context.Background(), scope(t))
		var missing *expression.MissingError
		if !errors.As(err, &missing) || missing.Path != path {
			t.Errorf("%s: got %v, want that %s is missing", source, err, path)
		}
		if got, err := tpl.FillEmpty(context.Background(), scope(t)); err != nil || strings.Contains(got.(string), "nil") {
			t.Errorf("%s: empty: got %v, %v", source, got, err)
		}
	}
}

func TestPositionInATemplate(t *testing.T) {
	_, err := expression.CompileTemplate("ação {{ custmer.id }}")
	var e *expression.Error
	if !errors.As(err, &e) || e.From != 8 {
		t.Errorf("got %+v, want it to begin at rune 8", e)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"{{ trigger.body.id }}", "{{ {\"a\":1}}}", "{{ `", "{{ /* */ 1 }}", "a{{b}}c", "{{ map(1..3, # * 2) }}"} {
		f.Add(seed)
	}
	s := scope(f)
	f.Fuzz(func(_ *testing.T, source string) {
		tpl, err := expression.CompileTemplate(source)
		if err != nil {
			return
		}
		value, err := tpl.Fill(context.Background(), s)
		if err == nil {
			if _, err := json.Marshal(value); err != nil {
				panic(err)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{order, "[1e400]", "{\"a\":1,\"a\":2}", strings.Repeat("[", 100), "1 2"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := expression.Decode(data)
		if err != nil {
			return
		}
		if _, err := json.Marshal(value); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkFilter(b *testing.B) {
	p, err := expression.Compile(`trigger.body.total > 100 && trigger.body.status == "paid" && trigger.body.name != ""`)
	if err != nil {
		b.Fatal(err)
	}
	s := scope(b)
	for b.Loop() {
		if ok, _, err := p.Bool(context.Background(), s); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
