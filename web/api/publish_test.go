package api_test

import "testing"

// TestPublishingWhatIsPublished makes no other revision, and leaves the state as publishing does.
func TestPublishingWhatIsPublished(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "webhook", "with": {"dedupe": {"key": "trigger.body.id", "for": "1h"}}}, "steps": [
		{"id": "say", "action": "log", "retry": {"attempts": 3}, "with": {"message": "hi"}}]}`)
	first := h.want(200, "POST", "/flows/a/publish", "")
	if again := h.want(200, "POST", "/flows/a/publish", `{"name": "again"}`); mustJSON(t, again) != mustJSON(t, first) {
		t.Errorf("got %v, want %v", again, first)
	}
	for _, c := range []struct{ do, state string }{{"pause", "paused"}, {"off", "on"}} {
		h.want(200, "POST", "/flows/a/"+c.do, "")
		if got := h.want(200, "POST", "/flows/a/publish", ""); got["state"] != c.state || got["published_rev"] != 1.0 {
			t.Errorf("after %s: %v at %v", c.do, got["state"], got["published_rev"])
		}
	}
	if list, _ := h.want(200, "GET", "/flows/a/revisions", "")["items"].([]any); len(list) != 1 {
		t.Errorf("revisions: %v", list)
	}
	h.want(200, "PUT", "/flows/a", `{"id": "a", "name": "B", "trigger": {"kind": "webhook"}, "steps": []}`)
	if got := h.want(200, "POST", "/flows/a/publish", ""); got["published_rev"] != 2.0 {
		t.Errorf("a changed draft: %v", got)
	}
}
