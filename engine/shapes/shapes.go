// Package shapes learns what the events of each flow look like, off their way.
package shapes

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"gancho/engine/flows"
	"gancho/engine/shape"
	"gancho/engine/store"
)

// Config is what Shapes are made of.
type Config struct {
	Store   store.Store
	Flows   *flows.Flows
	Log     *slog.Logger
	Now     func() time.Time
	Trigger func(*store.EventInfo) map[string]any // an event as expressions see it; nil once its body was dropped
	Masks   func(flow string) []string            // the pointers that a flow hides
}

// Shapes learn what the events of each flow look like. An event only leaves word that it came;
// what it holds is read from the store, off its way, so that a crash or a flood loses no more
// than events older than the newest 500.
type Shapes struct {
	Config

	mu      sync.Mutex
	by      map[string]*Learnt
	news    map[string]bool      // flows with events that may not be counted yet
	fetched map[string][]Fetched // by flow: what was not counted yet
	wake    chan struct{}
}

// Fetched is what completed an event.
type Fetched struct {
	Event string // its name
	Value any
	At    time.Time
}

// Learnt is what one flow's events look like. It grows as they come.
type Learnt struct {
	mu      sync.Mutex
	kept    keptShape
	loaded  bool
	version int // rises with each change
	saved   int
	drifts  []shape.Drift

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

// New learns nothing before Work.
func New(c Config) *Shapes {
	return &Shapes{Config: c, by: map[string]*Learnt{}, news: map[string]bool{}, fetched: map[string][]Fetched{}, wake: make(chan struct{}, 1)}
}

// Mark says that events of a flow came.
func (s *Shapes) Mark(flow string) {
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

func (s *Shapes) of(flow string) *Learnt {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.by[flow]
	if l == nil {
		l = new(Learnt)
		s.by[flow] = l
	}
	return l
}

// take gives the flows with news, and forgets that there are.
func (s *Shapes) take() []string {
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
func (s *Shapes) asked(flow string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := s.news[flow]
	delete(s.news, flow)
	return news
}

// Work counts events as they come, until ctx is done, and keeps what it counted. told is called with
// what drifted in a flow each time that more of its events were counted.
func (s *Shapes) Work(ctx context.Context, told func(ctx context.Context, flow string, drifts []shape.Drift)) {
	s.unlearnt(ctx)
	save, due := time.NewTimer(saveEvery), true
	defer save.Stop()
	rest := learnEvery
	for {
		select {
		case <-s.wake:
			select {
			case <-ctx.Done():
			case <-time.After(rest):
			}
			begun := time.Now()
			for _, id := range s.take() {
				told(ctx, id, s.catchUp(ctx, id, learnAtOnce).Drifts())
			}
			rest = max(learnEvery, learnRest*time.Since(begun))
			if !due {
				save.Reset(saveEvery)
				due = true
			}
		case <-save.C:
			due = false
			s.saveShapes(ctx)
		case <-ctx.Done():
			s.saveShapes(context.WithoutCancel(ctx))
			return
		}
	}
}

// catchUp counts what came since the last time, at most the newest 500, and of these only so
// many now. The shapes are a help, not a promise: what cannot be read is left out.
func (s *Shapes) catchUp(ctx context.Context, id string, most int) *Learnt {
	l := s.of(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.load(ctx, s, id); err != nil {
		s.Log.Warn("read what events look like", "flow", id, "error", err)
	}
	events, err := s.newer(ctx, id, l.kept.Trigger.Newest)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.Warn("read events to learn from", "flow", id, "error", err)
		}
		s.Mark(id)
		return l
	}
	resources := s.takeFetched(id)
	if len(events)+len(resources) == 0 {
		return l
	}
	for _, r := range resources {
		l.kept.Resource.Add(r.Event, r.Value, r.At)
	}
	for i := range min(most, len(events)) {
		l.count(ctx, s, &events[len(events)-1-i])
	}
	if len(events) > most {
		s.Mark(id)
	}
	l.hide(s.Masks(id))
	l.version++
	l.drifts = l.kept.Trigger.Drifts(s.Now())
	return l
}

// newer lists a flow's events after a number, newest first.
func (s *Shapes) newer(ctx context.Context, id string, after uint64) ([]store.EventInfo, error) {
	var list []store.EventInfo
	q := store.Query{Flow: id, After: after, Limit: 200}
	for {
		page, next, err := s.Store.ListEvents(ctx, q)
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
func (s *Shapes) unlearnt(ctx context.Context) {
	q := store.Query{Limit: 200}
	for seen := 0; seen < shape.Generation; {
		page, next, err := s.Store.ListEvents(ctx, q)
		if err != nil {
			s.Log.Warn("read events to learn from", "error", err)
			return
		}
		for i := range page {
			s.Mark(page[i].Flow)
		}
		if q.Cursor = next; next == "" {
			return
		}
		seen += len(page)
	}
}

func (l *Learnt) count(ctx context.Context, s *Shapes, info *store.EventInfo) {
	l.kept.Trigger.Newest = info.Number
	if info.Outcome == store.Duplicate {
		return
	}
	whole, err := s.Store.GetEvent(ctx, info.ID)
	if err != nil {
		return // its body was dropped meanwhile
	}
	trigger := s.Trigger(&whole)
	if trigger == nil {
		return
	}
	delete(trigger, "resource")
	l.kept.Trigger.Add(info.Name, trigger, info.At)
}

func (l *Learnt) hide(pointers []string) {
	for _, p := range pointers {
		l.kept.Trigger.Hide("/body" + p)
		l.kept.Resource.Hide(p)
	}
}

// Complete says what completed an event.
func (s *Shapes) Complete(flow string, f Fetched) {
	s.mu.Lock()
	list := append(s.fetched[flow], f)
	s.fetched[flow] = list[max(0, len(list)-mostFetched):]
	s.mu.Unlock()
	s.Mark(flow)
}

func (s *Shapes) takeFetched(flow string) []Fetched {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.fetched[flow]
	delete(s.fetched, flow)
	return list
}

func (l *Learnt) load(ctx context.Context, s *Shapes, id string) error {
	if l.loaded {
		return nil
	}
	l.loaded = true
	entry, err := s.Store.GetKey(ctx, shapeSpace, id)
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
	l.drifts = l.kept.Trigger.Drifts(s.Now())
	l.version++
	l.saved = l.version
	return nil
}

func (s *Shapes) saveShapes(ctx context.Context) {
	s.mu.Lock()
	ids := make([]string, 0, len(s.by))
	for id := range s.by {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	for _, id := range ids {
		if err := s.saveShape(ctx, id); err != nil {
			s.Log.Warn("save what events look like", "flow", id, "error", err)
		}
	}
}

func (s *Shapes) saveShape(ctx context.Context, id string) error {
	l := s.of(id)
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
	if _, there := s.Flows.Find(id); !there {
		return s.forgetShape(ctx, id)
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(data)
		err = errors.Join(err, w.Close())
	}
	if err == nil {
		_, err = s.Store.PutKey(ctx, shapeSpace, id, b.Bytes(), -1, 0)
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
func (s *Shapes) forgetShape(ctx context.Context, id string) error {
	s.mu.Lock()
	delete(s.by, id)
	delete(s.news, id)
	s.mu.Unlock()
	if err := s.Store.DeleteKey(ctx, shapeSpace, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return nil
}

// Known is what is known of a flow's events, the newest included.
func (s *Shapes) Known(ctx context.Context, id string) *Learnt {
	l := s.of(id)
	l.mu.Lock()
	loaded := l.loaded
	l.mu.Unlock()
	if s.asked(id) || !loaded {
		l = s.catchUp(ctx, id, shape.Generation)
		s.Mark(id) // who learns looks for what drifts
	}
	return l
}

// Drifts are what of the newest events differs from those before them.
func (l *Learnt) Drifts() []shape.Drift {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.drifts
}

// Version rises with each event that is counted.
func (l *Learnt) Version() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.version
}

// Look lets f see the root triggers that were counted, and their version. It must be quick, and keep nothing
// of them.
func (l *Learnt) Look(f func(triggers *shape.Window, version int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.kept.Trigger, l.version)
}

// Trigger gives the shape of the root trigger for events with one of these names, or for all;
// nil when none came. Nobody may change it.
func (l *Learnt) Trigger(names ...string) *shape.Shape {
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
