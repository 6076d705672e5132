package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// authServer is a local authorization server whose refresh tokens count once.
type authServer struct {
	*httptest.Server
	mu        sync.Mutex
	before    func(path, access string) // is called before a request is answered
	challenge string
	refresh   string
	access    string
	made      int
	asked     []url.Values
	revoked   []string
	closed    bool // every token is refused
}

func newAuthServer(t *testing.T) *authServer {
	t.Helper()
	a := &authServer{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		a.mu.Lock()
		a.challenge = q.Get("code_challenge")
		a.mu.Unlock()
		http.Redirect(w, r, q.Get("redirect_uri")+"?code=the-code&state="+url.QueryEscape(q.Get("state")), http.StatusFound)
	})
	mux.HandleFunc("POST /token", a.token)
	mux.HandleFunc("POST /revoke", func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		a.mu.Lock()
		a.revoked = append(a.revoked, r.PostForm.Get("token_type_hint")+" "+r.PostForm.Get("token")+" "+r.Header.Get("Authorization"))
		a.mu.Unlock()
	})
	mux.HandleFunc("/api", func(w http.ResponseWriter, r *http.Request) {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		a.asking("/api", token)
		a.mu.Lock()
		defer a.mu.Unlock()
		if token != a.access || a.closed {
			w.WriteHeader(401)
			return
		}
		_, _ = io.WriteString(w, `{"fine": true}`)
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// asking calls the hook of a test.
func (a *authServer) asking(path, access string) {
	a.mu.Lock()
	before := a.before
	a.mu.Unlock()
	if before != nil {
		before(path, access)
	}
}

func (a *authServer) token(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = r.ParseForm()
	a.asked = append(a.asked, r.PostForm)
	f := r.PostForm
	ok := f.Get("client_id") == "app" && f.Get("client_secret") == "the-app-secret"
	switch f.Get("grant_type") {
	case "authorization_code":
		ok = ok && f.Get("code") == "the-code" && challengeOf(f.Get("code_verifier")) == a.challenge
	case "refresh_token":
		ok = ok && f.Get("refresh_token") == a.refresh
	}
	if !ok {
		w.WriteHeader(400)
		_, _ = io.WriteString(w, `{"error": "invalid_grant"}`)
		return
	}
	a.made++
	a.access, a.refresh = fmt.Sprintf("access-token-%d", a.made), fmt.Sprintf("refresh-token-%d", a.made)
	if before := a.before; before != nil {
		before("/token", a.access)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": a.access, "refresh_token": a.refresh, "expires_in": 3600})
}

// Signing in goes through the provider's page and the callback; a token that was refused is
// renewed once for all runs; when the refresh token is refused the connection is broken.
func TestSigningInWithOAuth(t *testing.T) {
	a := newAuthServer(t)
	g := newGancho(t)
	g.want(201, "POST", "/connections", map[string]any{
		"name": "crm", "kind": "oauth2", "hosts": []string{"127.0.0.1"},
		"fields": map[string]any{"client_id": "app", "client_secret": "the-app-secret", "authorize_url": a.URL + "/authorize", "token_url": a.URL + "/token", "scopes": "read write"},
	})
	hook := g.publish(`{"id": "ask", "name": "Ask", "trigger": {"kind": "webhook"}, "steps": [{"id": "api", "action": "http.request", "connection": "crm", "with": {"url": "` + a.URL + `/api"}}]}`)
	post(hook, `{}`)
	g.until("the run waits for somebody to sign in", func() bool { return len(g.runs("ask", "waiting")) == 1 })
	begun := g.want(200, "POST", "/connections/crm/authorize", nil)
	page := fetchText(t, fmt.Sprint(begun["url"]))
	if !strings.Contains(page, "The connection crm may use the account now. You can close this window.") { // whether it works a test says
		t.Fatalf("the callback page: %s", page)
	}
	g.settled()
	if again := fetchText(t, g.url("/oauth/callback?code=the-code&state=guessed")); !strings.Contains(again, "Not signed in") {
		t.Errorf("a guessed state: %s", again)
	}
	a.mu.Lock()
	a.access = "revoked at the provider"
	a.mu.Unlock()
	for range 20 {
		post(hook, `{}`)
	}
	g.settled()
	a.mu.Lock()
	if a.made != 2 || len(a.asked) != 2 {
		t.Errorf("%d tokens for %d requests, want one renewal", a.made, len(a.asked))
	}
	a.access, a.refresh = "revoked", "revoked"
	a.mu.Unlock()
	if n := len(g.runs("ask", "succeeded")); n != 21 {
		t.Errorf("%d runs succeeded", n)
	}
	g.kill() // what was renewed is on disk
	g.start()
	post(hook, `{}`)
	g.until("the connection is broken", func() bool { return g.want(200, "GET", "/connections/crm", nil)["state"] == "broken" })
	all := g.out.String() + fmt.Sprint(g.want(200, "GET", "/connections/crm", nil)) + fmt.Sprint(g.runs("ask", "waiting"))
	for _, secret := range []string{"access-token-", "refresh-token-", "the-app-secret"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is told", secret)
		}
	}
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

const ownOAuth = `{
  "format": "gancho.connector/1", "id": "x_crm", "name": {"en": "Our CRM", "pt-BR": "Nosso CRM"}, "base": "%[1]s",
  "auth": {"login": {"kind": "oauth2", "name": {"en": "Login", "pt-BR": "Login"}, "fields": [], "scopes": ["a", "b"], "scope_separator": ",",
    "authorize_url": "%[1]s/authorize", "token_url": "%[1]s/token", "revoke_url": "%[1]s/revoke", "keep_alive": "%[2]s"}},
  "actions": {"ask": {"name": {"en": "Ask", "pt-BR": "Perguntar"}, "fields": [], "request": {"method": "GET", "path": "/api"}, "output": {"fine": "get(body, 'fine')"}, "sample": {"fine": true}}}
}`

// newSignedIn is a program with an own connector whose connection somebody has signed in for,
// and the address of a flow that uses it.
func newSignedIn(t *testing.T, a *authServer, keepAlive string) (g *gancho, hook string) {
	t.Helper()
	g = newGancho(t)
	dir := filepath.Join(g.data, "connectors")
	must(t, os.MkdirAll(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "crm.json"), fmt.Appendf(nil, ownOAuth, a.URL, keepAlive), 0o644))
	g.kill()
	g.start()
	g.want(201, "POST", "/connections", map[string]any{"name": "crm", "kind": "x_crm:login", "fields": map[string]any{"client_id": "app", "client_secret": "the-app-secret"}})
	g.allowCRM()
	hook = g.publish(`{"id": "ask", "name": "Ask", "trigger": {"kind": "webhook"}, "steps": [{"id": "api", "action": "x_crm.ask", "connection": "crm"}]}`)
	return g, hook
}

func (g *gancho) allowCRM() {
	g.t.Helper()
	begun := g.want(200, "POST", "/connections/crm/authorize", nil)
	if page := fetchText(g.t, fmt.Sprint(begun["url"])); !strings.Contains(page, "You can close this window") {
		g.t.Fatalf("the callback page: %s", page)
	}
}

// The callback page speaks the person's language and says what became of the sign-in; a state
// counts once, and asks for the proof that only this program has.
func TestTheCallbackPage(t *testing.T) {
	a := newAuthServer(t)
	g, _ := newSignedIn(t, a, "240h")
	begun := g.want(200, "POST", "/connections/crm/authorize", nil)
	at, err := url.Parse(fmt.Sprint(begun["url"]))
	must(t, err)
	q := at.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 40 || q.Get("scope") != "a,b" || q.Get("redirect_uri") != g.url("/oauth/callback") {
		t.Errorf("the address at the provider: %s", at)
	}
	a.mu.Lock()
	a.challenge = "of somebody else"
	a.mu.Unlock()
	back := "/oauth/callback?state=" + url.QueryEscape(q.Get("state"))
	for _, c := range []struct{ path, lang, want string }{
		{back + "&code=the-code", "pt-BR", "O provedor não deu um token"}, // the proof does not fit
		{back + "&code=the-code", "pt-BR", "já foi usada"},
		{back + "&code=the-code", "en", "was used already"},
		{"/oauth/callback?state=x&error=access_denied", "pt-BR,pt;q=0.9", "O provedor diz que o acesso não foi permitido"},
		{"/oauth/callback?state=x&error=access_denied", "en", "access was not allowed"},
		{"/oauth/callback", "pt", "não foi iniciada aqui"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", g.url(c.path), nil)
		must(t, err)
		req.Header.Set("Accept-Language", c.lang)
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		page, err := io.ReadAll(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		if !strings.Contains(string(page), c.want) || res.StatusCode < 400 || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s in %s: %d %s, want %s", c.path, c.lang, res.StatusCode, page, c.want)
		}
		if strings.Contains(string(page), q.Get("state")) || strings.Contains(string(page), "the-code") {
			t.Errorf("the page repeats what it was given: %s", page)
		}
	}
	if view := g.want(200, "GET", "/connections/crm", nil); view["state"] == "broken" || view["signed_in"] != true {
		t.Errorf("what did not succeed changed the connection: %v", view)
	}
}

// New tokens are on disk before they are used: a crash at their first use loses nothing.
func TestACrashAtTheFirstUseOfATokenLosesNothing(t *testing.T) {
	a := newAuthServer(t)
	g, hook := newSignedIn(t, a, "240h")
	var once sync.Once
	a.mu.Lock()
	a.access = "ended at the provider"
	a.before = func(path, access string) {
		if path == "/api" && access == "access-token-2" {
			once.Do(g.kill)
		}
	}
	a.mu.Unlock()
	post(hook, `{}`)
	<-g.exited
	g.start()
	g.settled()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.made != 2 || len(g.runs("ask", "succeeded")) != 1 {
		t.Errorf("%d tokens were made; succeeded: %v", a.made, g.runs("ask", "succeeded"))
	}
}

// A crash while the provider renews a session that counts once is told as what it is, and a
// new sign-in lets the runs go on.
func TestASessionLostWhileItWasRenewed(t *testing.T) {
	a := newAuthServer(t)
	g, hook := newSignedIn(t, a, "240h")
	var once sync.Once
	a.mu.Lock()
	a.access = "ended at the provider"
	a.before = func(path, _ string) {
		if path == "/token" {
			once.Do(g.kill)
		}
	}
	a.mu.Unlock()
	post(hook, `{}`)
	<-g.exited
	g.start()
	g.until("the connection is broken", func() bool { return g.want(200, "GET", "/connections/crm", nil)["state"] == "broken" })
	if view := g.want(200, "GET", "/connections/crm", nil); !strings.Contains(fmt.Sprint(view["problem"]), "lost while it was being renewed") {
		t.Errorf("the connection: %v", view)
	}
	g.allowCRM()
	g.settled()
	if n := len(g.runs("ask", "succeeded")); n != 1 {
		t.Errorf("%d runs succeeded", n)
	}
}

// A session that must not lie unused is renewed at once when its time passed while the program
// was down; the provider is told when the connection is deleted.
func TestSessionsAreKeptAliveAndRevoked(t *testing.T) {
	a := newAuthServer(t)
	g, _ := newSignedIn(t, a, "1ms")
	first := g.want(200, "GET", "/connections/crm", nil)["ends"]
	g.kill()
	g.start()
	g.until("the session is renewed unasked", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.made == 2
	})
	g.until("the new session is in force", func() bool { return g.want(200, "GET", "/connections/crm", nil)["ends"] != first })
	g.want(204, "DELETE", "/connections/crm?force", nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.revoked) != 1 || a.revoked[0] != "refresh_token refresh-token-2 Bearer access-token-2" {
		t.Errorf("revoked: %q", a.revoked)
	}
}

// A token is renewed once for each attempt. Who refuses the new one too has refused the connection:
// it is broken, told of once, and its runs wait until somebody signs in again.
func TestARefusalThatANewTokenDoesNotCure(t *testing.T) {
	a := newAuthServer(t)
	g, hook := newSignedIn(t, a, "240h")
	g.want(201, "POST", "/connections", map[string]any{
		"name": "generic", "kind": "oauth2", "hosts": []string{"127.0.0.1"},
		"fields": map[string]any{"client_id": "app", "client_secret": "the-app-secret", "token_url": a.URL + "/token"},
	})
	request := g.publish(`{"id": "request", "name": "Request", "trigger": {"kind": "webhook"}, "steps": [{"id": "api", "action": "http.request", "connection": "generic", "with": {"url": "` + a.URL + `/api"}}]}`)
	var asked int
	a.mu.Lock()
	a.closed, a.before = true, func(path, _ string) {
		if path == "/api" {
			a.mu.Lock()
			defer a.mu.Unlock()
			asked++
		}
	}
	a.mu.Unlock()
	for _, c := range []struct{ flow, hook, connection string }{{"ask", hook, "crm"}, {"request", request, "generic"}} {
		a.mu.Lock()
		asked, a.made = 0, 0
		a.mu.Unlock()
		post(c.hook, `{}`)
		g.until("the run waits for the connection", func() bool { return len(g.runs(c.flow, "waiting")) == 1 })
		if run := g.runs(c.flow, "waiting")[0]; run["waiting_for"] != "connection" {
			t.Errorf("%s waits for %v", c.flow, run["waiting_for"])
		}
		if view := g.want(200, "GET", "/connections/"+c.connection, nil); view["state"] != "broken" {
			t.Errorf("the connection: %v", view)
		}
		a.mu.Lock()
		if asked != 2 || a.made > 2 { // where nobody signs in, the first token is asked for too
			t.Errorf("%s: %d requests and %d tokens, want two requests around one renewal", c.flow, asked, a.made)
		}
		a.mu.Unlock()
		for range 20 {
			post(c.hook, `{}`)
		}
		g.until("all runs wait", func() bool { return len(g.runs(c.flow, "waiting")) == 21 })
		a.mu.Lock()
		if asked != 2 {
			t.Errorf("%s: %d requests with a connection that is broken", c.flow, asked)
		}
		a.mu.Unlock()
	}
	a.mu.Lock()
	a.closed = false
	a.mu.Unlock()
	g.allowCRM()
	g.until("its runs go on", func() bool { return len(g.runs("ask", "succeeded")) == 21 })
}
