package expression_test

import (
	"testing"

	"gancho/engine/expression"
	"gancho/engine/form"
)

func TestWhy(t *testing.T) {
	for source, want := range map[string]form.Words{
		`trigger.body.total > 500`:                                      form.Label("`trigger.body.total` was 199.9, not greater than 500", "`trigger.body.total` era 199.9, não maior que 500"),
		`trigger.body.status == "paid" && trigger.body.total > 500`:     form.Label("`trigger.body.total` was 199.9, not greater than 500", "`trigger.body.total` era 199.9, não maior que 500"),
		`trigger.body.status in ["sent"] and trigger.body.total > 500`:  form.Label("`trigger.body.status` was \"paid\", not in [\"sent\"]", "`trigger.body.status` era \"paid\", não em [\"sent\"]"),
		`trigger.body.coupon == "X"`:                                    form.Label("`trigger.body.coupon` is missing", "falta `trigger.body.coupon`"),
		`not (trigger.body.status == "paid")`:                           form.Label("`trigger.body.status == \"paid\"` was true", "`trigger.body.status == \"paid\"` era verdadeiro"),
		`any(trigger.body.items, .qty > 5)`:                             form.Label("`any(trigger.body.items, .qty > 5)` was false", "`any(trigger.body.items, .qty > 5)` era falso"),
		`trigger.body.name == "Bia" or trigger.body.name contains "Li"`: form.Label("`trigger.body.name` was \"Ana\", not equal to \"Bia\", and `trigger.body.name` was \"Ana\", which does not contain \"Li\"", "`trigger.body.name` era \"Ana\", não igual a \"Bia\", e `trigger.body.name` era \"Ana\", que não contém \"Li\""),
		`string(trigger.body.id) == "1"`:                                form.Label("`string(trigger.body.id)` was another value, not equal to \"1\"", "`string(trigger.body.id)` era outro valor, não igual a \"1\""),
		`trigger.body.total != 199.9`:                                   form.Label("`trigger.body.total` was 199.9, equal to 199.9", "`trigger.body.total` era 199.9, igual a 199.9"),
		`trigger.body.coupon != nil`:                                    form.Label("`trigger.body.coupon` is missing", "falta `trigger.body.coupon`"),
		`trigger.body.total == nil`:                                     form.Label("`trigger.body.total` was 199.9, not missing", "`trigger.body.total` era 199.9, não ausente"),
		`500 < trigger.body.total`:                                      form.Label("`trigger.body.total` was 199.9, not greater than 500", "`trigger.body.total` era 199.9, não maior que 500"),
		`trigger.body.total == trigger.body.status`:                     form.Label("`trigger.body.total` was 199.9, not equal to trigger.body.status (\"paid\")", "`trigger.body.total` era 199.9, não igual a trigger.body.status (\"paid\")"),
		`1 == 2 or 2 == 3 or 3 == 4 or 4 == 5 or 5 == 6`:                form.Label("`1` was 1, not equal to 2, and `2` was 2, not equal to 3, and `3` was 3, not equal to 4, and 2 more", "`1` era 1, não igual a 2, e `2` era 2, não igual a 3, e `3` era 3, não igual a 4, e mais 2"),
		`number_br(trigger.body.price ?? 0) > 500`:                      form.Label("`trigger.body.price` was \"199,90\", not greater than 500", "`trigger.body.price` era \"199,90\", não maior que 500"),
		`float(trigger.body.discount ?? 0) > 5`:                         form.Label("`trigger.body.discount` is missing", "falta `trigger.body.discount`"),
		`start_of(trigger.body.made, "day") < date("2026-11-20")`:       form.Label("`trigger.body.made` was 2026-11-24, not less than 2026-11-20", "`trigger.body.made` era 2026-11-24, não menor que 2026-11-20"),
		`present(trigger.body.coupon)`:                                  form.Label("`trigger.body.coupon` has no value", "`trigger.body.coupon` não tem valor"),
		`not present(trigger.body.status)`:                              form.Label("`trigger.body.status` has a value", "`trigger.body.status` tem valor"),
		`trigger.body.vip`:                                              form.Label("`trigger.body.vip` is missing", "falta `trigger.body.vip`"),
	} {
		p, err := expression.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		s := scope(t)
		body := s.Values["trigger"].(map[string]any)["body"].(map[string]any)
		body["price"], body["made"] = "199,90", "2026-11-24T10:00:00-03:00"
		if ok, _, err := p.Bool(t.Context(), s); ok || err != nil {
			t.Fatalf("%s: got %v, %v", source, ok, err)
		}
		if got := p.Why(t.Context(), s); got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", source, got, want)
		}
	}
}

// TestWhyTellsNothingPersonal: neither what looks personal nor what the flow masks, nor what a
// step may have made of it.
func TestWhyTellsNothingPersonal(t *testing.T) {
	s := &expression.Scope{Mask: []string{"/customer/*", "/name"}, Values: map[string]any{
		"trigger": map[string]any{"body": map[string]any{"name": "Ana", "customer": map[string]any{"city": "Salvador"}, "cpf": 52998224725, "mail": "a@b.co", "total": 5}},
		"steps":   map[string]any{"made": map[string]any{"greeting": "Oi Ana"}},
	}}
	for source, want := range map[string]string{
		`trigger.body.name == "Bia"`:             "`trigger.body.name` was another value, not equal to \"Bia\"",
		`trigger.body.customer.city == "Natal"`:  "`trigger.body.customer.city` was another value, not equal to \"Natal\"",
		`string(trigger.body.customer) == "Bia"`: "`string(trigger.body.customer)` was another value, not equal to \"Bia\"",
		`steps.made.greeting == "Oi"`:            "`steps.made.greeting` was another value, not equal to \"Oi\"",
		`trigger.body.cpf < 5`:                   "`trigger.body.cpf` was another value, not less than 5",
		`trigger.body.mail == ""`:                "`trigger.body.mail` was another value, not equal to \"\"",
		`trigger.body.total > 9`:                 "`trigger.body.total` was 5, not greater than 9",
	} {
		p, err := expression.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Why(t.Context(), s).EN; got != want {
			t.Errorf("%s:\n got %s\nwant %s", source, got, want)
		}
	}
}

func BenchmarkWhy(b *testing.B) {
	p, err := expression.Compile(`trigger.body.status == "paid" && trigger.body.total > 500 && trigger.body.name != ""`)
	if err != nil {
		b.Fatal(err)
	}
	s := scope(b)
	for b.Loop() {
		p.Why(b.Context(), s)
	}
}
