package engine_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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
