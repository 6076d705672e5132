package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The page comes in the language and theme of the person, so that the first paint is right.
func TestPageRoot(t *testing.T) {
	h := newHouse(t)
	tests := []struct{ name, accept, cookie, want string }{
		{"the browser's language", "pt-BR,pt;q=0.9,en;q=0.8", "", `<html lang="pt-BR">`},
		{"English where there is neither", "fr", "", `<html lang="en">`},
		{"a choice goes first", "pt-BR", "lang=en; theme=dark", `<html lang="en" class="dark">`},
		{"a foreign word is no choice", "en", `lang=x" onload="1; theme=blue`, `<html lang="en">`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/flows/some", http.NoBody)
			r.Header.Set("Accept-Language", test.accept)
			r.Header.Set("Cookie", test.cookie)
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			body, err := io.ReadAll(w.Result().Body)
			check(t, err)
			if !strings.Contains(string(body), test.want) {
				t.Errorf("got %.200s, want %s", body, test.want)
			}
		})
	}
}

// What is wrong with a request is told in the asker's language, at the member that is meant.
func TestFaultsOfARequestInTheLanguageOfTheAsker(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ lang, path, body, detail, at, message string }{
		{"pt-BR", "/users", `{"email": "a@example.com", "role": "viewer"}`, "o pedido tem erros", "/password", "falta password"},
		{"en", "/users", `{"email": "a@example.com", "role": "viewer"}`, "the request has errors", "/password", "password is missing"},
		{"pt-BR", "/expression", `{"mode": "x"}`, "o pedido tem erros", "/mode", "deve ser um destes: expression, template"},
		{"pt-BR", "/expression", `{"sorce": "1"}`, "o pedido tem erros", "/sorce", "este membro não existe aqui"},
	} {
		p := h.want(422, "POST", c.path, c.body, "Accept-Language", c.lang)
		first := p["problems"].([]any)[0].(map[string]any)
		if p["detail"] != c.detail || first["path"] != c.at || first["message"] != c.message {
			t.Errorf("%s %s: got %v", c.lang, c.body, p)
		}
	}
}
