package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"gancho/engine/seal"
)

// setup is the one-time invitation for the first admin.
type setup struct {
	digest string
	until  time.Time
}

const setupFor = time.Hour

// NewSetup makes a setup token that is good once, for an hour, and keeps it in the file for
// whoever cannot see what the program prints. "" when there is a user already.
func (p *People) NewSetup() (string, error) {
	if p.HasUsers() {
		return "", nil
	}
	secret := seal.Random(secretBytes)
	p.mu.Lock()
	p.setup = &setup{digest: digest(secret), until: p.Now().Add(setupFor)}
	p.mu.Unlock()
	if p.Setup == "" {
		return secret, nil
	}
	if err := os.Remove(p.Setup); err != nil && !errors.Is(err, os.ErrNotExist) { // an older one keeps who may read it
		return "", fmt.Errorf("keep the setup token: %w", err)
	}
	if err := os.WriteFile(p.Setup, []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the setup token: %w", err)
	}
	return secret, nil
}

// UseSetup makes the first admin and signs them in.
func (p *People) UseSetup(ctx context.Context, secret, email, name, password string) (string, Person, error) {
	taken := p.takeSetup(secret)
	if taken == nil {
		return "", Person{}, &Refusal{
			Status: http.StatusForbidden, Code: "bad_setup", EN: "this setup link is not good any more: restart the server for a new one",
			PT: "este link de configuração não vale mais: reinicie o servidor para obter outro",
		}
	}
	if _, err := p.AddUser(ctx, email, name, password, Admin); err != nil {
		p.giveSetupBack(taken)
		return "", Person{}, err
	}
	if p.Setup != "" {
		if err := os.Remove(p.Setup); err != nil && !errors.Is(err, os.ErrNotExist) {
			p.Log.Error("the file of a setup token that is used could not be removed", "file", p.Setup, "error", err)
		}
	}
	u, err := p.find(email)
	if err != nil {
		return "", Person{}, err
	}
	session, err := p.begin(ctx, &u)
	return session, Person{Name: u.Email, Role: u.Role, User: true}, err
}

// takeSetup takes the token, so that of two who come at once one gets it.
func (p *People) takeSetup(secret string) *setup {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.anyJoined() || p.setup == nil || p.Now().After(p.setup.until) || !same(digest(secret), p.setup.digest) {
		return nil
	}
	taken := p.setup
	p.setup = nil
	return taken
}

// giveSetupBack lets a person who mistyped try again, within the same hour.
func (p *People) giveSetupBack(taken *setup) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setup = taken
}
