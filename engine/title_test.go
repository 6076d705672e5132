package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gancho/engine"
)

// TestRunsHaveTitles: events that no preset names are told apart by what is at the top of their
// bodies, and a mask hides it.
func TestRunsHaveTitles(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": []}`)
	h.publish(`{"id": "b", "trigger": {"kind": "webhook"}, "settings": {"mask": ["/email"]}, "steps": []}`)
	for body, want := range map[string]string{
		`{"id": 5001, "email": "ana@example.com", "items": [{"id": 7}]}`:                                                                                 "5001 · ana@example.com",
		`{"items": [{"id": 7, "name": "x"}], "nome": "Jo\u00e3o \"J\"", "Number": "A-1"}`:                                                                `A-1 · João "J"`,
		`{"data": {"id": 7}, "a,b": "id", "x": "\"id\": 9"}`:                                                                                             "",
		`{"id": null, "code": -1.5e3, "name": ""}`:                                                                                                       "-1.5e3",
		`{"x": "` + strings.Repeat("x", 1006) + `", "id": 123456}`:                                                                                       "",
		`{"pedido": 604, "valor": 780.5, "itens": [{"nome": "x"}], "cliente": {"id": 9, "tel": {"nome": "y"}, "nome": "Rui Costa"}, "x": {"nome": "z"}}`: "604 · Rui Costa · 780.5",
		`{"customer": [{"name": "x"}], "id": 1, "email": "a@b.c", "buyer": {"name": "Ana"}, "total": "10,00"}`:                                           "1 · Ana · 10,00",
		`[{"id": 7}]`: "", `"id"`: "", `17`: "", `{}`: "",
	} {
		if v := h.finished(h.send("a", body)); v.Title != want {
			t.Errorf("%s: %q, want %q", body, v.Title, want)
		}
	}
	if v := h.finished(h.send("b", `{"id": 1, "email": "ana@example.com"}`)); strings.Contains(v.Title, "ana@") {
		t.Errorf("a masked value is in the title: %q", v.Title)
	}
	h.publish(`{"id": "c", "trigger": {"kind": "webhook"}, "settings": {"mask": ["/cliente", "/valor"]}, "steps": []}`)
	if v := h.finished(h.send("c", `{"pedido": 604, "valor": 780.5, "cliente": {"nome": "Rui Costa"}}`)); strings.Contains(v.Title, "Rui") || strings.Contains(v.Title, "780") {
		t.Errorf("a masked value is in the title: %q", v.Title)
	}
	for body, want := range map[string]string{
		"nome=Rui+Costa&email=rui%40example.com&order_id=7": "7 · Rui Costa", "a[id]=7&b": "", "name=%zz&nome=%E3&email=x%40y.z": "x@y.z", "&&=": "",
		"x=" + strings.Repeat("x", 1010) + "&name=Ana+Souza": "",
	} {
		receipts, err := h.Accept(t.Context(), []engine.Incoming{{Flow: "a", Body: []byte(body), Meta: engine.Meta{Kind: "webhook", Type: "application/x-www-form-urlencoded; charset=UTF-8"}}})
		check(t, err)
		if v, err := h.Run(t.Context(), receipts[0].Run); err != nil || v.Title != want {
			t.Errorf("%s: %q %v, want %q", body, v.Title, err, want)
		}
	}
	token := "MDEyMzQ1Njc4OWFiY2RlZjAxOTBhMDAwLTAwMDAtNzAwMC04MDAwLTEyMzQ1Njc4OWFiY2Fzaw" // of a wait
	if v := h.finished(h.send("a", `{"name": "`+token+`"}`)); v.Title != "…" {
		t.Errorf("a title tells where to answer: %q", v.Title)
	}
	for _, broken := range []string{`{"id": "`, `{"id`, `{`, "", `{"id": "\`, `{"\ud800": 1, "id": 2`} {
		receipts, err := h.Accept(t.Context(), []engine.Incoming{{Flow: "a", Body: []byte(broken), Meta: engine.Meta{Kind: "webhook", Type: "text/plain"}}})
		check(t, err)
		if receipts[0].Run == "" {
			t.Errorf("%q: %+v", broken, receipts)
		}
	}
}

func BenchmarkAcceptTitle(b *testing.B) {
	body := []byte(`{"items": [` + strings.Repeat(`{"sku": "a-1", "price": 10.5}, `, 90) + `{}], "id": 7, "email": "ana@example.com"}`)
	b.Run("valid", func(b *testing.B) {
		for b.Loop() {
			json.Valid(body)
		}
	})
	b.Run("title", func(b *testing.B) {
		for b.Loop() {
			engine.PlainTitle(body)
		}
	})
}
