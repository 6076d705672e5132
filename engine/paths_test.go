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

const (
	slowCall = `{"id": "slow", "action": "test.send", "timeout": "1h", "with": {"text": "into the void"}}`
	tellA    = `{"id": "a", "action": "test.send", "retry": {"first": "5s", "jitter": 0}, "with": {"text": "a"}}`
)

// beside is a flow of a call that takes long and of what goes on beside it.
func beside(settings, steps string) string {
	return `{"id": "both", "trigger": {"kind": "webhook"}, "settings": {` + settings + `}, "steps": [{"id": "all", "action": "parallel", "branches": [
		{"name": "slow", "steps": [` + slowCall + `]}, {"name": "beside", "steps": [` + steps + `]}]}]}`
}

// What waits on one path goes on when it may, however long the call of another path takes.
func TestAPathGoesOnWhileAnotherIsUnderWay(t *testing.T) {
	const rest = `{"id": "rest", "action": "delay", "with": {"for": "3s"}}`
	signal := func(h *house, _ string) { h.send("signals", `{}`) }
	for name, c := range map[string]struct {
		document  string
		failures  int
		meanwhile func(h *house, run string)
	}{
		"a delay":    {document: beside("", rest+`, `+tellA)},
		"a retry":    {document: beside("", tellA), failures: 1},
		"a signal":   {document: beside("", `{"id": "ask", "action": "wait", "with": {"signal": "go"}}, `+tellA), meanwhile: signal},
		"a time-out": {document: beside("", `{"id": "ask", "action": "wait", "with": {"signal": "never", "timeout": "5s"}}, `+tellA)},
		"a call":     {document: beside("", `{"id": "ask", "action": "call", "with": {"flow": "called"}}, `+tellA)},
		"an approval": {document: beside("", `{"id": "ask", "action": "wait", "with": {"approve": {"text": "Ship it?"}}}, `+tellA), meanwhile: func(h *house, run string) {
			check(h.t, h.AnswerWait(h.t.Context(), run, "ask", true, "ana"))
		}},
		"deep inside": {document: beside("", `{"id": "each", "action": "loop", "with": {"over": "1..2"}, "steps": [{"id": "two", "action": "parallel", "branches": [
			{"name": "x", "steps": [{"id": "ask", "action": "wait", "when": "item == 1", "with": {"signal": "go"}}, {"id": "more", "action": "set", "with": {"values": {"x": 1}}}]}, {"name": "y", "steps": [`+rest+`]}]}]}, `+tellA), meanwhile: signal},
		"a turn": {document: `{"id": "both", "trigger": {"kind": "webhook"}, "steps": [{"id": "each", "action": "loop", "with": {"over": "[\"into the void\", \"a\", \"b\"]", "concurrency": 2}, "steps": [
			{"id": "rest", "action": "delay", "when": "index > 0", "with": {"for": "3s"}}, {"id": "tell", "action": "test.send", "timeout": "1h", "with": {"text": "{{ item }}"}}]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{void: make(chan struct{}), failures: c.failures}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(`{"id": "called", "trigger": {"kind": "call"}, "steps": [` + rest + `]}`)
				h.publish(`{"id": "signals", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "signal", "with": {"signal": "go", "keep": "0s"}}]}`)
				h.publish(c.document)
				run := h.send("both", `{}`)
				time.Sleep(4 * time.Second)
				if c.meanwhile != nil {
					c.meanwhile(h, run)
				}
				time.Sleep(5 * time.Second)
				v, err := h.Run(t.Context(), run)
				check(t, err)
				if arrived := s.sent(); v.Status != store.Running || len(arrived) == 0 || arrived[0] != "a" {
					t.Errorf("while a call is under way the run is %s, and %q arrived", v.Status, arrived)
				}
				for _, step := range v.Steps {
					if step.Due != nil && step.Due.Before(time.Now()) {
						t.Errorf("while a call is under way %s is %s until %s ago", step.Path, step.Status, time.Since(*step.Due))
					}
				}
				close(s.void)
				synctest.Wait()
				arrived := s.sent()
				slices.Sort(arrived)
				if v, err = h.Run(t.Context(), run); err != nil || v.Status != store.Succeeded || len(slices.Compact(arrived)) != len(s.sent()) {
					t.Errorf("the run is %s %+v, and %q arrived", v.Status, v.Error, s.sent())
				}
			})
		})
	}
}

// What a path did while another was under way is not done again after a crash, and what it waits for stays.
func TestAPathIsNotWalkedTwiceAfterACrash(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &dying{after: func(c *store.Commit) bool { return says(c, "late", "waiting") }}
		s := &sink{void: make(chan struct{}), around: func(under store.Store) store.Store { d.Store = under; return d }}
		h := open(t, dir, s)
		h.publish(beside("", `{"id": "rest", "action": "delay", "with": {"for": "3s"}}, `+tellA+`, {"id": "late", "action": "wait", "with": {"signal": "go"}}, {"id": "b", "action": "test.send", "with": {"text": "b"}}`))
		run := h.send("both", `{}`)
		time.Sleep(10 * time.Second)
		close(s.void)
		h.stop()
		if !d.dead.Load() || !slices.Equal(s.sent(), []string{"a", "into the void"}) {
			t.Fatalf("before the crash %q arrived", s.sent())
		}
		s = &sink{void: make(chan struct{})}
		h = open(t, dir, s)
		defer h.stop()
		h.publish(`{"id": "signals", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "signal", "with": {"signal": "go", "keep": "0s"}}]}`)
		time.Sleep(time.Second)
		h.send("signals", `{}`)
		synctest.Wait()
		if !slices.Equal(s.sent(), []string{"b"}) {
			t.Errorf("after the crash %q arrived while a call is under way", s.sent())
		}
		close(s.void)
		synctest.Wait()
		if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Succeeded || !slices.Equal(s.sent(), []string{"b", "into the void"}) {
			t.Errorf("after the crash the run is %s, and %q arrived", v.Status, s.sent())
		}
	})
}

// Who ends or pauses a run that is under way stops its paths that wait, too.
func TestAPathThatWaitsIsNotTakenUpInVain(t *testing.T) {
	const rest = `{"id": "rest", "action": "delay", "with": {"for": "5s"}}, {"id": "more", "action": "delay", "with": {"for": "5s"}}, `
	for name, c := range map[string]struct {
		settings  string
		meanwhile func(h *house, run string)
		status    store.Status
		sent      string
	}{
		"canceled":           {meanwhile: func(h *house, run string) { check(h.t, h.Cancel(h.t.Context(), run, "enough")) }, status: store.Canceled},
		"over":               {settings: `"timeout": "8s"`, status: store.Failed},
		"paused":             {meanwhile: func(h *house, _ string) { h.pause("both") }, status: store.Running},
		"paused and resumed": {meanwhile: func(h *house, _ string) { h.pause("both"); time.Sleep(3 * time.Second); h.resume("both") }, status: store.Running, sent: "a"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &sink{void: make(chan struct{})}
				h := open(t, t.TempDir(), s)
				defer h.stop()
				h.publish(beside(c.settings, rest+tellA))
				run := h.send("both", `{}`)
				time.Sleep(3 * time.Second)
				if c.meanwhile != nil {
					c.meanwhile(h, run)
				}
				time.Sleep(20 * time.Second)
				if got := strings.Join(s.sent(), " "); got != c.sent {
					t.Errorf("while a call is under way %q arrived, want %q", got, c.sent)
				}
				if v, err := h.Run(t.Context(), run); err != nil || c.settings == "" && v.Status != c.status {
					t.Errorf("while a call is under way the run is %s, want %s, %v", v.Status, c.status, err)
				}
				close(s.void)
				synctest.Wait()
				if name == "paused" {
					h.resume("both")
					c.status, c.sent = store.Succeeded, "a"
					time.Sleep(time.Minute)
				}
				if c.status == store.Running {
					c.status = store.Succeeded
				}
				v, err := h.Run(t.Context(), run)
				check(t, err)
				if n := strings.Count(strings.Join(s.sent(), " "), "a"); v.Status != c.status || n != len(c.sent) {
					t.Errorf("the run is %s %+v, want %s, and %q arrived", v.Status, v.Error, c.status, s.sent())
				}
			})
		})
	}
}

// An outcome that is unknown is settled while another path is under way, as often as it is unknown again.
func TestAnUnknownOutcomeIsSettledBesideAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{void: make(chan struct{}), maybe: 3}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(beside("", `{"id": "pay", "action": "test.send", "delivery": "at_most_once", "with": {"text": "a"}}`))
		run := h.send("both", `{}`)
		for range 3 {
			time.Sleep(time.Second)
			if err := h.Resolve(t.Context(), run, "pay", engine.Verdict{As: "repeat"}); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		if !slices.Equal(s.sent(), []string{"a"}) {
			t.Errorf("while a call is under way %q arrived", s.sent())
		}
		close(s.void)
		synctest.Wait()
		if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Succeeded {
			t.Errorf("the run is %s, %v", v.Status, err)
		}
	})
}

func (h *house) pause(id string) {
	h.t.Helper()
	_, err := h.flows.Pause(h.t.Context(), id)
	check(h.t, err)
}

func (h *house) resume(id string) {
	h.t.Helper()
	_, err := h.flows.Resume(h.t.Context(), id)
	check(h.t, err)
}
