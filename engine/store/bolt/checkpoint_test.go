package bolt

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"

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
