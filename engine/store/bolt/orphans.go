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

// orphans gives the numbers of the unfinished runs that this one waited for and has ended.
func (s *scheduler) orphans(waiter uint64) []uint64 {
	if s.runs[waiter] != nil {
		return nil
	}
	return slices.Clone(s.called[waiter])
}

func (s *scheduler) allOrphans() (all []uint64) {
	for waiter := range s.called {
		all = append(all, s.orphans(waiter)...)
	}
	return all
}

// Orphans implements store.Runs.
func (s *Store) Orphans(_ context.Context, run string) ([]string, error) {
	numbers, err := s.orphans(run)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	var ids []string
	err = s.live.view(func(tx *tx) error {
		for _, n := range numbers {
			var r savedRun
			err := get(tx, "runs", number(n), &r)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if err == nil && !r.Status.Final() { // it has not ended meanwhile
				ids = append(ids, r.ID)
			}
		}
		return nil
	})
	return ids, err
}

func (s *Store) orphans(run string) ([]uint64, error) {
	s.sched.mu.Lock()
	defer s.sched.mu.Unlock()
	if run == "" {
		return s.sched.allOrphans(), nil
	}
	n, err := numberOf(run)
	if err != nil {
		return nil, err
	}
	return s.sched.orphans(n), nil
}
