package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// TestOfConnectionsMadeAtOnceOneIsKept: none replaces another of the same name unasked.
func TestOfConnectionsMadeAtOnceOneIsKept(t *testing.T) {
	h := newHouse(t)
	for round := range 20 {
		codes, start := make(chan int, 8), make(chan struct{})
		var group sync.WaitGroup
		for range cap(codes) {
			group.Go(func() {
				<-start
				res, _ := h.ask("POST", "/api/v1/connections", root, fmt.Sprintf(`{"name": "crm%d", "kind": "http_bearer", "fields": {"token": "t"}, "hosts": ["api.example.com"]}`, round))
				codes <- res.StatusCode
			})
		}
		close(start)
		group.Wait()
		close(codes)
		made := 0
		for code := range codes {
			if code == http.StatusCreated {
				made++
			} else if code != http.StatusConflict {
				t.Errorf("got %d", code)
			}
		}
		if made != 1 {
			t.Fatalf("%d askers were told that theirs was made, want 1", made)
		}
	}
}
