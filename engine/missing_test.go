package engine_test

import (
	"testing"

	"gancho/engine/said"
)

// TestWhatIsMissingHasOneCode: wherever a step looks for what is not there.
func TestWhatIsMissingHasOneCode(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	for id, step := range map[string]string{
		"field":   `{"id": "x", "action": "set", "with": {"values": {"a": "{{ trigger.body.gone }}"}}}`,
		"when":    `{"id": "x", "action": "set", "when": "trigger.body.gone > 1", "with": {"values": {}}}`,
		"filter":  `{"id": "x", "action": "filter", "with": {"where": "trigger.body.gone > 1"}}`,
		"branch":  `{"id": "x", "action": "branch", "branches": [{"name": "a", "when": "trigger.body.gone > 1", "steps": [{"id": "a", "action": "stop"}]}]}`,
		"collect": `{"id": "x", "action": "loop", "with": {"over": "[1]", "collect": "trigger.body.gone + item"}, "steps": [{"id": "a", "action": "set", "with": {"values": {}}}]}`,
	} {
		h.publish(`{"id": "` + id + `", "trigger": {"kind": "webhook"}, "steps": [` + step + `]}`)
		if v := h.finished(h.send(id, `{}`)); v.Error == nil || v.Error.Code != "missing" || said.In(v.Error.Message, "pt-BR") == v.Error.Message {
			t.Errorf("%s: %+v", id, v.Error)
		}
	}
}
