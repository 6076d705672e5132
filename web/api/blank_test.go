package api_test

import "testing"

// What a form left blank is a value: steps that take any go on with it. Written into the flow,
// or where something is needed, an empty text stays a mistake.
func TestWhatWasLeftBlankIsAValue(t *testing.T) {
	h := newHouse(t)
	flow := func(id, missing string) string {
		return `{"id": "` + id + `", "name": "Notes", "trigger": {"kind": "manual"}, "steps": [
			{"id": "same", "action": "transform", "missing": "` + missing + `", "with": {"value": "{{ trigger.body.note }}"}},
			{"id": "keep", "action": "state.set", "missing": "` + missing + `", "with": {"key": "` + id + `", "value": "{{ trigger.body.note }}"}},
			{"id": "say", "action": "log", "missing": "` + missing + `", "with": {"message": "{{ trigger.body.note }}"}}]}`
	}
	for id, missing := range map[string]string{"strict": "fail", "loose": "empty"} {
		h.want(201, "POST", "/flows", flow(id, missing))
		h.want(200, "POST", "/flows/"+id+"/publish", "")
	}
	for _, c := range []struct{ flow, body, status string }{
		{"strict", `{"note": ""}`, "succeeded"},
		{"strict", `{}`, "failed"},
		{"strict", `{"note": null}`, "failed"},
		{"loose", `{"note": ""}`, "succeeded"},
		{"loose", `{}`, "succeeded"},
		{"loose", `{"note": null}`, "succeeded"},
	} {
		run := h.started(c.flow, c.body)
		if run["status"] != c.status {
			t.Errorf("%s with %s: %v %v, want %s", c.flow, c.body, run["status"], run["error"], c.status)
			continue
		}
		step := run["steps"].([]any)[0].(map[string]any)
		if c.status == "succeeded" && step["output"] != "" {
			t.Errorf("%s with %s gave %v, want an empty text", c.flow, c.body, step["output"])
		}
	}
	h.want(201, "POST", "/flows", `{"id": "fixed", "name": "Fixed", "trigger": {"kind": "manual"}, "steps": [
		{"id": "same", "action": "transform", "with": {"value": ""}}, {"id": "say", "action": "log", "with": {"message": ""}}]}`)
	h.want(422, "POST", "/flows/fixed/publish", "")
	h.want(201, "POST", "/flows", `{"id": "key", "name": "Key", "trigger": {"kind": "manual"}, "steps": [
		{"id": "keep", "action": "state.set", "with": {"key": "{{ trigger.body.note }}", "value": 1}}]}`)
	h.want(200, "POST", "/flows/key/publish", "")
	if run := h.started("key", `{"note": ""}`); run["status"] != "failed" {
		t.Errorf("an empty key: %v", run["status"])
	}
}
