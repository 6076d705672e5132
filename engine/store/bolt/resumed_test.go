package bolt

import (
	"errors"
	"testing"
	"time"

	"gancho/engine/store"
)

// failed makes a run that has failed, and is due to be archived.
func failed(t *testing.T) (*Store, store.Accept) {
	t.Helper()
	s, err := Open(t.Context(), quick(t), Options{})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	s.SetGates([]store.Gate{{Flow: "a"}})
	a, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Body: []byte(`"of a person"`)}})
	must(t, err)
	must(t, ends(t, s, store.Failed)())
	return s, a[0]
}

// ends advances the run that is due, to its end once it is called.
func ends(t *testing.T, s *Store, status store.Status) func() error {
	t.Helper()
	w, err := s.Claim(t.Context(), "node", 1)
	must(t, err)
	return func() error {
		return s.Commit(t.Context(), []store.Commit{{Lease: w[0].Lease, Decision: store.Decision{End: &store.End{Status: status}}}})[0].Err
	}
}

// What is being erased from the archive does not come back with a run that is resumed from there.
func TestARunIsErasedOrResumed(t *testing.T) {
	s, a := failed(t)
	must(t, s.ArchiveAll(t.Context()))
	errs := whileBusy(t, s, func() error { return s.Erase(t.Context(), []string{a.Run}) }, func() error { return s.Resume(t.Context(), a.Run, 1, nil) }, func() {})
	must(t, errs[0])
	if !errors.Is(errs[1], store.ErrConflict) {
		t.Errorf("it was resumed: %v", errs[1])
	}
	if story, err := s.GetRun(t.Context(), a.Run); err != nil || story.Body != nil || story.Run.Status != store.Failed {
		t.Errorf("it is %s and says %q: %v", story.Run.Status, story.Body, err)
	}
	if err := s.Resume(t.Context(), a.Run, 1, nil); !errors.Is(err, store.ErrConflict) {
		t.Errorf("later it was resumed: %v", err)
	}
}

// A run that goes on and ends while others are archived is archived in its turn.
func TestARunThatWentOnMeanwhileIsArchived(t *testing.T) {
	s, a := failed(t)
	due, _, err := s.ready(pick{})
	must(t, err)
	must(t, s.Resume(t.Context(), a.Run, 1, nil))
	move := func() error {
		s.archive.files.RLock()
		defer s.archive.files.RUnlock()
		s.archive.passing.Lock()
		defer s.archive.passing.Unlock()
		return s.move(due)
	}
	errs := whileBusy(t, s, move, ends(t, s, store.Succeeded), func() {})
	must(t, errors.Join(errs[:]...))
	must(t, s.ArchiveAll(t.Context()))
	if _, _, err := s.archive.run(a.Run); err != nil {
		t.Errorf("it is not in the archive: %v", err)
	}
}
