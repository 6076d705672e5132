package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A browser keeps the catalogue: it is told that nothing changed, and what comes is packed.
func TestTheCatalogueIsKept(t *testing.T) {
	h := newHouse(t)
	get := func(path, token, name, value string) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1"+path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set(name, value)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		return w.Result()
	}
	for _, path := range []string{"/actions", "/triggers", "/presets", "/functions", "/connection-kinds"} {
		plain := get(path, root, "Accept-Encoding", "identity")
		tag := plain.Header.Get("ETag")
		if plain.StatusCode != 200 || tag == "" || plain.Header.Get("Cache-Control") != "private, no-cache" || plain.Header.Get("Content-Encoding") != "" {
			t.Fatalf("%s: %d %v", path, plain.StatusCode, plain.Header)
		}
		whole, _ := io.ReadAll(plain.Body)
		small := get(path, root, "Accept-Encoding", "gzip")
		r, err := gzip.NewReader(small.Body)
		check(t, err)
		if unpacked, err := io.ReadAll(r); err != nil || string(unpacked) != string(whole) || !strings.HasPrefix(string(whole), `{"`) {
			t.Errorf("%s: %v, %d bytes packed, %d plain", path, err, len(unpacked), len(whole))
		}
		if same := get(path, root, "If-None-Match", tag); same.StatusCode != 304 {
			t.Errorf("%s again: %d", path, same.StatusCode)
		}
		if stranger := get(path, "none", "If-None-Match", tag); stranger.StatusCode != 401 || stranger.Header.Get("ETag") != "" {
			t.Errorf("%s, nobody: %d", path, stranger.StatusCode)
		}
	}
}
