package api_test

import (
	"slices"
	"strings"
	"testing"
)

// said gives what a check says of a flow: severity, place and code of each problem.
func (h *house) said(flow string) (list []string) {
	h.Helper()
	res, doc := h.ask("POST", "/api/v1/flows/f/check", root, flow, "Accept-Language", "pt-BR")
	if res.StatusCode != 200 {
		h.Fatalf("check %s: %d %v", flow, res.StatusCode, doc)
	}
	for _, p := range doc["problems"].([]any) {
		p := p.(map[string]any)
		list = append(list, p["severity"].(string)+" "+p["path"].(string)+" "+p["code"].(string))
	}
	slices.Sort(list)
	return list
}

func (h *house) wantSaid(flow string, want ...string) {
	h.Helper()
	slices.Sort(want)
	if got := h.said(flow); !slices.Equal(got, want) {
		h.Errorf("%s:\n got %q\nwant %q", flow, got, want)
	}
}

func webhookFlow(trigger string) string {
	return `{"id": "f", "trigger": {"kind": "webhook", ` + trigger + `}, "steps": []}`
}

// What is fetched for an event needs a connection, and is not there when its sender is answered.
func TestFetchedThingsAtTheDoor(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "mp", "kind": "mercadopago:token", "fields": {"access_token": "a", "webhook_secret": "b"}}`)
	for _, preset := range []string{"mercadopago", "hubspot", "nuvemshop", "vtex"} {
		h.wantSaid(webhookFlow(`"with": {"preset": "`+preset+`", "verify": "observe"}`), "error /trigger/connection required")
	}
	h.wantSaid(webhookFlow(`"with": {"preset": "mercadopago"}`), "error /trigger/connection required")
	h.wantSaid(webhookFlow(`"with": {"preset": "stripe", "verify": "observe"}`))

	key, order := `"dedupe": {"key": "string(trigger.resource.id)"}`, `"order_by": "trigger.resource.id"`
	const where = `, "where": "trigger.resource.status != 'pending'"`
	h.wantSaid(webhookFlow(`"connection": "mp", "with": {"preset": "mercadopago", `+key+`, `+order+`}`),
		"error /trigger/with/dedupe/key not_fetched_yet", "error /trigger/with/order_by not_fetched_yet")
	h.wantSaid(webhookFlow(`"with": {`+key+`}`), "error /trigger/with/dedupe/key not_fetched_yet")
	// After a filter that reads the resource the key is taken, too.
	h.wantSaid(webhookFlow(`"connection": "mp", "with": {"preset": "mercadopago", ` + key + `}` + where))
	h.wantSaid(webhookFlow(`"connection": "mp", "with": {"preset": "mercadopago", `+order+`}`+where), "error /trigger/with/order_by not_fetched_yet")
	h.wantSaid(webhookFlow(`"connection": "mp", "with": {"preset": "mercadopago", "dedupe": {"key": "get(trigger, 'body.id')"}, "order_by": "trigger.body.id"}`))
}

// A connection of another kind is told of once, whatever the trigger asks of it.
func TestAConnectionOfAnotherKindIsToldOnce(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "git", "kind": "gitlab:webhook", "fields": {"token": "t"}}`)
	for _, with := range []string{`"preset": "stripe"`, `"preset": "mercadopago"`, `"auth": {"kind": "basic"}`} {
		h.wantSaid(webhookFlow(`"connection": "git", "with": {`+with+`}`), "error /trigger/connection wrong_connection")
	}
	h.wantSaid(webhookFlow(`"connection": "git", "with": {"preset": "gitlab"}`))
}

// A number that was saved as a text is told where it is compared by size, and is what is to be mended.
func TestKindsOfVariables(t *testing.T) {
	h := newHouse(t)
	h.want(200, "PUT", "/vars", `{"free": "199,90", "limit": 200, "city": "Recife"}`)
	filter := func(where string) string {
		return stepFlow(`{"id": "f", "action": "filter", "with": {"where": "`+where+`"}}`, "")
	}
	for _, where := range []string{"trigger.body.total > vars.free", "float(trigger.body.total) > vars.free", "vars.free <= 3"} {
		h.wantSaid(filter(where), "warning /steps/0/with/where wrong_type")
		_, doc := h.ask("POST", "/api/v1/flows/f/check", root, filter(where), "Accept-Language", "pt-BR")
		p := doc["problems"].([]any)[0].(map[string]any)
		if p["message"] != "`vars.free` é um texto; aqui é preciso um número" || p["fixes"].([]any)[0].(map[string]any)["put"] != "number_br(vars.free)" {
			t.Errorf("%s: %v", where, p)
		}
	}
	h.wantSaid(filter("trigger.body.total > vars.limit"))
	h.wantSaid(filter("trigger.body.city > vars.city"))
}

// What was counted of a single event is told in the singular.
func TestOneEvent(t *testing.T) {
	h := newHouse(t)
	flow := stepFlow(`{"id": "f", "action": "filter", "with": {"where": "trigger.body.total == true"}}`, "")
	h.want(201, "POST", "/flows", strings.Replace(flow, `"manual"`, `"webhook"`, 1))
	h.want(200, "POST", "/flows/f/events", `{"event": {"body": {"total": 3}}}`)
	_, doc := h.ask("POST", "/api/v1/flows/f/check", root, flow, "Accept-Language", "pt-BR")
	problems, _ := doc["problems"].([]any)
	if len(problems) != 1 || !strings.Contains(problems[0].(map[string]any)["message"].(string), "é um número em 1 evento;") {
		t.Errorf("problems: %v", problems)
	}
}

func stepFlow(step, more string) string {
	return `{"id": "f", "trigger": {"kind": "manual"}, "steps": [` + step + `]` + more + `}`
}

func requestFlow(with string) string {
	for member, value := range map[string]string{"url": "https://example.com/x", "method": "POST"} {
		if !strings.Contains(with, `"`+member+`": `) {
			with += `, "` + member + `": "` + value + `"`
		}
	}
	return stepFlow(`{"id": "h", "action": "http.request", "with": {`+with+`}}`, "")
}

// What is written out and fails each time is said when the flow is saved; what comes of a template is asked when it is there.
func TestWhatCanNeverWorkIsSaidAtSave(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "mail", "kind": "smtp", "fields": {"host": "mail.example.com", "port": "25", "security": "none", "from": "a@example.com"}}`)
	h.want(200, "PUT", "/vars", `{"token": "t", "host": "example.com"}`)
	const with = "error /steps/0/with/"
	for _, c := range []struct{ request, said string }{
		{`"headers": {"Host": "x"}`, with + "headers/Host bad_input"},
		{`"headers": {"Content-Length": "{{ trigger.body.n }}"}`, with + "headers/Content-Length bad_input"},
		{`"headers": {"X A": "x"}`, with + "headers/X A bad_input"},
		{`"headers": {"X": "a\r\nB: c"}`, with + "headers/X bad_input"},
		{`"headers": {"X": {"a": 1}}`, with + "headers/X bad_input"},
		{`"headers": {"X": "{{ trigger.body.x }}", "Y": 1, "Authorization": "Bearer {{ vars.token }}"}`, ""},
		{`"headers": {"Authorization": "Bearer abc"}`, "warning /steps/0/with/headers/Authorization secret_in_flow"},
		{`"query": {"a": {"b": 1}}`, with + "query/a bad_input"},
		{`"query": {"a": ["{{ trigger.body.x }}", 1], "b": true}`, ""},
		{`"multipart": [{"name": "a", "text": "x"}, {"name": "b", "filename": "{{ trigger.body.f }}"}]`, with + "multipart/1 bad_input"},
		{`"multipart": [{"text": "x"}]`, with + "multipart/0 bad_input"},
		{`"multipart": [{"name": "a", "base64": "!!"}]`, with + "multipart/0 bad_input"},
		{`"multipart": {"a": 1}`, with + "multipart/0 bad_input"},
		{`"multipart": [{"name": "{{ trigger.body.n }}", "file": "a", "base64": "{{ trigger.body.f }}"}]`, ""},
		{`"multipart": "{{ trigger.body.parts }}"`, ""},
		{`"url": "http://"`, with + "url bad_url"},
		{`"url": "http://a b/"`, with + "url bad_url"},
		{`"url": "http://example.com:99999/"`, with + "url bad_url"},
		{`"url": "https://{{ vars.host }}/x y"`, ""},
		{`"url": "https://u:p@example.com/"`, "warning /steps/0/with/url secret_in_flow"},
		{`"method": "GET", "json": {}`, with + "method body_of_get"},
		{`"method": "GET", "text": ""`, ""},
		{`"paginate": {"items": "response.body"}`, with + "paginate bad_input"},
		{`"paginate": {"items": "[]", "next": "nil", "max_pages": 0}`, with + "paginate bad_input"},
		{`"paginate": {"items": "[]", "next": "1 +"}`, with + "paginate/next syntax"},
		{`"paginate": {"items": "x", "next": "nil"}`, with + "paginate/items unknown_name"},
		{`"paginate": {"items": "response.body.items", "next": "response.body.next", "max_pages": 3}`, ""},
	} {
		if c.said == "" {
			h.wantSaid(requestFlow(c.request))
		} else {
			h.wantSaid(requestFlow(c.request), c.said)
		}
	}
	for with, said := range map[string]string{
		`"subject": "a\nb"`: "subject", `"headers": {"Bcc": "x@y.com"}`: "headers/Bcc", `"headers": {"X A": "x"}`: "headers/X A", `"headers": {"X": "{{ trigger.body.x }}"}`: "",
		`"attachments": [{"filename": "a"}]`: "attachments/0", `"attachments": [{"name": "a", "base64": "!!"}]`: "attachments/0", `"attachments": [{"name": "a", "base64": "{{ trigger.body.f }}"}]`: "",
	} {
		if !strings.Contains(with, "subject") {
			with += `, "subject": "s"`
		}
		f := stepFlow(`{"id": "m", "action": "email.send", "connection": "mail", "delivery": "at_least_once", "with": {"to": "a@example.com", "text": "t", `+with+`}}`, "")
		if said == "" {
			h.wantSaid(f)
		} else {
			h.wantSaid(f, "error /steps/0/with/"+said+" bad_input")
		}
	}
	h.wantSaid(stepFlow(`{"id": "w", "action": "webhook.send", "delivery": "at_least_once", "with": {"url": "http://", "data": 1, "headers": {"Cookie": "a=b"}}}`, ""),
		with+"url bad_url", "error /steps/0/connection required", "warning /steps/0/with/headers/Cookie secret_in_flow")
	h.wantSaid(stepFlow(`{"id": "d", "action": "delay", "with": {"for": "31d"}}`, ""), with+"for too_long")
	h.wantSaid(stepFlow(`{"id": "d", "action": "delay", "with": {"for": "3s"}}`, `, "settings": {"timeout": "1s"}`), with+"for too_long")
	h.wantSaid(stepFlow(`{"id": "d", "action": "delay", "with": {"for": "29d"}}`, ""))
	h.wantSaid(stepFlow(`{"id": "w", "action": "wait", "with": {"timeout": "3s"}}`, `, "settings": {"timeout": "1s"}`), "warning /steps/0/with/timeout too_long")
}

// A test says what the real run would: also that it ends by its time-out, or is refused what it would send.
func TestATestFailsWhereTheRunWould(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "mail", "kind": "smtp", "fields": {"host": "mail.example.com", "port": "25", "security": "none", "from": "a@example.com"}}`)
	for name, c := range map[string]struct{ step, status, code string }{
		"a delay":       {`{"id": "d", "action": "delay", "with": {"for": "{{ trigger.body.for }}"}}`, "failed", "run_timeout"},
		"a wait":        {`{"id": "d", "action": "wait", "with": {"timeout": "{{ trigger.body.for }}"}}`, "failed", "run_timeout"},
		"a short delay": {`{"id": "d", "action": "delay", "with": {"for": "1s"}}`, "succeeded", ""},
		"a short wait":  {`{"id": "d", "action": "wait", "with": {"timeout": "1s"}}`, "succeeded", ""},
		"a header":      {`{"id": "m", "action": "email.send", "connection": "mail", "with": {"to": "a@example.com", "subject": "s", "text": "t", "headers": {"X": "{{ trigger.body.lines }}"}}}`, "failed", "bad_input"},
		"paginate":      {`{"id": "h", "action": "http.request", "with": {"url": "https://example.com", "paginate": {"items": "x y", "next": "nil"}}}`, "failed", "syntax"},
	} {
		f := stepFlow(c.step, `, "name": "F", "settings": {"timeout": "2s"}`)
		h.ask("DELETE", "/api/v1/flows/f", root, "")
		h.want(201, "POST", "/flows", f)
		run := h.want(200, "POST", "/flows/f/test", `{"event": {"body": {"for": "3s", "lines": "a\nb"}}}`)
		code := ""
		if e, ok := run["error"].(map[string]any); ok {
			code, _ = e["code"].(string)
		}
		if run["status"] != c.status || code != c.code {
			t.Errorf("%s: %v %v, want %s %s", name, run["status"], run["error"], c.status, c.code)
		}
	}
}

// Who meets a limit is told where it is.
func TestLimitsAreTold(t *testing.T) {
	h := newHouse(t)
	for document, want := range map[string]string{
		`{"id": "f", "trigger": {"kind": "webhook", "with": {"rate": {"per_second": 1e9}}}, "steps": []}`:                                        "no máximo 1000000",
		`{"id": "f", "trigger": {"kind": "webhook", "with": {"rate": {"per_second": 1, "burst": 1e9}}}, "steps": []}`:                            "de 1 a 1000000",
		`{"id": "f", "trigger": {"kind": "webhook", "with": {"dedupe": {"key": "trigger.body.id", "for": "100000d"}}}, "steps": []}`:             "no máximo 53375d",
		`{"id": "f", "trigger": {"kind": "manual"}, "steps": [{"id": "s", "action": "state.once", "with": {"key": "k", "expires": "100000d"}}]}`: "é mais longo que 53375d",
	} {
		_, doc := h.ask("POST", "/api/v1/flows/f/check", root, document, "Accept-Language", "pt-BR")
		if got := mustJSON(t, doc["problems"]); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", document, got, want)
		}
	}
}

// Names and places that can never be meant are told.
func TestWhatCanNeverBeMeant(t *testing.T) {
	h := newHouse(t)
	h.wantSaid(stepFlow(`{"id": "h", "action": "http.request", "connection": "Bad Name", "with": {"url": "https://example.com"}}`, ""), "error /steps/0/connection bad_name")
	h.wantSaid(stepFlow(``, `, "settings": {"mask": ["/a~2", "/a~1b/*", "a"]}`), "error /settings/mask/0 bad_pointer", "error /settings/mask/2 bad_pointer")
	h.wantSaid(stepFlow(`{"id": "h", "action": "http.request", "with": {"url": "https://example.com"}}`, `, "tests": [{"name": "t", "event": {"body": {}}, "mocks": {"h": {"output": 1, "error": {"code": "x"}}}, "expect": {}}]`),
		"warning /tests/0/mocks/h one_of")
}

// A run that a step ends as failed says so, also without a message.
func TestAStopSaysThatItFailed(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "f", "name": "F", "trigger": {"kind": "manual"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "failed"}}]}`)
	run := h.want(200, "POST", "/flows/f/test", `{"event": {"body": {}}}`, "Accept-Language", "pt-BR")
	if e, _ := run["error"].(map[string]any); e["code"] != "stopped" || e["message"] != "o passo no encerra a execução como falha" {
		t.Errorf("%v", run["error"])
	}
}

// Revisions come newest first, in pages as other lists do; what each changed is told on each page.
func TestRevisionsComeInPages(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "f", "name": "F0", "trigger": {"kind": "manual"}, "steps": []}`)
	for _, name := range []string{"F1", "F2", "F3", "F4", "F5"} {
		h.want(200, "PUT", "/flows/f", `{"id": "f", "name": "`+name+`", "trigger": {"kind": "manual"}, "steps": []}`)
		h.want(200, "POST", "/flows/f/publish", "")
	}
	var got []string
	cursor, pages := "", 0
	for ; pages < 9; pages++ {
		page := h.want(200, "GET", "/flows/f/revisions?limit=2&cursor="+cursor, "")
		for _, item := range page["items"].([]any) {
			r := item.(map[string]any)
			summary, _ := r["summary"].(string)
			got = append(got, strings.TrimSuffix(mustJSON(t, r["revision"]), ".0"), summary)
		}
		next, more := page["next"].(string)
		if !more {
			break
		}
		cursor = next
	}
	whole := h.want(200, "GET", "/flows/f/revisions", "")
	var want []string
	for _, item := range whole["items"].([]any) {
		r := item.(map[string]any)
		summary, _ := r["summary"].(string)
		want = append(want, strings.TrimSuffix(mustJSON(t, r["revision"]), ".0"), summary)
	}
	if pages != 2 || !slices.Equal(got, want) || len(got) != 10 || got[0] != "5" || got[1] == "" || got[7] == "" || whole["next"] != nil {
		t.Errorf("%d pages: %q, want %q", pages+1, got, want)
	}
	h.want(422, "GET", "/flows/f/revisions?cursor=x", "")
}

// A credential that was written into a flow is left out of what its runs and tests show, to everybody.
func TestCredentialsInAFlowAreNotShown(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "f", "name": "F", "trigger": {"kind": "manual"}, "steps": [{"id": "h", "action": "http.request", "on_error": "continue", "retry": {"attempts": 1}, "with": {
		"url": "http://user:p4ssw0rd@127.0.0.1:1/x?to=a@b", "headers": {"Authorization": "Bearer t0ken", "cookie": "c00kie", "X-Plain": "seen"}}}],
		"tests": [{"name": "sends it", "event": {"body": {}}, "expect": {"steps": {"h": {"with": {"headers": {"Authorization": "Bearer t0ken"}}}}}}]}`)
	h.want(200, "POST", "/flows/f/publish", "")
	test := h.want(200, "POST", "/flows/f/test", `{"event": {"body": {}}}`)
	for what, run := range map[string]map[string]any{"a test": test, "a run": h.started("f", `{}`)} {
		shown := mustJSON(t, run)
		for _, secret := range []string{"p4ssw0rd", "t0ken", "c00kie"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s shows %s: %s", what, secret, shown)
			}
		}
		if input := mustJSON(t, run["steps"].([]any)[0].(map[string]any)["input"]); !strings.Contains(input, `"X-Plain":"seen"`) || !strings.Contains(input, "•••@127.0.0.1:1/x?to=a@b") {
			t.Errorf("%s hides too much: %s", what, input)
		}
	}
	if tests := h.want(200, "POST", "/flows/f/tests", ""); tests["failed"] != 0.0 {
		t.Errorf("a test reads what was given: %v", tests)
	}
}
