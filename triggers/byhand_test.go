package triggers_test

import (
	"testing"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/store"
	"gancho/triggers"
)

// What a person lets in is split, named, filtered, keyed and ordered as at the door.
func TestAdmittedByHand(t *testing.T) {
	h := presetHouse(t, "hubspot", nil, func(f *flow.Trigger, _ *triggers.WebhookConfig) {
		f.With["schema"] = map[string]any{"required": []any{"never"}}
		f.With["order_by"] = "trigger.body.objectId"
		f.Where = "trigger.event == 'contact.creation'"
	})
	body := `[{"objectId":7,"eventId":1,"subscriptionId":2,"subscriptionType":"contact.creation"},{"subscriptionType":"other"},{"subscriptionType":"contact.creation"}]`
	in := engine.Incoming{Flow: "orders", Body: []byte(body), At: h.now, Key: "by hand/e9", Meta: engine.Meta{Kind: "webhook", Type: "application/json"}}
	for range 2 {
		if _, err := h.door.Admit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		outcome store.Outcome
		count   int
	}{{store.Accepted, 2}, {store.Filtered, 2}, {store.Duplicate, 2}} {
		if n := len(h.accepted(c.outcome)); n != c.count {
			t.Errorf("%d are %s, want %d", n, c.outcome, c.count)
		}
	}
	first, last := h.accepted(store.Accepted)[0], h.accepted(store.Accepted)[1]
	if first.Key != "hubspot:2:1" || first.OrderBy != "7" || first.Name != "contact.creation" || first.Title != "contact.creation · 7" {
		t.Errorf("key %q, order %q, name %q, title %q", first.Key, first.OrderBy, first.Name, first.Title)
	}
	if last.Key != "by hand/e9/2" {
		t.Errorf("what has no key of its own has %q", last.Key)
	}
}

// What a person starts is never a duplicate.
func TestStartedByHand(t *testing.T) {
	h := newHouse(t, map[string]any{"dedupe": map[string]any{"key": "trigger.body.id"}})
	in := engine.Incoming{Flow: "orders", Body: []byte(`{"id":1}`), At: h.now, Meta: engine.Meta{Kind: "manual", Type: "application/json"}}
	for range 2 {
		if _, err := h.door.Admit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(h.accepted(store.Accepted)); n != 2 {
		t.Errorf("%d are accepted, want 2", n)
	}
}

// A total that is no number is told as it is: order and name stand in the title all the same.
func TestATitleWithATotalThatIsNoNumber(t *testing.T) {
	for preset, body := range map[string]string{
		"shopify":     `{"id": 1, "name": "#1001", "customer": {"first_name": "Ana"}, "total_price": "free"}`,
		"woocommerce": `{"id": 1, "number": "#1001", "billing": {"first_name": "Ana"}, "total": "free"}`,
	} {
		h := presetHouse(t, preset, nil, func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.With["verify"] = "observe" })
		meta := engine.Meta{Kind: "webhook", Type: "application/json", Headers: map[string]string{"x-shopify-topic": "orders/paid", "x-shopify-event-id": "e", "x-wc-webhook-topic": "order.updated", "x-wc-webhook-delivery-id": "d"}}
		if _, err := h.door.Admit(t.Context(), engine.Incoming{Flow: "orders", Body: []byte(body), At: h.now, Key: "by hand/e9", Meta: meta}); err != nil {
			t.Fatal(err)
		}
		if in := h.accepted(store.Accepted); len(in) != 1 || in[0].Title != "Order #1001 · Ana · free" {
			t.Errorf("%s: %+v", preset, in)
		}
	}
}
