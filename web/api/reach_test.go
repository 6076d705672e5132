package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// Who imports a flow is told first what it would reach.
func TestAnImportShowsWhatItWouldReach(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/connections", `{"name": "crm", "kind": "http_bearer", "fields": {"token": "t"}, "hosts": ["crm.example.com"]}`)
	got := h.want(200, "POST", "/import?dry_run=true", `{"gancho": 1, "flows": [{"id": "f", "name": "F", "trigger": {"kind": "manual"}, "steps": [
		{"id": "a", "action": "http.request", "connection": "crm", "with": {"url": "https://{{ vars.host }}/x"}},
		{"id": "b", "action": "http.request", "connection": "later", "catch": [{"id": "c", "action": "http.request", "with": {"url": "https://u:p@API.example.com:8443/y"}}], "with": {"url": "http://other.example.com"}}]}]}`)
	f := got["flows"].([]any)[0].(map[string]any)
	if hosts := mustJSON(t, f["hosts"]); hosts != `["api.example.com","crm.example.com","other.example.com"]` {
		t.Errorf("hosts: %s", hosts)
	}
	if connections := mustJSON(t, f["connections"]); connections != `[{"exists":true,"kind":"http_bearer","name":"crm"},{"exists":false,"name":"later"}]` {
		t.Errorf("connections: %s", connections)
	}
}

// The metrics know how deliveries are answered, as well as the editor.
func TestDeliveriesAreMeasured(t *testing.T) {
	h := newHouse(t)
	h.ask("POST", "/h/unknown", "", "{}")
	h.ask("GET", "/w/unknown", "", "")
	h.ask("GET", "/api/v1/flows", root, "")
	r, w := httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil), httptest.NewRecorder()
	r.Header.Set("Authorization", "Bearer "+root)
	h.handler.ServeHTTP(w, r)
	text := w.Body.String()
	for _, want := range []string{`path="hooks",status="4xx"} 1`, `path="waits",status="4xx"} 1`, `path="api",status="2xx"} 1`} {
		if !strings.Contains(text, "gancho_http_request_duration_seconds_count{"+want) {
			t.Errorf("there is no %s in %s", want, text)
		}
	}
}
