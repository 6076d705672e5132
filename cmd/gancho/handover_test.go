package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestAPersonIsHandedADocument: what is kept about somebody can be read without this program, in both
// languages, and whatever a stranger wrote stays text.
func TestAPersonIsHandedADocument(t *testing.T) {
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer sink.Close()
	host := strings.TrimPrefix(sink.URL, "http://")
	g := newGancho(t)
	url := g.publish(`{"id": "lead", "name": "New lead", "trigger": {"kind": "webhook"}, "settings": {"mask": ["/card"]}, "steps": [
		{"id": "crm", "name": "Tell the CRM", "action": "http.request", "with": {"method": "POST", "url": "` + sink.URL + `/people", "json": {"who": "{{ trigger.body.email }}"}}}]}`)
	url = g.url(url[strings.Index(url, "/h/"):])
	for range 2 {
		res, err := http.Post(url, "application/json", strings.NewReader(`{"email": "ana@example.com", "name": "Ana <script>alert(1)</script>", "card": "4111-1111", "order": {"items": ["Saia", "Blusa"]}}`))
		must(t, err)
		must(t, res.Body.Close())
	}
	g.until("both runs", func() bool {
		return len(g.want(200, "GET", "/runs?status=succeeded", nil)["items"].([]any)) == 2
	})
	g.want(200, "PUT", "/state/points", map[string]any{"value": []any{map[string]any{"who": "ana@example.com", "points": 7}, "bia@example.com"}})
	for lang, words := range map[string][]string{
		"en":    {"What is kept about ana@example.com", "New lead</td><td>2</td>", "Sent to", "HTTP request</td><td>2</td>", "Tell the CRM → " + host, "Kept by flows", "1 › Points</td><td>7</td>", "Order › Items 2", "Times are those of UTC"},
		"pt-BR": {`lang="pt-BR"`, "O que está guardado sobre ana@example.com", "Enviado a", "Recebido · New lead", "feito", "Pedido › Itens 2", "Nome</td>", "Método</td>", "Os horários são de UTC"},
	} {
		page := g.handedOver(lang)
		for _, word := range append(words, "Blusa", "Ana &lt;script&gt;", "***") {
			if !strings.Contains(page, word) {
				t.Errorf("%s: the page lacks %q", lang, word)
			}
		}
		if n := strings.Count(page, ">Enviado a<") + strings.Count(page, ">Sent to<"); n != 1 {
			t.Errorf("%s: it says %d times to whom things were sent", lang, n)
		}
		for _, word := range []string{"<script", "4111", "bia@", "items[", ">method<"} {
			if strings.Contains(page, word) {
				t.Errorf("%s: the page holds %q", lang, word)
			}
		}
		if t.Failed() {
			t.Log(page)
		}
	}
	if whole := g.want(200, "GET", "/people/ana@example.com/export", nil); len(whole["runs"].([]any)) != 2 {
		t.Errorf("as JSON: %v", whole)
	}
	g.want(422, "GET", "/people/ana@example.com/export?as=pdf", nil)
}

// handedOver is the document about Ana, for a reader of a language.
func (g *gancho) handedOver(lang string) string {
	g.t.Helper()
	req, err := http.NewRequestWithContext(g.t.Context(), "GET", g.url("/api/v1/people/ana@example.com/export?as=html"), nil)
	must(g.t, err)
	req.Header.Set("Authorization", "Bearer "+adminToken)
	req.Header.Set("Accept-Language", lang)
	res, err := http.DefaultClient.Do(req)
	must(g.t, err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	must(g.t, err)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(res.Header.Get("Content-Disposition"), "person.html") {
		g.t.Fatalf("%s: %v", res.Status, res.Header)
	}
	return string(page)
}
