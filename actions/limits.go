package actions

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"gancho/engine/store"
)

// budgets are the limits that all flows share. Each is filled evenly, and whoever finds it
// empty gets a place: a time at which it may come back and will be let through, so that a
// thousand runs do not knock one by one. Budgets of an hour and more survive a restart.
type budgets struct {
	mu   sync.Mutex
	kept map[string]*budget
	keys store.Keys // nil: nothing survives
	now  func() time.Time
}

// budget is a token bucket by its theoretical next arrival: count calls may go at once, then
// one each interval.
type budget struct {
	next   time.Time            // when a call that comes after all others is due
	held   time.Time            // nobody passes before
	places map[string]time.Time // who has been told to come back, and when
	busy   map[string]time.Time // who is inside, at the longest until then
	row    time.Time            // when the last one comes back of those who found too many inside
	sweep  int                  // places at which those that nobody took are looked for
	read   bool                 // what was kept has been read
	used   time.Time

	saving chan struct{} // taken over the store, so that what is older never replaces what is newer
	saved  savedBudget   // what is there
}

// savedBudget is a budget in the store.
type savedBudget struct {
	Next time.Time `json:"next,omitzero"`
	Held time.Time `json:"held,omitzero"`
}

const (
	budgetSpace = "limits"
	mostBudgets = 100_000
	longBudget  = time.Hour
	// placeFor is how long a place waits for one who does not come back.
	placeFor = 10 * time.Minute
	// insideAgain is when somebody comes back who found too many inside, and insideApart how
	// far from the next: a long row does not knock at once.
	insideAgain = time.Second
	insideApart = 10 * time.Millisecond
	fewPlaces   = 1000
)

func newBudgets() *budgets { return &budgets{kept: map[string]*budget{}, now: time.Now} }

// limit is a limit that is asked for one call.
type limit struct {
	name       string // what the budget is of: no personal data in the clear
	count      int
	per        time.Duration
	concurrent int
}

// limitName names a budget; what it is of, a person perhaps, is not readable in it.
func limitName(parts ...string) string {
	data, _ := json.Marshal(parts) //nolint:errcheck // texts
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// take asks for room in all limits at once, for a caller who is known by its key. It gives
// 0 when there is, else how long until the caller may come back, with a place kept for it. A
// caller who was promised a time before, perhaps by an earlier process, says it.
func (b *budgets) take(ctx context.Context, caller string, promised time.Time, limits []limit) (time.Duration, error) {
	if err := b.load(ctx, limits); err != nil {
		return 0, err
	}
	b.mu.Lock()
	now := b.now()
	var wait time.Duration
	var write []limit
	for _, l := range limits {
		k := b.find(l.name, now)
		due, fresh := k.place(caller, promised, now, l)
		wait = max(wait, due.Sub(now))
		if fresh && l.per >= longBudget {
			write = append(write, l)
		}
	}
	if wait <= 0 {
		for _, l := range limits {
			k := b.kept[l.name]
			delete(k.places, caller)
			if l.concurrent > 0 {
				k.busy[caller] = now.Add(placeFor)
			}
		}
	}
	b.mu.Unlock()
	err := b.save(ctx, write)
	if err != nil && wait <= 0 { // who is told of an error is not inside
		b.leave(caller, limits)
	}
	return max(0, wait), err
}

// leave says that the caller is no longer inside.
func (b *budgets) leave(caller string, limits []limit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range limits {
		if k := b.kept[l.name]; k != nil && l.concurrent > 0 {
			delete(k.busy, caller)
		}
	}
}

// hold keeps everybody out for so long: the provider has said so.
func (b *budgets) hold(ctx context.Context, names []string, wait time.Duration) error {
	b.mu.Lock()
	now := b.now()
	var write []limit
	for _, name := range names {
		k := b.find(name, now)
		if until := now.Add(wait); until.After(k.held) {
			k.held = until
			if k.next.Before(until) {
				k.next = until
			}
			if wait >= longBudget {
				write = append(write, limit{name: name, per: wait})
			}
		}
	}
	b.mu.Unlock()
	return b.save(ctx, write)
}

func (b *budgets) find(name string, now time.Time) *budget {
	k := b.kept[name]
	if k == nil {
		if len(b.kept) >= mostBudgets {
			b.forget()
		}
		k = &budget{places: map[string]time.Time{}, busy: map[string]time.Time{}, saving: make(chan struct{}, 1)}
		b.kept[name] = k
	}
	k.used = now
	return k
}

// forget drops some of those that were not used lately; the provider remembers them.
func (b *budgets) forget() {
	var seen int
	var oldest string
	for name, k := range b.kept {
		if oldest == "" || k.used.Before(b.kept[oldest].used) {
			oldest = name
		}
		if seen++; seen == 64 {
			break
		}
	}
	delete(b.kept, oldest)
}

// place is when the caller may pass, and whether something was taken that was not before.
func (k *budget) place(caller string, promised, now time.Time, l limit) (due time.Time, fresh bool) {
	if l.concurrent > 0 {
		return k.inside(caller, now, l.concurrent), false
	}
	if due, ok := k.places[caller]; ok && !due.Before(k.held) {
		return due, false
	}
	if !promised.IsZero() && !promised.After(now) && !k.held.After(now) {
		return now, false // its place was counted when it was promised
	}
	k.tidy(now)
	if l.count <= 0 { // only held, without a rate: all at once, but not at the same moment
		if !now.Before(k.held) {
			return now, false
		}
		due = k.held.Add(spread(k.held.Sub(now)))
		k.places[caller] = due
		return due, false
	}
	interval := l.per / time.Duration(l.count)
	due = k.next.Add(-l.per + interval)
	if due.Before(k.held) {
		due = k.held
	}
	if k.next.Before(now) {
		k.next = now
	}
	k.next = k.next.Add(interval)
	k.places[caller] = due
	return due, true
}

// inside is when the caller may come in where only so many are inside at once.
func (k *budget) inside(caller string, now time.Time, most int) time.Time {
	for who, until := range k.busy {
		if now.After(until) || who == caller {
			delete(k.busy, who)
		}
	}
	if len(k.busy) < most {
		return k.held
	}
	if first := now.Add(insideAgain); k.row.Before(first) {
		k.row = first
	}
	k.row = k.row.Add(insideApart)
	return k.row
}

// tidy forgets places that nobody took, now and then.
func (k *budget) tidy(now time.Time) {
	if len(k.places) < max(k.sweep, fewPlaces) {
		return
	}
	for who, due := range k.places {
		if now.Sub(due) > placeFor {
			delete(k.places, who)
		}
	}
	k.sweep = 2 * len(k.places)
}

// spread is up to a tenth more, so that those who wait do not come back together.
func spread(wait time.Duration) time.Duration { return rand.N(wait/10 + 1) }

// load reads what earlier processes kept of long budgets.
func (b *budgets) load(ctx context.Context, limits []limit) error {
	if b.keys == nil {
		return nil
	}
	for _, l := range limits {
		b.mu.Lock()
		known := b.find(l.name, b.now()).read
		b.mu.Unlock()
		if known {
			continue
		}
		entry, err := b.keys.GetKey(ctx, budgetSpace, l.name)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("read a limit: %w", err)
		}
		var saved savedBudget
		if err == nil {
			if err := json.Unmarshal(entry.Value, &saved); err != nil {
				return fmt.Errorf("read a limit: %w", err)
			}
		}
		b.mu.Lock()
		k := b.find(l.name, b.now())
		if !k.read {
			k.read = true
			if saved.Next.After(k.next) {
				k.next = saved.Next
			}
			if saved.Held.After(k.held) {
				k.held = saved.Held
			}
		}
		b.mu.Unlock()
	}
	return nil
}

func (b *budgets) save(ctx context.Context, limits []limit) error {
	if b.keys == nil {
		return nil
	}
	for _, l := range limits {
		if err := b.saveOne(ctx, l); err != nil {
			return fmt.Errorf("keep a limit: %w", err)
		}
	}
	return nil
}

func (b *budgets) saveOne(ctx context.Context, l limit) error {
	b.mu.Lock()
	k := b.find(l.name, b.now())
	b.mu.Unlock()
	select {
	case k.saving <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.saving }()
	b.mu.Lock()
	now, ends := savedBudget{k.next, k.held}, max(k.next.Sub(b.now()), k.held.Sub(b.now()), l.per)
	b.mu.Unlock()
	if now == k.saved {
		return nil // somebody else has kept this use too
	}
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if _, err := b.keys.PutKey(ctx, budgetSpace, l.name, data, -1, ends); err != nil {
		return err
	}
	k.saved = now
	return nil
}
