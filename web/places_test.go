package web

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gancho/web/api"
	"gancho/web/session"
)

// TestTheEditorIsAtItsPlaces: the page is where the editor has a screen, and nowhere else.
func TestTheEditorIsAtItsPlaces(t *testing.T) {
	s, err := New(Config{API: api.Config{People: &session.People{}}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, accept string, status int, kind string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if got := w.Header().Get("Content-Type"); w.Code != status || !strings.HasPrefix(got, kind) {
			t.Errorf("%s %s for %s: %d %s, want %d %s", method, path, accept, w.Code, got, status, kind)
		}
	}
	const browser = "text/html,application/xhtml+xml,*/*;q=0.8"
	for _, place := range places {
		path := strings.NewReplacer(":id", "some-1", ":part", "users").Replace(place)
		ask("GET", path, "*/*", 200, "text/html")
		ask("HEAD", path, browser, 200, "text/html")
		ask("GET", path+"?q=1", browser, 200, "text/html")
		if place != "/" {
			ask("GET", path+"/", browser, 200, "text/html")
		}
	}
	ask("GET", "/flows/a%2Fb", browser, 200, "text/html")
	for _, path := range []string{"/nope", "/api", "/api/v2/x", "/flows/a/b", "/runs/a/b", "/settings/a/b", "/index.html", "/docs/x"} {
		ask("GET", path, browser, 404, "text/html")
		ask("GET", path, "*/*", 404, "application/problem+json")
		ask("POST", path, browser, 404, "application/problem+json")
	}
	ask("GET", "/api/v1/absent", browser, 404, "application/problem+json")
}

var route = regexp.MustCompile(`<Route path="([^"]+)">|place === '([^']+)'`)

// TestPlacesAreTheRoutesOfTheEditor holds the server's list against the editor's.
func TestPlacesAreTheRoutesOfTheEditor(t *testing.T) {
	source, err := os.ReadFile("editor/src/app.tsx")
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, m := range route.FindAllStringSubmatch(string(source), -1) {
		path := m[1] + m[2]
		if whole, optional := strings.CutSuffix(path, "?"); optional {
			routes = append(routes, whole[:strings.LastIndex(whole, "/")])
			path = whole
		}
		routes = append(routes, path)
	}
	if got, want := slices.Sorted(slices.Values(places)), slices.Sorted(slices.Values(routes)); !slices.Equal(got, want) {
		t.Errorf("the server knows %q, the editor %q", got, want)
	}
}
