package bolt

import (
	"context"
	"maps"
	"sync"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// ledger counts each flow's events and runs. Changes belong to one transaction: they are
// written with it, and seen by readers once it is durable.
type ledger struct {
	mu     sync.Mutex
	seen   map[string]store.Count
	change map[string]store.Count // of the transaction under way; its writer's alone
}

func newLedger() *ledger { return &ledger{seen: map[string]store.Count{}} }

func (l *ledger) load(tx *bbolt.Tx) error {
	return tx.Bucket([]byte("counters")).ForEach(func(key, value []byte) error {
		var c store.Count
		err := unseal(value, &c)
		l.seen[string(key)] = c
		return err
	})
}

func (l *ledger) begin() { l.change = map[string]store.Count{} }

func (l *ledger) count(flow string) store.Count {
	if c, ok := l.change[flow]; ok {
		return c
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen[flow]
}

func (l *ledger) event(flow string, o store.Outcome, at time.Time) {
	c := l.count(flow)
	switch o {
	case store.Accepted:
		c.Accepted++
		c.Pending++
	case store.Filtered:
		c.Filtered++
	case store.Duplicate:
		c.Duplicates++
	case store.Rejected:
		c.Rejected++
	case store.Captured:
		c.Captured++
	}
	if o != store.Rejected { // a stranger's delivery says nothing of the sender that is expected
		c.LastEvent = at
	}
	l.change[flow] = c
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

func (l *ledger) flush(tx *bbolt.Tx) error {
	for flow, c := range l.change {
		if err := put(tx, "counters", []byte(flow), c); err != nil {
			return err
		}
	}
	return nil
}

func (l *ledger) end(ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ok {
		maps.Copy(l.seen, l.change)
	}
}

// Counts implements store.History.
func (s *Store) Counts(context.Context) (map[string]store.Count, error) {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	return maps.Clone(s.counts.seen), nil
}
