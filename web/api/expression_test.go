package api_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"gancho/engine/expression"
	"gancho/triggers"
)

const orderFlow = `{"id": "orders", "trigger": {"kind": "manual"}, "settings": {"mask": ["/customer/cpf"]}, "steps": [
	{"id": "big", "action": "filter", "with": {"where": "trigger.body.total > 100"}},
	{"id": "say", "action": "log", "with": {"message": "ação 🎉 {{ trigger.body.custmer.name }} {{ trigger.body.boleto.url }}"}}]}`

// orders starts the flow 40 times: total is a text in 12, boleto is there in 9.
func orders(h *house) {
	h.Helper()
	for i := range 40 {
		total, boleto := fmt.Sprint(70+i), ""
		if i%10 < 3 {
			total = fmt.Sprintf("%q", total)
		}
		if i < 9 {
			boleto = `, "boleto": {"url": "https://b.example/1"}`
		}
		h.want(200, "POST", "/flows/orders/events", fmt.Sprintf(`{"event": {"body": {"id": %d, "status": "paid", "total": %s, "customer": {"name": "Ana Souza", "email": "ana@example.com", "phone": "+5511987654321", "cpf": "529.982.247-25", "tier": "GOLD"}%s}}}`, i, total, boleto))
	}
}

func TestSchema(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", orderFlow)
	if s := h.want(200, "GET", "/flows/orders/schema", ""); s["origin"] != "none" || len(s["fields"].([]any)) != 0 {
		t.Errorf("before any event: %v", s)
	}
	orders(h)
	s := h.want(200, "GET", "/flows/orders/schema", "")
	if s["events"] != 40.0 || s["origin"] != "events" {
		t.Errorf("%v", s)
	}
	fields := map[string]map[string]any{}
	for _, f := range s["fields"].([]any) {
		f := f.(map[string]any)
		fields[f["path"].(string)] = f
	}
	total := fields["trigger.body.total"]
	if total["type"] != "any" || total["seen"] != 40.0 || total["of"] != 40.0 || mustJSON(t, total["kinds"]) != `[{"count":28,"kind":"integer"},{"count":12,"kind":"text"}]` {
		t.Errorf("%v", total)
	}
	if b := fields["trigger.body.boleto"]; b["seen"] != 9.0 || b["of"] != 40.0 || b["type"] != "object" {
		t.Errorf("%v", b)
	}
	if v := mustJSON(t, fields["trigger.body.customer.tier"]["values"]); v != `[{"count":40,"value":"GOLD"}]` {
		t.Errorf("%v", v)
	}
	if cpf := fields["trigger.body.customer.cpf"]; cpf["masked"] != true || len(cpf["values"].([]any)) != 0 {
		t.Errorf("%v", cpf)
	}
	for _, personal := range []string{"Ana", "ana@", "98765", "529"} {
		if text := mustJSON(t, s); strings.Contains(text, personal) {
			t.Errorf("%q is told: %s", personal, text)
		}
	}
	at := h.want(200, "GET", "/flows/orders/schema?step=say", "")
	if text := mustJSON(t, at); !strings.Contains(text, `"steps.big"`) || !strings.Contains(text, `"run.id"`) {
		t.Errorf("what a step sees: %s", text)
	}
	h.want(404, "GET", "/flows/absent/schema", "")
}

func TestWarningsByRealEvents(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", orderFlow)
	orders(h)
	f := h.want(200, "GET", "/flows/orders", "")
	h.warned(f, "/steps/0/with/where", "mixed_types", "total", "`trigger.body.total` is text in 12 of 40 events")
	h.warned(f, "/steps/1/with/message", "unknown_field", "custmer", "unknown field `custmer`, did you mean `customer`?")
	h.warned(f, "/steps/1/with/message", "optional_field", "url", "`trigger.body.boleto.url` is present in 9 of 40 events")
	h.warned(h.want(200, "POST", "/flows/orders/check", orderFlow), "/steps/1/with/message", "unknown_field", "custmer", "did you mean `customer`?")
	h.warned(h.want(200, "GET", "/flows/orders", "", "Accept-Language", "pt-BR"), "/steps/0/with/where", "mixed_types", "total", "`trigger.body.total` é texto em 12 de 40 eventos")
	h.want(200, "POST", "/flows/orders/publish", "") // a warning never blocks
}

// warned finds a problem whose range, in UTF-16, is this word of the flow.
func (h *house) warned(answer map[string]any, path, code, word, message string) {
	h.Helper()
	texts := map[string]string{"/steps/0/with/where": "trigger.body.total > 100", "/steps/1/with/message": "ação 🎉 {{ trigger.body.custmer.name }} {{ trigger.body.boleto.url }}"}
	for _, p := range answer["problems"].([]any) {
		p := p.(map[string]any)
		if p["path"] != path || p["code"] != code {
			continue
		}
		units := utf16.Encode([]rune(texts[path]))
		if got := string(utf16.Decode(units[int(p["from"].(float64)):int(p["to"].(float64))])); got != word || p["severity"] != "warning" || !strings.Contains(p["message"].(string), message) {
			h.Errorf("%q: %v", got, p)
		}
		return
	}
	h.Errorf("no %s at %s in %v", code, path, answer["problems"])
}

func TestExpressionService(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", orderFlow)
	orders(h)
	events := h.want(200, "GET", "/events?flow=orders&limit=40", "")["items"].([]any)
	oldest := events[39].(map[string]any)["id"].(string)

	v := h.want(200, "POST", "/expression", `{"flow": "orders", "source": "trigger.body.id > 3 and trigger.body.status == \"paid\""}`)
	if v["type"] != "boolean" || v["value"] != true || mustJSON(t, v["passes"]) != `{"of":40,"pass":36}` || v["event"] != events[0].(map[string]any)["id"] || len(v["problems"].([]any)) != 0 {
		t.Errorf("%v", v)
	}
	condition := `{"all":[{"field":"trigger.body.id","operator":"greater","value":3},{"field":"trigger.body.status","operator":"equals","value":"paid"}]}`
	if got := mustJSON(t, v["condition"]); got != condition {
		t.Errorf("condition %s", got)
	}
	back := h.want(200, "POST", "/expression", `{"flow": "orders", "condition": `+condition+`}`)
	if back["source"] != v["source"] || back["value"] != true {
		t.Errorf("%v", back)
	}
	v = h.want(200, "POST", "/expression", `{"flow": "orders", "source": "trigger.body.id > 3", "event_id": "`+oldest+`"}`)
	if v["value"] != false || v["event"] != oldest || v["reason"] != "`trigger.body.id` was 0, not greater than 3" {
		t.Errorf("%v", v)
	}
	v = h.want(200, "POST", "/expression", `{"flow": "orders", "mode": "template", "source": "🎉 {{ trigger.body.customer.cpf }} {{ trigger.body.cu }}", "cursor": 53}`)
	list := v["completions"].(map[string]any)
	if labels := labelsOf(list); list["from"] != 38.0 || list["to"] != 53.0 || !slices.Contains(labels, "trigger.body.customer") {
		t.Errorf("%v %v", list["from"], list)
	}
	v = h.want(200, "POST", "/expression", `{"flow": "orders", "mode": "template", "source": "{{ trigger.body.customer.cpf }}"}`)
	if v["value"] != "***" {
		t.Errorf("what is masked is shown: %v", v["value"])
	}
	v = h.want(200, "POST", "/expression", `{"flow": "orders", "source": "steps.", "step": "say"}`)
	if labels := labelsOf(v["completions"].(map[string]any)); !slices.Contains(labels, "steps.big") {
		t.Errorf("%v", labels)
	}
	v = h.want(200, "POST", "/expression", `{"flow": "orders", "source": "", "place": "trigger"}`)
	if labels := labelsOf(v["completions"].(map[string]any)); !slices.Contains(labels, "trigger.body.total") || slices.Contains(labels, "steps") || !slices.Contains(labels, "upper") {
		t.Errorf("%v", labels)
	}
	for source, code := range map[string]string{"steps.absent.x == 1": "unknown_step", "steps.say.x == 1": "not_run_yet", "trigger.body.id > now()": "wrong_type"} {
		v = h.want(200, "POST", "/expression", `{"flow": "orders", "source": "`+source+`", "step": "say"}`)
		if list := v["problems"].([]any); len(list) != 1 || list[0].(map[string]any)["code"] != code {
			t.Errorf("%s: %v, want one %s", source, list, code)
		}
	}
	h.want(404, "POST", "/expression", `{"flow": "absent", "source": "1"}`)
	h.want(404, "POST", "/expression", `{"flow": "orders", "source": "1", "event_id": "00000000-0000-7000-8000-000000000000"}`)
	v = h.want(200, "POST", "/expression", `{"flow": "orders", "source": "sinal == false"}`) // rows show also what does not exist
	if got := mustJSON(t, v["condition"]); !strings.Contains(got, `"field":"sinal"`) || len(v["problems"].([]any)) == 0 {
		t.Errorf("a field that does not exist: %s, %v", got, v["problems"])
	}
	if res, _ := h.ask(http.MethodPost, "/api/v1/expression", root, `{"flow": "orders", "condition": {"all": 5}}`); res.StatusCode != 422 {
		t.Errorf("a strange condition: %d", res.StatusCode)
	}
	v = h.want(200, "POST", "/expression", `{"flow": "orders", "condition": {"all": [{"field": "trigger.body.id"}]}}`)
	if p := v["problems"].([]any)[0].(map[string]any); p["code"] != "condition" {
		t.Errorf("%v", p)
	}
}

func labelsOf(completions map[string]any) []string {
	var labels []string
	for _, c := range completions["items"].([]any) {
		labels = append(labels, c.(map[string]any)["label"].(string))
	}
	return labels
}

// Events that a preset names are told apart, and have the labels of the preset.
func TestSchemaOfAPreset(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "pay", "trigger": {"kind": "webhook", "with": {"preset": "asaas"}}, "steps": [
		{"id": "say", "action": "log", "when": "trigger.event == \"PAYMENT_RECEIVED\"", "with": {"message": "{{ trigger.body.payment.valu }}"}}]}`)
	s := h.want(200, "GET", "/flows/pay/schema", "", "Accept-Language", "pt-BR")
	if text := mustJSON(t, s); s["origin"] != "samples" || !strings.Contains(text, `"label":"Valor"`) || !strings.Contains(text, `"Um pagamento foi recebido"`) {
		t.Errorf("%s", text)
	}
	if p := h.want(200, "GET", "/flows/pay", "")["problems"].([]any); !strings.Contains(mustJSON(t, p), "did you mean `value`?") {
		t.Errorf("%v", p)
	}
	v := h.want(200, "POST", "/expression", `{"flow": "pay", "source": "trigger.event"}`)
	if v["value"] != "PAYMENT_RECEIVED" {
		t.Errorf("%v", v["value"])
	}
}

// What a preset names comes first, in its order; what is empty or only for programs comes last.
func TestSchemaTellsMostFirst(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "loja", "trigger": {"kind": "webhook", "with": {"preset": "shopify"}}, "steps": []}`)
	ordered := func(origin string, end ...string) {
		t.Helper()
		s := h.want(200, "GET", "/flows/loja/schema", "", "Accept-Language", "pt-BR")
		place, body := map[string]int{}, []string{}
		for _, f := range s["fields"].([]any) {
			path := f.(map[string]any)["path"].(string)
			if strings.HasPrefix(path, "trigger.body.") {
				place[path], body = len(body), append(body, path)
			}
		}
		if s["origin"] != origin || body[0] != "trigger.body.name" || body[1] != "trigger.body.total_price" {
			t.Errorf("%v: %v", s["origin"], body)
		}
		first := place["trigger.body.updated_at"]
		for _, last := range append(end, "admin_graphql_api_id", "token", "cart_token", "tags") {
			if first <= place["trigger.body.customer.last_name"] || place["trigger.body."+last] <= first || place["trigger.body."+last] <= place["trigger.body.shipping_lines[].price"] {
				t.Errorf("%s is no %d: %v", last, place["trigger.body."+last], body)
			}
		}
	}
	ordered("samples")
	shopify, _ := triggers.BuiltIn().Find("shopify")
	h.want(200, "POST", "/flows/loja/events", fmt.Sprintf(`{"event": {"body": %s}}`, shopify.View().Events[0].Body))
	ordered("events", "cancelled_at", "phone")
}

// Whoever published a flow is told when its events change, and which steps read what did.
func TestNotices(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "drift", "trigger": {"kind": "manual"}, "steps": [
		{"id": "each", "action": "loop", "with": {"over": "trigger.body.items"}, "steps": [{"id": "say", "action": "log", "with": {"message": "{{ item.sku }}"}}]},
		{"id": "end", "action": "log", "with": {"message": "{{ trigger.body.coupon ?? trigger.body.id }}"}}]}`)
	send := func(n int, body string) {
		for range n {
			h.want(200, "POST", "/flows/drift/events", `{"event": {"body": `+body+`}}`)
		}
	}
	before := `{"id": 1, "coupon": "X", "unused": 1, "items": [{"sku": "A", "n": 1}]}`
	send(30, before)
	h.want(200, "POST", "/flows/drift/publish", "")
	if n := h.want(200, "GET", "/flows/drift", "")["notices"]; mustJSON(t, n) != "[]" {
		t.Errorf("%v", n)
	}
	send(20, `{"id": "text", "items": [{"n": 1}]}`)
	var got []string
	for _, n := range h.want(200, "GET", "/flows/drift", "", "Accept-Language", "pt-BR")["notices"].([]any) {
		n := n.(map[string]any)
		got = append(got, fmt.Sprint(n["code"], " ", n["path"], " ", n["steps"], " ", n["message"]))
	}
	slices.Sort(got)
	want := []string{
		"field_vanished trigger.body.coupon [end] `trigger.body.coupon` não vem mais",
		"field_vanished trigger.body.items[].sku [say] `trigger.body.items[].sku` não vem mais",
		"kind_changed trigger.body.id [end] `trigger.body.id` agora é um texto; era um número",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	h.until("/alerts?kind=drift", func(v map[string]any) bool { return len(v["items"].([]any)) == 3 })
}

// BenchmarkExpression is what somebody who types waits for, with 40 payloads of 50 KB kept.
func BenchmarkExpression(b *testing.B) {
	h := newHouse(b)
	h.want(201, "POST", "/flows", `{"id": "large", "trigger": {"kind": "manual"}, "steps": [{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.n }}"}}]}`)
	var body strings.Builder
	for i := range 200 {
		fmt.Fprintf(&body, `"field_%d": {"id": %d, "name": %q, "tags": ["a", "b"]}, `, i, i, strings.Repeat("x", 200))
	}
	for i := range 40 {
		h.want(200, "POST", "/flows/large/events", fmt.Sprintf(`{"event": {"body": {%s "n": %d}}}`, body.String(), i))
	}
	sources := []string{`trigger.body.n > 3`, `trigger.body.field_1`, `steps.say == nil and trigger.body.field_150.id > 100`, `upper(trigger.body.field_3.name)`}
	for i := 0; b.Loop(); i++ {
		h.want(200, "POST", "/expression", fmt.Sprintf(`{"flow": "large", "step": "say", "source": %q}`, sources[i%len(sources)]))
	}
}

// Whoever asks is told why in their language, of events that were filtered before as of steps.
func TestReasonsInTheLanguageOfTheAsker(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "why", "trigger": {"kind": "manual", "where": "trigger.body.n > 0"}, "steps": [
		{"id": "say", "action": "log", "when": "trigger.body.n > 5", "with": {"message": "x"}}, {"id": "off", "action": "log", "disabled": true, "with": {"message": "x"}},
		{"id": "big", "action": "filter", "with": {"where": "trigger.body.n > 100 and trigger.body.ok"}}]}`)
	h.want(200, "POST", "/flows/why/publish", "")
	h.want(200, "POST", "/flows/why/events", `{"event": {"body": {"n": 0}}}`)
	run := h.want(200, "POST", "/flows/why/events", `{"event": {"body": {"n": 3}}}`)["run"].(string)
	for lang, want := range map[string][]string{
		"en":    {"`trigger.body.n` was 0, not greater than 0", "`trigger.body.n` was 3, not greater than 5", "disabled", "`trigger.body.n` was 3, not greater than 100"},
		"pt-BR": {"`trigger.body.n` era 0, não maior que 0", "`trigger.body.n` era 3, não maior que 5", "desligado", "`trigger.body.n` era 3, não maior que 100"},
	} {
		var got []string
		for _, e := range h.want(200, "GET", "/events?flow=why&status=filtered", "", "Accept-Language", lang)["items"].([]any) {
			got = append(got, e.(map[string]any)["reason"].(string))
		}
		h.until("/runs/"+run, func(v map[string]any) bool { return v["status"] == "filtered" })
		v := h.want(200, "GET", "/runs/"+run, "", "Accept-Language", lang)
		for _, s := range v["steps"].([]any) {
			got = append(got, fmt.Sprint(s.(map[string]any)["reason"]))
		}
		if !slices.Equal(got, want) || v["reason"] != want[3] {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
}

// The reference in the browser has every function, in the reader's language.
func TestDocsPage(t *testing.T) {
	h := newHouse(t)
	for lang, title := range map[string]string{"en": "Functions of expressions", "pt-BR": "Funções das expressões"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/docs", nil)
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		page := html.UnescapeString(w.Body.String())
		if w.Code != 200 || !strings.Contains(page, title) {
			t.Fatalf("%d %.200s", w.Code, page)
		}
		for _, f := range expression.Functions() {
			if !strings.Contains(page, f.Signature) || !strings.Contains(page, f.Doc.In(lang)) || len(f.Examples) == 0 {
				t.Errorf("%s: %s is not told", lang, f.Name)
			}
		}
	}
}

// TestPreviewTakesAnEventThatReachesTheSteps: a filtered one has no outputs to show.
func TestPreviewTakesAnEventThatReachesTheSteps(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "paid", "trigger": {"kind": "manual", "where": "trigger.body.paid == true"}, "steps": [
		{"id": "order", "action": "set", "with": {"values": {"id": "{{ trigger.body.id }}"}}}, {"id": "say", "action": "log", "with": {"message": "{{ steps.order.id }}"}}]}`)
	h.want(200, "POST", "/flows/paid/events", `{"event": {"body": {"id": 1, "paid": true}}}`)
	h.want(200, "POST", "/flows/paid/events", `{"event": {"body": {"id": 2, "paid": false}}}`)
	if v := h.want(200, "POST", "/expression", `{"flow": "paid", "step": "say", "source": "steps.order.id"}`); v["value"] != 1.0 {
		t.Errorf("%v", v)
	}
	if v := h.want(200, "POST", "/expression", `{"flow": "paid", "place": "trigger", "source": "trigger.body.id"}`); v["value"] != 2.0 {
		t.Errorf("at the trigger: %v", v)
	}
}

// A step that the draft does not have is told of; the place of one that it has is not.
func TestAnExpressionOfNoStep(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", orderFlow)
	codes := func(body string) (list []string) {
		for _, p := range h.want(200, "POST", "/expression", body)["problems"].([]any) {
			list = append(list, p.(map[string]any)["code"].(string))
		}
		return list
	}
	if got := codes(`{"flow": "orders", "step": "gone", "source": "1 + 1"}`); !slices.Equal(got, []string{"no_such_step"}) {
		t.Errorf("a step that is not there: %v", got)
	}
	for _, place := range []string{`"step": "say"`, `"place": "trigger"`, `"step": ""`} {
		if got := codes(`{"flow": "orders", ` + place + `, "source": "1 + 1"}`); len(got) > 0 {
			t.Errorf("%s: %v", place, got)
		}
	}
}
