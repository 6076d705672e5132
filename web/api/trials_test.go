package api_test

import (
	"fmt"
	"testing"
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
