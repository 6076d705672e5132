package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// size is what the archive takes.
func size(t *testing.T, dir string) (n int64) {
	t.Helper()
	for _, path := range archives(t, dir) {
		info, err := os.Stat(path)
		check(t, err)
		n += info.Size()
	}
	return n
}

func filtered(t *testing.T, s *bolt.Store, flow string, n int) []store.Accept {
	t.Helper()
	events := make([]store.Event, n)
	r := rand.New(rand.NewPCG(uint64(n), 0)) //nolint:gosec // the same each time
	for i := range events {
		body := make([]byte, 4000)
		for j := range body {
			body[j] = "0123456789abcdefghijklmnopqrstuvwxyz"[r.IntN(36)] // nothing makes it much smaller
		}
		events[i] = store.Event{Flow: flow, At: time.Now(), Outcome: store.Filtered, Reason: "no", Body: append([]byte(flow+"-canary-"), body...)}
	}
	a, err := s.Accept(t.Context(), events)
	check(t, err)
	return a
}

func TestAShorterKeepFreesItsSpace(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		short, long, bare := filtered(t, s, "short", 400), filtered(t, s, "long", 64), filtered(t, s, "bare", 400)
		settle()
		before := size(t, dir)
		check(t, s.Expire(t.Context(), func(flow string) store.Keep {
			switch flow {
			case "short":
				return store.Keep{Runs: time.Minute}
			case "bare":
				return store.Keep{Bodies: time.Minute}
			}
			return store.Keep{}
		}))
		if after := size(t, dir); after > before/2 {
			t.Errorf("the archive took %d bytes, and takes %d", before, after)
		}
		if _, err := s.GetEvent(t.Context(), short[5].Event); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("what is over is still there: %v", err)
		}
		kept, err := s.GetEvent(t.Context(), long[5].Event)
		check(t, err)
		without, err := s.GetEvent(t.Context(), bare[5].Event)
		check(t, err)
		if len(kept.Body) != kept.Size || without.Body != nil || without.Reason != "no" {
			t.Errorf("got %d of %d bytes, and %d of what lost its body", len(kept.Body), kept.Size, len(without.Body))
		}
		// A longer time later does not bring back what is gone, and breaks nothing.
		check(t, s.Expire(t.Context(), func(string) store.Keep { return store.Keep{} }))
		without, err = s.GetEvent(t.Context(), bare[5].Event)
		check(t, err)
		more := filtered(t, s, "bare", 64)
		settle()
		again, err := s.GetEvent(t.Context(), more[5].Event)
		check(t, err)
		if without.Body != nil || len(again.Body) != again.Size {
			t.Errorf("got %d bytes, and %d of a new one", len(without.Body), len(again.Body))
		}
	})
}

func TestErasureLeavesNoByte(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		run := withBody(t, s, canary, store.Succeeded)
		settle()
		if len(holding(t, dir, "archive", canary)) == 0 {
			t.Fatal("the archive never held it")
		}
		check(t, s.Erase(t.Context(), []string{run}))
		if files := holding(t, dir, "archive", canary); len(files) > 0 {
			t.Errorf("%v hold what was erased", files)
		}
		if story, err := s.GetRun(t.Context(), run); err != nil || story.Body != nil || strings.Contains(story.Run.Title, canary) {
			t.Errorf("got %+v, %v", story, err)
		}
	})
}

// A run that failed, was resumed and has ended again the same day is in two blocks of a file.
func TestErasureReachesAFormerEnd(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		run := withBody(t, s, canary, store.Failed)
		settle()
		check(t, s.Resume(t.Context(), run, 1, nil))
		w := claim(t, s)
		check(t, s.Commit(t.Context(), []store.Commit{{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
		settle()
		check(t, s.Erase(t.Context(), []string{run}))
		if files := holding(t, dir, "archive", canary); len(files) > 0 {
			t.Errorf("%v hold what was erased", files)
		}
	})
}

// A person is in several blocks of a file that is opened to read.
func TestErasureReachesAllBlocksOfAFile(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		var runs []string
		for i := range 5 {
			runs = append(runs, withBody(t, s, fmt.Sprint(canary, i), store.Succeeded))
			withBody(t, s, `"somebody else"`, store.Succeeded)
			settle()
		}
		check(t, s.Close())
		s = open(t, dir)
		defer s.Close()
		check(t, s.Erase(t.Context(), runs[:3]))
		check(t, s.Erase(t.Context(), runs[3:])) // files that were rewritten are closed
		if files := holding(t, dir, "archive", canary); len(files) > 0 {
			t.Errorf("%v hold what was erased", files)
		}
		if bad := s.Unread(""); len(bad) > 0 {
			t.Errorf("%v are said to be damaged", bad)
		}
		if n := len(listed(t, s, store.Query{Limit: 50})); n != 10 {
			t.Errorf("%d runs are listed, want 10", n)
		}
	})
}

// What an erasure could not free, because a copy had no room, the next Expire frees.
func TestAnErasureIsFinishedLater(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		run := withBody(t, s, canary, store.Succeeded)
		settle()
		hindrance := filepath.Join(dir, "archive", "2000-01-01-000001.bodies.db.new", "x")
		check(t, os.MkdirAll(hindrance, 0o700))
		if err := s.Erase(t.Context(), []string{run}); err == nil {
			t.Error("it says that all is erased")
		}
		check(t, os.RemoveAll(filepath.Dir(hindrance)))
		check(t, s.Close())
		s = open(t, dir)
		defer s.Close()
		check(t, s.Expire(t.Context(), func(string) store.Keep { return store.Keep{} }))
		if files := holding(t, dir, "archive", canary); len(files) > 0 {
			t.Errorf("%v hold what was erased", files)
		}
	})
}

// A signal that nobody took goes with the rest, and so do the free pages of live.db.
func TestErasureReachesLiveState(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		eraseUntaken(t, s, func() { // a checkpoint
			time.Sleep(time.Minute + time.Second)
			synctest.Wait()
		})
		settle()
		if files := holding(t, dir, ".", canary); len(files) > 0 {
			t.Errorf("%v hold what was erased", files)
		}
	})
}

// So it is when the process is killed right after it.
func TestErasureReachesLiveStateAfterACrash(t *testing.T) {
	dir, left := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		eraseUntaken(t, s, func() { // a checkpoint
			time.Sleep(time.Minute + time.Second)
			synctest.Wait()
		})
		synctest.Wait()
		check(t, os.CopyFS(left, os.DirFS(dir)))
		again := open(t, left)
		defer again.Close()
		settle()
		if files := holding(t, left, ".", canary); len(files) > 0 {
			t.Errorf("%v hold what was erased", files)
		}
	})
}

// Nor does an erasure wait for a quiet moment.
func TestErasureReachesLiveStateThatIsNeverQuiet(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		busy := func() {
			for range 20 {
				time.Sleep(3100 * time.Millisecond) // never at the instant of another clock
				_, err := s.PutKey(t.Context(), "state", "k", []byte("1"), -1, 0)
				check(t, err)
				synctest.Wait()
			}
		}
		busy()
		eraseUntaken(t, s, busy)
		busy()
		if files := holding(t, dir, ".", canary); len(files) > 0 {
			t.Errorf("%v hold what was erased", files)
		}
	})
}

// eraseUntaken erases a run with a signal that nobody took, some time after it came.
func eraseUntaken(t *testing.T, s *bolt.Store, rest func()) {
	t.Helper()
	a := accept(t, s)
	check(t, s.Signal(t.Context(), []store.Signal{{Run: a.Run, Path: "ask", Data: []byte(`"` + strings.Repeat(canary, 4000) + `"`)}})[0])
	rest()
	check(t, s.Erase(t.Context(), []string{finishAfter(t, s, a)}))
}

const canary = "zq7Xw93kLm5VbT2r"

// withBody gives a run that has ended.
func withBody(t *testing.T, s *bolt.Store, body string, end store.Status) string {
	t.Helper()
	a, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Body: []byte(body)}})
	check(t, err)
	check(t, s.Commit(t.Context(), []store.Commit{{Lease: claim(t, s).Lease, Decision: store.Decision{End: &store.End{Status: end}}}})[0].Err)
	return a[0].Run
}

// holding gives the files of a folder that hold some text.
func holding(t *testing.T, dir, folder, text string) (names []string) {
	t.Helper()
	check(t, filepath.WalkDir(filepath.Join(dir, folder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			names = append(names, path)
		}
		return err
	}))
	return names
}
