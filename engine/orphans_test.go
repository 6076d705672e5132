package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// late publishes a flow that acts two hours after it is called, and one that calls it.
func late(h *house) {
	h.publish(`{"id": "late", "trigger": {"kind": "call"}, "steps": [{"id": "rest", "action": "delay", "with": {"for": "2h"}}, {"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body }}"}}]}`)
	h.publish(`{"id": "between", "trigger": {"kind": "call"}, "steps": [{"id": "ask", "action": "call", "with": {"flow": "late", "input": "{{ trigger.body }}"}}]}`)
}

// canceled counts the canceled runs of a flow.
func (h *house) canceled(id string) int {
	h.t.Helper()
	runs, _, err := h.Runs(h.t.Context(), store.Query{Flow: id, Status: string(store.Canceled), Limit: 200})
	check(h.t, err)
	return len(runs)
}

// However a run ends, those end with it that it waits for, and they act no more.
func TestARunEndsWithThoseThatItWaitsFor(t *testing.T) {
	const fails = `{"id": "rest", "action": "delay", "with": {"for": "1h"}}, {"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}`
	for name, c := range map[string]struct {
		settings, steps string
		called          int
		want            store.Status
		acted           []string
	}{
		"canceled":      {steps: `{"id": "ask", "action": "call", "with": {"flow": "late", "input": "a"}}`, called: 1, want: store.Canceled},
		"nested":        {steps: `{"id": "ask", "action": "call", "with": {"flow": "between", "input": "a"}}`, called: 2, want: store.Canceled},
		"in a loop":     {steps: `{"id": "each", "action": "loop", "with": {"over": "1..5", "concurrency": 3}, "steps": [{"id": "ask", "action": "call", "with": {"flow": "between", "input": "{{ item }}"}}]}`, called: 6, want: store.Canceled},
		"times out":     {settings: `"timeout": "1h"`, steps: `{"id": "ask", "action": "call", "with": {"flow": "between", "input": "a"}}`, called: 2, want: store.Failed},
		"fails":         {steps: `{"id": "both", "action": "parallel", "branches": [{"name": "a", "steps": [{"id": "ask", "action": "call", "with": {"flow": "late", "input": "a"}}]}, {"name": "b", "steps": [` + fails + `]}]}`, called: 1, want: store.Failed},
		"does not wait": {steps: `{"id": "ask", "action": "call", "with": {"flow": "late", "input": "a", "wait": false}}, ` + fails, want: store.Failed, acted: []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				late(h)
				h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "settings": {` + c.settings + `}, "steps": [` + c.steps + `]}`)
				run := h.send("first", `{}`)
				time.Sleep(time.Minute)
				if c.want == store.Canceled {
					check(t, h.Cancel(t.Context(), run, "enough"))
				}
				time.Sleep(time.Hour)
				if v := h.finished(run); v.Status != c.want {
					t.Errorf("the run that calls is %s %+v", v.Status, v.Error)
				}
				if n := h.canceled("late") + h.canceled("between"); n != c.called {
					t.Errorf("%d are canceled, want %d", n, c.called)
				}
				time.Sleep(2*time.Hour + time.Minute)
				synctest.Wait()
				if !slices.Equal(s.sent(), c.acted) {
					t.Errorf("%q arrived, want %q", s.sent(), c.acted)
				}
			})
		})
	}
}

// A block that fails gives up the calls in it, though the run goes on.
func TestABlockEndsWithTheCallsThatItWaitsFor(t *testing.T) {
	const sum = `{"id": "rest", "action": "delay", "with": {"for": "30m"}}, {"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}`
	const both = `{"id": "both", "action": "parallel", "branches": [
		{"name": "a", "steps": [{"id": "ask", "action": "call", "with": {"flow": "between", "input": "a"}}]}, {"name": "b", "steps": [` + sum + `]}]`
	for name, c := range map[string]struct {
		steps  string
		called int
	}{
		"passed over":     {both + `, "on_error": "continue"}`, 2},
		"caught":          {both + `, "catch": [{"id": "pause", "action": "delay", "with": {"for": "5h"}}]}`, 2},
		"an item":         {`{"id": "each", "action": "loop", "with": {"over": "1..2", "concurrency": 2, "on_item_error": "continue"}, "steps": [` + both + `}]}`, 4},
		"another item":    {`{"id": "each", "action": "loop", "with": {"over": "1..3", "concurrency": 3}, "on_error": "continue", "steps": [{"id": "ask", "action": "call", "when": "item > 1", "with": {"flow": "late", "input": "a"}}, ` + sum + `]}`, 2},
		"within a branch": {`{"id": "way", "action": "branch", "on_error": "continue", "branches": [{"name": "all", "steps": [` + both + `}]}]}`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				late(h)
				h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [` + c.steps + `, {"id": "after", "action": "delay", "with": {"for": "5h"}}, {"id": "tell", "action": "test.send", "with": {"text": "went on"}}]}`)
				run := h.send("first", `{}`)
				time.Sleep(20 * time.Minute)
				if n := h.canceled("late") + h.canceled("between"); n != 0 {
					t.Errorf("%d are canceled while they are waited for", n)
				}
				time.Sleep(20 * time.Minute)
				synctest.Wait()
				if n := h.canceled("late") + h.canceled("between"); n != c.called {
					t.Errorf("%d are canceled, want %d", n, c.called)
				}
				if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Waiting || v.WaitingFor != "delay" {
					t.Errorf("the run that called is %s for %s, %v", v.Status, v.WaitingFor, err)
				}
				time.Sleep(11 * time.Hour)
				synctest.Wait()
				if v := h.finished(run); v.Status != store.Succeeded || !slices.Equal(s.sent(), []string{"went on"}) {
					t.Errorf("the run that called is %s %+v, and %q arrived", v.Status, v.Error, s.sent())
				}
			})
		})
	}
}

// What a called run was doing as its caller was canceled is told of as not known.
func TestACalledRunIsStoppedWhileItActs(t *testing.T) {
	s := &sink{void: make(chan struct{})}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "slow", "trigger": {"kind": "call"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "into the void"}}, {"id": "after", "action": "test.send", "with": {"text": "after"}}]}`)
	h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "ask", "action": "call", "with": {"flow": "slow"}}]}`)
	run := h.send("first", `{}`)
	h.untilWaiting(run)
	called, _, err := h.Runs(t.Context(), store.Query{Flow: "slow", Limit: 1})
	check(t, err)
	h.until(called[0].ID, func(v engine.RunView) bool { return len(v.Steps) == 1 })
	check(t, h.Cancel(t.Context(), run, "enough"))
	v := h.finished(called[0].ID)
	close(s.void)
	h.stop()
	if v.Status != store.Canceled || len(v.Steps) != 1 || v.Steps[0].Status != "unknown" {
		t.Errorf("the called run is %s with %+v", v.Status, v.Steps)
	}
	if slices.Contains(s.sent(), "after") {
		t.Errorf("%q arrived", s.sent())
	}
}

// parting is a store of a process that dies between the end of a run and of those that it waits for.
type parting struct{ store.Store }

func (parting) Orphans(context.Context, string) ([]string, error) {
	return nil, errors.New("the process is dead")
}

func TestThoseThatAreWaitedForEndAfterACrashToo(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, &sink{around: func(s store.Store) store.Store { return parting{s} }})
	h.publish(`{"id": "asked", "trigger": {"kind": "call"}, "steps": [{"id": "answer", "action": "wait", "with": {"signal": "go"}}, {"id": "tell", "action": "test.send", "with": {"text": "acted"}}]}`)
	h.publish(`{"id": "between", "trigger": {"kind": "call"}, "steps": [{"id": "ask", "action": "call", "with": {"flow": "asked"}}]}`)
	h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "ask", "action": "call", "with": {"flow": "between"}}]}`)
	run := h.send("first", `{}`)
	var called []engine.RunView
	for _, id := range []string{"between", "asked"} {
		h.untilWaiting(run)
		runs, _, err := h.Runs(t.Context(), store.Query{Flow: id, Limit: 1})
		check(t, err)
		called, run = append(called, runs...), runs[0].ID
	}
	h.untilWaiting(run)
	first, _, err := h.Runs(t.Context(), store.Query{Flow: "first", Limit: 1})
	check(t, err)
	check(t, h.Cancel(t.Context(), first[0].ID, "enough"))
	h.stop()

	s := &sink{}
	h = open(t, dir, s)
	for _, r := range called {
		if v := h.finished(r.ID); v.Status != store.Canceled {
			t.Errorf("the run of %s is %s", v.Flow, v.Status)
		}
	}
	h.stop()
	if len(s.sent()) > 0 {
		t.Errorf("%q arrived", s.sent())
	}
}

// A run that failed since one that it called did calls it anew, and gets its answer.
func TestARunGoesOnWithTheAnswerOfAnotherCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, t.TempDir(), &sink{})
		defer h.stop()
		h.publish(`{"id": "asked", "trigger": {"kind": "call"}, "steps": [{"id": "rest", "action": "delay", "with": {"for": "2h"}}, {"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}]}`)
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "ask", "action": "call", "with": {"flow": "asked"}}]}`)
		run := h.send("first", `{}`)
		time.Sleep(3 * time.Hour)
		if v := h.finished(run); v.Status != store.Failed || v.Error.Code != "call_failed" {
			t.Fatalf("got %s %+v", v.Status, v.Error)
		}
		check(t, h.SetVars(t.Context(), map[string]any{"x": 1}))
		_, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{run}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
		check(t, err)
		time.Sleep(3 * time.Hour)
		if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Succeeded {
			t.Errorf("got %s, %v", v.Status, err)
		}
	})
}

// A run that failed while it waited for another calls it anew when it goes on.
func TestARunThatGoesOnCallsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		late(h)
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "both", "action": "parallel", "branches": [
				{"name": "a", "steps": [{"id": "ask", "action": "call", "with": {"flow": "late", "input": "called"}}, {"id": "ask_done", "action": "test.send", "with": {"text": "answered"}}]},
				{"name": "b", "steps": [{"id": "ask_before", "action": "test.send", "with": {"text": "other"}}, {"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}]}]}]}`)
		run := h.send("first", `{}`)
		time.Sleep(time.Minute)
		if v := h.finished(run); v.Status != store.Failed {
			t.Fatalf("got %s", v.Status)
		}
		check(t, h.SetVars(t.Context(), map[string]any{"x": 1}))
		_, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{run}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
		check(t, err)
		time.Sleep(5 * time.Hour)
		if v := h.finished(run); v.Status != store.Succeeded || !slices.Equal(s.sent(), []string{"other", "called", "answered"}) {
			t.Errorf("got %s %+v, and %q arrived", v.Status, v.Error, s.sent())
		}
	})
}

// A block that has failed waits for nothing more: its page is closed, and the run waits for what comes
// behind it. Who lets the run go on opens it again.
func TestABlockThatFailedWaitsNoMore(t *testing.T) {
	const both = `{"id": "both", "action": "parallel", "branches": [
		{"name": "a", "steps": [{"id": "ask", "action": "wait", "with": {"approve": {"text": "ok?"}, "timeout": "1h"}}]},
		{"name": "b", "steps": [{"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}]}]`
	token := func(h *house, run string) (engine.RunView, string) {
		v, err := h.Run(h.t.Context(), run)
		check(h.t, err)
		h.ShowWaitURLs(&v)
		for _, s := range v.Steps {
			if s.WaitURL != "" {
				return v, strings.TrimPrefix(s.WaitURL, "https://example.com/w/")
			}
		}
		return v, ""
	}
	synctest.Test(t, func(t *testing.T) {
		h := open(t, t.TempDir(), &sink{})
		defer h.stop()
		h.publish(`{"id": "caught", "trigger": {"kind": "webhook"}, "steps": [` + both + `, "catch": [{"id": "note", "action": "set", "with": {"values": {"x": 1}}}]}, {"id": "after", "action": "delay", "with": {"for": "5h"}}]}`)
		h.publish(`{"id": "failed", "trigger": {"kind": "webhook"}, "steps": [` + both + `}]}`)
		caught, failed := h.send("caught", `{}`), h.send("failed", `{}`)
		h.untilWaiting(caught)
		v, open := token(h, caught)
		if step := v.Steps[1]; v.WaitingFor != "delay" || open != "" || step.Path != "ask" || step.Status != "skipped" || step.Waiting != "" {
			t.Errorf("the run waits for %s, and the step is shown as %+v", v.WaitingFor, step)
		}
		h.finished(failed)
		check(t, h.SetVars(t.Context(), map[string]any{"x": 1}))
		h.goOn(failed)
		h.untilWaiting(failed)
		v, open = token(h, failed)
		if v.WaitingFor != "signal" || open == "" {
			t.Fatalf("the run that goes on waits for %s, and has the page %q", v.WaitingFor, open)
		}
		check(t, h.GiveWait(t.Context(), open, map[string]any{"approved": true}))
		if v := h.finished(failed); v.Status != store.Succeeded {
			t.Errorf("the run is %s %+v", v.Status, v.Error)
		}
	})
}

// stuck is a store that cancels nothing before it is freed.
type stuck struct {
	store.Store
	free chan struct{}
}

func (s *stuck) Cancel(ctx context.Context, runs []string, reason string) []error {
	if len(runs) > 0 {
		<-s.free
	}
	return s.Store.Cancel(ctx, runs, reason)
}

// A block that fails leaves what it called; while that is being ended the other branches go on.
func TestTheEndOfTheCalledHoldsUpNoOtherBranch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &stuck{free: make(chan struct{})}
		s := &sink{around: func(under store.Store) store.Store { slow.Store = under; return slow }}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		late(h)
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "both", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "part", "action": "parallel", "on_error": "continue", "branches": [
				{"name": "x", "steps": [{"id": "ask", "action": "call", "with": {"flow": "late", "input": "a"}}]},
				{"name": "y", "steps": [{"id": "rest", "action": "delay", "with": {"for": "1m"}}, {"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}]}]},
				{"id": "after", "action": "test.send", "with": {"text": "after"}}]},
			{"name": "b", "steps": [{"id": "moment", "action": "delay", "with": {"for": "61s"}}, {"id": "beside", "action": "test.send", "with": {"text": "beside"}}]}]}]}`)
		run := h.send("first", `{}`)
		time.Sleep(2 * time.Minute)
		if len(s.sent()) == 0 {
			t.Error("no branch went on")
		}
		close(slow.free)
		if v := h.finished(run); v.Status != store.Succeeded || len(s.sent()) != 2 || h.canceled("late") != 1 {
			t.Errorf("it is %s %+v, %q arrived, and %d of the called were canceled", v.Status, v.Error, s.sent(), h.canceled("late"))
		}
	})
}
