// Package engine is the one way of an event: accepted, claimed, advanced step by step,
// committed until its run ends. It knows flows; the store below it does not.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/room"
	"gancho/engine/said"
	"gancho/engine/seal"
	"gancho/engine/shapes"
	"gancho/engine/stats"
	"gancho/engine/store"
	"gancho/engine/title"
)

// Config is what an Engine is made of. All members but Now, Node and Workers are required.
type Config struct {
	Store       store.Store
	Catalogue   *Catalogue
	Flows       *flows.Flows
	Connections *connections.Connections
	Box         *seal.Box
	Decode      func(contentType string, body []byte) (any, error) // a body by its declared type
	PublicURL   string                                             // given by the operator; empty where a person may set it
	Timezone    string                                             // of the instance, alike
	Fallback    Instance                                           // where neither said anything
	Log         *slog.Logger
	Node        string
	Workers     int // runs advanced at once; 256, of which one flow takes at most half
	Version     string
	Grace       time.Duration // how long actions may finish after the stop; 7 s
	Now         func() time.Time
}

// Engine accepts events and advances their runs.
type Engine struct {
	Config
	stop     chan struct{}   // closed when Work's context is done
	hurry    context.Context // done when actions under way have had their time to finish; here, as they run with contexts of their own
	ended    sync.Once
	plans    plans
	answers  answers
	vars     vars
	failing  failing
	keeps    keeps
	alerts   *alerts.Alerts
	watched  watched
	hearers  listeners[AlertView] // of alerts
	stats    *stats.Sampler
	shadows  shadows
	bodies   bodies
	started  time.Time
	shapes   *shapes.Shapes
	drifts   toldDrifts
	typed    typed
	tried    tried
	replays  replays
	kinds    chan struct{} // poked when the catalogue has changed
	wakes    wakes
	orphaned chan struct{} // poked when a run may have ended without those that it waited for
	room     *room.Room    // of runs
	doorway  *room.Room    // of deliveries
	replayed replayed
	counted  counted
	origins  knownOrigins
	lately   lately
	walks    walks
	feed     *feed
	own      atomic.Pointer[Instance] // what a person has set
	changing sync.Mutex               // held over the store by who sets variables or the instance: one at a time
}

// New makes an engine over an open store. Gates of all flows are set, so that runs can be
// claimed; nothing happens before Work.
func New(ctx context.Context, c Config) (*Engine, error) {
	if c.Workers <= 0 {
		c.Workers = 256
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Grace <= 0 {
		c.Grace = 7 * time.Second
	}
	e := &Engine{Config: c, stop: make(chan struct{}), hurry: context.WithoutCancel(ctx)}
	e.plans.made = map[planKey]*plan{}
	e.keeps, e.feed, e.room, e.doorway, e.bodies = newKeeps(), newFeed(), room.ForRuns(), room.ForDeliveries(), newBodies()
	e.walks.by, e.walks.coming = map[string]*walker{}, map[string]bool{}
	e.replays.news, e.orphaned, e.kinds, e.wakes.news = make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)
	e.answers.waiting = map[string][]chan struct{}{}
	e.failing.on, e.failing.by = map[string]bool{}, map[string]map[string]bool{}
	e.started = c.Now()
	e.watched = newWatched()
	var unread, unheard error
	e.alerts, unheard = alerts.Open(ctx, alerts.Config{Store: c.Store, Flows: c.Flows, Connections: c.Connections, Log: c.Log, Now: c.Now, Engine: teller{e}})
	e.stats, unread = stats.Open(ctx, c.Store, c.Log, c.Now)
	if err := errors.Join(unread, unheard, e.loadInstance(ctx), e.loadFailed(ctx), e.loadShadows(ctx)); err != nil {
		return nil, err
	}
	e.shapes = shapes.New(shapes.Config{Store: c.Store, Flows: c.Flows, Log: c.Log, Now: c.Now, Trigger: e.triggerOf, Masks: e.masks})
	e.typed.by, e.drifts.by = map[string]typedFlow{}, map[string]map[string]alerts.Alarm{}
	if err := e.loadVars(ctx); err != nil {
		return nil, err
	}
	c.Flows.Watch(e.flowChanged)
	c.Connections.Watch(e.connectionChanged)
	c.Catalogue.Watch(func() { e.plans.clear(); e.origins.forget(); poke(e.kinds) })
	return e, nil
}

func (e *Engine) flowChanged(id string, f *flows.Entry) {
	g, published := store.Gate{Flow: id}, 0
	if f == nil || f.State == flows.StatePaused || f.Published == nil {
		g.Paused = true
	} else {
		g.Concurrency = f.Published.Settings.Concurrency
	}
	if f == nil {
		e.lately.forget(id)
		e.drifts.forget(id)
		g.Paused = false // what still waits for a deleted flow ends, rather than staying for ever
	} else {
		published = f.PublishedRev
	}
	e.failing.set(id, f)
	e.keeps.set(id, keepOf(f))
	e.expects(id, f)
	e.plans.forget(id, published)
	e.origins.forget()
	e.Store.SetGates([]store.Gate{g})
	e.walks.stir(id)
}

// mostAtDoor deliveries of one flow are admitted at once while another's wait for a processor.
const mostAtDoor = 256

// Enter waits until a delivery of a flow may be looked at, which is at once unless goroutines
// wait for a processor and other flows have deliveries too: then few of one flow are, so that
// a flood leaves the others their pace. leave is called once the delivery is accepted or
// refused. The only error is that ctx is done.
func (e *Engine) Enter(ctx context.Context, flow string) (leave func(), err error) {
	return e.doorway.Enter(ctx, flow)
}

// Accept makes deliveries durable, all or none, each with what became of it. The webhook
// door has asked `where` already; for other kinds of trigger it is asked here.
func (e *Engine) Accept(ctx context.Context, in []Incoming) ([]Receipt, error) {
	events := make([]store.Event, len(in))
	for i := range in {
		event, err := e.event(ctx, &in[i])
		if err != nil {
			return nil, err
		}
		events[i] = event
	}
	accepted, err := e.Store.Accept(ctx, events)
	if err != nil {
		return nil, err
	}
	receipts := make([]Receipt, len(accepted))
	for i, a := range accepted {
		receipts[i] = Receipt(a)
		e.shapes.Mark(in[i].Flow)
	}
	return receipts, nil
}

// Reject records a delivery that was refused.
func (e *Engine) Reject(in Incoming) {
	in.Outcome = store.Rejected
	e.Store.Reject([]store.Event{{
		Flow: in.Flow, At: in.At, Outcome: store.Rejected, Name: in.Name, Title: in.Title, Reason: in.Reason, Meta: in.Meta.bytes(), Body: in.Body,
	}})
}

// cleanTitle shows no token.
func cleanTitle(title string) string {
	if len(title) >= tokenLength {
		return hideTokens(title)
	}
	return title
}

func (e *Engine) event(ctx context.Context, in *Incoming) (store.Event, error) {
	if in.Outcome == "" {
		in.Outcome = store.Accepted
	}
	if in.Meta.Kind != "webhook" && in.Outcome == store.Accepted {
		e.admit(ctx, in)
	}
	if in.Title == "" {
		if strings.HasPrefix(in.Meta.Type, "application/x-www-form-urlencoded") {
			in.Title = title.Form(in.Body, e.Instance().Lang)
		} else {
			in.Title = title.Plain(in.Body, e.Instance().Lang)
		}
	}
	return store.Event{
		Flow: in.Flow, At: in.At, After: in.After, Outcome: in.Outcome, Key: in.Key, KeyFor: in.KeyFor, OrderBy: in.OrderBy,
		Name: in.Name, Title: cleanTitle(in.Title), Reason: in.Reason, Meta: in.Meta.bytes(), Body: in.Body,
	}, nil
}

// admit asks the trigger's `where`. One that fails lets the event in: its run fails with the
// reason, and nothing is lost.
func (e *Engine) admit(ctx context.Context, in *Incoming) {
	entry, err := e.Flows.Get(in.Flow)
	if err != nil || entry.Published == nil || entry.Published.Trigger.Where == "" {
		return
	}
	where := entry.Published.Trigger.Where
	p, err := e.plan(entry).program(where)
	if err == nil && p.Reads("trigger.resource") {
		return
	}
	var body any
	if err == nil {
		body, err = e.Decode(in.Meta.Type, in.Body)
	}
	ok, scope := false, (*expression.Scope)(nil)
	if err == nil {
		scope = &expression.Scope{Door: true, Mask: entry.Published.Settings.Mask, Now: in.At, Values: map[string]any{"trigger": TriggerScope(&in.Meta, body, in.At, in.Name, "")}}
		ok, _, err = p.Bool(ctx, scope)
	}
	if err != nil {
		in.Meta.Fault = fmt.Sprintf("where: %v", err)
	} else if !ok {
		in.Outcome, in.Reason = store.Filtered, said.Both(p.Why(ctx, scope))
	}
}

// Stopping is closed when the engine no longer begins anything.
func (e *Engine) Stopping() <-chan struct{} { return e.stop }

func (e *Engine) stopped() bool {
	select {
	case <-e.stop:
		return true
	default:
		return false
	}
}

// Work claims and advances runs until ctx is done; then it gives the steps under way the
// grace to finish, parks their runs and returns. A broken store ends it with that error.
func (e *Engine) Work(ctx context.Context) error {
	live := context.WithoutCancel(ctx)
	hurry, cancel := context.WithCancel(live)
	defer cancel()
	e.hurry = hurry
	defer context.AfterFunc(ctx, func() { time.AfterFunc(e.Grace, cancel) })()
	places := make(chan struct{}, e.Workers)
	e.Store.SetPlaces(e.Workers)
	var group sync.WaitGroup
	defer group.Wait()
	crew := newCrew(func(work *store.Work) {
		defer func() { <-places }()
		if leave, err := e.room.Enter(live, work.Run.Flow); err == nil {
			defer leave()
		}
		e.advance(live, work)
	})
	defer crew.end()
	group.Go(func() { e.wakeConnections(ctx) })
	group.Go(func() { e.wakeKinds(ctx) })
	group.Go(func() { e.wakeOwed(ctx) })
	group.Go(func() { e.expireNowAndThen(ctx) })
	group.Go(func() { e.watch(ctx) })
	group.Go(func() { e.stats.Work(ctx) })
	group.Go(func() { e.shadowNowAndThen(ctx) })
	group.Go(func() { e.alerts.Work(ctx) })
	group.Go(func() { e.shapes.Work(ctx, e.tellDrifts) })
	group.Go(func() { e.replayNowAndThen(ctx) })
	group.Go(func() { e.gather(ctx) })
	e.endCalled(live, "") // what a former process left, before any of it is claimed
	group.Go(func() { e.endOrphans(ctx) })
	group.Go(func() { e.room.Keep(ctx, e.Workers) })
	group.Go(func() { e.doorway.Keep(ctx, mostAtDoor) })
	defer e.ended.Do(func() { close(e.stop) })
	stopped := context.AfterFunc(ctx, func() { e.ended.Do(func() { close(e.stop) }) })
	defer stopped()
	for {
		free := e.places(ctx, places)
		if free == 0 {
			return nil
		}
		claimed, err := e.Store.Claim(ctx, e.Node, free)
		for range free - len(claimed) {
			<-places
		}
		if ctx.Err() != nil && len(claimed) == 0 {
			return nil
		}
		if errors.Is(err, store.ErrBroken) || errors.Is(err, store.ErrClosed) {
			return err
		}
		if err != nil {
			e.Log.Error("claim runs", "error", err)
			wait(ctx, time.Second)
		}
		for i := range claimed {
			e.walks.expect(claimed[i].Run.ID)
			crew.take(&claimed[i])
		}
	}
}

// places takes all free places of workers, at least one unless ctx is done.
func (e *Engine) places(ctx context.Context, places chan struct{}) int {
	select {
	case places <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; ; n++ {
		select {
		case places <- struct{}{}:
		default:
			return n
		}
		if n == 63 {
			return n + 1
		}
	}
}

// advance takes one claimed run as far as it goes.
func (e *Engine) advance(ctx context.Context, work *store.Work) {
	err := e.walkOf(ctx, work)
	if err != nil && !errors.Is(err, errLost) {
		e.abandon(ctx, work, err)
	}
}

func (e *Engine) walkOf(ctx context.Context, work *store.Work) error {
	if !e.Store.Holds(work.Lease) { // it was ended before anybody knew that it comes
		e.walks.forget(work.Run.ID)
		return errLost
	}
	w, err := e.walker(ctx, work)
	if err != nil {
		e.walks.forget(work.Run.ID)
		return err
	}
	leave, err := e.walks.enter(w)
	if err != nil {
		return err
	}
	defer leave()
	d, err := w.walk(ctx)
	if err != nil {
		return err
	}
	return e.conclude(ctx, w, d)
}

// abandon ends a run that cannot be read or walked: its history says why. Where another try may
// go well the run is only put off.
func (e *Engine) abandon(ctx context.Context, work *store.Work, cause error) {
	if errors.Is(cause, flows.ErrUnread) {
		e.putOff(ctx, work, cause)
		return
	}
	if errors.Is(cause, errDeleted) {
		e.endDeleted(ctx, work)
		return
	}
	e.Log.Error("run cannot go on", "flow", work.Run.Flow, "run", work.Run.ID, "error", cause)
	end := failed(store.RunError{Code: "internal", Message: cause.Error()})
	c := store.Commit{Lease: work.Lease, Decision: store.Decision{End: end}}
	meta, err := readMeta(work.Meta)
	byFailure := meta.ofFailure() || err != nil && work.Run.Parent.Run != "" && work.Run.Parent.Path == "" // perhaps
	if p, err := e.planOf(ctx, work.Run); err == nil && !byFailure {
		c.Spawn = e.failureEvents(ctx, p.flow, &work.Run, end.Error)
	}
	if _, err := e.commit(ctx, c); err == nil {
		e.endCalled(ctx, work.Run.ID)
		e.noteFailure(work.Run.Flow, work.Run.ID)
	}
}

// putOffFor is how long a run waits whose revision could not be read.
const putOffFor = time.Minute

func (e *Engine) putOff(ctx context.Context, work *store.Work, cause error) {
	e.Log.Error("run is put off", "flow", work.Run.Flow, "run", work.Run.ID, "error", cause)
	park := &store.Park{
		Status: store.Waiting, WaitingFor: waitRetry, Timed: true, In: putOffFor,
		Reason: bothWords("the revision that it runs could not be read", "a revisão que ela executa não pôde ser lida"),
	}
	_, _ = e.commit(ctx, store.Commit{Lease: work.Lease, Decision: store.Decision{Park: park}}) //nolint:errcheck // the run is no longer ours then
}

// walker prepares a claimed run.
func (e *Engine) walker(ctx context.Context, work *store.Work) (*walker, error) {
	p, err := e.planOf(ctx, work.Run)
	if err != nil {
		return nil, err
	}
	meta, err := readMeta(work.Meta)
	if err != nil {
		return nil, err
	}
	w := newWalker(p, &live{e: e, flow: work.Run.Flow}, work.Run, e.vars.get(), zoneOf(p.flow, e.Instance().Timezone))
	w.lease, w.unclean = work.Lease, work.Unclean
	maps.Copy(w.inbox, work.Inbox)
	if work.Run.Answer != nil {
		w.answer = new(Answer)
		if err := decodeExact(work.Run.Answer, w.answer); err != nil {
			return nil, fmt.Errorf("answer: %w", err)
		}
	}
	for _, s := range work.Steps {
		rec, err := readRecord(s.Path, s.Data)
		if err != nil {
			return nil, err
		}
		w.held.restore(rec, len(s.Data))
	}
	body, err := e.Decode(meta.Type, work.Body)
	if err != nil {
		w.fault = Faultf("unreadable", "the body could not be read: %v", err)
	}
	if meta.Fault != "" {
		w.fault = Faultf("trigger", "%s", meta.Fault)
	}
	w.trigger = TriggerScope(&meta, body, work.Run.At, work.Run.EventName, work.Run.Event)
	w.ofFailure = meta.ofFailure()
	if meta.KeyOf != "" {
		w.keyOf = meta.KeyOf
	}
	return w, nil
}

// conclude writes the decision with all that is still owed.
func (e *Engine) conclude(ctx context.Context, w *walker, d store.Decision) error {
	last := store.Commit{Decision: d}
	if d.End != nil {
		r := result{Status: d.End.Status, Output: w.output(), Error: d.End.Error}
		data, err := r.bytes()
		if err != nil {
			return fmt.Errorf("result: %w", err)
		}
		d.End.Result = data
		if d.End.Status == store.Failed && !w.ofFailure {
			last.Spawn = e.failureEvents(ctx, w.plan.flow, &w.run, d.End.Error)
		}
	}
	if d.Park != nil && d.Park.Status == store.Waiting && d.Park.WaitingFor == "" {
		return fmt.Errorf("run parks but waits for nothing")
	}
	if _, err := w.commit(ctx, last); err != nil {
		return err
	}
	if d.Park != nil {
		e.wakeParked(ctx, d.Park.Waits)
	}
	if d.End != nil && d.End.Status == store.Failed {
		e.noteFailure(w.run.Flow, w.run.ID)
	}
	return nil
}

// failureEvents makes the events of the flows that are told of a failed run. One that a failure
// started tells none.
func (e *Engine) failureEvents(ctx context.Context, f *flow.Flow, run *store.Run, cause store.RunError) []store.Event {
	var events []store.Event
	for _, in := range e.failureEventsOf(f, e.failedWords(f, cause.Step), map[string]any{
		"flow": run.Flow, "run": run.ID, "step": cause.Step,
		"error": map[string]any{"code": cause.Code, "message": cause.Message, "status": cause.Status},
	}) {
		event, err := e.event(ctx, &in)
		if err != nil {
			e.Log.Error("event of a failure", "flow", run.Flow, "run", run.ID, "error", err)
			continue
		}
		event.Parent = store.Parent{Run: run.ID}
		events = append(events, event)
	}
	return events
}

// noted tells of a commit that is durable whoever waits for it.
func (e *Engine) noted(c *store.Commit) {
	if c.Answer != nil || c.Decision.End != nil {
		e.answers.tell(c.Lease.Run)
	}
	for i := range c.Spawn {
		e.shapes.Mark(c.Spawn[i].Flow)
	}
}

// waitsForLess says that a run waits no more for runs that it called, once this is durable.
func waitsForLess(c *store.Commit) bool { return c.Decision.End != nil || len(c.Leave) > 0 }

// commit repeats a commit until its outcome is known. errLost means that the run is no longer ours, or
// that the store cannot be written any more. Who commits ends what the run waits for no more.
func (e *Engine) commit(ctx context.Context, c store.Commit) (store.Committed, error) {
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		done := e.Store.Commit(ctx, []store.Commit{c})[0]
		switch {
		case done.Err == nil:
			e.noted(&c)
			return done, nil
		case errors.Is(done.Err, store.ErrLeaseLost), errors.Is(done.Err, store.ErrBroken), errors.Is(done.Err, store.ErrClosed):
			return done, errLost
		}
		if e.stopped() {
			return done, errLost // the lease ends with this process, and the run goes on in the next
		}
		e.Log.Warn("commit is tried again", "run", c.Lease.Run, "error", done.Err)
		wait(ctx, pause)
	}
}

// poke leaves word for whoever waits for it, once.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// wait for d, or until ctx is done.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func zoneOf(f *flow.Flow, fallback string) *time.Location {
	name := f.Settings.Timezone
	if name == "" {
		name = fallback
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}
