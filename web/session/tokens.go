package session

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gancho/engine/seal"
	"gancho/engine/store"
)

// token as it is kept. Members are added, never changed.
type token struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Role    Role       `json:"role"`
	Digest  string     `json:"digest"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty"`

	used time.Time
}

// TokenView is an API token without its secret.
type TokenView struct {
	ID       string     `json:"id" doc:"names it: for DELETE /tokens/{id}"`
	Name     string     `json:"name" doc:"what it is for"`
	Role     Role       `json:"role" enum:"viewer,editor,admin" doc:"what it may do"`
	Created  time.Time  `json:"created" doc:"when it was made"`
	Expires  *time.Time `json:"expires" doc:"when it ends; null if never"`
	LastUsed *time.Time `json:"last_used" doc:"since the server started"`
}

// Key is what tokens are listed in the order of.
func (t TokenView) Key() string { return t.Name + " " + t.ID }

// AddToken makes an API token and gives its secret, which is never shown again.
func (p *People) AddToken(ctx context.Context, name string, role Role, expires *time.Time) (string, TokenView, error) {
	if name = strings.TrimSpace(name); name == "" || !role.May(View) {
		return "", TokenView{}, invalid("bad_token", "a token needs a name, and a role: viewer, editor or admin", "um token precisa de um nome e de um papel: viewer, editor ou admin")
	}
	if strings.Contains(name, "@") || name == environment {
		return "", TokenView{}, invalid("bad_token", "a token's name has no @ and is not "+environment+": what it does would be taken for somebody else's", "o nome de um token não tem @ e não é "+environment+": o que ele faz seria tomado como de outra pessoa")
	}
	if expires != nil && !p.Now().Before(*expires) {
		return "", TokenView{}, invalid("bad_time", "expires is in the past", "expires está no passado")
	}
	secret := tokenPrefix + seal.Random(secretBytes)
	t := &token{ID: digest(secret)[:12], Name: name, Role: role, Digest: digest(secret), Created: p.Now().UTC(), Expires: expires}
	value, err := json.Marshal(t)
	if err != nil {
		return "", TokenView{}, fmt.Errorf("keep a token: %w", err)
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	if _, err := p.Docs.PutDocs(ctx, []store.Doc{{Kind: tokenDoc, ID: t.ID, Revision: -1, Value: value}}); err != nil {
		return "", TokenView{}, fmt.Errorf("keep a token: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens[t.Digest] = t
	return secret, t.view(), nil
}

func (t *token) view() TokenView {
	v := TokenView{ID: t.ID, Name: t.Name, Role: t.Role, Created: t.Created, Expires: t.Expires}
	if !t.used.IsZero() {
		used := t.used.UTC()
		v.LastUsed = &used
	}
	return v
}

// Tokens lists tokens by name.
func (p *People) Tokens() []TokenView {
	p.mu.RLock()
	defer p.mu.RUnlock()
	views := []TokenView{}
	for _, t := range p.tokens {
		views = append(views, t.view())
	}
	slices.SortFunc(views, func(a, b TokenView) int { return strings.Compare(a.Key(), b.Key()) })
	return views
}

// RevokeToken ends a token at once.
func (p *People) RevokeToken(ctx context.Context, id string) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	t := p.token(id)
	if t == nil {
		return &Refusal{Status: http.StatusNotFound, Code: "no_token", EN: "there is no such token", PT: "não existe este token"}
	}
	if _, err := p.Docs.PutDocs(ctx, []store.Doc{{Kind: tokenDoc, ID: id, Revision: -1}}); err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tokens, t.Digest)
	return nil
}

func (p *People) token(id string) *token {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, t := range p.tokens {
		if t.ID == id {
			return t
		}
	}
	return nil
}
