package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

func refuse(s *bolt.Store, flow string, body []byte) {
	s.Reject([]store.Event{{Flow: flow, At: time.Now(), Outcome: store.Rejected, Reason: "no", Meta: []byte("{}"), Body: body}})
}

func refused(t *testing.T, s *bolt.Store, flow string) []store.EventInfo {
	t.Helper()
	list, _, err := s.ListEvents(t.Context(), store.Query{Flow: flow, Status: string(store.Rejected), Limit: 200})
	check(t, err)
	for i := range list {
		list[i], err = s.GetEvent(t.Context(), list[i].ID)
		check(t, err)
	}
	return list
}

func TestRefusedDeliveriesOutliveTheProgram(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rejected")
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		refuse(s, "a", []byte("canary-of-a"))
		refuse(s, "b", []byte("body-of-b"))
		check(t, s.Close())

		s = open(t, dir)
		if got := refused(t, s, "a"); len(got) != 1 || string(got[0].Body) != "canary-of-a" || got[0].Reason != "no" {
			t.Fatalf("after a restart got %+v", got)
		}
		check(t, s.Erase(t.Context(), []string{refused(t, s, "a")[0].ID}))
		if data, err := os.ReadFile(file); err != nil || bytes.Contains(data, []byte("canary")) || len(refused(t, s, "a")) != 1 {
			t.Errorf("what was erased is still there, or that it came is not: %v", err)
		}
		refuse(s, "b", []byte("a second one"))
		time.Sleep(time.Minute) // it is written without being asked
		synctest.Wait()
		before, err := os.ReadFile(file)
		check(t, err)
		time.Sleep(time.Hour)
		check(t, s.Expire(t.Context(), func(string) store.Keep { return store.Keep{Bodies: time.Minute, Runs: 24 * time.Hour} }))
		if got := refused(t, s, "b"); len(got) != 2 || got[0].Body != nil {
			t.Errorf("bodies past their time: %+v", got)
		}
		check(t, s.Expire(t.Context(), func(string) store.Keep { return store.Keep{Runs: time.Minute} }))
		if got := refused(t, s, ""); len(got) != 0 {
			t.Errorf("past their time: %+v", got)
		}
		check(t, s.Close())

		check(t, os.WriteFile(file, before[:len(before)-3], 0o600))
		half := filepath.Join(dir, ".new-1234")
		check(t, os.WriteFile(half, before[:9], 0o600))
		s = open(t, dir) // they are forgotten, and nothing else is
		check(t, s.Close())
		if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("what a kill left half written stays: %v", err)
		}
	})
}

func TestAListThatIsGivenUpEnds(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		defer s.Close()
		refuse(s, "a", nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, after := range []uint64{0, 9} {
			if _, next, err := s.ListEvents(ctx, store.Query{Flow: "a", After: after, Limit: 10}); !errors.Is(err, context.Canceled) || next != "" {
				t.Errorf("after %d: a list that nobody waits for goes on at %q: %v", after, next, err)
			}
		}
	})
}

func TestRefusedDeliveriesAreBounded(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, dir)
		for i := range 30 {
			for range 10 {
				refuse(s, fmt.Sprint("flow-", i), make([]byte, 1<<20))
			}
		}
		held := 0
		for i := range 30 {
			list := refused(t, s, fmt.Sprint("flow-", i))
			if len(list) != 10 {
				t.Errorf("flow %d has %d of 10", i, len(list))
			}
			own := 0
			for _, e := range list {
				own += len(e.Body)
			}
			if held += own; own > 4<<20 {
				t.Errorf("flow %d holds %d bytes", i, own)
			}
		}
		if held < 32<<20 || held > 64<<20 {
			t.Errorf("all hold %d bytes", held)
		}
		check(t, s.Close())
	})
}
