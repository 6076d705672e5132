package triggers_test

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
	"gancho/triggers"

	"github.com/google/go-cmp/cmp"
)

func TestAcceptedDelivery(t *testing.T) {
	h := newHouse(t, nil)
	w := h.send("POST", "/h/tok-orders/br/1?page=2&page=3", `{"id":1}`, "X-Thing: a", "Authorization: Bearer canary", "Cookie: canary", "remote: 203.0.113.9:4")
	wantStatus(t, w, 200)
	if got, want := w.Body.String(), `{"event":"e1","status":"accepted","run":"r1"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("header %s: got %q, want %q", name, got, want)
		}
	}
	want := engine.Meta{
		Kind: "webhook", Method: "POST", Path: "/br/1", IP: "203.0.113.9", Type: "application/json",
		Headers: map[string]string{"x-thing": "a", "authorization": "***", "cookie": "***", "content-type": "application/json"}, Query: map[string]string{"page": "2"},
	}
	if diff := cmp.Diff(want, h.events[0].Meta); diff != "" {
		t.Error(diff)
	}
	if got := string(h.events[0].Body); got != `{"id":1}` {
		t.Errorf("body is %q", got)
	}
}

func TestStatusCodes(t *testing.T) {
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	cases := []struct {
		name    string
		with    map[string]any
		method  string
		path    string
		body    string
		headers []string
		status  int
		reason  string // of the record; "" is none
	}{
		{"unknown token", nil, "POST", "/h/other", `{}`, nil, 404, ""},
		{"no token", nil, "POST", "/h/", `{}`, nil, 404, ""},
		{"elsewhere", nil, "POST", "/x", `{}`, nil, 404, ""},
		{"method", nil, "GET", "/h/tok-orders", ``, nil, 405, "method GET"},
		{"allowed method", map[string]any{"methods": []any{"get"}}, "GET", "/h/tok-orders", ``, nil, 200, ""},
		{"address", map[string]any{"allow_ips": []any{"10.0.0.0/8"}}, "POST", "", `{}`, nil, 403, "address 192.0.2.1"},
		{"allowed address", map[string]any{"allow_ips": []any{"192.0.2.1"}}, "POST", "", `{}`, nil, 200, ""},
		{"broken JSON", nil, "POST", "", `{"a":`, nil, 422, "read JSON: it ends too early"},
		{"no JSON", nil, "POST", "", ``, nil, 422, "the JSON is empty"},
		{"deep JSON", nil, "POST", "", deep, nil, 422, "values are nested more than 64 deep"},
		{"many values", nil, "POST", "", "[" + strings.Repeat("0,", 100_000) + "0]", nil, 422, "there are more than 100000 values"},
		{"too big", map[string]any{"max_body": 10}, "POST", "", `{"a":"123456"}`, nil, 413, "the body is too big: the limit here is 10 bytes"},
		{"just fits", map[string]any{"max_body": "10"}, "POST", "", `{"a":"123"}`[:10] + "", []string{"Content-Type: text/plain"}, 200, ""},
		{"coding", nil, "POST", "", `{}`, []string{"Content-Encoding: br"}, 415, "content encoding br"},
		{"packed twice", nil, "POST", "", `{}`, []string{"Content-Encoding: gzip", "Content-Encoding: gzip"}, 415, "content encoding gzip, gzip"},
		{"bad gzip", nil, "POST", "", `{}`, []string{"Content-Encoding: gzip"}, 422, "the body could not be read"},
		{"two types", nil, "POST", "", `{}`, []string{"content-type: text/plain"}, 415, "there is more than one content type"},
		{"schema", map[string]any{"schema": map[string]any{"type": "object", "required": []any{"id"}}}, "POST", "", `{"x":"canary"}`, nil, 422, "the body does not fit the schema: at /, id is missing"},
		{"schema, a kind", map[string]any{"schema": map[string]any{"properties": map[string]any{"n": map[string]any{"type": "integer"}}}}, "POST", "", `{"n":"canary"}`, nil, 422, "the body does not fit the schema: at /n, there is a text where a whole number should be"},
		{"fits schema", map[string]any{"schema": map[string]any{"properties": map[string]any{"id": map[string]any{"type": "integer"}}}}, "POST", "", `{"id":1}`, nil, 200, ""},
		{"raw", nil, "POST", "", `{"a":`, []string{"Content-Type: application/octet-stream"}, 200, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, c.with)
			if c.path == "" {
				c.path = "/h/tok-orders"
			}
			w := h.send(c.method, c.path, c.body, c.headers...)
			wantStatus(t, w, c.status)
			if c.status != 200 {
				var answer struct {
					Error struct{ Code, Message string }
				}
				if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Error.Code == "" || answer.Error.Message == "" {
					t.Errorf("the answer is %s", w.Body)
				}
			}
			if c.reason == "" {
				if len(h.rejected) != 0 {
					t.Errorf("recorded as rejected: %s", h.rejected[0].Reason)
				}
				return
			}
			if got := h.lastRejected(t); strings.Split(got.Reason, "\x1f")[0] != c.reason { // English, then Portuguese
				t.Errorf("got reason %q, want %q", got.Reason, c.reason)
			}
			if len(h.events) != 0 {
				t.Error("it was accepted too")
			}
		})
	}
}

func TestLife(t *testing.T) {
	for state, want := range map[flows.State]struct {
		status  int
		outcome store.Outcome
	}{
		flows.StateNew: {200, store.Captured}, flows.StateOn: {200, store.Accepted}, flows.StatePaused: {200, store.Accepted}, flows.StateOff: {410, ""},
	} {
		h := newHouse(t, nil)
		h.flows.put("orders", state, flow.Trigger{Kind: "webhook"})
		wantStatus(t, h.post(`{"id":1}`), want.status)
		if want.outcome != "" && len(h.accepted(want.outcome)) != 1 {
			t.Errorf("%s: got %v, want one %s", state, h.events, want.outcome)
		}
	}
}

func TestChangesOfAFlowCountAtOnce(t *testing.T) {
	h := newHouse(t, nil)
	wantStatus(t, h.post(`{}`), 200)
	h.flows.old["before"] = "orders"
	wantStatus(t, h.send("POST", "/h/before", `{}`), 200)
	h.flows.put("orders", flows.StateOn, flow.Trigger{Kind: "webhook", With: map[string]any{"methods": []any{"PUT"}}})
	wantStatus(t, h.post(`{}`), 405)
	h.flows.put("orders", flows.StateOn, flow.Trigger{Kind: "manual"})
	wantStatus(t, h.post(`{}`), 404)
}

func TestWhereAndKeys(t *testing.T) {
	cases := []struct {
		name, where, key, order, body string
		outcome                       store.Outcome
		gotKey, gotOrder, fault       string
	}{
		{"passes", "trigger.body.id > 1", "trigger.body.id", "trigger.body.who", `{"id":7,"who":"ana"}`, store.Accepted, "7", "ana", ""},
		{"filtered has no key", "trigger.body.id > 9", "trigger.body.id", "", `{"id":7}`, store.Filtered, "", "", ""},
		{"nil is false", "trigger.body.ok", "", "", `{}`, store.Filtered, "", "", ""},
		{"nothing is no key", "", "trigger.body.id", "trigger.body.id", `{}`, store.Accepted, "", "", ""},
		{"failing lets in", "trigger.body.id", "", "", `{"id":7}`, store.Accepted, "", "", "where: "},
		{"failing key", "", "trigger.body.list[0].x + 1 > {}", "", `{"list":[{"x":1}]}`, store.Accepted, "", "", "dedupe: "},
		{"resource is for the engine", "trigger.resource.paid", "", "", `{}`, store.Accepted, "", "", ""},
		{"long key", "", "trigger.body.k", "", `{"k":"` + strings.Repeat("x", 300) + `"}`, store.Accepted, "sha256:", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			with := map[string]any{}
			if c.key != "" {
				with["dedupe"] = map[string]any{"key": c.key}
			}
			if c.order != "" {
				with["order_by"] = c.order
			}
			h := newHouse(t, with, where(c.where))
			wantStatus(t, h.post(c.body), 200)
			got := h.events[0]
			if got.Outcome != c.outcome || !strings.HasPrefix(got.Key, c.gotKey) || (c.gotKey == "") != (got.Key == "") || got.OrderBy != c.gotOrder {
				t.Errorf("got %s key %q order %q, want %s %q %q", got.Outcome, got.Key, got.OrderBy, c.outcome, c.gotKey, c.gotOrder)
			}
			if !strings.HasPrefix(got.Meta.Fault, c.fault) || (c.fault == "") != (got.Meta.Fault == "") {
				t.Errorf("got fault %q, want %q", got.Meta.Fault, c.fault)
			}
			if got.Outcome == store.Filtered && got.Reason == "" {
				t.Error("filtered without a reason")
			}
		})
	}
}

func TestSlowExpressionNeverHoldsTheDoor(t *testing.T) {
	h := newHouse(t, nil, where(`len(filter(trigger.body.a, len(filter(trigger.body.a, # > 0)) > 0)) > 0`))
	body := `{"a":[` + strings.Repeat("1,", 5000) + `1]}`
	wantStatus(t, h.post(body), 200)
	cut := regexp.MustCompile(`^where: (the expression (works too long on this data|took longer than 100 ms)|it took longer than the 10 ms that it has before the sender is answered; make it simpler, or ask it in a step$)`) // by a budget of its own, or by the door's
	if got := h.events[0]; got.Outcome != store.Accepted || !cut.MatchString(got.Meta.Fault) {
		t.Errorf("got %s, fault %q", got.Outcome, got.Meta.Fault)
	}
}

// The same delivery ten times at once, and again: one run.
func TestSameDelivery(t *testing.T) {
	h := newHouse(t, map[string]any{"dedupe": map[string]any{"key": "trigger.body.id", "for": "1h"}})
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() { h.post(`{"id":42}`) })
	}
	group.Wait()
	again := triggers.NewWebhook(triggers.WebhookConfig{Engine: h.fakeEngine, Flows: h.flows, PublicURL: publicURL})
	h.door = again
	w := h.post(`{"id":42}`)
	if want := `{"event":"e11","status":"duplicate"}`; w.Body.String() != want {
		t.Errorf("got %s, want %s", w.Body, want)
	}
	if got := len(h.accepted(store.Accepted)); got != 1 {
		t.Errorf("got %d runs, want 1", got)
	}
	if h.events[0].KeyFor != time.Hour {
		t.Errorf("the key is kept for %s", h.events[0].KeyFor)
	}
}

func TestStoreThatCannotAccept(t *testing.T) {
	for err, after := range map[error]string{store.ErrBusy: "1", store.ErrFull: "5", store.ErrBroken: "5", errors.New("other"): "5"} {
		h := newHouse(t, nil)
		h.err = err
		w := h.post(`{}`)
		wantStatus(t, w, 503)
		if got := w.Header().Get("Retry-After"); got != after {
			t.Errorf("%v: got Retry-After %q, want %q", err, got, after)
		}
	}
}

func TestRate(t *testing.T) {
	h := newHouse(t, map[string]any{"rate": map[string]any{"per_second": 0.5, "burst": 2}})
	wantStatus(t, h.post(`{}`), 200)
	wantStatus(t, h.post(`{}`), 200)
	w := h.post(`{}`)
	wantStatus(t, w, 429)
	if got := w.Header().Get("Retry-After"); got != "2" {
		t.Errorf("got Retry-After %q, want 2", got)
	}
	h.now = h.now.Add(2 * time.Second)
	wantStatus(t, h.post(`{}`), 200)
}

// TestASavedDraftDoesNotRefillTheRate: only another trigger begins to count anew.
func TestASavedDraftDoesNotRefillTheRate(t *testing.T) {
	with := func() map[string]any { return map[string]any{"rate": map[string]any{"per_second": 0.5, "burst": 2}} }
	h := newHouse(t, with())
	wantStatus(t, h.post(`{}`), 200)
	wantStatus(t, h.post(`{}`), 200)
	h.flows.put("orders", flows.StateOn, flow.Trigger{Kind: "webhook", With: with(), Connection: "hook"})
	wantStatus(t, h.post(`{}`), 429)
	h.flows.put("orders", flows.StateOn, flow.Trigger{Kind: "webhook"})
	wantStatus(t, h.post(`{}`), 200)
}

func TestUnknownTokensAreLimited(t *testing.T) {
	h := newHouse(t, nil)
	for i := range 25 {
		want := 404
		if i >= 20 {
			want = 429
		}
		wantStatus(t, h.send("POST", "/h/guess", `{}`, "remote: [2001:db8::"+string(rune('a'+i%6))+"]:1"), want)
		wantStatus(t, h.send("POST", "/h/guess", `{}`, "remote: 127.0.0.1:1"), 404)
	}
	wantStatus(t, h.post(`{}`, "remote: [2001:db8::1]:1"), 200)
	wantStatus(t, h.send("POST", "/h/guess", `{}`, "remote: [2001:db8:0:1::1]:1"), 404)
	h.now = h.now.Add(time.Minute)
	wantStatus(t, h.send("POST", "/h/guess", `{}`, "remote: [2001:db8::1]:1"), 404)
}

func TestClientAddress(t *testing.T) {
	h := newHouse(t, nil, func(_ *flow.Trigger, c *triggers.WebhookConfig) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.1:1", "198.51.100.1", "203.0.113.1"},
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"10.0.0.1:1", "198.51.100.1:4711, [2001:db8::1]:80", "2001:db8::1"},
		{"[::ffff:10.0.0.1]:1", "2001:db8::1", "2001:db8::1"},
	} {
		h.post(`{}`, "remote: "+c.remote, "X-Forwarded-For: "+c.forwarded)
		if got := h.events[len(h.events)-1].Meta.IP; got != c.want {
			t.Errorf("%s by %s: got %s, want %s", c.forwarded, c.remote, got, c.want)
		}
	}
}

func packed(t *testing.T, body []byte) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCompressedBodies(t *testing.T) {
	h := newHouse(t, nil)
	wantStatus(t, h.post(packed(t, []byte(`{"id":1}`)), "Content-Encoding: gzip"), 200)
	if got := string(h.events[0].Body); got != `{"id":1}` {
		t.Errorf("body is %q", got)
	}
	noise := make([]byte, 1<<18)
	if _, err := rand.NewChaCha8([32]byte{}).Read(noise); err != nil {
		t.Fatal(err)
	}
	for want, body := range map[string][]byte{
		"the compressed body becomes more than 100 times its size": bytes.Repeat([]byte(" "), 500_000),
		"the body is too big: the limit here is 1 MB":              []byte(strings.Repeat(" ", 1<<20) + hex.EncodeToString(noise)),
	} {
		wantStatus(t, h.post(packed(t, body), "Content-Encoding: gzip"), 413)
		if got, _, _ := strings.Cut(h.lastRejected(t).Reason, "\x1f"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	wantStatus(t, h.post(packed(t, bytes.Repeat([]byte(" "), 64<<20)), "Content-Encoding: gzip"), 413)
	if got := h.post(`{}`).Code; got != 200 {
		t.Errorf("after bombs: %d", got)
	}
}

func TestMemoryOfBodies(t *testing.T) {
	h := newHouse(t, nil, func(_ *flow.Trigger, c *triggers.WebhookConfig) { c.Memory = 10_000 })
	w := h.post(`"` + strings.Repeat("x", 20_000) + `"`)
	wantStatus(t, w, 503)
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	for range 10 {
		wantStatus(t, h.post(`"`+strings.Repeat("x", 4_000)+`"`), 200)
	}
}

func TestChunkedBody(t *testing.T) {
	h := newHouse(t, map[string]any{"max_body": "20KiB"})
	for size, want := range map[int]int{5: 200, 4096: 200, 20_470: 200, 20_478: 200, 20_479: 413, 50_000: 413} {
		r := httptest.NewRequest("POST", "/h/tok-orders", strings.NewReader(`"`+strings.Repeat("x", size)+`"`))
		r.Header.Set("Content-Type", "application/json")
		r.ContentLength = -1
		w := httptest.NewRecorder()
		h.door.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%d: got %d, want %d", size, w.Code, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	h := newHouse(t, map[string]any{"respond": map[string]any{
		"status": 201, "headers": map[string]any{"x-order": "n{{ trigger.body.id }}", "content-type": "text/html", "set-cookie": "a=b"},
		"body": map[string]any{"got": "{{ trigger.body.id }}", "event": "{{ trigger.id }}"},
	}})
	w := h.post(`{"id":7}`)
	wantStatus(t, w, 201)
	if got, want := w.Body.String(), `{"event":"e1","got":7}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := w.Header().Get("X-Order") + w.Header().Get("Content-Type") + w.Header().Get("Set-Cookie"); got != "n7application/json" {
		t.Errorf("headers are %v", w.Header())
	}
	h = newHouse(t, map[string]any{"respond": map[string]any{"body": "OK"}})
	if w = h.post(`{}`); w.Body.String() != "OK" || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("got %s %v", w.Body, w.Header())
	}
}

// A status or a header of one's own leaves the rest of the default answer.
func TestAnAnswerKeepsWhatItDoesNotSay(t *testing.T) {
	h := newHouse(t, map[string]any{"respond": map[string]any{"status": 202}})
	w := h.post(`{}`)
	wantStatus(t, w, 202)
	if got, want := w.Body.String(), `{"event":"e1","run":"r1","status":"accepted"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	h = newHouse(t, map[string]any{"respond": map[string]any{"when": "finished", "headers": map[string]any{"X-A": "b"}}})
	h.respond("r1", &engine.Answer{Ended: store.Succeeded})
	w = h.post(`{}`)
	if got, want := w.Body.String()+w.Header().Get("X-A"), `{"event":"e1","run":"r1","status":"succeeded"}b`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFinishedAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, map[string]any{"dedupe": map[string]any{"key": "trigger.body.id"}, "respond": map[string]any{"when": "finished", "timeout": "5s"}})
		before := time.Now()
		w := h.post(`{"id":1}`)
		wantStatus(t, w, 202)
		if got, want := w.Body.String(), `{"event":"e1","status":"accepted","run":"r1","status_url":"https://hooks.example.com/h/tok-orders/runs/r1"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if took := time.Since(before); took != 5*time.Second {
			t.Errorf("it took %s", took)
		}
		w = h.send("GET", "/h/tok-orders/runs/r1", "")
		if got, want := w.Body.String(), `{"answer":null,"run":"r1","status":"running"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		wantStatus(t, h.send("HEAD", "/h/tok-orders/runs/r1", ""), 200)
		wantStatus(t, h.send("GET", "/h/tok-orders/runs/r9", ""), 404)
		go func() {
			time.Sleep(time.Second)
			h.respond("r1", &engine.Answer{Status: 207, Headers: map[string]string{"X-A": "b"}, Body: map[string]any{"ok": true}})
		}()
		for range 2 {
			w = h.post(`{"id":1}`)
			wantStatus(t, w, 207)
			if got := w.Body.String() + w.Header().Get("X-A"); got != `{"ok":true}b` {
				t.Errorf("got %s", got)
			}
		}
		w = h.send("GET", "/h/tok-orders/runs/r1", "")
		if got, want := w.Body.String(), `{"answer":{"status":207,"headers":{"X-A":"b"},"body":{"ok":true}},"run":"r1","status":"running"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		h.respond("r4", &engine.Answer{Ended: store.Failed, Error: store.RunError{Code: "http_404", Message: "canary"}})
		w = h.post(`{"id":2}`)
		wantStatus(t, w, 500)
		if got, want := w.Body.String(), `{"error":{"code":"http_404"},"event":"e4","run":"r4","status":"failed"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		h.respond("r5", &engine.Answer{Status: 303, Headers: map[string]string{"Location": "https://example.com/ok"}})
		w = h.post(`{"id":4}`)
		wantStatus(t, w, 303)
		if _, typed := w.Header()["Content-Type"]; typed || w.Body.Len() > 0 || w.Header().Get("Location") != "https://example.com/ok" {
			t.Errorf("got %v %q", w.Header(), w.Body)
		}
		close(h.stop)
		wantStatus(t, h.post(`{"id":3}`), 202)
	})
}

func TestLanguageOfRefusals(t *testing.T) {
	h := newHouse(t, nil)
	for accept, want := range map[string]string{"pt-BR,pt;q=0.9,en;q=0.8": "este método", "en;q=0.5, pt;q=0.9": "este método", "fr": "this method", "": "this method"} {
		if got := h.send("GET", "/h/tok-orders", "", "Accept-Language: "+accept).Body.String(); !strings.Contains(got, want) {
			t.Errorf("%q: got %s", accept, got)
		}
	}
}

// TestSendersThatWaitHoldNoBodies: what is on disk needs no memory at the door.
func TestSendersThatWaitHoldNoBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, map[string]any{"respond": map[string]any{"when": "finished", "timeout": "60s"}}, func(_ *flow.Trigger, c *triggers.WebhookConfig) { c.Memory = 100_000 })
		for range 4 {
			go h.post(`{"a": "` + strings.Repeat("x", 20_000) + `"}`)
		}
		synctest.Wait()
		wantStatus(t, h.post(`{"a": "`+strings.Repeat("y", 30_000)+`"}`), 202)
	})
}

func TestWaitURL(t *testing.T) {
	h := newHouse(t, nil)
	h.wait = engine.WaitView{Open: true, Reached: true, Approve: true, Text: "Pay <script>1</script>?", Flow: "orders", Name: "Big <orders>", Until: time.Date(2026, 11, 27, 15, 6, 0, 0, time.UTC)}
	page := h.send("GET", "/w/wait", "", "Accept: text/html", "Accept-Language: pt-BR")
	wantStatus(t, page, 200)
	for _, want := range []string{"Aprovar", "Rejeitar", "Pay &lt;script&gt;1&lt;/script&gt;?", "Pedido de “Big &lt;orders&gt;”, até 27/11/2026 às 15:06 UTC.", `<html lang="pt-BR">`, `method="post"`} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page has no %q:\n%s", want, page.Body)
		}
	}
	if csp := page.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %s", csp)
	}
	wantStatus(t, h.send("HEAD", "/w/wait", ""), 200)
	wantStatus(t, h.send("POST", "/w/wait", `{}`), 422)
	if len(h.given) != 0 {
		t.Fatal("it was decided without a decision")
	}
	w := h.send("POST", "/w/wait", "approved=false", "Content-Type: application/x-www-form-urlencoded", "Accept: text/html")
	wantStatus(t, w, 200)
	if !strings.Contains(w.Body.String(), "You rejected.") {
		t.Errorf("the page does not say which answer was given:\n%s", w.Body)
	}
	if diff := cmp.Diff([]any{map[string]any{"approved": false}}, h.given); diff != "" {
		t.Error(diff)
	}
	wantStatus(t, h.send("GET", "/w/wait", ""), 410)
	wantStatus(t, h.send("POST", "/w/wait", `{"approved":true}`), 410)
	wantStatus(t, h.send("GET", "/w/other", ""), 404)
	unknown := h.send("GET", "/w/other", "", "Accept: text/html,*/*", "Accept-Language: pt-BR")
	wantStatus(t, unknown, 404)
	if !strings.Contains(unknown.Body.String(), "<h1>Este link não vale mais</h1>") {
		t.Errorf("a browser gets\n%s", unknown.Body)
	}
	for path, want := range map[string]string{"/w/wait": "GET, HEAD, POST", "/h/tok-orders": "POST"} {
		w := h.send("PUT", path, "")
		wantStatus(t, w, 405)
		if got := w.Header().Get("Allow"); got != want {
			t.Errorf("%s: Allow %q, want %q", path, got, want)
		}
	}
	h.wait = engine.WaitView{Open: true, Approve: true, Name: "Refunds"}
	if early := h.send("GET", "/w/wait", "", "Accept: text/html").Body.String(); strings.Contains(early, "<form") || !strings.Contains(early, "“Refunds” has not got to this question.") {
		t.Errorf("a question that was not asked yet is shown as\n%s", early)
	}
	h.wait = engine.WaitView{Open: true}
	w = h.send("POST", "/w/wait", `{"id":1}`)
	if w.Code != 200 || w.Body.String() != `{"status":"received"}` {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if diff := cmp.Diff(map[string]any{"id": 1}, h.given[1]); diff != "" {
		t.Error(diff)
	}
}

// TestWhoComesSecondIsToldTheAnswer: and when it was given, with the place whose time it is.
func TestWhoComesSecondIsToldTheAnswer(t *testing.T) {
	h := newHouse(t, nil)
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 27, 17, 55, 0, 0, zone)
	for answer, want := range map[string][2]string{
		"approved": {"This was approved on 27 December 2026, 17:55, São Paulo time.", "Isto foi aprovado em 27/12/2026 às 17:55, horário de São Paulo."},
		"rejected": {"This was rejected on 27 December 2026, 17:55, São Paulo time.", "Isto foi rejeitado em 27/12/2026 às 17:55, horário de São Paulo."},
		"expired":  {"Nobody answered by 27 December 2026, 17:55, São Paulo time.", "Ninguém respondeu até 27/12/2026 às 17:55, horário de São Paulo."},
		"":         {"This was answered before, or is over.", "Isto já foi respondido ou terminou."},
	} {
		h.wait = engine.WaitView{Reached: true, Approve: true, Answer: answer, Ended: at}
		for i, lang := range []string{"en", "pt-BR"} {
			page := h.send("GET", "/w/wait", "", "Accept: text/html", "Accept-Language: "+lang)
			wantStatus(t, page, 410)
			if !strings.Contains(page.Body.String(), want[i]) {
				t.Errorf("%q: the page has no %q:\n%s", answer, want[i], page.Body)
			}
		}
	}
}

func TestRealServer(t *testing.T) {
	h := newHouse(t, map[string]any{"max_body": "2MiB"})
	s := httptest.NewServer(h.door)
	defer s.Close()
	for _, size := range []int{0, 100, 100_000, 2<<20 - 2, 2 << 20} {
		res, err := s.Client().Post(s.URL+"/h/tok-orders", "application/json", strings.NewReader(`"`+strings.Repeat("x", size)+`"`))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		want := http.StatusOK
		if size+2 > 2<<20 {
			want = http.StatusRequestEntityTooLarge
		}
		if res.StatusCode != want {
			t.Errorf("%d: got %d, want %d", size, res.StatusCode, want)
		}
	}
}

func BenchmarkAccept(b *testing.B) {
	fake := newFakeFlows()
	fake.put("orders", flows.StateOn, flow.Trigger{Kind: "webhook"})
	d := triggers.NewWebhook(triggers.WebhookConfig{Engine: nothing{newFakeEngine()}, Flows: fake, PublicURL: publicURL})
	body := `{"items":[` + strings.Repeat(`{"sku":"A-1","price":10.5},`, 110) + `{}]}`
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/h/tok-orders", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
