package session

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"gancho/engine/seal"
)

// invite is a link by which a user chooses a password, good once.
type invite struct {
	Digest string    `json:"digest"`
	Until  time.Time `json:"until"`
}

const inviteFor = 72 * time.Hour

func (p *People) newInvite() (secret string, _ *invite) {
	secret = seal.Random(secretBytes)
	return secret, &invite{Digest: digest(secret), Until: p.Now().UTC().Add(inviteFor)}
}

// good says whether the link may still be used.
func (i *invite) good(now time.Time) bool { return i != nil && now.Before(i.Until) }

// Invited is a user with the secret of their link, which is never shown again.
type Invited struct {
	UserView
	Secret string
}

// InviteUser makes a user without a password, who chooses one by the link of the secret.
func (p *People) InviteUser(ctx context.Context, email, name string, role Role) (Invited, error) {
	email, err := checkUser(email, role)
	if err != nil {
		return Invited{}, err
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	if err := p.free(email); err != nil {
		return Invited{}, err
	}
	u, secret := p.newUser(email, name, role), ""
	secret, u.Invite = p.newInvite()
	return Invited{p.view(u), secret}, p.putUser(ctx, u)
}

// RenewInvite makes another link for a user, who may have forgotten their password; the link
// before it is good no more.
func (p *People) RenewInvite(ctx context.Context, email string) (Invited, error) {
	p.changing.Lock()
	defer p.changing.Unlock()
	u, err := p.find(email)
	if err != nil {
		return Invited{}, err
	}
	secret := ""
	secret, u.Invite = p.newInvite()
	return Invited{p.view(&u), secret}, p.putUser(ctx, &u)
}

// Invitee is whom a link is for. from is the asker's address, for limits.
func (p *People) Invitee(secret, from string) (UserView, error) {
	u, err := p.invitee(secret, from)
	if err != nil {
		return UserView{}, err
	}
	return p.view(&u), nil
}

// UseInvite gives a user the password that they chose, and signs them in. The link is good no
// more, and their other sessions end. A name that is left out stays.
func (p *People) UseInvite(ctx context.Context, secret, name, password, from string) (string, Person, error) {
	p.changing.Lock() // of two who come at once one gets in
	defer p.changing.Unlock()
	u, err := p.invitee(secret, from)
	if err != nil {
		return "", Person{}, err
	}
	u.Name = cmp.Or(strings.TrimSpace(name), u.Name)
	if err := p.setPassword(ctx, &u, password); err != nil {
		return "", Person{}, err
	}
	if err := p.putUser(ctx, &u); err != nil {
		return "", Person{}, err
	}
	session, err := p.begin(ctx, &u)
	return session, Person{Name: u.Email, Role: u.Role, User: true}, err
}

// invitee finds the user of a link that is good. Links that are not count as tries of the address.
func (p *People) invitee(secret, from string) (user, error) {
	if u := p.holder(secret); u != nil {
		return *u, nil
	}
	if wait := p.limits.try("invite "+from, "invite "+from); wait > 0 {
		return user{}, tooMany(wait)
	}
	return user{}, &Refusal{
		Status: http.StatusForbidden, Code: "bad_invite", EN: "this link is not good any more: it was used, renewed, or is older than 72 hours; ask an administrator for a new one",
		PT: "este link não vale mais: foi usado, renovado ou tem mais de 72 horas; peça outro a um administrador",
	}
}

// holder is whom a good link is for; nil for any other.
func (p *People) holder(secret string) *user {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, u := range p.users {
		if u.Invite.good(p.Now()) && same(digest(secret), u.Invite.Digest) {
			return u
		}
	}
	return nil
}
