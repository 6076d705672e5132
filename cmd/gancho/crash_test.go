package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// kills is how often the program is killed: a few in a test, many in a soak.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("GANCHO_KILLS")); err == nil && n > 0 {
		return n
	}
	return 25
}

func deliveries(sink string) string {
	return fmt.Sprintf(`{"id": "deliver", "name": "Deliver",
		"trigger": {"kind": "webhook", "with": {"dedupe": {"key": "trigger.body.id"}}},
		"steps": [
			{"id": "note", "action": "set", "with": {"values": {"id": "{{ trigger.body.id }}"}}},
			{"id": "once", "action": "http.request", "delivery": "at_most_once", "on_error": "continue",
			 "with": {"method": "POST", "url": %[1]q, "json": {"id": "{{ steps.note.id }}"}}, "retry": {"attempts": 1}},
			{"id": "always", "action": "http.request", "retry": {"first": "20ms", "factor": 1, "attempts": 100},
			 "with": {"method": "POST", "url": %[2]q, "json": {"id": "{{ steps.note.id }}"}}}
		]}`, sink+"/once", sink+"/always")
}

// TestKills is S1: the program is killed at any moment under load, and every event that was
// answered 2xx is delivered. What was to happen at most once happens at most once; what is
// delivered again carries the same key.
func TestKills(t *testing.T) {
	s, g := newSink(t), newGancho(t)
	url := g.publish(deliveries(s.url))
	var noted sync.Map
	var next atomic.Int64
	load := func(stop <-chan struct{}) *sync.WaitGroup {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					id := fmt.Sprint("e", next.Add(1))
					if status, _ := post(url, `{"id": "`+id+`"}`); status == 200 {
						noted.Store(id, true)
					}
				}
			})
		}
		return &group
	}
	for range kills() {
		stop := make(chan struct{})
		group := load(stop)
		time.Sleep(time.Duration(20+rand.IntN(230)) * time.Millisecond) // the moment of the cut: any
		g.kill()
		close(stop)
		group.Wait()
		g.start()
	}
	g.until("every acknowledged event is settled", func() bool {
		l := g.want(200, "GET", "/ledger", nil)
		return l["pending"] == 0.0 && l["waiting"] == float64(len(unknowns(g)))
	})
	resolveAll(g)
	g.settled()
	count, again := 0, 0
	noted.Range(func(id, _ any) bool {
		count++
		again += s.check(t, id.(string))
		return true
	})
	if count == 0 {
		t.Fatal("nothing was accepted: the test shows nothing")
	}
	t.Logf("%d events acknowledged over %d kills, %d delivered again", count, kills(), again)
}

// unknowns lists the runs whose outcome a person must settle.
func unknowns(g *gancho) (ids []string) {
	for cursor := ""; ; {
		page := g.want(200, "GET", "/runs?status=unknown&limit=200&cursor="+cursor, nil)
		items, _ := page["items"].([]any)
		for _, item := range items {
			id, _ := item.(map[string]any)["id"].(string)
			ids = append(ids, id)
		}
		if cursor, _ = page["next"].(string); cursor == "" {
			return ids
		}
	}
}

// resolveAll says of each unknown outcome that it happened.
func resolveAll(g *gancho) {
	for _, id := range unknowns(g) {
		g.want(200, "POST", "/runs/"+id+"/steps/once/resolve", map[string]any{"as": "done", "output": map[string]any{}})
	}
}

// check holds what arrived of one event against the promises, and counts repeats.
func (s *sink) check(t *testing.T, id string) int {
	if once := s.of("/once", id); len(once) > 1 {
		t.Errorf("%s happened %d times at a step that is at most once", id, len(once))
	}
	always := s.of("/always", id)
	if len(always) == 0 {
		t.Errorf("%s was acknowledged and never delivered", id)
		return 0
	}
	for _, key := range always {
		if key == "" || key != always[0] {
			t.Errorf("%s was delivered under the keys %q", id, always)
		}
	}
	return len(always) - 1
}

// TestNothingIsRepeated is S4 without a crash: each effect happens exactly once.
func TestNothingIsRepeated(t *testing.T) {
	s, g := newSink(t), newGancho(t)
	url := g.publish(deliveries(s.url))
	const events = 1500
	var group sync.WaitGroup
	ids := make(chan string, events)
	for i := range events {
		ids <- fmt.Sprint("e", i)
	}
	close(ids)
	for range 16 {
		group.Go(func() {
			for id := range ids {
				if status, answer := post(url, `{"id": "`+id+`"}`); status != 200 {
					t.Errorf("%s: %d %s", id, status, answer)
				}
			}
		})
	}
	group.Wait()
	l := g.settled()
	if l["accepted"] != float64(events) || l["finished"] != float64(events) {
		t.Errorf("ledger: %v", l)
	}
	for i := range events {
		id := fmt.Sprint("e", i)
		if n, m := len(s.of("/always", id)), len(s.of("/once", id)); n != 1 || m != 1 {
			t.Errorf("%s: %d and %d deliveries", id, n, m)
		}
	}
}

// TestCopies is S5: ten copies of a delivery at once, and again after a restart, make one run.
func TestCopies(t *testing.T) {
	s, g := newSink(t), newGancho(t)
	url := g.publish(deliveries(s.url))
	send := func() {
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if status, answer := post(url, `{"id": "same"}`); status != 200 {
					t.Errorf("%d %s", status, answer)
				}
			})
		}
		group.Wait()
	}
	send()
	g.settled()
	g.kill()
	g.start()
	send()
	if code := g.stop(); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
	g.start()
	send()
	l := g.settled()
	if n := len(s.of("/always", "same")); n != 1 || l["accepted"] != 1.0 {
		t.Errorf("%d deliveries, ledger %v", n, l)
	}
}
