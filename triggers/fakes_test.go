package triggers_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
	"gancho/triggers"
)

// The real engine fits the door.
var _ triggers.Engine = (*engine.Engine)(nil)

// fakeEngine accepts into memory, with dedupe keys and rising After as a store has them.
type fakeEngine struct {
	mu       sync.Mutex
	events   []engine.Incoming
	rejected []engine.Incoming
	keys     map[string]string // flow/key -> run
	last     map[string]time.Time
	err      error
	answers  map[string]*engine.Answer
	news     chan struct{}
	stop     chan struct{}
	wait     engine.WaitView
	given    []any
}

func newFakeEngine() *fakeEngine {
	return &fakeEngine{
		keys: map[string]string{}, last: map[string]time.Time{}, answers: map[string]*engine.Answer{},
		news: make(chan struct{}), stop: make(chan struct{}),
	}
}

func (f *fakeEngine) Accept(_ context.Context, in []engine.Incoming) ([]engine.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	var out []engine.Receipt
	for _, e := range in {
		r := engine.Receipt{Event: fmt.Sprintf("e%d", len(f.events)+1), Outcome: e.Outcome}
		key := e.Flow + "/" + e.Key
		switch {
		case e.Outcome != store.Accepted:
		case !e.After.IsZero() && !e.After.After(f.last[e.Flow]):
			r.Outcome = store.Duplicate
		case e.Key != "" && f.keys[key] != "":
			r.Outcome, r.Run = store.Duplicate, f.keys[key]
		default:
			r.Run = fmt.Sprintf("r%d", len(f.events)+1)
			f.keys[key] = r.Run
			if !e.After.IsZero() {
				f.last[e.Flow] = e.After
			}
		}
		e.Outcome = r.Outcome
		f.events = append(f.events, e)
		out = append(out, r)
	}
	return out, nil
}

func (f *fakeEngine) Reject(in engine.Incoming) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rejected = append(f.rejected, in)
}

// respond lets a run answer.
func (f *fakeEngine) respond(run string, a *engine.Answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[run] = a
	close(f.news)
	f.news = make(chan struct{})
}

func (f *fakeEngine) Enter(ctx context.Context, _ string) (func(), error) {
	return func() {}, ctx.Err()
}

func (f *fakeEngine) Await(ctx context.Context, run string) (*engine.Answer, error) {
	for {
		f.mu.Lock()
		a, news := f.answers[run], f.news
		f.mu.Unlock()
		if a != nil {
			return a, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (f *fakeEngine) Answer(_ context.Context, run string) (*engine.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.answers[run], nil
}

func (f *fakeEngine) Stopping() <-chan struct{} { return f.stop }

func (f *fakeEngine) RunInfo(_ context.Context, id string) (store.Run, error) {
	if id != "r1" {
		return store.Run{}, store.ErrNotFound
	}
	return store.Run{ID: id, Flow: "orders", Status: store.Running}, nil
}

func (f *fakeEngine) WaitPage(_ context.Context, token string) (engine.WaitView, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if token != "wait" {
		return engine.WaitView{}, store.ErrNotFound
	}
	return f.wait, nil
}

func (f *fakeEngine) GiveWait(_ context.Context, token string, data any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if token != "wait" || !f.wait.Open {
		return store.ErrUsed
	}
	f.wait.Open = false
	f.given = append(f.given, data)
	return nil
}

func (f *fakeEngine) accepted(o store.Outcome) []engine.Incoming {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []engine.Incoming
	for _, e := range f.events {
		if e.Outcome == o {
			out = append(out, e)
		}
	}
	return out
}

func (f *fakeEngine) lastRejected(t *testing.T) engine.Incoming {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rejected) == 0 {
		t.Fatal("nothing was rejected")
	}
	return f.rejected[len(f.rejected)-1]
}

// fakeFlows holds flows whose token is "tok-" and their id.
type fakeFlows struct {
	mu       sync.Mutex
	entries  map[string]*flows.Entry
	watchers []func(string, *flows.Entry)
	old      map[string]string // older token -> flow
}

func newFakeFlows() *fakeFlows {
	return &fakeFlows{entries: map[string]*flows.Entry{}, old: map[string]string{}}
}

func (f *fakeFlows) Watch(w func(string, *flows.Entry)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(f.entries)) {
		w(id, f.entries[id])
	}
	f.watchers = append(f.watchers, w)
}

func (f *fakeFlows) ByToken(token string) (flows.Entry, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e := f.entries[f.old[token]]; e != nil {
		return *e, true
	}
	return flows.Entry{}, false
}

func (f *fakeFlows) put(id string, state flows.State, trigger flow.Trigger) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := &flows.Entry{ID: id, State: state, Token: "tok-" + id, Draft: &flow.Flow{ID: id, Trigger: trigger}}
	if state != flows.StateNew {
		e.Published = e.Draft
	}
	f.entries[id] = e
	for _, w := range f.watchers {
		w(id, e)
	}
}

// fakeConnections has one connection, "hook".
type fakeConnections map[string][]string

func (f fakeConnections) Prover(name string) (*connections.Connection, error) {
	if name != "hook" {
		return nil, connections.ErrNoConnection
	}
	return &connections.Connection{Name: name, Kind: "generic:webhook", Secret: func(field string) ([]string, error) { return f[field], nil }}, nil
}

// house is a door with all around it.
type house struct {
	*fakeEngine
	flows *fakeFlows
	door  *triggers.Webhook
	now   time.Time
}

const publicURL = "https://hooks.example.com"

func newHouse(t *testing.T, with map[string]any, more ...func(*flow.Trigger, *triggers.WebhookConfig)) *house {
	t.Helper()
	h := &house{fakeEngine: newFakeEngine(), flows: newFakeFlows(), now: time.Unix(1492774577, 0)}
	c := triggers.WebhookConfig{
		Engine: h.fakeEngine, Flows: h.flows, Runs: h.fakeEngine, PublicURL: publicURL,
		Connections: fakeConnections{"secret": {"segredo-de-teste"}, "username": {"ana"}, "password": {"senha"}},
		Log:         slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now },
	}
	trigger := flow.Trigger{Kind: "webhook", With: with, Connection: "hook"}
	for _, f := range more {
		f(&trigger, &c)
	}
	h.flows.put("orders", flows.StateOn, trigger)
	h.door = triggers.NewWebhook(c)
	return h
}

func where(source string) func(*flow.Trigger, *triggers.WebhookConfig) {
	return func(t *flow.Trigger, _ *triggers.WebhookConfig) { t.Where = source }
}

// send posts to a path with headers given as "name: value".
func (h *house) send(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case name == "remote":
			r.RemoteAddr = value
		case value == "":
			r.Header.Del(name)
		case name == "Content-Type":
			r.Header.Set(name, value)
		default:
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.door.ServeHTTP(w, r)
	return w
}

func (h *house) post(body string, headers ...string) *httptest.ResponseRecorder {
	return h.send(http.MethodPost, "/h/tok-orders", body, headers...)
}

func wantStatus(t *testing.T, w *httptest.ResponseRecorder, want int) {
	t.Helper()
	if w.Code != want {
		t.Fatalf("got status %d, want %d: %s", w.Code, want, w.Body)
	}
}

// nothing accepts and keeps nothing.
type nothing struct{ *fakeEngine }

func (nothing) Accept(_ context.Context, in []engine.Incoming) ([]engine.Receipt, error) {
	return []engine.Receipt{{Event: "e", Run: "r", Outcome: store.Accepted}}, nil
}

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(t.Context())
}
