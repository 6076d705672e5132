package bolt

import (
	"context"
	"maps"
	"sync"

	"gancho/engine/store"
)

// ledger counts each flow's events and runs. Changes belong to an op; they are written with
// all that becomes durable together, and seen by readers from then on.
type ledger struct {
	mu     sync.Mutex
	seen   map[string]store.Count
	ahead  map[string]store.Count // of what is not durable yet; touched under live.mu alone, as is what follows
	fresh  map[string]bool        // flows in ahead that are not written yet
	change map[string]store.Count // of the op under way
}

func newLedger() *ledger {
	return &ledger{seen: map[string]store.Count{}, ahead: map[string]store.Count{}, fresh: map[string]bool{}, change: map[string]store.Count{}}
}

func (l *ledger) load(t *tx) error {
	return t.bucket("counters").forEach(func(key, value []byte) error {
		var c store.Count
		err := unseal(value, &c)
		l.seen[string(key)] = c
		return err
	})
}

func (l *ledger) begin() { clear(l.change) }

// keep what the op changed.
func (l *ledger) keep() {
	for flow, c := range l.change {
		l.ahead[flow], l.fresh[flow] = c, true
	}
}

func (l *ledger) count(flow string) store.Count {
	if c, ok := l.change[flow]; ok {
		return c
	}
	if c, ok := l.ahead[flow]; ok {
		return c
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen[flow]
}

func (l *ledger) event(e *store.EventInfo) {
	c := l.count(e.Flow)
	switch e.Outcome {
	case store.Accepted:
		c.Accepted++
		c.Pending++
		if e.Source != "" {
			c.Replayed++
		}
	case store.Filtered:
		c.Filtered++
	case store.Duplicate:
		c.Duplicates++
	case store.Rejected:
		c.Rejected++
	case store.Captured:
		c.Captured++
	}
	if e.Outcome != store.Rejected && e.Source == "" { // a stranger's delivery, or a replay, says nothing of the sender that is expected
		c.LastEvent = e.At
	}
	l.change[e.Flow] = c
}

// move a run from one status to another.
func (l *ledger) move(flow string, from, to store.Status) {
	c := l.count(flow)
	*column(&c, from)--
	*column(&c, to)++
	if to == store.Succeeded {
		c.Succeeded++
	}
	if to == store.Failed {
		c.Failed++
	}
	l.change[flow] = c
}

func column(c *store.Count, s store.Status) *int64 {
	switch {
	case s.Final():
		return &c.Finished
	case s == store.Waiting || s == store.Unknown:
		return &c.Waiting
	}
	return &c.Pending
}

// flush writes what was kept since the last time. The function that it gives shows it to
// readers.
func (l *ledger) flush(t *tx) (shown func(), err error) {
	counts := make(map[string]store.Count, len(l.fresh))
	for flow := range l.fresh {
		counts[flow] = l.ahead[flow]
		if err := put(t, "counters", []byte(flow), counts[flow]); err != nil {
			return nil, err
		}
	}
	clear(l.fresh)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		maps.Copy(l.seen, counts)
	}, nil
}

// forget what is not durable.
func (l *ledger) forget() {
	clear(l.ahead)
	clear(l.fresh)
}

// Counts implements store.History.
func (s *Store) Counts(context.Context) (map[string]store.Count, error) {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	return maps.Clone(s.counts.seen), nil
}
