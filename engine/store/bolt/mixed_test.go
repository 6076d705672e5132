package bolt

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gancho/engine/store"
)

// TestPagesOfKeptAndRejected: whatever the size of a page, each delivery is listed once, the
// newest first.
func TestPagesOfKeptAndRejected(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	start := time.Now().Truncate(time.Millisecond)
	var want []string
	for i := range 17 {
		e := store.Event{Flow: fmt.Sprint("f", i%3), At: start.Add(time.Duration(i) * time.Millisecond), Title: fmt.Sprint(i), Outcome: store.Captured}
		if i%4 == 1 || i > 14 {
			e.Outcome = store.Rejected
			s.Reject([]store.Event{e})
		} else if _, err := s.Accept(t.Context(), []store.Event{e}); err != nil {
			t.Fatal(err)
		}
		want = append(want, e.Title)
	}
	slices.Reverse(want)
	for limit := 1; limit < 20; limit++ {
		var got []string
		q := store.Query{Limit: limit}
		for {
			page, next, err := s.ListEvents(t.Context(), q)
			if err != nil || len(page) > limit {
				t.Fatalf("limit %d: %d events, %v", limit, len(page), err)
			}
			for _, e := range page {
				got = append(got, e.Title)
			}
			if q.Cursor = next; next == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: %v, want %v", limit, got, want)
		}
	}
}
