package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// A value of an event is put into an address as it is; it changes neither the host nor climbs out of the path, unless the
// whole address, or the whole host, is the value's.
func TestAValueDoesNotSteerAnAddress(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "f", "name": "F", "trigger": {"kind": "webhook"}, "steps": []}`)
	for _, c := range []struct{ url, value, refused string }{
		{"http://a.example.com/p/{{ trigger.body.v }}/end", "12", ""},
		{"http://a.example.com/p/{{ trigger.body.v }}/end", "a/b..c", ""},
		{"http://a.example.com/p/{{ trigger.body.v }}/end", "..", "path"},
		{"http://a.example.com/p/{{ trigger.body.v }}/end", "../a b?x=1#", "path"},
		{"http://a.example.com/p/{{ trigger.body.v }}/end", "x/%2e%2E/y", "path"},
		{"http://a.example.com/p/{{ trigger.body.v }}", ".", "path"},
		{"http://a.example.com/p/.{{ trigger.body.v }}", ".", "path"},
		{"http://a.example.com/p?q={{ trigger.body.v }}", "../x", ""},
		{"http://a.example.com{{ trigger.body.v }}", "/p/1", ""},
		{"http://a.example.com{{ trigger.body.v }}", "/../1", "path"},
		{"http://a.example.com{{ trigger.body.v }}", ":8080/p", ""},
		{"http://a.example.com{{ trigger.body.v }}", ":8080@evil.example.com", "host"},
		{"http://a.example.com{{ trigger.body.v }}", "@evil.example.com", "host"},
		{"http://a.example.com{{ trigger.body.v }}/x", ".evil.example.com", "host"},
		{"http://a.example.com:{{ trigger.body.v }}/x", "8080", ""},
		{"http://{{ trigger.body.v }}.example.com/x", "shop", ""},
		{"http://{{ trigger.body.v }}.example.com/x", "evil.example.com/", "host"},
		{"http://{{ trigger.body.v }}/x", "127.0.0.1:8080", ""},
		{"http://api.{{ trigger.body.v }}/x", "example.com", ""},
		{"http://a.example.com/p/{{ trigger.body.v }}", "..%2Fx", "path"},
		{"http://a.example.com/p/{{ trigger.body.v }}", "%2e%2e%5cx", "path"},
		{"http://a.example.com/p/{{ trigger.body.v }}/x", "..;a=1", "path"},
		{"http://a.example.com:{{ trigger.body.v }}/x", "80/../y", "path"},
		{"http://a.example.com:{{ trigger.body.v }}/x", "80@evil.example.com", "host"},
		{"http://erp:8080{{ trigger.body.v }}", "@evil.example.com", "host"},
		{"http://erp:8080{{ trigger.body.v }}", "/p", ""},
		{"http://erp{{ trigger.body.v }}/x", "@evil.example.com", "host"},
		{"http://erp{{ trigger.body.v }}/x", ".evil.example.com", "host"},
		{"http://erp{{ trigger.body.v }}/x", "2", ""},
		{"http://[::1]{{ trigger.body.v }}/x", "@evil.example.com", "host"},
		{"http://[::1]{{ trigger.body.v }}/x", ":8080", ""},
		{"http://{{ trigger.body.v }}:pw@a.example.com/x", "evil.example.com/", "host"},
		{"http://api-{{ trigger.body.v }}/x", "1@evil.example.com", "host"},
		{"{{ trigger.body.v }}/../x", "http://any.example.com", ""},
		{"{{ trigger.body.v }}", "http://any.example.com/../x", ""},
	} {
		flow := mustJSON(t, map[string]any{"id": "f", "name": "F", "trigger": map[string]any{"kind": "webhook"}, "steps": []any{
			map[string]any{"id": "call", "action": "http.request", "with": map[string]any{"url": c.url}},
		}})
		h.want(200, "PUT", "/flows/f", flow)
		v := h.want(200, "POST", "/flows/f/test", mustJSON(t, map[string]any{"event": map[string]any{"body": map[string]any{"v": c.value}}}))
		said, _ := v["error"].(map[string]any)
		switch {
		case c.refused == "" && v["status"] != "succeeded":
			t.Errorf("%s with %q is refused: %v", c.url, c.value, said)
		case c.refused != "" && (said["code"] != "bad_url" || !strings.Contains(fmt.Sprint(said["message"]), "would lead to another "+c.refused+" than the address says")):
			t.Errorf("%s with %q is not refused: %v %v", c.url, c.value, v["status"], said)
		}
	}
}
