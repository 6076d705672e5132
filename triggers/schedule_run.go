package triggers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// ScheduleConfig is what a Schedule is made of.
type ScheduleConfig struct {
	Engine interface {
		Accept(ctx context.Context, in []engine.Incoming) ([]engine.Receipt, error)
	}
	Flows interface {
		Watch(f func(id string, e *flows.Entry))
	}
	Keys store.Keys
	Log  *slog.Logger
	Now  func() time.Time
}

// Schedule makes the events of flows that are started by the clock. Each planned moment is
// accepted once, over restarts and with several processes at work: the store refuses what is
// not later than the flow's last.
type Schedule struct {
	ScheduleConfig
	news chan struct{}

	mu      sync.Mutex
	changed map[string]*flows.Entry
	timers  map[string]*timer // of Run alone, like kept and began
	kept    map[string]saved  // nil until it is read
	began   time.Time
}

// timer is one schedule with its next moment.
type timer struct {
	table   *timetable
	plan    string // fingerprint of the settings: a change begins anew
	catchUp string
	jitter  time.Duration
	next    time.Time // planned
}

// saved is what is kept of a timer. Members are added, never changed.
type saved struct {
	Plan string    `json:"plan"`
	Next time.Time `json:"next"`
}

const scheduleSpace = "schedule"

// NewSchedule follows the flows from now on. Nothing is due before Run.
func NewSchedule(c ScheduleConfig) *Schedule {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Schedule{ScheduleConfig: c, news: make(chan struct{}, 1), changed: map[string]*flows.Entry{}, timers: map[string]*timer{}}
	c.Flows.Watch(s.flowChanged)
	return s
}

func (s *Schedule) flowChanged(id string, e *flows.Entry) {
	s.mu.Lock()
	s.changed[id] = e
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// clockEvery is how long a timer may sleep without reading the clock: timers stand still
// while a machine sleeps, and clocks are set.
const clockEvery = time.Minute

// Run makes events as they come due, until ctx is done. It never gives up: what cannot be
// accepted or kept now is tried again.
func (s *Schedule) Run(ctx context.Context) error {
	s.began = s.Now()
	clock := time.NewTimer(0)
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.news:
		case <-clock.C:
		}
		wait := clockEvery
		if err := errors.Join(s.follow(ctx), s.fire(ctx)); err != nil && ctx.Err() == nil {
			s.Log.Error("schedules", "error", err)
			wait = 5 * time.Second
		}
		clock.Reset(min(wait, s.nearest()))
	}
}

// nearest is how long it is to the next moment, at least a moment.
func (s *Schedule) nearest() time.Duration {
	now, least := s.Now(), clockEvery
	for id, t := range s.timers {
		least = min(least, t.due(id, t.next).Sub(now))
	}
	return max(least, time.Millisecond)
}

// follow takes over the changes of flows. What fails stays to be done.
func (s *Schedule) follow(ctx context.Context) error {
	if err := s.load(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	changed := s.changed
	s.changed = map[string]*flows.Entry{}
	s.mu.Unlock()
	var failed error
	for id, e := range changed {
		if err := s.set(ctx, id, e); err != nil {
			failed = errors.Join(failed, fmt.Errorf("schedule of flow %s: %w", id, err))
			s.mu.Lock()
			if _, newer := s.changed[id]; !newer {
				s.changed[id] = e
			}
			s.mu.Unlock()
		}
	}
	return failed
}

// load reads the next moments that were kept, once.
func (s *Schedule) load(ctx context.Context) error {
	if s.kept != nil {
		return nil
	}
	kept, after := map[string]saved{}, ""
	for {
		entries, err := s.Keys.ListKeys(ctx, scheduleSpace, "", after, 500)
		if err != nil {
			return fmt.Errorf("read next times: %w", err)
		}
		for _, e := range entries {
			var k saved
			if err := json.Unmarshal(e.Value, &k); err != nil {
				return fmt.Errorf("read next time of flow %s: %w", e.Key, err)
			}
			kept[e.Key], after = k, e.Key
		}
		if len(entries) == 0 {
			s.kept = kept
			return nil
		}
	}
}

// set makes, changes or ends the timer of one flow.
func (s *Schedule) set(ctx context.Context, id string, e *flows.Entry) error {
	t := timerOf(e)
	if t == nil {
		delete(s.timers, id)
		return s.drop(ctx, id)
	}
	if before := s.timers[id]; before != nil && before.plan == t.plan {
		before.catchUp, before.jitter = t.catchUp, t.jitter
		return nil
	}
	if k, ok := s.kept[id]; ok && k.Plan == t.plan {
		t.next = k.Next
	} else if t.next = t.table.after(s.Now()); !t.next.IsZero() {
		if err := s.keep(ctx, id, t); err != nil {
			return err
		}
	}
	s.timers[id] = t
	return nil
}

func (s *Schedule) drop(ctx context.Context, id string) error {
	if _, ok := s.kept[id]; !ok {
		return nil
	}
	if err := s.Keys.DeleteKey(ctx, scheduleSpace, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	delete(s.kept, id)
	return nil
}

// timerOf gives nil for a flow that no clock starts, or that is off.
func timerOf(e *flows.Entry) *timer {
	if e == nil || e.Published == nil || e.Published.Trigger.Kind != "schedule" || (e.State != flows.StateOn && e.State != flows.StatePaused) {
		return nil
	}
	var settings scheduleSettings
	settings.fields().Fill(e.Published.Trigger.With)
	zone, err := loadZone(settings.timezone)
	if err != nil {
		return nil
	}
	table, refusal := parseTimetable(settings.cron, zone)
	if refusal != nil {
		return nil
	}
	return &timer{table: table, plan: settings.cron + " " + settings.timezone, catchUp: settings.catchUp, jitter: settings.jitter}
}

func (s *Schedule) keep(ctx context.Context, id string, t *timer) error {
	k := saved{t.plan, t.next.UTC()}
	value, err := json.Marshal(k)
	if err != nil {
		return err
	}
	if _, err = s.Keys.PutKey(ctx, scheduleSpace, id, value, -1, 0); err == nil {
		s.kept[id] = k
	}
	return err
}

// due is when a planned moment is acted on: the same for every process.
func (t *timer) due(id string, planned time.Time) time.Time {
	if t.jitter <= 0 {
		return planned
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(id + planned.UTC().Format(time.RFC3339)))
	return planned.Add(time.Duration(h.Sum64()>>1) % t.jitter)
}

// fire makes the events that are due.
func (s *Schedule) fire(ctx context.Context) error {
	now := s.Now()
	var failed error
	for _, id := range slices.Sorted(maps.Keys(s.timers)) {
		t := s.timers[id]
		if t.due(id, t.next).After(now) {
			continue
		}
		if err := s.tick(ctx, id, t, now); err != nil {
			failed = errors.Join(failed, fmt.Errorf("schedule of flow %s: %w", id, err))
		}
	}
	return failed
}

func (s *Schedule) tick(ctx context.Context, id string, t *timer, now time.Time) error {
	moments, next := t.moments(id, s.began, now)
	if len(moments) > 0 {
		in := make([]engine.Incoming, len(moments))
		for i, at := range moments {
			in[i] = planned(id, at.UTC())
		}
		if _, err := s.Engine.Accept(ctx, in); err != nil {
			return err
		}
	}
	t.next = next
	if next.IsZero() {
		delete(s.timers, id)
		return nil
	}
	return s.keep(ctx, id, t)
}

// planned is the event of one moment.
func planned(flow string, at time.Time) engine.Incoming {
	return engine.Incoming{
		Flow: flow, At: at, After: at, Outcome: store.Accepted, Key: "cron/" + flow + "/" + at.Format(time.RFC3339), KeyFor: defaultKeyFor,
		Meta: engine.Meta{Kind: "schedule", Type: "application/json"}, Body: []byte("null"),
	}
}

const (
	onTime     = 2 * clockEvery // a moment seen within this was not missed, by a process that was there
	mostMissed = 100
	longestGap = 366 * 24 * time.Hour // what is older is not looked for
)

// moments gives what is to be made of the moments up to now, by the rule for missed ones, and
// the next one. All that was due before the process began was missed.
func (t *timer) moments(id string, began, now time.Time) (list []time.Time, next time.Time) {
	var missed []time.Time
	next = t.next
	if oldest := now.Add(-longestGap); next.Before(oldest) {
		next = t.table.after(oldest)
	}
	for ; !next.IsZero() && !t.due(id, next).After(now); next = t.table.after(next) {
		if due := t.due(id, next); !due.Before(began) && now.Sub(due) <= onTime {
			list = append(list, next)
			continue
		}
		if missed = append(missed, next); len(missed) > 2*mostMissed {
			missed = slices.Clone(missed[mostMissed:])
		}
	}
	switch {
	case t.catchUp == "skip":
		return list, next
	case t.catchUp == "all":
		list = append(missed[max(0, len(missed)-mostMissed):], list...)
	case len(list) == 0 && len(missed) > 0:
		list = missed[len(missed)-1:]
	}
	return list[max(0, len(list)-mostMissed):], next
}
