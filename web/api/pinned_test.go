package api_test

import "testing"

// A run is pinned to a revision when it begins: until then it names none, and a test of a draft never does.
func TestAPendingRunNamesNoRevision(t *testing.T) {
	h := newHouse(t)
	f := `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "s", "action": "transform", "with": {"value": "{{ run.revision }}"}}]}`
	h.want(201, "POST", "/flows", f)
	h.want(200, "POST", "/flows/a/publish", "")
	h.want(200, "POST", "/flows/a/pause", "")
	id := h.want(200, "POST", "/flows/a/events", "")["run"].(string)
	listed := h.want(200, "GET", "/runs?status=pending", "")["items"].([]any)
	for _, run := range []map[string]any{h.want(200, "GET", "/runs/"+id, ""), listed[0].(map[string]any), h.want(200, "POST", "/flows/a/test", "")} {
		if revision, named := run["revision"]; named {
			t.Errorf("the %s run names revision %v", run["status"], revision)
		}
	}
	h.want(200, "PUT", "/flows/a", f[:len(f)-1]+`, "description": "the second"}`)
	h.want(200, "POST", "/flows/a/publish", "")
	h.want(200, "POST", "/flows/a/resume", "")
	if run := h.ended(id); run["revision"] != 2.0 || run["steps"].([]any)[0].(map[string]any)["output"] != 2.0 {
		t.Errorf("it ran %v", run)
	}
}
