package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// TestPlacesInALimitOutliveARestart: those who wait for their turn keep it, and nobody waits
// twice because the program was started anew.
func TestPlacesInALimitOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.rdAnswers()
		r := w.leads(dir)
		for range 30 { // 24 go at once, then one each hour
			r.knock("lead", `{"email": "ana@example.com"}`, nil)
		}
		for range 2 {
			time.Sleep(10 * time.Minute)
			r.leave()
			w.out.budgets = newBudgets() // memory is gone
			r = w.open(dir)
		}
		defer func() { r.leave() }()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if done := r.count(t, "lead", store.Succeeded); done != 26 {
			t.Errorf("after two hours and 20 minutes %d have gone, want 26", done)
		}
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		if done := r.count(t, "lead", store.Succeeded); done != 30 {
			t.Errorf("after six hours and 20 minutes %d have gone, want all 30", done)
		}
	})
}

// TestARowBeforeAFullHouseComesApart: many who find too many inside do not come back at once.
func TestARowBeforeAFullHouseComesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudgets()
		one := []limit{{name: "house", concurrent: 1}}
		wait := func(caller string) time.Duration {
			d, err := b.take(t.Context(), caller, time.Time{}, one)
			check(t, err)
			return d
		}
		if d := wait("first"); d != 0 {
			t.Fatalf("the first waits %s", d)
		}
		before := time.Duration(0)
		for i := range 1000 {
			d := wait(fmt.Sprint(i))
			if d < insideAgain || d-before < insideApart {
				t.Fatalf("number %d comes back after %s, the one before it after %s", i, d, before)
			}
			before = d
		}
		b.leave("first", one)
		time.Sleep(time.Minute)
		if d := wait("7"); d != 0 {
			t.Errorf("an empty house: %s", d)
		}
		if d := wait("8"); d < insideAgain || d > 2*insideAgain {
			t.Errorf("a short row comes back after %s", d)
		}
	})
}

// TestPlacesThatNobodyTookAreForgotten: a flood gets its places in order, and leaves nothing.
func TestPlacesThatNobodyTookAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudgets()
		const flood = 100_000
		rate := []limit{{name: "rate", count: 1000, per: time.Second}}
		for i := range flood {
			d, err := b.take(t.Context(), fmt.Sprint(i), time.Time{}, rate)
			check(t, err)
			if want := max(0, time.Duration(i-999)*time.Millisecond); d != want {
				t.Fatalf("number %d waits %s, want %s", i, d, want)
			}
		}
		time.Sleep(time.Hour)
		for i := range 2 * flood {
			_, err := b.take(t.Context(), fmt.Sprint("late", i), time.Time{}, rate)
			check(t, err)
		}
		if n := len(b.kept["rate"].places); n > 2*flood {
			t.Errorf("%d places are kept", n)
		}
	})
}

// lateKeys write the first value only after a while.
type lateKeys struct {
	store.Keys
	mu    sync.Mutex
	calls int
	kept  []byte
}

func (k *lateKeys) PutKey(_ context.Context, _, _ string, value []byte, _ int64, _ time.Duration) (int64, error) {
	k.mu.Lock()
	k.calls++
	first := k.calls == 1
	k.mu.Unlock()
	if first {
		time.Sleep(time.Second)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = value
	return 0, nil
}

// TestTheNewestUseOfALimitIsKept: one that is written late does not replace a newer one.
func TestTheNewestUseOfALimitIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := new(lateKeys)
		b := newBudgets()
		b.keys = keys
		day := []limit{{name: "day", count: 24, per: 24 * time.Hour}}
		uses := make(chan error, 2)
		newest := time.Now().Add(2 * time.Hour)
		for _, next := range []time.Time{time.Now().Add(time.Hour), newest} {
			b.mu.Lock()
			b.find("day", b.now()).next = next
			b.mu.Unlock()
			go func() { uses <- b.save(t.Context(), day) }()
			time.Sleep(time.Millisecond)
		}
		for range 2 {
			if err := <-uses; err != nil {
				t.Fatal(err)
			}
		}
		var saved savedBudget
		if err := json.Unmarshal(keys.kept, &saved); err != nil || !saved.Next.Equal(newest) {
			t.Errorf("kept is a use until %s, want %s (%v)", saved.Next, newest, err)
		}
	})
}

// brokenKeys keep nothing.
type brokenKeys struct{ store.Keys }

func (brokenKeys) GetKey(context.Context, string, string) (store.Entry, error) {
	return store.Entry{}, store.ErrNotFound
}

func (brokenKeys) PutKey(context.Context, string, string, []byte, int64, time.Duration) (int64, error) {
	return 0, store.ErrBroken
}

// Who could not be let in for an error of the store takes no place from the others.
func TestAFailedEntryTakesNoPlace(t *testing.T) {
	b := newBudgets()
	b.keys = brokenKeys{}
	alone := limit{name: "alone", concurrent: 1}
	if _, err := b.take(t.Context(), "a", time.Time{}, []limit{alone, {name: "a day", count: 5, per: 24 * time.Hour}}); err == nil {
		t.Fatal("a store that keeps nothing was not told of")
	}
	if wait, err := b.take(t.Context(), "b", time.Time{}, []limit{alone}); wait > 0 || err != nil {
		t.Errorf("the next one waits %s: %v", wait, err)
	}
}
