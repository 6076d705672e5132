package api_test

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestAnApprovalBeforeItsQuestion: a link that is opened before the run has got there is an
// approval all the same, and takes nothing but a decision.
func TestAnApprovalBeforeItsQuestion(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "tell", "action": "log", "with": {"message": "{{ run.wait_url(\"ask\") }}"}},
		{"id": "later", "action": "wait", "with": {}},
		{"id": "ask", "action": "wait", "with": {"approve": {"text": "ok?"}}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	run := "/runs/" + h.want(200, "POST", "/flows/a/events", `{"event": {"body": {"n": 7}}}`)["run"].(string)
	seen := h.until(run, func(v map[string]any) bool { return v["status"] == "waiting" })
	links := regexp.MustCompile(`/w/[\w-]+`).FindAllString(fmt.Sprint(seen["steps"]), -1)
	ask, later := links[0], links[len(links)-1]
	if _, page := h.ask("GET", ask, "", "", "Accept", "application/json"); page["approve"] != true {
		t.Errorf("before the question it is %v", page)
	}
	if res, answer := h.ask("POST", ask, "", `{"hello": "world"}`); res.StatusCode != 422 {
		t.Errorf("what is no decision: %d %v", res.StatusCode, answer)
	}
	if res, answer := h.ask("POST", ask, "", `{"approved": true}`); res.StatusCode != 200 {
		t.Errorf("a decision: %d %v", res.StatusCode, answer)
	}
	if res, _ := h.ask("POST", later, "", `{}`); res.StatusCode != 200 {
		t.Fatal(res.StatusCode)
	}
	done := h.until(run, func(v map[string]any) bool { return v["status"] == "succeeded" || v["status"] == "failed" })
	if done["status"] != "succeeded" {
		t.Errorf("it %v", done["status"])
	}
	r, w := httptest.NewRequestWithContext(t.Context(), "GET", ask, nil), httptest.NewRecorder()
	r.Header.Set("Accept", "text/html")
	h.handler.ServeHTTP(w, r)
	if !strings.Contains(w.Body.String(), "This was approved on ") {
		t.Errorf("who comes second reads %s", w.Body)
	}
	for _, s := range done["steps"].([]any) {
		step := s.(map[string]any)
		output, _ := step["output"].(map[string]any)
		if data, _ := output["data"].(map[string]any); step["path"] == "ask" && data["approved"] != true {
			t.Errorf("the step got %v", output)
		}
	}
}
