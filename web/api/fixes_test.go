package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// Each fix, put where it says, makes an expression that no longer has its problem.
func TestFixes(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", orderFlow)
	orders(h)
	ask := func(mode, source string) []any {
		return h.want(200, "POST", "/expression", mustJSON(t, map[string]any{"flow": "orders", "mode": mode, "source": source, "step": "say"}))["problems"].([]any)
	}
	for _, c := range []struct{ mode, source, code, want string }{
		{"template", "ação 🎉 {{ numbr(trigger.body.id) }}", "unknown_name", "ação 🎉 {{ float(trigger.body.id) }}"},
		{"template", "é {{ TOTÁL }}", "unknown_name", "é {{ trigger.body.total }}"},
		{"template", "{{ emial }}", "unknown_name", "{{ trigger.body.customer.email }}"},
		{"expression", "total > 3", "unknown_name", "trigger.body.total > 3"},
		{"expression", "triger.body.total > 3", "unknown_name", "trigger.body.total > 3"},
		{"template", "🎉 {{ trigger.body.custmer.name }}!", "unknown_field", "🎉 {{ trigger.body.customer.name }}!"},
		{"template", "a {{ trigger.body.boleto.url }}", "optional_field", `a {{ (trigger.body.boleto.url ?? "-") }}`},
		{"expression", "trigger.body.status > 3", "wrong_type", "float(trigger.body.status) > 3"},
		{"expression", `trigger.body.id > "3"`, "wrong_type", "trigger.body.id > 3"},
		{"expression", `"3" == trigger.body.id`, "wrong_type", "3 == trigger.body.id"},
		{"expression", "steps.bog == nil", "unknown_step", "steps.big == nil"},
		{"expression", "trigger.body.id = 3", "syntax", "trigger.body.id == 3"},
		{"expression", `start_of(now(), "mês")`, "wrong_word", `start_of(now(), "month")`},
	} {
		problems := ask(c.mode, c.source)
		at := slices.IndexFunc(problems, func(p any) bool { return p.(map[string]any)["code"] == c.code })
		if at < 0 {
			t.Errorf("%s: no %s in %v", c.source, c.code, problems)
			continue
		}
		fixes, _ := problems[at].(map[string]any)["fixes"].([]any)
		if len(fixes) == 0 {
			t.Errorf("%s: no fix in %v", c.source, problems[at])
			continue
		}
		fix := fixes[0].(map[string]any)
		from, _ := fix["from"].(float64)
		units := utf16.Encode([]rune(c.source))
		got := string(utf16.Decode(slices.Concat(units[:int(from)], utf16.Encode([]rune(fix["put"].(string))), units[int(fix["to"].(float64)):])))
		if got != c.want {
			t.Errorf("%s became %s, want %s", c.source, got, c.want)
		}
		for _, p := range ask(c.mode, got) {
			if p.(map[string]any)["code"] == c.code {
				t.Errorf("%s still has %v", got, p)
			}
		}
	}
	// What a step made is found by its title, before a function that is called nearly so.
	res, doc := h.ask(http.MethodPost, "/api/v1/flows/orders/check", root, `{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [{"id": "order", "action": "set", "with": {"values": {"name": "{{ trigger.body.customer.name }}"}}}, {"id": "say", "action": "respond", "with": {"text": "Oi {{nome}}"}}]}`, "Accept-Language", "pt-BR")
	if list := mustJSON(t, doc["problems"]); res.StatusCode != 200 || !strings.Contains(list, `"label":"Trocar por Nome (steps.order.name)","of":"nome","put":"steps.order.name"`) || strings.Contains(list, "none") || strings.Count(list, "não existe nada chamado") != 1 {
		t.Errorf("an unknown name: %s", list)
	}
	// What is written in another way than the fix expects is left alone.
	for _, p := range ask("expression", `trigger.body["custmer"].name`) {
		if fixes := p.(map[string]any)["fixes"]; fixes != nil {
			t.Errorf("a fix that does not fit: %v", fixes)
		}
	}
	res, doc = h.ask(http.MethodPost, "/api/v1/flows/orders/check", root, `{"id": "orders", "trigger": {"kind": "manual"}, "steps": [{"id": "a", "action": "http.reqest"}]}`)
	if p := doc["problems"].([]any)[0].(map[string]any); res.StatusCode != 200 || mustJSON(t, p["fixes"]) != `[{"label":"Change to http.request","put":"http.request"}]` {
		t.Errorf("%d %v", res.StatusCode, p)
	}
	doc = h.want(200, "POST", "/flows/orders/check", `{"id": "orders", "trigger": {"kind": "manual"}, "steps": [{"id": "a", "action": "filter", "with": {"where": "{{ trigger.body.ok }}"}}]}`)
	if p := doc["problems"].([]any)[0].(map[string]any); !strings.Contains(p["message"].(string), "without {{ and }}") || !strings.Contains(mustJSON(t, p["fixes"]), `"put":"trigger.body.ok"`) {
		t.Errorf("an expression in braces: %v", p)
	}
	doc = h.want(200, "POST", "/flows/orders/check", `{"id": "orders", "trigger": {"kind": "manual"}, "steps": [{"id": "a", "action": "respond", "with": {"status": "{{ 200.5 }}"}}, {"id": "b", "action": "respond", "with": {"status": "{{ 200 + 1 }}"}}]}`)
	if list := mustJSON(t, doc["problems"]); strings.Count(list, "whole numbers only") != 1 || !strings.Contains(list, "/steps/0/with/status") {
		t.Errorf("decimals where only whole numbers are taken: %s", list)
	}
}

// Texts that came as numbers of Brazil are read as such, also where only some of the values are texts; the schema tells how they are written.
func TestBrazilianNumbers(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "loja", "trigger": {"kind": "webhook"}, "steps": []}`)
	for _, body := range []string{`{"total": "199,90", "mixed": 80, "plain": "199.90", "situacao": "Aguardando pagamento"}`, `{"total": "R$ 1.250,00", "mixed": "80,50", "plain": "80", "situacao": "Pago"}`, `{"total": "80", "mixed": "R$ 3,00", "plain": "1.250", "situacao": "Pago"}`} {
		h.want(200, "POST", "/flows/loja/events", `{"event": {"body": `+body+`}}`)
	}
	for source, want := range map[string]string{"trigger.body.total > 100": "number_br(trigger.body.total)", "trigger.body.mixed > 100": "number_br(trigger.body.mixed)", "trigger.body.plain > 100": "float(trigger.body.plain)"} {
		problems := mustJSON(t, h.want(200, "POST", "/expression", mustJSON(t, map[string]any{"flow": "loja", "mode": "expression", "source": source, "place": "trigger"}))["problems"])
		if !strings.Contains(problems, `"put":"`+want+`"`) {
			t.Errorf("%s: no %s in %s", source, want, problems)
		}
	}
	fields := mustJSON(t, h.want(200, "GET", "/flows/loja/schema", "")["fields"])
	if strings.Count(fields, `"form":"number_br"`) != 2 || strings.Count(fields, `"form":"number"`) != 1 || !strings.Contains(fields, `{"count":1,"value":"Aguardando pagamento"}`) {
		t.Errorf("%s", fields)
	}
	// What the builder itself offers for what may be missing, it reads again.
	h.want(200, "POST", "/flows/loja/events", `{"event": {"body": {}}}`)
	for _, source := range []string{"number_br(trigger.body.total) > 100", `slug(trigger.body.situacao) == slug("pago")`} {
		ask := func(source string) map[string]any {
			return h.want(200, "POST", "/expression", mustJSON(t, map[string]any{"flow": "loja", "mode": "expression", "source": source, "place": "trigger"}))
		}
		p := ask(source)["problems"].([]any)[0].(map[string]any)
		fix := p["fixes"].([]any)[0].(map[string]any)
		mended := strings.Replace(source, fix["of"].(string), fix["put"].(string), 1)
		answer := ask(mended)
		row := mustJSON(t, answer["condition"])
		if p["code"] != "optional_field" || !strings.Contains(row, `"default":`) || len(answer["problems"].([]any)) != 0 {
			t.Errorf("%s became %s: %s %v", source, mended, row, answer["problems"])
		}
	}
}

// TestSettingsOfBlocks: a call names a flow that can be called. Of a group of which one must be filled in, none is a problem of its first, and any one is enough.
func TestSettingsOfBlocks(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", orderFlow)
	h.want(201, "POST", "/flows", `{"id": "helper", "trigger": {"kind": "call"}, "steps": []}`)
	for with, want := range map[string]string{
		`{"flow": "nobody"}`: "/steps/0/with/flow no_flow_yet", `{"flow": "orders"}`: "/steps/0/with/flow not_callable", `{"flow": "helper"}`: "", `{"flow": "{{ trigger.body.x }}"}`: "",
		`{"until": "tomorrow"}`: "/steps/0/with/until wrong_type", `{"until": "{{ trigger.body.at }}"}`: "",
		`{}`: "/steps/0/with/for required", `{"for": "1h"}`: "", `{"until": "2026-12-24T09:00:00-03:00"}`: "", `{"for": "1h", "until": "2026-12-24T09:00:00-03:00"}`: "/steps/0/with/until one_of",
	} {
		got, action := "", "delay"
		if strings.Contains(with, "flow") {
			action = "call"
		}
		for _, p := range h.want(200, "POST", "/flows/orders/check", `{"id": "orders", "trigger": {"kind": "manual"}, "steps": [{"id": "a", "action": "`+action+`", "with": `+with+`}]}`)["problems"].([]any) {
			p := p.(map[string]any)
			got += p["path"].(string) + " " + p["code"].(string)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", with, got, want)
		}
	}
}

// TestOneOfSeveral: an e-mail without any message is found before it is published; each field of one is enough, and they may stand together.
func TestOneOfSeveral(t *testing.T) {
	h := newHouse(t)
	for with, want := range map[string]string{
		``: "/steps/0/with/markdown required", `"markdown": "", "html": null`: "/steps/0/with/markdown required",
		`"markdown": "Oi"`: "", `"text": "{{ trigger.body.text }}"`: "", `"text": "Oi", "html": "<p>Oi"`: "",
	} {
		got := ""
		flow := `{"id": "orders", "trigger": {"kind": "manual"}, "steps": [{"id": "a", "action": "email.send", "connection": "mail", "with": {"to": "ana@example.com", "subject": "Oi"` + strings.TrimSuffix(", "+with, ", ") + `}}]}`
		for _, p := range h.want(200, "POST", "/flows/orders/check", flow)["problems"].([]any) {
			if p := p.(map[string]any); p["severity"] == "error" {
				got += p["path"].(string) + " " + p["code"].(string)
				if hint := p["hint"].(string); !strings.Contains(hint, "“Message”") || !strings.Contains(hint, " or “HTML") {
					t.Errorf("hint %q", hint)
				}
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", with, got, want)
		}
	}
}

// A call gives what the schema of the called flow asks for.
func TestACallKeepsToTheSchema(t *testing.T) {
	h := newHouse(t)
	for _, f := range []string{
		`{"id": "child", "trigger": {"kind": "call", "with": {"input": {"required": ["n"], "properties": {"n": {"type": "integer"}}}}}, "steps": [{"id": "r", "action": "respond", "with": {"body": "{{ trigger.body.n }}"}}]}`,
		`{"id": "parent", "trigger": {"kind": "manual"}, "steps": [{"id": "c", "action": "call", "with": {"flow": "child", "input": "{{ trigger.body }}"}}]}`,
	} {
		id := h.want(201, "POST", "/flows", f)["flow"].(map[string]any)["id"].(string)
		h.want(200, "POST", "/flows/"+id+"/publish", `{}`)
	}
	for body, want := range map[string]string{
		`{"n": 9007199254740993}`: "<nil>",
		`{"n": "x"}`:              "o fluxo \"child\" não aceita esta entrada: o corpo não segue o schema: em /n, há um texto no lugar de um número inteiro",
		`{}`:                      "o fluxo \"child\" não aceita esta entrada: o corpo não segue o schema: em /, falta n",
	} {
		run := h.want(200, "POST", "/flows/parent/events", `{"event": {"body": `+body+`}}`)["run"].(string)
		v := h.until("/runs/"+run, func(v map[string]any) bool { return v["status"] == "failed" || v["status"] == "succeeded" })
		got := "<nil>"
		if v["status"] == "failed" {
			got = h.want(200, "GET", "/runs/"+run, "", "Accept-Language", "pt-BR")["error"].(map[string]any)["message"].(string)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// A number that is written as text counts as one; another text is told what is wrong with it.
func TestAStatusAsText(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "trigger": {"kind": "manual"}, "steps": []}`)
	for status, want := range map[string]string{`"abc"`: "wrong_type", `"99"`: "too_small", `"404"`: "", `404`: ""} {
		answer := h.want(200, "POST", "/flows/a/check", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "say", "action": "respond", "with": {"status": `+status+`}}]}`)
		found := ""
		for _, p := range answer["problems"].([]any) {
			found += p.(map[string]any)["code"].(string)
		}
		if found != want {
			t.Errorf("%s: %q, want %q", status, found, want)
		}
	}
}
