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
		`trigger.body.status in ["sent"] and trigger.body.total > 500`:  form.Label("`trigger.body.status` was \"paid\", not equal to \"sent\"", "`trigger.body.status` era \"paid\", não igual a \"sent\""),
		`trigger.body.coupon == "X"`:                                    form.Label("`trigger.body.coupon` is missing", "falta `trigger.body.coupon`"),
		`not (trigger.body.status == "paid")`:                           form.Label("`trigger.body.status` was \"paid\", equal to \"paid\"", "`trigger.body.status` era \"paid\", igual a \"paid\""),
		`any(trigger.body.items, .qty > 5)`:                             form.Label("`trigger.body.items[].qty` was 2 and 1, never greater than 5", "`trigger.body.items[].qty` era 2 e 1, nunca maior que 5"),
		`trigger.body.name == "Bia" or trigger.body.name contains "Li"`: form.Label("`trigger.body.name` was \"Ana\", not equal to \"Bia\", and `trigger.body.name` was \"Ana\", which does not contain \"Li\"", "`trigger.body.name` era \"Ana\", não igual a \"Bia\", e `trigger.body.name` era \"Ana\", que não contém \"Li\""),
		`string(trigger.body.id) == "1"`:                                form.Label("`string(trigger.body.id)` was another value, not equal to \"1\"", "`string(trigger.body.id)` era outro valor, não igual a \"1\""),
		`trigger.body.total != 199.9`:                                   form.Label("`trigger.body.total` was 199.9, equal to 199.9", "`trigger.body.total` era 199.9, igual a 199.9"),
		`trigger.body.coupon != nil`:                                    form.Label("`trigger.body.coupon` is missing", "falta `trigger.body.coupon`"),
		`trigger.body.total == nil`:                                     form.Label("`trigger.body.total` was 199.9, not missing", "`trigger.body.total` era 199.9, não ausente"),
		`500 < trigger.body.total`:                                      form.Label("`trigger.body.total` was 199.9, not greater than 500", "`trigger.body.total` era 199.9, não maior que 500"),
		`trigger.body.total == trigger.body.status`:                     form.Label("`trigger.body.total` was 199.9, not equal to `trigger.body.status` (\"paid\")", "`trigger.body.total` era 199.9, não igual a `trigger.body.status` (\"paid\")"),
		`1 == 2 or 2 == 3 or 3 == 4 or 4 == 5 or 5 == 6`:                form.Label("`1` was 1, not equal to 2, and `2` was 2, not equal to 3, and `3` was 3, not equal to 4, and 2 more", "`1` era 1, não igual a 2, e `2` era 2, não igual a 3, e `3` era 3, não igual a 4, e mais 2"),
		`number_br(trigger.body.price ?? 0) > 500`:                      form.Label("`trigger.body.price` was \"199,90\", not greater than 500", "`trigger.body.price` era \"199,90\", não maior que 500"),
		`float(trigger.body.discount ?? 0) > 5`:                         form.Label("`trigger.body.discount` is missing", "falta `trigger.body.discount`"),
		`start_of(trigger.body.made, "day") < date("2026-11-20")`:       form.Label("`trigger.body.made` was 2026-11-24, not less than 2026-11-20", "`trigger.body.made` era 2026-11-24, não menor que 2026-11-20"),
		`present(trigger.body.coupon)`:                                  form.Label("`trigger.body.coupon` has no value", "`trigger.body.coupon` não tem valor"),
		`not present(trigger.body.status)`:                              form.Label("`trigger.body.status` has a value", "`trigger.body.status` tem valor"),
		`"vip" in trigger.body.tags`:                                    form.Label("`trigger.body.tags` was a list with \"new\", \"gold\", \"b2b\" and 2 more, which does not contain \"vip\"", "`trigger.body.tags` era uma lista com \"new\", \"gold\", \"b2b\" e mais 2, que não contém \"vip\""),
		`"vip" in (trigger.body.none ?? [])`:                            form.Label("`trigger.body.none` is missing", "falta `trigger.body.none`"),
		`"gold" not in trigger.body.tags`:                               form.Label("`trigger.body.tags` was a list with \"new\", \"gold\", \"b2b\" and 2 more, containing \"gold\"", "`trigger.body.tags` era uma lista com \"new\", \"gold\", \"b2b\" e mais 2, contendo \"gold\""),
		`3 in trigger.body.nothing`:                                     form.Label("`trigger.body.nothing` was an empty list, which does not contain 3", "`trigger.body.nothing` era uma lista vazia, que não contém 3"),
		`trigger.body.name in trigger.body.tags`:                        form.Label("`trigger.body.tags` was a list with \"new\", \"gold\", \"b2b\" and 2 more, which does not contain `trigger.body.name` (\"Ana\")", "`trigger.body.tags` era uma lista com \"new\", \"gold\", \"b2b\" e mais 2, que não contém `trigger.body.name` (\"Ana\")"),
		`{} in trigger.body.items`:                                      form.Label("`trigger.body.items` was a list of 2 elements, which does not contain `{}` (an object)", "`trigger.body.items` era uma lista de 2 itens, que não contém `{}` (um objeto)"),
		`trigger.body.status in ["sent", "open"]`:                       form.Label("`trigger.body.status` was \"paid\", none of \"sent\", \"open\"", "`trigger.body.status` era \"paid\", nenhum de \"sent\", \"open\""),
		`trigger.body.status not in ["paid", "open"]`:                   form.Label("`trigger.body.status` was \"paid\", one of \"paid\", \"open\"", "`trigger.body.status` era \"paid\", um de \"paid\", \"open\""),
		`trigger.body.status not in ["paid"]`:                           form.Label("`trigger.body.status` was \"paid\", equal to \"paid\"", "`trigger.body.status` era \"paid\", igual a \"paid\""),
		`trigger.body.total in 200..300`:                                form.Label("`trigger.body.total` was 199.9, not between 200 and 300", "`trigger.body.total` era 199.9, não entre 200 e 300"),
		`not (trigger.body.name contains "na")`:                         form.Label("`trigger.body.name` was \"Ana\", containing \"na\"", "`trigger.body.name` era \"Ana\", contendo \"na\""),
		`not (trigger.body.coupon == nil)`:                              form.Label("`trigger.body.coupon` is missing", "falta `trigger.body.coupon`"),
		`not (trigger.body.total != nil)`:                               form.Label("`trigger.body.total` was 199.9, not missing", "`trigger.body.total` era 199.9, não ausente"),
		`all(trigger.body.items, .qty > 1)`:                             form.Label("`trigger.body.items[].qty` was 2 and 1, not always greater than 1", "`trigger.body.items[].qty` era 2 e 1, nem sempre maior que 1"),
		`none(trigger.body.items, .sku == "A")`:                         form.Label("`trigger.body.items[].sku` was \"A\" and \"B\", sometimes equal to \"A\"", "`trigger.body.items[].sku` era \"A\" e \"B\", às vezes igual a \"A\""),
		`not any(trigger.body.items, .sku == "A")`:                      form.Label("`trigger.body.items[].sku` was \"A\" and \"B\", sometimes equal to \"A\"", "`trigger.body.items[].sku` era \"A\" e \"B\", às vezes igual a \"A\""),
		`not all(trigger.body.items, .qty in [1, 2])`:                   form.Label("`trigger.body.items[].qty` was 2 and 1, always one of 1, 2", "`trigger.body.items[].qty` era 2 e 1, sempre um de 1, 2"),
		`any(trigger.body.tags, # startsWith "v")`:                      form.Label("`trigger.body.tags[]` was \"new\", \"gold\", \"b2b\" and 2 more, never starting with \"v\"", "`trigger.body.tags[]` era \"new\", \"gold\", \"b2b\" e mais 2, nunca começando com \"v\""),
		`any(trigger.body.one, .qty > 5)`:                               form.Label("`trigger.body.one[].qty` was 5, not greater than 5", "`trigger.body.one[].qty` era 5, não maior que 5"),
		`none(trigger.body.one, .qty > 4)`:                              form.Label("`trigger.body.one[].qty` was 5, greater than 4", "`trigger.body.one[].qty` era 5, maior que 4"),
		`any(trigger.body.items, .qty > 5 and .sku == "A")`:             form.Label("no element of `trigger.body.items` meets `.qty > 5 and .sku == \"A\"`", "nenhum item de `trigger.body.items` atende a `.qty > 5 and .sku == \"A\"`"),
		`all(trigger.body.items, .qty > trigger.body.total)`:            form.Label("not every element of `trigger.body.items` meets `.qty > trigger.body.total`", "nem todo item de `trigger.body.items` atende a `.qty > trigger.body.total`"),
		`any(trigger.body.nothing, .qty > 5)`:                           form.Label("`trigger.body.nothing` is an empty list", "`trigger.body.nothing` é uma lista vazia"),
		`diff(trigger.body.old, now(), "days") in 0..6`:                 form.Label("`trigger.body.old` was 2026-10-01, not in the last 7 days", "`trigger.body.old` era 2026-10-01, não nos últimos 7 dias"),
		`diff(trigger.body.old ?? "2026-01-01", now(), "days") in 0..0`: form.Label("`trigger.body.old` was 2026-10-01, not in the last day", "`trigger.body.old` era 2026-10-01, não no último dia"),
		`diff(now(), trigger.body.old, "days") in 0..2`:                 form.Label("`trigger.body.old` was 2026-10-01, not in the next 3 days", "`trigger.body.old` era 2026-10-01, não nos próximos 3 dias"),
		`diff(trigger.body.made, now(), "days") >= 30`:                  form.Label("`trigger.body.made` was 2026-11-24, less than 30 days ago", "`trigger.body.made` era 2026-11-24, há menos de 30 dias"),
		`diff(trigger.body.seconds, now(), "days") in 0..6`:             form.Label("`trigger.body.seconds` was 2025-01-01, not in the last 7 days", "`trigger.body.seconds` era 2025-01-01, não nos últimos 7 dias"),
		`not (diff(trigger.body.made, now(), "days") in 0..6)`:          form.Label("`trigger.body.made` was 2026-11-24, in the last 7 days", "`trigger.body.made` era 2026-11-24, nos últimos 7 dias"),
		`slug(trigger.body.name) == slug("Bía")`:                        form.Label("`trigger.body.name` was \"Ana\", not equal to \"Bía\", case and accents aside", "`trigger.body.name` era \"Ana\", não igual a \"Bía\", sem contar maiúsculas e acentos"),
		`truthy(trigger.body.name)`:                                     form.Label("`trigger.body.name` was \"Ana\", which does not mean yes", "`trigger.body.name` era \"Ana\", que não quer dizer sim"),
		`not truthy(trigger.body.yes)`:                                  form.Label("`trigger.body.yes` was true, which means yes", "`trigger.body.yes` era verdadeiro, que quer dizer sim"),
		`truthy(trigger.body.coupon)`:                                   form.Label("`trigger.body.coupon` is missing", "falta `trigger.body.coupon`"),
		`trigger.body.yes == false`:                                     form.Label("`trigger.body.yes` was true", "`trigger.body.yes` era verdadeiro"),
		`not trigger.body.yes`:                                          form.Label("`trigger.body.yes` was true", "`trigger.body.yes` era verdadeiro"),
		`len(trigger.body.items) > 2`:                                   form.Label("the length of `trigger.body.items` was 2, not greater than 2", "o tamanho de `trigger.body.items` era 2, não maior que 2"),
		`trigger.body.vip`:                                              form.Label("`trigger.body.vip` is missing", "falta `trigger.body.vip`"),
	} {
		p, err := expression.Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		s := scope(t)
		body := s.Values["trigger"].(map[string]any)["body"].(map[string]any)
		body["price"], body["made"] = "199,90", "2026-11-24T10:00:00-03:00"
		body["old"], body["yes"], body["nothing"], body["seconds"] = "2026-10-01", true, []any{}, 1735689600
		body["tags"], body["one"] = []any{"new", "gold", "b2b", "x", "y"}, []any{map[string]any{"qty": 5}}
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
	s := &expression.Scope{Mask: []string{"/customer/*", "/name", "/people/*/age"}, Values: map[string]any{
		"trigger": map[string]any{"body": map[string]any{"name": "Ana", "customer": map[string]any{"city": "Salvador", "tags": []any{"x"}, "born": "2000-01-01"}, "mails": []any{"a", "a@b.co"}, "people": []any{map[string]any{"age": 20}, map[string]any{"age": 21}}, "cpf": 52998224725, "mail": "a@b.co", "total": 5}},
		"steps":   map[string]any{"made": map[string]any{"greeting": "Oi Ana"}},
	}}
	for source, want := range map[string]string{
		`trigger.body.name == "Bia"`:                              "`trigger.body.name` was another value, not equal to \"Bia\"",
		`trigger.body.customer.city == "Natal"`:                   "`trigger.body.customer.city` was another value, not equal to \"Natal\"",
		`string(trigger.body.customer) == "Bia"`:                  "`string(trigger.body.customer)` was another value, not equal to \"Bia\"",
		`steps.made.greeting == "Oi"`:                             "`steps.made.greeting` was another value, not equal to \"Oi\"",
		`trigger.body.cpf < 5`:                                    "`trigger.body.cpf` was another value, not less than 5",
		`trigger.body.mail == ""`:                                 "`trigger.body.mail` was another value, not equal to \"\"",
		`"vip" in trigger.body.customer.tags`:                     "`trigger.body.customer.tags` was a list of 1 element, which does not contain \"vip\"",
		`any(trigger.body.mails, # == "x")`:                       "`trigger.body.mails[]` was 2 values, never equal to \"x\"",
		`any(trigger.body.people, .age > 90)`:                     "`trigger.body.people[].age` was 2 values, never greater than 90",
		`diff(trigger.body.customer.born, now(), "days") in 0..6`: "`trigger.body.customer.born` was another value, not in the last 7 days",
		`trigger.body.total > 9`:                                  "`trigger.body.total` was 5, not greater than 9",
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
