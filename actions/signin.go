package actions

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
)

// signIn is the address at which a person allows this instance to act (RFC 6749 4.1, with
// the proof of RFC 7636 where the provider takes it).
func (c *Connector) signIn(ctx context.Context, conn *connections.Connection, a *madeAuth, callback, state, verifier string) (string, error) {
	g := &grant{c: c, conn: conn, auth: a}
	value, err := a.authorizeURL.Render(ctx, g.scope())
	if err != nil {
		return "", engine.Permanent(err)
	}
	u, err := parseAddress(expression.Text(value))
	if err != nil {
		return "", err
	}
	if u.Scheme != "https" && u.Scheme != "http" { // a browser is sent there
		return "", engine.Faultf("bad_url", "only http and https addresses can be called, not %q", u.Scheme)
	}
	params := g.scoped(map[string]string{"response_type": "code", "client_id": conn.Fields["client_id"], "redirect_uri": callback, "state": state})
	if a.pkce() {
		sum := sha256.Sum256([]byte(verifier))
		params["code_challenge"], params["code_challenge_method"] = base64.RawURLEncoding.EncodeToString(sum[:]), "S256"
	}
	query := u.Query()
	for name, v := range params {
		query.Set(name, v)
	}
	for name, v := range a.file.AuthorizeParams {
		query.Set(name, v)
	}
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return u.String(), nil
}

func (a *madeAuth) pkce() bool { return a.file.PKCE == nil || *a.file.PKCE }

// finish exchanges the code that the provider gave back for a session.
func (c *Connector) finish(ctx context.Context, out *Outbound, conn *connections.Connection, a *madeAuth, callback, code, verifier string) (connections.Session, error) {
	g := &grant{c: c, out: out, conn: conn, auth: a}
	params := map[string]string{"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
	if a.pkce() {
		params["code_verifier"] = verifier
	}
	return g.ask(ctx, params)
}

// revoke ends a session at the provider (RFC 7009): the refresh token where there is one,
// which ends its access tokens too.
func (c *Connector) revoke(ctx context.Context, out *Outbound, conn *connections.Connection, a *madeAuth, s connections.Session) error {
	g := &grant{c: c, out: out, conn: conn, auth: a, old: s}
	token, hint := s.Refresh, "refresh_token"
	if token == "" {
		token, hint = s.Access, "access_token"
	}
	x, err := g.exchange(ctx, a.revokeURL, map[string]string{"token": token, "token_type_hint": hint}, false)
	if err != nil {
		return err
	}
	if x.header.Get("Authorization") == "" {
		if err := setSecret(x, "Authorization", "Bearer "+s.Access); err != nil {
			return err
		}
	}
	r, err := out.do(ctx, x)
	if err != nil {
		return tokenTrouble(err)
	}
	if r.status >= http.StatusMultipleChoices {
		return engine.Faultf("not_revoked", "%s answered %d", c.file.Name.EN, r.status)
	}
	return nil
}
