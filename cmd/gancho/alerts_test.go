package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The first failure of a flow reaches those who are to know it, by e-mail and in Slack, in the
// language that is set; the next ones only count.
func TestAFailureIsToldByTheProgram(t *testing.T) {
	mail, port := newMailServer(t)
	slack := newProvider(t, func(*http.Request, string) (int, string) { return 200, "ok" })
	crm := newProvider(t, func(*http.Request, string) (int, string) { return 400, `{"message": "invalid order"}` })
	g := newGancho(t)
	g.want(201, "POST", "/connections", map[string]any{"name": "mail", "kind": "smtp", "fields": map[string]any{"host": "127.0.0.1", "port": port, "security": "none", "from": "Gancho <gancho@example.com>"}})
	g.want(201, "POST", "/connections", map[string]any{"name": "team", "kind": "slack:incoming", "fields": map[string]any{"url": slack.URL + "/services/T1/B1/secret", "base_url": slack.URL}})
	g.want(200, "PUT", "/alerts/settings", map[string]any{"to": []string{"team"}}) // without e-mail nothing is said of it
	g.want(200, "PUT", "/alerts/settings", map[string]any{"to": []string{"ops@example.com", "team"}, "smtp": "mail", "lang": "pt-BR"})
	url := g.publish(`{"id": "paid", "name": "Pedidos pagos", "trigger": {"kind": "webhook"}, "settings": {"timezone": "America/Sao_Paulo"}, "steps": [
		{"id": "crm", "action": "http.request", "with": {"method": "POST", "url": "` + crm.URL + `", "json": {"id": 1}}}]}`)
	if status, answer := post(url, `{}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	letters := func() []string {
		mail.mu.Lock()
		defer mail.mu.Unlock()
		return mail.letters
	}
	g.until("the failure was told", func() bool { return len(letters()) == 1 && len(slack.requests()) == 1 })
	host := strings.TrimPrefix(crm.URL, "http://")
	want := `falhou no passo \"Requisição HTTP\": ` + host + " respondeu 400: invalid order"
	if got := slack.requests()[0]; !strings.Contains(got, `\"Pedidos pagos\" `+want) || !strings.Contains(got, "/runs/") {
		t.Errorf("Slack was told %s, want %s", got, want)
	}
	if got := letters()[0]; !strings.Contains(got, "To: <ops@example.com>") || !strings.Contains(got, "respondeu 400: invalid order") {
		t.Errorf("mail: %s", got)
	}
	if status, answer := post(url, `{}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	alert := func() map[string]any {
		items, _ := g.want(200, "GET", "/alerts?open=true", nil)["items"].([]any)
		if len(items) != 1 {
			t.Fatalf("alerts: %v", items)
		}
		return items[0].(map[string]any)
	}
	told := func() int { all, _ := alert()["told"].([]any); return len(all) }
	g.until("the next failure was counted, and it is known whom the first was told", func() bool { return alert()["count"] == 2.0 && told() >= 2 })
	first, err := time.Parse(time.RFC3339, fmt.Sprint(alert()["first"]))
	must(t, err)
	zone, err := time.LoadLocation("America/Sao_Paulo")
	must(t, err)
	if got := fmt.Sprint(alert()["message"]); !strings.Contains(got, "failed 2 times since "+first.In(zone).Format("2 Jan 2006 15:04")+" at step \"HTTP request\"") {
		t.Errorf("the API says %s", got)
	}
	if told() != 2 || len(letters()) != 1 || len(slack.requests()) != 1 {
		t.Errorf("told %v", alert()["told"])
	}
}
