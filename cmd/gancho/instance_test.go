package main

import (
	"bytes"
	"encoding/json"
	"net/http"
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
	g.want(200, "PUT", "/instance", map[string]any{"public_url": "https://gancho.example.com/", "timezone": "UTC"})
	person["instance"] = map[string]any{"public_url": "", "timezone": "America/Sao_Paulo"} // what it says nothing of stays
	g.setUpInPortuguese(person)
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
	g.want(422, "PUT", "/instance", map[string]any{"public_url": "", "timezone": "", "lang": "es"})
	if alerts := g.want(200, "GET", "/alerts/settings", nil); alerts["lang"] != "pt-BR" {
		t.Errorf("alerts speak %v", alerts["lang"])
	}
	url := g.publish(`{"id": "shop", "name": "Shop", "trigger": {"kind": "webhook", "connection": "shop", "with": {"preset": "vtex", "verify": "observe"}}, "steps": []}`)
	url = g.url(url[strings.Index(url, "/h/"):])
	g.titled(url, "Pedido v1 · ready")
	g.want(200, "PUT", "/instance", map[string]any{"public_url": "", "timezone": "", "lang": "en"})
	g.titled(url, "Order v1 · ready")
	g.stop()
	g.args = []string{"--timezone", "America/Recife"}
	g.start()
	got := g.want(200, "PUT", "/instance", map[string]any{"public_url": "https://b.example.com", "timezone": "UTC"})
	now := got["now"].(map[string]any)
	if given := got["given"].([]any); now["lang"] != "en" || len(given) != 1 || given[0] != "timezone" || now["timezone"] != "America/Recife" || now["public_url"] != "https://b.example.com" {
		t.Errorf("with a flag: %v", got)
	}
}

// setUpInPortuguese makes the first user from a browser that asks for Portuguese.
func (g *gancho) setUpInPortuguese(person map[string]any) {
	g.t.Helper()
	body, err := json.Marshal(person)
	must(g.t, err)
	req, err := http.NewRequestWithContext(g.t.Context(), "POST", g.url("/api/v1/setup"), bytes.NewReader(body))
	must(g.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "pt-BR,pt;q=0.9,en;q=0.8")
	res, err := http.DefaultClient.Do(req)
	must(g.t, err)
	must(g.t, res.Body.Close())
	if res.StatusCode != 201 {
		g.t.Fatalf("the first user: %s", res.Status)
	}
}

// titled sends an order and says how its run should be called.
func (g *gancho) titled(url, want string) {
	g.t.Helper()
	res, err := http.Post(url, "application/json", strings.NewReader(`{"Domain": "Marketplace", "OrderId": "v1", "State": "ready", "CurrentChange": "`+want+`", "Origin": {"Account": "shop", "Key": "k"}}`))
	must(g.t, err)
	must(g.t, res.Body.Close())
	runs := g.want(200, "GET", "/runs?flow=shop", nil)["items"].([]any)
	if len(runs) == 0 || runs[0].(map[string]any)["title"] != want {
		g.t.Errorf("%s, and the runs are %v, want %s first", res.Status, runs, want)
	}
}

// The pages of the public address may ask from the moment on when it is set, and those of the former one no more.
func TestTheOriginFollowsTheAddress(t *testing.T) {
	g := newGancho(t)
	asks := func(origin string) int {
		req, err := http.NewRequestWithContext(t.Context(), "POST", g.url("/api/v1/flows/absent/pause"), http.NoBody)
		must(t, err)
		req.Header.Set("Authorization", "Bearer "+adminToken)
		req.Header.Set("Origin", origin)
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		must(t, res.Body.Close())
		return res.StatusCode
	}
	const one, other = "https://gancho.example.com", "https://hooks.example.com"
	if got := asks(one); got != 403 {
		t.Errorf("before: %d", got)
	}
	for _, c := range [][2]string{{one, other}, {other, one}} {
		g.want(200, "PUT", "/instance", map[string]any{"public_url": c[0], "timezone": ""})
		if here, foreign := asks(c[0]), asks(c[1]); here != 404 || foreign != 403 {
			t.Errorf("with %s: %d from there, %d from %s", c[0], here, foreign, c[1])
		}
	}
}
