package actions

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/form"
)

const (
	// baseField is a field that every choice of a connector with a fixed base has by itself.
	baseField = "base_url"
	// simulatedBase is the base of a request that is only shown.
	simulatedBase = "\x00base"
)

// choiceOf gives the way of signing in that a connection was made for.
func (c *Connector) choiceOf(conn *connections.Connection) (string, *madeAuth) {
	id, ok := strings.CutPrefix(conn.Kind, c.ID()+":")
	if !ok {
		return "", nil
	}
	return id, c.auth(id)
}

// choices are those that an action can be done with.
func (c *Connector) choices(action string) []string {
	if only := c.file.Actions[action].Auth; len(only) > 0 {
		return slices.DeleteFunc(slices.Clone(c.auths), func(id string) bool { return !slices.Contains(only, id) })
	}
	return c.auths
}

// hasBaseField says that connections may name another base than the file's.
func (c *Connector) hasBaseField() bool {
	_, fixed := c.file.Base.(string)
	return fixed
}

// open says that nothing is filled in, so that no connection is needed.
func (f *authFile) open() bool { return f.Kind == "none" && len(f.Fields) == 0 }

// needed are the plain fields that every connection has: what a person must give, and what signing
// in gives.
func (f *authFile) needed() []string {
	ids := slices.Sorted(maps.Keys(f.Capture))
	for _, x := range f.Fields {
		if x.Required && x.Type != "secret" {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// renewable says that a token that has ended can be got again.
func (a *madeAuth) renewable() bool {
	switch a.file.Kind {
	case "oauth2", "oauth2_cc", "jwt_bearer", "two_step":
		return true
	}
	return false
}

// hosts are those that a request of this connection may go to.
func (c *Connector) hosts(ctx context.Context, fields map[string]any) []string {
	s := &expression.Scope{Values: map[string]any{"connection": fields, "input": map[string]any{}, "auth": map[string]any{}}, Now: time.Now()}
	var list []string
	add := func(text string) {
		if host := hostOfText(text); host != "" {
			text = host
		}
		if text = strings.ToLower(strings.TrimSpace(text)); text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	if own, ok := fields[baseField].(string); ok && c.hasBaseField() && own != "" {
		add(own)
	} else {
		for _, t := range c.shared().hosts {
			if value, err := t.Render(ctx, s); err == nil && value != nil {
				add(expression.Text(value))
			}
		}
		if base, ok := c.file.Base.(string); ok {
			add(hostOfText(base))
		}
	}
	for _, a := range c.file.Auth {
		for _, address := range []any{a.AuthorizeURL, a.TokenURL, a.RevokeURL} {
			if text, ok := address.(string); ok {
				add(hostOfText(text))
			}
		}
	}
	return list
}

// enter sees to a session where the choice has one, and learns the secrets to hide.
func (d *connectorDoer) enter(ctx context.Context, call *engine.Call, do *doing) error {
	conn := call.Connection
	if conn == nil || do.choice == nil {
		return nil
	}
	if do.choice.renewable() && conn.Session != nil {
		session, err := conn.Session()
		if err != nil {
			return engine.Permanent(err)
		}
		if session.Access == "" || do.choice.ending(session, d.out.now()) {
			return d.renewFrom(ctx, conn, do, session.Access)
		}
		do.session = session
	}
	return d.hide(conn, do)
}

// hide learns the secrets of a connection, to replace them wherever they turn up.
func (d *connectorDoer) hide(conn *connections.Connection, do *doing) error {
	secrets, err := do.choice.secrets(conn)
	d.redact = newRedactor(append(secrets, do.session.Access, do.session.Refresh)...)
	return err
}

// secrets are the values of all secret fields; of one that is an address, what follows the
// host too.
func (a *madeAuth) secrets(conn *connections.Connection) ([]string, error) {
	var secrets []string
	for _, id := range append(a.secretFields(), "client_secret") {
		values, err := conn.Secret(id)
		if err != nil {
			return nil, engine.Permanent(err)
		}
		secrets = append(secrets, values...)
		for _, v := range values {
			if u, err := url.Parse(v); err == nil && a.file.Kind == "url" && len(u.Path) > 1 {
				secrets = append(secrets, strings.TrimPrefix(u.EscapedPath(), "/"))
			}
		}
	}
	return secrets, nil
}

func (a *madeAuth) secretFields() []string {
	var ids []string
	for _, f := range a.file.Fields {
		if f.Type == "secret" {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// sign adds the connection's secrets to a finished request, and binds it to its hosts.
func (d *connectorDoer) sign(ctx context.Context, x *exchange, conn *connections.Connection, do *doing) error {
	fields := map[string]any{}
	if conn != nil {
		fields = plainFields(conn)
		x.bound = conn.Hosts
	}
	x.hosts = d.c.hosts(ctx, fields)
	if conn == nil || do.choice == nil {
		return nil
	}
	x.at = d.out.now()
	return do.choice.sign(x, conn, do.session)
}

// sign adds what a kind of signing in sends.
func (a *madeAuth) sign(x *exchange, conn *connections.Connection, session connections.Session) error {
	switch f := a.file; f.Kind {
	case "bearer":
		return secretHeader(x, conn, "Authorization", f.Secret, "Bearer ")
	case "header":
		return a.setHeaders(x, conn, session)
	case "query":
		query := x.url.Query()
		for name, field := range f.Params {
			secret, err := secretOf(conn, field)
			if err != nil {
				return err
			}
			query.Set(name, secret)
			x.hidden = append(x.hidden, name)
		}
		x.url.RawQuery = query.Encode()
	case "path":
		secret, err := secretOf(conn, f.Secret)
		if err != nil {
			return err
		}
		return a.inPath(x, conn, f.Prefix+url.PathEscape(secret)+f.Suffix)
	case "url":
		return a.whole(x, conn)
	case "basic":
		user, err := a.part(conn, f.User)
		if err != nil {
			return err
		}
		password, err := a.part(conn, f.Pass)
		if err != nil {
			return err
		}
		return setSecret(x, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	case "oauth2", "oauth2_cc", "jwt_bearer", "two_step":
		if len(f.Headers) == 0 {
			return setSecret(x, "Authorization", "Bearer "+session.Access)
		}
		return a.setHeaders(x, conn, session)
	case "sigv4":
		return a.signAWS(x, conn, x.at)
	}
	return nil
}

// part is a field's value, secret or plain, or a fixed text.
func (a *madeAuth) part(conn *connections.Connection, value any) (string, error) {
	if m, ok := value.(map[string]any); ok {
		text, _ := m["text"].(string)
		return text, nil
	}
	id, _ := value.(string)
	return a.valueOf(conn, id)
}

func (a *madeAuth) valueOf(conn *connections.Connection, id string) (string, error) {
	f := a.file.find(id)
	if f == nil || f.Type != "secret" {
		return conn.Fields[id], nil
	}
	if !f.Required {
		if values, err := conn.Secret(id); err == nil && len(values) == 0 {
			return "", nil
		}
	}
	return secretOf(conn, id)
}

// plain is the value of a field without which there is no signature.
func (a *madeAuth) plain(conn *connections.Connection, id string) (string, error) {
	text := conn.Fields[id]
	if f := a.file.find(id); f != nil && text == "" {
		text, _ = f.Default.(string)
	}
	if text == "" {
		return "", lackOf(conn, "no_field", id)
	}
	return text, nil
}

func (a *madeAuth) setHeaders(x *exchange, conn *connections.Connection, session connections.Session) error {
	for name, value := range a.file.Headers {
		h, _ := headerFile(value)
		text := session.Access
		if !a.renewable() || h.field != "access_token" && h.field != "token" {
			var err error
			if text, err = a.valueOf(conn, h.field); err != nil {
				return err
			}
		}
		if text == "" {
			continue
		}
		if err := setSecret(x, name, h.prefix+text); err != nil {
			return err
		}
	}
	return nil
}

// inPath puts a secret between the base and the path of a request.
func (a *madeAuth) inPath(x *exchange, conn *connections.Connection, secret string) error {
	base := x.url.Scheme + "://" + x.url.Host
	rest := strings.TrimPrefix(x.url.String(), base)
	own := ""
	if u, err := url.Parse(conn.Fields[baseField]); err == nil {
		own = strings.TrimSuffix(u.EscapedPath(), "/")
	}
	if !strings.HasPrefix(rest, own) {
		own = ""
	}
	to, err := url.Parse(base + own + secret + strings.TrimPrefix(rest, own))
	if err != nil {
		return engine.Faultf("bad_connection", "the connection %s holds a secret that cannot be a part of an address", conn.Name)
	}
	x.url = to
	return nil
}

// whole is a request whose address is the secret.
func (a *madeAuth) whole(x *exchange, conn *connections.Connection) error {
	secret, err := secretOf(conn, a.file.Secret)
	if err != nil {
		return err
	}
	to, err := readAddress(secret)
	if err != nil || to.Host == "" {
		return &engine.Fault{
			Code: "bad_connection", Message: "the address in the connection " + conn.Name + " cannot be read", Broken: true, Class: classAuth,
			Hint: form.Label("paste the whole address again", "cole o endereço inteiro de novo"),
		}
	}
	if query := x.url.RawQuery; query != "" {
		both := to.Query()
		for name, values := range x.url.Query() {
			both[name] = values
		}
		to.RawQuery = both.Encode()
	}
	x.url, x.secretURL = to, true
	return nil
}

// signAWS signs by AWS Signature Version 4 (docs.aws.amazon.com, "Create a signed request").
func (a *madeAuth) signAWS(x *exchange, conn *connections.Connection, now time.Time) error {
	f := a.file
	id, err := a.valueOf(conn, f.AccessKey)
	if err != nil {
		return err
	}
	key, err := secretOf(conn, f.SecretKey)
	if err != nil {
		return err
	}
	region, err := a.plain(conn, f.Region)
	if err != nil {
		return err
	}
	service := f.Service
	if f.find(service) != nil {
		if service, err = a.plain(conn, service); err != nil {
			return err
		}
	}
	day, stamp := now.UTC().Format("20060102"), now.UTC().Format("20060102T150405Z")
	signed, lines := "host", "host:"+x.url.Host+"\n"
	add := func(name, value string) {
		signed, lines = signed+";"+name, lines+name+":"+value+"\n"
	}
	if service == "s3" { // which wants to be told what is in the body
		x.header.Set("X-Amz-Content-Sha256", digest(x.body))
		add("x-amz-content-sha256", digest(x.body))
	}
	x.header.Set("X-Amz-Date", stamp)
	add("x-amz-date", stamp)
	if f.SessionToken != "" {
		if token, err := a.valueOf(conn, f.SessionToken); err == nil && token != "" {
			if err := setSecret(x, "X-Amz-Security-Token", token); err != nil {
				return err
			}
			add("x-amz-security-token", token)
		}
	}
	query := signedQuery(x.url)
	canonical := strings.Join([]string{x.method, signedPath(x.url, service), query, lines, signed, digest(x.body)}, "\n")
	scope := day + "/" + region + "/" + service + "/aws4_request"
	text := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + digest([]byte(canonical))
	secret := []byte("AWS4" + key)
	for _, part := range []string{day, region, service, "aws4_request"} {
		secret = sum256(secret, part)
	}
	x.url.RawQuery = query
	return setSecret(x, "Authorization", "AWS4-HMAC-SHA256 Credential="+id+"/"+scope+", SignedHeaders="+signed+", Signature="+hex.EncodeToString(sum256(secret, text)))
}

// signedPath is the path as it is signed: S3 escapes the name that it stands for, others escape what was sent.
func signedPath(u *url.URL, service string) string {
	path := u.EscapedPath()
	if service == "s3" {
		path = u.Path
	}
	return strings.NewReplacer("%2F", "/", "+", "%20").Replace(url.QueryEscape(orText(path, "/")))
}

// signedQuery is the query as it is signed and sent: by name, and equal names by value.
func signedQuery(u *url.URL) string {
	values := u.Query()
	for _, list := range values {
		slices.Sort(list)
	}
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}

func sum256(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}
