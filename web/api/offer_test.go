package api_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestStartersTakeTheSampleThatIsOffered: the first thing that a newcomer sends to a starter passes it.
func TestStartersTakeTheSampleThatIsOffered(t *testing.T) {
	files, err := filepath.Glob("../editor/src/flows/starters/*.json")
	if err != nil || len(files) != 2 {
		t.Fatalf("got %v, %v; want one file a language", files, err)
	}
	want := map[string]string{ // by the sample that a provider documents, "" where one of the flow's own tests fits better
		"payment-approved": "PURCHASE_APPROVED", "pagamento-aprovado": "PURCHASE_APPROVED", "abandoned-cart": "PURCHASE_OUT_OF_SHOPPING_CART", "carrinho-abandonado": "PURCHASE_OUT_OF_SHOPPING_CART",
		"pix-expired": "OPENPIX:CHARGE_EXPIRED", "pix-expirado": "OPENPIX:CHARGE_EXPIRED", "refund": "order_refunded", "reembolso": "order_refunded",
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		check(t, err)
		h := newHouse(t)
		h.want(201, "POST", "/connections", `{"name": "hotmart", "kind": "hotmart:webhook", "fields": {"hottok": "canary"}}`)
		var bundle struct{ Flows []map[string]any }
		check(t, json.Unmarshal(data, &bundle))
		for _, f := range bundle.Flows {
			id := f["id"].(string)
			h.want(201, "POST", "/flows", mustJSON(t, f))
			offer := h.want(200, "GET", "/flows/"+id+"/sample", "")
			if offer["sample"] != want[id] {
				t.Errorf("%s: the sample %q is offered, want %q", id, offer["sample"], want[id])
			}
			if offer["sample"] != "" {
				h.want(200, "POST", "/flows/"+id+"/events", mustJSON(t, map[string]any{"sample": offer["sample"]}))
			} else {
				h.want(200, "POST", "/flows/"+id+"/events", mustJSON(t, map[string]any{"event": offer["event"]}))
			}
			if run := h.want(200, "POST", "/flows/"+id+"/test", ""); run["status"] != "succeeded" {
				t.Errorf("%s: on the sample that is offered it ended as %v: %v, %v", id, run["status"], run["reason"], run["error"])
			}
		}
	}
}

// TestWithoutASampleThatFitsTheFirstIsOffered: there is always something to send, and nothing where nobody says what.
func TestWithoutASampleThatFitsTheFirstIsOffered(t *testing.T) {
	h := newHouse(t)
	for where, want := range map[string]string{"false": "order_approved", "true": "order_approved", "trigger.body.order_status == 'gone'": "order_approved"} {
		h.want(201, "POST", "/flows", mustJSON(t, map[string]any{"id": "f", "name": "F", "trigger": map[string]any{"kind": "webhook", "with": map[string]any{"preset": "kiwify"}, "where": where}, "steps": []any{}}))
		if got := h.want(200, "GET", "/flows/f/sample", ""); got["sample"] != want {
			t.Errorf("%s: %v, want %q", where, got, want)
		}
		h.want(204, "DELETE", "/flows/f", "")
	}
	h.want(201, "POST", "/flows", `{"id": "plain", "name": "P", "trigger": {"kind": "webhook"}, "steps": []}`)
	if got := h.want(200, "GET", "/flows/plain/sample", ""); mustJSON(t, got) != `{"sample":"","test":""}` {
		t.Errorf("nothing to offer: %s", mustJSON(t, got))
	}
}
