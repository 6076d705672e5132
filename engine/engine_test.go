package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// However many runs wait for a destination that does not answer, those of others go on.
func TestAFlowThatHangsHoldsUpNobody(t *testing.T) {
	s := &sink{void: make(chan struct{})}
	h := open(t, t.TempDir(), s)
	defer close(s.void)
	h.publish(`{"id": "hangs", "trigger": {"kind": "webhook"}, "steps": [{"id": "a", "action": "test.send", "with": {"text": "into the void"}}]}`)
	h.publish(`{"id": "also", "trigger": {"kind": "webhook"}, "steps": [{"id": "a", "action": "test.send", "with": {"text": "into the void"}}]}`)
	h.publish(`{"id": "other", "trigger": {"kind": "webhook"}, "steps": [{"id": "a", "action": "test.send", "with": {"text": "hello"}}]}`)
	for range 300 {
		h.send("hangs", `{}`)
		h.send("also", `{}`)
	}
	if v := h.finished(h.send("other", `{}`)); v.Status != store.Succeeded {
		t.Errorf("got %s", v.Status)
	}
}

func TestAnOrderPassesTheSteps(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "order", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "only_paid", "action": "filter", "with": {"where": "trigger.body.status == \"paid\""}},
		{"id": "values", "action": "set", "with": {"values": {"total": "{{ brl(trigger.body.total) }}", "n": "{{ trigger.body.id }}"}}},
		{"id": "each", "action": "loop", "with": {"over": "trigger.body.items", "collect": "steps.tell.sent"}, "steps": [
			{"id": "tell", "action": "test.send", "with": {"text": "{{ index }} {{ item }} {{ steps.values.total }}"}}]},
		{"id": "both", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "a", "action": "test.send", "with": {"text": "a"}}]},
			{"name": "b", "steps": [{"id": "b", "action": "test.send", "with": {"text": "b"}}]}]},
		{"id": "answer", "action": "respond", "with": {"status": 201, "body": {"id": "{{ steps.values.n }}", "sent": "{{ steps.each.items[1].value }}", "b": "{{ steps.b.sent }}"}}}]}`)
	v := h.finished(h.send("order", `{"id": 9007199254740993, "status": "paid", "total": 199.9, "items": ["x", "y"]}`))
	if v.Status != store.Succeeded || len(s.sent()) != 4 || s.sent()[1] != "1 y R$ 199,90" {
		t.Fatalf("got %s %+v, arrived %q", v.Status, v.Error, s.sent())
	}
	body, err := json.Marshal(v.Answer.Body)
	check(t, err)
	if string(body) != `{"b":"b","id":9007199254740993,"sent":"1 y R$ 199,90"}` {
		t.Errorf("answer: %s", body)
	}
	h.publish(`{"id": "thank", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "size", "action": "branch", "branches": [
			{"name": "page", "when": "trigger.body.page", "steps": [{"id": "go", "action": "respond", "with": {"redirect": "https://shop.example.com/ok?n={{ trigger.body.name }}"}}]},
			{"name": "text", "steps": [{"id": "say", "action": "respond", "with": {"text": "Thank you, {{ first_name(trigger.body.name) }}"}}]}]}]}`)
	if v := h.finished(h.send("thank", `{"page": true, "name": "ana"}`)); v.Answer.Status != 303 || v.Answer.Headers["Location"] != "https://shop.example.com/ok?n=ana" || v.Answer.Body != nil {
		t.Errorf("to a page: %+v", v.Answer)
	}
	if v := h.finished(h.send("thank", `{"page": false, "name": "  joão  da SILVA"}`)); v.Answer.Status != 200 || v.Answer.Body != "Thank you, João" {
		t.Errorf("a text: %+v", v.Answer)
	}
	v = h.finished(h.send("order", `{"status": "pending"}`))
	if v.Status != store.RunFiltered || v.Reason == "" {
		t.Errorf("got %s %q, want filtered with a reason", v.Status, v.Reason)
	}
}

func TestDuplicatesMakeOneRun(t *testing.T) {
	s, dir := &sink{}, t.TempDir()
	h := open(t, dir, s)
	h.publish(`{"id": "one", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "once"}}]}`)
	deliver := func() engine.Receipt {
		r, err := h.Accept(t.Context(), []engine.Incoming{{Flow: "one", At: time.Now(), Key: "k", KeyFor: time.Hour, Body: []byte(`{}`), Meta: engine.Meta{Kind: "webhook"}}})
		check(t, err)
		return r[0]
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	runs := map[string]int{}
	for range 10 {
		group.Go(func() {
			r := deliver()
			mu.Lock()
			defer mu.Unlock()
			runs[r.Run]++
		})
	}
	group.Wait()
	h.drained("one")
	h.stop()
	h = open(t, dir, s)
	if r := deliver(); r.Outcome != store.Duplicate || len(runs) != 1 || runs[r.Run] != 10 || len(s.sent()) != 1 {
		t.Errorf("got %+v, runs %v, arrived %d; want one run", r, runs, len(s.sent()))
	}
}

func TestBranchesAtOnceKeepTheirRecords(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "many", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "each", "action": "loop", "with": {"over": "1..300", "concurrency": 20, "collect": "steps.tell.sent"}, "steps": [
			{"id": "named", "action": "set", "with": {"values": {"n": "{{ item }}"}}},
			{"id": "tell", "action": "test.send", "with": {"text": "{{ steps.named.n }}"}}]}]}`)
	v := h.finished(h.send("many", `{}`))
	if v.Status != store.Succeeded || len(v.Steps) != 601 {
		t.Fatalf("got %s %+v with %d steps, want 601", v.Status, v.Error, len(v.Steps))
	}
}

func TestACallOfAFlowThatFiltersGoesOn(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "child", "trigger": {"kind": "call", "where": "trigger.body.ok"}, "steps": [{"id": "answer", "action": "respond", "with": {"body": "yes"}}]}`)
	h.publish(`{"id": "parent", "trigger": {"kind": "webhook"}, "steps": [{"id": "ask", "action": "call", "with": {"flow": "child", "input": {"ok": "{{ trigger.body.ok }}"}}}]}`)
	for body, want := range map[string]any{`{"ok": true}`: "yes", `{"ok": false}`: nil} {
		if v := h.finished(h.send("parent", body)); v.Status != store.Succeeded || v.Steps[0].Output != want {
			t.Errorf("%s: got %s with %v, want %v", body, v.Status, v.Steps[0].Output, want)
		}
	}
}

func TestAnOutputOver1MiBFails(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "big", "trigger": {"kind": "webhook"}, "steps": [{"id": "all", "action": "set", "with": {"values": {"body": "{{ trigger.body }}"}}}]}`)
	v := h.finished(h.send("big", `{"text": "`+strings.Repeat("x", 1<<20)+`"}`))
	if v.Status != store.Failed || v.Error.Code != "too_big" {
		t.Errorf("got %s %+v, want too_big", v.Status, v.Error)
	}
	// An answer that cannot be kept is not sent.
	h.publish(`{"id": "echo", "trigger": {"kind": "webhook"}, "steps": [{"id": "r", "action": "respond", "with": {"body": "{{ trigger.body }}"}}]}`)
	v = h.finished(h.send("echo", `{"text": "`+strings.Repeat("x", 1<<20)+`"}`))
	if run, err := h.Store.RunInfo(t.Context(), v.ID); err != nil || v.Status != store.Failed || v.Error.Code != "too_big" || strings.Contains(string(run.Answer), "xxx") {
		t.Errorf("got %s %+v, want too_big and no answer; %v", v.Status, v.Error, err)
	}
}

// Money adds up to the cent, and what is no number says so.
func TestKeptNumbersAddUp(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "till", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "sum", "action": "state.increment", "with": {"key": "sales", "value": "{{ trigger.body.total }}"}},
		{"id": "tell", "action": "test.send", "with": {"text": "{{ steps.sum.value }}"}}]}`)
	for _, total := range []string{`100.5`, `"199.90"`, `0.1`, `-0.2`} {
		if v := h.finished(h.send("till", `{"total": `+total+`}`)); v.Status != store.Succeeded {
			t.Fatalf("%s: got %s %+v", total, v.Status, v.Error)
		}
	}
	if !slices.Equal(s.sent(), []string{"100.5", "300.4", "300.5", "300.3"}) {
		t.Errorf("got %q", s.sent())
	}
	if v := h.finished(h.send("till", `{"total": "R$ 350,00"}`)); v.Status != store.Failed || v.Error.Code != "bad_input" {
		t.Errorf("got %s %+v", v.Status, v.Error)
	}
	h.publish(`{"id": "text", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "put", "action": "state.set", "with": {"key": "name", "value": "Ana"}},
		{"id": "add", "action": "state.increment", "with": {"key": "name"}}]}`)
	if v := h.finished(h.send("text", `{}`)); v.Status != store.Failed || !strings.Contains(v.Error.Message, "no number") {
		t.Errorf("got %s %+v", v.Status, v.Error)
	}
}

func TestAConditionOnWhatIsMissing(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	for policy, want := range map[string]store.Status{"fail": store.Failed, "empty": store.RunFiltered} {
		h.publish(`{"id": "` + policy + `", "trigger": {"kind": "webhook"}, "steps": [{"id": "big", "action": "filter", "missing": "` + policy + `", "with": {"where": "trigger.body.total > 100"}}]}`)
		if v := h.finished(h.send(policy, `{}`)); v.Status != want {
			t.Errorf("%s: got %s %+v, want %s", policy, v.Status, v.Error, want)
		}
		if v := h.finished(h.send(policy, `{"total": 101}`)); v.Status != store.Succeeded {
			t.Errorf("%s: got %s %+v", policy, v.Status, v.Error)
		}
	}
}

// What is missing differs from every text; a condition that needs it for more than comparing is false, whatever it compares.
func TestAConditionThatDiffersFromWhatIsMissing(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	for where, want := range map[string]store.Status{`trigger.body.state != "paid"`: store.Succeeded, `upper(trigger.body.state) != "PAID"`: store.RunFiltered} {
		id := "plain"
		if want == store.RunFiltered {
			id = "upper"
		}
		document, err := json.Marshal(map[string]any{"id": id, "trigger": map[string]any{"kind": "webhook"}, "steps": []any{
			map[string]any{"id": "open", "action": "filter", "missing": "empty", "with": map[string]any{"where": where}},
		}})
		check(t, err)
		h.publish(string(document))
		if v := h.finished(h.send(id, `{}`)); v.Status != want {
			t.Errorf("%s: got %s %+v, want %s", where, v.Status, v.Error, want)
		}
	}
}
