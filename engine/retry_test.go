package engine_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/refusal"
	"gancho/engine/said"
	"gancho/engine/store"
)

// An action with waits of its own is tried by them, unless the step says how.
func TestAnActionHasItsOwnSchedule(t *testing.T) {
	s := &sink{waits: []time.Duration{time.Millisecond, time.Hour}}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "own", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "a"}}]}`)
	h.publish(`{"id": "said", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "b"}, "retry": {"attempts": 2, "first": "1ms"}}]}`)
	s.failures = 2
	v := h.until(h.send("own", `{}`), func(v engine.RunView) bool { return v.WaitingFor == "retry" && v.Due != nil })
	if left := time.Until(*v.Due); left < 45*time.Minute || left > 75*time.Minute || len(v.Steps[0].Attempts) != 2 {
		t.Errorf("waits %s after %d attempts, want about an hour after 2", left, len(v.Steps[0].Attempts))
	}
	s.failures = 2
	if v := h.finished(h.send("said", `{}`)); v.Status != "failed" || len(v.Steps[0].Attempts) != 2 {
		t.Errorf("got %s after %d attempts, want failed after 2", v.Status, len(v.Steps[0].Attempts))
	}
}

// An action that panics fails its run, and no other.
func TestAnActionThatPanicsFailsItsRun(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.text }}"}}]}`)
	broken, sound := h.send("f", `{"text": "broken"}`), h.send("f", `{"text": "sound"}`)
	if v := h.finished(broken); v.Status != store.Failed || v.Error == nil || v.Error.Code != "internal" {
		t.Errorf("got %s, %+v", v.Status, v.Error)
	}
	if v := h.finished(sound); v.Status != store.Succeeded {
		t.Errorf("the one after it: %s", v.Status)
	}
}

// An action that panics fails the step of a test of the flow, too, in whatever branch it is, and the log says where.
func TestAnActionThatPanicsFailsATest(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	f, problems := flow.ParseFlow([]byte(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "both", "action": "parallel", "branches": [
		{"name": "a", "steps": [{"id": "tell", "action": "test.send", "with": {"text": "broken"}}]}, {"name": "b", "steps": [{"id": "x", "action": "set", "with": {"values": {"a": 1}}}]}]}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var log strings.Builder
	c := h.TrialOf(f)
	c.Real, c.Log = true, slog.New(slog.NewTextHandler(&log, nil))
	v, err := engine.Trial(t.Context(), c)
	check(t, err)
	if v.Status != store.Failed || v.Error == nil || v.Error.Code != "internal" {
		t.Errorf("got %s, %+v", v.Status, v.Error)
	}
	if !strings.Contains(log.String(), "a fault of the action") || !strings.Contains(log.String(), "step=tell") {
		t.Errorf("the log: %s", log.String())
	}
}

// What an orderly stop cuts off is no failure: it is as after a crash, and costs no attempt.
func TestAStopIsNoAttempt(t *testing.T) {
	dir, s := t.TempDir(), &sink{hangs: make(chan string, 2)}
	h := open(t, dir, s)
	h.publish(`{"id": "again", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "a"}, "retry": {"attempts": 1}}]}`)
	h.publish(`{"id": "once", "trigger": {"kind": "webhook"}, "steps": [{"id": "pay", "action": "test.send", "with": {"text": "b"}, "retry": {"attempts": 1}, "delivery": "at_most_once"}]}`)
	again, once := h.send("again", `{}`), h.send("once", `{}`)
	<-s.hangs
	<-s.hangs
	h.stop()
	s.hangs = nil
	h = open(t, dir, s)
	v := h.finished(again)
	if step := v.Steps[0]; v.Status != store.Succeeded || !step.Twice || len(step.Attempts) != 2 || step.Attempts[0].Error.Code != "stopped" || s.keys[again+"-tell"] != 1 {
		t.Errorf("got %s %+v, keys %v", v.Status, step, s.keys)
	}
	if v := h.until(once, func(v engine.RunView) bool { return v.Status != store.Running }); v.Status != store.Unknown || len(s.sent()) != 1 {
		t.Errorf("at most once: got %s, arrived %q", v.Status, s.sent())
	}
}

// Whoever has mended the receiver need not wait for the next attempt.
func TestAWaitToTryAgainCanBeCutShort(t *testing.T) {
	s := &sink{failures: 2}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "a"}, "retry": {"first": "5h", "jitter": 0}}]}`)
	run := h.send("f", `{}`)
	for attempt := 1; attempt <= 2; attempt++ {
		v := h.until(run, func(v engine.RunView) bool { return v.WaitingFor == "retry" && len(v.Steps[0].Attempts) == attempt })
		if v.Error == nil || v.Error.Step != "tell" || v.Error.Message != v.Steps[0].Attempts[attempt-1].Error.Message {
			t.Errorf("a run that tries again does not say why: %+v", v.Error)
		}
		if groups, err := h.Failures(t.Context(), store.Query{Flow: "f"}); err != nil || len(groups.Items) != 0 || len(groups.Retrying) != 1 || groups.Retrying[0].Run != run {
			t.Errorf("it is in no group: %+v, %v", groups, err)
		} else if n := h.narrowed("", groups.Retrying[0].Group); n != 1 {
			t.Errorf("its group lists %d runs", n)
		}
		s.mu.Lock() // the attempt stays under way
		shown := h.narrowed(v.Error.Code, "")
		check(t, h.RetryNow(t.Context(), run))
		h.until(run, func(v engine.RunView) bool { return v.Status == store.Running })
		if tried := h.narrowed(v.Error.Code, ""); shown != 1 || tried != 0 {
			t.Errorf("the error finds %d runs that wait and %d that try again, want 1 and 0", shown, tried)
		}
		s.mu.Unlock()
	}
	if v := h.finished(run); v.Status != "succeeded" || len(v.Steps[0].Attempts) != 3 || v.Error != nil {
		t.Errorf("got %s after %d attempts with %v, want succeeded after 3", v.Status, len(v.Steps[0].Attempts), v.Error)
	}
	if groups, err := h.Failures(t.Context(), store.Query{}); err != nil || len(groups.Retrying) != 0 {
		t.Errorf("it is still said to try again: %+v, %v", groups, err)
	}
	var refused *refusal.Refusal
	if err := h.RetryNow(t.Context(), run); !errors.As(err, &refused) || refused.Code != "not_waiting" {
		t.Errorf("a run that has ended: got %v, want not_waiting", err)
	}
}

// TestRunsAtOneConnection: all that stand at a refused one say why, alike; those that try again later do so at
// once when it is mended, at no cost of an attempt; what it did with success is noted.
func TestRunsAtOneConnection(t *testing.T) {
	s := &sink{refuses: "crm.example.com answered 401: no"}
	h := open(t, t.TempDir(), s)
	put := func(url string) {
		_, err := h.Connections.Put(t.Context(), "crm", "slack:incoming", map[string]any{"url": url}, nil)
		check(t, err)
	}
	put("x")
	h.publish(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "connection": "crm", "with": {"text": "a"}, "retry": {"first": "5h", "attempts": 3}}]}`)
	runs := []string{}
	for range 2 {
		runs = append(runs, h.send("f", `{}`))
		v := h.until(runs[len(runs)-1], func(v engine.RunView) bool { return v.WaitingFor == "connection" })
		if v.Error == nil || v.Error.Message != s.refuses || v.Steps[0].Reason != s.refuses {
			t.Errorf("run %d stands without saying why: %+v", len(runs), v)
		}
	}
	if pt := said.In("the connection mail has no password", "pt-BR"); pt != "a conexão mail não tem senha" {
		t.Error(pt)
	}
	ctx := engine.WithLang(t.Context(), "pt-BR")
	if groups, err := h.Failures(ctx, store.Query{}); err != nil || len(groups.Retrying) != 1 || groups.Retrying[0].Count != 2 || groups.Retrying[0].Message != "crm.example.com respondeu 401: no" || groups.Retrying[0].Connection != "crm" {
		t.Errorf("groups: %+v, %v", groups, err)
	}
	s.mu.Lock()
	s.refuses, s.failures = "", 6
	s.mu.Unlock()
	for tried, url := range []string{"x", "y", "z"} {
		put(url) // broken no more, then other settings
		for _, run := range runs {
			h.until(run, func(v engine.RunView) bool {
				if v.Status == store.Failed {
					t.Fatalf("what a mended connection brought forward used up the attempts: %+v", v)
				}
				done := 0
				for _, a := range v.Steps[0].Attempts {
					if a.Error != nil && a.Error.Message == "not now" {
						done++
					}
				}
				return v.WaitingFor == "retry" && done == tried+1
			})
		}
	}
	if c, err := h.Connections.Get("crm"); err != nil || c.Used != nil {
		t.Errorf("a connection that did nothing yet was used: %+v, %v", c, err)
	}
	put("z") // the same again
	check(t, h.Connections.SetState(t.Context(), "crm", connections.OK))
	h.finished(h.send("f", `{}`)) // comes after what was woken
	for _, run := range runs {
		if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Waiting {
			t.Errorf("a connection that was not mended brings %s forward: %v", v.ID, err)
		}
	}
	put("again")
	for _, run := range runs {
		h.finished(run)
	}
	if c, err := h.Connections.Get("crm"); err != nil || c.Used == nil {
		t.Errorf("no use is noted: %+v, %v", c, err)
	}
}

// narrowed counts the runs that a list shows of an error's code, or of a group.
func (h *house) narrowed(code, group string) int {
	h.t.Helper()
	q := store.Query{Error: code, Limit: 50}
	check(h.t, h.Narrow(h.t.Context(), &q, group, nil))
	runs, _, err := h.Runs(h.t.Context(), q)
	check(h.t, err)
	return len(runs)
}

// A step that is told to come later for days keeps the first and the newest of those attempts.
func TestWaitingForDaysIsToldInShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, t.TempDir(), &sink{})
		defer h.stop()
		h.publish(`{"id": "first", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "too many"}}]}`)
		began := time.Now()
		run := h.send("first", `{}`)
		time.Sleep(24*time.Hour + time.Second)
		v, err := h.Run(t.Context(), run)
		check(t, err)
		tries := v.Steps[0].Attempts
		if n := len(tries); v.WaitingFor != "quota" || n != 20 || tries[0].At.Sub(began) > time.Minute || time.Since(tries[n-1].At) > 2*time.Minute {
			t.Errorf("it waits for %q and tells %d attempts, the first at %s and the last at %s", v.WaitingFor, n, tries[0].At.Sub(began), tries[n-1].At.Sub(began))
		}
	})
}

// A run whose action is gone waits for it, and goes on when it is back: at once, or after a restart.
func TestARunWaitsForItsAction(t *testing.T) {
	dir, s := t.TempDir(), &sink{}
	h := open(t, dir, s)
	h.publish(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "a"}, "on_error": "continue"}]}`)
	waits := func(run string) {
		t.Helper()
		h.until(run, func(v engine.RunView) bool { return v.WaitingFor == "connection" })
		v, err := h.Run(engine.WithLang(t.Context(), "pt-BR"), run)
		check(t, err)
		if tell := v.Steps[0]; tell.Waiting != "connection" || tell.Reason != `a ação "test.send" não existe agora: a execução continua quando ela voltar` || v.Reason != tell.Reason {
			t.Errorf("%q, %+v", v.Reason, tell)
		}
	}
	all := h.Catalogue.Actions()
	check(t, h.Catalogue.Replace(engine.Builtins(), nil))
	first, second := h.send("f", `{}`), h.send("f", `{}`)
	waits(first)
	check(t, h.Catalogue.Replace(all, nil))
	if v := h.finished(first); v.Status != store.Succeeded || v.Steps[0].Reason != "" {
		t.Errorf("%s, %+v", v.Status, v.Steps)
	}
	h.finished(second)
	if s.keys[first+"-tell"] != 1 || s.keys[second+"-tell"] != 1 {
		t.Errorf("%v", s.keys)
	}
	check(t, h.Catalogue.Replace(engine.Builtins(), nil))
	third := h.send("f", `{}`)
	waits(third)
	h.stop()
	h = open(t, dir, s)
	h.finished(third)
	if s.keys[third+"-tell"] != 1 {
		t.Errorf("%v", s.keys)
	}
}
