package bolt_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

func TestAFullDiskRefusesAndRecovers(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := bolt.Open(t.Context(), dir, bolt.Options{MaxSize: 4 << 20})
		check(t, err)
		defer s.Close()
		s.SetGates([]store.Gate{{Flow: "a"}})
		synctest.Wait()
		body := make([]byte, 200<<10)
		source := rand.NewChaCha8([32]byte{})
		offer := func() error {
			fillAtRandom(t, source, body)
			_, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Body: body}})
			return err
		}
		good := 0
		for err = offer(); err == nil && good < 100; err = offer() {
			good++
		}
		if !errors.Is(err, store.ErrFull) || !errors.Is(s.Health(), store.ErrFull) {
			t.Fatalf("after %d events got %v and health %v, want a full disk", good, err, s.Health())
		}
		if runs, _, err := s.ListRuns(t.Context(), store.Query{Limit: 100}); err != nil || len(runs) != good {
			t.Errorf("listed %d of %d runs: %v", len(runs), good, err)
		}
		for range good {
			w, err := s.Claim(t.Context(), "node", 1)
			check(t, err)
			check(t, s.Commit(t.Context(), []store.Commit{{Lease: w[0].Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
		}
		settle() // what has ended leaves live.db
		check(t, s.Health())
		check(t, offer())
	})
}

func TestSpaceComesBack(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "live.db")
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		waiting := accept(t, s)
		body := make([]byte, 200<<10)
		source := rand.NewChaCha8([32]byte{})
		var runs []string
		for range 150 {
			fillAtRandom(t, source, body)
			a, err := s.Accept(t.Context(), []store.Event{{Flow: "b", At: time.Now(), Outcome: store.Accepted, Body: body}})
			check(t, err)
			runs = append(runs, a[0].Run)
		}
		settle()
		high, err := os.Stat(path)
		check(t, err)
		check(t, errors.Join(s.Cancel(t.Context(), runs, "no more")...))
		settle()
		low, err := os.Stat(path)
		check(t, err)
		if high.Size() < 16<<20 || low.Size() > 1<<20 {
			t.Errorf("live.db had %d bytes, and has %d once nothing is written", high.Size(), low.Size())
		}
		saved := filepath.Join(t.TempDir(), "saved")
		check(t, s.Backup(t.Context(), saved))
		if faults, err := bolt.Check(t.Context(), saved); err != nil || len(faults) > 0 {
			t.Errorf("a backup after the rewrite: %q %v", faults, err)
		}
		later := accept(t, s)
		crashed := t.TempDir()
		check(t, os.CopyFS(crashed, os.DirFS(dir)))
		check(t, s.Close())
		s = open(t, dir)
		if story, err := s.GetRun(t.Context(), later.Run); err != nil || story.Run.Status.Final() {
			t.Errorf("what came after the rewrite is %s: %v", story.Run.Status, err)
		}
		check(t, s.Close())
		s = open(t, crashed)
		defer s.Close()
		if w := claim(t, s); w.Run.ID != waiting.Run {
			t.Errorf("claimed %s, want %s", w.Run.ID, waiting.Run)
		}
	})
}

// fillAtRandom gives bytes that no packing makes smaller, without words that would have to be found.
func fillAtRandom(t *testing.T, source *rand.ChaCha8, body []byte) {
	t.Helper()
	_, err := source.Read(body)
	check(t, err)
	for i := range body {
		body[i] &= 0x1f
	}
}
