package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/web/api"
	"gancho/web/session"
)

// signIn gives the cookie of a new viewer's session.
func (h *house) signIn() string {
	h.Helper()
	_, err := h.people.AddUser(h.Context(), "ana@example.com", "Ana", "quatro palavras sem sentido", session.Viewer)
	check(h.TB, err)
	secret, _, err := h.people.SignIn(h.Context(), "ana@example.com", "quatro palavras sem sentido", "1.2.3.4")
	check(h.TB, err)
	return session.Cookie(secret, true).String()
}

// TestAnOpenTabIsNoUse: a session ends when nobody was at its page for twelve hours, though the
// page reads the stream and asks on its own.
func TestAnOpenTabIsNoUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		cookie := h.signIn()
		asked := func(headers ...string) int {
			res, _ := h.ask("GET", "/api/v1/flows", "", "", append(headers, "Cookie", cookie)...)
			return res.StatusCode
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/live", nil)
		r.Header.Set("Cookie", cookie)
		w, ended := &tape{header: http.Header{}}, make(chan struct{})
		go func() { defer close(ended); h.handler.ServeHTTP(w, r) }()

		time.Sleep(11 * time.Hour)
		if got := asked(); got != 200 { // a person is back
			t.Fatalf("after 11 hours: %d", got)
		}
		for range 11 {
			time.Sleep(time.Hour)
			if got := asked(api.Unattended, "1"); got != 200 {
				t.Fatalf("a page by itself, within 12 hours: %d", got)
			}
			h.ask("GET", "/api/v1/live", "", "", "Cookie", cookie) // cut off, and opened again
		}
		select {
		case <-ended:
			t.Fatal("the stream ended before the session")
		default:
		}
		before := time.Now()
		<-ended
		if took := time.Since(before); took > time.Hour+time.Minute {
			t.Errorf("the stream went on for %v", took)
		}
		if got := asked(); got != 401 {
			t.Errorf("12 hours after the last use: %d", got)
		}
	})
}

// unreadable keys are those of a store whose disk gives nothing.
type unreadable struct{ store.Keys }

func (unreadable) GetKey(context.Context, string, string) (store.Entry, error) {
	return store.Entry{}, store.ErrBroken
}

// TestAnUnreadableStoreIsNoSignOut: the editor signs out on 401, so it is not told that.
func TestAnUnreadableStoreIsNoSignOut(t *testing.T) {
	h := newHouse(t)
	cookie := h.signIn()
	whole := h.people.Keys
	h.people.Keys = unreadable{whole}
	for _, path := range []string{"/api/v1/flows", "/api/v1/session", "/api/v1/live", "/metrics"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "try again") {
			t.Errorf("%s: %d %v %s", path, w.Code, w.Header(), w.Body)
		}
	}
	h.people.Keys = whole
	if res, _ := h.ask("GET", "/api/v1/flows", "", "", "Cookie", cookie); res.StatusCode != 200 {
		t.Errorf("once it can be read: %d", res.StatusCode)
	}
}

// TestMetricsAreForAdmins: who is known and may not is told so, and not asked to sign in.
func TestMetricsAreForAdmins(t *testing.T) {
	h := newHouse(t)
	look, _, err := h.people.AddToken(t.Context(), "look", session.Viewer, nil)
	check(t, err)
	for token, want := range map[string]int{"": 401, look: 403, root: 200} {
		if res, _ := h.ask("HEAD", "/metrics", token, ""); res.StatusCode != want {
			t.Errorf("the head of metrics: %d, want %d", res.StatusCode, want)
		}
		if res, _ := h.ask("GET", "/metrics", token, ""); res.StatusCode != want {
			t.Errorf("got %d, want %d", res.StatusCode, want)
		}
	}
}

// TestStrangersSendLittle: who has not signed in cannot fill the memory with a body.
func TestStrangersSendLittle(t *testing.T) {
	h := newHouse(t)
	long := `{"email": "` + strings.Repeat("x", 20<<10) + `", "password": "y"}`
	for _, path := range []string{"/session", "/setup", "/invite", "/invite/look"} {
		if res, answer := h.ask("POST", "/api/v1"+path, "", long); res.StatusCode != 413 || answer["detail"] != "the body is too large: at most 16384 bytes are taken here" {
			t.Errorf("%s: %d %v", path, res.StatusCode, answer)
		}
	}
}
