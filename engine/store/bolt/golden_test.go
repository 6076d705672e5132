package bolt_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"gancho/engine/store"
	"gancho/engine/store/bolt"

	bbolt "go.etcd.io/bbolt"
)

var update = flag.Bool("update", false, "write the data folder of this format anew")

// The folder of this format, as a good end leaves it, and as a kill does: with what happened
// last in the journal alone.
const golden, goldenKilled = "testdata/format-4", "testdata/format-4-killed"

// TestFoldersOfEveryFormatAreRead opens folders that earlier programs wrote: 70 runs in the
// archive, one that waits for a signal, one document and one key.
func TestFoldersOfEveryFormatAreRead(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	for _, golden := range []string{"testdata/format-1", "testdata/format-2", "testdata/format-3", "testdata/format-3-killed", golden, goldenKilled} {
		t.Run(filepath.Base(golden), func(t *testing.T) { readGolden(t, golden) })
	}
}

func readGolden(t *testing.T, golden string) {
	dir := t.TempDir()
	check(t, os.CopyFS(dir, os.DirFS(golden)))
	faults, err := bolt.Check(t.Context(), dir)
	check(t, err)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		ids := listed(t, s, store.Query{Flow: "a", Limit: 50})
		if len(ids) != 71 {
			t.Fatalf("got %d runs, want 71", len(ids))
		}
		story, err := s.GetRun(t.Context(), ids[70])
		check(t, err)
		if story.Run.Status != store.Succeeded || !strings.Contains(string(story.Body), `"n0"`) || len(story.Steps) != 1 || string(story.Results["count"]) != "1" {
			t.Errorf("got %+v", story)
		}
		check(t, s.Signal(t.Context(), []store.Signal{{Name: "paid", Data: []byte("1")}})[0])
		if w := claim(t, s); w.Run.ID != ids[0] || string(w.Inbox["w"]) != "1" || w.Unclean {
			t.Errorf("got %+v", w)
		}
		doc, err := s.GetDoc(t.Context(), "flow", "a")
		check(t, err)
		key, err := s.GetKey(t.Context(), "state", "k")
		check(t, err)
		if string(doc.Value) != "{}" || string(key.Value) != "70" {
			t.Errorf("got %+v and %+v", doc, key)
		}
	})
	if found, err := os.ReadFile(filepath.Join(dir, "FORMAT")); err != nil || string(found) != "gancho 4\n" {
		t.Errorf("the folder is now of format %q: %v", found, err)
	}
}

func TestAFolderOfANewerFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "FORMAT"), []byte("gancho 5\n"), 0o600))
	if _, err := bolt.Open(t.Context(), dir, bolt.Options{}); !errors.Is(err, store.ErrFormat) {
		t.Errorf("got %v, want that the format is unknown", err)
	}
}

func writeGolden(t *testing.T) {
	t.Helper()
	check(t, errors.Join(os.RemoveAll(golden), os.RemoveAll(goldenKilled)))
	synctest.Test(t, func(t *testing.T) {
		s := open(t, golden)
		finish(t, s, 70, store.Succeeded)
		settle()
		accept(t, s)
		park := store.Park{Status: store.Waiting, WaitingFor: "signal", Waits: []store.Wait{{Path: "w", Name: "paid"}}}
		check(t, s.Commit(t.Context(), []store.Commit{{Lease: claim(t, s).Lease, Decision: store.Decision{Park: &park}}})[0].Err)
		_, err := s.PutDocs(t.Context(), []store.Doc{{Kind: "flow", ID: "a", Value: []byte("{}")}})
		check(t, err)
		check(t, os.CopyFS(goldenKilled, os.DirFS(golden)))
		check(t, s.Close())
	})
	_, _, err := bolt.Compact(t.Context(), golden)
	check(t, err)
	for _, dir := range []string{golden, goldenKilled} {
		check(t, os.Remove(filepath.Join(dir, "reserve")))
	}
}

func TestWhatEndedBeforeThereWasAnArchiveIsArchived(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		done := finish(t, s, 3, store.Succeeded)
		check(t, s.Close())
		db, err := bbolt.Open(filepath.Join(dir, "live.db"), 0o600, nil)
		check(t, err)
		check(t, db.Update(func(tx *bbolt.Tx) error {
			check(t, tx.DeleteBucket([]byte("ended")))
			return tx.DeleteBucket([]byte("volumes"))
		}))
		check(t, db.Close())
		s = open(t, dir)
		defer s.Close()
		settle()
		if len(archives(t, dir)) != 2 || len(listed(t, s, store.Query{Limit: 9})) != 3 {
			t.Errorf("got files %v", archives(t, dir))
		}
		story, err := s.GetRun(t.Context(), done[0].Run)
		check(t, err)
		if len(story.Body) == 0 {
			t.Error("the body is gone")
		}
	})
}
