package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"gancho/engine"
)

// TestRunsHaveTitles: events that no preset names are told apart by what is at the top of their
// bodies, and a mask hides it.
func TestRunsHaveTitles(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": []}`)
	h.publish(`{"id": "b", "trigger": {"kind": "webhook"}, "settings": {"mask": ["/email"]}, "steps": []}`)
	if v := h.finished(h.send("a", `{"id": 5001, "email": "ana@example.com"}`)); v.Title != "5001 · ana@example.com" {
		t.Errorf("a title: %q", v.Title)
	}
	if v := h.finished(h.send("b", `{"id": 1, "email": "ana@example.com"}`)); strings.Contains(v.Title, "ana@") {
		t.Errorf("a masked value is in the title: %q", v.Title)
	}
	h.publish(`{"id": "c", "trigger": {"kind": "webhook"}, "settings": {"mask": ["/cliente", "/valor"]}, "steps": []}`)
	if v := h.finished(h.send("c", `{"pedido": 604, "valor": 780.5, "cliente": {"nome": "Rui Costa"}}`)); strings.Contains(v.Title, "Rui") || strings.Contains(v.Title, "780") {
		t.Errorf("a masked value is in the title: %q", v.Title)
	}
	check(t, h.PutInstance(t.Context(), engine.Instance{Lang: "pt-BR"}))
	if v := h.finished(h.send("a", `{"pedido": 605, "valor": 1780.5}`)); v.Title != "605 · 1780,5" {
		t.Errorf("an amount in Portuguese: %q", v.Title)
	}
	if v := h.finished(h.send("c", `{"pedido": 606, "valor": 1780.5}`)); strings.Contains(v.Title, "780") {
		t.Errorf("a masked amount is in the title: %q", v.Title)
	}
	h.publish(`{"id": "d", "trigger": {"kind": "webhook"}, "settings": {"mask": ["/valor"]}, "steps": [{"id": "note", "action": "set", "with": {"values": {"said": "{{ trigger.body.text }}"}}}]}`)
	if v := h.finished(h.send("d", `{"valor": 1780.5, "text": "R$ 1.780,50"}`)); strings.Contains(fmt.Sprint(v.Steps), "1.780,5") {
		t.Errorf("a masked amount is in what a step wrote: %v", v.Steps)
	}
	receipts, err := h.Accept(t.Context(), []engine.Incoming{{Flow: "a", Body: []byte("nome=Rui+Costa&order_id=7"), Meta: engine.Meta{Kind: "webhook", Type: "application/x-www-form-urlencoded; charset=UTF-8"}}})
	check(t, err)
	if v, err := h.Run(t.Context(), receipts[0].Run); err != nil || v.Title != "7 · Rui Costa" {
		t.Errorf("a form: %q %v", v.Title, err)
	}
	token := "MDEyMzQ1Njc4OWFiY2RlZjAxOTBhMDAwLTAwMDAtNzAwMC04MDAwLTEyMzQ1Njc4OWFiY2Fzaw" // of a wait
	if v := h.finished(h.send("a", `{"name": "`+token+`"}`)); v.Title != "…" {
		t.Errorf("a title tells where to answer: %q", v.Title)
	}
	for _, broken := range []string{`{"id": "`, `{"id`, `{`, "", `{"id": "\`, `{"\ud800": 1, "id": 2`} {
		receipts, err := h.Accept(t.Context(), []engine.Incoming{{Flow: "a", Body: []byte(broken), Meta: engine.Meta{Kind: "webhook", Type: "text/plain"}}})
		check(t, err)
		if receipts[0].Run == "" {
			t.Errorf("%q: %+v", broken, receipts)
		}
	}
}
