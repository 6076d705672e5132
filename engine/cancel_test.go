package engine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// A run that is canceled before it does something does it no more: neither one that was claimed and has
// not begun, nor one whose step waits to be let in.
func TestACanceledRunBeginsNothing(t *testing.T) {
	for _, body := range []string{`"read slowly"`, `"admitted slowly"`} {
		t.Run(body, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { cancelsBeforeItActs(t, body) }) })
	}
}

func cancelsBeforeItActs(t *testing.T, body string) {
	s := &sink{void: make(chan struct{})}
	h := open(t, t.TempDir(), s)
	defer h.stop()
	h.publish(`{"id": "sale", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body }}"}}]}`)
	run := h.send("sale", body)
	time.Sleep(time.Second)
	check(t, h.Cancel(t.Context(), run, "enough"))
	close(s.void)
	time.Sleep(time.Second)
	if v := h.finished(run); v.Status != store.Canceled || len(s.sent()) != 0 {
		t.Errorf("%s, and %q arrived", v.Status, s.sent())
	}
}

// letsIn lets in what waits while a run is being canceled.
type letsIn struct {
	store.Store
	void chan struct{}
}

func (l *letsIn) Cancel(ctx context.Context, runs []string, reason string) []error {
	errs := l.Store.Cancel(ctx, runs, reason)
	if len(runs) > 0 {
		close(l.void)
		time.Sleep(time.Second)
	}
	return errs
}

// Nor does one that begins while it is being canceled go on.
func TestARunThatBeginsWhileItIsCanceledDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{void: make(chan struct{})}
		s.around = func(db store.Store) store.Store { return &letsIn{db, s.void} }
		h := open(t, t.TempDir(), s)
		defer h.stop()
		h.publish(`{"id": "sale", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "admitted after a while"}}]}`)
		run := h.send("sale", `"read slowly"`)
		time.Sleep(time.Second)
		check(t, h.Cancel(t.Context(), run, "enough"))
		time.Sleep(time.Minute)
		if v := h.finished(run); v.Status != store.Canceled || len(s.sent()) != 0 {
			t.Errorf("%s, and %q arrived", v.Status, s.sent())
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !slices.Equal(s.left, []string{"admitted after a while"}) {
			t.Errorf("%q gave back what they had been admitted to", s.left)
		}
	})
}

// eager is a store whose runs are canceled as soon as they are claimed.
type eager struct {
	store.Store
	cancel chan func(run string)
}

func (e *eager) Claim(ctx context.Context, node string, most int) ([]store.Work, error) {
	work, err := e.Store.Claim(ctx, node, most)
	for i := range work {
		cancel := <-e.cancel
		cancel(work[i].Run.ID)
	}
	return work, err
}

// Nor does one that is canceled between its claim and its first step.
func TestARunThatIsCanceledAsItIsClaimedDoesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		early := &eager{cancel: make(chan func(string), 1)}
		s := &sink{around: func(db store.Store) store.Store { early.Store = db; return early }}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		early.cancel <- func(run string) { check(t, h.Cancel(t.Context(), run, "enough")) }
		h.publish(`{"id": "sale", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "acted"}}]}`)
		run := h.send("sale", `{}`)
		synctest.Wait()
		if v := h.finished(run); v.Status != store.Canceled || len(s.sent()) != 0 {
			t.Errorf("%s, and %q arrived", v.Status, s.sent())
		}
	})
}

// writes counts the calls that end runs.
type writes struct {
	store.Store
	ends []int
}

func (w *writes) Cancel(ctx context.Context, runs []string, reason string) []error {
	if len(runs) > 0 {
		w.ends = append(w.ends, len(runs))
	}
	return w.Store.Cancel(ctx, runs, reason)
}

func TestAllRunsOfAFlowEndInFewWrites(t *testing.T) {
	counted := &writes{}
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { counted.Store = s; return counted }})
	h.publish(`{"id": "cart", "trigger": {"kind": "webhook"}, "steps": [{"id": "rest", "action": "delay", "with": {"for": "1d"}}]}`)
	h.publish(`{"id": "other", "trigger": {"kind": "webhook"}, "steps": [{"id": "rest", "action": "delay", "with": {"for": "1d"}}]}`)
	h.untilWaiting(h.send("other", `{}`))
	for range 250 {
		h.untilWaiting(h.send("cart", `{}`))
	}
	check(t, h.CancelAll(t.Context(), "cart", "enough"))
	if !slices.Equal(counted.ends, []int{200, 50}) {
		t.Errorf("ended in writes of %v", counted.ends)
	}
	l, err := h.Ledger(t.Context())
	check(t, err)
	if l.Flows["cart"].Finished != 250 || l.Flows["other"].Waiting != 1 {
		t.Errorf("the ledger tells %+v", l)
	}
}

// A run whose event was on its way in when its flow was deleted is ended for that.
func TestARunOfADeletedFlowIsCanceled(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "sale", "trigger": {"kind": "webhook"}, "steps": []}`)
	check(t, h.DeleteFlow(t.Context(), "sale"))
	if v := h.finished(h.send("sale", `{}`)); v.Status != store.Canceled || v.Reason != "the flow was deleted" || v.Error != nil {
		t.Errorf("it is %s: %q, %+v", v.Status, v.Reason, v.Error)
	}
}
