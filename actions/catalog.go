package actions

import (
	"context"

	"gancho/engine"
	"gancho/engine/form"
)

// Catalog lists the actions of this package, in the order in which people look for things.
func Catalog(out *Outbound) []engine.Action {
	connectors := builtInConnectors()
	return append([]engine.Action{
		httpRequestAction(out),
		webhookSendAction(out),
		emailSendAction(out),
		logAction(),
		sheetsAppendAction(out, connectors),
		sheetsUpsertAction(out, connectors),
	}, Actions(out, connectors)...)
}

// Connections lists the kinds of connection that the actions take.
func Connections(out *Outbound) []engine.ConnectionKind {
	return append([]engine.ConnectionKind{
		{
			Kind: "smtp", Title: form.Label("Mail server (SMTP)", "Servidor de e-mail (SMTP)"), HostField: "host",
			Fields: []engine.ConnectionField{
				{ID: "host", Label: form.Label("Server", "Servidor"), Required: true},
				{ID: "port", Label: form.Label("Port", "Porta")},
				{ID: "security", Label: form.Label("Security", "Segurança"), Options: []string{"starttls", "tls", "none"}, Default: "starttls"},
				{ID: "username", Label: form.Label("User", "Usuário")},
				{ID: "password", Label: form.Label("Password", "Senha"), Secret: true},
				{ID: "from", Label: form.Label("Sender's address", "Endereço do remetente")},
			},
			Test: func(ctx context.Context, c *engine.Connection) (string, error) { return testMail(ctx, out, c) },
		},
		{
			Kind: "http_header", Title: form.Label("HTTP: secret in a header", "HTTP: segredo em um cabeçalho"), NeedsHosts: true,
			Fields: []engine.ConnectionField{
				{ID: "name", Label: form.Label("Header", "Cabeçalho"), Required: true},
				{ID: "value", Label: form.Label("Value", "Valor"), Secret: true, Required: true},
			},
		},
		{
			Kind: "http_query", Title: form.Label("HTTP: secret in the address", "HTTP: segredo no endereço"), NeedsHosts: true,
			Fields: []engine.ConnectionField{
				{ID: "name", Label: form.Label("Parameter", "Parâmetro"), Required: true},
				{ID: "value", Label: form.Label("Value", "Valor"), Secret: true, Required: true},
			},
		},
		{
			Kind: "http_bearer", Title: form.Label("HTTP: bearer token", "HTTP: token bearer"), NeedsHosts: true,
			Fields: []engine.ConnectionField{{ID: "token", Label: form.Label("Token", "Token"), Secret: true, Required: true}},
		},
		{
			Kind: "http_basic", Title: form.Label("HTTP: user and password", "HTTP: usuário e senha"), NeedsHosts: true,
			Fields: []engine.ConnectionField{
				{ID: "username", Label: form.Label("User", "Usuário"), Required: true},
				{ID: "password", Label: form.Label("Password", "Senha"), Secret: true},
			},
		},
		genericOAuthKind(out),
		{
			Kind: "hmac", Title: form.Label("Signed requests (HMAC)", "Requisições assinadas (HMAC)"), NeedsHosts: true,
			Fields: []engine.ConnectionField{
				{ID: "secret", Label: form.Label("Secret", "Segredo"), Secret: true, Required: true},
				{ID: "scheme", Label: form.Label("Scheme", "Esquema"), Options: []string{"standard_webhooks", "header"}, Default: "standard_webhooks"},
				{ID: "header", Label: form.Label("Header", "Cabeçalho")},
				{ID: "hash", Label: form.Label("Hash", "Hash"), Options: []string{"sha256", "sha1", "sha512"}, Default: "sha256"},
				{ID: "encoding", Label: form.Label("Encoding", "Codificação"), Options: []string{"hex", "base64"}, Default: "hex"},
				{ID: "prefix", Label: form.Label("Prefix", "Prefixo")},
			},
		},
		{
			Kind: "generic:webhook", Title: form.Label("Webhook secret", "Segredo de webhook"),
			Fields: []engine.ConnectionField{
				{ID: "secret", Label: form.Label("Secret", "Segredo"), Secret: true},
				{ID: "username", Label: form.Label("User", "Usuário"), Secret: true},
				{ID: "password", Label: form.Label("Password", "Senha"), Secret: true},
			},
		},
	}, Kinds(out, builtInConnectors())...)
}

// testMail signs in and says good-bye.
func testMail(ctx context.Context, out *Outbound, c *engine.Connection) (string, error) {
	box, err := dialMail(ctx, out, c)
	if err != nil {
		return "", err
	}
	box.close()
	return c.Fields["from"], nil
}
