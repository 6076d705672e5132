package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestAStoryReadsAsTheFlowDoes: steps come in the tree's order, and those of a branch that was
// not taken are skipped, in every turn.
func TestAStoryReadsAsTheFlowDoes(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "tree", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "z", "action": "test.send", "with": {"text": "first"}},
		{"id": "each", "action": "loop", "with": {"over": "trigger.body"}, "steps": [
			{"id": "size", "action": "branch", "branches": [
				{"name": "big", "when": "item > 1", "steps": [{"id": "y", "action": "test.send", "with": {"text": "big"}}]},
				{"name": "small", "steps": [{"id": "x", "action": "parallel", "branches": [
					{"name": "a", "steps": [{"id": "w", "action": "test.send", "with": {"text": "small"}}]}]}]}]}]},
		{"id": "a", "action": "test.send", "with": {"text": "last"}}]}`)
	v := h.finished(h.send("tree", `[1, 2]`))
	var got []string
	for _, s := range v.Steps {
		got = append(got, s.Path+" "+s.Status+fmt.Sprint(s.Chosen))
	}
	want := []string{
		"z succeeded[]", "each succeeded[]", "each.0.size succeeded[1]", "each.0.y skipped[]", "each.0.x succeeded[]", "each.0.w succeeded[]",
		"each.1.size succeeded[0]", "each.1.y succeeded[]", "each.1.x skipped[]", "each.1.w skipped[]", "a succeeded[]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestTheEndOfARunClosesItsSteps: no step of a run that ended is still running or waiting.
func TestTheEndOfARunClosesItsSteps(t *testing.T) { synctest.Test(t, closesItsSteps) }

func closesItsSteps(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	defer h.stop()
	h.publish(`{"id": "ends", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "both", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "rest", "action": "delay", "when": "trigger.body != [1]", "with": {"for": "1h"}}]},
			{"name": "b", "steps": [{"id": "first", "action": "delay", "with": {"for": "10s"}}, {"id": "each", "action": "loop", "with": {"over": "trigger.body"}, "steps": [
				{"id": "one", "action": "filter", "with": {"where": "item != 2"}},
				{"id": "end", "action": "stop", "when": "item > 2", "with": {"as": "{{ item == 3 ? 'failed' : 'succeeded' }}"}}]}]}]}]}`)
	for body, want := range map[string]string{
		`[1]`: "succeeded both succeeded rest skipped first succeeded each succeeded each.0.one succeeded each.0.end skipped",
		`[2]`: "filtered both filtered rest skipped first succeeded each filtered each.0.one filtered",
		`[3]`: "failed both failed rest skipped first succeeded each failed each.0.one succeeded each.0.end succeeded",
		`[4]`: "succeeded both succeeded rest skipped first succeeded each succeeded each.0.one succeeded each.0.end succeeded",
		`[]`:  "canceled both skipped rest skipped first succeeded each succeeded",
	} {
		run := h.send("ends", body)
		time.Sleep(time.Minute)
		if body == `[]` {
			check(t, h.Cancel(t.Context(), run, "enough"))
		}
		v := h.finished(run)
		got := string(v.Status)
		for _, s := range v.Steps {
			got += " " + s.Path + " " + s.Status
			if s.Due != nil || s.Waiting != "" {
				t.Errorf("%s: %s still waits", body, s.Path)
			}
		}
		if got != want {
			t.Errorf("%s: %s\nwant %s", body, got, want)
		}
	}
	counts, err := h.StepCounts(t.Context(), "ends", time.Time{}, time.Time{})
	check(t, err)
	for path, c := range counts.Steps {
		if c.Running+c.Waiting > 0 {
			t.Errorf("%s: counted as %+v", path, c)
		}
	}
}
