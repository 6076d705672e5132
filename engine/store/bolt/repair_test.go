package bolt_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// Whatever happens to a file of the journal is said by the check and by a start alike, and a
// repair makes a folder that opens, with all that is sound and a word about the rest.
func TestADamagedJournalIsSpokenOfAndRepaired(t *testing.T) {
	base := t.TempDir()
	leaveFolder(t, base)
	logs, err := filepath.Glob(filepath.Join(base, "journal", "*.log"))
	check(t, err)
	first := filepath.Join("journal", filepath.Base(logs[0]))
	flip := func(at int) func(data []byte) []byte {
		return func(data []byte) []byte { data[at] ^= 1; return data }
	}
	for name, c := range map[string]struct {
		file   string
		damage func(data []byte) []byte // nil removes it
		says   string
	}{
		"removed":           {first, nil, "is missing"},
		"cleared":           {first, func(data []byte) []byte { return make([]byte, len(data)) }, "lacks its beginning"},
		"emptied":           {first, func([]byte) []byte { return nil }, "lacks its beginning"},
		"cut":               {first, func(data []byte) []byte { return data[:3000] }, "cut off"},
		"a record":          {first, flip(60), "a record is damaged"},
		"inventory removed": {"journal/segments", nil, "is missing"},
		"inventory flipped": {"journal/segments", flip(5), "is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			check(t, os.CopyFS(dir, os.DirFS(base)))
			path := filepath.Join(dir, c.file)
			if c.damage == nil {
				check(t, os.Remove(path))
			} else {
				data, err := os.ReadFile(path)
				check(t, err)
				check(t, os.WriteFile(path, c.damage(data), 0o600))
			}
			faults, err := bolt.Check(t.Context(), dir)
			check(t, err)
			if len(faults) != 1 || !strings.Contains(faults[0], c.says) {
				t.Errorf("the check says %q", faults)
			}
			if _, err := bolt.Open(t.Context(), dir, bolt.Options{}); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "db repair") {
				t.Fatalf("opened with %v", err)
			}
			said, err := bolt.Repair(t.Context(), dir, time.Now())
			check(t, err)
			if !strings.Contains(strings.Join(said, "\n"), "taken in from the journal") {
				t.Errorf("the repair says %q", said)
			}
			opensWhole(t, dir)
		})
	}
}

// opensWhole holds a folder to being found whole, and to going on: runs of before are read, and
// what is accepted now is none of them.
func opensWhole(t *testing.T, dir string) {
	t.Helper()
	faults, err := bolt.Check(t.Context(), dir)
	check(t, err)
	if len(faults) > 0 {
		t.Errorf("the check still says %q", faults)
	}
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	defer s.Close()
	before := map[string]bool{}
	for q := (store.Query{Limit: 200}); ; {
		list, next, err := s.ListRuns(t.Context(), q)
		check(t, err)
		for _, r := range list {
			before[r.ID] = true
			_, err := s.GetRun(t.Context(), r.ID)
			check(t, err)
		}
		if q.Cursor = next; next == "" {
			break
		}
	}
	if len(before) < 128 {
		t.Errorf("%d runs are left", len(before))
	}
	a, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Body: []byte("{}")}})
	check(t, err)
	if story, err := s.GetRun(t.Context(), a[0].Run); err != nil || string(story.Body) != "{}" || before[a[0].Run] {
		t.Errorf("got %+v, %v", story, err)
	}
}

// Files of different times are not taken for one folder.
func TestFilesOfDifferentTimesAreRefused(t *testing.T) {
	dir := t.TempDir()
	older := filepath.Join(t.TempDir(), "older")
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	more := func(n int) {
		for range n {
			_, err := s.PutDocs(t.Context(), []store.Doc{{Kind: "flow", ID: "a", Revision: -1, Value: []byte("{}")}})
			check(t, err)
			_, err = s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Body: []byte("{}")}})
			check(t, err)
		}
		check(t, s.Close())
	}
	more(3)
	check(t, os.CopyFS(older, os.DirFS(dir)))
	s, err = bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	more(3)
	for name, says := range map[string]string{"live.db": "live.db is older than the journal", "gancho.db": "gancho.db is older than live.db", "journal": "the journal is older than live.db"} {
		mixed := filepath.Join(t.TempDir(), "mixed")
		check(t, os.CopyFS(mixed, os.DirFS(dir)))
		check(t, os.RemoveAll(filepath.Join(mixed, name)))
		if name == "journal" {
			check(t, os.CopyFS(filepath.Join(mixed, name), os.DirFS(filepath.Join(older, name))))
		} else {
			data, err := os.ReadFile(filepath.Join(older, name))
			check(t, err)
			check(t, os.WriteFile(filepath.Join(mixed, name), data, 0o600))
		}
		faults, err := bolt.Check(t.Context(), mixed)
		check(t, err)
		if len(faults) != 1 || !strings.Contains(faults[0], says) {
			t.Errorf("with an older %s the check says %q", name, faults)
		}
		if _, err := bolt.Open(t.Context(), mixed, bolt.Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("with an older %s: %v", name, err)
		}
		_, err = bolt.Repair(t.Context(), mixed, time.Now())
		check(t, err)
		s, err := bolt.Open(t.Context(), mixed, bolt.Options{})
		if err != nil {
			t.Fatalf("with an older %s, repaired: %v", name, err)
		}
		check(t, s.Close())
	}
}
