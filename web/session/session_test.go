package session_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
	"gancho/web/session"
)

const password = "quatro palavras sem sentido"

func open(t *testing.T) *session.People {
	t.Helper()
	s, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	p, err := session.OpenPeople(t.Context(), session.Config{Docs: s, Keys: s, AdminToken: "env-token-env-token-env-token-env", Setup: filepath.Join(t.TempDir(), "setup-token")})
	check(t, err)
	return p
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func asking(with func(r *http.Request)) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/api/v1/flows", nil)
	with(r)
	return r
}

func bearer(token string) *http.Request {
	return asking(func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
}

func cookie(secret string) *http.Request {
	return asking(func(r *http.Request) { r.AddCookie(session.Cookie(secret, false)) })
}

// asks tells who asks.
func asks(t *testing.T, p *session.People, r *http.Request) session.Person {
	t.Helper()
	who, err := p.Who(r)
	check(t, err)
	return who
}

func codeOf(err error) string {
	var r *session.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// Where people come over HTTPS, with the server itself or with a proxy before it, a plain cookie is none of
// theirs: anybody who has another name of the same domain could have set it.
func TestAPlainCookieCountsOnlyWhereOneIsSet(t *testing.T) {
	p := open(t)
	_, err := p.AddUser(t.Context(), "ana@example.com", "Ana", password, session.Admin)
	check(t, err)
	secret, _, err := p.SignIn(t.Context(), "ana@example.com", password, "10.0.0.1")
	check(t, err)
	p.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	for _, c := range []struct {
		public string
		tls    *tls.ConnectionState
		peer   string
		proto  string // as the peer forwards it
		plain  bool
	}{
		{"", nil, "192.0.2.1:5", "", true},
		{"http://gancho.example.com", nil, "192.0.2.1:5", "", true},
		{"https://gancho.example.com", nil, "192.0.2.1:5", "", false},
		{"", &tls.ConnectionState{}, "192.0.2.1:5", "", false},
		{"", nil, "192.0.2.1:5", "https", true},
		{"", nil, "10.1.2.3:5", "https", false},
		{"", nil, "[::ffff:10.1.2.3]:5", "HTTPS", false},
		{"", nil, "10.1.2.3:5", "http", true},
		{"", nil, "10.1.2.3:5", "https, http", true}, // the first may be the client's own
	} {
		p.Public = func() string { return c.public }
		from := func(r *http.Request) {
			r.TLS, r.RemoteAddr = c.tls, c.peer
			r.Header.Set("X-Forwarded-Proto", c.proto)
		}
		who := func(cookie *http.Cookie) string {
			return asks(t, p, asking(func(r *http.Request) { from(r); r.AddCookie(cookie) })).Name
		}
		set := p.CookieFor(asking(from), secret)
		if set.Secure == c.plain || who(set) != "ana@example.com" {
			t.Errorf("%+v: the cookie %s is of %q", c, set, who(set))
		}
		if got := who(session.Cookie(secret, false)) != ""; got != c.plain {
			t.Errorf("%+v: a plain cookie counts: %v", c, got)
		}
	}
}

func TestSetupIsGoodOnce(t *testing.T) {
	p := open(t)
	token, err := p.NewSetup()
	check(t, err)
	if _, _, err := p.UseSetup(t.Context(), "wrong", "ana@example.com", "Ana", password); codeOf(err) != "bad_setup" {
		t.Errorf("wrong token: %v", err)
	}
	if _, _, err := p.UseSetup(t.Context(), token, "ana@example.com", "Ana", "short"); codeOf(err) != "weak_password" {
		t.Errorf("weak password: %v", err)
	}
	secret, who, err := p.UseSetup(t.Context(), token, "Ana@Example.com ", "Ana", password)
	check(t, err)
	if who.Role != session.Admin || asks(t, p, cookie(secret)).Name != "ana@example.com" {
		t.Errorf("%+v", who)
	}
	if _, _, err := p.UseSetup(t.Context(), token, "eve@example.com", "Eve", password); codeOf(err) != "bad_setup" {
		t.Errorf("used token: %v", err)
	}
	if again, err := p.NewSetup(); again != "" || err != nil {
		t.Errorf("a setup token though there is a user: %v", err)
	}
}

func TestSetupEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t)
		token, err := p.NewSetup()
		check(t, err)
		time.Sleep(61 * time.Minute)
		if _, _, err := p.UseSetup(t.Context(), token, "ana@example.com", "Ana", password); codeOf(err) != "bad_setup" {
			t.Errorf("%v", err)
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t)
		_, err := p.AddUser(t.Context(), "ana@example.com", "Ana", password, session.Editor)
		check(t, err)
		in := func() string {
			secret, _, err := p.SignIn(t.Context(), "ana@example.com", password, "1.2.3.4")
			check(t, err)
			return secret
		}
		is := func(secret string) bool { return asks(t, p, cookie(secret)).Role == session.Editor }

		kept := in()
		for range 27 * 2 { // used every six hours, it lasts two weeks
			time.Sleep(6 * time.Hour)
			if !is(kept) {
				break
			}
		}
		if !is(kept) {
			t.Error("a used session ended before two weeks")
		}
		time.Sleep(18 * time.Hour)
		if is(kept) {
			t.Error("a session outlived two weeks")
		}
		idle := in()
		time.Sleep(12*time.Hour + time.Minute)
		if is(idle) {
			t.Error("an idle session outlived twelve hours")
		}
		left, changed := in(), in()
		check(t, p.SignOut(t.Context(), cookie(left)))
		if is(left) || !is(changed) {
			t.Error("signing out ended the wrong session")
		}
		other := "outra frase bem diferente"
		_, err = p.ChangeUser(t.Context(), "ana@example.com", session.Change{Password: &other})
		check(t, err)
		if is(changed) {
			t.Error("a session outlived a change of password")
		}
	})
}

func TestGuessing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t)
		_, err := p.AddUser(t.Context(), "ana@example.com", "", password, session.Admin)
		check(t, err)
		for range 5 {
			if _, _, err := p.SignIn(t.Context(), "ana@example.com", "wrong", "1.2.3.4"); codeOf(err) != "wrong_password" {
				t.Fatal(err)
			}
		}
		if _, _, err := p.SignIn(t.Context(), "ana@example.com", password, "1.2.3.4"); codeOf(err) != "too_many_tries" {
			t.Errorf("sixth try in a minute: %v", err)
		}
		if _, _, err := p.SignIn(t.Context(), "ana@example.com", password, "5.6.7.8"); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		time.Sleep(time.Minute + time.Second)
		if _, _, err := p.SignIn(t.Context(), "ana@example.com", password, "1.2.3.4"); err != nil {
			t.Errorf("after a minute: %v", err)
		}
		for i := range 10 {
			_, _, _ = p.SignIn(t.Context(), "nobody@example.com", "wrong", string(rune('a'+i)))
		}
		if _, _, err = p.SignIn(t.Context(), "nobody@example.com", "wrong", "z"); codeOf(err) != "too_many_tries" {
			t.Errorf("eleventh try for an account: %v", err)
		}
		// Whoever guesses does not keep out who has signed in from their own network.
		for i := range 10 {
			_, _, _ = p.SignIn(t.Context(), "ana@example.com", "wrong", string(rune('a'+i)))
		}
		if _, _, err = p.SignIn(t.Context(), "ana@example.com", password, "new"); codeOf(err) != "too_many_tries" {
			t.Errorf("from a new place after ten tries: %v", err)
		}
		if _, _, err = p.SignIn(t.Context(), "ana@example.com", password, "5.6.7.8"); err != nil {
			t.Errorf("from a known place: %v", err)
		}
		// Who goes on guessing waits longer and longer, and the owner never long.
		guesses := 0
		for until := time.Now().Add(time.Hour); time.Now().Before(until); time.Sleep(time.Second) {
			if _, _, err := p.SignIn(t.Context(), "ana@example.com", "wrong", fmt.Sprint("10.0.0.", guesses)); codeOf(err) == "wrong_password" {
				guesses++
			}
		}
		if guesses < 10 || guesses > 20 {
			t.Errorf("%d guesses in an hour", guesses)
		}
		time.Sleep(5 * time.Minute)
		if _, _, err = p.SignIn(t.Context(), "ana@example.com", password, "new"); err != nil {
			t.Errorf("from a new place five minutes after the last guess: %v", err)
		}
	})
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t)
		end := time.Now().Add(time.Hour)
		secret, view, err := p.AddToken(t.Context(), "ci", session.Viewer, &end)
		check(t, err)
		if who := asks(t, p, bearer(secret)); who.Role != session.Viewer || who.Name != "ci" {
			t.Errorf("%+v", who)
		}
		if asks(t, p, bearer(secret+"x")).Role != "" || asks(t, p, bearer("env-token-env-token-env-token-env")).Role != session.Admin {
			t.Error("tokens are mixed up")
		}
		time.Sleep(time.Hour)
		if asks(t, p, bearer(secret)).Role != "" {
			t.Error("a token outlived its end")
		}
		secret, view, err = p.AddToken(t.Context(), "other", session.Editor, nil)
		check(t, err)
		check(t, p.RevokeToken(t.Context(), view.ID))
		if asks(t, p, bearer(secret)).Role != "" || codeOf(p.RevokeToken(t.Context(), view.ID)) != "no_token" {
			t.Error("a revoked token is good")
		}
	})
}

func TestTheLastAdminStays(t *testing.T) {
	p := open(t)
	_, err := p.AddUser(t.Context(), "ana@example.com", "", password, session.Admin)
	check(t, err)
	viewer := session.Viewer
	if _, err := p.ChangeUser(t.Context(), "ana@example.com", session.Change{Role: &viewer}); codeOf(err) != "last_admin" {
		t.Errorf("%v", err)
	}
	if err := p.DeleteUser(t.Context(), "ana@example.com"); codeOf(err) != "last_admin" {
		t.Errorf("%v", err)
	}
	_, err = p.AddUser(t.Context(), "rui@example.com", "", password, session.Admin)
	check(t, err)
	check(t, p.DeleteUser(t.Context(), "ana@example.com"))
}

func TestWeakPasswords(t *testing.T) {
	p := open(t)
	for _, weak := range []string{
		"", "elevenchars", "123456789012", "aaaaaaaaaaaa", "Password1234!", "senha2026!!!!", "ana1234567890", "abababababab", "1q2w3e4r5t6y", "qazwsxedc123", "Passw0rd12345", "P@ssw0rd2026!", "minhasenha123",
		"senhasenhasenha", "iloveyou12345", "flamengo2019!", string(make([]byte, 2000)),
	} {
		if _, err := p.AddUser(t.Context(), "ana@example.com", "", weak, session.Viewer); codeOf(err) != "weak_password" {
			t.Errorf("%.20q was taken: %v", weak, err)
		}
	}
}

func TestGoodPasswordsAreTaken(t *testing.T) {
	p := open(t)
	for i, good := range []string{password, "correct horse battery staple", "8f$K2!9q#Lp0vX", "vende sapato azul", "test-password-of-ana", "S3nh4 do gato preto"} {
		if _, err := p.AddUser(t.Context(), fmt.Sprintf("u%d@example.com", i), "", good, session.Viewer); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// TestManyGuessesAtOnce: those that come together count like those that come one by one.
func TestManyGuessesAtOnce(t *testing.T) {
	p := open(t)
	_, err := p.AddUser(t.Context(), "ana@example.com", "", password, session.Admin)
	check(t, err)
	codes := make(chan string)
	for i := range 40 {
		go func() {
			_, _, err := p.SignIn(t.Context(), "ana@example.com", "wrong", fmt.Sprint("10.0.0.", i))
			codes <- codeOf(err)
		}()
	}
	tried := 0
	for range 40 {
		if <-codes == "wrong_password" {
			tried++
		}
	}
	if tried == 0 || tried > 10 { // those that wait for a place too long are not looked at either
		t.Errorf("%d guesses were looked at, want at most 10", tried)
	}
}

// TestADeletedUsersSessionsStayOver, though somebody of the same name comes back.
func TestADeletedUsersSessionsStayOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t)
		add := func(email string) {
			_, err := p.AddUser(t.Context(), email, "", password, session.Admin)
			check(t, err)
		}
		add("root@example.com")
		add("ana@example.com")
		secret, _, err := p.SignIn(t.Context(), "ana@example.com", password, "1.2.3.4")
		check(t, err)
		check(t, p.DeleteUser(t.Context(), "ana@example.com"))
		time.Sleep(time.Second)
		add("ana@example.com")
		if who := asks(t, p, cookie(secret)); who.Role != "" {
			t.Errorf("%+v", who)
		}
	})
}

// TestAMistypedSetupEndsWithItsHour: a refused try does not lengthen it.
func TestAMistypedSetupEndsWithItsHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t)
		token, err := p.NewSetup()
		check(t, err)
		time.Sleep(50 * time.Minute)
		if _, _, err := p.UseSetup(t.Context(), token, "ana@example.com", "Ana", "short"); codeOf(err) != "weak_password" {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Minute)
		if _, _, err := p.UseSetup(t.Context(), token, "ana@example.com", "Ana", password); codeOf(err) != "bad_setup" {
			t.Errorf("%v", err)
		}
	})
}

// keys are a store's, with something that happens after a session was read, or in place of it.
type keys struct {
	store.Keys
	read   func()
	broken error
}

func (k *keys) GetKey(ctx context.Context, space, key string) (store.Entry, error) {
	if k.broken != nil {
		return store.Entry{}, k.broken
	}
	e, err := k.Keys.GetKey(ctx, space, key)
	if read := k.read; read != nil {
		k.read = nil
		read()
	}
	return e, err
}

// TestASignOutStands, though another request of the session is under way and would renew it.
func TestASignOutStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, secret := signedIn(t)
		k := &keys{Keys: p.Keys}
		p.Keys = k
		time.Sleep(11 * time.Minute)
		k.read = func() { check(t, p.SignOut(t.Context(), cookie(secret))) }
		asks(t, p, cookie(secret))
		if k.read != nil {
			t.Fatal("the session was not read")
		}
		if who := asks(t, p, cookie(secret)); who.Role != "" {
			t.Errorf("signed out, and still %+v", who)
		}
	})
}

// TestAStoreThatCannotBeReadSignsNobodyOut: it is not known who asks, and known again later.
func TestAStoreThatCannotBeReadSignsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, secret := signedIn(t)
		k := &keys{Keys: p.Keys, broken: store.ErrBroken}
		p.Keys = k
		if who, err := p.Who(cookie(secret)); !errors.Is(err, store.ErrBroken) {
			t.Errorf("got %+v and %v, want the store's error", who, err)
		}
		k.broken = nil
		if who := asks(t, p, cookie(secret)); who.Role != session.Editor {
			t.Errorf("%+v", who)
		}
	})
}

// TestAPeekIsNoUse: a page that nobody is at does not keep its session.
func TestAPeekIsNoUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, secret := signedIn(t)
		for range 12 {
			if who, err := p.Peek(cookie(secret)); err != nil || who.Role != session.Editor {
				t.Fatalf("%+v %v", who, err)
			}
			time.Sleep(time.Hour + time.Minute)
		}
		if who := asks(t, p, cookie(secret)); who.Role != "" {
			t.Errorf("looked at for 12 hours, and still %+v", who)
		}
	})
}

// signedIn are people with an editor, and the secret of their session.
func signedIn(t *testing.T) (p *session.People, secret string) {
	t.Helper()
	p = open(t)
	_, err := p.AddUser(t.Context(), "ana@example.com", "Ana", password, session.Editor)
	check(t, err)
	secret, _, err = p.SignIn(t.Context(), "ana@example.com", password, "1.2.3.4")
	check(t, err)
	return p, secret
}
