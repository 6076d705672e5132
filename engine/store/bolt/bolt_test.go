package bolt_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"

	bbolt "go.etcd.io/bbolt"
)

func open(t *testing.T, dir string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(t.Context(), dir, bolt.Options{})
	check(t, err)
	s.SetGates([]store.Gate{{Flow: "a", Concurrency: 1}})
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func accept(t *testing.T, s *bolt.Store) store.Accept {
	t.Helper()
	a, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Key: "k" + time.Now().String(), KeyFor: time.Hour}})
	check(t, err)
	return a[0]
}

func claim(t *testing.T, s *bolt.Store) store.Work {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		work, err := s.Claim(ctx, "node", 1)
		check(t, err)
		if len(work) == 1 {
			return work[0]
		}
	}
}

// damage flips a bit of the first record of a bucket, in a folder that nobody has open.
func damage(t *testing.T, dir, bucket string) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "live.db"), 0o600, nil)
	check(t, err)
	check(t, db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		key, value := b.Cursor().First()
		changed := append([]byte(nil), value...)
		changed[len(changed)/2] ^= 1
		return b.Put(append([]byte(nil), key...), changed)
	}))
	check(t, db.Close())
}

func TestADamagedRunDoesNotStopOpen(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first := accept(t, s)
	second := accept(t, s)
	check(t, s.Close())
	damage(t, dir, "runs")
	s = open(t, dir)
	defer s.Close()
	if w := claim(t, s); w.Run.ID != second.Run {
		t.Errorf("claimed %s, want the sound run %s", w.Run.ID, second.Run)
	}
	if _, err := s.GetRun(t.Context(), first.Run); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v, want that a record is damaged", err)
	}
}

// Of a run that cannot be read nobody knows whether it has ended: what it called goes on.
func TestWhatADamagedRunCalledIsNoOrphan(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first := accept(t, s)
	called := store.Event{Flow: "a", At: time.Now(), Outcome: store.Accepted, Parent: store.Parent{Run: first.Run, Path: "ask"}}
	done := s.Commit(t.Context(), []store.Commit{{Lease: claim(t, s).Lease, Spawn: []store.Event{called}, Decision: store.Decision{
		Park: &store.Park{Status: store.Waiting, Waits: []store.Wait{{Path: "ask"}}},
	}}})[0]
	check(t, done.Err)
	check(t, s.Close())
	damage(t, dir, "runs")
	s = open(t, dir)
	defer s.Close()
	for _, run := range []string{first.Run, ""} {
		orphans, err := s.Orphans(t.Context(), run)
		check(t, err)
		if len(orphans) > 0 {
			t.Errorf("orphans of %q: %s", run, orphans)
		}
	}
	if w := claim(t, s); w.Run.ID != done.Spawned[0] {
		t.Errorf("claimed %s, want the called run %s", w.Run.ID, done.Spawned[0])
	}
}

func TestAnUnreadableEventHoldsUpNobody(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	accept(t, s)
	second := accept(t, s)
	check(t, s.Close())
	damage(t, dir, "events")
	s = open(t, dir)
	defer s.Close()
	if w := claim(t, s); w.Run.ID != second.Run {
		t.Errorf("claimed %s, want the readable run %s, within the flow's one place", w.Run.ID, second.Run)
	}
}

func TestOneThatCannotBeDoneFailsAlone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	bad := store.Event{Flow: "a", At: time.Now(), Outcome: store.Accepted, Key: "k", KeyFor: time.Hour}
	_, err := s.Accept(t.Context(), []store.Event{bad})
	check(t, err)
	check(t, s.Close())
	damage(t, dir, "dedupe")
	s = open(t, dir)
	defer s.Close()
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			event := bad
			if i%10 != 0 {
				event.Key = ""
			}
			_, err := s.Accept(t.Context(), []store.Event{event})
			if poisoned := event.Key != ""; (err != nil) != poisoned {
				t.Errorf("event with key %q: got %v", event.Key, err)
			}
		})
	}
	group.Wait()
	counts, err := s.Counts(t.Context())
	check(t, err)
	if c := counts["a"]; c.Accepted != 181 || c.Pending != 181 {
		t.Errorf("got %+v, want the 180 that were accepted and the first", c)
	}
}

func TestOnlyALeasedRunIsDoubtedAfterwards(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	accept(t, s)
	check(t, s.Close())
	s = open(t, dir)
	if w := claim(t, s); w.Unclean {
		t.Error("a run that nobody had was doubted after a good end")
	}
	check(t, s.Close()) // with the lease still held, as a killed process leaves it
	s = open(t, dir)
	defer s.Close()
	if w := claim(t, s); !w.Unclean {
		t.Error("a run that was in somebody's hands was not doubted")
	}
}

func TestALateCommitChangesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	a := accept(t, s)
	w := claim(t, s)
	check(t, s.Cancel(t.Context(), []string{a.Run}, "no more")[0])
	late := s.Commit(t.Context(), []store.Commit{{
		Lease: w.Lease, Steps: []store.Record{{Path: "x", Data: []byte("{}")}}, Decision: store.Decision{End: &store.End{Status: store.Succeeded}},
	}})[0]
	story, err := s.GetRun(t.Context(), a.Run)
	check(t, err)
	if !errors.Is(late.Err, store.ErrLeaseLost) || story.Run.Status != store.Canceled || len(story.Steps) != 0 {
		t.Errorf("got %v, run %s with %d steps; want the lease lost and nothing written", late.Err, story.Run.Status, len(story.Steps))
	}
}

func TestACommitOutlivesItsLostSignal(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	a := accept(t, s)
	w := claim(t, s)
	done := s.Commit(t.Context(), []store.Commit{{
		Lease: w.Lease, Signals: []store.Signal{{Run: a.Event, Path: "nowhere"}}, Decision: store.Decision{End: &store.End{Status: store.Succeeded}},
	}})[0]
	check(t, done.Err)
	r, err := s.RunInfo(t.Context(), a.Run)
	check(t, err)
	if r.Status != store.Succeeded {
		t.Errorf("got %s", r.Status)
	}
}

func TestANumberIsNeverUsedAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	accept(t, s)
	w := claim(t, s)
	check(t, s.Commit(t.Context(), []store.Commit{{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
	check(t, s.Expire(t.Context(), func(string) store.Keep { return store.Keep{Bodies: 1, Runs: 1} }))
	if _, err := s.GetRun(t.Context(), w.Run.ID); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("the run did not expire: %v", err)
	}
	check(t, s.Close())
	s = open(t, dir)
	defer s.Close()
	accept(t, s)
	if again := claim(t, s); again.Run.Number <= w.Run.Number {
		t.Errorf("number %d came after %d", again.Run.Number, w.Run.Number)
	}
}
