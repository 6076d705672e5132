package expression

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

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
		{`(trigger.body.total ?? 0) > 100 and float(item.x ?? 0) < 5`, `{"all":[{"field":"trigger.body.total","default":0,"operator":"greater","value":100},{"field":"item.x","default":0,"as":"number","operator":"less","value":5}]}`},
		{`(trigger.body.status ?? "-") == "paid" or (item.ok ?? false) == true`, `{"any":[{"field":"trigger.body.status","default":"-","operator":"equals","value":"paid"},{"field":"item.ok","default":false,"operator":"is_true"}]}`},
		{`"vip" in trigger.body.tags and not (3 in (item.x ?? []))`, `{"all":[{"field":"trigger.body.tags","operator":"includes","value":"vip"},{"field":"item.x","default":[],"operator":"not_includes","value":3}]}`},
		{`start_of(trigger.body.at, "day") < date("2026-11-24") and start_of(item.at ?? "2026-01-01", "day") != date("2026-11-25")`, `{"all":[{"field":"trigger.body.at","as":"day","operator":"less","value":"2026-11-24"},{"field":"item.at","default":"2026-01-01","as":"day","operator":"not_equals","value":"2026-11-25"}]}`},
		{`diff(trigger.body.at, now(), "days") in 0..6 or diff(now(), item.at, "days") in 0..0 or diff(item.at ?? "2026-01-01", now(), "days") >= 30`, `{"any":[{"field":"trigger.body.at","operator":"last_days","value":7},{"field":"item.at","operator":"next_days","value":1},{"field":"item.at","default":"2026-01-01","operator":"days_ago","value":30}]}`},
		{`present(trigger.body.email) and not present(item.x ?? "")`, `{"all":[{"field":"trigger.body.email","operator":"filled"},{"field":"item.x","default":"","operator":"empty"}]}`},
		{`trigger.body.total <= 200 or truthy(trigger.body.approved) or not truthy(item.x)`, `{"any":[{"field":"trigger.body.total","operator":"at_most","value":200},{"field":"trigger.body.approved","operator":"yes"},{"field":"item.x","operator":"no"}]}`},
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
		`trigger.body.paid ?? false`:                    `(trigger.body.paid ?? false) == true`,
		`float((trigger.body.total ?? 0)) > 100`:        `float(trigger.body.total ?? 0) > 100`,
		`"vip" not in trigger.body.tags`:                `not ("vip" in trigger.body.tags)`,
		`trigger.a.b == 1 && trigger.a.c == 2`:          `trigger.a.b == 1 and trigger.a.c == 2`,
		`!present(trigger.body.email)`:                  `not present(trigger.body.email)`,
		`not steps.bought.received`:                     `(steps.bought.received ?? false) == false`,
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
		`len(trigger.body.items) > 2`, `trigger.body.a == trigger.body.b`, `1 == 1`, `not item`, `not (trigger.body.a ?? true)`, `present(1)`, `present(slug(trigger.body.a))`, `not present(trigger.body.a, 1)`, `default(trigger.body.a, false)`, `trigger.body.a ? true : false`,
		`trigger.body.a in trigger.body.list`, `trigger.body.a +`, ``, `any(trigger.body.items, .sku == "A")`, `trigger.body.x == [1]`, `trigger.body.x in "abc"`, `float(1) > 2`, `float(trigger.body.x)`, `slug(trigger.body.x) == "a"`, `slug(trigger.body.x) == slug(trigger.body.y)`, `slug(float(trigger.body.x)) == slug("a")`, `int(trigger.body.x) > 2`,
		`(trigger.body.x ?? trigger.body.y) > 2`, `(float(trigger.body.x) ?? 0) > 2`, `"a" in "abc"`, `1 < trigger.body.x`, `start_of(trigger.body.x, "week") < date("2026-11-24")`, `start_of(trigger.body.x, "day") < "2026-11-24"`, `start_of(trigger.body.x, "day") < date("soon")`,
		`diff(trigger.body.x, now(), "days") in 1..6`, `diff(trigger.body.x, now(), "hours") in 0..6`, `diff(trigger.body.x, trigger.body.y, "days") >= 6`, `diff(trigger.body.x, now(), "days") >= 0`, `diff(trigger.body.x, now(), "days") in 0..99999`, `not (diff(trigger.body.x, now(), "days") in 0..6)`,
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
		`{"field":"trigger.body.x","as":"day","operator":"greater","value":"soon"}`, `{"field":"trigger.body.x","as":"day","operator":"is_true"}`, `{"field":"trigger.body.x","as":"day","operator":"contains","value":"2026-11-24"}`,
		`{"field":"trigger.body.x","as":"number","operator":"filled"}`, `{"field":"trigger.body.x","operator":"last_days","value":0}`, `{"field":"trigger.body.x","operator":"last_days","value":"7"}`, `{"field":"trigger.body.x","as":"day","operator":"last_days","value":7}`, `{"field":"trigger.body.x","default":{"a":1},"operator":"equals","value":1}`,
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
	c := drawPlainRow(t)
	c.Default = rapid.SampledFrom([]any{nil, 0, 1.5, "-", "", false, []any{}, []any{"a", 2}}).Draw(t, "default")
	switch rapid.SampledFrom([]string{"plain", "plain", "day", "days", "asked"}).Draw(t, "kind") {
	case "day":
		c.As, c.Operator, c.Value = "day", rapid.SampledFrom(slices.Sorted(maps.Keys(dayWords))).Draw(t, "compares"), rapid.SampledFrom([]any{"2026-11-24", "2024-02-29"}).Draw(t, "day")
	case "asked":
		c.As, c.Operator, c.Value = "", rapid.SampledFrom(slices.Sorted(maps.Keys(askedForms))).Draw(t, "asks"), nil
	case "days":
		c.As, c.Operator, c.Value = "", rapid.SampledFrom(slices.Sorted(maps.Keys(daysForms))).Draw(t, "counts"), rapid.IntRange(1, maxDays).Draw(t, "days")
	}
	return c
}

func drawPlainRow(t *rapid.T) Condition {
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

// What the builder writes about lists, days and missing values holds of the values that came.
func TestConditionMeaning(t *testing.T) {
	zone := time.FixedZone("", -3*3600)
	now := time.Date(2026, 11, 24, 15, 0, 0, 0, zone)
	for _, c := range []struct {
		row    Condition
		holds  []any
		others []any
	}{
		{Condition{Operator: "includes", Value: "vip"}, []any{[]any{"novo", "vip"}}, []any{[]any{"vips"}, []any{}, nil}},
		{Condition{Operator: "not_includes", Value: 3}, []any{[]any{"3", 4}, nil}, []any{[]any{1, 3}}},
		{Condition{As: "day", Operator: "less", Value: "2026-11-24"}, []any{"2026-11-24T02:59:59Z", "23/11/2026"}, []any{"2026-11-24", "2026-11-24T03:00:00Z", nil}},
		{Condition{As: "day", Operator: "at_most", Value: "2026-11-24"}, []any{"2026-11-24T23:59:59-03:00"}, []any{"2026-11-25"}},
		{Condition{As: "day", Operator: "greater", Value: "2026-11-24"}, []any{"2026-11-25 00:00"}, []any{"2026-11-24T23:59:59-03:00"}},
		{Condition{As: "day", Operator: "at_least", Value: "2026-11-24"}, []any{"24/11/2026"}, []any{"23/11/2026 23:59"}},
		{Condition{As: "day", Operator: "equals", Value: "2026-11-24"}, []any{"2026-11-25T02:00:00Z"}, []any{"2026-11-25"}},
		{Condition{Operator: "last_days", Value: 7}, []any{"2026-11-17T15:00:01-03:00", "2026-11-24"}, []any{"2026-11-17T14:59:59-03:00", "2026-11-26", nil}},
		{Condition{Operator: "next_days", Value: 3}, []any{"2026-11-24", "2026-11-27"}, []any{"2026-11-20", "2026-11-28"}},
		{Condition{Operator: "next_days", Value: maxDays}, []any{"2030-01-01"}, []any{"2040-01-01"}},
		{Condition{Operator: "days_ago", Value: 7}, []any{"2026-11-17T15:00:00-03:00", "2025-01-01"}, []any{"2026-11-18"}},
		{Condition{As: "number_br", Default: 0, Operator: "greater", Value: 100}, []any{"R$ 1.250,00", 199.9}, []any{"80,00", nil}},
		{Condition{Operator: "filled"}, []any{"a", 0, false, []any{}}, []any{"", nil}},
		{Condition{Operator: "empty"}, []any{"", nil}, []any{"a", 0}},
		{Condition{Operator: "yes"}, []any{true, "Sim", 1, "1"}, []any{false, "não", "", nil}},
		{Condition{Operator: "no"}, []any{false, "não", "", nil}, []any{true, "sim"}},
		{Condition{Default: false, Operator: "is_false"}, []any{false, nil}, []any{true}},
		{Condition{Default: "-", Operator: "not_equals", Value: "paid"}, []any{nil, "open"}, []any{"paid"}},
	} {
		c.row.Field = "trigger.body.x"
		source, err := c.row.Source()
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		holds := func(value any) bool {
			got, _, err := p.Bool(t.Context(), &Scope{Door: true, Values: map[string]any{"trigger": map[string]any{"body": map[string]any{"x": value}}}, Now: now, Zone: zone})
			return got && err == nil
		}
		for _, value := range c.holds {
			if !holds(value) {
				t.Errorf("%s does not hold of %v", source, value)
			}
		}
		for _, value := range c.others {
			if holds(value) {
				t.Errorf("%s holds of %v", source, value)
			}
		}
	}
}
