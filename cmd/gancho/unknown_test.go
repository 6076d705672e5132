package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A run whose outcome a person has to settle waits for nothing that a machine could bring, though another branch of it does.
func TestAnUnknownOutcomeWaitsForNothing(t *testing.T) {
	bank := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer bank.Close()
	g := newGancho(t)
	url := g.publish(`{"id": "charge", "name": "Charge", "trigger": {"kind": "webhook"}, "steps": [{"id": "both", "action": "parallel", "branches": [
		{"name": "a", "steps": [{"id": "pay", "action": "http.request", "delivery": "at_most_once", "with": {"method": "POST", "url": "` + bank.URL + `"}}]},
		{"name": "b", "steps": [{"id": "later", "action": "delay", "with": {"for": "1h"}}]}]}]}`)
	if status, answer := post(url, `{}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	var listed []map[string]any
	g.until("the outcome is unknown", func() bool {
		listed = g.runs("charge", "unknown")
		return len(listed) == 1
	})
	run := g.want(200, "GET", "/runs/"+listed[0]["id"].(string), nil)
	if listed[0]["waiting_for"] != nil || run["waiting_for"] != nil || run["status"] != "unknown" {
		t.Errorf("listed %v, read %v", listed[0], run)
	}
	waits := map[string]any{}
	for _, s := range run["steps"].([]any) {
		step := s.(map[string]any)
		waits[step["path"].(string)] = []any{step["status"], step["waiting_for"]}
	}
	if got := mustJSON(t, waits); got != `{"both":["running",null],"later":["waiting","delay"],"pay":["unknown",null]}` {
		t.Errorf("the steps: %s", got)
	}
}
