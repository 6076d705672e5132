package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// sink is an outside world: it notes what arrives, and fails as often as it is told.
type sink struct {
	mu       sync.Mutex
	maybe    int // so many fail, and may have arrived
	arrived  []string
	keys     map[string]int
	failures int
	refuses  string          // why it refuses every connection
	waits    []time.Duration // between the attempts of test.send
	fetched  []string
	told     []string                         // by alerts
	left     []string                         // what was admitted, and did not act
	void     chan struct{}                    // closed when what was sent into the void, read or admitted slowly is let go
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

// signed is the same where a connection is needed.
func (s *sink) signed() engine.Action {
	a := s.action()
	a.Kind, a.Optional = "test.signed", false
	return a
}

type send struct {
	sink *sink
	text string
}

func (s *send) Fields() form.Fields {
	return form.Of(form.Text("text", &s.text, form.Label("Text", "Texto")).Required())
}

func (s *send) Admit(context.Context, *engine.Call) error {
	if s.text == "admitted slowly" {
		<-s.sink.void
	}
	if s.text == "admitted after a while" {
		time.Sleep(2 * time.Second)
	}
	return nil
}

func (s *send) Leave(*engine.Call) {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.left = append(s.sink.left, s.text)
}

func (s *send) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	if s.sink.hangs != nil {
		s.sink.hangs <- s.text
		<-ctx.Done()
		return nil, errors.New("no answer")
	}
	if s.text == "too many" {
		return nil, &engine.Fault{Code: "http_429", Status: 429, Message: "too many", Quota: true, After: time.Minute}
	}
	if s.text == "broken" {
		panic("a fault of the action")
	}
	if s.text == "into the void" {
		<-s.sink.void
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	if s.sink.maybe > 0 {
		s.sink.maybe--
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

// sent gives the texts that arrived, in order.
func (s *sink) sent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.arrived)
}

// house is an engine over a store in a folder.
type house struct {
	t     *testing.T
	store *bolt.Store
	flows *flows.Flows
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
	connections, err := connections.Open(ctx, connections.Config{
		Docs: db, Box: box, Kinds: []connections.Kind{{Kind: "slack:incoming", Fields: []connections.Field{{ID: "url"}}}}, Trouble: engine.TroubleOf,
	})
	check(t, err)
	kinds := []engine.Trigger{}
	for _, kind := range []string{"webhook", "manual", "call", "failure"} {
		kinds = append(kinds, engine.Trigger{Kind: kind, Hydrate: s.hydrate, Fields: func() form.Fields {
			var flows []any
			return form.Of(form.List("flows", &flows, form.Label("Flows", "Fluxos")))
		}})
	}
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), s.action(), s.signed(), s.fetch(), s.messenger()), kinds, nil)
	check(t, err)
	flows, err := flows.Open(ctx, flows.Config{Docs: db, Catalogue: catalogue, Box: box, Connection: connections.Kind})
	check(t, err)
	under := store.Store(db)
	if s.around != nil {
		under = s.around(db)
	}
	e, err := engine.New(ctx, engine.Config{
		Store: under, Catalogue: catalogue, Flows: flows, Connections: connections, Box: box, Timezone: "UTC", Log: slog.New(slog.DiscardHandler),
		Decode: s.decode, PublicURL: "https://example.com",
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

func (s *sink) decode(_ string, body []byte) (any, error) {
	if string(body) == `"read slowly"` {
		<-s.void
	}
	return expression.Decode(body)
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
	if _, err := h.flows.Publish(h.t.Context(), f.ID, flows.PublishOptions{IfMatch: -1}); err != nil {
		var r *refusal.Refusal
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

func (h *house) untilWaiting(run string) {
	h.t.Helper()
	h.until(run, func(v engine.RunView) bool { return v.Status == store.Waiting })
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
