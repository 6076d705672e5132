package engine

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"gancho/engine/shape"
	"gancho/engine/store"
)

// shapes learn what the events of each flow look like. An event only leaves word that it came;
// what it holds is read from the store, off its way, so that a crash or a flood loses no more
// than events older than the newest 500.
type shapes struct {
	mu      sync.Mutex
	by      map[string]*learnt
	news    map[string]bool      // flows with events that may not be counted yet
	fetched map[string][]fetched // by flow: what was not counted yet
	wake    chan struct{}
}

// fetched is what completed an event.
type fetched struct {
	event string // its name
	value any
	at    time.Time
}

// learnt is what one flow's events look like.
type learnt struct {
	mu      sync.Mutex
	kept    keptShape
	loaded  bool
	version int // rises with each change
	saved   int
	drifts  []shape.Drift
	told    map[string]Alarm // open alerts about them

	made        map[string]*shape.Shape // by event names, of madeVersion
	madeVersion int
}

// keptShape is the saved form. Members are added, never changed.
type keptShape struct {
	Trigger  shape.Window `json:"trigger"`  // the root trigger, without its resource
	Resource shape.Window `json:"resource"` // what presets fetched
}

const (
	shapeSpace  = "shape"
	learnEvery  = 500 * time.Millisecond // how long news wait for more
	learnAtOnce = 50                     // events of a flow before it rests
	learnRest   = 30                     // times as long as it works it rests: a flood is not read whole
	saveEvery   = 2 * time.Second
	mostFetched = 100 // of a flow, that wait to be counted
)

func newShapes() *shapes {
	return &shapes{by: map[string]*learnt{}, news: map[string]bool{}, fetched: map[string][]fetched{}, wake: make(chan struct{}, 1)}
}

// mark says that events of a flow came.
func (s *shapes) mark(flow string) {
	s.mu.Lock()
	known := s.news[flow]
	s.news[flow] = true
	s.mu.Unlock()
	if known {
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *shapes) of(flow string) *learnt {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.by[flow]
	if l == nil {
		l = new(learnt)
		s.by[flow] = l
	}
	return l
}

// take gives the flows with news, and forgets that there are.
func (s *shapes) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]string, 0, len(s.news))
	for flow := range s.news {
		list = append(list, flow)
	}
	clear(s.news)
	slices.Sort(list)
	return list
}

// asked says whether a flow has news, and forgets it.
func (s *shapes) asked(flow string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := s.news[flow]
	delete(s.news, flow)
	return news
}

// learn counts events as they come, until ctx is done.
func (e *Engine) learn(ctx context.Context) {
	e.unlearnt(ctx)
	save, due := time.NewTimer(saveEvery), true
	defer save.Stop()
	rest := learnEvery
	for {
		select {
		case <-e.shapes.wake:
			wait(ctx, rest)
			begun := time.Now()
			for _, id := range e.shapes.take() {
				e.tellDrifts(ctx, id, e.catchUp(ctx, id, learnAtOnce))
			}
			rest = max(learnEvery, learnRest*time.Since(begun))
			if !due {
				save.Reset(saveEvery)
				due = true
			}
		case <-save.C:
			due = false
			e.saveShapes(ctx)
		case <-ctx.Done():
			e.saveShapes(context.WithoutCancel(ctx))
			return
		}
	}
}

// catchUp counts what came since the last time, at most the newest 500, and of these only so
// many now. The shapes are a help, not a promise: what cannot be read is left out.
func (e *Engine) catchUp(ctx context.Context, id string, most int) *learnt {
	l := e.shapes.of(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.load(ctx, e, id); err != nil {
		e.Log.Warn("read what events look like", "flow", id, "error", err)
	}
	events, err := e.newer(ctx, id, l.kept.Trigger.Newest)
	if err != nil {
		if ctx.Err() == nil {
			e.Log.Warn("read events to learn from", "flow", id, "error", err)
		}
		e.shapes.mark(id)
		return l
	}
	resources := e.shapes.takeFetched(id)
	if len(events)+len(resources) == 0 {
		return l
	}
	for _, r := range resources {
		l.kept.Resource.Add(r.event, r.value, r.at)
	}
	for i := range min(most, len(events)) {
		l.count(ctx, e, &events[len(events)-1-i])
	}
	if len(events) > most {
		e.shapes.mark(id)
	}
	l.hide(e.masks(id))
	l.version++
	l.drifts = l.kept.Trigger.Drifts(e.Now())
	return l
}

// newer lists a flow's events after a number, newest first.
func (e *Engine) newer(ctx context.Context, id string, after uint64) ([]store.EventInfo, error) {
	var list []store.EventInfo
	q := store.Query{Flow: id, After: after, Limit: 200}
	for {
		page, next, err := e.Store.ListEvents(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if page[i].Outcome != store.Rejected && len(list) < shape.Generation {
				list = append(list, page[i])
			}
		}
		if q.Cursor = next; next == "" || len(list) == shape.Generation {
			return list, nil
		}
	}
}

// unlearnt marks the flows of the newest events: the process before this one may not have got
// to them.
func (e *Engine) unlearnt(ctx context.Context) {
	q := store.Query{Limit: 200}
	for seen := 0; seen < shape.Generation; {
		page, next, err := e.Store.ListEvents(ctx, q)
		if err != nil {
			e.Log.Warn("read events to learn from", "error", err)
			return
		}
		for i := range page {
			e.shapes.mark(page[i].Flow)
		}
		if q.Cursor = next; next == "" {
			return
		}
		seen += len(page)
	}
}

func (l *learnt) count(ctx context.Context, e *Engine, info *store.EventInfo) {
	l.kept.Trigger.Newest = info.Number
	if info.Outcome == store.Duplicate {
		return
	}
	whole, err := e.Store.GetEvent(ctx, info.ID)
	if err != nil {
		return // its body was dropped meanwhile
	}
	trigger := e.triggerView(whole.Meta, whole.Body, whole.At, whole.Name, whole.ID)
	if trigger == nil {
		return
	}
	delete(trigger, "resource")
	l.kept.Trigger.Add(info.Name, trigger, info.At)
}

func (l *learnt) hide(pointers []string) {
	for _, p := range pointers {
		l.kept.Trigger.Hide("/body" + p)
		l.kept.Resource.Hide(p)
	}
}

// tell says what completed an event.
func (s *shapes) tell(flow string, f fetched) {
	s.mu.Lock()
	list := append(s.fetched[flow], f)
	s.fetched[flow] = list[max(0, len(list)-mostFetched):]
	s.mu.Unlock()
	s.mark(flow)
}

func (s *shapes) takeFetched(flow string) []fetched {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.fetched[flow]
	delete(s.fetched, flow)
	return list
}

// masks are the pointers that a flow hides.
func (e *Engine) masks(id string) []string {
	if v := e.veilOf(id, time.Time{}); v != nil {
		return v.pointers
	}
	return nil
}

func (l *learnt) load(ctx context.Context, e *Engine, id string) error {
	if l.loaded {
		return nil
	}
	l.loaded = true
	entry, err := e.Store.GetKey(ctx, shapeSpace, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		l.loaded = false
		return err
	}
	data, err := io.ReadAll(flate.NewReader(bytes.NewReader(entry.Value)))
	if err == nil {
		err = json.Unmarshal(data, &l.kept)
	}
	if err != nil {
		l.kept = keptShape{} // learnt anew from the newest events
		return fmt.Errorf("kept shape: %w", err)
	}
	l.drifts = l.kept.Trigger.Drifts(e.Now())
	l.version++
	l.saved = l.version
	return nil
}

func (e *Engine) saveShapes(ctx context.Context) {
	e.shapes.mu.Lock()
	ids := make([]string, 0, len(e.shapes.by))
	for id := range e.shapes.by {
		ids = append(ids, id)
	}
	e.shapes.mu.Unlock()
	for _, id := range ids {
		if err := e.saveShape(ctx, id); err != nil {
			e.Log.Warn("save what events look like", "flow", id, "error", err)
		}
	}
}

func (e *Engine) saveShape(ctx context.Context, id string) error {
	l := e.shapes.of(id)
	l.mu.Lock()
	version := l.version
	if version == l.saved {
		l.mu.Unlock()
		return nil
	}
	data, err := json.Marshal(&l.kept)
	l.mu.Unlock()
	if err != nil {
		return fmt.Errorf("shape of %s: %w", id, err)
	}
	if _, there := e.Flows.Find(id); !there {
		return e.forgetShape(ctx, id)
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(data)
		err = errors.Join(err, w.Close())
	}
	if err == nil {
		_, err = e.Store.PutKey(ctx, shapeSpace, id, b.Bytes(), -1, 0)
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.saved = version
	l.mu.Unlock()
	return nil
}

// forgetShape drops what was learnt of a flow that is gone.
func (e *Engine) forgetShape(ctx context.Context, id string) error {
	e.shapes.mu.Lock()
	delete(e.shapes.by, id)
	delete(e.shapes.news, id)
	e.shapes.mu.Unlock()
	if err := e.Store.DeleteKey(ctx, shapeSpace, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// learntOf is what is known of a flow's events, the newest included. The caller must not hold
// its lock.
func (e *Engine) learntOf(ctx context.Context, id string) *learnt {
	l := e.shapes.of(id)
	l.mu.Lock()
	loaded := l.loaded
	l.mu.Unlock()
	if e.shapes.asked(id) || !loaded {
		l = e.catchUp(ctx, id, shape.Generation)
		e.shapes.mark(id) // who learns looks for what drifts
	}
	return l
}

// trigger gives the shape of the root trigger for events with one of these names, or for all;
// nil when none came. Nobody may change it.
func (l *learnt) trigger(names ...string) *shape.Shape {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made == nil || l.madeVersion != l.version {
		l.made, l.madeVersion = map[string]*shape.Shape{}, l.version
	}
	key := fmt.Sprintf("%q", names)
	if s, ok := l.made[key]; ok {
		return s
	}
	s := l.kept.Trigger.Shape(names...)
	if s != nil {
		s.Fields["resource"] = l.kept.Resource.Shape(names...).Alone()
	}
	l.made[key] = s
	return s
}
