package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A run tells what each step has sent, with a mask for what is secret, also long after it succeeded.
func TestARunTellsWhatItSent(t *testing.T) {
	g := newGancho(t)
	bodies := make(chan string, 2)
	peer := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		bodies <- r.Method + " " + r.URL.String() + " " + string(body) + " " + r.Header.Get("X-Token")
	}))
	defer peer.Close()
	g.want(201, "POST", "/connections", map[string]any{"name": "api", "kind": "http_header", "hosts": []string{"127.0.0.1"}, "fields": map[string]any{"name": "X-Token", "value": "s3cret-value"}})
	hook := g.publish(`{"id": "tell", "name": "Tell", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "each", "action": "loop", "with": {"over": "trigger.body.items"}, "steps": [
			{"id": "send", "action": "http.request", "connection": "api", "with": {"method": "POST", "url": "` + peer.URL + `/orders?id={{ item }}", "json": {"text": "{{ trigger.body.text }}"}}}]}]}`)
	post(hook, `{"items": [1, 2], "text": "{{ run.id }}"}`)
	g.until("the run ends", func() bool { return len(g.runs("tell", "succeeded")) == 1 })
	run := g.want(200, "GET", "/runs/"+fmt.Sprint(g.runs("tell", "succeeded")[0]["id"]), nil)
	if strings.Contains(fmt.Sprint(run), "s3cret") {
		t.Error("a secret is shown")
	}
	told := 0
	for _, s := range run["steps"].([]any) {
		step := s.(map[string]any)
		if step["action"] != "http.request" {
			continue
		}
		told++
		sent := step["request"].(map[string]any)
		headers := sent["headers"].(map[string]any)
		want := fmt.Sprint("POST ", strings.TrimPrefix(fmt.Sprint(sent["url"]), peer.URL), ` {"text":"{{ run.id }}"} s3cret-value`)
		if got := <-bodies; sent["method"] != "POST" || got != want || headers["x-token"] != "•••" {
			t.Errorf("%v tells of %v, but %s was sent", step["path"], sent, got)
		}
	}
	if told != 2 {
		t.Errorf("%d steps, want 2", told)
	}
}
