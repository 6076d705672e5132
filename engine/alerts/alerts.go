// Package alerts keeps what is and was wrong, and tells people of it.
package alerts

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"gancho/engine/connections"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// Kind is what an alert is about.
type Kind string

// The kinds of alert.
const (
	Failure    Kind = "failure"    // runs of a flow fail
	Silence    Kind = "silence"    // a flow expected an event and got none
	Connection Kind = "connection" // a provider refused a connection
	Drift      Kind = "drift"      // events do not look as they did
	Disk       Kind = "disk"       // nothing can be written
	Backup     Kind = "backup"     // a scheduled backup failed
	History    Kind = "history"    // some of the history cannot be read
)

// Alarm is something that a person should know. Alarms of one kind, flow, connection and key
// are one alert while it is open.
type Alarm struct {
	Kind       Kind
	Flow       string
	Connection string
	Key        string
	Words      form.Words // what is the matter, for kinds that do not say it by themselves
}

func (a *Alarm) subject() string {
	return string(a.Kind) + "\x00" + a.Flow + "\x00" + a.Connection + "\x00" + a.Key
}

// over is where an alert that has ended stays until people were told.
func (a *Alarm) over(id string) string { return a.subject() + "\x00" + id }

// Telling is one try to tell somebody.
type Telling struct {
	To    string    `json:"to" doc:"e-mail address or name of a connection"`
	At    time.Time `json:"at" doc:"when it was tried"`
	Error string    `json:"error" doc:"why it was not told; empty when it was"`
}

// Alert is one episode of something that is wrong. Its JSON is a saved format: members are
// added, never changed.
type Alert struct {
	ID         string          `json:"id"`
	Kind       Kind            `json:"kind"`
	Flow       string          `json:"flow,omitempty"`
	Connection string          `json:"connection,omitempty"`
	Key        string          `json:"key,omitempty"`
	Words      *form.Words     `json:"words,omitempty"`
	Count      int64           `json:"count"`
	Before     int64           `json:"before,omitempty"` // what the flow's failures were when it began
	First      time.Time       `json:"first"`
	Last       time.Time       `json:"last"`
	Ended      time.Time       `json:"ended,omitzero"`
	SeenBy     string          `json:"seen_by,omitempty"`
	Run        string          `json:"run,omitempty"`
	Error      *said.ErrorView `json:"error,omitempty"`
	Expected   int64           `json:"expected_ms,omitempty"`
	Told       []Telling       `json:"told,omitempty"`
	Due        time.Time       `json:"due,omitzero"`    // when people are to be told next
	Spoken     time.Time       `json:"spoken,omitzero"` // when they were last
	Tries      int             `json:"tries,omitempty"`
	Owing      []string        `json:"owing,omitempty"` // who was not reached

	unsaved bool
}

// Alarm is what raises it.
func (a *Alert) Alarm() Alarm {
	return Alarm{Kind: a.Kind, Flow: a.Flow, Connection: a.Connection, Key: a.Key}
}

// KeptFor is how long an alert is kept.
const KeptFor = 90 * 24 * time.Hour

const (
	alertSpace = "alerts"
	tellEvery  = time.Hour // the same matter is told at most so often
	mostTold   = 20
)

// Engine is what alerts ask of it.
type Engine interface {
	// Say tells what is the matter, in a sentence, and where people see more; "" where there is nothing more.
	Say(a *Alert) (matter form.Words, at string)
	// Lang is what messages are in where nobody has said it.
	Lang(ctx context.Context) string
	// Carry sends a text through a connection, by an action and what it is filled with.
	Carry(ctx context.Context, c *connections.Connection, action string, with map[string]any, lang string) error
	// Changed is told of every change. It must be quick.
	Changed(a Alert)
}

// Config is what Alerts are made of.
type Config struct {
	Store       store.Store
	Flows       *flows.Flows
	Connections *connections.Connections
	Log         *slog.Logger
	Now         func() time.Time
	Engine      Engine
}

// Alerts are what is and was wrong. Those that are open are kept in memory too, so that a full
// disk is told of.
type Alerts struct {
	Config

	mu   sync.Mutex
	open map[string]*Alert // by subject
	last int64             // newest ID's time
	owed chan struct{}     // somebody is to be told
}

// Open reads those that go on, or that people are to be told of. Nobody is told before Work.
func Open(ctx context.Context, c Config) (*Alerts, error) {
	s := &Alerts{Config: c, open: map[string]*Alert{}, owed: make(chan struct{}, 1)}
	after := ""
	for {
		entries, err := s.Store.ListKeys(ctx, alertSpace, "", after, 200)
		if err != nil {
			return nil, fmt.Errorf("read alerts: %w", err)
		}
		for _, entry := range entries {
			a, err := readAlert(entry)
			if err != nil {
				return nil, err
			}
			alarm := a.Alarm()
			switch after = entry.Key; {
			case a.Ended.IsZero():
				s.open[alarm.subject()] = a
			case !a.Due.IsZero():
				s.open[alarm.over(a.ID)] = a
			}
		}
		if len(entries) < 200 {
			return s, nil
		}
	}
}

func readAlert(entry store.Entry) (*Alert, error) {
	a := new(Alert)
	if err := json.Unmarshal(entry.Value, a); err != nil {
		return nil, fmt.Errorf("read alert %s: %w", entry.Key, err)
	}
	return a, nil
}

// Raise opens an alert, or counts one more on the open one. It never fails: what cannot be
// written is kept in memory and written later.
func (s *Alerts) Raise(ctx context.Context, alarm Alarm) {
	s.Change(ctx, alarm, func(a *Alert, _ bool) { a.Count++ })
	s.Tell()
}

// Change changes the open alert of an alarm, or a new one, by f. Whom it is told is left to Tell.
func (s *Alerts) Change(ctx context.Context, alarm Alarm, f func(a *Alert, fresh bool)) {
	now := s.Now().UTC()
	s.mu.Lock()
	a := s.open[alarm.subject()]
	fresh := a == nil
	if fresh {
		a = &Alert{ID: s.id(now), Kind: alarm.Kind, Flow: alarm.Flow, Connection: alarm.Connection, Key: alarm.Key, First: now}
		s.open[alarm.subject()] = a
	}
	if !alarm.Words.IsZero() {
		words := alarm.Words
		a.Words = &words
	}
	a.Last = now
	f(a, fresh)
	if a.Due.IsZero() && (fresh || a.Kind == Failure) {
		if a.Due = a.Spoken.Add(tellEvery); a.Spoken.IsZero() || a.Due.Before(now) {
			a.Due = now
		}
	}
	s.save(ctx, a)
	s.mu.Unlock()
	s.changed(a)
}

// Over ends the open alert of an alarm, if there is one, and lets those know who were told.
func (s *Alerts) Over(ctx context.Context, alarm Alarm) {
	s.end(ctx, alarm.subject(), "", alarm.Kind != Failure && alarm.Kind != Drift)
}

func (s *Alerts) end(ctx context.Context, subject, by string, tell bool) *Alert {
	s.mu.Lock()
	a := s.open[subject]
	if a == nil {
		s.mu.Unlock()
		return nil
	}
	delete(s.open, subject)
	now := s.Now().UTC()
	a.Ended, a.SeenBy, a.Due = now, by, time.Time{}
	if tell && !a.Spoken.IsZero() {
		a.Due, a.Tries = now, 0
		alarm := a.Alarm()
		s.open[alarm.over(a.ID)] = a
	}
	s.save(ctx, a)
	s.mu.Unlock()
	s.changed(a)
	s.Tell()
	return a
}

// id rises backwards in time, so that the newest are listed first. The caller holds the lock.
func (s *Alerts) id(now time.Time) string {
	s.last = max(s.last+1, now.UnixNano())
	return store.NewestFirst(s.last)
}

// save writes an alert. The caller holds the lock.
func (s *Alerts) save(ctx context.Context, a *Alert) {
	s.saveFor(ctx, a, KeptFor) //nolint:errcheck // SaveLater tries again
}

func (s *Alerts) saveFor(ctx context.Context, a *Alert, keep time.Duration) error {
	value, err := json.Marshal(a)
	if err == nil {
		_, err = s.Store.PutKey(context.WithoutCancel(ctx), alertSpace, a.ID, value, -1, keep)
	}
	if a.unsaved = err != nil; err != nil {
		s.Log.Debug("an alert is written later", "kind", a.Kind, "flow", a.Flow, "error", err)
	}
	return err
}

// SaveLater writes what could not be written before.
func (s *Alerts) SaveLater(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.open {
		if a.unsaved {
			s.save(ctx, a)
		}
	}
}

// Query narrows a list of alerts; zero members do not.
type Query struct {
	Open   bool
	Flow   string
	Kind   Kind
	Cursor string
	Limit  int
}

func (q *Query) takes(a *Alert) bool {
	return (!q.Open || a.Ended.IsZero()) && (q.Flow == "" || a.Flow == q.Flow) && (q.Kind == "" || a.Kind == q.Kind)
}

// List gives alerts, newest first, with a cursor for the next page.
func (s *Alerts) List(ctx context.Context, q Query) ([]Alert, string, error) {
	list := []Alert{}
	if q.Open {
		for _, a := range s.Going() {
			if q.takes(&a) && a.ID > q.Cursor {
				if len(list) == q.Limit {
					return list, list[len(list)-1].ID, nil
				}
				list = append(list, a)
			}
		}
		return list, "", nil
	}
	after := q.Cursor
	for {
		entries, err := s.Store.ListKeys(ctx, alertSpace, "", after, 200)
		if err != nil {
			return nil, "", fmt.Errorf("list alerts: %w", err)
		}
		for _, entry := range entries {
			a, err := readAlert(entry)
			if err != nil {
				return nil, "", err
			}
			if len(list) == q.Limit {
				return list, after, nil
			}
			if after = entry.Key; q.takes(a) {
				list = append(list, *a)
			}
		}
		if len(entries) < 200 {
			return list, "", nil
		}
	}
}

// Going gives copies of those that go on, newest first.
func (s *Alerts) Going() []Alert {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Alert
	for a := range maps.Values(s.open) {
		if a.Ended.IsZero() {
			list = append(list, *a)
		}
	}
	slices.SortFunc(list, func(a, b Alert) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// See ends an alert because a person has seen it; what comes after opens a new one.
func (s *Alerts) See(ctx context.Context, id, by string) (Alert, error) {
	for _, open := range s.Going() {
		if alarm := open.Alarm(); open.ID == id {
			if a := s.end(ctx, alarm.subject(), by, false); a != nil {
				return *a, nil
			}
		}
	}
	entry, err := s.Store.GetKey(ctx, alertSpace, id)
	if err != nil {
		return Alert{}, err
	}
	a, err := readAlert(entry)
	if err != nil {
		return Alert{}, err
	}
	return *a, nil
}

// Find gives the open alert of an alarm; false where there is none.
func (s *Alerts) Find(alarm Alarm) (Alert, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.open[alarm.subject()]; a != nil {
		return *a, true
	}
	return Alert{}, false
}

// Drop ends the open alert of an alarm that nobody asks about any more, without a word.
func (s *Alerts) Drop(ctx context.Context, alarm Alarm) {
	s.end(ctx, alarm.subject(), "", false)
}

// Forget takes out of every alert what f takes out of it, and says whether there was any. f must put values anew, and not
// change what they point to.
func (s *Alerts) Forget(ctx context.Context, f func(a *Alert) bool) (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := map[string]bool{}
	for _, a := range s.open {
		if open[a.ID] = true; f(a) {
			changed = true
			s.save(ctx, a)
		}
	}
	for after := ""; ; {
		entries, err := s.Store.ListKeys(ctx, alertSpace, "", after, 200)
		if err != nil {
			return changed, fmt.Errorf("list alerts: %w", err)
		}
		for _, entry := range entries {
			after = entry.Key
			a, err := readAlert(entry)
			if err != nil {
				return changed, err
			}
			if !open[a.ID] && f(a) {
				changed = true
				if err := s.saveFor(ctx, a, max(time.Millisecond, entry.Expires.Sub(s.Now()))); err != nil {
					return changed, fmt.Errorf("write an alert anew: %w", err)
				}
			}
		}
		if len(entries) < 200 {
			return changed, nil
		}
	}
}

// Tell has people told of what is due.
func (s *Alerts) Tell() {
	select {
	case s.owed <- struct{}{}:
	default:
	}
}

func (s *Alerts) changed(a *Alert) {
	s.mu.Lock()
	now := *a
	s.mu.Unlock()
	s.Engine.Changed(now)
}
