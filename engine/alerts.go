package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gancho/engine/form"
	"gancho/engine/store"
)

// AlertKind is what an alert is about.
type AlertKind string

// The kinds of alert.
const (
	AlertFailure    AlertKind = "failure"    // runs of a flow fail
	AlertSilence    AlertKind = "silence"    // a flow expected an event and got none
	AlertConnection AlertKind = "connection" // a provider refused a connection
	AlertDrift      AlertKind = "drift"      // events do not look as they did
	AlertDisk       AlertKind = "disk"       // nothing can be written
	AlertBackup     AlertKind = "backup"     // a scheduled backup failed
	AlertHistory    AlertKind = "history"    // some of the history cannot be read
)

// Alarm is something that a person should know. Alarms of one kind, flow, connection and key
// are one alert while it is open.
type Alarm struct {
	Kind       AlertKind
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
	To    string    `json:"to"`
	At    time.Time `json:"at"`
	Error string    `json:"error" doc:"why it was not told; empty when it was"`
}

// alert is one episode of something that is wrong. Its JSON is a saved format: members are
// added, never changed.
type alert struct {
	ID         string      `json:"id"`
	Kind       AlertKind   `json:"kind"`
	Flow       string      `json:"flow,omitempty"`
	Connection string      `json:"connection,omitempty"`
	Key        string      `json:"key,omitempty"`
	Words      *form.Words `json:"words,omitempty"`
	Count      int64       `json:"count"`
	Before     int64       `json:"before,omitempty"` // what the flow's failures were when it began
	First      time.Time   `json:"first"`
	Last       time.Time   `json:"last"`
	Ended      time.Time   `json:"ended,omitzero"`
	SeenBy     string      `json:"seen_by,omitempty"`
	Run        string      `json:"run,omitempty"`
	Error      *ErrorView  `json:"error,omitempty"`
	Expected   int64       `json:"expected_ms,omitempty"`
	Told       []Telling   `json:"told,omitempty"`
	Due        time.Time   `json:"due,omitzero"`    // when people are to be told next
	Spoken     time.Time   `json:"spoken,omitzero"` // when they were last
	Tries      int         `json:"tries,omitempty"`
	Owing      []string    `json:"owing,omitempty"` // who was not reached

	unsaved bool
}

func (a *alert) alarm() Alarm {
	return Alarm{Kind: a.Kind, Flow: a.Flow, Connection: a.Connection, Key: a.Key}
}

// AlertView is an alert as people see it.
type AlertView struct {
	ID         string     `json:"id"`
	Kind       AlertKind  `json:"kind" enum:"failure,silence,connection,drift,disk,backup"`
	Flow       string     `json:"flow"`
	Connection string     `json:"connection"`
	Message    string     `json:"message"`
	Count      int64      `json:"count"`
	First      time.Time  `json:"first"`
	Last       time.Time  `json:"last"`
	Ended      *time.Time `json:"ended" doc:"null while it goes on"`
	SeenBy     *string    `json:"seen_by" doc:"who marked it as seen, or null"`
	Run        string     `json:"run" doc:"newest failed run; empty if there is none"`
	Error      *ErrorView `json:"error"`
	Told       []Telling  `json:"told"`

	Words form.Words `json:"-"`
	step  form.Words // what the step that failed is called
}

// Speak says in a language what is the matter.
func (v *AlertView) Speak(lang string) {
	v.Message = v.Words.In(lang)
	if v.Error != nil {
		own := *v.Error
		own.Name = v.step.In(lang)
		own.speak(lang)
		v.Error = &own
	}
}

const (
	alertSpace = "alerts"
	alertState = "alert-state"
	alertsFor  = 90 * 24 * time.Hour
	tellEvery  = time.Hour // the same matter is told at most so often
	calmAfter  = time.Hour // without a failure, an alert of failures ends
	mostTold   = 20
)

// alerts are what is and was wrong. Those that are open are kept in memory too, so that a full
// disk is told of.
type alerts struct {
	mu     sync.Mutex
	open   map[string]*alert  // by subject
	failed map[string]int64   // failures of each flow that were looked at
	newest map[string]string  // newest failed run of a flow, as far as it is known
	mended map[string]bool    // flows of which failed runs were done again
	silent map[string]silence // flows that expect events
	told   listeners[AlertView]
	last   int64           // newest ID's time
	news   chan struct{}   // a run failed
	owed   chan struct{}   // somebody is to be told
	broken func() []string // connections that were refused
}

func (e *Engine) loadAlerts(ctx context.Context) error {
	e.alerts = &alerts{
		open: map[string]*alert{}, newest: map[string]string{}, mended: map[string]bool{}, silent: map[string]silence{},
		news: make(chan struct{}, 1), owed: make(chan struct{}, 1), broken: e.Connections.Broken,
	}
	after := ""
	for {
		entries, err := e.Store.ListKeys(ctx, alertSpace, "", after, 200)
		if err != nil {
			return fmt.Errorf("read alerts: %w", err)
		}
		for _, entry := range entries {
			a, err := readAlert(entry)
			if err != nil {
				return err
			}
			alarm := a.alarm()
			switch after = entry.Key; {
			case a.Ended.IsZero():
				e.alerts.open[alarm.subject()] = a
			case !a.Due.IsZero():
				e.alerts.open[alarm.over(a.ID)] = a
			}
		}
		if len(entries) < 200 {
			break
		}
	}
	return e.loadFailed(ctx)
}

func readAlert(entry store.Entry) (*alert, error) {
	a := new(alert)
	if err := json.Unmarshal(entry.Value, a); err != nil {
		return nil, fmt.Errorf("read alert %s: %w", entry.Key, err)
	}
	return a, nil
}

// loadFailed reads up to which failures alerts were raised, so that none is forgotten that
// came just before a crash, and none told twice.
func (e *Engine) loadFailed(ctx context.Context) error {
	entry, err := e.Store.GetKey(ctx, alertState, "failed")
	if err == nil {
		if err := json.Unmarshal(entry.Value, &e.alerts.failed); err != nil {
			return fmt.Errorf("read alerts: %w", err)
		}
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read alerts: %w", err)
	}
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return fmt.Errorf("read alerts: %w", err)
	}
	e.alerts.failed = map[string]int64{}
	for id, c := range counts {
		e.alerts.failed[id] = c.Failed
	}
	e.saveFailed(ctx)
	return nil
}

func (e *Engine) saveFailed(ctx context.Context) {
	value, err := json.Marshal(e.alerts.failed)
	if err == nil {
		_, err = e.Store.PutKey(ctx, alertState, "failed", value, -1, 0)
	}
	if err != nil {
		e.Log.Debug("note the failures that were looked at", "error", err)
	}
}

// Raise opens an alert, or counts one more on the open one. It never fails: what cannot be
// written is kept in memory and written later.
func (e *Engine) Raise(ctx context.Context, alarm Alarm) {
	e.raise(ctx, alarm, func(a *alert, _ bool) { a.Count++ })
	poke(e.alerts.owed)
}

// raise changes the open alert of an alarm, or a new one, by f.
func (e *Engine) raise(ctx context.Context, alarm Alarm, f func(a *alert, fresh bool)) {
	now := e.Now().UTC()
	e.alerts.mu.Lock()
	a := e.alerts.open[alarm.subject()]
	fresh := a == nil
	if fresh {
		a = &alert{ID: e.alerts.id(now), Kind: alarm.Kind, Flow: alarm.Flow, Connection: alarm.Connection, Key: alarm.Key, First: now}
		e.alerts.open[alarm.subject()] = a
	}
	if !alarm.Words.IsZero() {
		words := alarm.Words
		a.Words = &words
	}
	a.Last = now
	f(a, fresh)
	if a.Due.IsZero() && (fresh || a.Kind == AlertFailure) {
		if a.Due = a.Spoken.Add(tellEvery); a.Spoken.IsZero() || a.Due.Before(now) {
			a.Due = now
		}
	}
	e.saveAlert(ctx, a)
	e.alerts.mu.Unlock()
	e.tellAlert(a)
}

// Over ends the open alert of an alarm, if there is one, and lets those know who were told.
func (e *Engine) Over(ctx context.Context, alarm Alarm) {
	e.endAlert(ctx, alarm.subject(), "", alarm.Kind != AlertFailure && alarm.Kind != AlertDrift)
}

func (e *Engine) endAlert(ctx context.Context, subject, by string, tell bool) *alert {
	e.alerts.mu.Lock()
	a := e.alerts.open[subject]
	if a == nil {
		e.alerts.mu.Unlock()
		return nil
	}
	delete(e.alerts.open, subject)
	now := e.Now().UTC()
	a.Ended, a.SeenBy, a.Due = now, by, time.Time{}
	if tell && !a.Spoken.IsZero() {
		a.Due, a.Tries = now, 0
		alarm := a.alarm()
		e.alerts.open[alarm.over(a.ID)] = a
	}
	e.saveAlert(ctx, a)
	e.alerts.mu.Unlock()
	e.tellAlert(a)
	poke(e.alerts.owed)
	return a
}

// id rises backwards in time, so that the newest are listed first. The caller holds the lock.
func (s *alerts) id(now time.Time) string {
	s.last = max(s.last+1, now.UnixNano())
	return store.NewestFirst(s.last)
}

// saveAlert writes an alert. The caller holds the lock.
func (e *Engine) saveAlert(ctx context.Context, a *alert) {
	value, err := json.Marshal(a)
	if err == nil {
		_, err = e.Store.PutKey(context.WithoutCancel(ctx), alertSpace, a.ID, value, -1, alertsFor)
	}
	if a.unsaved = err != nil; err != nil {
		e.Log.Debug("an alert is written later", "kind", a.Kind, "flow", a.Flow, "error", err)
	}
}

// saveLater writes what could not be written before.
func (e *Engine) saveLater(ctx context.Context) {
	e.alerts.mu.Lock()
	defer e.alerts.mu.Unlock()
	for _, a := range e.alerts.open {
		if a.unsaved {
			e.saveAlert(ctx, a)
		}
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// AlertQuery narrows a list of alerts; zero members do not.
type AlertQuery struct {
	Open   bool
	Flow   string
	Kind   AlertKind
	Cursor string
	Limit  int
}

func (q *AlertQuery) takes(a *alert) bool {
	return (!q.Open || a.Ended.IsZero()) && (q.Flow == "" || a.Flow == q.Flow) && (q.Kind == "" || a.Kind == q.Kind)
}

// Alerts lists alerts, newest first, with a cursor for the next page.
func (e *Engine) Alerts(ctx context.Context, q AlertQuery) ([]AlertView, string, error) {
	views := []AlertView{}
	if q.Open {
		for _, a := range e.openAlerts() {
			if q.takes(&a) && a.ID > q.Cursor {
				if len(views) == q.Limit {
					return views, views[len(views)-1].ID, nil
				}
				views = append(views, e.viewAlert(&a))
			}
		}
		return views, "", nil
	}
	after := q.Cursor
	for {
		entries, err := e.Store.ListKeys(ctx, alertSpace, "", after, 200)
		if err != nil {
			return nil, "", fmt.Errorf("list alerts: %w", err)
		}
		for _, entry := range entries {
			a, err := readAlert(entry)
			if err != nil {
				return nil, "", err
			}
			if len(views) == q.Limit {
				return views, after, nil
			}
			if after = entry.Key; q.takes(a) {
				views = append(views, e.viewAlert(a))
			}
		}
		if len(entries) < 200 {
			return views, "", nil
		}
	}
}

// openAlerts gives copies, newest first.
func (e *Engine) openAlerts() []alert {
	e.alerts.mu.Lock()
	defer e.alerts.mu.Unlock()
	var list []alert
	for a := range maps.Values(e.alerts.open) {
		if a.Ended.IsZero() {
			list = append(list, *a)
		}
	}
	slices.SortFunc(list, func(a, b alert) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// SeeAlert ends an alert because a person has seen it; what comes after opens a new one.
func (e *Engine) SeeAlert(ctx context.Context, id, by string) (AlertView, error) {
	for _, open := range e.openAlerts() {
		if alarm := open.alarm(); open.ID == id {
			if a := e.endAlert(ctx, alarm.subject(), by, false); a != nil {
				return e.viewAlert(a), nil
			}
		}
	}
	entry, err := e.Store.GetKey(ctx, alertSpace, id)
	if err != nil {
		return AlertView{}, err
	}
	a, err := readAlert(entry)
	if err != nil {
		return AlertView{}, err
	}
	return e.viewAlert(a), nil
}

// FollowAlerts calls f after every change of an alert until stop is called. f must be quick.
func (e *Engine) FollowAlerts(f func(v AlertView)) (stop func()) {
	return e.alerts.told.add(f)
}

func (e *Engine) tellAlert(a *alert) {
	e.alerts.mu.Lock()
	now := *a
	e.alerts.mu.Unlock()
	e.alerts.told.tell(func() AlertView { return e.viewAlert(&now) })
}

func (e *Engine) viewAlert(a *alert) AlertView {
	v := AlertView{
		ID: a.ID, Kind: a.Kind, Flow: a.Flow, Connection: a.Connection, Count: a.Count, First: a.First, Last: a.Last, Ended: moment(a.Ended),
		Run: a.Run, Error: a.Error, Told: a.Told, Words: e.alertWords(a),
	}
	if a.SeenBy != "" {
		v.SeenBy = &a.SeenBy
	}
	if a.Error != nil && a.Error.Step != "" {
		v.step = e.failedStep(a)
	}
	if v.Told == nil {
		v.Told = []Telling{}
	}
	return v
}

// SilentSince says since when a flow has been silent that expects events; zero if it is not.
func (e *Engine) SilentSince(id string) time.Time {
	alarm := Alarm{Kind: AlertSilence, Flow: id}
	e.alerts.mu.Lock()
	defer e.alerts.mu.Unlock()
	if a := e.alerts.open[alarm.subject()]; a != nil {
		return a.First
	}
	return time.Time{}
}

// OpenAlerts counts what is wrong now, by kind.
func (e *Engine) OpenAlerts() map[AlertKind]int {
	counts := map[AlertKind]int{}
	for _, kind := range []AlertKind{AlertFailure, AlertSilence, AlertConnection, AlertDrift, AlertDisk, AlertBackup, AlertHistory} {
		counts[kind] = 0
	}
	for _, a := range e.openAlerts() {
		counts[a.Kind]++
	}
	return counts
}
