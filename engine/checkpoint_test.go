package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// held is a store that holds the first such commit back until let is closed.
type held struct {
	store.Store
	is  func(c *store.Commit) bool
	let chan struct{}

	mu   sync.Mutex
	done bool
}

func (h *held) Commit(ctx context.Context, commits []store.Commit) []store.Committed {
	if h.holds(commits) {
		<-h.let
	}
	return h.Store.Commit(ctx, commits)
}

func (h *held) holds(commits []store.Commit) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := !h.done && slices.ContainsFunc(commits, func(c store.Commit) bool { return h.is(&c) })
	h.done = h.done || first
	return first
}

// says tells whether a commit goes on and writes of a step's record that it holds a text.
func says(c *store.Commit, step, text string) bool {
	return c.Decision.GoOn && slices.ContainsFunc(c.Steps, func(s store.Record) bool { return s.Path == step && strings.Contains(string(s.Data), text) })
}

// openHeld opens a house whose store holds such a commit back.
func openHeld(t *testing.T, s *sink, is func(c *store.Commit) bool) (*house, *held) {
	d := &held{is: is, let: make(chan struct{})}
	s.around = func(under store.Store) store.Store { d.Store = under; return d }
	return open(t, t.TempDir(), s), d
}

// What an effect follows is durable before it begins, also where another branch writes it.
func TestAnEffectWaitsForTheCommitOfAnotherBranch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{void: make(chan struct{})}
		h, d := openHeld(t, s, func(c *store.Commit) bool { return says(c, "a1", "succeeded") })
		defer h.stop()
		h.publish(`{"id": "both", "trigger": {"kind": "webhook"}, "steps": [{"id": "all", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "rest", "action": "delay", "with": {"for": "500ms"}}, {"id": "a1", "action": "test.send", "with": {"text": "a1"}},
				{"id": "read", "action": "test.fetch", "with": {"id": "read slowly"}}, {"id": "a2", "action": "test.send", "with": {"text": "a2"}}]},
			{"name": "b", "steps": [{"id": "rests", "action": "delay", "with": {"for": "1s"}}, {"id": "b", "action": "test.send", "with": {"text": "b"}}]}]}]}`)
		run := h.send("both", `{}`)
		time.Sleep(2 * time.Second) // b writes what a1 did
		close(s.void)
		synctest.Wait()
		if !slices.Equal(s.sent(), []string{"a1"}) {
			t.Errorf("%q arrived while a1 was not durable", s.sent())
		}
		close(d.let)
		if v := h.finished(run); v.Status != store.Succeeded || len(s.sent()) != 3 {
			t.Errorf("the run is %s, and %q arrived", v.Status, s.sent())
		}
	})
}

// A record is not replaced by an older one of a commit that took longer.
func TestCommitsOfARunDoNotOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{void: make(chan struct{})}
		h, d := openHeld(t, s, func(c *store.Commit) bool { return says(c, "way", "running") })
		defer h.stop()
		const once = `"action": "test.send", "delivery": "at_most_once"`
		h.publish(`{"id": "both", "trigger": {"kind": "webhook"}, "steps": [{"id": "all", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "way", "action": "branch", "branches": [{"name": "only", "steps": [{"id": "read", "action": "test.fetch", "with": {"id": "read slowly"}}]}]},
				{"id": "a", ` + once + `, "with": {"text": "a"}}]},
			{"name": "b", "steps": [{"id": "rest", "action": "delay", "with": {"for": "1s"}}, {"id": "b", ` + once + `, "with": {"text": "b"}}]}]}]}`)
		run := h.send("both", `{}`)
		time.Sleep(2 * time.Second) // b writes how far a has come
		close(s.void)
		synctest.Wait() // a has come further
		close(d.let)
		v := h.finished(run)
		for _, step := range v.Steps {
			if step.Path == "way" && (step.Ended == nil || step.Output == nil) {
				t.Errorf("the run is %s, and its step stands as it was before: %+v", v.Status, step)
			}
		}
	})
}

// What a run has done stays told when it is canceled, also while that is being written.
func TestACanceledRunTellsWhatItDid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h, d := openHeld(t, s, func(c *store.Commit) bool { return says(c, "first", "succeeded") })
		defer h.stop()
		h.publish(`{"id": "two", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "first", "action": "test.send", "with": {"text": "first"}}, {"id": "second", "action": "test.send", "with": {"text": "second"}}]}`)
		run := h.send("two", `{}`)
		synctest.Wait()
		if v, err := h.Run(t.Context(), run); err != nil || len(v.Steps) != 1 || v.Steps[0].Status != "succeeded" {
			t.Errorf("while it is being written the run tells %+v, %v", v.Steps, err)
		}
		var canceled error
		var group sync.WaitGroup
		group.Go(func() { canceled = h.Cancel(t.Context(), run, "enough") })
		synctest.Wait()
		close(d.let)
		group.Wait()
		check(t, canceled)
		synctest.Wait()
		v := h.finished(run)
		if v.Status != store.Canceled || len(v.Steps) != len(s.sent()) || v.Steps[0].Path != "first" || v.Steps[0].Status != "succeeded" {
			t.Errorf("%q arrived, and the run is %s and tells %+v", s.sent(), v.Status, v.Steps)
		}
	})
}

// A cancel does not wait for ever for a store that does not answer.
func TestACancelThatCannotBeWrittenSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, d := openHeld(t, &sink{}, func(c *store.Commit) bool { return says(c, "first", "succeeded") })
		defer h.stop()
		h.publish(`{"id": "one", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "first", "action": "test.send", "with": {"text": "first"}}, {"id": "rest", "action": "delay", "with": {"for": "1h"}}]}`)
		run := h.send("one", `{}`)
		synctest.Wait()
		if err := h.Cancel(t.Context(), run, "enough"); !errors.Is(err, store.ErrBusy) {
			t.Errorf("the cancel says %v", err)
		}
		close(d.let)
		h.untilWaiting(run)
		check(t, h.Cancel(t.Context(), run, "enough"))
	})
}

// dying is a store whose process dies right after such a commit, before it hears of it.
type dying struct {
	store.Store
	after func(c *store.Commit) bool
	dead  atomic.Bool
}

func (d *dying) Commit(ctx context.Context, commits []store.Commit) []store.Committed {
	if !d.dead.Load() {
		done := d.Store.Commit(ctx, commits)
		if !d.after(&commits[0]) {
			return done
		}
		d.dead.Store(true)
	}
	return []store.Committed{{Err: store.ErrClosed}}
}

// What came for a step is not lost in a crash, whatever other branches wrote before it was acted on.
func TestWhatWasReceivedSurvivesACrash(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		d := &dying{after: func(c *store.Commit) bool { return says(c, "b1", "succeeded") }}
		s := &sink{maybe: 1, around: func(under store.Store) store.Store { d.Store = under; return d }}
		h := open(t, dir, s)
		h.publish(`{"id": "both", "trigger": {"kind": "webhook"}, "steps": [{"id": "all", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "pay", "action": "test.send", "delivery": "at_most_once", "with": {"text": "admitted after a while"}}]},
			{"name": "b", "steps": [{"id": "rest", "action": "delay", "with": {"for": "5s"}}, {"id": "b1", "action": "test.send", "with": {"text": "b1"}}, {"id": "b2", "action": "test.send", "with": {"text": "b2"}}]}]}]}`)
		run := h.send("both", `{}`)
		time.Sleep(4 * time.Second)
		check(t, h.Resolve(t.Context(), run, "pay", engine.Verdict{As: "repeat"}))
		time.Sleep(time.Minute)
		h.stop()
		if !d.dead.Load() || !slices.Equal(s.sent(), []string{"b1"}) {
			t.Fatalf("before the crash %q arrived", s.sent())
		}
		s = &sink{}
		h = open(t, dir, s)
		defer h.stop()
		time.Sleep(time.Minute)
		arrived := s.sent()
		slices.Sort(arrived)
		if v := h.until(run, func(v engine.RunView) bool { return v.Status != store.Running }); v.Status != store.Succeeded || !slices.Equal(arrived, []string{"admitted after a while", "b2"}) {
			t.Errorf("after the crash the run is %s, and %q arrived", v.Status, arrived)
		}
	})
}

// apart counts the signals and calls of commits that do not tell of the steps that they follow from.
type apart struct {
	store.Store
	n atomic.Int64
}

func (a *apart) Commit(ctx context.Context, commits []store.Commit) []store.Committed {
	c := &commits[0]
	has := func(step string) bool {
		return slices.ContainsFunc(c.Steps, func(s store.Record) bool { return strings.HasSuffix(s.Path, "."+step) })
	}
	if (len(c.Spawn) > 0 && !has("ask")) || (len(c.Signals) > 0 && !has("tell")) {
		a.n.Add(1)
	}
	return a.Store.Commit(ctx, commits)
}

// A signal is sent, and a flow called, together with the record that says so: a crash repeats neither.
func TestWhatFollowsFromAStepIsWrittenWithIt(t *testing.T) {
	a := &apart{}
	h := open(t, t.TempDir(), &sink{around: func(under store.Store) store.Store { a.Store = under; return a }})
	h.publish(`{"id": "asked", "trigger": {"kind": "call"}, "steps": []}`)
	h.publish(`{"id": "many", "trigger": {"kind": "webhook"}, "steps": [{"id": "all", "action": "parallel", "branches": [
		{"name": "a", "steps": [{"id": "large", "action": "loop", "with": {"over": "1..2"}, "steps": [
			{"id": "ask", "action": "call", "with": {"flow": "asked", "input": "{{ trigger.body }}"}},
			{"id": "tell", "action": "signal", "with": {"signal": "come", "data": "{{ trigger.body }}"}}]}]},
		{"name": "b", "steps": [{"id": "each", "action": "loop", "with": {"over": "1..200"}, "steps": [{"id": "send", "action": "test.send", "with": {"text": "{{ item }}"}}]}]}]}]}`)
	h.finished(h.send("many", `["`+strings.Repeat(`ação", "`, 90_000)+`"]`)) // takes its time to be written down
	if n := a.n.Load(); n > 0 {
		t.Errorf("%d commits held what followed from a step, without the step", n)
	}
}

// An answer, a signal and a call leave at once, also where the next step only reads, and takes its time.
func TestNobodyWaitsForAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{void: make(chan struct{})}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "waits", "trigger": {"kind": "webhook"}, "steps": [{"id": "ask", "action": "wait", "with": {"signal": "go"}}]}`)
		h.publish(`{"id": "called", "trigger": {"kind": "call"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "called"}}]}`)
		const read = `{"id": "read", "action": "test.fetch", "with": {"id": "read slowly"}}`
		for id, step := range map[string]string{
			"answers": `"action": "respond", "with": {"text": "thank you"}`,
			"signals": `"action": "signal", "with": {"signal": "go"}`,
			"calls":   `"action": "call", "with": {"flow": "called", "wait": false}`,
		} {
			h.publish(`{"id": "` + id + `", "trigger": {"kind": "webhook"}, "steps": [{"id": "first", ` + step + `}, ` + read + `]}`)
		}
		waits := h.send("waits", `{}`)
		synctest.Wait()
		answers := h.send("answers", `{}`)
		h.send("signals", `{}`)
		h.send("calls", `{}`)
		synctest.Wait()
		if a, err := h.Answer(t.Context(), answers); err != nil || a == nil {
			t.Errorf("no answer while something is read: %v", err)
		}
		if v, err := h.Run(t.Context(), waits); err != nil || v.Status != store.Succeeded {
			t.Errorf("while something is read, who waits for the signal is %s, %v", v.Status, err)
		}
		if !slices.Equal(s.sent(), []string{"called"}) {
			t.Errorf("while something is read, the called flow has sent %q", s.sent())
		}
		close(s.void)
		synctest.Wait()
	})
}

// counting counts commits.
type counting struct {
	store.Store
	n atomic.Int64
}

func (c *counting) Commit(ctx context.Context, commits []store.Commit) []store.Committed {
	c.n.Add(int64(len(commits)))
	return c.Store.Commit(ctx, commits)
}

// What has no effect, and the last effect, ride in the commit that ends the run.
func TestCommitsAreFew(t *testing.T) {
	c := &counting{}
	h := open(t, t.TempDir(), &sink{around: func(under store.Store) store.Store { c.Store = under; return c }})
	h.publish(`{"id": "few", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "only", "action": "filter", "with": {"where": "true"}}, {"id": "read", "action": "test.fetch", "with": {"id": "a"}},
		{"id": "deal", "action": "set", "with": {"values": {"x": 1}}}, {"id": "tell", "action": "test.send", "with": {"text": "a"}},
		{"id": "again", "action": "test.fetch", "with": {"id": "b"}}]}`)
	h.finished(h.send("few", `{}`))
	if n := c.n.Load(); n != 1 {
		t.Errorf("%d commits, want 1", n)
	}
}
