package bolt_test

import (
	"bytes"
	"errors"
	"os"
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
	for i := range events {
		body := make([]byte, 4000)
		for j := range body {
			body[j] = "0123456789abcdefghijklmnopqrstuvwxyz"[(i*7919+j*j*31+j*i)%36]
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
		const canary = "zq7Xw93kLm5VbT2r"
		a, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Body: []byte(canary)}})
		check(t, err)
		finishAfter(t, s, a[0])
		settle()
		holds := func() bool {
			for _, path := range archives(t, dir) {
				data, err := os.ReadFile(path)
				check(t, err)
				if bytes.Contains(data, []byte(canary)) {
					return true
				}
			}
			return false
		}
		if !holds() {
			t.Fatal("the archive never held it")
		}
		check(t, s.Erase(t.Context(), []string{a[0].Run}))
		if holds() {
			t.Error("the archive still holds what was erased")
		}
		if story, err := s.GetRun(t.Context(), a[0].Run); err != nil || story.Body != nil || strings.Contains(story.Run.Title, canary) {
			t.Errorf("got %+v, %v", story, err)
		}
	})
}
