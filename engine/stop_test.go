package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"gancho/engine/store"
)

// A step that ends the run ends it for all: no other branch or turn begins anything after it.
func TestWhatEndsARunEndsAllOfIt(t *testing.T) {
	const late = `{"id": "slow", "action": "test.send", "with": {"text": "admitted after a while"}}, {"id": "late", "action": "test.send", "with": {"text": "late"}}`
	for name, c := range map[string]struct {
		end  string
		want store.Status
	}{
		"stop":           {`"action": "stop"`, store.Succeeded},
		"stop as failed": {`"action": "stop", "with": {"as": "failed"}`, store.Failed},
		"filter":         {`"action": "filter", "with": {"where": "false"}`, store.RunFiltered},
	} {
		for kind, steps := range map[string]string{
			"parallel": `{"id": "both", "action": "parallel", "branches": [
				{"name": "a", "steps": [{"id": "first", "action": "test.send", "with": {"text": "first"}}, {"id": "rest", "action": "delay", "with": {"for": "1s"}}, {"id": "end", ` + c.end + `}]},
				{"name": "b", "steps": [` + late + `]},
				{"name": "c", "steps": [{"id": "rests", "action": "delay", "with": {"for": "1500ms"}}, {"id": "later", "action": "test.send", "with": {"text": "later"}}]}]}`,
			"loop": `{"id": "each", "action": "loop", "with": {"over": "0..9", "concurrency": 3}, "steps": [
				{"id": "first", "when": "item == 0", "action": "test.send", "with": {"text": "first"}}, {"id": "rest", "when": "item == 0", "action": "delay", "with": {"for": "1s"}},
				{"id": "end", "when": "item == 0", ` + c.end + `}, ` + late + `]}`,
		} {
			t.Run(name+" in "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &sink{}
					h := open(t, t.TempDir(), s)
					defer h.stop()
					h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [` + steps + `]}`)
					if v := h.finished(h.send("first", `{}`)); v.Status != c.want || !slices.Equal(s.sent(), []string{"first"}) {
						t.Errorf("the run is %s, and %q arrived", v.Status, s.sent())
					}
				})
			})
		}
	}
}
