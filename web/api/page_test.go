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
