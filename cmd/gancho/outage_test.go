package main

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// TestADestinationThatIsDown is S13: while nobody answers, deliveries are taken as ever; when
// the destination is back everything arrives once, and not all at once.
func TestADestinationThatIsDown(t *testing.T) {
	address := freeAddress(t) // nobody answers there
	g := newGancho(t)
	url := g.publish(`{"id": "deliver", "name": "Deliver", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "send", "action": "http.request", "retry": {"first": "3s", "factor": 1, "attempts": 100},
		 "with": {"method": "POST", "url": "http://` + address + `/always", "json": {"id": "{{ trigger.body.id }}"}}}]}`)
	const events = 200
	var group sync.WaitGroup
	for part := range 8 {
		group.Go(func() {
			for n := part; n < events; n += 8 {
				if status, answer := post(url, fmt.Sprintf(`{"id": "o%d"}`, n)); status != 200 {
					t.Errorf("while the destination is down: %d %s", status, answer)
				}
			}
		})
	}
	group.Wait()
	g.until("attempts have failed", func() bool {
		l := g.want(200, "GET", "/ledger", nil)
		return l["waiting"].(float64) > events/4
	})
	back := &sink{got: map[string][]string{}}
	var now, most atomic.Int64
	l, err := net.Listen("tcp", address)
	must(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:gosec // a test
		n := now.Add(1)
		defer now.Add(-1)
		for most.Load() < n && !most.CompareAndSwap(most.Load(), n) {
		}
		back.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	g.settled()
	for n := range events {
		if got := back.of("/always", fmt.Sprint("o", n)); len(got) != 1 {
			t.Errorf("o%d arrived %d times", n, len(got))
		}
	}
	if most.Load() > 128 {
		t.Errorf("%d requests came at once", most.Load())
	}
}
