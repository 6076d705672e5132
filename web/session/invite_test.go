package session_test

import (
	"bytes"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store/bolt"
	"gancho/web/session"
)

const another = "outra frase bem diferente"

// invited are people with an admin who may sign in, and ana, who has a link.
func invited(t *testing.T) (p *session.People, link string) {
	t.Helper()
	p = open(t)
	_, err := p.AddUser(t.Context(), "root@example.com", "", password, session.Admin)
	check(t, err)
	i, err := p.InviteUser(t.Context(), " Ana@example.com", "Ana", session.Editor)
	check(t, err)
	return p, i.Secret
}

func use(t *testing.T, p *session.People, link, password string) (secret string, err error) {
	t.Helper()
	secret, _, err = p.UseInvite(t.Context(), link, "", password, "1.2.3.4")
	return secret, err
}

func TestAnInviteIsGoodOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, link := invited(t)
		if _, _, err := p.SignIn(t.Context(), "ana@example.com", "", "1.2.3.4"); codeOf(err) != "wrong_password" {
			t.Errorf("without a password: %v", err)
		}
		u, err := p.Invitee(link, "1.2.3.4")
		if err != nil || u.Email != "ana@example.com" || u.Joined || !u.Link.Equal(time.Now().Add(72*time.Hour)) {
			t.Errorf("%+v %v", u, err)
		}
		if _, err := use(t, p, link, "short"); codeOf(err) != "weak_password" {
			t.Errorf("a weak password: %v", err)
		}
		secret, who, err := p.UseInvite(t.Context(), link, "Ana Souza", password, "1.2.3.4")
		check(t, err)
		if who.Role != session.Editor || asks(t, p, cookie(secret)).Name != "ana@example.com" || p.Called("ana@example.com") != "Ana Souza" {
			t.Errorf("%+v is called %s", who, p.Called("ana@example.com"))
		}
		if _, err := use(t, p, link, another); codeOf(err) != "bad_invite" {
			t.Errorf("used: %v", err)
		}
		if _, _, err := p.SignIn(t.Context(), "ana@example.com", password, "1.2.3.4"); err != nil {
			t.Errorf("with the chosen password: %v", err)
		}
	})
}

func TestAnInviteEnds(t *testing.T) {
	renew := func(t *testing.T, p *session.People) string {
		i, err := p.RenewInvite(t.Context(), "ana@example.com")
		check(t, err)
		return i.Secret
	}
	for name, end := range map[string]func(t *testing.T, p *session.People){
		"after 72 hours":          func(*testing.T, *session.People) { time.Sleep(72 * time.Hour) },
		"with another link":       func(t *testing.T, p *session.People) { renew(t, p) },
		"with the user":           func(t *testing.T, p *session.People) { check(t, p.DeleteUser(t.Context(), "ana@example.com")) },
		"with another password":   func(t *testing.T, p *session.People) { change(t, p, another) },
		"with one by another one": func(t *testing.T, p *session.People) { _, err := use(t, p, renew(t, p), another); check(t, err) },
	} {
		synctest.Test(t, func(t *testing.T) {
			p, link := invited(t)
			end(t, p)
			if _, err := use(t, p, link, password); codeOf(err) != "bad_invite" {
				t.Errorf("%s: %v", name, err)
			}
			for _, u := range p.Users() {
				if name != "with another link" && u.Link != nil {
					t.Errorf("%s: %s has a link until %v", name, u.Email, u.Link)
				}
			}
		})
	}
}

func change(t *testing.T, p *session.People, password string) {
	t.Helper()
	_, err := p.ChangeUser(t.Context(), "ana@example.com", session.Change{Password: &password})
	check(t, err)
}

// TestWhoIsSignedOutHasNoLink: a link to a new password ends with the sessions, that of who was never in does not.
func TestWhoIsSignedOutHasNoLink(t *testing.T) {
	p, _ := signedIn(t)
	joined, err := p.RenewInvite(t.Context(), "ana@example.com")
	check(t, err)
	fresh, err := p.InviteUser(t.Context(), "bia@example.com", "Bia", session.Viewer)
	check(t, err)
	for _, email := range []string{"ana@example.com", "bia@example.com"} {
		_, err := p.ChangeUser(t.Context(), email, session.Change{SignOut: true})
		check(t, err)
	}
	if _, err := use(t, p, joined.Secret, another); codeOf(err) != "bad_invite" {
		t.Errorf("who was signed out gets in by a link: %v", err)
	}
	if _, err := use(t, p, fresh.Secret, another); err != nil {
		t.Errorf("who was never in: %v", err)
	}
}

// TestANewPasswordLink: until it is used the old password and its sessions are good, then no more.
func TestANewPasswordLink(t *testing.T) {
	p, secret := signedIn(t)
	i, err := p.RenewInvite(t.Context(), "ANA@example.com")
	check(t, err)
	if !i.Joined || asks(t, p, cookie(secret)).Role != session.Editor {
		t.Errorf("%+v; the session is over too early", i.UserView)
	}
	_, err = use(t, p, i.Secret, another)
	check(t, err)
	if asks(t, p, cookie(secret)).Role != "" {
		t.Error("a session outlived the new password")
	}
	if _, _, err := p.SignIn(t.Context(), "ana@example.com", password, "1.2.3.4"); codeOf(err) != "wrong_password" {
		t.Errorf("with the old password: %v", err)
	}
}

// TestInvitesAreKept, and as a digest: who reads the store has no link.
func TestInvitesAreKept(t *testing.T) {
	s, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	check(t, err)
	t.Cleanup(func() { check(t, s.Close()) })
	config := session.Config{Docs: s, Keys: s}
	p, err := session.OpenPeople(t.Context(), config)
	check(t, err)
	i, err := p.InviteUser(t.Context(), "ana@example.com", "", session.Admin)
	check(t, err)
	p, err = session.OpenPeople(t.Context(), config)
	check(t, err)
	if p.HasUsers() || p.Ready() {
		t.Error("somebody who cannot sign in counts as one who can")
	}
	docs, err := s.ListDocs(t.Context(), "user", "")
	check(t, err)
	if len(docs) != 1 || bytes.Contains(docs[0].Value, []byte(i.Secret)) {
		t.Errorf("%d documents, or the secret is in them", len(docs))
	}
	if _, err := use(t, p, i.Secret, password); err != nil || !p.HasUsers() {
		t.Errorf("after a restart: %v", err)
	}
}

// TestWhoIsInvitedIsNotTheAdminWhoStays: nobody could sign in as one.
func TestWhoIsInvitedIsNotTheAdminWhoStays(t *testing.T) {
	p, _ := invited(t)
	admin := session.Admin
	_, err := p.ChangeUser(t.Context(), "ana@example.com", session.Change{Role: &admin})
	check(t, err)
	if err := p.DeleteUser(t.Context(), "root@example.com"); codeOf(err) != "last_admin" {
		t.Errorf("%v", err)
	}
	check(t, p.DeleteUser(t.Context(), "ana@example.com"))
}

func TestGuessingLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, link := invited(t)
		for range 20 { // who has a link may look at it as often as they like
			_, err := p.Invitee(link, "1.2.3.4")
			check(t, err)
		}
		for range 5 {
			if _, err := p.Invitee("guess", "1.2.3.4"); codeOf(err) != "bad_invite" {
				t.Fatal(err)
			}
		}
		_, err := p.Invitee("guess", "1.2.3.4")
		var r *session.Refusal
		if !errors.As(err, &r) || r.Status != http.StatusTooManyRequests || r.RetryAfter == 0 {
			t.Errorf("the sixth in a minute: %v", err)
		}
		if _, err := p.Invitee(link, "1.2.3.4"); err != nil {
			t.Errorf("who has a link is kept out by another's guesses: %v", err)
		}
	})
}

// TestOneOfTwoUsesALink, however close they come.
func TestOneOfTwoUsesALink(t *testing.T) {
	p, link := invited(t)
	codes := make(chan string)
	for _, password := range []string{password, another} {
		go func() {
			_, _, err := p.UseInvite(t.Context(), link, "", password, "1.2.3.4")
			codes <- codeOf(err)
		}()
	}
	if a, b := <-codes, <-codes; a+b != "bad_invite" {
		t.Errorf("got %q and %q, want one in and one bad_invite", a, b)
	}
}
