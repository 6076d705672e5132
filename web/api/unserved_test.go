package api_test

import (
	"net/http"
	"strings"
	"testing"

	"gancho/web/api"
)

// TestWrongMethods: each path of the table refuses a method that it does not take, and says
// which ones it takes.
func TestWrongMethods(t *testing.T) {
	h := newHouse(t)
	taken := map[string][]string{}
	for _, route := range api.Routes() {
		taken[route.Path] = append(taken[route.Path], route.Method)
	}
	for path, methods := range taken {
		path = api.Prefix + strings.NewReplacer("{", "", "}", "").Replace(path)
		res, answer := h.ask("TRACE", path, "", "", "Accept-Language", "pt-BR")
		if res.StatusCode != http.StatusMethodNotAllowed || answer["code"] != "method_not_allowed" || answer["detail"] != "este caminho não aceita este método" {
			t.Errorf("TRACE %s: %d %v", path, res.StatusCode, answer)
		}
		if kind := res.Header.Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("TRACE %s answers %s", path, kind)
		}
		for _, method := range methods {
			if !strings.Contains(res.Header.Get("Allow"), method) {
				t.Errorf("%s allows %q, want %v", path, res.Header.Get("Allow"), methods)
			}
		}
	}
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"PATCH", "/flows/a%2Fb/publish", 405, "POST, OPTIONS"},
		{"DELETE", "/flows", 405, "GET, HEAD, POST, OPTIONS"},
		{"POST", "/openapi.json", 405, "GET, HEAD, OPTIONS"},
		{"OPTIONS", "/vars", 204, "GET, HEAD, PUT, OPTIONS"},
		{"OPTIONS", "/live", 204, "GET, OPTIONS"},
		{"HEAD", "/flows", 200, ""},
		{"HEAD", "/actions", 200, ""},
		{"HEAD", "/flows/none", 404, ""},
		{"GET", "/nothing", 404, ""},
		{"POST", "/flows/", 404, ""},
		{"GET", "", 404, ""},
	} {
		res, answer := h.ask(c.method, api.Prefix+c.path, root, "")
		if res.StatusCode != c.status || res.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %v, allows %q", c.method, c.path, res.StatusCode, answer, res.Header.Get("Allow"))
		}
		if list, ok := answer["problems"].([]any); c.status > 400 && c.method != "HEAD" && (!ok || len(list) > 0) {
			t.Errorf("%s %s: problems %v", c.method, c.path, answer["problems"])
		}
	}
}

// TestBrokenRequestsAreSaidInBothLanguages: what the reader of JSON finds is said as people do.
func TestBrokenRequestsAreSaidInBothLanguages(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", flow)
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", "/flows/a/undo", "\xff", "caractere inesperado: 'ÿ'"},
		{"POST", "/flows/a/undo", "{", "o JSON termina cedo demais"},
		{"POST", "/flows/a/backtest", `{"n": 1e99}`, "há um número grande demais"},
		{"POST", "/flows", `{"id": x}`, "linha 1, coluna 8: caractere inesperado: 'x'"},
		{"PUT", "/vars", `{"a": ` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, "a: há valores com mais de 64 níveis"},
	} {
		res, answer := h.ask(c.method, api.Prefix+c.path, root, c.body, "Accept-Language", "pt-BR")
		if said := mustJSON(t, answer); res.StatusCode < 400 || res.StatusCode >= 500 || !strings.Contains(said, c.want) {
			t.Errorf("%s %s %.20s: %d %s, want %s", c.method, c.path, c.body, res.StatusCode, said, c.want)
		}
	}
	if res, answer := h.ask("POST", api.Prefix+"/flows/a/check", root, flow, "Content-Type", "APPLICATION/JSON; charset=UTF-8"); res.StatusCode != 200 {
		t.Errorf("a type in capitals: %d %v", res.StatusCode, answer)
	}
	h.want(201, "POST", "/flows", "\xEF\xBB\xBF"+strings.Replace(flow, `"id": "a"`, `"id": "marked"`, 1))
}

// TestWrongParameters: a misspelt filter is refused, and nothing is read, replayed or erased without it.
func TestWrongParameters(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", flow)
	for _, c := range []struct{ method, path, body, detail string }{
		{"GET", "/runs?statuss=failed", "", `não existe o parâmetro "statuss" aqui; você quis dizer "status"?`},
		{"GET", "/events?error=timeout", "", `não existe o parâmetro "error" aqui; ela aceita limit, cursor, flow, q, from, to, status`},
		{"GET", "/events?group=x", "", `não existe o parâmetro "group" aqui; ela aceita limit, cursor, flow, q, from, to, status`},
		{"DELETE", "/flows/a?all", "", `não existe o parâmetro "all" aqui; ela aceita cancel`},
		{"POST", "/flows/a/pause?rev=2", "", `não existe o parâmetro "rev" aqui; esta chamada não aceita nenhum`},
	} {
		res, answer := h.ask(c.method, api.Prefix+c.path, root, c.body, "Accept-Language", "pt-BR")
		if res.StatusCode != http.StatusBadRequest || answer["code"] != "unknown_parameter" || answer["detail"] != c.detail {
			t.Errorf("%s %s: %d %v", c.method, c.path, res.StatusCode, answer)
		}
	}
	if res, answer := h.ask("GET", api.Prefix+"/runs?status=failed&status=succeeded", root, ""); res.StatusCode != http.StatusBadRequest || answer["code"] != "repeated_parameter" {
		t.Errorf("a parameter twice: %d %v", res.StatusCode, answer)
	}
	if state := h.want(200, "GET", "/flows/a?limit=1", "")["state"]; state != "new" {
		t.Errorf("the flow is %v", state)
	}
	for _, path := range []string{"/flows/a/revisions", "/signals", "/replays"} {
		h.want(200, "GET", path+"?limit=2&cursor=", "")
	}
	for _, query := range []string{`{"query": {"statuss": "failed"}}`, `{"query": {"status": "failed", "limit": 5}}`} {
		if res, answer := h.ask("POST", api.Prefix+"/runs/replay", root, query); res.StatusCode != 422 {
			t.Errorf("replay of %s: %d %v", query, res.StatusCode, answer)
		}
	}
}
