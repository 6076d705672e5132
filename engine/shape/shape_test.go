package shape_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gancho/engine/shape"

	"pgregory.net/rapid"
)

func at(i int) time.Time { return time.Unix(1_700_000_000+int64(i), 0) }

func field(t *testing.T, list []shape.Field, path string) shape.Field {
	t.Helper()
	for _, f := range list {
		if f.Path == path {
			return f
		}
	}
	t.Fatalf("no %s in %+v", path, list)
	return shape.Field{}
}

func TestFields(t *testing.T) {
	var w shape.Window
	for i := range 40 {
		body := map[string]any{"status": "paid", "total": 79.9, "items": []any{map[string]any{"sku": "A"}, map[string]any{}}}
		if i < 12 {
			body["total"] = "79.9"
		}
		if i >= 31 {
			body["e-mail"] = nil
		}
		w.Add("", body, at(i))
	}
	list := w.Shape().List("trigger.body")
	if f := field(t, list, "trigger.body.total"); f.Type != "any" || f.Seen != 40 || f.Of != 40 || !reflect.DeepEqual(f.Kinds, []shape.KindCount{{"number", 28}, {"text", 12}}) {
		t.Errorf("%+v", f)
	}
	if f := field(t, list, `trigger.body["e-mail"]`); f.Type != "nothing" || f.Seen != 0 || f.Of != 40 || !f.First.Equal(at(31)) || !f.Last.Equal(at(39)) {
		t.Errorf("%+v", f)
	}
	if f := field(t, list, "trigger.body.items[].sku"); f.Type != "text" || f.Seen != 40 || f.Of != 80 {
		t.Errorf("%+v", f)
	}
	if f := field(t, list, "trigger.body.status"); !reflect.DeepEqual(f.Values, []shape.ValueCount{{"paid", 40}}) {
		t.Errorf("%+v", f)
	}
}

// What may be about a person is never kept, whatever the field is called.
func TestPersonalExamples(t *testing.T) {
	secrets := []string{
		"529.982.247-25", "52998224725", "ana@example.com", "+55 11 98765-4321", "11987654321", "Ana Souza", "Rua das Flores, 10", "eyJhbGciOiJIUzI1NiJ9.e30.x",
	}
	var w shape.Window
	for i, secret := range secrets {
		w.Add("", map[string]any{"a": secret, "list": []any{secret}, "n": 11987654321, "customer_name": "ana", "userEmail": "x", "access-token": "abc", "status": "paid"}, at(i))
	}
	data, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range append(secrets, "11987654321", `"ana"`, `"x"`, `"abc"`) {
		if strings.Contains(string(data), secret) {
			t.Errorf("%s is kept: %s", secret, data)
		}
	}
	if !strings.Contains(string(data), `"paid"`) {
		t.Errorf("no example is kept: %s", data)
	}
}

func TestHide(t *testing.T) {
	var w shape.Window
	w.Add("", map[string]any{"items": []any{map[string]any{"sku": "secret", "n": 1}}, "code": "hidden"}, at(1))
	w.Hide("/items/*/sku")
	w.Hide("/code")
	if data, _ := json.Marshal(w); strings.Contains(string(data), "secret") || strings.Contains(string(data), "hidden") || !strings.Contains(string(data), `"1":1`) {
		t.Errorf("%s", data)
	}
}

// What a window says is exact over the newest values, and older ones are forgotten.
func TestWindowForgets(t *testing.T) {
	var w shape.Window
	for i := range 3 * shape.Generation {
		body := map[string]any{"new": 1}
		if i < shape.Generation {
			body = map[string]any{"old": 1}
		}
		w.Add("", body, at(i))
		if n := w.Events(); i >= shape.Generation && (n < shape.Generation || n > 2*shape.Generation) {
			t.Fatalf("%d events counted after %d", n, i+1)
		}
	}
	if list := w.Shape().List(""); len(list) != 1 || list[0].Path != ".new" || list[0].Seen != list[0].Of {
		t.Errorf("%+v", list)
	}
}

func TestNames(t *testing.T) {
	var w shape.Window
	for i := range 30 {
		w.Add([]string{"paid", "refunded", "paid"}[i%3], map[string]any{"n": i}, at(i))
	}
	if w.Events("paid") != 20 || w.Events("refunded") != 10 || w.Events() != 30 || w.Shape("paid").Seen != 20 || w.Shape("other") != nil {
		t.Errorf("%d %d %d", w.Events("paid"), w.Events("refunded"), w.Events())
	}
	for i := range 100 {
		w.Add(fmt.Sprint("n", i), map[string]any{}, at(i))
	}
	if len(w.Names) > 41 || w.Events() != 130 {
		t.Errorf("%d names, %d events", len(w.Names), w.Events())
	}
}

func TestDrift(t *testing.T) {
	var w shape.Window
	add := func(n int, name string, body map[string]any) {
		for range n {
			w.Add(name, body, at(0))
		}
	}
	expect := func(want ...string) {
		t.Helper()
		var got []string
		for _, d := range w.Drifts(at(1)) {
			got = append(got, strings.TrimSpace(d.Key()))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	add(40, "paid", map[string]any{"total": 10, "coupon": "x", "customer": map[string]any{"id": 1, "vip": true}})
	expect()
	add(19, "paid", map[string]any{"total": 10, "customer": map[string]any{"id": 1}})
	expect()
	add(1, "paid", map[string]any{"total": "10,00", "customer": map[string]any{"id": 1}})
	expect("field_vanished paid .coupon", "field_vanished paid .customer.vip")
	add(2, "paid", map[string]any{"total": "10,00", "coupon": "x", "customer": map[string]any{"id": 1, "vip": nil}})
	expect("kind_changed paid .total")
	add(1, "refunded", map[string]any{"total": 1.5})
	expect("kind_changed paid .total", "new_event refunded")
}

// Strange payloads do not grow a shape beyond its limits.
func TestLimits(t *testing.T) {
	var w shape.Window
	for i := range 50 {
		body := map[string]any{}
		for j := range 500 {
			body[fmt.Sprintf("%d-%d", i, j)] = map[string]any{"a": []any{strings.Repeat("x", 10_000)}}
		}
		w.Add("", body, at(i))
	}
	deep := any("x")
	for range 60 {
		deep = map[string]any{"a": []any{deep}}
	}
	w.Add("", deep, at(0))
	data, err := json.Marshal(w)
	if err != nil || len(data) > 1<<20 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// Two shapes merge to what one would have seen of all the values.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(value(3), 2, 12).Draw(t, "values")
		cut := rapid.IntRange(1, len(values)-1).Draw(t, "cut")
		a, b, whole := new(shape.Shape), new(shape.Shape), new(shape.Shape)
		for i, v := range values {
			part := a
			if i >= cut {
				part = b
			}
			part.Add(v, i+1, at(i))
			whole.Add(v, i+1, at(i))
		}
		got, _ := json.Marshal(shape.Merge(a, b))
		want, _ := json.Marshal(whole)
		if string(got) != string(want) {
			t.Fatalf("%v\n got %s\nwant %s", values, got, want)
		}
	})
}

func value(depth int) *rapid.Generator[any] {
	leaf := rapid.SampledFrom([]any{nil, true, 1, 2.5, "a", "b"})
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(leaf,
		rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list") }),
		rapid.Custom(func(t *rapid.T) any {
			return rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c", "e-mail"}), value(depth-1), 0, 3).Draw(t, "object")
		}))
}
