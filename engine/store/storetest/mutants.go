package storetest

import (
	"context"
	"errors"
	"time"

	"gancho/engine/store"
)

// mutants are stores with one fault each, and the rule that must catch it.
var mutants = []struct {
	name   string
	breaks string
	make   func(store.Store) store.Store
}{
	{"forgets keys", "a repeat is a duplicate of the first", accepts(func(e *store.Event) { e.Key = "" })},
	{"accepts every tick", "a tick is accepted once", accepts(func(e *store.Event) { e.After = time.Time{} })},
	{"lets runs of a key overlap", "runs of one key keep their order", accepts(func(e *store.Event) { e.OrderBy = "" })},
	{"loses bodies", "what was accepted survives", accepts(func(e *store.Event) { e.Body = nil })},
	{"has no limits", "a flow's limit holds", gates(func(g *store.Gate) { g.Concurrency = 0 })},
	{"lets one flow take all places", "a flow leaves as many places free as it takes", func(s store.Store) store.Store { return greedy{s} }},
	{"never pauses", "a paused flow is accepted and not claimed", gates(func(g *store.Gate) { g.Paused = false })},
	{"loses checkpoints", "checkpoints are there at the next claim", commits(func(c *store.Commit) { c.Steps = nil })},
	{"spawns nothing", "a spawned run answers its parent", commits(func(c *store.Commit) { c.Spawn = nil })},
	{"knows no orphans", "a run whose waiter has ended is an orphan", func(s store.Store) store.Store { return heartless{s} }},
	{"never leaves", "a run whose waiter has left is an orphan", commits(func(c *store.Commit) { c.Leave = nil })},
	{"repeats key operations", "a key operation is done once", commits(func(c *store.Commit) {
		for i := range c.Keys {
			c.Keys[i].ID += "x"
		}
	})},
	{"says that late writes are fine", "a write under an old lease changes nothing", func(s store.Store) store.Store { return lenient{s} }},
	{"takes every lease for good", "a lease is good until it is given back or the run ends", func(s store.Store) store.Store { return trusting{s} }},
	{"misses signals", "a signal that comes before its wait is not missed", func(s store.Store) store.Store { return deaf{impatient{s}} }},
	{"hears nothing", "a run that goes on hears what comes", commits(func(c *store.Commit) { c.Waits = nil })},
	{"overwrites keys", "keys are written at the version expected", func(s store.Store) store.Store { return blind{s} }},
	{"overwrites documents", "documents are written at the revision expected, all or none", func(s store.Store) store.Store { return blind{s} }},
	{"resumes whatever attempt", "an attempt is resumed once", func(s store.Store) store.Store { return blind{s} }},
	{"answers a call once for ever", "what is called again answers again", func(s store.Store) store.Store { return &mute{impatient: impatient{s}} }},
	{"begins every page anew", "pages hold each run once, newest first", func(s store.Store) store.Store { return lost{s} }},
	{"signals twice", "a place is signaled once", func(s store.Store) store.Store { return lenient{s} }},
}

// trusting takes every lease for good.
type trusting struct{ store.Store }

func (trusting) Holds(store.Lease) bool { return true }

type accepting struct {
	store.Store
	change func(*store.Event)
}

func accepts(change func(*store.Event)) func(store.Store) store.Store {
	return func(s store.Store) store.Store { return accepting{s, change} }
}

func (m accepting) Accept(ctx context.Context, events []store.Event) ([]store.Accept, error) {
	for i := range events {
		m.change(&events[i])
	}
	return m.Store.Accept(ctx, events)
}

type gating struct {
	store.Store
	change func(*store.Gate)
}

func gates(change func(*store.Gate)) func(store.Store) store.Store {
	return func(s store.Store) store.Store { return gating{s, change} }
}

func (m gating) SetGates(all []store.Gate) {
	for i := range all {
		m.change(&all[i])
	}
	m.Store.SetGates(all)
}

type committing struct {
	store.Store
	change func(*store.Commit)
}

func commits(change func(*store.Commit)) func(store.Store) store.Store {
	return func(s store.Store) store.Store { return committing{s, change} }
}

func (m committing) Commit(ctx context.Context, all []store.Commit) []store.Committed {
	for i := range all {
		m.change(&all[i])
	}
	return m.Store.Commit(ctx, all)
}

// lenient hides refusals.
type lenient struct{ store.Store }

func (m lenient) Commit(ctx context.Context, all []store.Commit) []store.Committed {
	done := m.Store.Commit(ctx, all)
	for i := range done {
		if errors.Is(done[i].Err, store.ErrLeaseLost) {
			done[i].Err = nil
		}
	}
	return done
}

func (m lenient) Signal(ctx context.Context, signals []store.Signal) []error {
	m.Store.Signal(ctx, signals)
	return make([]error, len(signals))
}

// heartless knows of no orphans.
type heartless struct{ store.Store }

func (heartless) Orphans(context.Context, string) ([]string, error) { return nil, nil }

// greedy knows nothing of places.
type greedy struct{ store.Store }

func (greedy) SetPlaces(int) {}

// impatient does not wait for long where it would wait in vain.
type impatient struct{ store.Store }

func (m impatient) Claim(ctx context.Context, node string, most int) ([]store.Work, error) {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	return m.Store.Claim(ctx, node, most)
}

// deaf keeps no signal for waits to come.
type deaf struct{ impatient }

func (m deaf) Signal(ctx context.Context, signals []store.Signal) []error {
	for i := range signals {
		signals[i].Keep = 0
	}
	return m.Store.Signal(ctx, signals)
}

// blind writes whatever was expected.
type blind struct{ store.Store }

func (m blind) PutKey(ctx context.Context, space, key string, value []byte, _ int64, expires time.Duration) (int64, error) {
	return m.Store.PutKey(ctx, space, key, value, -1, expires)
}

func (m blind) PutDocs(ctx context.Context, docs []store.Doc) ([]int64, error) {
	for i := range docs {
		docs[i].Revision = -1
	}
	return m.Store.PutDocs(ctx, docs)
}

func (m blind) Resume(ctx context.Context, run string, _ int, forget []string) error {
	r, err := m.RunInfo(ctx, run)
	if err != nil {
		return err
	}
	return m.Store.Resume(ctx, run, r.Attempt, forget)
}

// mute gives no answer to a run that was resumed.
type mute struct {
	impatient
	resumed bool
}

func (m *mute) Resume(ctx context.Context, run string, attempt int, forget []string) error {
	m.resumed = true
	return m.Store.Resume(ctx, run, attempt, forget)
}

func (m *mute) Commit(ctx context.Context, all []store.Commit) []store.Committed {
	for i := range all {
		for j := range all[i].Spawn {
			if m.resumed {
				all[i].Spawn[j].Parent.Path = ""
			}
		}
	}
	return m.Store.Commit(ctx, all)
}

// lost forgets where a list stopped.
type lost struct{ store.Store }

func (m lost) ListRuns(ctx context.Context, q store.Query) ([]store.Run, string, error) {
	q.Cursor = ""
	return m.Store.ListRuns(ctx, q)
}
