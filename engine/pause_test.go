package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// A run under way of a flow that is paused does nothing more until the flow is resumed; one that is off goes on.
func TestARunUnderWayRestsWhileItsFlowIsPaused(t *testing.T) {
	for name, loop := range map[string]string{
		"one after the other": `"over": "1..20"`,
		"some at once":        `"over": "1..20", "concurrency": 5`,
	} {
		for _, delivery := range []string{"at_least_once", "at_most_once"} {
			t.Run(name+" "+delivery, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &sink{}
					h := open(t, t.TempDir(), s)
					defer h.stop()
					h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "each", "action": "loop", "with": {` + loop + `}, "steps": [
						{"id": "tell", "action": "test.send", "delivery": "` + delivery + `", "with": {"text": "admitted after a while"}}]}]}`)
					run := h.send("first", `{}`)
					time.Sleep(5 * time.Second)
					before := len(s.sent())
					_, err := h.flows.Pause(t.Context(), "first")
					check(t, err)
					time.Sleep(time.Hour)
					if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Waiting || before == 0 || len(s.sent()) != before {
						t.Errorf("the run of a paused flow is %s, %v; %d arrived before, and %d since", v.Status, err, before, len(s.sent())-before)
					}
					_, err = h.flows.Resume(t.Context(), "first")
					check(t, err)
					time.Sleep(3 * time.Second)
					_, err = h.flows.Off(t.Context(), "first")
					check(t, err)
					if v := h.finished(run); v.Status != store.Succeeded || len(s.sent()) != 20 {
						t.Errorf("the run of a resumed flow is %s, and %d arrived", v.Status, len(s.sent()))
					}
				})
			})
		}
	}
}

// What the engine does itself rests too: what is kept, called and signaled comes when the flow is resumed, once each.
func TestOwnStepsOfARunUnderWayRestWhileItsFlowIsPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "told", "trigger": {"kind": "call"}, "steps": [{"id": "a", "action": "test.send", "with": {"text": "{{ trigger.body }}"}}]}`)
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "each", "action": "loop", "with": {"over": "1..9"}, "steps": [
			{"id": "rest", "action": "delay", "with": {"for": "1s"}},
			{"id": "count", "action": "state.increment", "with": {"key": "n"}},
			{"id": "tell", "action": "call", "with": {"flow": "told", "input": "{{ steps.count.value }}", "wait": false}},
			{"id": "knock", "action": "signal", "with": {"signal": "s"}},
			{"id": "last", "action": "wait", "with": {"signal": "s", "timeout": "1h"}}]}]}`)
		run := h.send("first", `{}`)
		for range 12 {
			time.Sleep(700 * time.Millisecond)
			_, err := h.flows.Pause(t.Context(), "first")
			check(t, err)
			synctest.Wait()
			before := len(s.sent())
			time.Sleep(time.Hour)
			if after := len(s.sent()); after != before {
				t.Fatalf("%q came while the flow was paused", s.sent()[before:])
			}
			_, err = h.flows.Resume(t.Context(), "first")
			check(t, err)
		}
		if v := h.finished(run); v.Status != store.Succeeded {
			t.Fatalf("the run is %s, %+v", v.Status, v.Error)
		}
		if got, want := s.sent(), strings.Split("123456789", ""); !slices.Equal(got, want) {
			t.Errorf("%q came, want %q", got, want)
		}
	})
}

// What others notice does not begin either while the flow is paused, and happens once when it is resumed.
func TestNothingIsNoticedOfARunUnderWayWhileItsFlowIsPaused(t *testing.T) {
	for action, with := range map[string]string{
		"call":            `{"flow": "told", "input": 1}`,
		"signal":          `{"signal": "now"}`,
		"respond":         `{"body": {"ok": true}}`,
		"state.set":       `{"key": "n", "value": 1}`,
		"state.increment": `{"key": "n"}`,
		"state.delete":    `{"key": "other"}`,
		"state.once":      `{"key": "n"}`,
	} {
		t.Run(action, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(`{"id": "told", "trigger": {"kind": "call"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "called"}}]}`)
				h.publish(`{"id": "waits", "trigger": {"kind": "webhook"}, "steps": [
					{"id": "ask", "action": "wait", "with": {"signal": "now"}}, {"id": "tell", "action": "test.send", "with": {"text": "woken"}}]}`)
				h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [
					{"id": "rest", "action": "delay", "with": {"for": "1s"}}, {"id": "it", "action": "` + action + `", "with": ` + with + `}]}`)
				h.until(h.send("waits", `{}`), func(v engine.RunView) bool { return v.Status == store.Waiting })
				run := h.send("first", `{}`)
				time.Sleep(time.Second / 2)
				_, err := h.flows.Pause(t.Context(), "first")
				check(t, err)
				time.Sleep(time.Hour)
				v, err := h.Run(t.Context(), run)
				check(t, err)
				if step := v.Steps[len(v.Steps)-1]; step.Path != "it" || v.Status != store.Waiting || step.Status != "waiting" || v.Answer != nil || len(s.sent()) != 0 {
					t.Errorf("the run of a paused flow is %s at a step that is %s; it answered %v, and %q arrived", v.Status, step.Status, v.Answer, s.sent())
				}
				_, err = h.flows.Resume(t.Context(), "first")
				check(t, err)
				if v := h.finished(run); v.Status != store.Succeeded {
					t.Errorf("the run of a resumed flow is %s, %+v", v.Status, v.Error)
				}
				time.Sleep(time.Minute)
				want := map[string][]string{"call": {"called"}, "signal": {"woken"}}[action]
				if !slices.Equal(s.sent(), want) {
					t.Errorf("%q arrived, not %q", s.sent(), want)
				}
				if kept, err := h.Store.GetKey(t.Context(), engine.StateSpace, "n"); action == "state.increment" && string(kept.Value) != "1" {
					t.Errorf("kept: %q, %v", kept.Value, err)
				}
			})
		})
	}
}

// An answer that is given while the flow is paused is the answer of the wait, though nothing goes on.
func TestAnAnswerToAPausedFlowIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "link", "action": "test.send", "with": {"text": "{{ run.wait_url(\"ok\") }}"}},
			{"id": "rest", "action": "delay", "with": {"for": "1s"}},
			{"id": "ok", "action": "wait", "with": {"approve": {"text": "buy it?"}, "timeout": "10h"}}]}`)
		run := h.send("first", `{}`)
		time.Sleep(time.Second / 2)
		_, err := h.flows.Pause(t.Context(), "first")
		check(t, err)
		time.Sleep(time.Hour)
		token := s.sent()[0][strings.LastIndex(s.sent()[0], "/")+1:]
		check(t, h.GiveWait(t.Context(), token, map[string]any{"approved": true}))
		time.Sleep(time.Hour)
		_, err = h.flows.Resume(t.Context(), "first")
		check(t, err)
		v := h.finished(run)
		if output, _ := v.Steps[2].Output.(map[string]any); v.Status != store.Succeeded || output["received"] != true {
			t.Errorf("the run is %s, and its wait gave %v", v.Status, output)
		}
	})
}
