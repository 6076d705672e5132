package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/person"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// failedMany makes n runs that failed after an effect, and gives what finds them.
func failedMany(h *house, n int) engine.Selection {
	h.t.Helper()
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.n }}"}},
		{"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}]}`)
	var in []engine.Incoming
	for i := range n {
		in = append(in, engine.Incoming{Flow: "a", At: time.Now(), Body: fmt.Appendf(nil, `{"n": %d}`, i), Meta: engine.Meta{Kind: "webhook", Type: "application/json"}})
	}
	_, err := h.Accept(h.t.Context(), in)
	check(h.t, err)
	h.settled(n)
	check(h.t, h.SetVars(h.t.Context(), map[string]any{"x": 1}))
	return engine.Selection{Flow: "a", Status: string(store.Failed)}
}

// settled waits until n runs have ended.
func (h *house) settled(n int) {
	h.t.Helper()
	limit := time.Now().Add(time.Minute)
	for {
		l, err := h.Ledger(h.t.Context())
		check(h.t, err)
		if l.Finished == int64(n) && l.Pending == 0 {
			return
		}
		if time.Now().After(limit) {
			h.t.Fatalf("the ledger stays at %+v, want %d finished", l.CountView, n)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// halfway stops the engine in the middle of a replay.
func (h *house) halfway(at int) {
	h.t.Helper()
	mid, going := make(chan struct{}), make(chan struct{})
	var once sync.Once
	h.FollowReplays(func(r *engine.Replaying) {
		if r.Done >= at {
			once.Do(func() { close(mid) })
			<-going
		}
	})
	h.replayAll(engine.ReplayStart)
	<-mid
	stopped := make(chan struct{})
	go func() { h.stop(); close(stopped) }()
	<-h.Stopping()
	close(going)
	<-stopped
}

func (h *house) replayAll(from string) *engine.Replaying {
	h.t.Helper()
	out, err := h.Replay(h.t.Context(), engine.ReplayOptions{
		Query: &engine.Selection{Flow: "a", Status: string(store.Failed)}, ReplayHow: engine.ReplayHow{From: from, Revision: engine.ReplayOriginal},
	})
	check(h.t, err)
	if out.Replay == nil {
		h.t.Fatalf("it was done at once: %d runs", len(out.Items))
	}
	return out.Replay
}

// all gives the runs of a status.
func (h *house) all(status store.Status) (list []engine.RunView) {
	h.t.Helper()
	for q := (store.Query{Flow: "a", Status: string(status), Limit: 200}); ; {
		runs, next, err := h.Runs(h.t.Context(), q)
		check(h.t, err)
		list = append(list, runs...)
		if q.Cursor = next; next == "" {
			return list
		}
	}
}

// replayEnded waits for the end of the only replay.
func (h *house) replayEnded() engine.Replaying {
	h.t.Helper()
	for limit := time.Now().Add(time.Minute); ; <-time.After(5 * time.Millisecond) {
		list, _, err := h.Replays(h.t.Context(), "", 10)
		check(h.t, err)
		if len(list) == 1 && list[0].Ended != nil {
			return list[0]
		}
		if time.Now().After(limit) {
			h.t.Fatalf("the replay does not end: %+v", list)
		}
	}
}

// TestAReplayGoesOnAfterAStop: what was replayed before is not once more.
func TestAReplayGoesOnAfterAStop(t *testing.T) {
	dir, s, n := t.TempDir(), &sink{}, 260
	h := open(t, dir, s)
	failedMany(h, n)
	h.halfway(100)
	h = open(t, dir, s)
	r := h.replayEnded()
	if r.Status != "finished" || *r.Matched != n || r.Done != n || r.Replayed != n {
		t.Errorf("%+v", r)
	}
	h.settled(2 * n)
	of := map[string]int{}
	for _, run := range h.all(store.Succeeded) {
		of[run.ReplayOf]++
	}
	for id, times := range of {
		if times != 1 {
			t.Errorf("run %s was replayed %d times", id, times)
		}
	}
	if len(of) != n {
		t.Errorf("%d of %d were replayed", len(of), n)
	}
}

// TestAReplayFromTheFailedStepGoesOnWithEachRun and does no finished effect again.
func TestAReplayFromTheFailedStepGoesOnWithEachRun(t *testing.T) {
	s, n := &sink{}, 210
	h := open(t, t.TempDir(), s)
	failedMany(h, n)
	h.replayAll(engine.ReplayFailed)
	if r := h.replayEnded(); r.Replayed != n || r.Refused != 0 {
		t.Errorf("%+v", r)
	}
	h.settled(n)
	if failed := h.all(store.Failed); len(failed) != 0 {
		t.Errorf("%d runs are failed still", len(failed))
	}
	if len(s.sent()) != n {
		t.Errorf("%d effects for %d runs", len(s.sent()), n)
	}
}

func TestACanceledReplayGoesNoFurther(t *testing.T) {
	s, n := &sink{}, 260
	h := open(t, t.TempDir(), s)
	failedMany(h, n)
	first, going := make(chan struct{}), make(chan struct{})
	var once sync.Once
	defer h.FollowReplays(func(r *engine.Replaying) {
		if r.Done > 0 {
			once.Do(func() { close(first); <-going })
		}
	})()
	r := h.replayAll(engine.ReplayFailed) // one run after the other
	<-first
	answered := make(chan error, 1)
	go func() { _, err := h.CancelReplay(t.Context(), r.ID); answered <- err }()
	close(going)
	check(t, <-answered)
	got := h.replayEnded()
	if got.Status != "canceled" || got.Done == 0 || got.Done == n || got.Replayed != got.Done {
		t.Errorf("%+v", got)
	}
	h.settled(n)
	if mended := len(h.all(store.Succeeded)); mended != got.Done {
		t.Errorf("%d were mended, %d replayed", mended, got.Done)
	}
	var refused *refusal.Refusal
	if _, err := h.CancelReplay(t.Context(), r.ID); !errors.As(err, &refused) || refused.Code != "ended" {
		t.Errorf("%v", err)
	}
}

// shaky is a store that answers some calls with a fault.
type shaky struct {
	store.Store
	getRun func(id string) error
	erase  func(ids []string)
	resume func()
	accept func(events []store.Event)
}

func (s *shaky) Accept(ctx context.Context, events []store.Event) ([]store.Accept, error) {
	if s.accept != nil {
		s.accept(events)
	}
	return s.Store.Accept(ctx, events)
}

func (s *shaky) Resume(ctx context.Context, id string, attempt int, forget []string) error {
	if s.resume != nil {
		s.resume()
	}
	return s.Store.Resume(ctx, id, attempt, forget)
}

func (s *shaky) GetRun(ctx context.Context, id string) (store.Story, error) {
	if s.getRun != nil {
		if err := s.getRun(id); err != nil {
			return store.Story{}, err
		}
	}
	return s.Store.GetRun(ctx, id)
}

func (s *shaky) Erase(ctx context.Context, ids []string) error {
	if s.erase != nil {
		s.erase(ids)
	}
	return s.Store.Erase(ctx, ids)
}

// TestAReplayThatIsCutShortSaysWhatItDid: else whoever asked would do it all again.
func TestAReplayThatIsCutShortSaysWhatItDid(t *testing.T) {
	var faulty *shaky
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { faulty = &shaky{Store: s}; return faulty }})
	failedMany(h, 3)
	var ids []string
	for _, v := range h.all(store.Failed) {
		ids = append(ids, v.ID)
	}
	faulty.getRun = func(id string) error {
		if id == ids[1] {
			return store.ErrBusy
		}
		return nil
	}
	out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: ids, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
	check(t, err)
	var told []string
	for _, r := range out.Items {
		told = append(told, r.Of+" "+r.Run)
		if r.Refused != nil {
			told[len(told)-1] += r.Refused.Code
		}
	}
	if want := []string{ids[0] + " " + ids[0], ids[1] + " not_reached", ids[2] + " not_reached"}; !slices.Equal(told, want) {
		t.Errorf("got %q, want %q", told, want)
	}
}

// TestAReplayOfManyOutlivesABusyStore: it goes on where it was.
func TestAReplayOfManyOutlivesABusyStore(t *testing.T) {
	var faulty *shaky
	n := 260
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { faulty = &shaky{Store: s}; return faulty }})
	failedMany(h, n)
	var once sync.Once
	faulty.getRun = func(string) (err error) {
		once.Do(func() { err = store.ErrBusy })
		return err
	}
	h.replayAll(engine.ReplayStart)
	if r := h.replayEnded(); r.Status != "finished" || r.Done != n || r.Replayed != n {
		t.Errorf("%+v", r)
	}
}

// TestOfTwoReplaysOfARunOneIsDone: the other is refused, also when the run has failed again meanwhile.
func TestOfTwoReplaysOfARunOneIsDone(t *testing.T) {
	var both *shaky
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { both = &shaky{Store: s}; return both }})
	failedMany(h, 1)
	run := h.all(store.Failed)[0].ID
	check(t, h.SetVars(t.Context(), map[string]any{}))
	var asked sync.WaitGroup
	asked.Add(2)
	turn := make(chan struct{}, 1)
	both.resume = func() {
		asked.Done()
		asked.Wait() // both have seen that it failed
		turn <- struct{}{}
	}
	var replays sync.WaitGroup
	outcomes := make([]engine.Replayed, 2)
	for i := range outcomes {
		replays.Go(func() {
			out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{run}, ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}})
			if err != nil || len(out.Items) != 1 {
				t.Errorf("%+v, %v", out, err)
				return
			}
			outcomes[i] = out.Items[0]
			h.settled(1)
			<-turn
		})
	}
	replays.Wait()
	h.settled(1)
	first, second := outcomes[0], outcomes[1]
	if first.Run == "" {
		first, second = second, first
	}
	if first.Run != run || second.Run != "" || second.Refused == nil || second.Refused.Code != "went_on" {
		t.Errorf("got %+v and %+v, want one done and one refused", first, second)
	}
	if r, err := h.store.RunInfo(t.Context(), run); err != nil || r.Attempt != 2 {
		t.Errorf("the run is at attempt %d (%v), want 2", r.Attempt, err)
	}
}

// TestTheReceiptOfAnErasureIsTrue: a run that goes on again meanwhile is told of as open.
func TestTheReceiptOfAnErasureIsTrue(t *testing.T) {
	var faulty *shaky
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { faulty = &shaky{Store: s}; return faulty }})
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "sum", "action": "set", "with": {"values": {"x": "{{ vars.x }}"}}}]}`)
	first, second := h.send("a", `{"who": "ana@example.com"}`), h.send("a", `{"who": "ana@example.com"}`)
	h.finished(first)
	h.finished(second)
	_, err := h.flows.Pause(t.Context(), "a")
	check(t, err)
	var once sync.Once
	faulty.erase = func([]string) { once.Do(func() { check(t, h.store.Resume(t.Context(), first, 1, nil)) }) }
	receipt, err := person.Erase(t.Context(), h.Engine, "ana@example.com", "root", false)
	check(t, err)
	if !slices.Equal(receipt.Erased, []string{second}) || !slices.Equal(receipt.Open, []string{first}) {
		t.Errorf("erased %v, open %v; want %s and %s", receipt.Erased, receipt.Open, second, first)
	}
	if left, err := person.Find(t.Context(), h.Engine, "ana@example.com", false); err != nil || len(left.Runs) != 1 || left.Runs[0].ID != first {
		t.Errorf("%v %+v", err, left.Runs)
	}
	receipt, err = person.Erase(t.Context(), h.Engine, "ana@example.com", "root", true)
	check(t, err)
	if left, err := person.Find(t.Context(), h.Engine, "ana@example.com", false); err != nil || len(left.Runs) != 0 || !slices.Equal(receipt.Erased, []string{first}) || len(receipt.Open) != 0 {
		t.Errorf("with cancel: %+v, %v, left %+v", receipt, err, left.Runs)
	}
}

// TestAReplayThatReadWhatIsErased before it is erased, and is accepted late, does not bring it back.
func TestAReplayThatReadWhatIsErased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var both *shaky
		h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { both = &shaky{Store: s}; return both }})
		defer h.stop()
		h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "sum", "action": "set", "with": {"values": {"x": 1}}}]}`)
		first := h.send("a", `{"who": "ana@example.com"}`)
		h.finished(first)
		var erasing sync.WaitGroup
		both.accept = func(events []store.Event) {
			if events[0].ReplayOf == "" {
				return
			}
			erasing.Go(func() {
				if _, err := person.Erase(t.Context(), h.Engine, "ana@example.com", "root", true); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // it has ended, or waits for this
		}
		out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{first}, ReplayHow: engine.ReplayHow{From: engine.ReplayStart, Revision: engine.ReplayPublished}})
		check(t, err)
		erasing.Wait()
		if left, err := person.Find(t.Context(), h.Engine, "ana@example.com", false); err != nil || len(left.Runs) != 0 || len(out.Items) != 1 || out.Items[0].Run == "" {
			t.Errorf("%v: the replay %+v left %+v", err, out.Items, left.Runs)
		}
		out, err = h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{first}, ReplayHow: engine.ReplayHow{From: engine.ReplayStart, Revision: engine.ReplayPublished}})
		if err != nil || len(out.Items) != 1 || out.Items[0].Refused == nil || out.Items[0].Refused.Code != "no_body" {
			t.Errorf("once it is erased: %+v %v", out.Items, err)
		}
	})
}

// TestNobodyWaitsForWhoErases: an erasure may take as long as an archive is large, and others go on with what they do.
func TestNobodyWaitsForWhoErases(t *testing.T) {
	var slow *shaky
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { slow = &shaky{Store: s}; return slow }})
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "sum", "action": "set", "with": {"values": {"x": 1}}}]}`)
	first, other := h.send("a", `{"who": "ana@example.com"}`), h.send("a", `{"who": "bia@example.com"}`)
	h.finished(first)
	h.finished(other)
	var again []engine.Replayed
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	slow.erase = func([]string) {
		if again != nil {
			return
		}
		done, err := h.TakeUp(ctx)
		check(t, err)
		done()
		out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{other}, ReplayHow: engine.ReplayHow{From: engine.ReplayStart, Revision: engine.ReplayPublished}})
		check(t, err)
		again = out.Items
	}
	receipt, err := person.Erase(t.Context(), h.Engine, "ana@example.com", "root", false)
	check(t, err)
	if !slices.Equal(receipt.Erased, []string{first}) || len(again) != 1 || again[0].Run == "" {
		t.Errorf("erased %v, and meanwhile %+v", receipt.Erased, again)
	}
}

// TestAnErasureEndsThoughThePersonComesAgain: what comes in meanwhile is new.
func TestAnErasureEndsThoughThePersonComesAgain(t *testing.T) {
	var busy *shaky
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { busy = &shaky{Store: s}; return busy }})
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "sum", "action": "set", "with": {"values": {"x": 1}}}]}`)
	first := h.send("a", `{"who": "ana@example.com"}`)
	h.finished(first)
	busy.erase = func(ids []string) {
		if len(ids) > 0 {
			h.finished(h.send("a", `{"who": "ana@example.com"}`))
		}
	}
	receipt, err := person.Erase(t.Context(), h.Engine, "ana@example.com", "root", false)
	check(t, err)
	if !slices.Contains(receipt.Erased, first) {
		t.Errorf("erased %v, and not %s", receipt.Erased, first)
	}
}

// TestAReplayThatLooksForWhoIsErased ends: it does not look for others instead.
func TestAReplayThatLooksForWhoIsErased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		h := open(t, dir, &sink{})
		defer func() { h.stop() }()
		h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": [{"id": "sum", "action": "set", "with": {"values": {"x": 1}}}]}`)
		h.finished(h.send("a", `{"who": "ana@example.com"}`))
		other := h.send("a", `{"who": "bia@example.com", "note": "wait … please"}`)
		h.finished(other)
		time.Sleep(time.Minute)
		now := time.Now().UTC().Format(time.RFC3339)
		waits := `{"id": "8", "at": "` + now + `", "by": "root", "query": {"q": "ana@example.com", "to": "` + now + `"}, "from": "start", "revision": "published", "status": "counting", "refusals": {}, "last": 0}`
		_, err := h.store.PutKey(t.Context(), "replays", "8", []byte(waits), -1, time.Hour)
		check(t, err)
		_, err = person.Erase(t.Context(), h.Engine, "ana@example.com", "root", true)
		check(t, err)
		h.stop()
		h = open(t, dir, &sink{})
		time.Sleep(time.Minute)
		synctest.Wait()
		r, err := h.ReplayOf(t.Context(), "8")
		check(t, err)
		if r.Status != "canceled" || strings.Contains(r.Query.Text, "ana") {
			t.Errorf("it is %s and looks for %q", r.Status, r.Query.Text)
		}
		if v, err := h.Run(t.Context(), other); err != nil || v.ReplayedBy != "" {
			t.Errorf("somebody else's run was replayed by %q (%v)", v.ReplayedBy, err)
		}
	})
}

// TestAReplayIsOneProblemWithItsOrigin counts the steps of a run that is done again: only the newest tells.
func TestAReplayIsOneProblemWithItsOrigin(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	failedMany(h, 1)
	again := func() {
		failures, err := h.Failures(t.Context(), store.Query{})
		check(t, err)
		if len(failures.Items) != 1 || failures.Items[0].Count != 1 {
			t.Fatalf("the failures are %+v, want one", failures.Items)
		}
		_, err = h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{failures.Items[0].Run}, ReplayHow: engine.ReplayHow{From: engine.ReplayStart, Revision: engine.ReplayOriginal}})
		check(t, err)
	}
	sum := func() engine.StepCount {
		counts, err := h.StepCounts(t.Context(), "a", time.Time{}, time.Time{})
		check(t, err)
		return *counts.Steps["sum"]
	}
	check(t, h.SetVars(t.Context(), map[string]any{}))
	again()
	h.settled(2)
	if c := sum(); c.Reached != 1 || c.Failed != 1 {
		t.Errorf("after a replay that failed: %d of %d failed, want 1 of 1", c.Failed, c.Reached)
	}
	check(t, h.SetVars(t.Context(), map[string]any{"x": 1}))
	again()
	h.settled(3)
	if c := sum(); c.Reached != 1 || c.Failed != 0 {
		t.Errorf("after a replay that succeeded: %d of %d failed, want 0 of 1", c.Failed, c.Reached)
	}
}

// TestAFailureKnowsHowItsReplayStands: also by way of a replay that failed in turn.
func TestAFailureKnowsHowItsReplayStands(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	failedMany(h, 1)
	check(t, h.SetVars(t.Context(), map[string]any{}))
	first := h.all(store.Failed)[0].ID
	for run, want := first, []store.Status{store.Failed, store.Succeeded}; len(want) > 0; want = want[1:] {
		if want[0] == store.Succeeded {
			check(t, h.SetVars(t.Context(), map[string]any{"x": 1}))
		}
		out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: []string{run}, ReplayHow: engine.ReplayHow{From: engine.ReplayStart, Revision: engine.ReplayOriginal}})
		check(t, err)
		run = out.Items[0].Run
		h.finished(run)
		story, err := h.Run(t.Context(), first)
		check(t, err)
		rows, _, err := h.Runs(t.Context(), store.Query{Flow: "a", Limit: 9})
		check(t, err)
		for _, v := range []engine.RunView{story, rows[len(rows)-1]} {
			if v.ID != first || v.ReplayedBy != run || v.ReplayedAs != want[0] {
				t.Errorf("%s was replayed by %s, which is %s; want %s, %s", v.ID, v.ReplayedBy, v.ReplayedAs, run, want[0])
			}
		}
	}
}

// weighed is a store that notes how much is accepted in one write, and fails at one of them.
type weighed struct {
	store.Store
	sizes []int
	fails int
}

func (w *weighed) Accept(ctx context.Context, events []store.Event) ([]store.Accept, error) {
	size := 0
	for i := range events {
		size += len(events[i].Body)
	}
	w.sizes = append(w.sizes, size>>20)
	if len(w.sizes) == w.fails {
		return nil, errors.New("a fault")
	}
	return w.Store.Accept(ctx, events)
}

// Large runs are done again in writes that memory can hold; a fault leaves out only what comes after it.
func TestLargeRunsAreReplayedInParts(t *testing.T) {
	w := &weighed{}
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { w.Store = s; return w }})
	h.publish(`{"id": "a", "trigger": {"kind": "webhook"}, "steps": []}`)
	body, ids := `"`+strings.Repeat("a", 9<<20)+`"`, []string{}
	for range 5 {
		ids = append(ids, h.send("a", body))
	}
	h.settled(5)
	replay := func() (done int) {
		w.sizes = nil
		out, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: ids, ReplayHow: engine.ReplayHow{From: engine.ReplayStart, Revision: engine.ReplayOriginal}})
		check(t, err)
		for _, r := range out.Items {
			if r.Run != "" {
				done++
			} else if r.Refused == nil || r.Refused.Code != "not_reached" {
				t.Errorf("%+v", r)
			}
		}
		if len(out.Items) != 5 || slices.Max(w.sizes) > 36 {
			t.Errorf("%d answers of writes of %v MiB", len(out.Items), w.sizes)
		}
		return done
	}
	if done := replay(); done != 5 {
		t.Errorf("%d of 5 were done again", done)
	}
	w.fails = 2
	if done := replay(); done != 4 {
		t.Errorf("%d were done again before the fault, want 4", done)
	}
}
