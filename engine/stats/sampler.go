package stats

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"gancho/engine/store"
)

// tally is what the sampler counts: events that came, failed runs, rejected deliveries.
type tally [3]int64

func tallyOf(c store.Count) tally {
	return tally{c.Accepted - c.Replayed + c.Filtered + c.Duplicates + c.Captured, c.Failed, c.Rejected}
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

// Sampler turns the ledger's sums into counts a minute: it compares them with what they were,
// so that nothing is added to the way of an event. What it counted survives a restart, and so
// does what came after the last sample.
type Sampler struct {
	store store.Store
	log   *slog.Logger
	now   func() time.Time

	mu    sync.Mutex
	last  map[string]tally
	flows map[string]*series
}

// Open reads the counts that were kept. Nothing more is counted before Work.
func Open(ctx context.Context, s store.Store, log *slog.Logger, now func() time.Time) (*Sampler, error) {
	made := &Sampler{store: s, log: log, now: now, last: map[string]tally{}, flows: map[string]*series{}}
	return made, made.load(ctx)
}

// Work samples at each full minute until ctx is done.
func (s *Sampler) Work(ctx context.Context) {
	for {
		now := s.now()
		select {
		case <-ctx.Done():
			return
		case <-time.After(now.Truncate(time.Minute).Add(time.Minute).Sub(now)):
		}
		// What came since the last full minute belongs to the minute that has just ended.
		if err := s.sample(ctx, s.now().Add(-time.Second)); err != nil && ctx.Err() == nil {
			s.log.Error("count by the minute", "error", err)
		}
	}
}

// sample adds what came since the last sample to the minute of at, and keeps it.
func (s *Sampler) sample(ctx context.Context, at time.Time) error {
	counts, err := s.store.Counts(ctx)
	if err != nil {
		return fmt.Errorf("read the counts: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := map[string]tally{}
	for id, c := range counts {
		now := tallyOf(c)
		if d := now.minus(s.last[id]); d != (tally{}) {
			changed[id] = d
			s.add(id, at, d)
		}
		s.last[id] = now
	}
	if len(changed) == 0 {
		return nil
	}
	if err := s.keep(ctx, "m/"+at.UTC().Format("2006-01-02T15:04"), changed, 3*time.Hour); err != nil {
		return err
	}
	if err := s.keep(ctx, lastSums, s.last, 0); err != nil {
		return err
	}
	hour := map[string]tally{}
	for id := range changed {
		hour[id] = s.flows[id].hour[hourOf(at)%hours].count
	}
	return s.keepHour(ctx, at, hour)
}

// keepHour adds the hour's counts of the flows that changed to those that are kept.
func (s *Sampler) keepHour(ctx context.Context, at time.Time, changed map[string]tally) error {
	key := "h/" + at.UTC().Format("2006-01-02T15")
	kept := map[string]tally{}
	if entry, err := s.store.GetKey(ctx, statsSpace, key); err == nil {
		if err := json.Unmarshal(entry.Value, &kept); err != nil {
			return fmt.Errorf("read counts: %w", err)
		}
	}
	for id, t := range changed {
		kept[id] = t
	}
	return s.keep(ctx, key, kept, 25*time.Hour)
}

func (s *Sampler) keep(ctx context.Context, key string, counts map[string]tally, keep time.Duration) error {
	value, err := json.Marshal(counts)
	if err == nil {
		_, err = s.store.PutKey(ctx, statsSpace, key, value, -1, keep)
	}
	if err != nil {
		return fmt.Errorf("keep counts: %w", err)
	}
	return nil
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }
func hourOf(t time.Time) int64   { return t.Unix() / 3600 }

// add counts for a flow. The caller holds the lock.
func (s *Sampler) add(id string, at time.Time, t tally) {
	f := s.of(id)
	f.minute[minuteOf(at)%minutes].add(minuteOf(at), t)
	f.hour[hourOf(at)%hours].add(hourOf(at), t)
}

func (s *Sampler) of(id string) *series {
	f := s.flows[id]
	if f == nil {
		f = new(series)
		s.flows[id] = f
	}
	return f
}

func (s *Sampler) load(ctx context.Context) error {
	sampled, known := map[string]tally{}, false
	for after := ""; ; {
		entries, err := s.store.ListKeys(ctx, statsSpace, "", after, 200)
		if err != nil {
			return fmt.Errorf("read counts: %w", err)
		}
		for _, entry := range entries {
			if after = entry.Key; entry.Key == lastSums {
				known, err = true, json.Unmarshal(entry.Value, &sampled)
			} else {
				err = s.take(entry)
			}
			if err != nil {
				return fmt.Errorf("read counts: %w", err)
			}
		}
		if len(entries) < 200 {
			return s.sinceSample(ctx, sampled, known)
		}
	}
}

// sinceSample counts what came between the last sample and the end of the process before: in
// the minute of the flow's last event.
func (s *Sampler) sinceSample(ctx context.Context, sampled map[string]tally, known bool) error {
	counts, err := s.store.Counts(ctx)
	if err != nil {
		return fmt.Errorf("read the counts: %w", err)
	}
	for id, c := range counts {
		s.last[id] = tallyOf(c)
		d := tallyOf(c).minus(sampled[id])
		if !known || d == (tally{}) || c.LastEvent.IsZero() {
			continue
		}
		s.add(id, c.LastEvent, d)
		hour := map[string]tally{id: s.flows[id].hour[hourOf(c.LastEvent)%hours].count}
		if err := s.keepHour(ctx, c.LastEvent, hour); err != nil {
			return err
		}
	}
	return s.keep(ctx, lastSums, s.last, 0)
}

func (s *Sampler) take(entry store.Entry) error {
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
