package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// TestTraces: a run that ends is told to the collector as a trace of its own ID, without
// what was sent.
func TestTraces(t *testing.T) {
	var mu sync.Mutex
	var spans []span
	var raw strings.Builder
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []span }
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL, err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, rs := range body.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				spans = append(spans, ss.Spans...)
			}
		}
		fmt.Fprintf(&raw, "%v", spans)
	}))
	defer collector.Close()
	g := newGancho(t, "--traces", collector.URL)
	url := g.publish(`{"id": "a", "name": "A", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.word }}"}},
		{"id": "part", "action": "transform", "with": {"value": "{{ trigger.body.absent }}"}}]}`)
	status, answer := post(url, `{"word": "nobody-but-us"}`)
	var receipt struct{ Run string }
	if err := json.Unmarshal([]byte(answer), &receipt); status != 200 || err != nil {
		t.Fatalf("%d %s", status, answer)
	}
	g.until("the trace is there", func() bool { mu.Lock(); defer mu.Unlock(); return len(spans) > 0 })
	mu.Lock()
	defer mu.Unlock()
	if len(spans) != 3 {
		t.Fatalf("%+v", spans)
	}
	root, failed := spans[0], spans[2]
	if root.TraceID != strings.ReplaceAll(receipt.Run, "-", "") || len(root.TraceID) != 32 || len(root.SpanID) != 16 || root.Name != "a" || root.Status.Code != spanFailed {
		t.Errorf("the run: %+v", root)
	}
	if failed.Parent != root.SpanID || len(failed.SpanID) != 16 || failed.Name != "part" || failed.Status.Message != "missing" || failed.End < failed.Start {
		t.Errorf("the step: %+v", failed)
	}
	if strings.Contains(raw.String(), "nobody-but-us") {
		t.Errorf("a trace holds what was sent: %s", &raw)
	}
}
