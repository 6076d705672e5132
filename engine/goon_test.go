package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// goOn lets a failed run go on where it failed.
func (h *house) goOn(run string) engine.Replayed {
	h.t.Helper()
	out, err := h.Replay(h.t.Context(), engine.ReplayOptions{IDs: []string{run}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
	check(h.t, err)
	return out.Items[0]
}

// What failed at the same time begins anew together when the run goes on.
func TestAllThatFailedTogetherBeginsAnew(t *testing.T) {
	const tell = `"action": "test.send", "retry": {"attempts": 1}`
	for name, step := range map[string]string{
		"loop":     `{"id": "each", "action": "loop", "with": {"over": "1..4", "concurrency": 4}, "steps": [{"id": "tell", ` + tell + `, "with": {"text": "{{ item }}"}}]}`,
		"parallel": `{"id": "all", "action": "parallel", "branches": [{"name": "a", "steps": [{"id": "a", ` + tell + `, "with": {"text": "1"}}, {"id": "c", ` + tell + `, "with": {"text": "2"}}]}, {"name": "b", "steps": [{"id": "b", ` + tell + `, "with": {"text": "3"}}, {"id": "d", ` + tell + `, "with": {"text": "4"}}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{failures: 4}
				if name == "parallel" {
					s.failures = 2
				}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [` + step + `]}`)
				run := h.send("first", `{}`)
				if v := h.finished(run); v.Status != store.Failed {
					t.Fatalf("the run is %s", v.Status)
				}
				h.goOn(run)
				h.until(run, func(v engine.RunView) bool { return v.Status.Final() })
				arrived := s.sent()
				slices.Sort(arrived)
				if v := h.finished(run); v.Status != store.Succeeded || !slices.Equal(arrived, []string{"1", "2", "3", "4"}) {
					t.Errorf("it is %s %+v, and %q arrived", v.Status, v.Error, arrived)
				}
			})
		})
	}
}

// What a catch took care of is not done again: the run goes on within the catch.
func TestACaughtStepIsNotDoneAgain(t *testing.T) {
	const note = `{"id": "sorry", "action": "test.send", "with": {"text": "sorry, not charged"}}, {"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}`
	const charge = `{"id": "charge", "action": "test.send", "retry": {"attempts": 1}, "with": {"text": "charge"}`
	for name, step := range map[string]string{
		"a step":                        charge + `, "catch": [` + note + `]}`,
		"a block":                       `{"id": "each", "action": "loop", "with": {"over": "1..1"}, "steps": [` + charge + `}], "catch": [` + note + `]}`,
		"in a block that is not caught": `{"id": "each", "action": "loop", "with": {"over": "1..1"}, "steps": [` + charge + `, "catch": [` + note + `]}]}`,
		"on_error":                      charge + `, "on_error": "continue"}, ` + note,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{failures: 1}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [` + step + `]}`)
				run := h.send("first", `{}`)
				if v := h.finished(run); v.Status != store.Failed || v.Error.Code == "" {
					t.Fatalf("the run is %s %+v", v.Status, v.Error)
				}
				check(t, h.SetVars(t.Context(), map[string]any{"x": 1}))
				h.goOn(run)
				if v := h.finished(run); v.Status != store.Succeeded || !slices.Equal(s.sent(), []string{"sorry, not charged"}) {
					t.Errorf("it is %s %+v, and %q arrived", v.Status, v.Error, s.sent())
				}
			})
		})
	}
}

// TestNothingToGoOnWith: a failed run whose body is over cannot go on, and keeps why it failed.
func TestNothingToGoOnWith(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, &sink{})
		defer func() { h.stop() }()
		h.publish(`{"id": "short", "trigger": {"kind": "webhook"}, "settings": {"keep": {"bodies": "1h", "runs": "48h"}}, "steps": [
			{"id": "s", "action": "stop", "with": {"as": "failed", "message": "no money"}}]}`)
		run := h.send("short", `{"id":1}`)
		time.Sleep(3*time.Hour + time.Second)
		before, err := h.Run(t.Context(), run)
		check(t, err)
		out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{run}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
		check(t, err)
		if no := out.Items[0].Refused; no == nil || no.Code != "no_body" {
			t.Errorf("it was let go on without its event: %+v", out.Items[0])
		}
		time.Sleep(time.Minute)
		after, err := h.Run(t.Context(), run)
		check(t, err)
		if after.Error.Message != before.Error.Message {
			t.Errorf("it says that %v, not why it failed: %v", after.Error, before.Error)
		}
	})
}

// A run that is let go on has its whole time-out again, also one that had failed of it.
func TestWhoGoesOnHasTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{failures: 1}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "settings": {"timeout": "1h"}, "steps": [
			{"id": "tell", "action": "test.send", "retry": {"attempts": 1}, "with": {"text": "a"}},
			{"id": "paid", "action": "wait", "with": {"signal": "paid"}},
			{"id": "end", "action": "test.send", "with": {"text": "b"}}]}`)
		run := h.send("first", `{}`)
		h.finished(run)
		time.Sleep(2 * time.Hour)
		h.goOn(run)
		h.untilWaiting(run)
		time.Sleep(2 * time.Hour)
		if v := h.finished(run); v.Error == nil || v.Error.Code != "run_timeout" || !slices.Equal(s.sent(), []string{"a"}) {
			t.Fatalf("it is %s %+v, and %q arrived", v.Status, v.Error, s.sent())
		}
		h.goOn(run)
		h.untilWaiting(run)
		h.publish(`{"id": "pay", "trigger": {"kind": "webhook"}, "steps": [{"id": "signal", "action": "signal", "with": {"signal": "paid"}}]}`)
		h.send("pay", `{}`)
		if v := h.finished(run); v.Status != store.Succeeded || !slices.Equal(s.sent(), []string{"a", "b"}) {
			t.Errorf("it is %s %+v, and %q arrived", v.Status, v.Error, s.sent())
		}
	})
}

// A wait with a limit that stood open as its run failed has the whole limit again: nobody could answer meanwhile.
func TestWhoGoesOnWaitsItsLimitAgain(t *testing.T) {
	for name, pay := range map[string]bool{"answered": true, "expired": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{failures: 1}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "both", "action": "parallel", "branches": [
					{"name": "a", "steps": [{"id": "tell", "action": "test.send", "retry": {"attempts": 1}, "with": {"text": "a"}}]},
					{"name": "b", "steps": [{"id": "paid", "action": "wait", "with": {"signal": "paid", "timeout": "1h"}},
						{"id": "end", "action": "test.send", "with": {"text": "paid {{ steps.paid.received }}"}}]}]}]}`)
				h.publish(`{"id": "pay", "trigger": {"kind": "webhook"}, "steps": [{"id": "signal", "action": "signal", "with": {"signal": "paid"}}]}`)
				run := h.send("first", `{}`)
				h.finished(run)
				time.Sleep(3 * time.Hour)
				h.goOn(run)
				h.untilWaiting(run)
				time.Sleep(59 * time.Minute)
				if pay {
					h.send("pay", `{}`)
				}
				if v, want := h.finished(run), []string{"a", fmt.Sprint("paid ", pay)}; v.Status != store.Succeeded || !slices.Equal(s.sent(), want) {
					t.Errorf("it is %s %+v, and %q arrived, want %q", v.Status, v.Error, s.sent(), want)
				}
			})
		})
	}
}
