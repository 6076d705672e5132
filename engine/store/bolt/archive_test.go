package bolt_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// finish accepts events of flow a and ends their runs with this status.
func finish(t *testing.T, s *bolt.Store, n int, status store.Status) []store.Accept {
	t.Helper()
	var all []store.Accept
	for i := range n {
		a, err := s.Accept(t.Context(), []store.Event{{
			Flow: "a", At: time.Now(), Outcome: store.Accepted, Key: fmt.Sprint(status, i), KeyFor: 9000 * time.Hour,
			Title: "order", Meta: []byte("{}"), Body: []byte(fmt.Sprintf(`{"order":"n%d","note":%q}`, i, strings.Repeat("x", 200))),
		}})
		check(t, err)
		w := claim(t, s)
		done := s.Commit(t.Context(), []store.Commit{{
			Lease: w.Lease, Steps: []store.Record{{Path: "send", Data: []byte(`{"output":1}`)}},
			Keys:     []store.KeyOp{{ID: "count", Kind: store.KeyAdd, Space: "state", Key: "k", By: "1"}},
			Decision: store.Decision{End: &store.End{Status: status, Error: store.RunError{Step: "send"}}},
		}})[0]
		check(t, done.Err)
		all = append(all, a[0])
	}
	return all
}

// settle lets the archiver take all that has ended.
func settle() {
	time.Sleep(2 * time.Minute)
	synctest.Wait()
}

func listed(t *testing.T, s *bolt.Store, q store.Query) (ids []string) {
	t.Helper()
	for {
		runs, next, err := s.ListRuns(t.Context(), q)
		check(t, err)
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
		if next == "" {
			return ids
		}
		q.Cursor = next
	}
}

func archives(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "archive", "*.db"))
	check(t, err)
	return files
}

func TestWhatHasEndedIsReadFromTheArchive(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		done := finish(t, s, 130, store.Succeeded)
		settle()
		waiting := accept(t, s)
		more := finishAfter(t, s, waiting)
		check(t, s.Close())
		s = open(t, dir)
		defer s.Close()
		if n := len(archives(t, dir)); n != 2 {
			t.Fatalf("got %d archive files, want one of rows and one of bodies", n)
		}
		ids := listed(t, s, store.Query{Flow: "a", Limit: 7})
		if len(ids) != 131 || ids[0] != more || ids[130] != done[0].Run {
			t.Fatalf("got %d runs, want 131, newest first", len(ids))
		}
		story, err := s.GetRun(t.Context(), done[5].Run)
		check(t, err)
		if !strings.Contains(string(story.Body), `"n5"`) || len(story.Steps) != 1 || story.Steps[0].Path != "send" || string(story.Results["count"]) != "6" {
			t.Errorf("got %+v", story)
		}
		info, err := s.RunInfo(t.Context(), done[5].Run)
		check(t, err)
		event, err := s.GetEvent(t.Context(), done[5].Event)
		check(t, err)
		if info.Status != store.Succeeded || event.Run != done[5].Run || len(event.Body) != event.Size {
			t.Errorf("got %+v and %+v", info, event)
		}
		if found := listed(t, s, store.Query{Text: "n77", Limit: 50}); len(found) != 1 || found[0] != done[77].Run {
			t.Errorf("the search found %v", found)
		}
		again, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Key: "succeeded5", KeyFor: time.Hour}})
		check(t, err)
		if again[0].Outcome != store.Duplicate || again[0].Run != done[5].Run {
			t.Errorf("a repeat got %+v, want the first run %s", again[0], done[5].Run)
		}
		if err := s.Cancel(t.Context(), []string{done[5].Run}, "late")[0]; !errors.Is(err, store.ErrConflict) {
			t.Errorf("cancel: got %v", err)
		}
		if err := s.Signal(t.Context(), []store.Signal{{Run: done[5].Run, Path: "send"}})[0]; !errors.Is(err, store.ErrUsed) {
			t.Errorf("signal: got %v", err)
		}
	})
}

func finishAfter(t *testing.T, s *bolt.Store, a store.Accept) string {
	t.Helper()
	w := claim(t, s)
	check(t, s.Commit(t.Context(), []store.Commit{{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
	return a.Run
}

func TestAFailedRunComesBackFromTheArchive(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		failed := finish(t, s, 1, store.Failed)[0]
		settle()
		if err := s.Resume(t.Context(), failed.Run, 2, nil); !errors.Is(err, store.ErrConflict) {
			t.Errorf("an attempt that was not: got %v", err)
		}
		check(t, s.Resume(t.Context(), failed.Run, 1, []string{"send"}))
		w := claim(t, s)
		if w.Run.ID != failed.Run || w.Run.Attempt != 2 || len(w.Steps) != 0 || len(w.Body) == 0 {
			t.Errorf("got %+v", w)
		}
		check(t, s.Commit(t.Context(), []store.Commit{{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
		settle()
		if ids := listed(t, s, store.Query{Limit: 10}); len(ids) != 1 {
			t.Errorf("the run is listed %d times", len(ids))
		}
		story, err := s.GetRun(t.Context(), failed.Run)
		check(t, err)
		if story.Run.Status != store.Succeeded || len(story.Steps) != 1 {
			t.Errorf("got %+v", story)
		}
		counts, err := s.Counts(t.Context())
		check(t, err)
		if c := counts["a"]; c.Finished != 1 || c.Accepted != 1 {
			t.Errorf("got %+v", c)
		}
	})
}

func TestRetentionDeletesFiles(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		old := finish(t, s, 3, store.Succeeded)[0]
		settle()
		bodies := func(string) store.Keep { return store.Keep{Bodies: time.Minute} }
		check(t, s.Expire(t.Context(), bodies))
		story, err := s.GetRun(t.Context(), old.Run)
		check(t, err)
		if files := archives(t, dir); story.Body != nil || len(files) != 1 || !strings.HasSuffix(files[0], ".rows.db") {
			t.Errorf("bodies outlived their time: %v", files)
		}
		check(t, s.Erase(t.Context(), []string{old.Run}))
		check(t, s.Expire(t.Context(), func(string) store.Keep { return store.Keep{Runs: time.Minute} }))
		if _, err := s.GetRun(t.Context(), old.Run); !errors.Is(err, store.ErrNotFound) || len(archives(t, dir)) != 0 || len(listed(t, s, store.Query{Limit: 9})) != 0 {
			t.Errorf("runs outlived their time: %v %v", err, archives(t, dir))
		}
		finish(t, s, 1, store.Failed)
		settle()
		check(t, s.Expire(t.Context(), func(string) store.Keep { return store.Keep{} }))
		if ids := listed(t, s, store.Query{Limit: 9}); len(ids) != 1 {
			t.Errorf("got %d runs after the files were deleted", len(ids))
		}
	})
}

func TestErasureReachesTheArchive(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		all := finish(t, s, 3, store.Succeeded)
		settle()
		check(t, s.Erase(t.Context(), []string{all[1].Run}))
		for i, a := range all {
			story, err := s.GetRun(t.Context(), a.Run)
			check(t, err)
			if erased := story.Body == nil && story.Run.Title == "" && len(story.Steps) == 0; erased != (i == 1) {
				t.Errorf("run %d: erased is %v", i, erased)
			}
		}
	})
}

func TestACutOffArchiveFileHurtsNothingElse(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		lost := finish(t, s, 70, store.Succeeded)
		settle()
		time.Sleep(24 * time.Hour)
		kept := finish(t, s, 70, store.Failed)
		settle()
		check(t, s.Close())
		files := archives(t, dir)
		if len(files) != 4 {
			t.Fatalf("got %v, want two files a day", files)
		}
		check(t, os.Truncate(files[1], 40_000))
		s = open(t, dir)
		if _, err := s.GetRun(t.Context(), lost[3].Run); err == nil || errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), filepath.Base(files[1])) {
			t.Errorf("got %v, want an error that names the file", err)
		}
		if _, err := s.GetRun(t.Context(), kept[3].Run); err != nil {
			t.Errorf("a run of another file: %v", err)
		}
		if ids := listed(t, s, store.Query{Limit: 50}); len(ids) != 70 {
			t.Errorf("listed %d runs, want the 70 of the sound file", len(ids))
		}
		check(t, s.Close())
		faults, err := bolt.Check(t.Context(), dir)
		check(t, err)
		if len(faults) == 0 || !strings.Contains(faults[0], filepath.Base(files[1])) {
			t.Errorf("the check said %v", faults)
		}
	})
}

func TestBackupAndCompactHoldTheArchive(t *testing.T) {
	dir, backup := t.TempDir(), filepath.Join(t.TempDir(), "of [shop] *") // a folder may have any name
	again := filepath.Join(t.TempDir(), "again")
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		all := finish(t, s, 70, store.Succeeded)
		settle()
		check(t, s.Backup(t.Context(), backup))
		check(t, s.Close())
		check(t, bolt.Restore(t.Context(), backup, again))
		for _, folder := range []string{dir, again} {
			_, _, err := bolt.Compact(t.Context(), folder)
			check(t, err)
			s := open(t, folder)
			story, err := s.GetRun(t.Context(), all[69].Run)
			check(t, err)
			if len(story.Body) == 0 {
				t.Errorf("%s: the body is gone", folder)
			}
			finish(t, s, 1, store.Failed)
			settle()
			check(t, s.Close())
		}
		check(t, os.Remove(archives(t, again)[0]))
		faults, err := bolt.Check(t.Context(), again)
		check(t, err)
		if len(faults) != 1 || !strings.Contains(faults[0], "is missing") {
			t.Errorf("the check said %v", faults)
		}
	})
}

// A file of one day that cannot be read keeps none of another day from being deleted.
func TestADamagedFileStopsNoRetention(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		s.SetGates([]store.Gate{{Flow: "short"}, {Flow: "long"}})
		withFlow := func(flow string) {
			_, err := s.Accept(t.Context(), []store.Event{{Flow: flow, At: time.Now(), Outcome: store.Accepted, Body: []byte("{}")}})
			check(t, err)
			check(t, s.Commit(t.Context(), []store.Commit{{Lease: claim(t, s).Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
		}
		withFlow("short")
		withFlow("long")
		settle()
		time.Sleep(24 * time.Hour)
		withFlow("short")
		settle()
		check(t, s.Close())
		check(t, os.Truncate(archives(t, dir)[1], 40_000))
		s = open(t, dir)
		defer s.Close()
		time.Sleep(24 * time.Hour)
		err := s.Expire(t.Context(), func(flow string) store.Keep {
			if flow == "short" {
				return store.Keep{Runs: time.Hour}
			}
			return store.Keep{}
		})
		if err == nil {
			t.Error("the damaged file is not told of")
		}
		if files := archives(t, dir); len(files) != 2 {
			t.Errorf("%v are left", files)
		}
	})
}

// While archive files cannot be made, nothing is noted for ever.
func TestNoFileIsNotedTwice(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		hindrance := filepath.Join(dir, "archive", "2000-01-01-000001.rows.db", "x")
		check(t, os.MkdirAll(hindrance, 0o700))
		finish(t, s, 3, store.Succeeded)
		settle()
		check(t, os.RemoveAll(filepath.Dir(hindrance)))
		settle()
		if files := archives(t, dir); len(files) != 2 || !strings.Contains(files[0], "-000001.") {
			t.Errorf("the archive is %v", files)
		}
	})
}

// TestAListGoesOnWhileAFileGrows lists while the archiver waits, in the middle of the list, for
// readers of its file to end: who reads already must not have to wait for it.
func TestAListGoesOnWhileAFileGrows(t *testing.T) {
	for name, q := range map[string]store.Query{"list": {Limit: 9}, "search": {Limit: 9, Text: "soap"}} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			defer s.Close()
			for range 3 { // a block each
				endWith(t, s, `{"output":"soap"}`)
				check(t, s.ArchiveAll(t.Context()))
			}
			grown := make(chan error, 1)
			grow := sync.OnceFunc(func() {
				go func() { grown <- s.GrowArchive(1 << 20) }()
				for !strings.Contains(stacks(), "bbolt.(*DB).mmap(") {
					runtime.Gosched()
				}
			})
			q.Pick = func(*store.Run) bool { grow(); return true }
			if ids := listed(t, s, q); len(ids) != 3 {
				t.Errorf("got %d runs, want 3", len(ids))
			}
			check(t, <-grown)
		})
	}
}

// endWith accepts an event and ends its run with this output.
func endWith(t *testing.T, s *bolt.Store, output string) {
	t.Helper()
	accept(t, s)
	w := claim(t, s)
	check(t, s.Commit(t.Context(), []store.Commit{{
		Lease: w.Lease, Steps: []store.Record{{Path: "send", Data: []byte(output)}},
		Decision: store.Decision{End: &store.End{Status: store.Succeeded}},
	}})[0].Err)
}

func stacks() string {
	all := make([]byte, 1<<20)
	return string(all[:runtime.Stack(all, true)])
}
