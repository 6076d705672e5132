package bolt_test

import (
	"path/filepath"
	"testing"

	"gancho/engine/store/bolt"
)

// TestAStoreIsClosedWhileItIsBackedUp: the backup has all or says that it is none, and nothing is lost.
func TestAStoreIsClosedWhileItIsBackedUp(t *testing.T) {
	for range 20 {
		dir := t.TempDir()
		data, backup := filepath.Join(dir, "data"), filepath.Join(dir, "backup")
		s, err := bolt.Open(t.Context(), data, bolt.Options{})
		check(t, err)
		_, err = s.PutKey(t.Context(), "state", "a", []byte("1"), -1, 0)
		check(t, err)
		backedUp := make(chan error, 1)
		go func() { backedUp <- s.Backup(t.Context(), backup) }()
		check(t, s.Close())
		whole := []string{data}
		if err := <-backedUp; err == nil {
			whole = append(whole, backup)
		}
		for _, dir := range whole {
			s, err := bolt.Open(t.Context(), dir, bolt.Options{})
			check(t, err)
			if entry, err := s.GetKey(t.Context(), "state", "a"); err != nil || string(entry.Value) != "1" {
				t.Errorf("%s: %q, %v", filepath.Base(dir), entry.Value, err)
			}
			check(t, s.Close())
		}
	}
}
