package engine_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// histories is how many random ones a test takes; make soak asks for more.
func histories() int {
	if n, err := strconv.Atoi(os.Getenv("GANCHO_HISTORIES")); err == nil {
		return n
	}
	return 12
}

// world is what must be true of a history, by plain counts.
type world struct {
	*house
	t      *testing.T
	dir    string
	sink   *sink
	random *rand.Rand
	edits  int

	accepted, effects int
	want              map[store.Status]int
	paused            bool
}

const modelFlow = `{"id": "m", "name": "%s", "trigger": {"kind": "webhook"}, "steps": [
	{"id": "only", "action": "filter", "with": {"where": "trigger.body.kind != 'filtered'"}},
	{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.kind }}"}},
	{"id": "part", "action": "set", "when": "trigger.body.kind == 'failed'", "with": {"values": {"x": "{{ trigger.body.absent }}"}}}]}`

// TestRandomHistories is S16: whatever happens in whatever order - deliveries, failures, stops,
// edits, pauses, replays of one and of many - each event ends as it must, each effect happens
// once a run, and the ledger adds up.
func TestRandomHistories(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("GANCHO_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	for i := range histories() {
		t.Run(fmt.Sprint(seed+uint64(i)), func(t *testing.T) {
			w := &world{t: t, dir: t.TempDir(), sink: &sink{}, random: rand.New(rand.NewPCG(seed+uint64(i), 0)), want: map[store.Status]int{}} //nolint:gosec // a test
			w.house = open(t, w.dir, w.sink)
			w.publish(fmt.Sprintf(modelFlow, "M"))
			for range 12 {
				w.step()
				w.addsUp()
			}
			w.pause(false)
			w.settle()
			w.compare()
		})
	}
}

func (w *world) step() {
	switch w.random.IntN(7) {
	case 0, 1, 2:
		w.receive(1 + w.random.IntN(5))
	case 3:
		w.house.stop()
		w.house = open(w.t, w.dir, w.sink)
	case 4:
		w.edits++
		w.draft(fmt.Sprintf(modelFlow, fmt.Sprint("M", w.edits)))
		_, err := w.flows.Publish(w.t.Context(), "m", flows.PublishOptions{IfMatch: -1})
		check(w.t, err)
	case 5:
		w.pause(!w.paused)
	case 6:
		w.replay()
	}
}

func (w *world) receive(n int) {
	for range n {
		kind := []string{"ok", "filtered", "failed"}[w.random.IntN(3)]
		w.send("m", `{"kind": "`+kind+`"}`)
		w.expect(kind)
	}
}

func (w *world) expect(kind string) {
	w.accepted++
	w.want[map[string]store.Status{"ok": store.Succeeded, "filtered": store.RunFiltered, "failed": store.Failed}[kind]]++
	if kind != "filtered" {
		w.effects++
	}
}

func (w *world) pause(on bool) {
	change := w.flows.Resume
	if on {
		change = w.flows.Pause
	}
	if on == w.paused {
		return
	}
	_, err := change(w.t.Context(), "m")
	check(w.t, err)
	w.paused = on
}

// replay does what has failed by now again: from the start, as new runs, or on from the failed
// step, where nothing happens twice.
func (w *world) replay() {
	w.pause(false)
	w.settle()
	how := engine.ReplayHow{From: engine.ReplayFailed, Revision: engine.ReplayOriginal}
	if w.random.IntN(2) == 0 {
		how = engine.ReplayHow{From: engine.ReplayStart, Revision: engine.ReplayPublished}
	}
	out, err := w.Replay(w.t.Context(), engine.ReplayOptions{Query: &engine.Selection{Flow: "m", Status: string(store.Failed)}, ReplayHow: how})
	check(w.t, err)
	if out.Replay != nil || len(out.Items) != w.want[store.Failed] {
		w.t.Fatalf("%d runs were replayed, want %d", len(out.Items), w.want[store.Failed])
	}
	for _, one := range out.Items {
		if one.Refused != nil {
			w.t.Fatalf("%+v", one.Refused)
		}
		if how.From == engine.ReplayStart {
			w.expect("failed")
		}
	}
}

func (w *world) addsUp() engine.Ledger {
	w.t.Helper()
	l, err := w.Ledger(w.t.Context())
	check(w.t, err)
	if l.Accepted != int64(w.accepted) || l.Accepted != l.Finished+l.Waiting+l.Pending {
		w.t.Fatalf("the ledger does not add up: %+v, %d were accepted", l.CountView, w.accepted)
	}
	return l
}

func (w *world) settle() {
	w.t.Helper()
	for limit := time.Now().Add(time.Minute); ; <-time.After(2 * time.Millisecond) {
		if l := w.addsUp(); l.Finished == l.Accepted {
			return
		}
		if time.Now().After(limit) {
			w.t.Fatal("runs do not end")
		}
	}
}

func (w *world) compare() {
	w.t.Helper()
	for status, want := range w.want {
		got := 0
		for q := (store.Query{Flow: "m", Status: string(status), Limit: 200}); ; {
			runs, next, err := w.Runs(w.t.Context(), q)
			check(w.t, err)
			got += len(runs)
			if q.Cursor = next; next == "" {
				break
			}
		}
		if got != want {
			w.t.Errorf("%d runs are %s, want %d", got, status, want)
		}
	}
	if n := len(w.sink.sent()); n != w.effects {
		w.t.Errorf("%d effects, want %d", n, w.effects)
	}
}
