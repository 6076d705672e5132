package bolt

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gancho/engine/store"
)

// A checkpoint finds no room for a table, and the next one begins with that: what was written
// since is brought into live.db too, before the journal that holds it goes.
func TestWhatFollowsACheckpointThatFailedIsKept(t *testing.T) {
	for name, end := range map[string]func(s *Store, dir string) (string, error){
		"close": func(s *Store, dir string) (string, error) { return dir, s.Close() },
		"backup": func(s *Store, _ string) (string, error) {
			saved := filepath.Join(t.TempDir(), "saved")
			return saved, errors.Join(s.Backup(t.Context(), saved), s.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(t.Context(), dir, Options{})
			must(t, err)
			value := make([]byte, 1<<20)
			rand.Read(value) // nothing makes it smaller
			put := func(key string) {
				_, err := s.PutKey(t.Context(), "state", key, value, -1, 0)
				must(t, err)
			}
			put("before")
			s.live.db.MaxSize = 1
			if err := s.live.flush(); !errors.Is(err, store.ErrFull) {
				t.Fatalf("without room a checkpoint said %v", err)
			}
			put("after")
			s.live.db.MaxSize = 0
			dir, err = end(s, dir)
			must(t, err)
			s, err = Open(t.Context(), dir, Options{})
			must(t, err)
			defer s.Close()
			for _, key := range []string{"before", "after"} {
				if _, err := s.GetKey(t.Context(), "state", key); err != nil {
					t.Errorf("what was written %s: %v", key, err)
				}
			}
		})
	}
}

// A backup has the archive's files for itself, for as long as it copies them. Checkpoints go on
// meanwhile: else nothing would be accepted any more once the table is full.
func TestACheckpointDoesNotWaitForABackup(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), Options{})
	must(t, err)
	defer s.Close()
	s.archive.files.Lock()
	defer s.archive.files.Unlock()
	over := slices.Repeat([]store.Event{{Flow: "a", Outcome: store.Filtered}}, blockEvents) // as many as are archived at once
	large := store.Event{Flow: "a", Outcome: store.Filtered, Body: make([]byte, tableLimit)}
	for _, events := range [][]store.Event{over, {large}} {
		_, err = s.Accept(t.Context(), events)
		must(t, err)
	}
	late := time.After(time.Minute)
	for {
		moved := s.live.moved.wait()
		s.live.tables.RLock()
		done := s.live.until > 0 && s.live.sealed == nil
		s.live.tables.RUnlock()
		if done {
			return
		}
		select {
		case <-moved:
		case <-late:
			t.Fatal("no checkpoint comes while a backup is made")
		}
	}
}
