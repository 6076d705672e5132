package bolt

import (
	"testing"
	"time"

	"gancho/engine/store"
)

// Events are archived between the moment at which they were found too old and that at which they
// lose their bodies: those that stay lose theirs all the same.
func TestWhatIsArchivedMeanwhileHoldsUpNoExpiry(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), Options{})
	must(t, err)
	defer s.Close()
	old := time.Now().Add(-time.Hour)
	over := store.Event{Flow: "a", At: old, Outcome: store.Filtered, Body: []byte("over")}
	_, err = s.Accept(t.Context(), []store.Event{over})
	must(t, err)
	archived := false
	keep := func(string) store.Keep {
		if !archived { // no later one: it is asked again of what was archived
			archived = true
			must(t, s.ArchiveAll(t.Context()))
			late := over
			late.Body = []byte("late")
			_, err := s.Accept(t.Context(), []store.Event{late})
			must(t, err)
		}
		return store.Keep{Bodies: time.Minute}
	}
	must(t, s.Expire(t.Context(), keep))
	must(t, s.Expire(t.Context(), keep))
	events, _, err := s.ListEvents(t.Context(), store.Query{Limit: 10})
	must(t, err)
	if len(events) != 2 {
		t.Fatalf("%d events are left of 2", len(events))
	}
	for _, e := range events {
		if e, err = s.GetEvent(t.Context(), e.ID); err != nil || e.Body != nil {
			t.Errorf("an old event still says %q: %v", e.Body, err)
		}
	}
}
