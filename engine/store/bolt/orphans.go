package bolt

import (
	"context"
	"errors"
	"slices"

	"gancho/engine/store"
)

// waiterOf gives the number of the run that waits for this one's result; 0 is none. One that was
// resumed has given its result before.
func waiterOf(r *store.Run) uint64 {
	if r.Parent.Path == "" || r.Attempt > 1 {
		return 0
	}
	n, err := numberOf(r.Parent.Run)
	if err != nil {
		return 0
	}
	return n
}

// join notes that a run is waited for.
func (s *scheduler) join(waiter, n uint64) {
	if waiter != 0 {
		s.called[waiter] = append(s.called[waiter], n)
	}
}

// part notes that it has ended.
func (s *scheduler) part(waiter, n uint64) {
	rest := slices.DeleteFunc(s.called[waiter], func(other uint64) bool { return other == n })
	if s.called[waiter] = rest; len(rest) == 0 {
		delete(s.called, waiter)
	}
}

// call is an unfinished run that another waits for, or has waited for.
type call struct {
	waiter, n uint64
	over      bool // the waiter has ended
}

func (s *scheduler) callsOf(waiter uint64) (calls []call) {
	for _, n := range s.called[waiter] {
		calls = append(calls, call{waiter, n, s.runs[waiter] == nil})
	}
	return calls
}

func (s *scheduler) allCalls() (all []call) {
	for waiter := range s.called {
		all = append(all, s.callsOf(waiter)...)
	}
	return all
}

// Orphans implements store.Runs.
func (s *Store) Orphans(_ context.Context, run string) ([]string, error) {
	calls, err := s.calls(run)
	if err != nil || len(calls) == 0 {
		return nil, err
	}
	var ids []string
	err = s.live.view(func(tx *tx) error {
		for _, c := range calls {
			var r savedRun
			err := get(tx, "runs", number(c.n), &r)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if err != nil || r.Status.Final() {
				continue // it has ended meanwhile
			}
			if c.over || tx.bucket("given").get(join(c.waiter, r.Parent.Path)) != nil {
				ids = append(ids, r.ID)
			}
		}
		return nil
	})
	return ids, err
}

func (s *Store) calls(run string) ([]call, error) {
	s.sched.mu.Lock()
	defer s.sched.mu.Unlock()
	if run == "" {
		return s.sched.allCalls(), nil
	}
	n, err := numberOf(run)
	if err != nil {
		return nil, err
	}
	return s.sched.callsOf(n), nil
}
