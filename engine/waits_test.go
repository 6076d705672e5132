package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/store"
)

func TestAWaitOutlivesTheProcess(t *testing.T) {
	s, dir := &sink{}, t.TempDir()
	h := open(t, dir, s)
	h.publish(`{"id": "cart", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "before", "action": "test.send", "with": {"text": "{{ run.wait_url(\"paid\") }}"}},
		{"id": "paid", "action": "wait", "with": {"signal": "paid-{{ trigger.body.id }}", "timeout": "1h"}},
		{"id": "after", "action": "test.send", "with": {"text": "paid {{ steps.paid.data.by }}"}}]}`)
	h.publish(`{"id": "pay", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "tell", "action": "signal", "with": {"signal": "paid-{{ trigger.body.id }}", "data": {"by": "pix"}}}]}`)
	run := h.send("cart", `{"id": 7}`)
	h.until(run, func(v engine.RunView) bool { return v.Status == store.Waiting })
	h.stop()

	h = open(t, dir, s)
	h.finished(h.send("pay", `{"id": 7}`))
	if v := h.finished(run); v.Status != store.Succeeded || len(s.sent()) != 2 || s.sent()[1] != "paid pix" {
		t.Fatalf("got %s %+v, arrived %q", v.Status, v.Error, s.sent())
	}
	l, err := h.Ledger(t.Context())
	check(t, err)
	if l.Accepted != l.Finished+l.Waiting+l.Pending || l.Accepted != 2 {
		t.Errorf("the ledger does not add up: %+v", l)
	}
}

func TestAnUnknownOutcomeIsSettledByAPerson(t *testing.T) {
	s := &sink{maybe: 1}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "charge", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "pay", "action": "test.send", "with": {"text": "once"}, "delivery": "at_most_once"},
		{"id": "tell", "action": "test.send", "with": {"text": "{{ steps.pay.id }}"}}]}`)
	run := h.send("charge", `{}`)
	h.until(run, func(v engine.RunView) bool { return v.Status == store.Unknown })
	output, err := expression.Decode([]byte(`{"id": 9007199254740993}`))
	check(t, err)
	check(t, h.Resolve(t.Context(), run, "pay", engine.Verdict{As: "done", Output: output}))
	if v := h.finished(run); v.Status != store.Succeeded || len(s.sent()) != 1 || s.sent()[0] != "9007199254740993" {
		t.Errorf("got %s %+v, arrived %q; want the number as it was said, and no second charge", v.Status, v.Error, s.sent())
	}
}

// TestAnAnsweredQuestionIsNotAskedAgain: also while the run has not taken the answer up yet.
func TestAnAnsweredQuestionIsNotAskedAgain(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "ask", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "link", "action": "test.send", "with": {"text": "{{ run.wait_url(\"ok\") }}"}},
		{"id": "ok", "action": "wait", "with": {"approve": {"text": "Ship it?"}}}]}`)
	run := h.send("ask", `{}`)
	h.until(run, func(v engine.RunView) bool { return v.Status == store.Waiting })
	_, token, _ := strings.Cut(s.sent()[0], "/w/")
	_, err := h.Flows.Pause(t.Context(), "ask")
	check(t, err)
	check(t, h.GiveWait(t.Context(), token, map[string]any{"approved": false}))
	page, err := h.WaitPage(t.Context(), token)
	check(t, err)
	if page.Open || page.Answer != "rejected" || !page.Ended.IsZero() {
		t.Errorf("while the flow is paused: %+v", page)
	}
	_, err = h.Flows.Resume(t.Context(), "ask")
	check(t, err)
	h.finished(run)
	if page, err = h.WaitPage(t.Context(), token); err != nil || page.Open || page.Answer != "rejected" || page.Ended.IsZero() {
		t.Errorf("after the run: %+v, %v", page, err)
	}
}

// A wait without time only takes what is there; one without a word on it has the run's.
func TestAWaitOfNoTimeEndsAtOnce(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "look", "trigger": {"kind": "webhook"}, "steps": [{"id": "come", "action": "wait", "with": {"signal": "x", "timeout": "{{ trigger.body.for }}"}}]}`)
	if v := h.finished(h.send("look", `{"for": "0s"}`)); v.Status != store.Succeeded || v.Steps[0].Output.(map[string]any)["received"] != false {
		t.Errorf("got %s %+v", v.Status, v.Steps)
	}
}

// Many unknown outcomes are settled in one call: what they were, or that they be tried again.
func TestManyUnknownOutcomesAreSettledAtOnce(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "charge", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "pay", "action": "test.send", "with": {"text": "{{ trigger.body.id }}"}, "delivery": "at_most_once"},
		{"id": "tell", "action": "test.send", "with": {"text": "{{ steps.pay.sent }}"}}]}`)
	var runs []string
	for range 4 {
		s.mu.Lock()
		s.maybe = 1
		s.mu.Unlock()
		run := h.send("charge", `{"id": "again"}`)
		h.until(run, func(v engine.RunView) bool { return v.Status == store.Unknown })
		runs = append(runs, run)
	}
	ended, over := h.finished(h.send("charge", `{"id": "known"}`)).ID, runs[3]
	check(t, h.Cancel(t.Context(), over, "enough"))
	settle := func(o engine.ResolveOptions) []engine.Resolved {
		done, err := h.ResolveAll(t.Context(), o)
		check(t, err)
		return done.Items
	}
	charges := &engine.Selection{Flow: "charge"}
	if got := settle(engine.ResolveOptions{Query: charges, Verdict: engine.Verdict{As: "done"}, DryRun: true}); len(got) != 3 || got[0].Run != runs[0] || got[0].Flow != "charge" || !slices.Equal(got[0].Steps, []string{"pay"}) {
		t.Fatalf("a trial tells %+v, want the three, the first that stood first", got)
	}
	if v, err := h.Run(t.Context(), runs[0]); err != nil || v.Status != store.Unknown {
		t.Errorf("after a trial the run is %s, %v", v.Status, err)
	}
	got := settle(engine.ResolveOptions{IDs: []string{runs[0], ended, "none", over}, Verdict: engine.Verdict{As: "done", Output: map[string]any{"sent": "told"}}})
	if got[0].Refused != nil || got[1].Refused == nil || got[1].Refused.Code != "not_unknown" || got[2].Refused == nil || got[2].Refused.Code != "not_found" {
		t.Errorf("got %+v", got)
	}
	if last := got[3]; last.Refused == nil || last.Refused.Code != "not_unknown" || len(last.Steps) != 0 {
		t.Errorf("of a canceled run: %+v", last)
	}
	h.finished(runs[0])
	if got := settle(engine.ResolveOptions{Query: charges, Verdict: engine.Verdict{As: "repeat"}}); len(got) != 2 {
		t.Errorf("got %+v, want the two that are left", got)
	}
	for _, run := range runs[1:3] {
		if v := h.finished(run); v.Status != store.Succeeded {
			t.Errorf("got %s", v.Status)
		}
	}
	arrived := s.sent()
	slices.Sort(arrived)
	if want := []string{"again", "again", "again", "again", "known", "known", "told"}; !slices.Equal(arrived, want) {
		t.Errorf("arrived %q, want %q", arrived, want)
	}
}

// A verdict on one step says nothing of another of the same run.
func TestOutcomesOfOneStepAreSettled(t *testing.T) {
	h := open(t, t.TempDir(), &sink{maybe: 2})
	h.publish(`{"id": "charge", "trigger": {"kind": "webhook"}, "steps": [{"id": "both", "action": "parallel", "branches": [
		{"name": "a", "steps": [{"id": "pay", "action": "test.send", "with": {"text": "paid"}, "delivery": "at_most_once"}]},
		{"name": "b", "steps": [{"id": "tell", "action": "test.send", "with": {"text": "told"}, "delivery": "at_most_once"}]}]}]}`)
	run := h.send("charge", `{}`)
	h.until(run, func(v engine.RunView) bool { return v.Status == store.Unknown })
	for _, c := range []struct {
		step string
		left store.Status
	}{{"pay", store.Unknown}, {"tell", store.Succeeded}} {
		done, err := h.ResolveAll(t.Context(), engine.ResolveOptions{IDs: []string{run}, Step: c.step, Verdict: engine.Verdict{As: "done"}})
		check(t, err)
		if r := done.Items[0]; r.Refused != nil || !slices.Equal(r.Steps, []string{c.step}) {
			t.Fatalf("of %s is settled %+v", c.step, r)
		}
		h.until(run, func(v engine.RunView) bool {
			return v.Status == c.left && !slices.ContainsFunc(v.Steps, func(s engine.StepView) bool { return s.Path == c.step && s.Status == "unknown" })
		})
	}
	done, err := h.ResolveAll(t.Context(), engine.ResolveOptions{IDs: []string{run}, Step: "none", Verdict: engine.Verdict{As: "done"}})
	check(t, err)
	if r := done.Items[0]; r.Refused == nil || r.Refused.Code != "not_unknown" {
		t.Errorf("of no step: %+v", r)
	}
}

// A link that a loop makes of a wait behind it is a link of that wait; of a wait in another loop there is none.
func TestALinkIsOfTheWaitThatIsMeant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, t.TempDir(), s)
		defer h.stop()
		const link = `{"id": "tell", "action": "test.send", "with": {"text": "{{ run.wait_url(\"ok\") }}"}}`
		const ok = `{"id": "ok", "action": "wait", "with": {"approve": {"text": "ok?"}}}`
		h.publish(`{"id": "behind", "trigger": {"kind": "webhook"}, "steps": [{"id": "each", "action": "loop", "with": {"over": "1..2"}, "steps": [` + link + `]}, ` + ok + `]}`)
		h.publish(`{"id": "within", "trigger": {"kind": "webhook"}, "steps": [` + link + `, {"id": "each", "action": "loop", "with": {"over": "1..2"}, "steps": [` + ok + `]}]}`)
		h.publish(`{"id": "same", "trigger": {"kind": "webhook"}, "steps": [{"id": "outer", "action": "loop", "with": {"over": "1..1"}, "steps": [
			{"id": "inner", "action": "loop", "with": {"over": "1..1"}, "steps": [` + link + `]}, ` + ok + `]}]}`)
		for _, id := range []string{"behind", "same"} {
			run := h.send(id, `{}`)
			h.untilWaiting(run)
			sent := s.sent()
			check(t, h.GiveWait(t.Context(), strings.TrimPrefix(sent[len(sent)-1], "https://example.com/w/"), map[string]any{"approved": true}))
			if v := h.finished(run); v.Status != store.Succeeded {
				t.Errorf("%s: the run is %s %+v", id, v.Status, v.Error)
			}
		}
		if v := h.finished(h.send("within", `{}`)); v.Status != store.Failed || v.Error.Step != "tell" || !strings.Contains(v.Error.Message, "turns of the loop") {
			t.Errorf("the run is %s %+v", v.Status, v.Error)
		}
	})
}
