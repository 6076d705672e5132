package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A test shows the request that would go out with the connection that is there: its plain fields as
// they are, a mask for each secret.
func TestASimulatedRequestIsTheOneThatWouldGoOut(t *testing.T) {
	g := newGancho(t)
	for _, c := range []map[string]any{
		{"name": "store", "kind": "vtex:key", "fields": map[string]any{"account": "lojax", "app_key": "key-of-the-app", "app_token": "s3cret-app-token"}},
		{"name": "phone", "kind": "whatsapp:token", "fields": map[string]any{"access_token": "s3cret-token", "phone_number_id": "123456"}},
		{"name": "bot", "kind": "telegram:bot", "fields": map[string]any{"bot_token": "1234567:s3cretAbcdefghijklmnopqrstuvwxyz0"}},
		{"name": "hook", "kind": "slack:incoming", "fields": map[string]any{"url": "https://hooks.slack.com/services/T0/B0/s3cret"}},
		{"name": "mail", "kind": "smtp", "fields": map[string]any{"host": "mail.example.com", "username": "bia", "password": "s3cret-word", "from": "Bia <bia@example.com>"}},
		{"name": "api", "kind": "http_header", "hosts": []string{"api.example.com"}, "fields": map[string]any{"name": "X-Token", "value": "s3cret-value"}},
		{"name": "asked", "kind": "http_query", "hosts": []string{"api.example.com"}, "fields": map[string]any{"name": "key", "value": "s3cret-value"}},
	} {
		g.want(201, "POST", "/connections", c)
	}
	flow := map[string]any{}
	must(t, json.Unmarshal([]byte(`{"id": "all", "name": "All", "trigger": {"kind": "manual"}, "steps": [
		{"id": "order", "action": "vtex.get_order", "connection": "store", "with": {"id": "5"}},
		{"id": "write", "action": "whatsapp.send_text", "connection": "phone", "with": {"to": "+5511900000000", "text": "oi"}},
		{"id": "tell", "action": "telegram.send_message", "connection": "bot", "with": {"chat_id": "1", "text": "oi"}},
		{"id": "post", "action": "slack.webhook", "connection": "hook", "with": {"text": "oi"}},
		{"id": "mail", "action": "email.send", "connection": "mail", "with": {"to": "ana@example.com", "subject": "oi", "text": "oi"}},
		{"id": "call", "action": "http.request", "connection": "api", "with": {"url": "https://api.example.com/x"}},
		{"id": "ask", "action": "http.request", "connection": "asked", "with": {"url": "https://api.example.com/x"}}]}`), &flow))
	g.want(201, "POST", "/flows", flow)
	run := g.want(200, "POST", "/flows/all/test", map[string]any{"event": map[string]any{"body": map[string]any{}}})
	if strings.Contains(fmt.Sprint(run), "s3cret") {
		t.Error("a secret is shown")
	}
	requests := map[string]map[string]any{}
	for _, s := range run["steps"].([]any) {
		step := s.(map[string]any)
		requests[fmt.Sprint(step["path"])], _ = step["request"].(map[string]any)
	}
	for _, c := range []struct{ step, member, want string }{
		{"order", "url", "https://lojax.vtexcommercestable.com.br/api/oms/pvt/orders/5"},
		{"order", "headers/x-vtex-api-appkey", "•••"},
		{"write", "url", "https://graph.facebook.com/v25.0/123456/messages"},
		{"write", "headers/authorization", "•••"},
		{"tell", "url", "https://api.telegram.org/bot•••/sendMessage"},
		{"post", "url", "https://hooks.slack.com/•••"},
		{"mail", "from", `"Bia" <bia@example.com>`},
		{"mail", "server", "mail.example.com"},
		{"call", "headers/x-token", "•••"},
		{"call", "headers/user-agent", "Gancho/dev"},
		{"ask", "url", "https://api.example.com/x?key=•••"},
	} {
		got, rest := any(requests[c.step]), c.member
		for rest != "" {
			var name string
			name, rest, _ = strings.Cut(rest, "/")
			members, _ := got.(map[string]any)
			got = members[name]
		}
		if got != c.want {
			t.Errorf("%s %s: got %v, want %s; %v", c.step, c.member, got, c.want, requests[c.step])
		}
	}
}
