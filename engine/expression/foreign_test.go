package expression_test

import (
	"encoding/json"
	"testing"
	"time"

	"gancho/engine/expression"
)

// FuzzCondition: a condition that the builder can show says the same when it is written again.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		`trigger.body.total > 79.9`, `trigger.event in ["a", "b"] or not (item.sku contains "X")`, `trigger.body["e-mail"] != nil`, `float(trigger.body.total) > 200 or number_br(item.price) <= 9.5`,
		`trigger.body.a == true and (trigger.body.b == nil or trigger.body.n <= -2)`, `trigger.body.x == "\u0000\"\\"`, `not not trigger.body.x`, `trigger.a[0].b == 1e400`, `trigger.a == ''`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		c := expression.ConditionOf(source)
		if c == nil {
			return
		}
		written, err := c.Source()
		if err != nil {
			t.Fatalf("%q cannot be written again: %v", source, err)
		}
		model, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		read, err := expression.ReadCondition(model)
		if err != nil {
			t.Fatalf("%q as %s cannot be read: %v", source, model, err)
		}
		if again, err := json.Marshal(read); err != nil || string(again) != string(model) {
			t.Fatalf("%q is shown as %s, and then as %s: %v", source, model, again, err)
		}
		c = expression.ConditionOf(written)
		if c == nil {
			t.Fatalf("%q is written as %q, which the builder cannot show", source, written)
		}
		if again, err := c.Source(); err != nil || again != written {
			t.Fatalf("%q is written as %q, and then as %q: %v", source, written, again, err)
		}
	})
}

// FuzzForeignText: functions that read a text of somebody else end in time, with a value that JSON can hold or an error.
func FuzzForeignText(f *testing.F) {
	var programs []*expression.Program
	for _, source := range []string{
		`csv(trigger.body)`, `csv(trigger.body, ";")`, `parse_json(trigger.body)`, `strip_html(trigger.body)`, `slug(trigger.body)`, `title(trigger.body)`, `number_br(trigger.body)`, `float(trigger.body)`,
		`int(trigger.body)`, `date(trigger.body)`, `format_date(trigger.body, "02/01/2006")`, `phone_e164(trigger.body, "BR")`, `cpf_valid(trigger.body)`, `cnpj_valid(trigger.body)`, `mask(trigger.body, 4)`,
		`truncate(trigger.body, 3)`, `left(trigger.body, 2) + right(trigger.body, 2)`, `regex_find(trigger.body, "(a+)+$")`, `url_encode(trigger.body)`, `get({"a": [1]}, trigger.body, 0)`, `xml({"a": trigger.body})`,
		`md5(trigger.body) + uuid_from(trigger.body)`, `fromBase64(trigger.body)`, `duration(trigger.body)`, `split(trigger.body, "")`,
	} {
		p, err := expression.Compile(source)
		if err != nil {
			f.Fatalf("%s: %v", source, err)
		}
		programs = append(programs, p)
	}
	for i, seed := range []string{"a;b\n1;\"2\n", `{"a":[1]}`, "<p>R$&nbsp;1.199,90<script>", "1.234,56", "24/12/2026 09:00", "(11) 98765-4321", "529.982.247-25", "\xff\xfe", "1h", "a[0].b"} {
		f.Add(uint8(i), seed)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		p := programs[int(which)%len(programs)]
		s := &expression.Scope{Now: time.Unix(0, 0), Zone: time.UTC, Values: map[string]any{"trigger": map[string]any{"body": text}}}
		value, err := p.Run(t.Context(), s)
		if err != nil {
			return
		}
		if _, err := json.Marshal(value); err != nil {
			t.Fatalf("%s of %q: %v", p.Source(), text, err)
		}
	})
}
