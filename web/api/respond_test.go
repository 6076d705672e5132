package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHeadersOfAnswers: a number or a truth value in a header is sent as its text, by the trigger and by a step; what has
// no text is said when the flow is saved.
func TestHeadersOfAnswers(t *testing.T) {
	h := newHouse(t)
	headers := `{"X-Id": "{{ trigger.body.id }}", "X-Paid": "{{ trigger.body.paid }}", "X-Five": 5, "X-No": false, "X-Text": "n {{ trigger.body.id }}", "X-None": null}`
	flows := map[string]string{
		"door": `{"id": "door", "trigger": {"kind": "webhook", "with": {"respond": {"headers": ` + headers + `}}}, "steps": []}`,
		"step": `{"id": "step", "trigger": {"kind": "webhook", "with": {"respond": {"when": "finished", "timeout": "60s"}}}, "steps": [{"id": "say", "action": "respond", "with": {"body": 1, "headers": ` + headers + `}}]}`,
	}
	for id, flow := range flows {
		h.want(201, "POST", "/flows", flow)
		h.want(200, "POST", "/flows/"+id+"/publish", "")
		url, _ := h.want(200, "GET", "/flows/"+id, "")["url"].(string)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"id": 9007199254740993, "paid": true}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		for name, want := range map[string]string{"X-Id": "9007199254740993", "X-Paid": "true", "X-Five": "5", "X-No": "false", "X-Text": "n 9007199254740993"} {
			if got := w.Header().Get(name); w.Code != http.StatusOK || got != want {
				t.Errorf("%s: %d, %s is %q, want %q", id, w.Code, name, got, want)
			}
		}
		if w.Header().Values("X-None") != nil {
			t.Errorf("%s: null is sent: %q", id, w.Header()["X-None"])
		}
		bad := strings.Replace(flow, `"X-Five": 5`, `"X-Five": [5]`, 1)
		if problems := mustJSON(t, h.want(200, "POST", "/flows/"+id+"/check", bad)["problems"]); !strings.Contains(problems, `/headers/X-Five"`) || !strings.Contains(problems, "wrong_type") {
			t.Errorf("%s with a list in a header: %s", id, problems)
		}
	}
}
