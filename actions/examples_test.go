package actions

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// exampleWorld is a program with the example flows, and stand-ins of every provider that they
// name.
type exampleWorld struct {
	*resident
	examples *flow.Bundle
	slackNo  bool // Slack refuses messages
	crmNo    bool // the CRM knows nothing
}

func openExamples(t *testing.T, dir string) *exampleWorld {
	t.Helper()
	w := &exampleWorld{}
	n := newWorld(t)
	n.site("crm.example.com", func(*http.Request, string) (int, string) {
		if w.crmNo {
			return 404, `{"error": "no such pipeline"}`
		}
		return 201, `{"id": 7}`
	})
	n.site("shop.example.com", func(r *http.Request, _ string) (int, string) {
		if r.Method == http.MethodPost {
			return 201, `{"refunded": true}`
		}
		return 200, `{"orders": [{"id": 1001, "total": 199.9}, {"id": 1002, "total": 50.1}]}`
	})
	n.site("slack.com", func(*http.Request, string) (int, string) {
		if w.slackNo {
			return 200, `{"ok": false, "error": "channel_not_found"}`
		}
		return 200, `{"ok": true, "channel": "C1", "ts": "1.2"}`
	})
	n.site("api.rd.services", func(*http.Request, string) (int, string) { return 200, `{"event_uuid": "u1"}` })
	n.site("api.stripe.com", func(*http.Request, string) (int, string) { return 200, `{"id": "in_TEST0000000001", "status": "open"}` })
	n.mailServer("mail.example.com")
	w.resident = n.open(dir)
	data, err := os.ReadFile("../flows.example.json")
	check(t, err)
	// Days of waiting are hours here: they would take a moment each.
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte(`{"for": "3d"}`), []byte(`{"for": "3h"}`)), []byte(`{"for": "4d"}`), []byte(`{"for": "4h"}`))
	b, problems := flow.Parse(data)
	if b == nil {
		t.Fatalf("%+v", problems)
	}
	w.examples = b
	return w
}

// event gives the body of a flow's test.
func (w *exampleWorld) event(id string, test int) string {
	w.t.Helper()
	for _, f := range w.examples.Flows {
		if f.ID == id {
			data, err := json.Marshal(f.Tests[test].Event.Body)
			check(w.t, err)
			return string(data)
		}
	}
	w.t.Fatalf("there is no example %s", id)
	return ""
}

// send delivers a body and wants it taken.
func (w *exampleWorld) send(id, body string, headers map[string]string) string {
	w.t.Helper()
	status, answer := w.knock(id, body, headers)
	if status != http.StatusOK {
		w.t.Fatalf("%s: %d %s", id, status, answer)
	}
	synctest.Wait()
	return answer
}

// ended wants so many runs of a flow, all of them ended in one way.
func (w *exampleWorld) ended(id string, status store.Status, n int) {
	w.t.Helper()
	if got := w.runs(id, status); len(got) != n {
		w.t.Errorf("%s: %d runs %s, want %d: %+v", id, len(got), status, n, w.runs(id))
	}
}

// came wants requests, one after the other, that hold these words.
func (w *exampleWorld) came(requests ...[]string) {
	w.t.Helper()
	w.hold("requests", w.requests(), requests)
}

func (w *exampleWorld) mailed(letters ...[]string) {
	w.t.Helper()
	w.hold("letters", w.letters(), letters)
}

func (w *exampleWorld) hold(what string, got []string, want [][]string) {
	w.t.Helper()
	if len(got) != len(want) {
		w.t.Fatalf("%d %s, want %d: %q", len(got), what, len(want), got)
	}
	for i, words := range want {
		for _, word := range words {
			if !strings.Contains(got[i], word) {
				w.t.Errorf("%s %d is without %q:\n%s", what, i, word, got[i])
			}
		}
	}
}

// hmacOf is an HMAC-SHA256.
func hmacOf(secret, text string) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return m.Sum(nil)
}

func wooHeaders(body, delivery string) map[string]string {
	return map[string]string{
		"X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Delivery-ID": delivery,
		"X-WC-Webhook-Signature": base64.StdEncoding.EncodeToString(hmacOf("woo-secret", body)),
	}
}

// TestExamplesAreRun: a newcomer imports the examples, sees what each still needs, gives it,
// and every one of them does its work at the providers.
func TestExamplesAreRun(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := openExamples(t, dir)
		defer w.close()
		defer w.leave()
		time.Sleep(15 * time.Hour) // a bubble begins with the year 2000
		w.importBare()
		w.giveConnections()
		w.trySales()
		w.tryMarketing()
		w.tryStock()
		w.tryRefund()
		w.tryFailures()
		w.tryReport()
		w.tryInvoice()
	})
}

// importBare takes the examples in while there is no connection: each says which it needs,
// nobody unverified comes in, and a run waits for what it lacks.
func (w *exampleWorld) importBare() {
	w.t.Helper()
	results, err := w.flows.Import(w.t.Context(), w.examples, flows.ImportOptions{Publish: true, OnConflict: flows.OnConflictFollow})
	check(w.t, err)
	for _, r := range results {
		entry, err := w.flows.Get(r.ID)
		check(w.t, err)
		missing := ""
		for _, p := range r.Problems {
			missing += " " + p.Code
		}
		if needs := r.ID != "paid-order"; !r.Published || needs != strings.Contains(missing, "no_connection_yet") {
			w.t.Errorf("%s: published %t with the problems%s", r.ID, r.Published, missing)
		}
		if secret := entry.Draft.Trigger.Connection; secret != "" {
			if status, answer := w.knock(r.ID, "{}", nil); status != http.StatusUnauthorized {
				w.t.Errorf("%s without the secret of its sender: %d %s", r.ID, status, answer)
			}
		}
	}
	if answer := w.send("paid-order", w.event("paid-order", 0), nil); !strings.Contains(answer, "R$ 199,90 received") {
		w.t.Errorf("the first example: %s", answer)
	}
	if answer := w.send("contact-form", w.event("contact-form", 0), nil); !strings.Contains(answer, "Thank you, Cliente Exemplo") {
		w.t.Errorf("the form: %s", answer)
	}
	if waiting := w.runs("contact-form"); len(waiting) != 1 || waiting[0].WaitingFor != "connection" {
		w.t.Errorf("the form's run: %+v", waiting)
	}
	w.came()
}

func (w *exampleWorld) giveConnections() {
	w.t.Helper()
	w.connect("crm", "http_bearer", map[string]any{"token": "crm-secret"}, "crm.example.com")
	w.connect("shop", "http_header", map[string]any{"name": "X-Shop-Key", "value": "shop-secret"}, "shop.example.com")
	w.connect("stripe", "stripe:key", map[string]any{"secret_key": "sk_test_1"})
	w.connect("rdstation", "rdstation:api_key", map[string]any{"api_key": "rd-secret"})
	w.connect("team-slack", "slack:bot", map[string]any{"bot_token": "xoxb-1"})
	w.connect("mail", "smtp", map[string]any{"host": "mail.example.com", "security": "none", "from": "Loja <loja@example.com>"})
	w.connect("shop-webhook", "woocommerce:webhook", map[string]any{"secret": "woo-secret"})
	w.connect("stripe-webhook", "stripe:webhook", map[string]any{"signing_secret": "whsec_1"})
	w.connect("hotmart-webhook", "hotmart:webhook", map[string]any{"hottok": "hot-secret"})
	w.connect("typeform-webhook", "typeform:webhook", map[string]any{"secret": "form-secret"})
	for _, f := range w.examples.Flows {
		check(w.t, w.publish(f.ID))
	}
	synctest.Wait()
	w.came([]string{"slack.com POST /api/chat.postMessage Bearer xoxb-1", "C00000003", "wrote: Quero saber mais."}) // the run that waited
	w.ended("contact-form", store.Succeeded, 1)
}

// trySales: a cart is left and remembered; then it is bought, and no second reminder goes out.
func (w *exampleWorld) trySales() {
	w.t.Helper()
	hot := map[string]string{"X-Hotmart-Hottok": "hot-secret"}
	if status, _ := w.knock("abandoned-cart", w.event("abandoned-cart", 0), map[string]string{"X-Hotmart-Hottok": "guessed"}); status != http.StatusUnauthorized {
		w.t.Errorf("a guessed hottok is answered %d", status)
	}
	w.send("abandoned-cart", w.event("abandoned-cart", 0), hot)
	time.Sleep(59 * time.Minute)
	w.mailed()
	time.Sleep(2 * time.Minute)
	w.mailed([]string{"To: <cliente@example.com>", "Curso Exemplo is still in your cart"})
	order := w.event("order-to-sales", 0)
	w.send("order-to-sales", order, wooHeaders(order, "d1"))
	w.came(
		[]string{"crm.example.com POST /api/deals Bearer crm-secret", `"external_id":"wc_order_0000000000001"`, `"value":199.9`, `"phone":"+5511900000000"`},
		[]string{"slack.com POST", "C00000001", "Order 1001 is paid: R$ 199,90 by Pix. Deal 7."})
	w.send("order-to-sales", order, wooHeaders(order, "d2")) // the shop says the same again
	w.came()
	w.send("abandoned-cart", w.event("abandoned-cart", 1), hot)
	w.ended("abandoned-cart", store.RunFiltered, 1) // the order had come
	w.ended("abandoned-cart", store.Succeeded, 1)
	w.ended("order-to-sales", store.Succeeded, 1)
}

func (w *exampleWorld) tryMarketing() {
	w.t.Helper()
	form := w.event("lead-to-rdstation", 0)
	w.send("lead-to-rdstation", form, map[string]string{"Typeform-Signature": "sha256=" + base64.StdEncoding.EncodeToString(hmacOf("form-secret", form))})
	w.came([]string{"api.rd.services POST /platform/conversions?api_key=rd-secret", `"conversion_identifier":"formulario-de-contato"`, `"email":"cliente@example.com"`, `"cf_plan":"Pro"`})
	w.ended("lead-to-rdstation", store.Succeeded, 1)
	status, answer := w.knock("contact-form", w.event("contact-form", 1), nil)
	if status != http.StatusUnprocessableEntity || !strings.Contains(answer, "valid e-mail address") {
		w.t.Errorf("the form: %d %s", status, answer)
	}
}

func (w *exampleWorld) tryStock() {
	w.t.Helper()
	w.send("low-stock", w.event("low-stock", 0), nil)
	w.mailed([]string{"To: <purchasing@example.com>", "Low stock: Camiseta M", "has 3 left"}, []string{"Low stock: BONE"})
	w.send("low-stock", w.event("low-stock", 0), nil) // again on the same day
	w.mailed()
	w.ended("low-stock", store.Succeeded, 2)
}

var waitLink = regexp.MustCompile(`https://gancho\.example\.com(/w/[A-Za-z0-9_.-]+)`)

func (w *exampleWorld) tryRefund() {
	w.t.Helper()
	started, err := w.Started("refund-approval", engine.Start{Body: json.RawMessage(w.event("refund-approval", 1))})
	check(w.t, err)
	_, err = w.door.Admit(w.t.Context(), started)
	check(w.t, err)
	synctest.Wait()
	mails := w.letters()
	if len(mails) != 1 || !strings.Contains(mails[0], "finance@example.com") {
		w.t.Fatalf("letters: %q", mails)
	}
	link := waitLink.FindStringSubmatch(strings.ReplaceAll(mails[0], "=\r\n", ""))
	if link == nil {
		w.t.Fatalf("no link: %s", mails[0])
	}
	page := map[string]string{"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
	if status, text := w.ask(http.MethodGet, link[1], "", page); status != 200 || !strings.Contains(text, "R$ 499,00") {
		w.t.Errorf("the page: %d %s", status, text)
	}
	w.came() // looking decides nothing
	if status, text := w.ask(http.MethodPost, link[1], "approved=true", page); status != 200 {
		w.t.Errorf("the decision: %d %s", status, text)
	}
	synctest.Wait()
	w.came([]string{"shop.example.com POST /api/orders/1001/refunds shop-secret", `"amount":499`})
	w.ended("refund-approval", store.Succeeded, 1)
}

// tryFailures: what fails for good is told once, in the chat or by mail.
func (w *exampleWorld) tryFailures() {
	w.t.Helper()
	fail := func(key string) {
		order := strings.ReplaceAll(w.event("order-to-sales", 0), "wc_order_0000000000001", key)
		w.send("order-to-sales", order, wooHeaders(order, key))
	}
	w.crmNo = true
	fail("wc_order_f1")
	w.came([]string{"crm.example.com"}, []string{"slack.com POST", "C00000004", "Flow order-to-sales failed at deal"})
	fail("wc_order_f2")
	w.came([]string{"crm.example.com"}) // told of a moment ago
	w.slackNo = true
	time.Sleep(16 * time.Minute)
	fail("wc_order_f3")
	w.came([]string{"crm.example.com"}, []string{"slack.com"})
	w.mailed([]string{"To: <ops@example.com>", "Flow order-to-sales failed", "channel_not_found"})
	w.crmNo, w.slackNo = false, false
	w.ended("order-to-sales", store.Failed, 3)
	w.ended("failure-alarm", store.Succeeded, 2)
}

// tryReport: tomorrow at eight in São Paulo.
func (w *exampleWorld) tryReport() {
	w.t.Helper()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	check(w.t, err)
	time.Sleep(time.Until(time.Date(2000, 1, 2, 8, 1, 0, 0, zone)))
	synctest.Wait()
	w.came([]string{"shop.example.com GET /api/orders?from=2000-01-01&status=paid&to=2000-01-02 shop-secret"})
	w.mailed([]string{"sales@example.com", "owner@example.com", "Sales of 01/01/2000: R$ 250,00"})
	w.ended("daily-report", store.Succeeded, 1)
	_, err = w.flows.Off(w.t.Context(), "daily-report")
	check(w.t, err)
}

func (w *exampleWorld) tryInvoice() {
	w.t.Helper()
	invoice := w.event("failed-invoice", 0)
	at := strconv.FormatInt(time.Now().Unix(), 10)
	w.send("failed-invoice", invoice, map[string]string{"Stripe-Signature": fmt.Sprintf("t=%s,v1=%s", at, hex.EncodeToString(hmacOf("whsec_1", at+"."+invoice)))})
	w.mailed([]string{"To: <cliente@example.com>", "Your payment of R$ 49,90 did not go through"})
	time.Sleep(3*time.Hour + time.Minute)
	w.came([]string{"api.stripe.com GET /v1/invoices/in_TEST0000000001"})
	w.mailed([]string{"Second reminder: R$ 49,90 is still open"})
	time.Sleep(4*time.Hour + time.Minute)
	w.came([]string{"api.stripe.com GET /v1/invoices/in_TEST0000000001"}, []string{"slack.com POST", "C00000002", "has not paid R$ 49,90"})
	w.ended("failed-invoice", store.Succeeded, 1)
}
