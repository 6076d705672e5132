package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// sink is an outside world: it notes what arrives, and fails as often as it is told.
type sink struct {
	mu       sync.Mutex
	maybe    bool // the next one fails, and may have arrived
	arrived  []string
	keys     map[string]int
	failures int
	refuses  string          // why it refuses every connection
	waits    []time.Duration // between the attempts of test.send
	fetched  []string
	told     []string                         // by alerts
	void     chan struct{}                    // closed when what was sent into the void is let go
	hangs    chan string                      // gets each text that is being sent, until it is cut off
	deaf     int                              // so many alerts do not arrive
	hydrate  func(*flow.Flow) *engine.Hydrate // of the trigger webhook
	around   func(store.Store) store.Store    // the engine's store
}

func (s *sink) action() engine.Action {
	return engine.Action{
		Kind: "test.send", Title: form.Label("Send", "Enviar"), Effect: true, Sample: map[string]any{"sent": "sample"}, Waits: s.waits,
		Connection: []string{"slack:incoming"}, Optional: true,
		New: func() engine.Doer { return &send{sink: s} },
	}
}

type send struct {
	sink *sink
	text string
}

func (s *send) Fields() form.Fields {
	return form.Of(form.Text("text", &s.text, form.Label("Text", "Texto")).Required())
}

func (s *send) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	if s.sink.hangs != nil {
		s.sink.hangs <- s.text
		<-ctx.Done()
		return nil, errors.New("no answer")
	}
	if s.text == "broken" {
		panic("a fault of the action")
	}
	if s.text == "into the void" {
		<-s.sink.void
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	if s.sink.maybe {
		s.sink.maybe = false
		return nil, engine.Maybe(errors.New("the line was cut"))
	}
	if s.sink.refuses != "" {
		return nil, &engine.Fault{Code: "http_401", Status: 401, Message: s.sink.refuses, Broken: true}
	}
	if s.sink.failures > 0 {
		s.sink.failures--
		return nil, errors.New("not now")
	}
	s.sink.arrived = append(s.sink.arrived, s.text)
	s.sink.keys[call.Key]++
	return map[string]any{"sent": s.text}, nil
}

// house is an engine over a store in a folder.
type house struct {
	t     *testing.T
	store *bolt.Store
	flows *engine.Flows
	*engine.Engine
	stop func()
}

func open(t *testing.T, dir string, s *sink) *house {
	t.Helper()
	s.keys = map[string]int{}
	ctx := t.Context()
	db, err := bolt.Open(ctx, dir, bolt.Options{})
	check(t, err)
	box, err := seal.Open(ctx, db, make([]byte, seal.KeySize))
	check(t, err)
	connections, err := engine.OpenConnections(ctx, db, box, []engine.ConnectionKind{{Kind: "slack:incoming", Fields: []engine.ConnectionField{{ID: "url"}}}})
	check(t, err)
	kinds := []engine.Trigger{}
	for _, kind := range []string{"webhook", "manual", "call", "failure"} {
		kinds = append(kinds, engine.Trigger{Kind: kind, Hydrate: s.hydrate, Fields: func() form.Fields {
			var flows []any
			return form.Of(form.List("flows", &flows, form.Label("Flows", "Fluxos")))
		}})
	}
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), s.action(), s.fetch(), s.messenger()), kinds, nil)
	check(t, err)
	flows, err := engine.OpenFlows(ctx, engine.FlowsConfig{Docs: db, Catalogue: catalogue, Box: box, Connection: connections.Kind})
	check(t, err)
	under := store.Store(db)
	if s.around != nil {
		under = s.around(db)
	}
	e, err := engine.New(engine.Config{
		Store: under, Catalogue: catalogue, Flows: flows, Connections: connections, Box: box, Timezone: "UTC", Log: slog.New(slog.DiscardHandler),
		Decode: func(_ string, body []byte) (any, error) { return expression.Decode(body) }, PublicURL: "https://example.com",
		Grace: 50 * time.Millisecond,
	})
	check(t, err)
	work, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { check(t, e.Work(work)) })
	h := &house{t: t, store: db, flows: flows, Engine: e}
	h.stop = sync.OnceFunc(func() {
		cancel()
		group.Wait()
		check(t, db.Close())
	})
	t.Cleanup(h.stop)
	return h
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) publish(document string) {
	h.t.Helper()
	f, problems := flow.ParseFlow([]byte(document))
	if len(problems) > 0 {
		h.t.Fatalf("%+v", problems)
	}
	_, err := h.flows.Create(h.t.Context(), f)
	check(h.t, err)
	if _, err := h.flows.Publish(h.t.Context(), f.ID, engine.PublishOptions{IfMatch: -1}); err != nil {
		var r *engine.Refusal
		errors.As(err, &r)
		h.t.Fatalf("publish: %v %+v", err, r)
	}
}

func (h *house) send(id, body string) string {
	h.t.Helper()
	receipts, err := h.Accept(h.t.Context(), []engine.Incoming{{
		Flow: id, At: time.Now(), Body: []byte(body), Meta: engine.Meta{Kind: "webhook", Type: "application/json"},
	}})
	check(h.t, err)
	return receipts[0].Run
}

// finished waits for the end of a run and gives its story.
func (h *house) finished(run string) engine.RunView {
	h.t.Helper()
	return h.until(run, func(v engine.RunView) bool { return v.Status.Final() })
}

func (h *house) until(run string, is func(engine.RunView) bool) engine.RunView {
	h.t.Helper()
	news := make(chan struct{}, 1)
	ctx, cancel := context.WithTimeout(h.t.Context(), 2*time.Minute)
	defer cancel()
	go h.store.Live(ctx, func(store.Change) {
		select {
		case news <- struct{}{}:
		default:
		}
	})
	for {
		v, err := h.Run(ctx, run)
		check(h.t, err)
		if is(v) {
			return v
		}
		select {
		case <-news:
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			text, _ := json.MarshalIndent(v, "", " ")
			h.t.Fatalf("run did not get there: %s", text)
		}
	}
}

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
	if v.Status != store.Succeeded || len(s.arrived) != 4 || s.arrived[1] != "1 y R$ 199,90" {
		t.Fatalf("got %s %+v, arrived %q", v.Status, v.Error, s.arrived)
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

// TestAStoryReadsAsTheFlowDoes: steps come in the tree's order, and those of a branch that was
// not taken are skipped, in every turn.
func TestAStoryReadsAsTheFlowDoes(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "tree", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "z", "action": "test.send", "with": {"text": "first"}},
		{"id": "each", "action": "loop", "with": {"over": "trigger.body"}, "steps": [
			{"id": "size", "action": "branch", "branches": [
				{"name": "big", "when": "item > 1", "steps": [{"id": "y", "action": "test.send", "with": {"text": "big"}}]},
				{"name": "small", "steps": [{"id": "x", "action": "parallel", "branches": [
					{"name": "a", "steps": [{"id": "w", "action": "test.send", "with": {"text": "small"}}]}]}]}]}]},
		{"id": "a", "action": "test.send", "with": {"text": "last"}}]}`)
	v := h.finished(h.send("tree", `[1, 2]`))
	var got []string
	for _, s := range v.Steps {
		got = append(got, s.Path+" "+s.Status)
	}
	want := []string{
		"z succeeded", "each succeeded", "each.0.size succeeded", "each.0.y skipped", "each.0.x succeeded", "each.0.w succeeded",
		"each.1.size succeeded", "each.1.y succeeded", "each.1.x skipped", "each.1.w skipped", "a succeeded",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestTheEndOfARunClosesItsSteps: no step of a run that ended is still running or waiting.
func TestTheEndOfARunClosesItsSteps(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "ends", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "both", "action": "parallel", "branches": [
			{"name": "a", "steps": [{"id": "rest", "action": "delay", "when": "trigger.body != [1]", "with": {"for": "1h"}}]},
			{"name": "b", "steps": [{"id": "each", "action": "loop", "with": {"over": "trigger.body"}, "steps": [
				{"id": "one", "action": "filter", "with": {"where": "item != 2"}},
				{"id": "end", "action": "stop", "when": "item > 2", "with": {"as": "{{ item == 3 ? 'failed' : 'succeeded' }}"}}]}]}]}]}`)
	for body, want := range map[string]string{
		`[1]`: "succeeded both succeeded rest skipped each succeeded each.0.one succeeded each.0.end skipped",
		`[2]`: "filtered both filtered rest skipped each filtered each.0.one filtered",
		`[3]`: "failed both failed rest skipped each failed each.0.one succeeded each.0.end succeeded",
		`[4]`: "succeeded both succeeded rest skipped each succeeded each.0.one succeeded each.0.end succeeded",
		`[]`:  "canceled both skipped rest skipped each succeeded",
	} {
		run := h.send("ends", body)
		if body == `[]` {
			h.until(run, func(v engine.RunView) bool { return v.Status == store.Waiting })
			check(t, h.Cancel(t.Context(), run, "enough"))
		}
		v := h.finished(run)
		got := string(v.Status)
		for _, s := range v.Steps {
			got += " " + s.Path + " " + s.Status
			if s.Due != nil || s.Waiting != "" {
				t.Errorf("%s: %s still waits", body, s.Path)
			}
		}
		if got != want {
			t.Errorf("%s: %s\nwant %s", body, got, want)
		}
	}
	counts, err := h.StepCounts(t.Context(), "ends", time.Time{}, time.Time{})
	check(t, err)
	for path, c := range counts.Steps {
		if c.Running+c.Waiting > 0 {
			t.Errorf("%s: counted as %+v", path, c)
		}
	}
}

func TestFailuresAreTriedAgainCaughtAndTold(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "alarm", "trigger": {"kind": "failure", "with": {"flows": ["*"]}}, "steps": [
		{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.flow }} failed at {{ trigger.body.step }}"}}]}`)
	h.publish(`{"id": "retry", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "tell", "action": "test.send", "with": {"text": "again"}, "retry": {"attempts": 3, "first": "1ms"}}]}`)
	h.publish(`{"id": "fail", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "first", "action": "test.send", "with": {"text": "{{ trigger.body.none }}"}, "catch": [
			{"id": "caught", "action": "test.send", "with": {"text": "{{ errors.first.code }}"}}]},
		{"id": "last", "action": "test.send", "with": {"text": "{{ trigger.body.none }}"}}]}`)
	s.failures = 2
	if v := h.finished(h.send("retry", `{}`)); v.Status != store.Succeeded || len(v.Steps[0].Attempts) != 3 {
		t.Errorf("got %s with %d attempts, want succeeded with 3", v.Status, len(v.Steps[0].Attempts))
	}
	v := h.finished(h.send("fail", `{}`))
	if v.Status != store.Failed || v.Error.Step != "last" || v.Error.Code != "missing" {
		t.Errorf("got %s %+v, want failed at last", v.Status, v.Error)
	}
	h.drained("alarm")
	if want := []string{"again", "missing", "fail failed at last"}; len(s.arrived) != 3 || s.arrived[2] != want[2] || s.arrived[1] != want[1] {
		t.Errorf("arrived %q, want %q", s.arrived, want)
	}
}

func TestOnFailureCallsAFlowOfAnyKind(t *testing.T) {
	s := &sink{}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "mend", "trigger": {"kind": "call"}, "steps": [
		{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.flow }} at {{ trigger.body.step }}: {{ trigger.body.error.code }}"}}]}`)
	h.publish(`{"id": "fail", "trigger": {"kind": "webhook"}, "settings": {"on_failure": "mend"}, "steps": [
		{"id": "sum", "action": "set", "with": {"values": {"v": "{{ 1 / trigger.body.n }}"}}}]}`)
	if v := h.finished(h.send("fail", `{"n": 0}`)); v.Error.Code != "expression" {
		t.Errorf("got %+v, want the code expression", v.Error)
	}
	h.drained("mend")
	if want := []string{"fail at sum: expression"}; !slices.Equal(s.arrived, want) {
		t.Errorf("arrived %q, want %q", s.arrived, want)
	}
}

// What a failure run calls may fail too: were its failure told, the two would call each other for ever.
func TestAFlowCalledByAFailureRunStartsNoFailureFlow(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "part", "trigger": {"kind": "call"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "failed"}}]}`)
	h.publish(`{"id": "alarm", "trigger": {"kind": "failure", "with": {"flows": ["*"]}}, "steps": [
		{"id": "ask", "action": "call", "with": {"flow": "part"}}]}`)
	h.publish(`{"id": "fail", "trigger": {"kind": "webhook"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "failed"}}]}`)
	h.finished(h.send("fail", `{}`))
	h.drained("alarm")
	runs, _, err := h.Runs(t.Context(), store.Query{Limit: 10})
	check(t, err)
	if len(runs) != 3 {
		t.Errorf("got %d runs, want 3: of fail, alarm and part", len(runs))
	}
}

// drained waits until the newest run of a flow has ended.
func (h *house) drained(id string) {
	h.t.Helper()
	runs, _, err := h.Runs(h.t.Context(), store.Query{Flow: id, Limit: 1})
	check(h.t, err)
	if len(runs) == 0 {
		h.t.Fatalf("flow %s has no run", id)
	}
	h.finished(runs[0].ID)
}

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
	if v := h.finished(run); v.Status != store.Succeeded || len(s.arrived) != 2 || s.arrived[1] != "paid pix" {
		t.Fatalf("got %s %+v, arrived %q", v.Status, v.Error, s.arrived)
	}
	l, err := h.Ledger(t.Context())
	check(t, err)
	if l.Accepted != l.Finished+l.Waiting+l.Pending || l.Accepted != 2 {
		t.Errorf("the ledger does not add up: %+v", l)
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
	if r := deliver(); r.Outcome != store.Duplicate || len(runs) != 1 || runs[r.Run] != 10 || len(s.arrived) != 1 {
		t.Errorf("got %+v, runs %v, arrived %d; want one run", r, runs, len(s.arrived))
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

func TestAnUnknownOutcomeIsSettledByAPerson(t *testing.T) {
	s := &sink{maybe: true}
	h := open(t, t.TempDir(), s)
	h.publish(`{"id": "charge", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "pay", "action": "test.send", "with": {"text": "once"}, "delivery": "at_most_once"},
		{"id": "tell", "action": "test.send", "with": {"text": "{{ steps.pay.id }}"}}]}`)
	run := h.send("charge", `{}`)
	h.until(run, func(v engine.RunView) bool { return v.Status == store.Unknown })
	output, err := expression.Decode([]byte(`{"id": 9007199254740993}`))
	check(t, err)
	check(t, h.Resolve(t.Context(), run, "pay", "done", output))
	if v := h.finished(run); v.Status != store.Succeeded || len(s.arrived) != 1 || s.arrived[0] != "9007199254740993" {
		t.Errorf("got %s %+v, arrived %q; want the number as it was said, and no second charge", v.Status, v.Error, s.arrived)
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
	if !slices.Equal(s.arrived, []string{"100.5", "300.4", "300.5", "300.3"}) {
		t.Errorf("got %q", s.arrived)
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

func TestTrialHoldsEffectsBack(t *testing.T) {
	s := &sink{keys: map[string]int{}}
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), s.action()), nil, nil)
	check(t, err)
	f, problems := flow.ParseFlow([]byte(`{"id": "x", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "pause", "action": "delay", "with": {"for": "30d"}},
		{"id": "a", "action": "test.send", "with": {"text": "{{ trigger.body.id }}"}},
		{"id": "b", "action": "test.send", "with": {"text": "{{ steps.a.id }}"}},
		{"id": "n", "action": "state.increment", "with": {"key": "n", "value": 2}}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	v, err := engine.Trial(t.Context(), engine.TrialConfig{
		Catalogue: catalogue, Flow: f, Event: flow.TestEvent{Body: map[string]any{"id": 1}}, Mocks: map[string]flow.Mock{"a": {Output: map[string]any{"id": 7}}},
	})
	check(t, err)
	if v.Status != store.Succeeded || v.Steps[2].Input["text"] != 7 || len(s.arrived) != 0 {
		t.Errorf("got %s %+v, steps %+v, arrived %q", v.Status, v.Error, v.Steps, s.arrived)
	}
}

// TestATestTakesWhatWasAnsweredLately: a step that is held back yields what it did in its newest run or
// real test, so that what follows finds what it reads; of a flow that masks, its declared sample.
func TestATestTakesWhatWasAnsweredLately(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	for id, mask := range map[string]string{"open": "[]", "masked": `["/code"]`} {
		document := `{"id": "` + id + `", "trigger": {"kind": "webhook"}, "settings": {"mask": ` + mask + `}, "steps": [
			{"id": "ask", "action": "test.send", "with": {"text": "{{ trigger.body.id }}"}},
			{"id": "then", "action": "transform", "with": {"value": "{{ steps.ask.sent }}"}, "on_error": "continue"}]}`
		h.publish(document)
		h.finished(h.send(id, `{"id": "first"}`))
		f, _ := flow.ParseFlow([]byte(document))
		test := func() any {
			v, err := engine.Trial(t.Context(), engine.TrialConfig{Catalogue: h.Catalogue, Flow: f, Event: flow.TestEvent{Body: map[string]any{"id": "x"}}, Lately: h.Lately(t.Context(), id)})
			check(t, err)
			return v.Steps[1].Output
		}
		want := []any{"first", "second"}
		if id == "masked" {
			want = []any{"sample", "sample"}
		}
		if got := test(); got != want[0] {
			t.Errorf("%s: after a run the step yields %v, want %v", id, got, want[0])
		}
		h.KeepYields(id, &engine.RunView{Steps: []engine.StepView{{Path: "ask", Action: "test.send", Status: "succeeded", Output: map[string]any{"sent": "second"}}}})
		if got := test(); got != want[1] {
			t.Errorf("%s: after a real test the step yields %v, want %v", id, got, want[1])
		}
		_, err := h.Erase(t.Context(), "nobody@example.com", "test", false)
		check(t, err)
		if got := test(); got != want[0] {
			t.Errorf("%s: after an erasure the step yields %v, want %v", id, got, want[0])
		}
		h.KeepYields(id, &engine.RunView{Steps: []engine.StepView{{Path: "ask", Action: "test.send", Status: "succeeded", Output: map[string]any{"sent": "third"}}}})
		check(t, h.Flows.Delete(t.Context(), id))
		h.publish(document)
		if got := test(); got != "sample" {
			t.Errorf("%s: a new flow of the same id is lent %v", id, got)
		}
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
