package engine_test

import (
	"sync/atomic"
	"testing"

	"gancho/engine"
	"gancho/engine/flow"
)

// TestASavedDraftLeavesThePlan: what is published is not compiled anew while somebody edits.
func TestASavedDraftLeavesThePlan(t *testing.T) {
	var made atomic.Int64
	h := open(t, t.TempDir(), &sink{hydrate: func(*flow.Flow) *engine.Hydrate {
		made.Add(1)
		return nil
	}})
	document := `{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "a"}}]}`
	h.publish(document)
	h.finished(h.send("f", `{}`))
	draft, _ := flow.ParseFlow([]byte(document))
	_, err := h.flows.Update(t.Context(), "f", draft, -1)
	check(t, err)
	before := made.Load()
	h.finished(h.send("f", `{}`))
	if made.Load() != before || before == 0 {
		t.Errorf("the plan was made %d times before the draft was saved and %d times after", before, made.Load()-before)
	}
	// Another flow of the same name has a plan of its own.
	check(t, h.flows.Delete(t.Context(), "f"))
	h.publish(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "other", "action": "test.send", "with": {"text": "b"}}]}`)
	if v := h.finished(h.send("f", `{}`)); v.Steps[0].Path != "other" {
		t.Errorf("it ran %s", v.Steps[0].Path)
	}
}
