package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestProfile(t *testing.T) {
	h := newHouse(t)
	_, err := h.people.AddUser(t.Context(), "ana@example.com", "Ana", "quatro palavras sem sentido", "editor")
	check(t, err)
	enter := func(password string) (*http.Response, string) {
		res, _ := h.ask("POST", "/api/v1/session", "", `{"email": "ana@example.com", "password": "`+password+`"}`)
		return res, strings.Split(res.Header.Get("Set-Cookie"), ";")[0]
	}
	_, first := enter("quatro palavras sem sentido")
	_, second := enter("quatro palavras sem sentido")
	put := func(body, cookie string) *http.Response {
		res, _ := h.ask("PUT", "/api/v1/session", "", body, "Cookie", cookie)
		return res
	}
	if got := put(`{"current_password": "wrong wrong wrong", "password": "outras palavras bem diferentes"}`, first).StatusCode; got != 401 {
		t.Errorf("a wrong password: got %d, want 401", got)
	}
	res := put(`{"current_password": "quatro palavras sem sentido", "password": "outras palavras bem diferentes"}`, first)
	if res.StatusCode != 200 {
		t.Fatalf("a new password: got %d", res.StatusCode)
	}
	fresh := strings.Split(res.Header.Get("Set-Cookie"), ";")[0]
	for cookie, want := range map[string]int{fresh: 200, second: 401} {
		if res, _ := h.ask("GET", "/api/v1/about", "", "", "Cookie", cookie); res.StatusCode != want {
			t.Errorf("a session after the change: got %d, want %d", res.StatusCode, want)
		}
	}
	if res, _ := enter("outras palavras bem diferentes"); res.StatusCode != 200 {
		t.Errorf("the new password: got %d", res.StatusCode)
	}
	if res, _ := h.ask("PUT", "/api/v1/session", root, `{"current_password": "x"}`); res.StatusCode != 403 {
		t.Errorf("a token's profile: got %d, want 403", res.StatusCode)
	}
}

func TestOnesOwnPasswordAsksForThePresentOne(t *testing.T) {
	h := newHouse(t)
	for _, name := range []string{"ana", "rui"} {
		_, err := h.people.AddUser(t.Context(), name+"@example.com", name, "quatro palavras sem sentido", "admin")
		check(t, err)
	}
	res, _ := h.ask("POST", "/api/v1/session", "", `{"email": "ana@example.com", "password": "quatro palavras sem sentido"}`)
	cookie := strings.Split(res.Header.Get("Set-Cookie"), ";")[0]
	put := func(email, more string) (int, any) {
		res, body := h.ask("PUT", "/api/v1/users/"+email, "", `{"password": "outras palavras bem diferentes"`+more+`}`, "Cookie", cookie)
		return res.StatusCode, body["code"]
	}
	if got, code := put("ANA@example.com", ""); got != 422 || code != "password_needed" {
		t.Errorf("without the present password: got %d %v", got, code)
	}
	if got, code := put("ana@example.com", `, "current_password": "not this one at all"`); got != 401 || code != "wrong_password" {
		t.Errorf("with a wrong one: got %d %v", got, code)
	}
	before := h.sessions()
	for _, path := range []string{"users/ana@example.com", "session"} {
		if res, body := h.ask("PUT", "/api/v1/"+path, "", `{"password": "123456789012", "current_password": "quatro palavras sem sentido"}`, "Cookie", cookie); body["code"] != "weak_password" {
			t.Errorf("a weak one: got %d %v", res.StatusCode, body["code"])
		}
	}
	if now := h.sessions(); now != before {
		t.Errorf("what was refused left %d sessions, want %d", now, before)
	}
	if got, _ := put("rui@example.com", ""); got != 200 {
		t.Errorf("an admin gives somebody else a new one: got %d", got)
	}
	if got, _ := put("ana@example.com", `, "current_password": "quatro palavras sem sentido"`); got != 200 {
		t.Errorf("with the present one: got %d", got)
	}
	res, _ = h.ask("POST", "/api/v1/session", "", `{"email": "ana@example.com", "password": "outras palavras bem diferentes"}`)
	cookie = strings.Split(res.Header.Get("Set-Cookie"), ";")[0]
	last := 0
	for range 12 {
		last, _ = put("ana@example.com", `, "current_password": "not this one at all"`)
	}
	if last != 429 {
		t.Errorf("guessed often: got %d, want 429", last)
	}
}

func TestFlowsAreFoundByTheirSteps(t *testing.T) {
	h := newHouse(t)
	h.ask("POST", "/api/v1/flows", root, `{"id": "one", "name": "One", "trigger": {"kind": "webhook"}, "steps": [{"id": "log", "action": "log", "with": {"message": "Total da compra"}}]}`)
	h.ask("POST", "/api/v1/flows", root, `{"id": "two", "name": "Two", "trigger": {"kind": "webhook"}, "steps": []}`)
	_, one := h.ask("GET", "/api/v1/flows/one", root, "")
	url, _ := one["url"].(string)
	for q, want := range map[string]int{"compra": 1, "total+one": 1, "compra+two": 0, url[strings.LastIndex(url, "/")+1:]: 1, "": 2} {
		_, got := h.ask("GET", "/api/v1/flows?q="+q, root, "")
		if items, _ := got["items"].([]any); len(items) != want {
			t.Errorf("%q: got %d flows, want %d", q, len(items), want)
		}
	}
}

func TestStateIsListed(t *testing.T) {
	h := newHouse(t)
	for _, key := range []string{"cart:a", "cart:b", "orders:1"} {
		h.ask("PUT", "/api/v1/state/"+key, root, `{"value": 1}`)
	}
	_, got := h.ask("GET", "/api/v1/state?prefix=cart:&limit=1", root, "")
	if items, _ := got["items"].([]any); len(items) != 1 || got["next"] != "636172743a61" {
		t.Fatalf("the first page: got %v", got)
	}
	_, got = h.ask("GET", "/api/v1/state?prefix=cart:&limit=1&cursor=636172743a61", root, "")
	if items, _ := got["items"].([]any); len(items) != 1 || got["next"] != nil {
		t.Errorf("the last page: got %v", got)
	}
}

// sessions counts those that are kept.
func (h *house) sessions() int {
	h.Helper()
	kept, err := h.engine.Store.ListKeys(h.Context(), "session", "", "", 200)
	check(h, err)
	return len(kept)
}
