package title_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gancho/engine/title"
)

// TestTitles: events that no preset names are told apart by what is at the top of their bodies.
func TestTitles(t *testing.T) {
	for body, want := range map[string]string{
		`{"id": 5001, "email": "ana@example.com", "items": [{"id": 7}]}`:                                                                                 "5001 · ana@example.com",
		`{"items": [{"id": 7, "name": "x"}], "nome": "Jo\u00e3o \"J\"", "Number": "A-1"}`:                                                                `A-1 · João "J"`,
		`{"data": {"id": 7}, "a,b": "id", "x": "\"id\": 9"}`:                                                                                             "",
		`{"id": null, "code": -1.5e3, "name": ""}`:                                                                                                       "-1.5e3",
		`{"x": "` + strings.Repeat("x", 1006) + `", "id": 123456}`:                                                                                       "",
		`{"pedido": 604, "valor": 780.5, "itens": [{"nome": "x"}], "cliente": {"id": 9, "tel": {"nome": "y"}, "nome": "Rui Costa"}, "x": {"nome": "z"}}`: "604 · Rui Costa · 780.5",
		`{"customer": [{"name": "x"}], "id": 1, "email": "a@b.c", "buyer": {"name": "Ana"}, "total": "10,00"}`:                                           "1 · Ana · 10,00",
		`{"cliente": "Ana Souza", "total": 1500, "itens": []}`:                                                                                           "Ana Souza · 1500", `{"cliente": "Ana", "nome": "Rui"}`: "Rui", `{"customer": "cus_000005219613", "id": "evt_1"}`: "evt_1", `{"client": "ios", "id": 5}`: "5", `{"contact": "https://x.y/z 1", "id": 5}`: "5", `{"customer": "5512", "total": 1500}`: "total 1500",
		`[{"id": 7}]`: "", `"id"`: "", `17`: "", `{}`: "",
	} {
		if got := title.Plain([]byte(body), "en"); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	for body, want := range map[string]string{
		"nome=Rui+Costa&email=rui%40example.com&order_id=7": "7 · Rui Costa", "a[id]=7&b": "", "name=%zz&nome=%E3&email=x%40y.z": "x@y.z", "&&=": "",
		"x=" + strings.Repeat("x", 1010) + "&name=Ana+Souza": "",
	} {
		if got := title.Form([]byte(body), "en"); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	for _, broken := range []string{`{"id": "`, `{"id`, `{`, "", `{"id": "\`, `{"\ud800": 1, "id": 2`} {
		if got := title.Plain([]byte(broken), "en"); got != "" {
			t.Errorf("%s: %q", broken, got)
		}
	}
}

// TestAmountsAreWrittenAsTheLanguageDoes: and nothing else of a title.
func TestAmountsAreWrittenAsTheLanguageDoes(t *testing.T) {
	for body, want := range map[string]string{
		`{"id": 10.5, "email": "a.b@c.d", "total": 199.9}`: "10.5 · a.b@c.d · 199,9",
		`{"id": "1.25", "total": "199.90"}`:                "1.25 · 199,90",
		`{"total": -3.5}`:                                  "total -3,5", `{"total": 1e3}`: "total 1e3", `{"total": 7}`: "total 7", `{"total": "R$ 1.199,90"}`: "total R$ 1.199,90", `{"total": "1.199"}`: "total 1.199", `{"Valor_total": "10.12.2026"}`: "Valor total 10.12.2026",
	} {
		if got := title.Plain([]byte(body), "pt-BR"); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if got, want := title.Form([]byte("order_id=1.5&total=19.90"), "pt-BR"), "1.5 · 19,90"; got != want {
		t.Errorf("a form: %q, want %q", got, want)
	}
}

func BenchmarkPlain(b *testing.B) {
	body := []byte(`{"items": [` + strings.Repeat(`{"sku": "a-1", "price": 10.5}, `, 90) + `{}], "id": 7, "email": "ana@example.com"}`)
	b.Run("valid", func(b *testing.B) {
		for b.Loop() {
			json.Valid(body)
		}
	})
	b.Run("title", func(b *testing.B) {
		for b.Loop() {
			title.Plain(body, "en")
		}
	})
}
