package expression_test

import (
	"strings"
	"testing"
	"time"

	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/shape"
)

func knownOrders() *expression.Known {
	s := new(shape.Shape)
	for i := range 40 {
		body := map[string]any{"total": 79.9, "status": "paid", "name": "#1", "title": 1, "paid": 1, "customer": map[string]any{"e-mail": "a@b.c", "name": "Ana", "phone": "1"}, "items": []any{map[string]any{"sku": "A", "n": 1}}}
		if i < 9 {
			body["coupon"] = "X"
		}
		s.Add(map[string]any{"body": body}, i+1, time.Time{})
	}
	return &expression.Known{
		Roots:  map[string]*shape.Shape{"trigger": s, "run": shape.Record(map[string]*shape.Shape{"id": shape.Kinds(shape.Text)})},
		Labels: map[string]form.Words{"trigger.body.total": form.Label("Amount", "Valor"), "trigger.body.paid": form.Label("Amount paid", "Valor pago")},
	}
}

func TestComplete(t *testing.T) {
	k := knownOrders()
	// | is the cursor; want are the first labels, and what they replace.
	for source, want := range map[string]string{
		"trigger.body.cus|":            "trigger.body.cus: trigger.body.customer",
		"tot|":                         "tot: trigger.body.total",
		"name|":                        "name: trigger.body.name",
		"E-ma|":                        `E-ma: trigger.body.customer["e-mail"]`,
		"valor pa|":                    "valor pa: trigger.body.paid",
		"telefone|":                    `telefone: trigger.body.customer.phone`,
		"celular|":                     `celular: trigger.body.customer.phone`,
		"nome do cli|":                 "nome do cli: trigger.body.customer.name",
		"e-mail da cliente|":           `e-mail da cliente: trigger.body.customer["e-mail"]`,
		"customer name|":               "customer name: trigger.body.customer.name",
		"nome limpo|":                  "nome limpo: trigger.body.name trigger.body.customer.name",
		"clean name|":                  "clean name: trigger.body.name trigger.body.customer.name",
		"Cliente › Telefone|":          "Cliente › Telefone: trigger.body.customer.phone",
		"custom total|":                "custom total: trigger.body.total",
		"preço|":                       "preço: trigger.body.total",
		"cliente|":                     `cliente: trigger.body.customer trigger.body.customer["e-mail"] trigger.body.customer.name trigger.body.customer.phone`,
		"x and tot|":                   "tot: trigger.body.total",
		"title|":                       "title: trigger.body.title",
		"number_br|":                   "number_br: number_br",
		"trigger.body.customer.|":      `trigger.body.customer.: trigger.body.customer["e-mail"] trigger.body.customer.name trigger.body.customer.phone`,
		"trigger.body.co|unt > 1":      "trigger.body.count: trigger.body.coupon",
		"1 + trigger.body.items[0].s|": "trigger.body.items[0].s: trigger.body.items[0].sku",
		"first(trigger.body.items).s|": "first(trigger.body.items).s: first(trigger.body.items).sku",
		"map(trigger.body.items, .s|":  ".s: .sku",
		"any(trigger.body.items, len(#.sku) > #.|": "#.: #.n #.sku",
		"trigger.body.total | rou|":                "rou: round",
		"startsW|":                                 "startsW: startsWith",
		"upp|":                                     "upp: upper",
		`"ação" == trigger.body.to|`:               "trigger.body.to: trigger.body.total",
	} {
		before, after, _ := strings.Cut(source, "|")
		if strings.Count(source, "|") == 2 { // the first is a pipe
			at := strings.LastIndexByte(source, '|')
			before, after = source[:at], source[at+1:]
		}
		found := expression.Complete(before+after, len([]rune(before)), k)
		replaced := string([]rune(before + after)[found.From:found.To])
		var labels []string
		for _, c := range found.Items {
			labels = append(labels, c.Label)
		}
		got := replaced + ": " + strings.Join(labels[:min(len(labels), max(1, strings.Count(want, " ")))], " ")
		if got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

func TestCompletionsAreRanked(t *testing.T) {
	found := expression.Complete("", 0, knownOrders()).Items
	at := map[string]int{}
	for i, c := range found {
		at[c.Label] = i
		if c.Label == "trigger.body.coupon" && (c.Seen != 9 || c.Of != 40 || c.Type != "text") {
			t.Errorf("%+v", c)
		}
		if c.Label == "trigger.body.total" && c.Title.PT != "Valor" {
			t.Errorf("%+v", c)
		}
	}
	if at["trigger.body.coupon"] < at["trigger.body.total"] || at["upper"] < at["trigger.body.coupon"] {
		t.Errorf("%v", at)
	}
	piped := expression.Complete("trigger.body.items | ", 21, knownOrders()).Items
	for _, c := range piped {
		if c.Kind == "function" {
			if c.Label == "upper" {
				t.Errorf("a text function comes first for a list")
			}
			break
		}
	}
}

func TestCompleteTemplate(t *testing.T) {
	k := knownOrders()
	for source, want := range map[string]string{
		"Olá {{ trigger.body.cou| }} e {{ x }}":  "trigger.body.cou: trigger.body.coupon",
		"Olá {{ x }} e {{ trigger.body.cou|":     "trigger.body.cou: trigger.body.coupon",
		"Olá {{ trigger.body.to| e {{ run.id }}": "trigger.body.to: trigger.body.total",
		"Olá | {{ x }}":                          ": ",
		"{{ x }} fim|":                           ": ",
	} {
		before, after, _ := strings.Cut(source, "|")
		found := expression.CompleteTemplate(before+after, len([]rune(before)), k)
		label := ""
		if len(found.Items) > 0 {
			label = found.Items[0].Label
		}
		if got := string([]rune(before + after)[found.From:found.To]) + ": " + label; got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}

// TestCompletionsByPlace: what may stand at a place comes first, and nothing where nothing may.
func TestCompletionsByPlace(t *testing.T) {
	for source, want := range map[string]string{
		`trigger.body.items | `:                      "all( any(",
		`trigger.body.items | fi`:                    "filter( find(",
		`map(filter(trigger.body.items, .n > 1), .s`: ".sku",
		`trigger.body.items | filter(.`:              ".n .sku",
		`map(trigger.body.items, `:                   ".n .sku trigger",
		`map(trigger.body.items, upper(.s`:           ".sku",
		`let x = trigger.body.customer; x.`:          `x["e-mail"] x.name`,
		`let x = trigger.body.customer; `:            "x trigger",
		`trigger.body["cu`:                           `customer"]`,
		`trigger.body.customer['e`:                   `e-mail']`,
		`trigger.body.status == 'abc tr`:             "",
		`trigger.body.total `:                        "== !=",
		`trigger.body.total > `:                      "trigger run",
		`mail`:                                       `trigger.body.customer["e-mail"]`,
		`number`:                                     "number_br(",
	} {
		var got []string
		for _, c := range expression.Complete(source, len([]rune(source)), knownOrders()).Items {
			got = append(got, c.Insert)
		}
		n := len(strings.Fields(want))
		if first := strings.Join(strings.Fields(strings.Join(got[:min(n, len(got))], " ")), " "); first != want || n == 0 && len(got) > 0 {
			t.Errorf("%s: got %q, want %q", source, got[:min(len(got), n+2)], want)
		}
	}
	functions := func(source string) (list []string) {
		for _, c := range expression.Complete(source, len([]rune(source)), knownOrders()).Items {
			if c.Kind == "function" {
				list = append(list, c.Type)
			}
		}
		return list
	}
	if got := functions("upper("); got[0] != "text" || got[5] != "text" {
		t.Errorf("after upper( the functions give %q first", got[:6])
	}
	if got := functions("round("); got[0] == "text" || got[5] == "text" {
		t.Errorf("after round( the functions give %q first", got[:6])
	}
}

// A name is completed as it is written between the quotation marks that are open.
func TestANameIsCompletedBetweenItsMarks(t *testing.T) {
	names := []string{`d'água`, `say "hi"`, "back`tick", `back\slash`, `all'"` + "`\\"}
	body := map[string]any{}
	for i, name := range names {
		body[name] = i
	}
	known := &expression.Known{Roots: map[string]*shape.Shape{"trigger": shape.Of(map[string]any{"body": body})}}
	for _, mark := range []string{`'`, `"`, "`"} {
		source, found := "trigger.body["+mark, 0
		for _, c := range expression.Complete(source, len(source), known).Items {
			p, err := expression.Compile(source + c.Insert)
			if err != nil {
				t.Errorf("%s%s: %v", source, c.Insert, err)
				continue
			}
			value, err := p.Run(t.Context(), &expression.Scope{Values: map[string]any{"trigger": map[string]any{"body": body}}})
			if err != nil || value == nil {
				t.Errorf("%s%s gives %v: %v", source, c.Insert, value, err)
			}
			found++
		}
		if want := len(names) - 2*strings.Count(mark, "`"); found != want {
			t.Errorf("in %s: %d names, want %d", mark, found, want)
		}
	}
}
