package bolt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gancho/engine/store"
)

// crowd is what those who write know, and what those who read have seen.
type crowd struct {
	t *testing.T
	s *Store

	sent  atomic.Int64 // events that Accept was called with
	ended sync.WaitGroup

	mu   sync.Mutex
	runs []string // that were acknowledged
	seen map[string]sight
}

// sight is how far a run had come.
type sight struct {
	attempt int
	final   bool
	steps   int
}

// before says whether what was seen later is older.
func (a sight) before(b sight) bool {
	if a.attempt != b.attempt {
		return a.attempt < b.attempt
	}
	return !a.final && b.final || a.steps < b.steps
}

// known gives the runs that are there, and how far each has come at least.
func (c *crowd) known() ([]string, map[string]sight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]sight{}
	for run, at := range c.seen {
		seen[run] = at
	}
	return slices.Clone(c.runs), seen
}

func (c *crowd) saw(run string, at sight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[run].before(at) {
		c.seen[run] = at
	}
}

const crowdSteps = 3

func bodyOfCrowd(n int64) string { return fmt.Sprintf(`{"n":"body%08d"}`, n) }

// accept some events, each of which is known from then on.
func (c *crowd) accept(r *rand.Rand) {
	var events []store.Event
	for range 1 + r.IntN(4) {
		e := store.Event{Flow: []string{"a", "b"}[r.IntN(2)], At: time.Now(), Outcome: store.Accepted, Body: []byte(bodyOfCrowd(c.sent.Add(1)))}
		e.Title = string(e.Body)
		events = append(events, e)
	}
	c.ended.Add(len(events))
	accepted, err := c.s.Accept(c.t.Context(), events)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range accepted {
		c.runs = append(c.runs, a.Run)
	}
}

// work advances runs to their end, of which some fail first and are resumed.
func (c *crowd) work(ctx context.Context) {
	for {
		work, err := c.s.Claim(ctx, "node", 4)
		if err != nil {
			return
		}
		for _, w := range work {
			if err := c.advance(w); err != nil {
				c.t.Errorf("%s: %v", w.Run.ID, err)
			}
		}
	}
}

func (c *crowd) advance(w store.Work) error {
	commit := func(path string, d store.Decision) error {
		return c.s.Commit(c.t.Context(), []store.Commit{{Lease: w.Lease, Steps: []store.Record{{Path: path, Data: w.Body}}, Decision: d}})[0].Err
	}
	switch fails := w.Run.Number%5 == 0 && w.Run.Attempt == 1; {
	case len(w.Steps) == 0:
		if err := commit("0", store.Decision{GoOn: true}); err != nil {
			return err
		}
		return commit("1", store.Decision{Park: &store.Park{Status: store.Waiting, Timed: true}})
	case fails:
		if err := commit("2", store.Decision{End: &store.End{Status: store.Failed}}); err != nil {
			return err
		}
		return c.s.Resume(c.t.Context(), w.Run.ID, 1, nil)
	default:
		defer c.ended.Done()
		return commit("2", store.Decision{End: &store.End{Status: store.Succeeded}})
	}
}

// look at one run.
func (c *crowd) look(r *rand.Rand) error {
	runs, seen := c.known()
	if len(runs) == 0 {
		return nil
	}
	run := runs[r.IntN(len(runs))]
	story, err := c.s.GetRun(c.t.Context(), run)
	if err != nil {
		return err
	}
	at := sight{story.Run.Attempt, story.Run.Status.Final(), len(story.Steps)}
	switch {
	case at.before(seen[run]):
		return fmt.Errorf("%s is %+v after %+v", run, at, seen[run])
	case at.final && at.steps != crowdSteps:
		return fmt.Errorf("%s has ended with %d steps", run, at.steps)
	case string(story.Body) != story.Run.Title:
		return fmt.Errorf("%s has the body %s, not %s", run, story.Body, story.Run.Title)
	}
	c.saw(run, at)
	return nil
}

// list all runs, page by page.
func (c *crowd) list(r *rand.Rand) error {
	runs, seen := c.known()
	q := store.Query{Limit: 1 + r.IntN(40)}
	there := map[string]bool{}
	last := uint64(1) << 40
	for {
		page, next, err := c.s.ListRuns(c.t.Context(), q)
		if err != nil {
			return err
		}
		for _, run := range page {
			if run.Number >= last {
				return fmt.Errorf("run %d comes after %d", run.Number, last)
			}
			last, there[run.ID] = run.Number, true
			if at := seen[run.ID]; run.Attempt < at.attempt || run.Attempt == at.attempt && at.final && !run.Status.Final() {
				return fmt.Errorf("%s is %s at attempt %d after %+v", run.ID, run.Status, run.Attempt, at)
			}
		}
		if q.Cursor = next; next == "" {
			break
		}
	}
	for _, run := range runs {
		if !there[run] {
			return fmt.Errorf("%s is missing among %d", run, len(there))
		}
	}
	return nil
}

// find one run by what its event says.
func (c *crowd) find(r *rand.Rand) error {
	runs, _ := c.known()
	if len(runs) == 0 {
		return nil
	}
	run := runs[r.IntN(len(runs))]
	info, err := c.s.RunInfo(c.t.Context(), run)
	if err != nil {
		return err
	}
	text := info.Title[len(`{"n":"`) : len(info.Title)-len(`"}`)]
	q := store.Query{Flow: info.Flow, Text: text, Limit: 10}
	found, err := all(q, func(q store.Query) ([]store.Run, string, error) { return c.s.ListRuns(c.t.Context(), q) })
	if err == nil && (len(found) != 1 || found[0].ID != run) {
		err = fmt.Errorf("of %s a search found %+v", text, found)
	}
	events, listed := all(q, func(q store.Query) ([]store.EventInfo, string, error) { return c.s.ListEvents(c.t.Context(), q) })
	if listed == nil && (len(events) != 1 || events[0].Run != run) {
		listed = fmt.Errorf("of %s a search found the events %+v", text, events)
	}
	return errors.Join(err, listed)
}

// all gives what is on the pages of a list, of which one may end early.
func all[T any](q store.Query, page func(store.Query) ([]T, string, error)) (list []T, err error) {
	for {
		some, next, err := page(q)
		list = append(list, some...)
		if q.Cursor = next; next == "" || err != nil {
			return list, err
		}
	}
}

// count what the ledger says.
func (c *crowd) count(*rand.Rand) error {
	runs, _ := c.known()
	counts, err := c.s.Counts(c.t.Context())
	sent, accepted := c.sent.Load(), int64(0)
	for flow, n := range counts {
		if accepted += n.Accepted; n.Accepted != n.Finished+n.Waiting+n.Pending {
			return fmt.Errorf("%s has %+v", flow, n)
		}
	}
	if accepted < int64(len(runs)) || accepted > sent {
		return fmt.Errorf("%d were accepted, %d acknowledged and %d sent", accepted, len(runs), sent)
	}
	return err
}

// TestReadersOfACrowdGoForward reads beside all that moves events about: nothing that was seen goes
// back, what has ended is whole, and lists neither skip nor repeat what was there.
func TestReadersOfACrowdGoForward(t *testing.T) {
	s, err := Open(t.Context(), quick(t), Options{})
	must(t, err)
	defer s.Close()
	s.SetGates([]store.Gate{{Flow: "a"}, {Flow: "b"}})
	c := &crowd{t: t, s: s, seen: map[string]sight{}}
	ctx, cancel := context.WithCancel(t.Context())
	var writers, others sync.WaitGroup
	for seed := range uint64(4) {
		writers.Go(func() {
			for r, i := rand.New(rand.NewPCG(seed, 1)), 0; i < 20; i++ {
				c.accept(r)
			}
		})
		others.Go(func() { c.work(ctx) })
	}
	meanwhile := func(what string, do func(r *rand.Rand) error) {
		others.Go(func() {
			for r := rand.New(rand.NewPCG(1, 2)); ctx.Err() == nil; {
				if err := do(r); err != nil {
					t.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	meanwhile("look", c.look)
	meanwhile("list", c.list)
	meanwhile("find", c.find)
	meanwhile("count", c.count)
	meanwhile("move", func(r *rand.Rand) error {
		return []func() error{
			func() error { return s.Checkpoint(t.Context()) },
			func() error { return s.ArchiveAll(t.Context()) },
			s.Rewrite,
		}[r.IntN(3)]()
	})
	writers.Wait()
	c.ended.Wait()
	cancel()
	others.Wait()
	for range 2 * len(c.runs) {
		must(t, c.look(rand.New(rand.NewPCG(rand.Uint64(), 3))))
	}
	must(t, c.list(rand.New(rand.NewPCG(1, 3))))
}
