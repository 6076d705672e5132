package api_test

import (
	"strings"
	"testing"

	"gancho/web/session"
)

// TestAnInviteLetsOneIn: the admin never knows the password, and the audit no secret.
func TestAnInviteLetsOneIn(t *testing.T) {
	h := newHouse(t)
	made := h.want(201, "POST", "/users/invite", `{"email": "ana@example.com", "name": "Ana", "role": "editor"}`)
	h.want(409, "POST", "/users/invite", `{"email": "ana@example.com", "role": "editor"}`)
	h.want(404, "POST", "/users/rui@example.com/invite", "")
	again := h.want(201, "POST", "/users/ana@example.com/invite", "")
	if made["joined"] != false || made["link_until"] == nil || made["path"] == again["path"] {
		t.Errorf("made %v, then %v", made, again)
	}
	body := func(v map[string]any, more string) string {
		_, token, _ := strings.Cut(v["path"].(string), "/invite#")
		return `{"token": "` + token + `"` + more + `}`
	}
	ask := func(path, body string) (int, map[string]any, string) {
		res, answer := h.ask("POST", "/api/v1"+path, "", body, "Accept-Language", "pt-BR")
		return res.StatusCode, answer, res.Header.Get("Set-Cookie")
	}
	if got, p, _ := ask("/invite/look", body(made, "")); got != 403 || p["code"] != "bad_invite" || !strings.Contains(p["detail"].(string), "peça outro") {
		t.Errorf("a renewed link: %d %v", got, p)
	}
	if got, v, _ := ask("/invite/look", body(again, "")); got != 200 || v["email"] != "ana@example.com" || v["name"] != "Ana" || v["joined"] != false {
		t.Errorf("%d %v", got, v)
	}
	got, v, cookie := ask("/invite", body(again, `, "password": "quatro palavras sem sentido"`))
	if got != 200 || v["name"] != "ana@example.com" || v["role"] != "editor" || !strings.Contains(cookie, "HttpOnly") {
		t.Fatalf("%d %v %s", got, v, cookie)
	}
	if res, _ := h.ask("GET", "/api/v1/flows", "", "", "Cookie", strings.Split(cookie, ";")[0]); res.StatusCode != 200 {
		t.Errorf("with the cookie: %d", res.StatusCode)
	}
	admin := session.Admin
	_, err := h.people.ChangeUser(t.Context(), "ana@example.com", session.Change{Role: &admin})
	check(t, err)
	if res, p := h.ask("POST", "/api/v1/users/ana@example.com/invite", "", "", "Cookie", strings.Split(cookie, ";")[0]); res.StatusCode != 422 || p["code"] != "password_needed" {
		t.Errorf("a link for oneself: %d %v", res.StatusCode, p)
	}
	did := map[string]string{}
	for _, item := range h.want(200, "GET", "/audit", "")["items"].([]any) {
		v := item.(map[string]any)
		did[v["action"].(string)] = v["who"].(string) + mustJSON(t, []any{v["target"], v["before"], v["after"]})
	}
	for action, wants := range map[string][]string{
		"invite-user":  {"GANCHO_API_TOKEN", `"joined":false`, `"link_until"`},
		"renew-invite": {"GANCHO_API_TOKEN", "/users/ana@example.com/invite"},
		"use-invite":   {"ana@example.com"},
	} {
		for _, want := range wants {
			if !strings.Contains(did[action], want) {
				t.Errorf("%s: %s, want %s", action, did[action], want)
			}
		}
	}
	all := mustJSON(t, did)
	for _, v := range []map[string]any{made, again} {
		if _, token, _ := strings.Cut(v["path"].(string), "#"); strings.Contains(all, token) {
			t.Error("the audit holds a link")
		}
	}
	if did["look-at-invite"] != "" || strings.Contains(all, "palavras") {
		t.Errorf("the audit tells too much: %s", all)
	}
}
