package actions

import (
	"maps"
	"slices"

	"gancho/engine/form"
)

var authKinds = []string{"none", "bearer", "header", "query", "path", "url", "basic", "oauth2", "oauth2_cc", "jwt_bearer", "sigv4", "two_step"}

func (r *connectorReader) auths(c *Connector) {
	for _, id := range c.auths {
		at, a := "/auth/"+form.Escape(id), r.file.Auth[id]
		r.id(at, id)
		if id == "webhook" {
			r.bad(at, "bad_id", "no choice may be called webhook", "nenhuma opção pode se chamar webhook")
		}
		r.among(at+"/kind", a.Kind, authKinds...)
		r.words(at+"/name", a.Name, a.Kind != "none")
		r.words(at+"/for", a.For, false)
		r.words(at+"/help", a.Help, false)
		r.fields(at+"/fields", a.Fields, connectTypes)
		r.kind(at, a)
		if t := a.Test; t != nil {
			if r.required(at+"/test/request", t.Request != nil) {
				r.request(at+"/test/request", t.Request, requestRoots)
			}
			r.expression(at+"/test/ok", t.OK, answerRoots)
			r.expression(at+"/test/account", t.Account, answerRoots)
		}
	}
}

func (r *connectorReader) kind(at string, a *authFile) {
	switch a.Kind {
	case "bearer", "path", "url":
		r.secret(at+"/secret", a, a.Secret)
		if a.Kind == "url" {
			r.required("/hosts", len(r.file.Hosts) > 0)
		}
	case "header":
		r.required(at+"/headers", len(a.Headers) > 0)
		r.authHeaders(at+"/headers", a)
	case "query":
		r.required(at+"/params", len(a.Params) > 0)
		for _, name := range slices.Sorted(maps.Keys(a.Params)) {
			r.secret(at+"/params/"+form.Escape(name), a, a.Params[name])
		}
	case "basic":
		r.fieldOrText(at+"/user", a, a.User)
		r.fieldOrText(at+"/password", a, a.Pass)
	case "oauth2":
		r.address(at+"/authorize_url", a.AuthorizeURL, true)
		r.address(at+"/token_url", a.TokenURL, true)
		r.address(at+"/revoke_url", a.RevokeURL, false)
		r.tokens(at, a)
	case "oauth2_cc":
		r.address(at+"/token_url", a.TokenURL, true)
		r.tokens(at, a)
	case "jwt_bearer":
		r.address(at+"/token_url", a.TokenURL, true)
		r.secret(at+"/key", a, a.Key)
		r.required(at+"/claims", len(a.Claims) > 0)
		r.tree(at+"/claims", a.Claims, requestRoots)
	case "two_step":
		if r.required(at+"/request", a.Request != nil) {
			r.request(at+"/request", a.Request, loginRoots)
		}
		r.required(at+"/token", a.Token != "")
		r.expression(at+"/token", a.Token, answerRoots)
		r.expression(at+"/expires", a.Expires, answerRoots)
	case "sigv4":
		r.required(at+"/service", a.Service != "")
		r.secret(at+"/secret_key", a, a.SecretKey)
		r.known(at+"/access_key", a, a.AccessKey)
		r.known(at+"/region", a, a.Region)
	}
}

func (r *connectorReader) tokens(at string, a *authFile) {
	if a.TokenBody != "" {
		r.among(at+"/token_body", a.TokenBody, "form", "json")
	}
	if a.TokenAuth != "" {
		r.among(at+"/token_auth", a.TokenAuth, "body", "basic")
	}
	for _, name := range slices.Sorted(maps.Keys(a.Capture)) {
		r.id(at+"/capture/"+form.Escape(name), name)
		r.expression(at+"/capture/"+form.Escape(name), a.Capture[name], answerRoots)
	}
}

func (r *connectorReader) address(at string, value any, must bool) {
	if value == nil {
		if must {
			r.required(at, false)
		}
		return
	}
	text, ok := value.(string)
	if !ok {
		r.hole(at, value)
		return
	}
	if hostOfText(text) == "" {
		r.bad(at, "bad_url", "must be an address such as https://api.example.com/token", "deve ser um endereço como https://api.example.com/token")
	}
}

func (r *connectorReader) authHeaders(at string, a *authFile) {
	for _, name := range slices.Sorted(maps.Keys(a.Headers)) {
		h, ok := headerFile(a.Headers[name])
		if path := at + "/" + form.Escape(name); !ok {
			r.bad(path, "wrong_type", "must be a field, or {field, prefix}", "deve ser um campo, ou {field, prefix}")
		} else {
			r.known(path, a, h.field)
		}
	}
}

type authHeader struct{ field, prefix string }

// headerFile reads a field's name, or {field, prefix}.
func headerFile(value any) (authHeader, bool) {
	if text, ok := value.(string); ok {
		return authHeader{field: text}, true
	}
	m, ok := value.(map[string]any)
	field, isText := m["field"].(string)
	prefix, _ := m["prefix"].(string)
	for name := range m {
		ok = ok && (name == "field" || name == "prefix")
	}
	return authHeader{field, prefix}, ok && isText
}

// secret must be one of the choice's fields of type secret.
func (r *connectorReader) secret(at string, a *authFile, id string) {
	if !r.required(at, id != "") {
		return
	}
	if f := a.find(id); f == nil || f.Type != "secret" {
		r.bad(at, "unknown_field", "must name a field of this choice of type secret", "deve citar um campo desta opção do tipo secret")
	}
}

func (r *connectorReader) known(at string, a *authFile, id string) {
	if r.required(at, id != "") && a.find(id) == nil {
		r.bad(at, "unknown_field", "must name a field of this choice", "deve citar um campo desta opção")
	}
}

func (r *connectorReader) fieldOrText(at string, a *authFile, value any) {
	switch v := value.(type) {
	case string:
		r.known(at, a, v)
	case map[string]any:
		if _, ok := v["text"].(string); !ok || len(v) != 1 {
			r.bad(at, "wrong_type", `must be a field, or {"text": …}`, `deve ser um campo, ou {"text": …}`)
		}
	default:
		r.required(at, false)
	}
}

func (a *authFile) find(id string) *fieldFile {
	for i := range a.Fields {
		if a.Fields[i].ID == id {
			return &a.Fields[i]
		}
	}
	return nil
}
