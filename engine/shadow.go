package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// ShadowView is a draft beside the published revision on the events that come, with effects
// held back: the differences so far.
type ShadowView struct {
	On           bool       `json:"on" doc:"events are looked at"`
	Since        *time.Time `json:"since" doc:"when it was begun; null if never"`
	By           string     `json:"by" doc:"who began it"`
	DraftRev     int64      `json:"draft_rev" doc:"of the draft as it was then"`
	PublishedRev int        `json:"published_rev" doc:"that the draft is compared with"`
	Outdated     bool       `json:"outdated" doc:"the draft was changed since"`
	At           *time.Time `json:"at" doc:"when events were last looked at"`
	Ended        string     `json:"ended" enum:",published" doc:"why it looks at no more events"`
	Skipped      int        `json:"skipped" doc:"events that were too many to look at"`
	Backtest
}

// shadow as it is kept. Members are added, never changed.
type shadow struct {
	Since        time.Time  `json:"since"`
	By           string     `json:"by"`
	Draft        *flow.Flow `json:"draft"`
	DraftRev     int64      `json:"draft_rev"`
	PublishedRev int        `json:"published_rev"`
	Number       uint64     `json:"number"` // of the newest event that was looked at
	At           time.Time  `json:"at,omitzero"`
	Ended        string     `json:"ended,omitempty"`
	Skipped      int        `json:"skipped,omitempty"`
	Result       Backtest   `json:"result"`
}

const (
	shadowSpace = "shadow"
	shadowEvery = time.Minute
	shadowMost  = 1000             // events of one flow in one look
	shadowLag   = 15 * time.Second // until then a run has mostly recorded what its steps yield
	shadowRows  = 200
)

// shadows keeps one look at a flow at a time, and knows which flows have one.
type shadows struct {
	mu    sync.Mutex
	all   map[string]*shadow
	looks map[string]chan struct{} // has one while the events of a flow are looked at
}

// look is taken by whoever looks at the events of a flow; what they find, the next need not.
func (s *shadows) look(id string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.looks[id] == nil {
		s.looks[id] = make(chan struct{}, 1)
	}
	return s.looks[id]
}

func (e *Engine) loadShadows(ctx context.Context) error {
	e.shadows.all, e.shadows.looks = map[string]*shadow{}, map[string]chan struct{}{}
	for after := ""; ; {
		entries, err := e.Store.ListKeys(ctx, shadowSpace, "", after, 200)
		if err != nil {
			return fmt.Errorf("read shadows: %w", err)
		}
		for _, entry := range entries {
			s := new(shadow)
			if err := decodeExact(entry.Value, s); err != nil {
				return fmt.Errorf("read the shadow of %s: %w", entry.Key, err)
			}
			flow.Exact(s.Draft)
			after, e.shadows.all[entry.Key] = entry.Key, s
		}
		if len(entries) < 200 {
			return nil
		}
	}
}

// saveShadow writes a shadow. The caller holds the lock.
func (e *Engine) saveShadow(ctx context.Context, id string, s *shadow) error {
	value, err := json.Marshal(s)
	if err == nil {
		_, err = e.Store.PutKey(ctx, shadowSpace, id, value, -1, 0)
	}
	if err != nil {
		return fmt.Errorf("keep the shadow of %s: %w", id, err)
	}
	e.shadows.all[id] = s
	return nil
}

// StartShadow compares the draft as it is now with the published revision on every event that
// comes from now on. One that goes on begins anew.
func (e *Engine) StartShadow(ctx context.Context, id, by string) (ShadowView, error) {
	entry, err := e.Flows.Get(id)
	if err != nil {
		return ShadowView{}, err
	}
	if entry.Published == nil {
		return ShadowView{}, refusal.New(refusal.Conflict, "not_published", "there is no published revision to compare with", "não há revisão publicada para comparar")
	}
	newest, _, err := e.Store.ListEvents(ctx, store.Query{Flow: id, Limit: 1})
	if err != nil {
		return ShadowView{}, fmt.Errorf("look for the newest event: %w", err)
	}
	now := e.Now().UTC()
	s := &shadow{Since: now, By: by, Draft: entry.Draft, DraftRev: entry.DraftRev, PublishedRev: entry.PublishedRev, Result: Backtest{Rows: []BacktestRow{}}}
	for i := range newest {
		s.Number = newest[i].Number
	}
	e.shadows.mu.Lock()
	defer e.shadows.mu.Unlock()
	if err := e.saveShadow(ctx, id, s); err != nil {
		return ShadowView{}, err
	}
	return viewShadow(s, &entry), nil
}

// Shadow gives the differences so far, also of the events that came since the last look, unless
// these cannot be read now.
func (e *Engine) Shadow(ctx context.Context, id string) (ShadowView, error) {
	entry, err := e.Flows.Get(id)
	if err != nil {
		return ShadowView{}, err
	}
	if slices.Contains(e.shadowed(), id) {
		e.compareNow(ctx, id)
	}
	e.shadows.mu.Lock()
	defer e.shadows.mu.Unlock()
	v := viewShadow(e.shadows.all[id], &entry)
	v.speak(ctx)
	return v, nil
}

// StopShadow ends and forgets a shadow.
func (e *Engine) StopShadow(ctx context.Context, id string) error {
	if _, err := e.Flows.Get(id); err != nil {
		return err
	}
	e.shadows.mu.Lock()
	defer e.shadows.mu.Unlock()
	return e.dropShadow(ctx, id)
}

func (e *Engine) dropShadow(ctx context.Context, id string) error {
	if err := e.Store.DeleteKey(ctx, shadowSpace, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget the shadow of %s: %w", id, err)
	}
	delete(e.shadows.all, id)
	return nil
}

func viewShadow(s *shadow, entry *flows.Entry) ShadowView {
	if s == nil {
		return ShadowView{Backtest: Backtest{Rows: []BacktestRow{}}}
	}
	v := ShadowView{
		On: s.Ended == "", Since: &s.Since, By: s.By, DraftRev: s.DraftRev, PublishedRev: s.PublishedRev, Outdated: entry.DraftRev != s.DraftRev,
		At: moment(s.At), Ended: s.Ended, Skipped: s.Skipped, Backtest: s.Result,
	}
	v.Rows = slices.Clone(s.Result.Rows)
	return v
}

// shadowNowAndThen looks at the events that came, each minute, until ctx is done. It is never
// on the way of an event: it reads what is stored.
func (e *Engine) shadowNowAndThen(ctx context.Context) {
	for wait(ctx, shadowEvery); ctx.Err() == nil; wait(ctx, shadowEvery) {
		for _, id := range e.shadowed() {
			e.compareNow(ctx, id)
		}
	}
}

func (e *Engine) compareNow(ctx context.Context, id string) {
	if err := e.shadowOne(ctx, id); err != nil && ctx.Err() == nil {
		e.Log.Error("compare a draft on the events that came", "flow", id, "error", err)
	}
}

func (e *Engine) shadowed() []string {
	e.shadows.mu.Lock()
	defer e.shadows.mu.Unlock()
	var ids []string
	for id, s := range e.shadows.all {
		if s.Ended == "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (e *Engine) shadowOne(ctx context.Context, id string) error {
	look := e.shadows.look(id)
	select {
	case look <- struct{}{}:
		defer func() { <-look }()
	case <-ctx.Done():
		return ctx.Err()
	}
	entry, ok := e.Flows.Find(id)
	e.shadows.mu.Lock()
	kept := e.shadows.all[id]
	if kept == nil || !ok {
		defer e.shadows.mu.Unlock()
		return e.dropShadow(ctx, id)
	}
	next := *kept
	e.shadows.mu.Unlock()
	next.Result.Rows = slices.Clone(kept.Result.Rows)
	if entry.PublishedRev != next.PublishedRev {
		next.Ended = "published"
	} else if err := e.compareNew(ctx, &next, &entry); err != nil {
		return err
	}
	e.shadows.mu.Lock()
	defer e.shadows.mu.Unlock()
	if e.shadows.all[id] != kept {
		return nil // stopped, or begun anew, meanwhile
	}
	return e.saveShadow(ctx, id, &next)
}

// compareNew runs both on the events that came since the last look, the oldest first.
func (e *Engine) compareNew(ctx context.Context, s *shadow, entry *flows.Entry) error {
	events, skipped, err := e.eventsAfter(ctx, entry.ID, s.Number, shadowMost)
	if err != nil {
		return err
	}
	if s.Skipped += skipped; skipped > 0 {
		s.Number = events[len(events)-1].Number - 1
	}
	for i := range slices.Backward(events) {
		told, err := e.told(ctx, &events[i])
		if err != nil {
			return err
		}
		if !told {
			break
		}
		s.Number = events[i].Number
		if err := e.backtestOne(ctx, &s.Result, entry.Published, s.Draft, &events[i]); err != nil {
			return err
		}
	}
	s.Result.Rows = s.Result.Rows[max(0, len(s.Result.Rows)-shadowRows):]
	s.At = e.Now().UTC()
	return nil
}

// told says whether what an event's steps yield is recorded: its run has ended, or had time to.
func (e *Engine) told(ctx context.Context, info *store.EventInfo) (bool, error) {
	if info.Run == "" || e.Now().Sub(info.At) >= shadowLag {
		return true, nil
	}
	story, err := e.Store.GetRun(ctx, info.Run)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return story.Run.Status.Final(), err
}

// eventsAfter lists the kept events of a flow with higher numbers, newest first; of more than
// most the oldest are left out and counted.
func (e *Engine) eventsAfter(ctx context.Context, id string, number uint64, most int) (events []store.EventInfo, skipped int, err error) {
	q := store.Query{Flow: id, Limit: 200}
	for {
		page, next, err := e.Store.ListEvents(ctx, q)
		if err != nil {
			return nil, 0, fmt.Errorf("list events: %w", err)
		}
		for _, info := range page {
			switch {
			case info.Outcome == store.Rejected:
			case info.Number <= number:
				return events, skipped, nil
			case len(events) < most:
				events = append(events, info)
			default:
				skipped++
			}
		}
		if q.Cursor = next; next == "" {
			return events, skipped, nil
		}
	}
}
