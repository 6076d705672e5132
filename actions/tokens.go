package actions

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// ending says that a token has ended, or is about to.
func (a *madeAuth) ending(s connections.Session, now time.Time) bool {
	if s.Ends.IsZero() {
		return false
	}
	before := time.Duration(a.file.RefreshBefore)
	if before == 0 {
		before = min(s.Ends.Sub(s.Since)/10, 5*time.Minute)
	}
	return !now.Before(s.Ends.Add(-before))
}

// renew replaces the session whose token was refused.
func (d *connectorDoer) renew(ctx context.Context, conn *connections.Connection, do *doing) error {
	return d.renewFrom(ctx, conn, do, do.session.Access)
}

func (d *connectorDoer) renewFrom(ctx context.Context, conn *connections.Connection, do *doing, stale string) error {
	session, err := d.c.renewFrom(ctx, d.out, conn, do.choice, stale)
	if err != nil {
		return err
	}
	do.session = session
	maps.Copy(connectionValues(do.scope), asValues(session.Plain))
	return d.hide(conn, do)
}

func connectionValues(s *expression.Scope) map[string]any {
	m, _ := s.Values["connection"].(map[string]any)
	return m
}

func asValues(plain map[string]string) map[string]any {
	out := map[string]any{}
	for name, value := range plain {
		out[name] = value
	}
	return out
}

// token asks for a session by the choice's way, from an old one where there is one.
func (c *Connector) token(ctx context.Context, out *Outbound, conn *connections.Connection, a *madeAuth, old connections.Session) (connections.Session, error) {
	g := &grant{c: c, out: out, conn: conn, auth: a, old: old}
	switch a.file.Kind {
	case "oauth2":
		if old.Refresh == "" {
			return connections.Session{}, signInAgain(conn, "the sign-in of the connection "+conn.Name+" has ended")
		}
		return g.ask(ctx, map[string]string{"grant_type": "refresh_token", "refresh_token": old.Refresh})
	case "oauth2_cc":
		return g.ask(ctx, g.scoped(map[string]string{"grant_type": "client_credentials"}))
	case "jwt_bearer":
		assertion, err := g.assertion(ctx, out.now())
		if err != nil {
			return connections.Session{}, err
		}
		return g.ask(ctx, map[string]string{"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion})
	}
	return g.login(ctx)
}

func signInAgain(conn *connections.Connection, message string) *engine.Fault {
	return &engine.Fault{
		Code: "not_signed_in", Message: message, Broken: true, Class: classAuth,
		Hint: form.Label("open the connection "+conn.Name+" and sign in again", "abra a conexão "+conn.Name+" e entre na conta de novo"),
	}
}

// grant is one conversation with a token endpoint.
type grant struct {
	c    *Connector
	out  *Outbound
	conn *connections.Connection
	auth *madeAuth
	old  connections.Session
}

func (g *grant) scope() *expression.Scope {
	return &expression.Scope{Now: time.Now(), Values: map[string]any{
		"connection": plainFields(g.conn), "auth": map[string]any{"kind": g.auth.file.Kind}, "input": map[string]any{},
	}}
}

func (g *grant) scoped(params map[string]string) map[string]string {
	scopes := strings.Join(g.auth.file.Scopes, orText(g.auth.file.ScopeSeparator, " "))
	if own := g.conn.Fields["scopes"]; own != "" {
		scopes = own
	}
	if scopes != "" {
		params["scope"] = scopes
	}
	return params
}

// ask posts to the token URL and makes a session of the answer.
func (g *grant) ask(ctx context.Context, params map[string]string) (connections.Session, error) {
	f := g.auth.file
	maps.Copy(params, f.TokenParams)
	if f.OmitGrantType {
		delete(params, "grant_type")
	}
	x, err := g.exchange(ctx, g.auth.tokenURL, params, f.TokenBody == "json")
	if err != nil {
		return connections.Session{}, err
	}
	r, err := g.out.do(ctx, x)
	if err != nil {
		return connections.Session{}, tokenTrouble(err)
	}
	return g.session(ctx, r)
}

// tokenTrouble is a token request without an answer: the call itself was not sent.
func tokenTrouble(err error) error {
	var s sent
	if errors.As(err, &s) {
		err = s.error
	}
	var f *engine.Fault
	if errors.As(err, &f) {
		c := *f
		c.Message, c.Maybe = "no new token: "+c.Message, false
		return &c
	}
	return err
}

// exchange makes a request of parameters and the app's credentials.
func (g *grant) exchange(ctx context.Context, address *expression.Tree, params map[string]string, asJSON bool) (*exchange, error) {
	value, err := address.Render(ctx, g.scope())
	if err != nil {
		return nil, engine.Permanent(err)
	}
	u, err := parseAddress(expression.Text(value))
	if err != nil {
		return nil, err
	}
	x := &exchange{method: http.MethodPost, url: u, header: http.Header{}, limit: 1 << 20, hosts: g.c.hosts(ctx, plainFields(g.conn)), bound: g.bound(), once: true}
	x.header.Set("Accept", "application/json")
	if err := g.client(x, params); err != nil {
		return nil, err
	}
	if asJSON {
		return x, setJSON(x, asValues(params))
	}
	values := url.Values{}
	for name, v := range params {
		values.Set(name, v)
	}
	x.body = []byte(values.Encode())
	x.header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x, nil
}

// bound are the hosts that the connection was saved with. Those of the generic kind are where
// its tokens go; where they come from is a field that empties the secrets when it changes.
func (g *grant) bound() []string {
	if g.c == genericOAuth {
		return nil
	}
	return g.conn.Hosts
}

// client adds the credentials of the OAuth app.
func (g *grant) client(x *exchange, params map[string]string) error {
	f := g.auth.file
	if f.Kind == "jwt_bearer" {
		return nil
	}
	id := g.conn.Fields["client_id"]
	secrets, err := g.conn.Secret("client_secret")
	if err != nil {
		return engine.Permanent(err)
	}
	secret := ""
	if len(secrets) > 0 {
		secret = secrets[0]
	}
	if f.TokenAuth == "basic" {
		pair := url.QueryEscape(id) + ":" + url.QueryEscape(secret)
		return setSecret(x, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	params["client_id"] = id
	if secret != "" {
		params["client_secret"] = secret
	}
	return nil
}

// session reads what a token endpoint answered. A refusal breaks the connection; anything else
// that is no success is tried again.
func (g *grant) session(ctx context.Context, r *reply) (connections.Session, error) {
	s := answerScope(g.scope(), r)
	body, _ := s.Values["body"].(map[string]any)
	access, _ := body["access_token"].(string)
	if r.status >= 200 && r.status < 300 && access != "" {
		return g.made(ctx, s, body, access)
	}
	word := errorLine(orNil(body["error_description"], body["error"], body["message"], body["errors"]))
	secrets, err := g.auth.secrets(g.conn)
	if err != nil {
		return connections.Session{}, err
	}
	text := newRedactor(append(secrets, g.old.Refresh, g.old.Access)...).text(word)
	if r.status == http.StatusBadRequest || r.status == http.StatusUnauthorized || r.status == http.StatusForbidden {
		message := fmt.Sprintf("%s refuses to renew the sign-in (%d): %s", g.c.file.Name.EN, r.status, text)
		if g.old.Lost {
			message = "the connection was lost while it was being renewed; sign in again"
		}
		fault := signInAgain(g.conn, message)
		fault.Status, fault.Detail = r.status, text
		return connections.Session{}, fault
	}
	return connections.Session{}, &engine.Fault{
		Code: "no_token", Status: r.status, After: retryAfter(r.header, g.out.now()), Class: classRetry, Detail: text,
		Message: fmt.Sprintf("%s gives no token (%d): %s", g.c.file.Name.EN, r.status, text),
	}
}

func orNil(values ...any) any {
	for _, v := range values {
		if v != nil && v != "" {
			return v
		}
	}
	return nil
}

func (g *grant) made(ctx context.Context, s *expression.Scope, body map[string]any, access string) (connections.Session, error) {
	now := g.out.now()
	made := connections.Session{Access: access, Refresh: g.old.Refresh, Since: now, Plain: maps.Clone(g.old.Plain)}
	if refresh, ok := body["refresh_token"].(string); ok && refresh != "" {
		made.Refresh = refresh
	}
	life := waitOf(body["expires_in"], now)
	if life == 0 {
		life = time.Duration(g.auth.file.ExpiresDefault)
	}
	if life > 0 {
		made.Ends = now.Add(life)
	}
	for name, p := range g.auth.capture {
		value, err := p.Ask(ctx, s)
		if err != nil || value == nil {
			continue
		}
		if made.Plain == nil {
			made.Plain = map[string]string{}
		}
		made.Plain[name] = expression.Text(value)
	}
	return made, nil
}

// assertion is a JWT signed with the connection's key (RFC 7523).
func (g *grant) assertion(ctx context.Context, now time.Time) (string, error) {
	value, err := g.auth.claims.Render(ctx, g.scope())
	if err != nil {
		return "", engine.Permanent(err)
	}
	claims, ok := value.(map[string]any)
	if !ok {
		return "", engine.Permanent(errors.New("the claims of the connection's kind are no object"))
	}
	life := time.Duration(g.auth.file.Lifetime)
	if life == 0 {
		life = time.Hour
	}
	claims["iat"], claims["exp"] = now.Unix(), now.Add(life).Unix()
	secret, err := secretOf(g.conn, g.auth.file.Key)
	if err != nil {
		return "", err
	}
	secret = serviceAccount(secret, claims)
	return signJWT(secret, claims)
}

// serviceAccount takes the key out of a file of Google, if the secret is one, and the
// account's address for a claim that is not set.
func serviceAccount(secret string, claims map[string]any) string {
	var file struct {
		Key   string `json:"private_key"`
		Email string `json:"client_email"`
	}
	if json.Unmarshal([]byte(secret), &file) != nil || file.Key == "" {
		return secret
	}
	if claims["iss"] == nil && file.Email != "" {
		claims["iss"] = file.Email
	}
	return file.Key
}

// signJWT makes a compact RS256 token with a private key in PEM.
func signJWT(key string, claims map[string]any) (string, error) {
	private, err := readKey(key)
	if err != nil {
		return "", &engine.Fault{
			Code: "bad_connection", Message: "the private key of the connection cannot be read", Broken: true, Class: classAuth,
			Hint: form.Label("paste the whole private key, from BEGIN to END", "cole a chave privada inteira, de BEGIN a END"),
		}
	}
	data, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write the claims: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(data)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign the token: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func readKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(strings.ReplaceAll(text, `\n`, "\n")))
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("no RSA key")
	}
	return private, nil
}

// login signs in with a request of the file, the only one whose template may use secrets.
func (g *grant) login(ctx context.Context) (connections.Session, error) {
	s := g.scope()
	secrets := map[string]any{}
	for _, id := range g.auth.secretFields() {
		values, err := g.conn.Secret(id)
		if err != nil {
			return connections.Session{}, engine.Permanent(err)
		}
		if len(values) > 0 {
			secrets[id] = values[0]
		}
	}
	s.Values["secret"] = secrets
	x, err := g.c.exchange(ctx, g.auth.login, g.conn, s)
	if err != nil {
		return connections.Session{}, err
	}
	x.hosts, x.bound, x.follow = g.c.hosts(ctx, plainFields(g.conn)), g.conn.Hosts, 0
	r, err := g.out.do(ctx, x)
	if err != nil {
		return connections.Session{}, tokenTrouble(err)
	}
	answered := answerScope(g.scope(), r)
	token, err := g.auth.token.Ask(ctx, answered)
	if err == nil && token != nil && token != "" && r.status < 300 {
		made := connections.Session{Access: expression.Text(token), Since: g.out.now()}
		if g.auth.expires != nil {
			if value, err := g.auth.expires.Ask(ctx, answered); err == nil {
				if life := waitOf(value, made.Since); life > 0 {
					made.Ends = made.Since.Add(life)
				}
			}
		}
		return made, nil
	}
	return g.session(ctx, &reply{status: r.status, header: r.header, body: []byte("{}")})
}
