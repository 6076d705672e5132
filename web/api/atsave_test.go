package api_test

import (
	"slices"
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
