package actions

import (
	"context"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/form"
)

// genericOAuth signs in for http.request, at addresses that the connection holds.
var genericOAuth = &Connector{auths: []string{"code", "client"}, file: connectorFile{
	ID: "oauth2", Name: form.Label("The OAuth 2 server", "O servidor OAuth 2"), Hosts: []any{map[string]any{"=": "connection.token_url"}, map[string]any{"=": "connection.authorize_url"}},
	Auth: map[string]*authFile{
		"code":   {Kind: "oauth2", AuthorizeURL: map[string]any{"=": "connection.authorize_url"}, TokenURL: map[string]any{"=": "connection.token_url"}},
		"client": {Kind: "oauth2_cc", TokenURL: map[string]any{"=": "connection.token_url"}},
	},
}}

// genericChoice is how a connection of the kind oauth2 signs in: a person does where there is
// an authorize URL, else the program with its client credentials.
func genericChoice(fields map[string]string) *madeAuth {
	if fields["authorize_url"] != "" {
		return genericOAuth.auth("code")
	}
	return genericOAuth.auth("client")
}

func genericOAuthKind(out *Outbound) connections.Kind {
	return connections.Kind{
		Kind: "oauth2", Title: form.Label("OAuth 2", "OAuth 2"), NeedsHosts: true, Bound: []string{"token_url", "authorize_url", "client_id"},
		Help: form.Label("With an authorize URL a person signs in; without one the client ID and secret are enough.",
			"Com uma URL de autorização, uma pessoa entra na conta; sem ela bastam client ID e client secret."),
		Fields: []connections.Field{
			{ID: "client_id", Label: form.Label("Client ID", "Client ID"), Required: true},
			{ID: "client_secret", Label: form.Label("Client secret", "Client secret"), Secret: true, Required: true},
			{ID: "authorize_url", Type: "url", Label: form.Label("Authorize URL", "URL de autorização"), Placeholder: "https://example.com/oauth/authorize"},
			{ID: "token_url", Type: "url", Label: form.Label("Token URL", "URL de token"), Required: true, Placeholder: "https://example.com/oauth/token"},
			{ID: "scopes", Label: form.Label("Scopes", "Escopos"), Help: form.Label("Separated by spaces.", "Separados por espaços.")},
		},
		SessionOf: func(fields map[string]string) connections.SessionKind {
			if fields["authorize_url"] != "" {
				return connections.PersonSession
			}
			return connections.OwnSession
		},
		SignIn: func(ctx context.Context, c *connections.Connection, callback, state, verifier string) (string, error) {
			if c.Fields["authorize_url"] == "" {
				return "", engine.Faultf("no_sign_in", "the connection has no authorize URL: it needs no sign-in")
			}
			return genericOAuth.signIn(ctx, c, genericChoice(c.Fields), callback, state, verifier)
		},
		Finish: func(ctx context.Context, c *connections.Connection, callback, code, verifier string) (connections.Session, error) {
			return genericOAuth.finish(ctx, out, c, genericChoice(c.Fields), callback, code, verifier)
		},
		Test: func(ctx context.Context, c *connections.Connection) (string, error) {
			return "", genericOAuth.renewNow(ctx, out, c, genericChoice(c.Fields))
		},
	}
}

// bearer adds the access token of a connection of the kind oauth2, a fresh one where it has
// ended.
func bearer(ctx context.Context, out *Outbound, x *exchange, c *connections.Connection) error {
	if c.Session == nil {
		return signInAgain(c, "the connection "+c.Name+" is not signed in")
	}
	session, err := c.Session()
	if err != nil {
		return engine.Permanent(err)
	}
	if a := genericChoice(c.Fields); session.Access == "" || a.ending(session, out.now()) {
		if session, err = genericOAuth.renewFrom(ctx, out, c, a, session.Access); err != nil {
			return err
		}
	}
	x.token = session.Access
	return setSecret(x, "Authorization", "Bearer "+session.Access)
}

// again sends a request once more with a new token, after the one that it has was refused.
func (o *Outbound) again(ctx context.Context, x *exchange, c *connections.Connection) (*reply, error) {
	session, err := genericOAuth.renewFrom(ctx, o, c, genericChoice(c.Fields), x.token)
	if err != nil {
		return nil, err
	}
	x.token = session.Access
	if err := setSecret(x, "Authorization", "Bearer "+session.Access); err != nil {
		return nil, err
	}
	return o.do(ctx, x)
}
