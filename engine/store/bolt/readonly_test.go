package bolt_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// A folder as a kill leaves it is read whole, and backed up, without a byte of it being changed.
func TestAFolderIsReadWithoutWritingToIt(t *testing.T) {
	dir := t.TempDir()
	leaveFolder(t, dir)
	contents := func() map[string]string {
		all := map[string]string{}
		check(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			all[path] = string(data)
			return err
		}))
		return all
	}
	before := contents()
	s, err := bolt.OpenToRead(t.Context(), dir, bolt.Options{})
	check(t, err)
	list, _, err := s.ListRuns(t.Context(), store.Query{Limit: 200})
	check(t, err)
	if len(list) != mutantRuns {
		t.Errorf("%d runs are listed, want %d", len(list), mutantRuns)
	}
	if _, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted}}); err == nil {
		t.Error("an event was accepted")
	}
	backup := filepath.Join(t.TempDir(), "backup")
	check(t, s.Backup(t.Context(), backup))
	check(t, s.Close())
	for path, data := range contents() {
		if before[path] != data {
			t.Errorf("%s was changed", path)
		}
		delete(before, path)
	}
	if len(before) > 0 {
		t.Errorf("files are gone: %d", len(before))
	}
	faults, err := bolt.Check(t.Context(), backup)
	check(t, err)
	again, err := bolt.Open(t.Context(), backup, bolt.Options{})
	check(t, err)
	defer again.Close()
	if list, _, err := again.ListRuns(t.Context(), store.Query{Limit: 200}); err != nil || len(list) != mutantRuns || len(faults) > 0 {
		t.Errorf("the backup has %d runs, %v, and the check says %q", len(list), err, faults)
	}
}
