package stats_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/stats"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// ledger is a store whose sums the test sets.
type ledger struct {
	store.Store
	sums atomic.Pointer[map[string]store.Count]
}

func (l *ledger) Counts(context.Context) (map[string]store.Count, error) { return *l.sums.Load(), nil }

func (l *ledger) set(sums map[string]store.Count) { l.sums.Store(&sums) }

func (l *ledger) open(t *testing.T) *stats.Sampler {
	t.Helper()
	s, err := stats.Open(t.Context(), l, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func recent(t *testing.T, s *stats.Sampler, byMinute bool) stats.Recent {
	t.Helper()
	all, err := s.Stats(t.Context(), "", byMinute)
	if err != nil {
		t.Fatal(err)
	}
	return all.Recent
}

// TestSpans: what the ledger counted is told by the minute and by the hour, also before a sample,
// after a restart, and where the process ended before its next sample.
func TestSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		l := &ledger{Store: db}
		l.set(map[string]store.Count{"orders": {Accepted: 7, LastEvent: time.Now()}})
		s := l.open(t)
		if r := recent(t, s, false); r.Events[23] != 0 {
			t.Errorf("what came before anybody counted by the minute: %+v", r)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Work(ctx); close(ended) }()

		l.set(map[string]store.Count{"orders": {Accepted: 9, Failed: 1, LastEvent: time.Now()}, "leads": {Rejected: 3}})
		look := func(s *stats.Sampler, ago int, inAll int64) {
			t.Helper()
			if r := recent(t, s, true); len(r.Events) != 60 || r.Events[59-ago] != 2 || r.Failed[59-ago] != 1 || r.Rejected[59-ago] != 3 {
				t.Errorf("%d minutes ago: %+v", ago, r)
			}
			if r := recent(t, s, false); len(r.Events) != 24 || r.Events[23] != inAll {
				t.Errorf("by the hour: %+v", r)
			}
		}
		look(s, 0, 2)
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		look(s, 5, 2)
		if one, err := s.Stats(t.Context(), "leads", true); err != nil || len(one.Flows) != 1 || one.Recent.Rejected[54] != 3 {
			t.Errorf("one flow: %+v %v", one, err)
		}
		stop()
		<-ended
		l.set(map[string]store.Count{"orders": {Accepted: 10, Failed: 1, LastEvent: time.Now().Add(-time.Minute)}, "leads": {Rejected: 3}})
		again := l.open(t)
		look(again, 5, 3)
		if r := recent(t, again, true); r.Events[58] != 1 {
			t.Errorf("what came after the last sample is lost: %+v", r)
		}
	})
}
