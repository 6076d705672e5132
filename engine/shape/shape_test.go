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
	if f := field(t, list, "trigger.body.status"); !reflect.DeepEqual(f.Values, []shape.ValueCount{{Value: "paid", Count: 40}}) {
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

// States, kinds and amounts are shown as they are; what may be about a person is cut, and says so.
func TestShownExamples(t *testing.T) {
	for _, c := range []struct {
		body any
		path string
		cut  bool
	}{
		{map[string]any{"situacao": "Pago"}, ".situacao", false},
		{map[string]any{"situacao": "Aguardando pagamento"}, ".situacao", false},
		{map[string]any{"situação": "Em Separação"}, `["situação"]`, false},
		{map[string]any{"formaPagamento": "Cartão de Crédito"}, ".formaPagamento", false},
		{map[string]any{"x": "Aguardando pagamento"}, ".x", false},
		{map[string]any{"x": "Ana de Souza"}, ".x", true},
		{map[string]any{"x": "ANA SOUZA"}, ".x", true},
		{map[string]any{"x": "ana souza"}, ".x", true},
		{map[string]any{"x": "avenida Brasil 10"}, ".x", true},
		{map[string]any{"status": "ana@example.com"}, ".status", true},
		{map[string]any{"status": "529.982.247-25"}, ".status", true},
		{map[string]any{"cliente": "Ana"}, ".cliente", true},
		{map[string]any{"nome": "Ana"}, ".nome", true},
		{map[string]any{"cliente": map[string]any{"nome": "Ana"}}, ".cliente.nome", true},
		{map[string]any{"produto": map[string]any{"nome": "Curso de Go"}}, ".produto.nome", false},
		{map[string]any{"itens": []any{map[string]any{"nome": "Caneca"}}}, ".itens[].nome", false},
		{map[string]any{"tipo_documento": "CPF"}, ".tipo_documento", false},
		{map[string]any{"documento": "123"}, ".documento", true},
		{map[string]any{"total": "R$ 1.250,00"}, ".total", false},
		{map[string]any{"x": "aB3dE5fG7hJk"}, ".x", true},
		{map[string]any{"x": strings.Repeat("é", 60)}, ".x", true},
	} {
		f := field(t, shape.Of(c.body).List(""), c.path)
		if len(f.Values) != 1 || f.Values[0].Cut != c.cut || strings.HasSuffix(f.Values[0].Value, "•••") != c.cut {
			t.Errorf("%v: %+v, want cut %v", c.body, f.Values, c.cut)
		}
	}
}

// A date is no person: times are grouped by their day, and only the birthday of somebody is hidden.
func TestShownDates(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  string
		cut   bool
		form  string
	}{
		{"created_at", "2026-01-10T10:30:00-03:00", "2026-01-10 …", true, "date"},
		{"criado", "24/11/2026 10:00", "24/11/2026 …", true, "date"},
		{"x", "2026-01-10 10:30:00.123456Z", "2026-01-10 …", true, "date"},
		{"vencimento", "2026-01-10", "2026-01-10", false, "date"},
		{"creation_date", 1735689600000, "2025-01-01 …", true, "date"},
		{"expiresAt", 1735689600, "2025-01-01 …", true, "date"},
		{"data_nascimento", "1990-05-01", "1•••", true, "date"},
		{"birthday", 1735689600, "1•••", true, ""},
		{"number", 1735689600, "1•••", true, ""},
		{"created", 7, "7", false, ""},
		{"x", "2026-01-10 Ana de Souza, rua do Comércio 10, 01310-100", "2•••", true, ""},
	} {
		f := field(t, shape.Of(map[string]any{c.name: c.value}).List(""), "."+c.name)
		if len(f.Values) != 1 || f.Values[0].Value != c.want || f.Values[0].Cut != c.cut || f.Form != c.form {
			t.Errorf("%s %v: %+v, want %s, cut %v, %q", c.name, c.value, f, c.want, c.cut, c.form)
		}
	}
}

// How texts are written is told also of what is cut.
func TestForms(t *testing.T) {
	for want, texts := range map[string][]any{
		"number":    {"199.90", "80", "1.250", ""},
		"number_br": {"199,90", "80", "R$ 1.250,00"},
		"date":      {"2026-11-20T10:00:00Z", "24/11/2026", "2026-11-20 10:00"},
		"":          {"pago", "199,90", "2026-11-20", "11/24/2026", "1.2.3"},
	} {
		var w shape.Window
		for i, text := range texts {
			w.Add([]string{"a", "b"}[i%2], map[string]any{"telefone": text, "n": 1.5}, at(i))
		}
		list := w.Shape().List("")
		if f := field(t, list, ".telefone"); f.Form != want {
			t.Errorf("%v: %q, want %q", texts, f.Form, want)
		}
		if f := field(t, list, ".n"); f.Form != "" {
			t.Errorf("%+v", f)
		}
	}
}

// The members of an object that a step makes were not counted together.
func TestMadeObject(t *testing.T) {
	var w shape.Window
	for i := range 3 {
		w.Add("", map[string]any{"customer": map[string]any{"name": "Ana"}}, at(i))
	}
	made := shape.Record(map[string]*shape.Shape{"order": shape.Record(map[string]*shape.Shape{"who": w.Shape().Fields["customer"]})})
	made.Fields["own"] = w.Shape().Alone()
	list := made.List("steps")
	for _, path := range []string{"steps.order", "steps.order.who", "steps.order.who.name"} {
		if f := field(t, list, path); f.Seen != 0 || f.Of != 0 {
			t.Errorf("%+v", f)
		}
	}
	if f := field(t, list, "steps.own.customer.name"); f.Seen != 3 || f.Of != 3 {
		t.Errorf("%+v", f)
	}
}
