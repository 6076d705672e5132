package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gancho/engine/store"
)

var rules = []rule{
	{"what was accepted survives", func(h *house) error {
		a := h.accept(event("a", "k"))[0]
		h.reopen()
		w := h.claim(1)[0]
		return errors.Join(want("run", w.Run.ID, a.Run), want("body", string(w.Body), `{"id":1}`), want("doubted", w.Unclean, false))
	}},
	{"a repeat is a duplicate of the first", func(h *house) error {
		first := h.accept(event("a", "k"))[0]
		h.end(h.claim(1)[0], store.Succeeded)
		h.reopen()
		again := h.accept(event("a", "k"), event("b", "k"))
		return errors.Join(want("outcome", again[0].Outcome, store.Duplicate), want("run", again[0].Run, first.Run), want("another flow", again[1].Outcome, store.Accepted))
	}},
	{"a tick is accepted once", func(h *house) error {
		tick := event("a", "")
		tick.After = tick.At
		got := h.accept(tick, tick)
		return errors.Join(want("first", got[0].Outcome, store.Accepted), want("second", got[1].Outcome, store.Duplicate))
	}},
	{"a write under an old lease changes nothing", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		w := h.claim(1)[0]
		h.reopen()
		late := h.commit(store.Commit{Lease: w.Lease, Steps: []store.Record{{Path: "x", Data: []byte("1")}}, Decision: store.Decision{GoOn: true}})
		again := h.claim(1)[0]
		return errors.Join(want("late", errors.Is(late.Err, store.ErrLeaseLost), true), want("run", again.Run.ID, a.Run), want("steps", len(again.Steps), 0), want("doubted", again.Unclean, true))
	}},
	{"checkpoints are there at the next claim", func(h *house) error {
		h.accept(event("a", ""))
		w := h.claim(1)[0]
		h.keep(h.commit(store.Commit{
			Lease: w.Lease, Revision: 3, Frontier: []byte("f"), Told: []byte("t"), Steps: []store.Record{{Path: "b", Data: []byte("2")}, {Path: "a", Data: []byte("1")}},
			Decision: store.Decision{Park: &store.Park{Status: store.Waiting, Timed: true}},
		}).Err)
		w = h.claim(1)[0]
		if len(w.Steps) != 2 {
			return fmt.Errorf("got %d steps, want 2", len(w.Steps))
		}
		return errors.Join(want("order", w.Steps[0].Path, "a"), want("frontier", string(w.Frontier), "f"), want("revision", w.Run.Revision, 3), want("told", string(w.Run.Told), "t"))
	}},
	{"a title that is known later is that of run and event", func(h *house) error {
		e := event("a", "")
		e.Title = "Order"
		a := h.accept(e)[0]
		w := h.claim(1)[0]
		h.keep(h.commit(store.Commit{Lease: w.Lease, Title: "Order 7", Decision: store.Decision{GoOn: true}}).Err)
		h.end(w, store.Succeeded)
		h.reopen()
		story, err := h.s.GetRun(h.ctx, a.Run)
		h.keep(err)
		info, err := h.s.GetEvent(h.ctx, a.Event)
		h.keep(err)
		return errors.Join(want("of the run", story.Run.Title, "Order 7"), want("of the event", info.Title, "Order 7"))
	}},
	{"runs of one key keep their order", func(h *house) error {
		e := event("a", "")
		e.OrderBy = "customer"
		a := h.accept(e, e)
		w := h.claim(1)[0]
		if !h.idle() {
			return errors.New("the second was claimed while the first is under way")
		}
		h.end(w, store.Failed)
		return errors.Join(want("first", w.Run.ID, a[0].Run), want("second", h.claim(1)[0].Run.ID, a[1].Run))
	}},
	{"a flow's limit holds", func(h *house) error {
		h.accept(event("one", ""), event("one", ""))
		w := h.claim(1)[0]
		if !h.idle() {
			return errors.New("two were claimed within a limit of one")
		}
		h.end(w, store.Succeeded)
		h.claim(1)
		return nil
	}},
	{"a flow leaves as many places free as it takes", func(h *house) error {
		h.s.SetPlaces(4)
		h.accept(event("a", ""), event("a", ""), event("a", ""))
		own := h.claim(2)
		if !h.idle() {
			return errors.New("a flow was given a third of four places")
		}
		h.accept(event("b", ""))
		other := h.claim(1)[0]
		h.end(other, store.Succeeded)
		h.end(own[0], store.Succeeded)
		return errors.Join(want("another flow", other.Run.Flow, "b"), want("after one has ended", h.claim(1)[0].Run.Flow, "a"))
	}},
	{"a paused flow is accepted and not claimed", func(h *house) error {
		h.s.SetGates([]store.Gate{{Flow: "a", Paused: true}})
		h.accept(event("a", ""))
		if !h.idle() {
			return errors.New("a run of a paused flow was claimed")
		}
		h.s.SetGates([]store.Gate{{Flow: "a"}})
		h.claim(1)
		return nil
	}},
	{"a signal that comes before its wait is not missed", func(h *house) error {
		h.accept(event("a", ""))
		h.keep(h.s.Signal(h.ctx, []store.Signal{{Name: "paid", Keep: time.Hour, Data: []byte("1")}})[0])
		h.reopen()
		w := h.claim(1)[0]
		h.keep(h.commit(store.Commit{Lease: w.Lease, Decision: store.Decision{Park: &store.Park{Status: store.Waiting, Waits: []store.Wait{{Path: "w", Name: "paid"}}}}}).Err)
		return want("inbox", string(h.claim(1)[0].Inbox["w"]), "1")
	}},
	{"a signal that was not taken wakes its run at the next start", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		h.keep(h.sleep(time.Hour))
		h.keep(h.s.Signal(h.ctx, []store.Signal{{Run: a.Run, Path: "w", Data: []byte("1")}})[0])
		h.claim(1) // and nothing is written before the process ends
		h.reopen()
		w := h.claim(1)[0]
		return errors.Join(want("inbox", string(w.Inbox["w"]), "1"), want("doubted", w.Unclean, true))
	}},
	{"what was due when its process ended is doubted, what slept is not", func(h *house) error {
		h.accept(event("a", ""))
		h.keep(h.sleep(0))
		h.claim(1)
		b := h.accept(event("b", ""))[0]
		h.keep(h.sleep(time.Hour))
		h.reopen()
		due := h.claim(1)[0]
		h.keep(h.s.Signal(h.ctx, []store.Signal{{Run: b.Run, Path: "w", Data: []byte("1")}})[0])
		return errors.Join(want("due", due.Unclean, true), want("asleep", h.claim(1)[0].Unclean, false))
	}},
	{"a run that goes on hears what comes", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		w := h.claim(1)[0]
		listen := func() store.Committed {
			done := h.commit(store.Commit{Lease: w.Lease, Waits: []store.Wait{{Path: "w", Name: "paid"}, {Path: "page"}}, Decision: store.Decision{GoOn: true}})
			h.keep(done.Err)
			return done
		}
		told := func(news <-chan struct{}) error {
			select {
			case <-news:
				return nil
			case <-time.After(time.Second):
				return errors.New("nothing was told")
			}
		}
		first := listen()
		h.keep(h.s.Signal(h.ctx, []store.Signal{{Name: "paid", Data: []byte("1")}})[0])
		named := told(first.News)
		second := listen()
		h.keep(h.s.Signal(h.ctx, []store.Signal{{Run: a.Run, Path: "page", Data: []byte("2")}})[0])
		own := told(second.News)
		third := listen()
		h.keep(h.s.Cancel(h.ctx, []string{a.Run}, "enough")[0])
		return errors.Join(named, own, told(third.News), want("before", len(first.Inbox), 0), want("by name", string(second.Inbox["w"]), "1"), want("by its place", string(third.Inbox["page"]), "2"))
	}},
	{"a place may be signaled again", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		w := h.claim(1)[0]
		for range 2 {
			h.keep(h.s.Signal(h.ctx, []store.Signal{{Run: a.Run, Path: "w", Again: true, Data: []byte("1")}})[0])
			second := h.s.Signal(h.ctx, []store.Signal{{Run: a.Run, Path: "w", Again: true, Data: []byte("2")}})[0]
			h.keep(want("before it was taken", errors.Is(second, store.ErrUsed), true))
			h.keep(h.commit(store.Commit{Lease: w.Lease, Take: []string{"w"}, Decision: store.Decision{GoOn: true}}).Err)
		}
		return nil
	}},
	{"a place is signaled once", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		g := store.Signal{Run: a.Run, Path: "w", Data: []byte("1")}
		h.keep(h.s.Signal(h.ctx, []store.Signal{g})[0])
		second := h.s.Signal(h.ctx, []store.Signal{g})[0]
		story, err := h.s.GetRun(h.ctx, a.Run)
		h.keep(err)
		h.end(h.claim(1)[0], store.Succeeded)
		g.Path = "other"
		late := h.s.Signal(h.ctx, []store.Signal{g})[0]
		return errors.Join(want("not taken yet", string(story.Inbox["w"]), "1"), want("second", errors.Is(second, store.ErrUsed), true), want("after the end", errors.Is(late, store.ErrUsed), true))
	}},
	{"a spawned run answers its parent", func(h *house) error {
		h.accept(event("a", ""))
		w := h.claim(1)[0]
		child := event("b", "")
		child.Parent = store.Parent{Run: w.Run.ID, Path: "call"}
		done := h.commit(store.Commit{
			Lease: w.Lease, Spawn: []store.Event{child},
			Decision: store.Decision{Park: &store.Park{Status: store.Waiting, Waits: []store.Wait{{Path: "call"}}}},
		})
		if done.Err != nil || len(done.Spawned) != 1 {
			return fmt.Errorf("got %+v, want one spawned run", done)
		}
		c := h.claim(1)[0]
		h.keep(h.commit(store.Commit{Lease: c.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded, Result: []byte("42")}}}).Err)
		w = h.claim(1)[0]
		return errors.Join(want("child", c.Run.ID, done.Spawned[0]), want("answer", string(w.Inbox["call"]), "42"))
	}},
	{"a run whose waiter has ended is an orphan", func(h *house) error {
		h.accept(event("a", ""))
		w := h.claim(1)[0]
		child, free := event("b", ""), event("b", "")
		child.Parent, free.Parent = store.Parent{Run: w.Run.ID, Path: "call"}, store.Parent{Run: w.Run.ID}
		done := h.commit(store.Commit{Lease: w.Lease, Spawn: []store.Event{child, child, free}, Decision: store.Decision{GoOn: true}})
		if done.Err != nil || len(done.Spawned) != 3 {
			return fmt.Errorf("got %+v, want three spawned runs", done)
		}
		before := h.orphans(w.Run.ID)
		h.end(w, store.Failed)
		h.keep(h.s.Cancel(h.ctx, done.Spawned[:1], "enough")[0])
		of, all := h.orphans(w.Run.ID), h.orphans("")
		h.reopen()
		again := h.orphans("")
		h.keep(h.s.Cancel(h.ctx, done.Spawned[1:2], "enough")[0])
		rest := fmt.Sprint(done.Spawned[1:2])
		return errors.Join(want("while it waits", before, "[]"), want("of it", of, rest), want("of all", all, rest), want("in the next process", again, rest), want("after they ended", h.orphans(""), "[]"))
	}},
	{"a run whose waiter has left is an orphan", func(h *house) error {
		h.accept(event("a", ""))
		w := h.claim(1)[0]
		left, other := event("b", ""), event("b", "")
		left.Parent, other.Parent = store.Parent{Run: w.Run.ID, Path: "left"}, store.Parent{Run: w.Run.ID, Path: "other"}
		done := h.commit(store.Commit{Lease: w.Lease, Spawn: []store.Event{left, other}, Decision: store.Decision{GoOn: true}})
		if done.Err != nil || len(done.Spawned) != 2 {
			return fmt.Errorf("got %+v, want two spawned runs", done)
		}
		before := h.orphans(w.Run.ID)
		late := h.commit(store.Commit{Lease: w.Lease, Leave: []string{"left", "later"}, Spawn: []store.Event{left}, Decision: store.Decision{Park: &store.Park{Status: store.Waiting}}})
		h.keep(late.Err)
		rest := fmt.Sprint([]string{done.Spawned[0], late.Spawned[0]})
		of, all := h.orphans(w.Run.ID), h.orphans("")
		h.reopen()
		again := h.orphans("")
		signal := h.s.Signal(h.ctx, []store.Signal{{Run: w.Run.ID, Path: "later"}})[0]
		return errors.Join(want("while it waits", before, "[]"), want("of it", of, rest), want("of all", all, rest), want("in the next process", again, rest), want("late", errors.Is(signal, store.ErrUsed), true))
	}},
	{"a key operation is done once", func(h *house) error {
		h.accept(event("a", ""))
		w := h.claim(1)[0]
		add := store.Commit{Lease: w.Lease, Keys: []store.KeyOp{{ID: "n", Kind: store.KeyAdd, Space: "s", Key: "k", By: "5"}}, Decision: store.Decision{GoOn: true}}
		first, again := h.commit(add), h.commit(add)
		e, err := h.s.GetKey(h.ctx, "s", "k")
		h.keep(errors.Join(first.Err, again.Err, err))
		if len(first.Keys) != 1 || len(again.Keys) != 1 {
			return errors.New("a key operation has no result")
		}
		return errors.Join(want("result", string(again.Keys[0].Value), "5"), want("sum", string(e.Value), "5"))
	}},
	{"keys are written at the version expected", func(h *house) error {
		v, err := h.s.PutKey(h.ctx, "s", "k", []byte("1"), 0, 0)
		h.keep(err)
		_, clash := h.s.PutKey(h.ctx, "s", "k", []byte("2"), 0, 0)
		_, err = h.s.PutKey(h.ctx, "s", "k", []byte("3"), v, 0)
		h.keep(err)
		h.reopen()
		list, err := h.s.ListKeys(h.ctx, "s", "", "", 9)
		h.keep(err)
		if len(list) != 1 {
			return fmt.Errorf("got %d keys, want 1", len(list))
		}
		return errors.Join(want("clash", errors.Is(clash, store.ErrConflict), true), want("value", string(list[0].Value), "3"))
	}},
	{"documents are written at the revision expected, all or none", func(h *house) error {
		_, err := h.s.PutDocs(h.ctx, []store.Doc{{Kind: "flow", ID: "a", Value: []byte("1")}})
		h.keep(err)
		_, clash := h.s.PutDocs(h.ctx, []store.Doc{{Kind: "flow", ID: "b", Value: []byte("1")}, {Kind: "flow", ID: "a", Value: []byte("2")}})
		h.reopen()
		docs, err := h.s.ListDocs(h.ctx, "flow", "")
		h.keep(err)
		if len(docs) != 1 {
			return fmt.Errorf("got %d documents, want 1", len(docs))
		}
		return errors.Join(want("clash", errors.Is(clash, store.ErrConflict), true), want("value", string(docs[0].Value), "1"))
	}},
	{"a follower sees what is there, then what changes", func(h *house) error {
		_, err := h.s.PutDocs(h.ctx, []store.Doc{{Kind: "flow", ID: "a", Value: []byte("1")}})
		h.keep(err)
		ctx, cancel := context.WithCancel(h.ctx)
		defer cancel()
		var seen []string
		for d := range h.s.Follow(ctx, "flow") {
			if seen = append(seen, d.ID+string(d.Value)); d.ID == "" {
				_, err := h.s.PutDocs(h.ctx, []store.Doc{{Kind: "flow", ID: "a", Revision: 1}})
				h.keep(err)
			}
			if len(seen) == 3 {
				break
			}
		}
		return want("seen", fmt.Sprint(seen), fmt.Sprint([]string{"a1", "", "a"}))
	}},
	{"a follower sees what is made anew", func(h *house) error {
		put := func(d store.Doc) {
			_, err := h.s.PutDocs(h.ctx, []store.Doc{d})
			h.keep(err)
		}
		put(store.Doc{Kind: "flow", ID: "a", Value: []byte("1")})
		put(store.Doc{Kind: "flow", ID: "a", Revision: 1, Value: []byte("2")})
		ctx, cancel := context.WithCancel(h.ctx)
		defer cancel()
		var seen []string
		for d := range h.s.Follow(ctx, "flow") {
			if seen = append(seen, d.ID+string(d.Value)); d.ID == "" {
				put(store.Doc{Kind: "flow", ID: "a", Revision: 2})
				put(store.Doc{Kind: "flow", ID: "a", Value: []byte("3")})
				put(store.Doc{Kind: "flow", ID: "b", Value: []byte("4")})
			}
			if d.ID == "b" {
				break
			}
		}
		return want("seen", fmt.Sprint(seen), fmt.Sprint([]string{"a2", "", "a", "a3", "b4"}))
	}},
	{"a lease is good until it is given back or the run ends", func(h *house) error {
		h.accept(event("a", ""), event("a", ""), event("a", ""))
		work := []store.Work{h.claim(1)[0], h.claim(1)[0], h.claim(1)[0]}
		held := h.s.Holds(work[0].Lease) && h.s.Holds(work[1].Lease) && h.s.Holds(work[2].Lease)
		h.keep(h.s.Cancel(h.ctx, []string{work[0].Run.ID}, "enough")[0])
		h.end(work[1], store.Succeeded)
		h.keep(h.commit(store.Commit{Lease: work[2].Lease, Decision: store.Decision{Park: &store.Park{Status: store.Waiting}}}).Err)
		var got [3]bool
		for i, w := range work {
			got[i] = h.s.Holds(w.Lease)
		}
		return errors.Join(want("claimed", held, true), want("canceled, ended, parked", got, [3]bool{}))
	}},
	{"a canceled run has ended", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		w := h.claim(1)[0]
		h.keep(h.s.Cancel(h.ctx, []string{a.Run}, "enough")[0])
		late := h.commit(store.Commit{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}})
		again := h.s.Cancel(h.ctx, []string{a.Run}, "enough")[0]
		return errors.Join(want("status", h.run(a.Run).Status, store.Canceled), want("late", errors.Is(late.Err, store.ErrLeaseLost), true), want("again", errors.Is(again, store.ErrConflict), true))
	}},
	{"a failed run goes on where it stopped", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		w := h.claim(1)[0]
		h.keep(h.commit(store.Commit{
			Lease: w.Lease, Steps: []store.Record{{Path: "done", Data: []byte("1")}, {Path: "sent", Data: []byte("2")}},
			Decision: store.Decision{End: &store.End{Status: store.Failed}},
		}).Err)
		h.keep(h.s.Resume(h.ctx, a.Run, 1, []string{"sent"}))
		w = h.claim(1)[0]
		story, err := h.s.GetRun(h.ctx, a.Run)
		h.keep(err)
		return errors.Join(want("claimed steps", len(w.Steps), 1), want("steps of the story", len(story.Steps), 2), want("attempt", w.Run.Attempt, 2))
	}},
	{"an attempt is resumed once", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		h.end(h.claim(1)[0], store.Failed)
		h.keep(h.s.Resume(h.ctx, a.Run, 1, nil))
		h.end(h.claim(1)[0], store.Failed)
		late := h.s.Resume(h.ctx, a.Run, 1, nil)
		h.reopen()
		again := h.s.Resume(h.ctx, a.Run, 1, nil)
		return errors.Join(
			want("late", errors.Is(late, store.ErrConflict), true), want("in the next process", errors.Is(again, store.ErrConflict), true),
			want("status", h.run(a.Run).Status, store.Failed), want("the next attempt", h.s.Resume(h.ctx, a.Run, 2, nil), nil),
		)
	}},
	{"a run that was erased is not resumed", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		h.end(h.claim(1)[0], store.Failed)
		h.keep(h.s.Erase(h.ctx, []string{a.Run}))
		err := h.s.Resume(h.ctx, a.Run, 1, nil)
		return errors.Join(want("refused", errors.Is(err, store.ErrConflict), true), want("status", h.run(a.Run).Status, store.Failed))
	}},
	{"a run that has not failed is not resumed", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		due := h.s.Resume(h.ctx, a.Run, 1, nil)
		w := h.claim(1)[0]
		leased := h.s.Resume(h.ctx, a.Run, 1, nil)
		h.keep(h.commit(store.Commit{Lease: w.Lease, Decision: store.Decision{Park: &store.Park{Status: store.Waiting}}}).Err)
		parked := h.s.Resume(h.ctx, a.Run, 1, nil)
		return errors.Join(
			want("due", errors.Is(due, store.ErrConflict), true), want("leased", errors.Is(leased, store.ErrConflict), true),
			want("parked", errors.Is(parked, store.ErrConflict), true), want("attempt", h.run(a.Run).Attempt, 1),
		)
	}},
	{"what is called again answers again", func(h *house) error {
		a := h.accept(event("a", ""))[0]
		call := func() store.Work {
			child := event("b", "")
			child.Parent = store.Parent{Run: a.Run, Path: "call"}
			h.keep(h.commit(store.Commit{
				Lease: h.claim(1)[0].Lease, Spawn: []store.Event{child},
				Decision: store.Decision{Park: &store.Park{Status: store.Waiting, Waits: []store.Wait{{Path: "call"}}}},
			}).Err)
			return h.claim(1)[0]
		}
		answer := func(w store.Work, status store.Status, result string) {
			h.keep(h.commit(store.Commit{Lease: w.Lease, Decision: store.Decision{End: &store.End{Status: status, Result: []byte(result)}}}).Err)
		}
		first := call()
		answer(first, store.Failed, "no")
		h.keep(h.commit(store.Commit{
			Lease: h.claim(1)[0].Lease, Take: []string{"call"}, Decision: store.Decision{End: &store.End{Status: store.Failed, Error: store.RunError{Step: "call"}}},
		}).Err)
		h.keep(h.s.Resume(h.ctx, a.Run, 1, nil))
		second := call()
		h.keep(h.s.Resume(h.ctx, first.Run.ID, 1, nil)) // it goes on for itself
		answer(h.claim(1)[0], store.Succeeded, "late")
		answer(second, store.Succeeded, "42")
		w := h.claim(1)[0]
		return errors.Join(want("run", w.Run.ID, a.Run), want("answer", string(w.Inbox["call"]), "42"))
	}},
	{"pages hold each run once, newest first", func(h *house) error {
		var ids, got []string
		for range 9 {
			ids = append(ids, h.accept(event("a", ""))[0].Run)
		}
		h.end(h.claim(1)[0], store.Succeeded)
		q := store.Query{Limit: 2}
		for range 20 {
			runs, next, err := h.s.ListRuns(h.ctx, q)
			h.keep(err)
			for _, r := range runs {
				got = append(got, r.ID)
			}
			if q.Cursor = next; next == "" {
				break
			}
			h.accept(event("b", "")) // what comes meanwhile does not move the pages
		}
		slices.Reverse(ids)
		return want("pages", fmt.Sprint(got), fmt.Sprint(ids))
	}},
	{"a list after a number holds what is newer alone", func(h *house) error {
		var numbers []uint64
		for range 5 {
			a := h.accept(event("a", ""))[0]
			h.accept(event("b", ""))
			info, err := h.s.GetEvent(h.ctx, a.Event)
			h.keep(err)
			numbers = append(numbers, info.Number)
		}
		h.end(h.claim(1)[0], store.Succeeded)
		h.reopen()
		after := func(n uint64) (got []uint64) {
			events, next, err := h.s.ListEvents(h.ctx, store.Query{Flow: "a", After: n, Limit: 10})
			h.keep(errors.Join(err, want("next page", next, "")))
			for _, e := range events {
				got = append(got, e.Number)
			}
			return got
		}
		return errors.Join(
			want("all", fmt.Sprint(after(0)), fmt.Sprint([]uint64{numbers[4], numbers[3], numbers[2], numbers[1], numbers[0]})),
			want("newer", fmt.Sprint(after(numbers[2])), fmt.Sprint([]uint64{numbers[4], numbers[3]})),
			want("none", fmt.Sprint(after(numbers[4])), "[]"),
		)
	}},
	{"the ledger adds up", func(h *house) error {
		filtered := event("a", "")
		filtered.Outcome = store.Filtered
		first := h.accept(event("a", "k"), event("a", "k"), event("a", ""), filtered)[0]
		h.end(h.claim(1)[0], store.Succeeded)
		h.reopen()
		counts, err := h.s.Counts(h.ctx)
		h.keep(err)
		c := counts["a"]
		again := event("a", "")
		again.Source, again.At = first.Event, again.At.Add(time.Hour)
		repeated := h.accept(again)[0]
		h.reopen()
		after, err := h.s.Counts(h.ctx)
		h.keep(err)
		e, err := h.s.GetEvent(h.ctx, repeated.Event)
		h.keep(err)
		a := after["a"]
		return errors.Join(want("replayed", a.Replayed, 1), want("accepted with it", a.Accepted, 3), want("the last that came", a.LastEvent, c.LastEvent), want("what it repeats", e.Source, first.Event),
			want("accepted", c.Accepted, 2), want("finished", c.Finished, 1), want("pending", c.Pending, 1), want("duplicates", c.Duplicates, 1), want("filtered", c.Filtered, 1))
	}},
	{"what is unknown is not found", func(h *house) error {
		const id = "01890000-0000-7000-8000-000000000000"
		_, run := h.s.GetRun(h.ctx, id)
		_, event := h.s.GetEvent(h.ctx, "no id")
		_, key := h.s.GetKey(h.ctx, "s", "k")
		_, doc := h.s.GetDoc(h.ctx, "flow", "a")
		for what, err := range map[string]error{"run": run, "event": event, "key": key, "doc": doc, "cancel": h.s.Cancel(h.ctx, []string{id}, "")[0], "resume": h.s.Resume(h.ctx, id, 1, nil)} {
			if !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("%s: got %v", what, err)
			}
		}
		return nil
	}},
}
