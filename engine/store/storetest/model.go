package storetest

import (
	"fmt"
	"os"
	"testing"

	"gancho/engine/store"

	"pgregory.net/rapid"
)

// known is what a store must say of runs, by a plain map.
type known struct {
	runs   map[string]store.Status
	keys   map[string]string // dedupe key -> first run
	order  []string
	leased []store.Work
}

// model compares random histories with plain maps: accept, end, park, cancel, stop and
// start again.
func model(t *testing.T, open Open) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "storetest-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		k := &known{runs: map[string]store.Status{}, keys: map[string]string{}}
		r := rule{check: func(h *house) error {
			t.Repeat(k.actions(h))
			return nil
		}}
		if err := obeys(t.Context(), r, dir, open, nil); err != nil {
			t.Fatal(err)
		}
	})
}

func (k *known) actions(h *house) map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"accept": func(t *rapid.T) { k.accept(t, h) },
		"claim": func(*rapid.T) {
			if k.free() > 0 {
				k.leased = append(k.leased, h.claim(1)...)
			}
		},
		"end": func(t *rapid.T) {
			if w, ok := k.take(t); ok {
				status := rapid.SampledFrom([]store.Status{store.Succeeded, store.Failed}).Draw(t, "status")
				h.end(w, status)
				k.runs[w.Run.ID] = status
			}
		},
		"park": func(t *rapid.T) {
			if w, ok := k.take(t); ok {
				h.keep(h.commit(store.Commit{Lease: w.Lease, Decision: store.Decision{Park: &store.Park{Status: store.Waiting}}}).Err)
				k.runs[w.Run.ID] = store.Waiting
			}
		},
		"cancel": func(t *rapid.T) {
			if len(k.order) == 0 {
				t.Skip("no run")
			}
			id := rapid.SampledFrom(k.order).Draw(t, "run")
			err := h.s.Cancel(h.ctx, []string{id}, "")[0]
			if ended := k.runs[id].Final(); (err != nil) != ended {
				t.Fatalf("cancel of a run that is %s: %v", k.runs[id], err)
			} else if !ended {
				k.runs[id] = store.Canceled
			}
			k.leave(id)
		},
		"reopen": func(*rapid.T) {
			k.leased = nil
			h.reopen()
		},
		"": func(t *rapid.T) { k.compare(t, h) },
	}
}

func (k *known) accept(t *rapid.T, h *house) {
	key := rapid.SampledFrom([]string{"", "x", "y", "z"}).Draw(t, "key")
	a := h.accept(event("a", key))[0]
	if first, ok := k.keys[key]; ok {
		if a.Outcome != store.Duplicate || a.Run != first {
			t.Fatalf("a repeat of %q got %+v, want a duplicate of %s", key, a, first)
		}
		return
	}
	if key != "" {
		k.keys[key] = a.Run
	}
	k.runs[a.Run] = store.Pending
	k.order = append(k.order, a.Run)
}

// free counts the runs that can be claimed.
func (k *known) free() int {
	n := -len(k.leased)
	for _, status := range k.runs {
		if status == store.Pending {
			n++
		}
	}
	return n
}

// take gives back one lease.
func (k *known) take(t *rapid.T) (store.Work, bool) {
	if len(k.leased) == 0 {
		return store.Work{}, false
	}
	w := k.leased[rapid.IntRange(0, len(k.leased)-1).Draw(t, "lease")]
	k.leave(w.Run.ID)
	return w, true
}

func (k *known) leave(id string) {
	for i, w := range k.leased {
		if w.Run.ID == id {
			k.leased = append(k.leased[:i:i], k.leased[i+1:]...)
			return
		}
	}
}

func (k *known) compare(t *rapid.T, h *house) {
	if h.err != nil {
		t.Fatal(h.err)
	}
	counts, err := h.s.Counts(h.ctx)
	if err != nil {
		t.Fatal(err)
	}
	var finished int64
	for id, status := range k.runs {
		if status.Final() {
			finished++
		}
		if got := h.run(id).Status; status.Final() && got != status {
			t.Fatalf("run %s is %s, want %s", id, got, status)
		}
	}
	if c := counts["a"]; c.Accepted != int64(len(k.runs)) || c.Finished != finished || c.Accepted != c.Finished+c.Waiting+c.Pending {
		t.Fatalf("the ledger says %+v of %d runs, %d finished", c, len(k.runs), finished)
	}
	runs, _, err := h.s.ListRuns(h.ctx, store.Query{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range runs {
		if want := k.order[len(k.order)-1-i]; r.ID != want {
			t.Fatal(fmt.Sprintf("place %d of the list holds %s, want %s", i, r.ID, want))
		}
	}
}
