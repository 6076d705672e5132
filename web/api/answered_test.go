package api_test

import (
	"strings"
	"testing"

	"gancho/engine"
)

// TestTheNextStepKnowsWhatARealTestWasAnswered: a declared answer says nothing of what is in its
// body; after a real test the steps that follow are told, and no value of a person with it. Of a flow
// that masks something nothing is kept for others.
func TestTheNextStepKnowsWhatARealTestWasAnswered(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ id, mask string }{{"open", `[]`}, {"masked", `["/code"]`}} {
		h.want(201, "POST", "/flows", `{"id": "`+c.id+`", "trigger": {"kind": "manual"}, "settings": {"mask": `+c.mask+`}, "steps": [
			{"id": "fetch", "action": "http.request", "with": {"url": "https://example.com/orders"}},
			{"id": "each", "action": "loop", "with": {"over": "steps.fetch.body.orders"}, "steps": [{"id": "say", "action": "log", "with": {"message": "{{ item.buyer }}"}}]}]}`)
		seen := func(step string) string {
			return mustJSON(t, h.want(200, "GET", "/flows/"+c.id+"/schema?step="+step, "")["fields"])
		}
		if text := seen("each"); strings.Contains(text, "orders") || !strings.Contains(text, `"steps.fetch.body"`) {
			t.Errorf("%s: before a test: %s", c.id, text)
		}
		h.engine.KeepYields(c.id, &engine.RunView{Steps: []engine.StepView{{Path: "fetch", Action: "http.request", Status: "succeeded", Output: map[string]any{
			"status": 200, "body": map[string]any{"orders": []any{map[string]any{"buyer": "Ana Souza", "total": 7.5}}},
		}}}})
		each, say := seen("each"), seen("say")
		if c.id == "masked" {
			if strings.Contains(each, "orders") {
				t.Errorf("a flow that masks: %s", each)
			}
			continue
		}
		for _, path := range []string{`"steps.fetch.body.orders"`, `"steps.fetch.body.orders[].total"`, `"steps.fetch.headers"`} {
			if !strings.Contains(each, path) {
				t.Errorf("after a test, without %s: %s", path, each)
			}
		}
		if !strings.Contains(say, `"item.buyer"`) || strings.Contains(each+say, "Souza") {
			t.Errorf("in the loop: %s", say)
		}
	}
}
