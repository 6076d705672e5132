package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// What may have happened is not done again because its action was away for a while: it stays unknown
// until a person settles it, also in the meantime.
func TestWhatIsUnknownStaysSoWhileItsActionIsAway(t *testing.T) {
	const pay = `{"id": "pay", "action": "test.send", "with": {"text": "charge"}, "retry": {"attempts": 1}, "delivery": "at_most_once"}`
	away := func(t *testing.T, steps string, meanwhile func(h *house, run string)) engine.RunView {
		s := &sink{maybe: 1}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		all := h.Catalogue.Actions()
		h.publish(`{"id": "once", "trigger": {"kind": "webhook"}, "steps": [` + steps + `]}`)
		run := h.send("once", `{}`)
		h.until(run, func(v engine.RunView) bool { return v.Status == store.Unknown })
		check(t, h.Catalogue.Replace(engine.Builtins(), nil))
		meanwhile(h, run)
		check(t, h.Catalogue.Replace(all, nil))
		time.Sleep(time.Minute)
		v, err := h.Run(t.Context(), run)
		check(t, err)
		if sent := s.sent(); len(sent) > 0 {
			t.Errorf("it was done again: %q", sent)
		}
		return v
	}
	synctest.Test(t, func(t *testing.T) {
		v := away(t, pay, func(h *house, run string) {
			check(t, h.Resolve(t.Context(), run, "pay", engine.Verdict{As: "done", Output: map[string]any{"id": 1}}))
		})
		if output, _ := v.Steps[0].Output.(map[string]any); v.Status != store.Succeeded || len(output) != 1 {
			t.Errorf("settled as done: %s, %v", v.Status, v.Steps[0].Output)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		v := away(t, `{"id": "both", "action": "parallel", "branches": [{"name": "a", "steps": [`+pay+`]}, {"name": "b", "steps": [{"id": "rest", "action": "delay", "with": {"for": "1h"}}]}]}`,
			func(*house, string) { time.Sleep(2 * time.Hour) })
		if v.Status != store.Unknown {
			t.Errorf("settled by nobody: %s", v.Status)
		}
	})
}

// Going on with a run that timed out begins anew what had failed beside it.
func TestGoingOnAfterATimeOutBeginsAnewWhatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{failures: 1}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "settings": {"timeout": "9s"}, "steps": [{"id": "both", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "a", "action": "test.send", "with": {"text": "a"}, "retry": {"attempts": 1}}]},
			{"name": "b", "steps": [{"id": "each", "action": "loop", "with": {"over": "1..6"}, "steps": [{"id": "b", "action": "test.send", "with": {"text": "admitted after a while"}}]}]}]}]}`)
		run := h.send("first", `{}`)
		before := h.finished(run)
		h.goOn(run)
		h.until(run, func(v engine.RunView) bool { return v.Status.Final() && v.Ended.After(*before.Ended) })
		if !slices.Contains(s.sent(), "a") {
			t.Errorf("a did not begin anew: %q", s.sent())
		}
	})
}

// A step that waited when its block failed, and was done when the run went on, is told as done.
func TestWhatWasLeftAndThenDoneIsToldAsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{failures: 2}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "both", "action": "parallel", "branches": [
			{"name": "b", "steps": [{"id": "tell", "action": "test.send", "with": {"text": "tell"}, "retry": {"attempts": 3, "first": "1h", "jitter": 0}}]},
			{"name": "a", "steps": [{"id": "rest", "action": "delay", "with": {"for": "10s"}}, {"id": "a", "action": "test.send", "with": {"text": "a"}, "retry": {"attempts": 1}}]}]}]}`)
		run := h.send("first", `{}`)
		h.finished(run)
		time.Sleep(3 * time.Hour)
		h.goOn(run)
		v := h.until(run, func(v engine.RunView) bool { return v.Status == store.Succeeded })
		for _, step := range v.Steps {
			if step.Status != "succeeded" {
				t.Errorf("%s is %s: %s; %q arrived", step.Path, step.Status, step.Reason, s.sent())
			}
		}
	})
}
