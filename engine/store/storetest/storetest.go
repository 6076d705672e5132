// Package storetest is the contract of engine/store as tests: rules that hold for every
// store, a model that random histories are compared with, and mutants that the rules must
// catch. A new store passes it unchanged.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gancho/engine/store"
)

// Open opens the store that lies in dir, or makes it. What it held when it was closed it
// holds again.
type Open func(dir string) (store.Store, error)

// Run checks all rules, the model, and that each mutant is caught.
func Run(t *testing.T, open Open) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			if err := obeys(t.Context(), r, t.TempDir(), open, nil); err != nil {
				t.Error(err)
			}
		})
	}
	for _, m := range mutants {
		t.Run("mutant "+m.name, func(t *testing.T) {
			for _, r := range rules {
				if r.name == m.breaks && obeys(t.Context(), r, t.TempDir(), open, m.make) == nil {
					t.Errorf("the rule %q did not catch it", r.name)
				}
			}
		})
	}
	t.Run("model", func(t *testing.T) { model(t, open) })
}

// rule is one promise. Its check answers an error where it is broken.
type rule struct {
	name  string
	check func(h *house) error
}

// house is a store under test, with what rules do again and again. The first error stays.
type house struct {
	ctx    context.Context // of the one rule, for all that it does
	dir    string
	open   Open
	mutate func(store.Store) store.Store
	s      store.Store
	err    error
}

// patience is how long a rule may take: a store that breaks one may wait in vain.
const patience = 10 * time.Second

func obeys(ctx context.Context, r rule, dir string, open Open, mutate func(store.Store) store.Store) (err error) {
	most := patience
	if mutate == nil {
		most *= 12 // on a machine that does much else
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	h := &house{ctx: ctx, dir: dir, open: open, mutate: mutate}
	if err := h.enter(); err != nil {
		return err
	}
	defer func() {
		if e := h.s.Close(); err == nil {
			err = e
		}
	}()
	err = r.check(h)
	if h.err != nil {
		return h.err
	}
	return err
}

func (h *house) enter() error {
	s, err := h.open(h.dir)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	if h.s = s; h.mutate != nil {
		h.s = h.mutate(s)
	}
	h.s.SetGates([]store.Gate{{Flow: "a"}, {Flow: "b"}, {Flow: "one", Concurrency: 1}})
	return nil
}

// reopen closes the store and opens it again.
func (h *house) reopen() {
	h.keep(h.s.Close())
	h.keep(h.enter())
}

func (h *house) keep(err error) {
	if h.err == nil {
		h.err = err
	}
}

func event(flow, key string) store.Event {
	return store.Event{
		Flow: flow, At: time.Now().Truncate(time.Millisecond), Outcome: store.Accepted, Key: key, KeyFor: time.Hour,
		Title: "Order", Meta: []byte(`{}`), Body: []byte(`{"id":1}`),
	}
}

func (h *house) accept(events ...store.Event) []store.Accept {
	accepted, err := h.s.Accept(h.ctx, events)
	h.keep(err)
	if err != nil {
		return make([]store.Accept, len(events))
	}
	return accepted
}

// claim waits for so many runs.
func (h *house) claim(n int) []store.Work {
	var all []store.Work
	for len(all) < n && h.err == nil {
		work, err := h.s.Claim(h.ctx, "node", n-len(all))
		h.keep(err)
		all = append(all, work...)
	}
	for len(all) < n {
		all = append(all, store.Work{})
	}
	return all
}

// sleep claims a run and lets it wait at the path w, for so long.
func (h *house) sleep(d time.Duration) error {
	park := &store.Park{Status: store.Waiting, Waits: []store.Wait{{Path: "w"}}, Timed: true, In: d}
	return h.commit(store.Commit{Lease: h.claim(1)[0].Lease, Decision: store.Decision{Park: park}}).Err
}

// idle says whether nothing can be claimed now.
func (h *house) idle() bool {
	ctx, cancel := context.WithTimeout(h.ctx, 20*time.Millisecond)
	defer cancel()
	work, _ := h.s.Claim(ctx, "node", 1)
	return len(work) == 0
}

func (h *house) commit(c store.Commit) store.Committed {
	return h.s.Commit(h.ctx, []store.Commit{c})[0]
}

func (h *house) end(w store.Work, status store.Status) {
	h.keep(h.commit(store.Commit{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: status}}}).Err)
}

func (h *house) orphans(run string) string {
	ids, err := h.s.Orphans(h.ctx, run)
	h.keep(err)
	return fmt.Sprint(ids)
}

func (h *house) run(id string) store.Run {
	r, err := h.s.RunInfo(h.ctx, id)
	h.keep(err)
	return r
}

// want answers an error unless got is want.
func want[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s: got %v, want %v", what, got, want)
	}
	return nil
}
