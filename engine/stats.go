package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"gancho/engine/store"
)

// FlowStats are the counts of one flow since it began, and lately.
type FlowStats struct {
	Accepted   int64      `json:"accepted"`
	Finished   int64      `json:"finished"`
	Succeeded  int64      `json:"succeeded"`
	Failed     int64      `json:"failed"`
	Waiting    int64      `json:"waiting"`
	Pending    int64      `json:"pending"`
	Filtered   int64      `json:"filtered"`
	Duplicates int64      `json:"duplicates"`
	Rejected   int64      `json:"rejected"`
	Captured   int64      `json:"captured"`
	LastEvent  *time.Time `json:"last_event" doc:"that was not rejected"`
	Recent     Recent     `json:"recent"`
}

// Recent are counts of equal spans of time, oldest first; the last span is under way.
type Recent struct {
	From     time.Time `json:"from" doc:"when the first span began"`
	StepMs   int64     `json:"step_ms"`
	Events   []int64   `json:"events" doc:"deliveries that were not rejected"`
	Failed   []int64   `json:"failed" doc:"runs that failed"`
	Rejected []int64   `json:"rejected"`
}

// Stats are the counts of all flows.
type Stats struct {
	Flows  map[string]FlowStats `json:"flows"`
	Recent Recent               `json:"recent" doc:"of all flows together"`
}

// tally is what the sampler counts: events, failed runs, rejected deliveries.
type tally [3]int64

func tallyOf(c store.Count) tally {
	return tally{c.Accepted + c.Filtered + c.Duplicates + c.Captured, c.Failed, c.Rejected}
}

func (t tally) minus(o tally) tally {
	for i := range t {
		t[i] = max(0, t[i]-o[i])
	}
	return t
}

func (t tally) plus(o tally) tally {
	for i := range t {
		t[i] += o[i]
	}
	return t
}

const (
	minutes    = 60
	hours      = 24
	statsSpace = "stats"
	lastSums   = "last" // the sums at the last sample, by flow
)

// series are one flow's latest spans, each by its time modulo the length of the ring.
type series struct {
	minute [minutes]span
	hour   [hours]span
}

// span counts what came in one minute or hour.
type span struct {
	at    int64 // minutes or hours since 1970
	count tally
}

func (s *span) add(at int64, t tally) {
	if s.at != at {
		*s = span{at: at}
	}
	s.count = s.count.plus(t)
}

// sampler turns the ledger's sums into counts a minute: it compares them with what they were,
// so that nothing is added to the way of an event.
type sampler struct {
	mu    sync.Mutex
	last  map[string]tally
	flows map[string]*series
}

// sampleNowAndThen samples at each full minute until ctx is done.
func (e *Engine) sampleNowAndThen(ctx context.Context) {
	for ctx.Err() == nil {
		now := e.Now()
		wait(ctx, now.Truncate(time.Minute).Add(time.Minute).Sub(now))
		if ctx.Err() == nil {
			// What came since the last full minute belongs to the minute that has just ended.
			if err := e.sample(ctx, e.Now().Add(-time.Second)); err != nil {
				e.Log.Error("count by the minute", "error", err)
			}
		}
	}
}

// sample adds what came since the last sample to the minute of at, and keeps it.
func (e *Engine) sample(ctx context.Context, at time.Time) error {
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return fmt.Errorf("read the counts: %w", err)
	}
	e.stats.mu.Lock()
	defer e.stats.mu.Unlock()
	changed := map[string]tally{}
	for id, c := range counts {
		now := tallyOf(c)
		if d := now.minus(e.stats.last[id]); d != (tally{}) {
			changed[id] = d
			e.stats.add(id, at, d)
		}
		e.stats.last[id] = now
	}
	if len(changed) == 0 {
		return nil
	}
	if err := e.keepStats(ctx, "m/"+at.UTC().Format("2006-01-02T15:04"), changed, 3*time.Hour); err != nil {
		return err
	}
	if err := e.keepStats(ctx, lastSums, e.stats.last, 0); err != nil {
		return err
	}
	hour := map[string]tally{}
	for id := range changed {
		hour[id] = e.stats.flows[id].hour[hourOf(at)%hours].count
	}
	return e.keepHour(ctx, at, hour)
}

// keepHour adds the hour's counts of the flows that changed to those that are kept.
func (e *Engine) keepHour(ctx context.Context, at time.Time, changed map[string]tally) error {
	key := "h/" + at.UTC().Format("2006-01-02T15")
	kept := map[string]tally{}
	if entry, err := e.Store.GetKey(ctx, statsSpace, key); err == nil {
		if err := json.Unmarshal(entry.Value, &kept); err != nil {
			return fmt.Errorf("read counts: %w", err)
		}
	}
	for id, t := range changed {
		kept[id] = t
	}
	return e.keepStats(ctx, key, kept, 25*time.Hour)
}

func (e *Engine) keepStats(ctx context.Context, key string, counts map[string]tally, keep time.Duration) error {
	value, err := json.Marshal(counts)
	if err == nil {
		_, err = e.Store.PutKey(ctx, statsSpace, key, value, -1, keep)
	}
	if err != nil {
		return fmt.Errorf("keep counts: %w", err)
	}
	return nil
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }
func hourOf(t time.Time) int64   { return t.Unix() / 3600 }

// add counts for a flow. The caller holds the lock.
func (s *sampler) add(id string, at time.Time, t tally) {
	f := s.of(id)
	f.minute[minuteOf(at)%minutes].add(minuteOf(at), t)
	f.hour[hourOf(at)%hours].add(hourOf(at), t)
}

func (s *sampler) of(id string) *series {
	f := s.flows[id]
	if f == nil {
		f = new(series)
		s.flows[id] = f
	}
	return f
}

// loadStats reads the counts that were kept.
func (e *Engine) loadStats(ctx context.Context) error {
	e.stats.last, e.stats.flows = map[string]tally{}, map[string]*series{}
	sampled, known := map[string]tally{}, false
	for after := ""; ; {
		entries, err := e.Store.ListKeys(ctx, statsSpace, "", after, 200)
		if err != nil {
			return fmt.Errorf("read counts: %w", err)
		}
		for _, entry := range entries {
			if after = entry.Key; entry.Key == lastSums {
				known, err = true, json.Unmarshal(entry.Value, &sampled)
			} else {
				err = e.stats.load(entry)
			}
			if err != nil {
				return fmt.Errorf("read counts: %w", err)
			}
		}
		if len(entries) < 200 {
			return e.sinceSample(ctx, sampled, known)
		}
	}
}

// sinceSample counts what came between the last sample and the end of the process before: in
// the minute of the flow's last event.
func (e *Engine) sinceSample(ctx context.Context, sampled map[string]tally, known bool) error {
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return fmt.Errorf("read the counts: %w", err)
	}
	for id, c := range counts {
		e.stats.last[id] = tallyOf(c)
		d := tallyOf(c).minus(sampled[id])
		if !known || d == (tally{}) || c.LastEvent.IsZero() {
			continue
		}
		e.stats.add(id, c.LastEvent, d)
		hour := map[string]tally{id: e.stats.flows[id].hour[hourOf(c.LastEvent)%hours].count}
		if err := e.keepHour(ctx, c.LastEvent, hour); err != nil {
			return err
		}
	}
	return e.keepStats(ctx, lastSums, e.stats.last, 0)
}

func (s *sampler) load(entry store.Entry) error {
	kind, text, _ := strings.Cut(entry.Key, "/")
	layout := "2006-01-02T15"
	if kind == "m" {
		layout = "2006-01-02T15:04"
	}
	at, err := time.Parse(layout, text)
	if err != nil {
		return fmt.Errorf("counts of %q: %w", entry.Key, err)
	}
	var counts map[string]tally
	if err := json.Unmarshal(entry.Value, &counts); err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	for id, t := range counts {
		if f := s.of(id); kind == "m" {
			f.minute[minuteOf(at)%minutes].add(minuteOf(at), t)
		} else {
			f.hour[hourOf(at)%hours].add(hourOf(at), t)
		}
	}
	return nil
}

// Stats gives the counts of one flow, or of all, with those of the last hour by the minute or
// of the last day by the hour.
func (e *Engine) Stats(ctx context.Context, only string, byMinute bool) (Stats, error) {
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return Stats{}, fmt.Errorf("read the counts: %w", err)
	}
	now := e.Now()
	e.stats.mu.Lock()
	defer e.stats.mu.Unlock()
	all := Stats{Flows: map[string]FlowStats{}, Recent: recentAt(now, byMinute)}
	for id, c := range counts {
		if only != "" && id != only {
			continue
		}
		f := FlowStats{
			Accepted: c.Accepted, Finished: c.Finished, Succeeded: c.Succeeded, Failed: c.Failed, Waiting: c.Waiting, Pending: c.Pending,
			Filtered: c.Filtered, Duplicates: c.Duplicates, Rejected: c.Rejected, Captured: c.Captured, LastEvent: moment(c.LastEvent),
			Recent: recentAt(now, byMinute),
		}
		e.stats.fill(&f.Recent, id, tallyOf(c).minus(e.stats.last[id]))
		all.Recent.plus(&f.Recent)
		all.Flows[id] = f
	}
	return all, nil
}

// recentAt makes empty spans of which the last holds now.
func recentAt(now time.Time, byMinute bool) Recent {
	step, n := time.Hour, hours
	if byMinute {
		step, n = time.Minute, minutes
	}
	from := now.UTC().Truncate(step).Add(-time.Duration(n-1) * step)
	return Recent{From: from, StepMs: step.Milliseconds(), Events: make([]int64, n), Failed: make([]int64, n), Rejected: make([]int64, n)}
}

// fill puts a flow's counts in; fresh came since the last sample. The caller holds the lock.
func (s *sampler) fill(r *Recent, id string, fresh tally) {
	last := len(r.Events) - 1
	if f := s.flows[id]; f != nil {
		spans, from := f.hour[:], hourOf(r.From)
		if last == minutes-1 {
			spans, from = f.minute[:], minuteOf(r.From)
		}
		for _, sp := range spans {
			if i := sp.at - from; i >= 0 && i <= int64(last) {
				r.add(int(i), sp.count)
			}
		}
	}
	r.add(last, fresh)
}

func (r *Recent) add(i int, t tally) {
	r.Events[i] += t[0]
	r.Failed[i] += t[1]
	r.Rejected[i] += t[2]
}

func (r *Recent) plus(o *Recent) {
	for i := range o.Events {
		r.add(i, tally{o.Events[i], o.Failed[i], o.Rejected[i]})
	}
}

// Counts are the sums of each flow since it began.
func (e *Engine) Counts(ctx context.Context) (map[string]store.Count, error) {
	counts, err := e.Store.Counts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the counts: %w", err)
	}
	return counts, nil
}
