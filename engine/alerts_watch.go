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

	"gancho/engine/alerts"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

const (
	alertState = "alert-state"
	calmAfter  = time.Hour // without a failure, an alert of failures ends

	lookEvery      = 15 * time.Second
	lookApart      = time.Second     // failures that come together are one look
	graceOfSilence = 5 * time.Minute // after a start: senders may have been away because the server was

	mostLooked = 50 // runs read in one look, so that a thousand flows that fail at once cost little
)

// watched is what was seen of what may go wrong.
type watched struct {
	mu     sync.Mutex
	failed map[string]int64   // failures of each flow that were looked at
	newest map[string]string  // newest failed run of a flow, as far as it is known
	mended map[string]bool    // flows of which failed runs were done again
	silent map[string]silence // flows that expect events
	news   chan struct{}      // a run failed, or a connection was refused or mended
}

func newWatched() watched {
	return watched{newest: map[string]string{}, mended: map[string]bool{}, silent: map[string]silence{}, news: make(chan struct{}, 1)}
}

// silence is what is known of a flow that expects events.
type silence struct {
	every time.Duration
	since time.Time // when it began to
}

// loadFailed reads up to which failures alerts were raised, so that none is forgotten that
// came just before a crash, and none told twice.
func (e *Engine) loadFailed(ctx context.Context) error {
	entry, err := e.Store.GetKey(ctx, alertState, "failed")
	if err == nil {
		if err := json.Unmarshal(entry.Value, &e.watched.failed); err != nil {
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
	e.watched.failed = map[string]int64{}
	for id, c := range counts {
		e.watched.failed[id] = c.Failed
	}
	e.saveFailed(ctx)
	return nil
}

func (e *Engine) saveFailed(ctx context.Context) {
	value, err := json.Marshal(e.watched.failed)
	if err == nil {
		_, err = e.Store.PutKey(ctx, alertState, "failed", value, -1, 0)
	}
	if err != nil {
		e.Log.Debug("note the failures that were looked at", "error", err)
	}
}

// expects notes which flows expect events. It is called with each change of a flow.
func (e *Engine) expects(id string, f *flows.Entry) {
	e.watched.mu.Lock()
	defer e.watched.mu.Unlock()
	if f == nil || f.State != flows.StateOn || f.Published == nil || f.Published.Settings.Silence == nil {
		delete(e.watched.silent, id)
		return
	}
	every := time.Duration(f.Published.Settings.Silence.ExpectEvery)
	s, known := e.watched.silent[id]
	if s.every = every; !known {
		s.since = f.Updated
	}
	e.watched.silent[id] = s
}

// noteFailure wakes those who look for failures, after a run's end was written.
func (e *Engine) noteFailure(flow, run string) {
	e.watched.mu.Lock()
	e.watched.newest[flow] = run
	e.watched.mu.Unlock()
	poke(e.watched.news)
}

// noteMended wakes those who look for failures, after failed runs of a flow were done again.
func (e *Engine) noteMended(flow string) {
	e.watched.mu.Lock()
	e.watched.mended[flow] = true
	e.watched.mu.Unlock()
	poke(e.watched.news)
}

// watch looks for what is wrong until ctx is done.
func (e *Engine) watch(ctx context.Context) {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for ctx.Err() == nil {
		e.look(ctx)
		select {
		case <-ctx.Done():
		case <-t.C:
		case <-e.watched.news:
			wait(ctx, lookApart)
		}
	}
}

func (e *Engine) look(ctx context.Context) {
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		if ctx.Err() == nil {
			e.Log.Error("look for what is wrong", "error", err)
		}
		return
	}
	e.alerts.SaveLater(ctx)
	e.lookAtDisk(ctx)
	e.lookAtHistory(ctx)
	e.lookAtConnections(ctx)
	e.lookAtFailures(ctx, counts)
	e.lookAtSilence(ctx, counts)
	e.alerts.Tell()
}

func (e *Engine) lookAtDisk(ctx context.Context) {
	if err := e.Store.Health(); errors.Is(err, store.ErrFull) {
		e.alerts.Change(ctx, alerts.Alarm{Kind: alerts.Disk}, func(a *alerts.Alert, _ bool) { a.Count = 1 })
	} else if err == nil {
		e.alerts.Over(ctx, alerts.Alarm{Kind: alerts.Disk})
	}
}

// lookAtHistory raises an alarm for each file of the history that cannot be read.
func (e *Engine) lookAtHistory(ctx context.Context) {
	unread := e.Store.Unread("")
	for _, name := range unread {
		e.alerts.Change(ctx, alerts.Alarm{Kind: alerts.History, Key: name}, func(a *alerts.Alert, _ bool) { a.Count = 1 })
	}
	for _, a := range e.alerts.Going() {
		if a.Kind == alerts.History && !slices.Contains(unread, a.Key) {
			e.alerts.Over(ctx, a.Alarm())
		}
	}
}

func (e *Engine) lookAtConnections(ctx context.Context) {
	if err := e.Connections.KeepUses(ctx); err != nil && ctx.Err() == nil {
		e.Log.Debug("note the use of connections", "error", err)
	}
	broken := e.Connections.Broken()
	for _, name := range broken {
		e.alerts.Change(ctx, alerts.Alarm{Kind: alerts.Connection, Connection: name}, func(a *alerts.Alert, _ bool) { a.Count = 1 })
	}
	for _, a := range e.alerts.Going() {
		if a.Kind == alerts.Connection && !slices.Contains(broken, a.Connection) {
			e.alerts.Over(ctx, a.Alarm())
		}
	}
}

// lookAtFailures counts the failures that came since the last look, by the ledger: it
// survives a crash, and counts exactly.
func (e *Engine) lookAtFailures(ctx context.Context, counts map[string]store.Count) {
	changed, reads := false, 0
	for id, c := range counts {
		before := e.watched.failed[id]
		if c.Failed == before {
			continue
		}
		e.watched.failed[id], changed = c.Failed, true
		if c.Failed > before {
			reads++
			e.raiseFailure(ctx, id, before, c.Failed, reads <= mostLooked)
		}
	}
	if changed {
		e.saveFailed(ctx)
	}
	e.watched.mu.Lock()
	mended := e.watched.mended
	e.watched.mended = map[string]bool{}
	e.watched.mu.Unlock()
	now := e.Now()
	for _, a := range e.alerts.Going() {
		if a.Kind == alerts.Failure && (now.Sub(a.Last) >= calmAfter && a.Due.IsZero() || mended[a.Flow] && e.allAgain(ctx, &a)) {
			e.alerts.Over(ctx, a.Alarm())
		}
	}
}

// mostAgain are the failed runs that are looked at for one that was not done again.
const mostAgain = 1000

// allAgain says that all runs which failed since an alert began were done again, and none failed
// anew. It looks back to a page without any that failed since.
func (e *Engine) allAgain(ctx context.Context, a *alerts.Alert) bool {
	if err := e.loadReplayed(ctx); err != nil {
		return false
	}
	since := a.First.Add(-lookEvery - lookApart)
	q := store.Query{Flow: a.Flow, Status: string(store.Failed), Limit: 200}
	for seen := 0; seen < mostAgain; seen += q.Limit {
		runs, next, err := e.Store.ListRuns(ctx, q)
		late := slices.DeleteFunc(runs, func(r store.Run) bool { return r.Ended.Before(since) })
		if err != nil || slices.ContainsFunc(late, func(r store.Run) bool { return !e.replayed.has(r.ID) }) {
			return false
		}
		if q.Cursor = next; next == "" || len(late) == 0 {
			return true
		}
	}
	return false
}

func (e *Engine) raiseFailure(ctx context.Context, id string, before, failed int64, read bool) {
	run, cause := e.newestFailure(ctx, id, read)
	e.alerts.Change(ctx, alerts.Alarm{Kind: alerts.Failure, Flow: id}, func(a *alerts.Alert, fresh bool) {
		if fresh {
			a.Before = before
		}
		a.Count = max(a.Count, failed-a.Before)
		if run != "" {
			a.Run, a.Error = run, cause
		}
	})
}

// newestFailure gives the newest failed run of a flow, and what its error says without what
// the flow masks.
func (e *Engine) newestFailure(ctx context.Context, id string, read bool) (run string, cause *said.ErrorView) {
	e.watched.mu.Lock()
	run = e.watched.newest[id]
	delete(e.watched.newest, id)
	e.watched.mu.Unlock()
	if !read {
		return run, nil
	}
	if run == "" {
		runs, _, err := e.Store.ListRuns(ctx, store.Query{Flow: id, Status: string(store.Failed), Limit: 1})
		if err != nil || len(runs) == 0 {
			return "", nil
		}
		run = runs[0].ID
	}
	v, err := e.Run(ctx, run)
	if err != nil {
		return run, nil
	}
	return run, v.Error
}

// lookAtSilence raises the alarm of flows that got no event for too long, and ends it where
// one came.
func (e *Engine) lookAtSilence(ctx context.Context, counts map[string]store.Count) {
	e.watched.mu.Lock()
	expect := maps.Clone(e.watched.silent)
	e.watched.mu.Unlock()
	now := e.Now()
	for id, s := range expect {
		if now.Sub(e.started) < min(s.every, graceOfSilence) {
			continue
		}
		last := counts[id].LastEvent
		if s.since.After(last) {
			last = s.since
		}
		alarm := alerts.Alarm{Kind: alerts.Silence, Flow: id}
		silent, every := now.Sub(last) > s.every, s.every
		if since := e.SilentSince(id); !silent && !since.IsZero() && counts[id].LastEvent.After(since) {
			e.alerts.Over(ctx, alarm)
		} else if silent && since.IsZero() {
			var raised alerts.Alert // a copy: who sees the alert at once ends it
			e.alerts.Change(ctx, alarm, func(a *alerts.Alert, _ bool) {
				a.Count, a.Expected = 1, every.Milliseconds()
				raised = *a
			})
			e.failSilence(ctx, &raised)
		}
	}
	for _, a := range e.alerts.Going() {
		if _, expects := expect[a.Flow]; a.Kind == alerts.Silence && !expects {
			e.alerts.Drop(ctx, a.Alarm())
		}
	}
}

// failSilence starts the flows that are told of failures. The alert's number is the dedupe
// key, so that they are told once.
func (e *Engine) failSilence(ctx context.Context, a *alerts.Alert) {
	entry, err := e.Flows.Get(a.Flow)
	if err != nil || entry.Published == nil {
		return
	}
	words := e.alertWords(a)
	cause := map[string]any{"code": "silence", "message": words.EN, "status": 0}
	in := e.failureEventsOf(entry.Published, words, map[string]any{"flow": a.Flow, "run": "", "step": "", "error": cause})
	for i := range in {
		in[i].Key, in[i].KeyFor = "silence/"+a.ID, alerts.KeptFor
	}
	if len(in) == 0 {
		return
	}
	if _, err := e.Accept(ctx, in); err != nil {
		e.Log.Error("start the flows that are told of a silence", "flow", a.Flow, "error", err)
	}
}

// failedWords say which flow failed, and at which step. They are the title of another flow's run, which
// hides what that one masks: the error itself has no place in it.
func (e *Engine) failedWords(failed *flow.Flow, step string) form.Words {
	name := cmp.Or(failed.Name, failed.ID)
	en, pt := name+" failed", name+" falhou"
	if step != "" {
		at := e.Catalogue.stepWords(failed, step)
		en, pt = fmt.Sprintf("%s at step %q", en, at.EN), fmt.Sprintf("%s no passo %q", pt, at.PT)
	}
	return form.Label(en, pt)
}

// failureEventsOf makes the events of the flows that are told of failures of a flow.
func (e *Engine) failureEventsOf(failed *flow.Flow, title form.Words, what map[string]any) []Incoming {
	body, err := json.Marshal(what)
	if err != nil {
		e.Log.Error("event of a failure", "flow", failed.ID, "error", err)
		return nil
	}
	var events []Incoming
	for _, id := range e.failing.of(failed) {
		if id == failed.ID {
			continue
		}
		events = append(events, Incoming{Flow: id, At: e.Now(), Body: body, Meta: Meta{Kind: "failure", Type: "application/json"}, Title: title.In(e.Instance().Lang)})
	}
	return events
}
