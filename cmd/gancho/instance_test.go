package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestSetUpTakesTheAddressAndTheTimeZone: what is given with the first user holds at once and
// after a restart; the operator's flags go before it; what cannot be meant takes no link away.
func TestSetUpTakesTheAddressAndTheTimeZone(t *testing.T) {
	g := newGancho(t)
	link := regexp.MustCompile(`/setup#(\S+)`)
	g.until("the link", func() bool { return link.MatchString(g.out.String()) })
	person := map[string]any{"token": link.FindStringSubmatch(g.out.String())[1], "email": "ana@example.com", "password": "quatro palavras sem sentido"}
	person["instance"] = map[string]any{"public_url": "gancho.example.com", "timezone": "America/Lima"}
	g.want(422, "POST", "/setup", person)
	person["instance"] = map[string]any{"public_url": "https://gancho.example.com/", "timezone": "America/Sao_Paulo"}
	g.want(201, "POST", "/setup", person)
	flow := map[string]any{"id": "a", "name": "A", "trigger": map[string]any{"kind": "webhook"}, "steps": []any{}}
	if url := g.want(201, "POST", "/flows", flow)["url"].(string); !strings.HasPrefix(url, "https://gancho.example.com/h/") {
		t.Errorf("the flow's URL is %s", url)
	}
	g.stop()
	g.start()
	about := g.want(200, "GET", "/about", nil)
	if about["public_url"] != "https://gancho.example.com" || about["timezone"] != "America/Sao_Paulo" {
		t.Errorf("after a restart: %v", about)
	}
	g.want(422, "PUT", "/instance", map[string]any{"public_url": "", "timezone": "Mars/Olympus"})
	g.stop()
	g.args = []string{"--timezone", "America/Recife"}
	g.start()
	got := g.want(200, "PUT", "/instance", map[string]any{"public_url": "https://b.example.com", "timezone": "UTC"})
	now := got["now"].(map[string]any)
	if given := got["given"].([]any); len(given) != 1 || given[0] != "timezone" || now["timezone"] != "America/Recife" || now["public_url"] != "https://b.example.com" {
		t.Errorf("with a flag: %v", got)
	}
}
