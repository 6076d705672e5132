package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"gancho/engine"
)

func TestSearchMaskAndErase(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "settings": {"mask": ["/card", "/people/*/cpf"]},
		"steps": [{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.email }} paid with {{ trigger.body.card }}"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	run := h.started("a", `{"email": "Ana@example.com", "card": "4111-1111", "people": [{"cpf": "123.456.789-09"}]}`)
	h.started("a", `{"email": "rui@example.com", "card": "5555-2222", "people": []}`)
	id := run["id"].(string)
	story := mustJSON(t, h.want(200, "GET", "/runs/"+id, "")) + mustJSON(t, h.want(200, "GET", "/events/"+run["event"].(string), "")) + mustJSON(t, h.want(200, "GET", "/flows/a/samples", ""))
	for _, secret := range []string{"4111-1111", "123.456"} {
		if strings.Contains(story, secret) {
			t.Errorf("the history shows %s: %s", secret, story)
		}
	}
	for query, want := range map[string]int{"ana@example.com": 1, "example": 2, "exampl": 0, id: 1, "4111-1111": 0, "12345678909": 0} {
		if got := len(h.want(200, "GET", "/runs?q="+query, "")["items"].([]any)); got != want {
			t.Errorf("q=%s: %d runs, want %d", query, got, want)
		}
	}
	if got := h.want(200, "GET", "/events?q=4111-1111", ""); len(got["items"].([]any)) != 0 {
		t.Errorf("a masked value is found: %v", got)
	}
	for key, as := range map[string]string{"52998224725": "cpf", "529.982.247-25": "cpf", "11987654321": "phone", "+5511987654321": "phone", "ana@example.com": "email"} {
		if got := h.want(200, "GET", "/people/"+key, ""); got["as"] != as {
			t.Errorf("%s looks like %v", key, got["as"])
		}
	}
	if got := h.want(200, "GET", "/people/ana@example.com/export", ""); len(got["runs"].([]any)) != 1 || strings.Contains(mustJSON(t, got), "4111-1111") {
		t.Errorf("%v", got)
	}
	if got := h.want(200, "DELETE", "/people/ana@example.com", ""); len(got["erased"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	if got := h.want(200, "GET", "/people/ana@example.com", ""); len(got["runs"].([]any)) != 0 {
		t.Errorf("still there: %v", got)
	}
	gone := h.want(200, "GET", "/runs/"+id, "")
	if gone["status"] != "succeeded" || gone["trigger"] != nil || gone["reason"] != "erased" || gone["erased"] != true {
		t.Errorf("%v", gone)
	}
	if event := h.want(200, "GET", "/events/"+run["event"].(string), ""); event["erased"] != true || event["erased_at"] == nil || event["erased_at"] != gone["erased_at"] || event["status"] != "accepted" {
		t.Errorf("an event that was erased: %v", event)
	}
	for _, part := range []string{"an", "example.com", "ana@", "12345"} { // it may be of others, too
		h.want(422, "DELETE", "/people/"+part, "")
	}
	// Events that made no run hold people too.
	h.want(201, "POST", "/flows", `{"id": "new", "name": "New", "trigger": {"kind": "manual"}, "steps": []}`)
	h.want(200, "POST", "/flows/new/events", `{"event": {"body": {"email": "bia@example.com"}}}`)
	person := h.want(200, "GET", "/people/bia@example.com", "")
	items := person["items"].([]any)
	if len(items) != 1 || person["as"] != "email" || items[0].(map[string]any)["run"] != nil || items[0].(map[string]any)["flow_name"] != "New" {
		t.Errorf("%v", person)
	}
	receipt := h.want(200, "DELETE", "/people/bia@example.com", "")
	if len(receipt["events"].([]any)) != 1 || receipt["key_digest"] == "" || strings.Contains(mustJSON(t, receipt), "bia@") {
		t.Errorf("%v", receipt)
	}
	h.want(200, "POST", "/flows/new/events", `{"event": {"body": {"email": "rui@intranet", "other": "rui@intranet.example.com"}}}`)
	if person := h.want(200, "GET", "/people/rui@intranet", ""); person["as"] != "email" || len(person["items"].([]any)) != 1 {
		t.Errorf("an address without a dot: %v", person)
	}
	if receipt := h.want(200, "DELETE", "/people/rui@intranet", ""); len(receipt["events"].([]any)) != 1 {
		t.Errorf("an address without a dot: %v", receipt)
	}
	captured := h.want(200, "GET", "/events/"+receipt["events"].([]any)[0].(string), "")
	if captured["erased"] != true || captured["erased_at"] == nil || captured["status"] != "captured" {
		t.Errorf("a captured event that was erased: %v", captured)
	}
	if person := h.want(200, "GET", "/people/bia@example.com", ""); len(person["items"].([]any)) != 0 {
		t.Errorf("still there: %v", person)
	}
	if got := h.want(200, "GET", "/stats", ""); got["flows"].(map[string]any)["a"].(map[string]any)["succeeded"] != 2.0 {
		t.Errorf("%v", got)
	}
}

// What flows keep of a person is shown and erased with the rest; of runs that have not ended the receipt says what to do.
func TestAPersonIsErasedFromWhatFlowsKeep(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "by_key", "action": "state.increment", "with": {"key": "orders:{{ trigger.body.email }}"}},
		{"id": "by_value", "action": "state.set", "with": {"key": "last-{{ trigger.body.email }}", "value": "{{ trigger.body }}"}},
		{"id": "other", "action": "state.set", "with": {"key": "zeca", "value": "x{{ trigger.body.email }}"}},
		{"id": "phone", "action": "state.set", "with": {"key": "(11) 98765-4321", "value": "{{ trigger.body.email }}"}},
		{"id": "rest", "action": "delay", "when": "trigger.body.rest == true", "with": {"for": "1h"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	h.started("a", `{"email": "Zeca@shop.com"}`)
	for key, value := range map[string]string{"everybody": `[{"email": "bia@shop.com"}, {"email": "zeca@shop.com", "name": "Zeca"}]`, "points": `{"bia@shop.com": 2, "zeca@shop.com": 1}`} {
		h.want(200, "PUT", "/state/"+key, `{"value": `+value+`}`)
	}
	if kept := h.want(200, "GET", "/people/zeca@shop.com", "")["state"].([]any); len(kept) != 5 || !strings.Contains(mustJSON(t, kept), `"key":"orders:Zeca@shop.com","value":1`) {
		t.Errorf("kept: %v", kept)
	}
	if kept := mustJSON(t, h.want(200, "GET", "/people/zeca@shop.com/export", "")["state"]); strings.Contains(kept, "bia@") {
		t.Errorf("what is kept of others is told, too: %s", kept)
	}
	if kept := h.want(200, "GET", "/people/11987654321/export", "")["state"].([]any); len(kept) != 1 {
		t.Errorf("kept of a phone: %v", kept)
	}
	receipt := h.want(200, "DELETE", "/people/zeca@shop.com", "")
	if got := mustJSON(t, receipt["state"]); got != `["(11) 98765-4321","everybody","last-…","orders:…","points"]` || receipt["note"] != nil || strings.Contains(strings.ToLower(mustJSON(t, receipt)), "zeca@") {
		t.Errorf("receipt: %v", receipt)
	}
	for key, want := range map[string]string{"zeca": `"xZeca@shop.com"`, "everybody": `[{"email":"bia@shop.com"}]`, "points": `{"bia@shop.com":2}`} {
		if got := mustJSON(t, h.want(200, "GET", "/state/"+key, "")["value"]); got != want {
			t.Errorf("%s holds %s, want %s", key, got, want)
		}
	}
	if left := h.want(200, "GET", "/state", "")["items"].([]any); len(left) != 3 {
		t.Errorf("left: %v", left)
	}
	run := h.want(200, "POST", "/flows/a/events", `{"event": {"body": {"email": "zeca@shop.com", "rest": true}}}`)["run"].(string)
	h.until("/runs/"+run, func(v map[string]any) bool { return v["status"] == "waiting" })
	open := h.want(200, "DELETE", "/people/zeca@shop.com", "", "Accept-Language", "pt-BR")
	if note, _ := open["note"].(string); len(open["open"].([]any)) != 1 || !strings.Contains(note, "cancel=true") || !strings.Contains(note, "execuções") {
		t.Errorf("open: %v", open)
	}
}

// TestWhatIsMadeOfAMaskedValue is masked too, wherever it stands; what is not made of it is not.
func TestWhatIsMadeOfAMaskedValue(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "settings": {"mask": ["/code", "/people/*/cpf"]}, "steps": [
		{"id": "make", "action": "set", "with": {"values": {"up": "{{ upper(trigger.body.code) }}", "two": "{{ left(trigger.body.code, 2) }}", "fine": "{{ upper(trigger.body.name) }}", "whole": "{{ trigger.body.code }}"}}},
		{"id": "again", "action": "transform", "with": {"value": {"a": "<{{ steps.make.two }}>", "b": "{{ steps.make.fine }}", "c": "{{ replace(steps.make.whole, \"s\", \"z\") }}", "d": "{{ len(trigger.body.code) * 77 }}"}}},
		{"id": "each", "action": "loop", "with": {"over": "trigger.body.people", "collect": "right(item.cpf, 5)"}, "steps": [
			{"id": "tell", "action": "log", "with": {"message": "{{ upper(item.name) }} has {{ left(item.cpf, 3) }}"}},
			{"id": "name", "action": "log", "with": {"message": "{{ upper(item.name) }} is here"}}]},
		{"id": "shown", "action": "set", "with": {"values": {"list": "{{ steps.each.items }}"}}},
		{"id": "answer", "action": "respond", "with": {"body": {"hash": "{{ sha256(trigger.body.code) }}", "ok": "{{ steps.again.b }}"}}},
		{"id": "end", "action": "stop", "with": {"as": "failed", "message": "no {{ replace(trigger.body.code, \"e\", \"3\") }}"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	event := `{"code": "secret-Word", "name": "Ana", "people": [{"name": "Bia", "cpf": "529.982.247-25"}]}`
	started := h.started("a", event)
	run := started["id"].(string)
	shown := mustJSON(t, h.want(200, "GET", "/runs/"+run, ""))
	story := shown + mustJSON(t, h.want(200, "GET", "/runs", "")) + mustJSON(t, h.want(200, "POST", "/flows/a/test", `{"event": {"body": `+event+`}}`)) + mustJSON(t, h.want(200, "GET", "/failures", "")) +
		mustJSON(t, h.want(200, "POST", "/expression", `{"flow": "a", "source": "left(trigger.body.code, 4)", "event_id": "`+started["event"].(string)+`"}`)["value"])
	for _, made := range []string{"SECRET", `"se"`, "\"secr\"", "<se>", "zecret", `"d":847`, "47-25", "has 529", "6cf30eef", "s3cr3t", "secret-Word"} {
		if strings.Contains(story, made) {
			t.Errorf("%s is shown: %s", made, story)
		}
	}
	for _, fine := range []string{"ANA", "BIA is here"} {
		if !strings.Contains(shown, fine) {
			t.Errorf("%s is hidden: %s", fine, shown)
		}
	}
}

// TestPartsOfAMaskedValue hide nothing less than the whole, in whatever order they are looked for.
func TestPartsOfAMaskedValue(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "settings": {"mask": ["/email", "/code"]}, "steps": [
		{"id": "make", "action": "set", "with": {"values": {"user": "{{ split(trigger.body.email, \"@\")[0] }}", "parts": "{{ split(trigger.body.code, \"-\") }}",
			"left": "{{ left(trigger.body.code, 9) }}", "right": "{{ right(trigger.body.code, 9) }}", "up": "{{ upper(trigger.body.code) }}", "mail": "{{ trigger.body.email }}"}}},
		{"id": "say", "action": "log", "with": {"message": "to {{ trigger.body.email }}: <{{ trigger.body.code }}>"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	run := h.started("a", `{"email": "ana.souza@example.com", "code": "secret-hidden-word"}`)
	for range 20 { // the values are met in another order each time
		story := mustJSON(t, h.want(200, "GET", "/runs/"+run["id"].(string), ""))
		for _, part := range []string{"souza", "@example", "secret", "word", "SECRET", "hidden"} {
			if strings.Contains(story, part) {
				t.Fatalf("%s is shown: %s", part, story)
			}
		}
		if !strings.Contains(story, mustJSON(t, "to ***: <***>")) {
			t.Fatalf("the rest of the text is not shown: %s", story)
		}
	}
}

// TestStepsThatGiveBack what they were given have a share of it too.
func TestStepsThatGiveBack(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "echo", "name": "Echo", "trigger": {"kind": "call"}, "steps": [{"id": "answer", "action": "respond", "with": {"body": "{{ trigger.body }}"}}]}`)
	h.want(200, "POST", "/flows/echo/publish", "")
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "settings": {"mask": ["/code", "/pin"]}, "steps": [
		{"id": "before", "action": "state.get", "with": {"key": "k"}},
		{"id": "keep", "action": "state.set", "with": {"key": "k", "value": "{{ trigger.body.code }}"}},
		{"id": "sum", "action": "state.increment", "with": {"key": "n", "value": "{{ trigger.body.pin }}"}},
		{"id": "note", "action": "log", "with": {"message": "{{ trigger.body.code }}"}},
		{"id": "ask", "action": "call", "with": {"flow": "echo", "input": {"it": "{{ trigger.body.code }}"}}},
		{"id": "answer", "action": "respond", "with": {"body": {"it": "{{ trigger.body.code }}"}}},
		{"id": "each", "action": "loop", "with": {"over": "[1]", "collect": "upper(steps.keep.value)"}, "steps": []},
		{"id": "all", "action": "set", "with": {"values": {"keep": "{{ upper(steps.keep.value) }}", "note": "{{ upper(steps.note.message) }}", "ask": "{{ upper(steps.ask.it) }}",
			"answer": "{{ upper(steps.answer.body.it) }}", "sum": "{{ steps.sum.value + 1 }}", "fine": "{{ upper(trigger.body.name) }}"}}},
		{"id": "end", "action": "stop", "with": {"as": "failed", "message": "{{ upper(steps.keep.value) }}"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	h.started("a", `{"code": "first-Word", "pin": 1000, "name": "Ana"}`)
	run := h.started("a", `{"code": "secret-Word", "pin": 1234, "name": "Ana"}`) // it finds what the first has kept
	shown := mustJSON(t, h.want(200, "GET", "/runs/"+run["id"].(string), ""))
	story := shown + mustJSON(t, h.want(200, "GET", "/runs", "")) + mustJSON(t, h.want(200, "GET", "/failures", ""))
	for _, made := range []string{"SECRET", "FIRST", "first-Word", "secret-Word", `"value":2234`, `"sum":2235`} {
		if strings.Contains(story, made) {
			t.Errorf("%s is shown: %s", made, story)
		}
	}
	if !strings.Contains(shown, "ANA") || run["status"] != "failed" {
		t.Errorf("what is not made of it is hidden: %s", shown)
	}
}

// TestHistoryOfADeletedFlow stays masked, also where a new flow has its id.
func TestHistoryOfADeletedFlow(t *testing.T) {
	h := newHouse(t)
	document := func(mask string) string {
		return `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "settings": {"mask": ` + mask + `}, "steps": [
			{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.email }} {{ upper(trigger.body.email) }}"}},
			{"id": "end", "action": "stop", "with": {"as": "failed", "message": "no {{ upper(trigger.body.email) }}"}}]}`
	}
	h.want(201, "POST", "/flows", document(`["/email"]`))
	h.want(200, "POST", "/flows/a/publish", "")
	run := h.started("a", `{"email": "ana@souza.example", "id": "order-77"}`)
	look := func(when string) {
		t.Helper()
		story := ""
		for _, path := range []string{"/runs/" + run["id"].(string), "/runs", "/events", "/events/" + run["event"].(string), "/failures", "/people/order-77", "/people/order-77/export"} {
			story += mustJSON(t, h.want(200, "GET", path, ""))
		}
		if lower := strings.ToLower(story); strings.Contains(lower, "souza") || !strings.Contains(lower, "order-77") {
			t.Errorf("%s: %s", when, story)
		}
		for _, list := range []string{"/runs", "/events"} {
			if found := h.want(200, "GET", list+"?q=ana@souza.example", "")["items"].([]any); len(found) != 0 {
				t.Errorf("%s: %s finds what is masked: %v", when, list, found)
			}
		}
	}
	h.want(200, "PUT", "/flows/a", document(`[]`))
	h.want(200, "POST", "/flows/a/publish", "")
	h.want(204, "DELETE", "/flows/a", "")
	look("deleted")
	h.want(201, "POST", "/flows", document(`[]`))
	h.want(200, "POST", "/flows/a/publish", "")
	look("made anew")
}

// TestSearchFoldsAccents: they are set aside like case, also where a mask hides the value.
func TestSearchFoldsAccents(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "settings": {"mask": ["/mother"]}, "steps": []}`)
	h.want(200, "POST", "/flows/a/publish", "")
	h.started("a", `{"name": "Maria Conceição", "mother": "Antônia Ávila", "order": 2011}`)
	for q, want := range map[string]int{"conceicao": 1, "CONCEIÇÃO": 1, "maria conceicao": 1, "name = maria conceicao": 1, "#2011": 1, "conceica": 0, "avila": 0, "Ávila": 0, "antonia avila": 0} {
		for _, list := range []string{"/runs?q=", "/events?q="} {
			if got := len(h.want(200, "GET", list+url.QueryEscape(q), "")["items"].([]any)); got != want {
				t.Errorf("%s%s finds %d, want %d", list, q, got, want)
			}
		}
	}
	if got := len(h.want(200, "GET", "/people/conceicao", "")["items"].([]any)); got != 1 {
		t.Errorf("%d of the person, want 1", got)
	}
}

// TestSearchAtAPath finds by the value at a path of the event or of a step's output, and by no other.
func TestSearchAtAPath(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "settings": {"mask": ["/pin"]}, "steps": [
		{"id": "read", "action": "set", "with": {"values": {"who": "{{ trigger.body.customer.email }}"}}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	h.started("a", `{"customer": {"email": "ana@example.com"}, "seller": "bia@example.com", "total": 199.9, "pin": "4711", "items": [{"sku": "A-1"}, {"sku": "B-2"}]}`)
	h.started("a", `{"customer": {"email": "bia@example.com"}, "seller": "ana@example.com", "total": 10, "items": []}`)
	for q, want := range map[string]int{
		"ana@example.com": 2, "customer.email = ana@example.com": 1, "trigger.body.customer.email = ANA@example.com": 1, "body.seller == ana@example.com": 1,
		"steps.read.who = ana@example.com": 1, "items.sku = B-2": 1, "total = 199.9": 1, "customer = ana@example.com": 0, "pin = 4711": 0, "a=b": 0,
	} {
		for _, list := range []string{"runs", "events"} {
			got := len(h.want(200, "GET", "/"+list+"?q="+url.QueryEscape(q), "")["items"].([]any))
			if list == "events" && strings.HasPrefix(q, "steps.") {
				continue
			}
			if got != want {
				t.Errorf("%s: %q finds %d, want %d", list, q, got, want)
			}
		}
	}
	for _, list := range []string{"runs", "events"} { // the newest that the store finds is another
		if page := h.want(200, "GET", "/"+list+"?limit=1&q="+url.QueryEscape("customer.email = ana@example.com"), ""); len(page["items"].([]any)) != 1 {
			t.Errorf("%s: a page is short: %v", list, page)
		}
	}
	if dry := h.want(202, "POST", "/runs/replay", `{"query": {"q": "customer.email = ana@example.com"}, "dry_run": true}`); dry["matched"] != 1.0 {
		t.Errorf("a replay of what the search finds: %v", dry["matched"])
	}
}

// What was filtered says at which step, by its name.
func TestWhereARunWasFiltered(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [{"id": "paid", "name": "Only paid", "action": "filter", "with": {"where": "trigger.body.paid"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	run := h.started("a", `{"paid": false}`)
	for _, v := range []any{run, h.want(200, "GET", "/runs", "")["items"].([]any)[0]} {
		if at := mustJSON(t, v.(map[string]any)["stopped_at"]); at != `{"step":"paid","step_name":"Only paid"}` {
			t.Errorf("stopped at %s in %v", at, v)
		}
	}
}

// What failed is told by the name of its step and in the language of who asks, in the lists, the
// groups and the run alike.
func TestErrorsAreToldInWords(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "one", "name": "Read the order", "action": "set", "with": {"values": {"n": "{{ trigger.body.n }}"}}},
		{"id": "two", "action": "set", "with": {"values": {"email": "{{ trigger.body.lead.email }}"}}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	run := h.started("a", `{"n": 1}`)
	h.started("a", `{}`)
	for lang, want := range map[string]string{"en": "Set values: field “Values”: trigger.body.lead.email is missing", "pt-BR": "Definir valores: campo “Valores”: falta trigger.body.lead.email"} {
		told := func(v any) string {
			m := v.(map[string]any)
			return m["step_name"].(string) + ": " + m["message"].(string)
		}
		runs := h.want(200, "GET", "/runs?flow=a", "", "Accept-Language", lang)["items"].([]any)
		groups := h.want(200, "GET", "/failures?flow=a", "", "Accept-Language", lang)["items"].([]any)
		var all []string
		for _, g := range groups {
			all = append(all, told(g))
		}
		whole := h.want(200, "GET", "/runs/"+run["id"].(string), "", "Accept-Language", lang)
		for what, got := range map[string]string{"list": told(runs[1].(map[string]any)["error"]), "run": told(whole["error"])} {
			if got != want {
				t.Errorf("%s, %s: %q, want %q", lang, what, got, want)
			}
		}
		if got := strings.Join(all, "; "); !strings.Contains(got, want) || !strings.Contains(got, "Read the order: ") {
			t.Errorf("%s, groups: %q, want %q", lang, got, want)
		}
	}
}

func TestBacktest(t *testing.T) {
	h := newHouse(t)
	published := `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "big", "action": "filter", "with": {"where": "trigger.body.total > 100"}},
		{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.name }}"}}]}`
	h.want(201, "POST", "/flows", published)
	h.want(200, "POST", "/flows/a/publish", "")
	for _, body := range []string{`{"total": 50, "name": "a"}`, `{"total": 150, "name": "b"}`, `{"total": 500, "name": "c"}`, `{"total": 500}`} {
		h.started("a", body)
	}
	same := h.want(200, "POST", "/flows/a/backtest", "")
	if same["events"] != 4.0 || same["same"] != 4.0 {
		t.Errorf("%v", same)
	}
	h.want(200, "PUT", "/flows/a", strings.NewReplacer("> 100", "> 200", "trigger.body.name", "trigger.body.name ?? 'x'").Replace(published))
	h.want(422, "POST", "/flows/a/backtest", `{"n": 0}`)
	got := h.want(200, "POST", "/flows/a/backtest", `{"n": 10}`)
	if got["changed"] != 2.0 || got["newly_mended"] != 1.0 || got["newly_failed"] != 0.0 || len(got["rows"].([]any)) != 2 {
		t.Errorf("%v", got)
	}
}

// Before the first revision, a back-test tells what would become of each event that was captured.
func TestBacktestBeforeTheFirstRevision(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "webhook", "where": "trigger.body.total > 10"}, "steps": [
		{"id": "big", "action": "filter", "with": {"where": "trigger.body.total > 100"}},
		{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.name }}"}}]}`)
	if none := h.want(200, "POST", "/flows/a/backtest", ""); none["events"] != 0.0 {
		t.Errorf("without events: %v", none)
	}
	for _, body := range []string{`{"total": 5}`, `{"total": 50, "name": "a"}`, `{"total": 150, "name": "b"}`, `{"total": 150}`} {
		h.want(200, "POST", "/flows/a/events", `{"event": {"body": `+body+`}}`)
	}
	first := h.want(200, "POST", "/flows/a/backtest", "")
	if first["events"] != 4.0 || first["changed"] != 4.0 || first["newly_failed"] != 1.0 {
		t.Errorf("%v", first)
	}
	var ends []string
	for _, row := range first["rows"].([]any) {
		r := row.(map[string]any)
		ends = append(ends, fmt.Sprint(r["before"], ">", r["after"]))
	}
	if got := strings.Join(ends, " "); got != ">failed >succeeded >filtered >filtered" {
		t.Errorf("they end %s", got)
	}
}

// What is started by hand is a POST, as in a test; a run without steps has none.
func TestARunByHand(t *testing.T) {
	h := newHouse(t)
	for id, steps := range map[string]string{"none": "", "posted": `{"id": "posted", "action": "filter", "with": {"where": "trigger.method == \"POST\""}}`} {
		h.want(201, "POST", "/flows", `{"id": "`+id+`", "name": "A", "trigger": {"kind": "manual"}, "steps": [`+steps+`]}`)
		h.want(200, "POST", "/flows/"+id+"/publish", "")
	}
	if run := h.started("posted", `{}`); run["status"] != "succeeded" {
		t.Errorf("%v", run)
	}
	if steps, there := h.started("none", `{}`)["steps"].([]any); !there || len(steps) != 0 {
		t.Errorf("steps is %v", steps)
	}
}

// TestFlowsThatHoldAPersonAreNamed: a saved test, a constant, a revision and a draft that undo gives back.
func TestFlowsThatHoldAPersonAreNamed(t *testing.T) {
	h := newHouse(t)
	saved := `, "tests": [{"name": "fine", "event": {"body": {}}}, {"name": "Order of Ana", "event": {"body": {"buyer": {"email": "Ana@Example.com"}}}}]`
	flow := func(name, to, tests string) string {
		return `{"id": "a", "name": "` + name + `", "trigger": {"kind": "manual"}, "steps": [{"id": "s", "action": "log", "with": {"message": "` + to + `"}}]` + tests + `}`
	}
	h.want(201, "POST", "/flows", `{"id": "other", "name": "Other", "trigger": {"kind": "manual"}, "steps": [{"id": "s", "action": "log", "with": {"message": "susana@example.com"}}]}`)
	h.want(201, "POST", "/flows", flow("A", "x", saved))
	holds := func(want string) {
		t.Helper()
		for _, method := range []string{"GET", "DELETE"} {
			got := h.want(200, method, "/people/ana@example.com", "")
			if flows := mustJSON(t, got["flows"]); flows != want {
				t.Errorf("%s: %s, want %s", method, flows, want)
			}
			if method == "DELETE" && strings.Contains(strings.ToLower(mustJSON(t, got)), "ana") {
				t.Errorf("the receipt says who it was: %v", got)
			}
		}
	}
	holds(`[{"draft":false,"flow":"a","flow_name":"A","revisions":[],"tests":[1],"undo":false}]`)
	h.want(200, "POST", "/flows/a/publish", `{"force": true}`)
	h.want(200, "PUT", "/flows/a", flow("A", "ana@example.com", ""))
	holds(`[{"draft":true,"flow":"a","flow_name":"A","revisions":[1],"tests":[],"undo":true}]`)
	h.want(200, "PUT", "/flows/a", flow("For ana@example.com", "y", ""))
	receipt := h.want(200, "DELETE", "/people/ana@example.com", "")
	if text := mustJSON(t, receipt); strings.Contains(text, "ana@") || !strings.Contains(text, `"flow_name":"For …"`) {
		t.Errorf("the receipt names the person by a flow: %s", text)
	}
	h.want(200, "PUT", "/flows/a", flow("A", "y", ""))
	holds(`[{"draft":false,"flow":"a","flow_name":"A","revisions":[1],"tests":[],"undo":true}]`)
	h.want(204, "DELETE", "/flows/a", "")
	holds(`[]`)
	if audit := mustJSON(t, h.want(200, "GET", "/audit", "")); strings.Contains(audit, "buyer") || !strings.Contains(audit, `"tests":2`) {
		t.Errorf("the audit keeps the events of tests: %s", audit)
	}
}

// TestAnErasureThatFailsHalfwayIsAudited: what it erased is gone for good.
func TestAnErasureThatFailsHalfwayIsAudited(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "failed", "message": "to {{ trigger.body.email }}"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	h.started("a", `{"event": {"body": {"email": "ana@example.com"}}}`)
	_, err := h.engine.Store.PutKey(t.Context(), engine.StateSpace, "broken", []byte(`["ana@example.com"`), -1, 0)
	check(t, err)
	h.want(500, "DELETE", "/people/ana@example.com", "")
	audit := h.want(200, "GET", "/audit", "")["items"].([]any)
	if got := mustJSON(t, audit[0]); !strings.Contains(got, `"action":"erase-person"`) || !strings.Contains(got, `"runs":1`) || strings.Contains(got, "ana@") {
		t.Errorf("the audit: %s", got)
	}
	if group := h.want(200, "GET", "/failures", "")["items"].([]any)[0].(map[string]any); group["message"] != "its data was erased" {
		t.Errorf("the group of what was erased: %v", group)
	}
	check(t, h.engine.Store.DeleteKey(t.Context(), engine.StateSpace, "broken"))
	h.want(200, "DELETE", "/people/ana@example.com", "")
}
