package engine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// crashed is a store whose runs were all under way in a process that ended without a word.
type crashed struct{ store.Store }

func (c crashed) Claim(ctx context.Context, node string, n int) ([]store.Work, error) {
	work, err := c.Store.Claim(ctx, node, n)
	for i := range work {
		work[i].Unclean = true
	}
	return work, err
}

// After a crash each effect that may have been under way may have happened twice, also one that its branch
// comes to later; those that follow it have not.
func TestWhatWasUnderWayInACrashMayHaveHappenedTwice(t *testing.T) {
	const send = `"action": "test.send", "with": {"text": "x"}`
	for name, c := range map[string]struct {
		steps string
		want  []string
	}{
		"in order": {`{"id": "s1", ` + send + `}, {"id": "s2", ` + send + `}`, []string{"s1"}},
		"branches": {`{"id": "all", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "a1", ` + send + `}, {"id": "a2", ` + send + `}]},
			{"name": "b", "steps": [{"id": "read", "action": "test.fetch", "with": {"id": "read slowly"}}, {"id": "b1", ` + send + `}, {"id": "b2", ` + send + `}]}]},
			{"id": "after", ` + send + `}`, []string{"a1", "b1"}},
		"turns in order": {`{"id": "each", "action": "loop", "with": {"over": "[1, 2]"}, "steps": [{"id": "s", ` + send + `}]}, {"id": "after", ` + send + `}`, []string{"each.0.s"}},
		"turns at once": {`{"id": "each", "action": "loop", "with": {"over": "[1, 2, 3, 4]", "concurrency": 2}, "steps": [
			{"id": "read", "action": "test.fetch", "with": {"id": "read slowly"}}, {"id": "s", ` + send + `}]}, {"id": "after", ` + send + `}`, []string{"each.0.s", "each.1.s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{void: make(chan struct{}), around: func(under store.Store) store.Store { return crashed{under} }}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [` + c.steps + `]}`)
				run := h.send("f", `{}`)
				time.Sleep(time.Second)
				close(s.void) // what is read slowly
				v := h.finished(run)
				twice := []string{}
				for _, step := range v.Steps {
					if step.Twice {
						twice = append(twice, step.Path)
					}
				}
				if slices.Sort(twice); v.Status != store.Succeeded || !slices.Equal(twice, c.want) {
					t.Errorf("the run is %s, and %q may have happened twice, want %q", v.Status, twice, c.want)
				}
			})
		})
	}
}
