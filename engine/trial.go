package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// TrialConfig is one run in memory. Nothing is stored, and unless Real nothing leaves the
// machine: an effect that is not mocked yields its declared sample, and so does a wait that no
// time ends.
type TrialConfig struct {
	Catalogue  *Catalogue
	Flow       *flow.Flow
	Event      flow.TestEvent
	Trigger    map[string]any       // the root trigger of an event that came, in the place of Event
	Mocks      map[string]flow.Mock // by step path, or by the id of a step in a loop
	Real       bool
	Resolve    func(name string) (*connections.Connection, error) // of connections, when Real; may be nil
	Known      func(name string) (*connections.Connection, bool)  // of connections that requests are shown of, when held back; may be nil
	At         time.Time                                          // now, when set
	Vars       map[string]any
	Timezone   string
	Decode     func(contentType string, body []byte) (any, error)
	Log        *slog.Logger                        // is told of actions that panic; may be nil
	Lately     func(path, kind string) (any, bool) // what a held back step yielded when it was real; may be nil
	seek       *seek
	recorded   func(path, kind string, input map[string]any) (any, bool)    // what a held back step yielded before
	kept       func(ctx context.Context, space, key string) ([]byte, error) // state of the present; may be nil
	Until      string                                                       // step path after which to stop
	From       string                                                       // step path from which Real counts; actions before it are held back
	MaxWakings int                                                          // how often a parked run goes on; 10,000
}

// TrialOf is how a draft is tried on this instance.
func (e *Engine) TrialOf(f *flow.Flow) TrialConfig {
	return TrialConfig{Catalogue: e.Catalogue, Flow: f, Vars: e.Vars(), Timezone: e.Instance().Timezone, Decode: e.Decode, Resolve: e.Connections.Resolve, Known: e.Connections.Known, Log: e.Log}
}

// Trial runs a flow's steps for one event, by the interpreter that live runs use. Delays pass
// at once; a wait with a timeout that is not mocked times out. When the time that ctx gives is over, it
// tells what was done so far, as a failed run with the code test_timeout.
func Trial(ctx context.Context, c TrialConfig) (*RunView, error) {
	if c.At.IsZero() {
		c.At = time.Now()
	}
	c.Until, c.From = flow.FirstTurn(c.Flow, c.Until), flow.FirstTurn(c.Flow, c.From)
	for _, path := range []string{c.Until, c.From} {
		if err := HasStep(c.Flow, path); path != "" && err != nil {
			return nil, err
		}
	}
	body, headers, err := c.body()
	if err != nil {
		return nil, err
	}
	meta := &Meta{Kind: c.Flow.Trigger.Kind, Method: c.Event.Method, Headers: headers, Query: c.Event.Query}
	if meta.Method == "" {
		meta.Method = "POST"
	}
	t := &trial{TrialConfig: c, clock: c.At, state: map[string][]byte{}}
	run := store.Run{ID: c.runID(), Flow: c.Flow.ID, At: c.At, Status: store.Running, Attempt: 1}
	p := newPlan(c.Flow, 0, c.Catalogue)
	trigger := maps.Clone(c.Trigger)
	if trigger == nil {
		trigger = TriggerScope(meta, body, c.At, "", "event-in-memory")
		trigger["event"] = c.Catalogue.eventName(c.Flow, trigger)
	}
	told := newHeld()
	told.whole = true
	end, last, err := t.run(ctx, p, run, trigger, told)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && (err != nil || end.Status != store.Succeeded) {
		end, err = &store.End{Status: store.Failed, Error: store.RunError{Code: "test_timeout", Message: overtime}}, nil
	}
	if err != nil {
		return nil, err
	}
	run.Status, run.Reason, run.Error, run.Ended = end.Status, end.Reason, end.Error, t.clock
	v := viewRun(&run)
	v.Trigger, v.Answer = trigger, last
	var list []*record
	for _, r := range told.records {
		list = append(list, r)
	}
	v.Steps = viewSteps(c.Flow, list)
	v.close()
	v.speak(ctx)
	c.Catalogue.nameFields(ctx, &v)
	return &v, nil
}

// mostSteps are named to whoever names one that is not there.
const mostSteps = 20

// HasStep refuses the path or id of a step that the flow does not have, and says which it has.
func HasStep(f *flow.Flow, path string) error {
	var ids []string
	flow.Walk(f.Steps, "", func(_ string, s *flow.Step) { ids = append(ids, s.ID) })
	if f.Fetches(path) || slices.Contains(ids, idOf(path)) {
		return nil
	}
	if len(ids) == 0 {
		return refusal.New(refusal.Invalid, "no_such_step", fmt.Sprintf("the flow has no step %q, nor any other", path), fmt.Sprintf("o fluxo não tem o passo %q, nem nenhum outro", path))
	}
	if len(ids) > mostSteps {
		ids = append(ids[:mostSteps], "…")
	}
	there := strings.Join(ids, ", ")
	return refusal.New(refusal.Invalid, "no_such_step", fmt.Sprintf("the flow has no step %q; it has %s", path, there), fmt.Sprintf("o fluxo não tem o passo %q; ele tem %s", path, there))
}

const overtime = "the time for a test is over: what was done until then stands here, and nothing after it was done"

const trialRun = "00000000-0000-7000-8000-000000000000"

// runID names the run. Of what really leaves it is another each time: who is sent an idempotency
// key twice takes it for a repeat, and does nothing.
func (c *TrialConfig) runID() string {
	if !c.Real {
		return trialRun
	}
	id := make([]byte, 16)
	rand.Read(id)
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func (c *TrialConfig) body() (any, map[string]string, error) {
	headers := map[string]string{}
	for name, value := range c.Event.Headers {
		headers[strings.ToLower(name)] = value
	}
	text, isText := c.Event.Body.(string)
	if kind := headers["content-type"]; isText && kind != "" && c.Decode != nil {
		body, err := c.Decode(kind, []byte(text))
		if err != nil {
			return nil, nil, fmt.Errorf("body of the event: %w", err)
		}
		return body, headers, nil
	}
	return exact(c.Event.Body), headers, nil
}

// trial are hands that hold effects back.
type trial struct {
	TrialConfig
	mu    sync.Mutex
	clock time.Time
	state map[string][]byte
	begun bool // From was reached
}

// run walks until the end, passing the time of each park at once.
func (t *trial) run(ctx context.Context, p *plan, run store.Run, trigger map[string]any, told *held) (*store.End, *Answer, error) {
	most := t.MaxWakings
	if most == 0 {
		most = 10_000
	}
	var answer *Answer
	if where := t.Flow.Trigger.Where; where != "" && t.seek == nil && !p.asksLater(where) {
		probe := newWalker(p, t, run, t.Vars, zoneOf(t.Flow, t.Timezone))
		probe.trigger = trigger
		ok, reason, err := probe.condition(ctx, where, probe.root())
		if err != nil {
			return &store.End{Status: store.Failed, Error: store.RunError{Code: "trigger", Message: fmt.Sprintf("where: %v", err)}}, nil, nil
		}
		if !ok {
			return &store.End{Status: store.RunFiltered, Reason: reason}, nil, nil
		}
	}
	for range most {
		w := newWalker(p, t, run, t.Vars, zoneOf(t.Flow, t.Timezone))
		w.trigger, w.held, w.answer, w.only = trigger, told, answer, t.Until
		w.seek = t.seek
		d, err := w.walk(ctx)
		if err != nil {
			return nil, nil, err
		}
		answer = w.answer
		if d.End != nil {
			return d.End, answer, nil
		}
		if d.Park.Status == store.Unknown {
			return &store.End{Status: store.Unknown}, answer, nil
		}
		if d.Park.WaitingFor == "connection" {
			return &store.End{Status: store.Waiting, Reason: bothWords("waits for a connection", "espera por uma conexão")}, answer, nil
		}
		if d.Park.WaitingFor == "signal" && !t.clock.Add(d.Park.In).Before(w.until) && !w.overdue() {
			return &store.End{Status: store.Waiting, Reason: bothWords("waits for an answer", "espera uma resposta")}, answer, nil
		}
		t.clock = t.clock.Add(d.Park.In)
	}
	return nil, nil, errors.New("the run was woken too often to go on in memory")
}

func (t *trial) now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

func (t *trial) act(ctx context.Context, _ *walker, n *node, rec *record, doer Doer, call *Call) (Output, error) {
	if t.real(rec.Path) || (!n.action.Effect && n.action.Group == "flow") {
		return doer.Do(ctx, call)
	}
	rec.Mocked, rec.lacks = true, t.lacks(call)
	if r, ok := doer.(Requester); ok {
		request, err := r.Request(ctx, call)
		if err != nil {
			return nil, err
		}
		rec.Request = request
	}
	if t.recorded != nil {
		if output, ok := t.recorded(rec.Path, n.action.Kind, rec.Input); ok {
			return output, nil
		}
	}
	if t.Lately != nil {
		if output, ok := t.Lately(rec.Path, n.action.Kind); ok {
			return output, nil
		}
	}
	return n.action.Yields(), nil
}

func (t *trial) panicked(call *Call, cause any) {
	if t.Log != nil {
		logPanic(t.Log, call, cause)
	}
}

func (t *trial) admit(ctx context.Context, rec *record, doer Doer, call *Call) error {
	if a, ok := doer.(Admitter); ok && t.real(rec.Path) {
		return a.Admit(ctx, call)
	}
	return nil
}

func (t *trial) refused(context.Context, *connections.Connection, string) (bool, error) {
	return true, nil
}

// real says whether a step acts for real.
func (t *trial) real(path string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.begun = t.begun || t.From == "" || path == t.From
	return t.Real && t.begun
}

func (t *trial) mock(path, id string) (flow.Mock, bool) {
	if m, ok := t.Mocks[path]; ok {
		return m, true
	}
	m, ok := t.Mocks[id]
	return m, ok
}

// commit applies what a live store would, as far as this one run can tell.
func (t *trial) commit(_ context.Context, c store.Commit) (store.Committed, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var done store.Committed
	for _, op := range c.Keys {
		done.Keys = append(done.Keys, t.key(op))
	}
	return done, nil
}

func (t *trial) key(op store.KeyOp) store.KeyResult {
	former := t.state[op.Key]
	there := former != nil // nil is deleted
	r := store.KeyResult{ID: op.ID}
	switch op.Kind {
	case store.KeyPut:
		t.state[op.Key], r.Value = op.Value, op.Value
	case store.KeyAdd:
		if r.Value, r.Err = store.Sum(former, op.By); r.Err == nil {
			t.state[op.Key] = r.Value
		}
	case store.KeyDelete:
		r.Value = former
		t.state[op.Key] = nil
	case store.KeyDedupe:
		r.Value = []byte("true")
	case store.KeyOnce:
		t.state[op.Key], r.Value = []byte("true"), fmt.Append(nil, !there)
	}
	return r
}

func (t *trial) pause(ctx context.Context, d time.Duration) bool {
	if ctx.Err() != nil {
		return false // it cannot be tried again
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clock = t.clock.Add(d)
	return true
}

// connection is the real one only where a step acts for real: what is held back needs none.
func (t *trial) connection(path, name string) (*connections.Connection, error) {
	if t.real(path) && t.Resolve != nil {
		return t.Resolve(name)
	}
	if t.Known != nil {
		if c, ok := t.Known(name); ok {
			return c, nil
		}
	}
	return &connections.Connection{Name: name, Fields: map[string]string{}, Secret: func(string) ([]string, error) { return nil, nil }}, nil
}

// lacks is what a run would stop for at a step that is held back: its connection is not chosen, not there
// or refused.
func (t *trial) lacks(call *Call) *stepError {
	switch {
	case call.Connection == nil:
		return nil
	case call.Connection.Name == "":
		return errorOf(unnamed())
	case t.Known == nil || t.Resolve == nil: // nobody knows which there are
		return nil
	}
	_, err := t.Resolve(call.Connection.Name)
	if refused := new(connections.Refused); errors.As(err, &refused) {
		return &stepError{Code: codeRefused, Message: refused.Problem}
	}
	if err != nil {
		name := call.Connection.Name
		return &stepError{Code: codeUnconnected, Message: bothWords(fmt.Sprintf("runs will wait for the connection %q", name), fmt.Sprintf("as execuções vão esperar pela conexão %q", name))}
	}
	return nil
}

func (t *trial) worked(*connections.Connection) {}

func (t *trial) child(_ context.Context, target string, _ any, _ *walker) (store.Event, error) {
	return store.Event{}, Faultf("not_mocked", "the call of flow %q needs a mock here", target)
}

// held stands for calls of flows, and for waits, with what they yielded then, else their sample.
// Outside of a back-test a wait that a time ends is not held, nor is one among real effects, which
// nobody has approved; no call is held there.
func (t *trial) held(rec *record, a *Action) (Output, bool) {
	if a.Kind != "wait" && (a.Kind != "call" || t.real(rec.Path)) {
		return nil, false
	}
	if a.Kind == "wait" && t.recorded == nil {
		return answered(rec, a), rec.Input["timeout"] == nil && !t.real(rec.Path)
	}
	if a.Kind == "call" {
		rec.Request = rec.Input // so that a call with another input is a difference
	}
	if t.recorded == nil {
		return answered(rec, a), true
	}
	if output, ok := t.recorded(rec.Path, a.Kind, rec.Input); ok {
		return output, true
	}
	return answered(rec, a), true
}

// answered is the sample of a wait or a call; an approval is given.
func answered(rec *record, a *Action) Output {
	if a.Kind == "wait" && rec.Input["approve"] != nil {
		return map[string]any{"received": true, "data": map[string]any{"approved": true}}
	}
	return a.Sample
}

// getKey reads what this run has written, then what was read then, then the present.
func (t *trial) getKey(ctx context.Context, rec *record, space, key string) ([]byte, error) {
	t.mu.Lock()
	value, ok := t.state[key]
	t.mu.Unlock()
	if ok && value == nil {
		return nil, store.ErrNotFound
	}
	if ok {
		return value, nil
	}
	if t.recorded != nil {
		if output, ok := t.recorded(rec.Path, rec.Action, rec.Input); ok {
			kept, _ := output.(map[string]any)
			return json.Marshal(kept["value"])
		}
	}
	if t.kept != nil {
		return t.kept(ctx, space, key)
	}
	return nil, store.ErrNotFound
}

func (t *trial) waitURL(_, path string) string {
	return "https://gancho.invalid/w/" + url.PathEscape(path)
}

func (t *trial) stopping() bool { return false }
func (t *trial) paused() bool   { return false }

func (t *trial) leaves(context.Context, string) {}
