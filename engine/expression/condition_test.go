package expression

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestConditions(t *testing.T) {
	cases := []struct{ source, model string }{
		{`trigger.body.total > 79.9`, `{"all":[{"field":"trigger.body.total","operator":"greater","value":79.9}]}`},
		{`trigger.body.status == "paid" and trigger.body["e-mail"] != nil`, `{"all":[{"field":"trigger.body.status","operator":"equals","value":"paid"},{"field":"trigger.body[\"e-mail\"]","operator":"exists"}]}`},
		{`trigger.event in ["a", "b"] or not (item.sku contains "X")`, `{"any":[{"field":"trigger.event","operator":"one_of","value":["a","b"]},{"field":"item.sku","operator":"not_contains","value":"X"}]}`},
		{`trigger.body.a == true and (trigger.body.b == nil or trigger.body.n <= -2)`, `{"all":[{"field":"trigger.body.a","operator":"is_true"},{"any":[{"field":"trigger.body.b","operator":"missing"},{"field":"trigger.body.n","operator":"at_most","value":-2}]}]}`},
		{`not (trigger.body.id in [9007199254740993])`, `{"all":[{"field":"trigger.body.id","operator":"not_one_of","value":[9007199254740993]}]}`},
		{`float(trigger.body.total) > 200 or number_br(item.price) <= 9.5`, `{"any":[{"field":"trigger.body.total","as":"number","operator":"greater","value":200},{"field":"item.price","as":"number_br","operator":"at_most","value":9.5}]}`},
		{`slug(trigger.body.city) == slug("São Paulo") and slug(item.x) != slug("")`, `{"all":[{"field":"trigger.body.city","operator":"alike","value":"São Paulo"},{"field":"item.x","operator":"not_alike","value":""}]}`},
	}
	for _, c := range cases {
		model := ConditionOf(c.source)
		if model == nil {
			t.Errorf("%s: no condition", c.source)
			continue
		}
		if got, err := json.Marshal(model); err != nil || string(got) != c.model {
			t.Errorf("%s: %s, want %s", c.source, got, c.model)
		}
		var read Condition
		if err := json.Unmarshal([]byte(c.model), &read); err != nil {
			t.Errorf("%s: %v", c.model, err)
		}
		if source, err := read.Source(); err != nil || source != c.source {
			t.Errorf("%s: %q, want %q: %v", c.model, source, c.source, err)
		}
	}
}

func TestConditionsOtherForms(t *testing.T) {
	for source, same := range map[string]string{
		`trigger.body.paid`:                             `trigger.body.paid == true`,
		`trigger.a.b == 1 && trigger.a.c == 2`:          `trigger.a.b == 1 and trigger.a.c == 2`,
		`(trigger.a.b == 1)`:                            `trigger.a.b == 1`,
		`trigger.body.x not in ["a"]`:                   `not (trigger.body.x in ["a"])`,
		`trigger?.body?.x == 'it'`:                      `trigger.body.x == "it"`,
		`trigger.a.b == 1 and (item.x > 2 and index<3)`: `trigger.a.b == 1 and item.x > 2 and index < 3`,
	} {
		c := ConditionOf(source)
		if c == nil {
			t.Errorf("%s: no condition", source)
			continue
		}
		if got, err := c.Source(); err != nil || got != same {
			t.Errorf("%s: %q, want %q: %v", source, got, same, err)
		}
	}
	for _, source := range []string{
		`len(trigger.body.items) > 2`, `trigger.body.a == trigger.body.b`, `1 == 1`, `not trigger.body.a`, `trigger.body.a ? true : false`,
		`trigger.body.a in trigger.body.list`, `trigger.body.a +`, ``, `any(trigger.body.items, .sku == "A")`, `trigger.body.x == [1]`, `trigger.body.x in "abc"`, `float(1) > 2`, `float(trigger.body.x)`, `slug(trigger.body.x) == "a"`, `slug(trigger.body.x) == slug(trigger.body.y)`, `slug(float(trigger.body.x)) == slug("a")`, `int(trigger.body.x) > 2`,
	} {
		if c := ConditionOf(source); c != nil {
			t.Errorf("%s: %+v", source, c)
		}
	}
}

func TestConditionFaults(t *testing.T) {
	for _, model := range []string{
		`{"field":"trigger.body.x"}`, `{"operator":"equals","value":1}`, `{"field":"trigger.body.x","operator":"equals"}`, `{"field":"a b","operator":"exists"}`,
		`{"field":"trigger.body.x","operator":"one_of","value":"a"}`, `{"field":"trigger.body.x == 1 or true","operator":"exists"}`,
		`{"all":[],"any":[]}`, `{"field":"trigger.body.x","operator":"equals","value":{"a":1}}`, `{"field":"trigger.body.x","operator":"like","value":1}`,
		`{"field":"trigger.body.x","operator":"alike","value":1}`, `{"field":"trigger.body.x","as":"date","operator":"equals","value":1}`,
	} {
		var c Condition
		if err := json.Unmarshal([]byte(model), &c); err != nil {
			t.Fatal(err)
		}
		if source, err := c.Source(); err == nil {
			t.Errorf("%s: %s", model, source)
		}
	}
}

// What the builder writes it reads again, and what it wrote compiles.
func TestConditionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCondition(t, 3, "")
		if c.All == nil && c.Any == nil {
			c = Condition{All: []Condition{c}}
		}
		source, err := c.Source()
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if _, err := Compile(source); err != nil && len(source) < 6000 {
			t.Fatalf("%s: %v", source, err)
		}
		back := ConditionOf(source)
		if back == nil && len(source) > MaxSource {
			return
		}
		if back == nil || !reflect.DeepEqual(*back, c) {
			t.Fatalf("%s\n got %+v\nwant %+v", source, back, c)
		}
	})
}

func drawCondition(t *rapid.T, depth int, around string) Condition {
	group := rapid.SampledFrom([]string{"row", "all", "any"}).Draw(t, "group")
	if depth == 0 || group == "row" || group == around {
		return drawRow(t)
	}
	parts := make([]Condition, rapid.IntRange(2, 4).Draw(t, "parts"))
	for i := range parts {
		parts[i] = drawCondition(t, depth-1, group)
	}
	if group == "all" {
		return Condition{All: parts}
	}
	return Condition{Any: parts}
}

func drawRow(t *rapid.T) Condition {
	r := rapid.SampledFrom(rowForms).Draw(t, "row")
	c := Condition{Operator: r.name, Field: rapid.SampledFrom([]string{
		"trigger.body.total", `trigger.body["e-mail"]`, "trigger.body.items[0].sku", "item.x", "index", "vars.limit", `trigger.headers["x-\"y\""]`,
	}).Draw(t, "field"), As: rapid.SampledFrom([]string{"", "number", "number_br"}).Draw(t, "as")}
	if r.value != "" {
		return c
	}
	value := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.IntRange(-1<<62, 1<<62), func(n int) any { return n }),
		rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any { return f }))
	if r.plain {
		c.As, value = "", rapid.Map(rapid.String(), func(s string) any { return s })
	}
	if !r.list && !r.plain && (r.operator == "==" || r.operator == "!=") {
		value = rapid.OneOf(value, rapid.Map(rapid.Bool(), func(b bool) any { return b }))
	}
	switch {
	case r.list:
		c.Value = rapid.SliceOfN(value, 0, 3).Draw(t, "list")
	case r.operator == "matches":
		c.Value = rapid.SampledFrom([]string{"^a+$", `\d{3}`, "x|y"}).Draw(t, "pattern")
	default:
		c.Value = value.Draw(t, "value")
	}
	if b, ok := c.Value.(bool); ok && r.operator == "==" { // these have operators of their own
		c.Value, c.Operator = nil, map[bool]string{true: "is_true", false: "is_false"}[b]
	}
	return c
}
