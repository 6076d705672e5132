package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// draft saves the draft of a flow.
func (h *house) draft(document string) *flow.Flow {
	h.t.Helper()
	f, problems := flow.ParseFlow([]byte(document))
	if len(problems) > 0 {
		h.t.Fatalf("%+v", problems)
	}
	_, err := h.flows.Update(h.t.Context(), f.ID, f, -1)
	check(h.t, err)
	return f
}

func TestAShadowComparesWhatCameSince(t *testing.T) {
	dir := t.TempDir()
	document := `{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "paid", "action": "filter", "with": {"where": "trigger.body.total > 100"}},
		{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.total }}"}}]}`
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		defer func() { h.stop() }()
		h.publish(document)
		h.finished(h.send("orders", `{"total": 150}`))
		h.draft(strings.Replace(document, "> 100", "> 200", 1))
		_, err := h.StartShadow(t.Context(), "orders", "ana")
		check(t, err)
		h.finished(h.send("orders", `{"total": 150}`))
		h.finished(h.send("orders", `{"total": 250}`))
		h.finished(h.send("orders", `{"total": 50}`))
		for range 2 { // asked at once, and after a stop
			v, err := h.Shadow(t.Context(), "orders")
			check(t, err)
			if !v.On || v.Events != 3 || v.Same != 2 || v.Changed != 1 || v.Rows[0].After != store.RunFiltered || v.By != "ana" || v.Outdated {
				t.Fatalf("shadow: %+v", v)
			}
			h.stop()
			h = open(t, dir, s)
		}
		if len(s.sent()) != 3 {
			t.Errorf("arrived %q: the draft must send nothing", s.sent())
		}
		h.finished(h.send("orders", `{"total": 120}`))
		time.Sleep(2 * time.Minute)
		h.draft(strings.Replace(document, "> 100", "> 300", 1))
		if v, err := h.Shadow(t.Context(), "orders"); err != nil || v.Events != 4 || v.Changed != 2 || !v.Outdated {
			t.Errorf("shadow: %+v %v", v, err)
		}
		_, err = h.flows.Publish(t.Context(), "orders", flows.PublishOptions{IfMatch: -1})
		check(t, err)
		time.Sleep(2 * time.Minute)
		if v, err := h.Shadow(t.Context(), "orders"); err != nil || v.On || v.Ended != "published" || v.Events != 4 {
			t.Errorf("after publishing: %+v %v", v, err)
		}
		check(t, h.StopShadow(t.Context(), "orders"))
		if v, err := h.Shadow(t.Context(), "orders"); err != nil || v.On || v.Events != 0 || v.Rows == nil {
			t.Errorf("after the end: %+v %v", v, err)
		}
	})
}

// looks lists events one second long, or not at all.
type looks struct {
	store.Store
	now, most atomic.Int32
	blind     atomic.Bool
}

func (l *looks) ListEvents(ctx context.Context, q store.Query) ([]store.EventInfo, string, error) {
	if l.blind.Load() {
		return nil, "", errors.New("a file cannot be read")
	}
	l.most.Store(max(l.most.Load(), l.now.Add(1)))
	time.Sleep(time.Second)
	l.now.Add(-1)
	return l.Store.ListEvents(ctx, q)
}

// Many who ask are one look, and what was found is told where nothing can be read now.
func TestAShadowIsLookedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looks{}
		h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { l.Store = s; return l }})
		defer h.stop()
		h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "steps": []}`)
		_, err := h.StartShadow(t.Context(), "orders", "ana")
		check(t, err)
		h.finished(h.send("orders", `{}`))
		time.Sleep(10 * time.Second) // the shapes of events are known
		l.most.Store(0)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if v, err := h.Shadow(t.Context(), "orders"); err != nil || v.Events != 1 {
					t.Errorf("shadow: %+v %v", v, err)
				}
			})
		}
		all.Wait()
		if l.most.Load() != 1 {
			t.Errorf("%d looked at once", l.most.Load())
		}
		l.blind.Store(true)
		if v, err := h.Shadow(t.Context(), "orders"); err != nil || !v.On || v.Events != 1 {
			t.Errorf("blind: %+v %v", v, err)
		}
	})
}

// What a run read of the world then is what a back-test reads.
func TestABacktestReadsWhatWasRecorded(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "sub", "trigger": {"kind": "call"}, "steps": [{"id": "answer", "action": "set", "with": {"values": {"grade": "a"}}}]}`)
	document := `{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "count", "action": "state.increment", "with": {"key": "n"}},
		{"id": "limit", "action": "state.get", "with": {"key": "limit"}},
		{"id": "grade", "action": "call", "with": {"flow": "sub", "input": {"n": 1}}},
		{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.event }} {{ steps.limit.value }} {{ steps.grade.grade }}"}}]}`
	h.publish(document)
	h.putState("limit", "10")
	receipts, err := h.Accept(t.Context(), []engine.Incoming{{
		Flow: "orders", At: time.Now(), Body: []byte(`{}`), Name: "paid", Meta: engine.Meta{Kind: "webhook", Type: "application/json"},
	}})
	check(t, err)
	h.finished(receipts[0].Run)
	h.putState("limit", "99")
	b, err := h.Backtest(t.Context(), h.draft(document), store.Query{}, 10)
	check(t, err)
	if b.Events != 1 || b.Same != 1 {
		t.Errorf("the same flow: %+v", b)
	}
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	over, err := h.Backtest(late, h.draft(document), store.Query{}, 10)
	check(t, err)
	if over.Events != 0 {
		t.Errorf("when its time is over it tells what it has compared: %+v", over)
	}
	b, err = h.Backtest(t.Context(), h.draft(strings.Replace(document, `text": "`, `text": "now `, 1)), store.Query{}, 10)
	check(t, err)
	if b.Changed != 1 || len(b.Rows[0].Differences) != 1 || b.Rows[0].Differences[0].Message != `tell/input/text: was "paid 10 a", is now "now paid 10 a"` {
		t.Errorf("another text: %+v", b.Rows)
	}
	b, err = h.Backtest(t.Context(), h.draft(strings.Replace(document, `"limit"`, `"other"`, 1)), store.Query{}, 10)
	check(t, err)
	if b.Changed != 1 {
		t.Errorf("a key that was not read then: %+v", b.Rows)
	}
	b, err = h.Backtest(t.Context(), h.draft(strings.Replace(document, `test.send", "with": {"text": "`, `test.send", "on_error": "continue", "with": {"text": "{{ steps.gone.name }}`, 1)), store.Query{}, 10)
	check(t, err)
	if b.Changed != 1 || b.Rows[0].After != store.Succeeded || b.Rows[0].Error == nil || b.Rows[0].Error.Step != "tell" || !strings.Contains(b.Rows[0].Error.Message, "steps.gone.name") {
		t.Errorf("a step that fails in a run that goes on: %+v", b.Rows)
	}
	if entry, err := h.store.GetKey(t.Context(), engine.StateSpace, "n"); err != nil || string(entry.Value) != "1" {
		t.Errorf("the back-test counted: %s %v", entry.Value, err)
	}
}

// What was captured of a sender that is not proved would be refused, so it tells nothing of the draft.
func TestABacktestLeavesOutWhatWouldBeRefused(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	f, problems := flow.ParseFlow([]byte(`{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "x"}}]}`))
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	_, err := h.flows.Create(t.Context(), f)
	check(t, err)
	for _, reason := range []string{"", "not verified: the signature is wrong"} {
		_, err := h.Accept(t.Context(), []engine.Incoming{{
			Flow: "orders", At: time.Now(), Body: []byte(`{}`), Outcome: store.Captured, Reason: reason, Meta: engine.Meta{Kind: "webhook", Type: "application/json"},
		}})
		check(t, err)
	}
	b, err := h.Backtest(t.Context(), f, store.Query{}, 10)
	check(t, err)
	if b.Events != 1 || len(b.Rows) != 1 || b.Rows[0].After != store.Succeeded {
		t.Errorf("%+v", b)
	}
}

func (h *house) putState(key, value string) {
	h.t.Helper()
	_, err := h.store.PutKey(h.t.Context(), engine.StateSpace, key, []byte(value), -1, 0)
	check(h.t, err)
}

func TestFailuresAreGrouped(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "each", "action": "loop", "with": {"over": "trigger.body.ids"}, "steps": [
			{"id": "end", "action": "stop", "with": {"as": "failed", "message": "order {{ item }} is {{ trigger.body.why }}"}}]}]}`)
	for i := range 7 {
		why := []string{"lost", "late"}[i%2]
		h.finished(h.send("orders", fmt.Sprintf(`{"ids": [%d], "why": %q}`, 100_000+i, why)))
	}
	f, err := h.Failures(t.Context(), store.Query{})
	check(t, err)
	if len(f.Items) != 2 || f.Items[0].Count != 4 || f.Items[1].Count != 3 || f.Items[0].Message != "order … is lost" || f.Items[0].Step != "each.*.end" || !f.Whole {
		t.Fatalf("groups: %+v", f)
	}
	late := f.Items[1].Group
	inGroup := func() []engine.RunView {
		pick, err := h.InGroup(t.Context(), late)
		check(t, err)
		runs, _, err := h.Runs(t.Context(), store.Query{Limit: 50, Pick: pick})
		check(t, err)
		return runs
	}
	runs := inGroup()
	if len(runs) != 3 || runs[0].ID != f.Items[1].Run {
		t.Errorf("runs of a group: %+v", runs)
	}
	for range 2 { // what failed again stands for what it repeats: nothing is done twice
		out, err := h.Replay(t.Context(), engine.ReplayOptions{Query: &engine.Selection{Flow: "orders", Group: late}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayPublished}})
		check(t, err)
		if len(out.Items) != 3 {
			t.Fatalf("%d runs were replayed, want 3", len(out.Items))
		}
		for _, one := range out.Items {
			h.finished(one.Run)
			if old, err := h.Run(t.Context(), one.Of); err != nil || old.ReplayedBy != one.Run {
				t.Errorf("%s is replayed by %q, want %s (%v)", one.Of, old.ReplayedBy, one.Run, err)
			}
		}
		f, err = h.Failures(t.Context(), store.Query{Flow: "orders"})
		check(t, err)
		if again := inGroup(); len(f.Items) != 2 || f.Items[1].Count != 3 || f.Items[1].Run != again[0].ID || again[0].ReplayOf == "" {
			t.Errorf("after a replay: %+v, %+v", f, again)
		}
	}
	_, err = h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{runs[0].ID}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
	check(t, err)
	if run := h.finished(runs[0].ID); run.Status != store.Failed {
		t.Errorf("a stop lets the run pass when it goes on: %s", run.Status)
	}
}
