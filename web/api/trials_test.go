package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestOneEventIsMeant: a call that names two is refused, not guessed at.
func TestOneEventIsMeant(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": []}`)
	for _, c := range []struct{ path, body, at string }{
		{"/flows/a/test", `{"event": {"body": 1}, "event_id": "x"}`, "/event_id"},
		{"/expression", `{"flow": "a", "source": "1", "event": {"body": 1}, "event_id": "x"}`, "/event_id"},
		{"/flows/a/events", `{"event": {"body": 1}, "sample": "x"}`, "/sample"},
	} {
		got := h.want(422, "POST", c.path, c.body, "Accept-Language", "pt-BR")
		want := fmt.Sprintf(`[{"code":"one_of","hint":"","message":"não pode ser usado junto com event","path":%q,"severity":"error"}]`, c.at)
		if said := mustJSON(t, got["problems"]); got["code"] != "one_of" || said != want {
			t.Errorf("%s: %v %s", c.path, got["code"], said)
		}
	}
	h.want(200, "POST", "/flows/a/test", `{"event": {"body": 1}, "event_id": ""}`)
}

// deadlines remembers until when an answer may be written.
type deadlines struct {
	*httptest.ResponseRecorder
	last time.Time
}

func (w *deadlines) SetWriteDeadline(at time.Time) error {
	w.last = at
	return nil
}

// TestTestsMayTakeLong: what steps with slow providers really did is told, not cut off.
func TestTestsMayTakeLong(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "trigger": {"kind": "manual"}, "steps": []}`)
	h.want(200, "POST", "/flows/a/publish", "")
	for _, path := range []string{"test", "tests", "backtest"} {
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/flows/a/"+path, strings.NewReader("{}"))
		r.Header.Set("Authorization", "Bearer "+root)
		r.Header.Set("Content-Type", "application/json")
		h.handler.ServeHTTP(w, r)
		if w.Code != 200 || time.Until(w.last) < 4*time.Minute {
			t.Errorf("%s: %d, with %v to answer: %s", path, w.Code, time.Until(w.last), w.Body)
		}
	}
}

// TestRealTestsAreAudited: they send mails and charge people; what is only pretended is nobody's business.
func TestRealTestsAreAudited(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "trigger": {"kind": "manual"}, "steps": []}`)
	noted := func() (n int) {
		for _, item := range h.want(200, "GET", "/audit", "")["items"].([]any) {
			if v := item.(map[string]any); v["action"] == "test-flow" && v["target"] == "/flows/a/test" {
				n++
			}
		}
		return n
	}
	for i, body := range []string{"", `{"effects": "simulate"}`, `{"effects": "real"}`} {
		h.want(200, "POST", "/flows/a/test", body)
		if got, want := noted(), i/2; got != want {
			t.Errorf("after %q the audit holds %d tests, want %d", body, got, want)
		}
	}
}

// TestWhatIsHeldBackNeedsNoConnection: one step is tried for real while the connections of those before it are yet to be made.
func TestWhatIsHeldBackNeedsNoConnection(t *testing.T) {
	h := newHouse(t)
	mail := func(id string) string {
		return fmt.Sprintf(`{"id": %q, "action": "email.send", "connection": "%s-box", "with": {"to": "ana@example.com", "subject": "x", "text": "x"}}`, id, id)
	}
	h.want(201, "POST", "/flows", `{"id": "a", "trigger": {"kind": "manual"}, "steps": [`+mail("first")+`, `+mail("second")+`, {"id": "end", "action": "set", "with": {"values": {"done": "{{ steps.second.accepted[0] }}"}}}]}`)
	for from, want := range map[string]string{"first": "first", "second": "second", "end": ""} {
		run := h.want(200, "POST", "/flows/a/test", fmt.Sprintf(`{"event": {"body": {}}, "effects": "real", "from": %q}`, from))
		stands := ""
		for _, step := range run["steps"].([]any) {
			if s := step.(map[string]any); s["status"] == "waiting" {
				stands = s["path"].(string)
			}
		}
		if stands != want || (want == "") != (run["status"] == "succeeded") {
			t.Errorf("from %s it is %v and stands at %q, want %q", from, run["status"], stands, want)
		}
	}
}
