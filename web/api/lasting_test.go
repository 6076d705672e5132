package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// What is kept for no time at all was meant in another way: it is refused with what to do, as a draft is checked and as a step runs.
func TestNothingIsKeptForNoTime(t *testing.T) {
	h := newHouse(t)
	const state = `"state.%s", "with": {"key": "k", "expires": "%s"%s}`
	for action, more := range map[string]string{"set": `, "value": 1`, "increment": "", "once": ""} {
		f := `{"id": "` + action + `", "name": "F", "trigger": {"kind": "manual"}, "steps": [{"id": "s", "action": ` + state + `}]}`
		h.want(201, "POST", "/flows", fmt.Sprintf(f, action, "0s", more))
		p := h.want(422, "POST", "/flows/"+action+"/publish", "")["problems"].([]any)[0].(map[string]any)
		if p["path"] != "/steps/0/with/expires" || p["code"] != "out_of_range" || p["hint"] != "leave it out to keep the value, or delete it with state.delete" {
			t.Errorf("%s: %v", action, p)
		}
		h.want(200, "PUT", "/flows/"+action, fmt.Sprintf(f, action, "{{ trigger.body.for }}", more))
		h.want(200, "POST", "/flows/"+action+"/publish", "")
		run := h.started(action, `{"for": "0s"}`)
		if e, _ := run["error"].(map[string]any); run["status"] != "failed" || !strings.Contains(mustJSON(t, e), "must be longer than 0s") {
			t.Errorf("%s: %v %v", action, run["status"], e)
		}
		h.want(404, "GET", "/state/k", "")
		if run := h.started(action, `{"for": "1h"}`); run["status"] != "succeeded" {
			t.Errorf("%s: %v", action, run)
		}
		h.want(204, "DELETE", "/state/k", "")
	}
	h.want(201, "POST", "/flows", `{"id": "w", "name": "W", "trigger": {"kind": "webhook", "with": {"dedupe": {"key": "trigger.body.id", "for": "0s"}}}, "steps": []}`)
	p := h.want(422, "POST", "/flows/w/publish", "", "Accept-Language", "pt-BR")["problems"].([]any)[0].(map[string]any)
	if p["path"] != "/trigger/with/dedupe/for" || p["message"] != "deve ser maior que 0s; deixe de fora para valer o padrão" {
		t.Errorf("%v", p)
	}
	if p := h.want(422, "PUT", "/state/k", `{"value": 1, "expires": "0s"}`); p["detail"] != "expires must be longer than 0s; leave it out to keep the value, or delete the key" {
		t.Errorf("%v", p)
	}
	h.want(404, "GET", "/state/k", "")
}
