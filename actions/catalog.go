package actions

import (
	"context"
	"fmt"

	"gancho/engine"
	"gancho/engine/connections"
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

// senderLabel names the field of a mail server that e-mails take their sender from.
var senderLabel = form.Label("Sender", "Remetente")

// Connections lists the kinds of connection that the actions take.
func Connections(out *Outbound) []connections.Kind {
	return append([]connections.Kind{
		{
			Kind: "smtp", Title: form.Label("Mail server (SMTP)", "Servidor de e-mail (SMTP)"), HostField: "host",
			Fields: []connections.Field{
				{
					ID: "host", Type: "text", Label: form.Label("Server", "Servidor"), Required: true, Placeholder: "smtp.example.com",
					Help: form.Label("The outgoing server of your mail provider, such as smtp.gmail.com or smtp.office365.com.", "O servidor de saída do seu provedor de e-mail, como smtp.gmail.com ou smtp.office365.com."),
				},
				{
					ID: "security", Label: form.Label("Security", "Segurança"), Options: []string{"starttls", "tls", "none"}, Default: "starttls",
					OptionLabels: []form.Words{
						form.Label("STARTTLS, port 587 (usual)", "STARTTLS, porta 587 (mais comum)"), form.Label("TLS from the start, port 465", "TLS desde o início, porta 465"),
						form.Label("None, port 25: only inside your own network", "Nenhuma, porta 25: só dentro da sua própria rede"),
					},
				},
				{
					ID: "port", Label: form.Label("Port", "Porta"), Advanced: true, Pattern: "^[0-9]{1,5}$", Type: "number", Min: bound(1), Max: bound(65535),
					Help: form.Label("Only where it is not the usual one of that security.", "Só quando não é a habitual dessa segurança."),
				},
				{ID: "username", Type: "text", Label: form.Label("User", "Usuário"), Placeholder: "loja@example.com", Help: form.Label("Mostly the whole e-mail address.", "Em geral o endereço de e-mail inteiro.")},
				{
					ID: "password", Label: form.Label("Password", "Senha"), Secret: true,
					Help: form.Label("Gmail and others with sign-in in two steps want an app password, made in the account's security settings.",
						"Gmail e outros com verificação em duas etapas pedem uma senha de app, criada nas configurações de segurança da conta."),
				},
				{
					ID: "from", Label: senderLabel, Placeholder: "Loja <loja@example.com>", Wrong: wrongSender,
					Help:  form.Label("What e-mails say they are from, unless a step says otherwise.", "De quem os e-mails dizem ser, a menos que um passo diga outra coisa."),
					Unset: form.Label("it has no sender: each step must fill in its field “From”", "ela não tem remetente: cada passo precisa preencher o campo “De”"),
				},
			},
			Test: func(ctx context.Context, c *connections.Connection) (string, error) { return testMail(ctx, out, c) },
		},
		{
			Kind: "http_bearer", Title: form.Label("HTTP: bearer token", "HTTP: token bearer"), NeedsHosts: true,
			For:    form.Label("For most APIs: a token that goes out as Authorization: Bearer.", "Para a maioria das APIs: um token que vai como Authorization: Bearer."),
			Fields: []connections.Field{{ID: "token", Label: form.Label("Token", "Token"), Secret: true, Required: true, OneLine: true, Scheme: "Bearer"}},
		},
		{
			Kind: "http_header", Title: form.Label("HTTP: secret in a header", "HTTP: segredo em um cabeçalho"), NeedsHosts: true,
			For: form.Label("For APIs that want a key in a header of their own, such as X-Api-Key.", "Para APIs que pedem uma chave em um cabeçalho próprio, como X-Api-Key."),
			Fields: []connections.Field{
				{ID: "name", Type: "text", Label: form.Label("Header", "Cabeçalho"), Required: true, Wrong: wrongHeader},
				{ID: "value", Label: form.Label("Value", "Valor"), Secret: true, Required: true, OneLine: true},
			},
		},
		{
			Kind: "http_query", Title: form.Label("HTTP: secret in the address", "HTTP: segredo no endereço"), NeedsHosts: true,
			For: form.Label("For APIs that take the key in the address only, as in ?key=abc.", "Para APIs que só aceitam a chave no endereço, como ?key=abc."),
			Fields: []connections.Field{
				{ID: "name", Type: "text", Label: form.Label("Parameter", "Parâmetro"), Required: true},
				{ID: "value", Label: form.Label("Value", "Valor"), Secret: true, Required: true},
			},
		},
		{
			Kind: "http_basic", Title: form.Label("HTTP: user and password", "HTTP: usuário e senha"), NeedsHosts: true,
			For: form.Label("For APIs that want a user and a password.", "Para APIs que pedem usuário e senha."),
			Fields: []connections.Field{
				{ID: "username", Label: form.Label("User", "Usuário"), Required: true},
				{ID: "password", Label: form.Label("Password", "Senha"), Secret: true},
			},
		},
		genericOAuthKind(out),
		{
			Kind: "hmac", Title: form.Label("Signed requests (HMAC)", "Requisições assinadas (HMAC)"), NeedsHosts: true,
			Fields: []connections.Field{
				{ID: "secret", Label: form.Label("Secret", "Segredo"), Secret: true, Required: true},
				{
					ID: "scheme", Label: form.Label("Scheme", "Esquema"), Options: []string{"standard_webhooks", "header"}, Default: "standard_webhooks",
					OptionLabels: []form.Words{form.Label("Standard Webhooks", "Standard Webhooks"), form.Label("The signature of the body in a header", "A assinatura do corpo em um cabeçalho")},
				},
				{ID: "header", Type: "text", Label: form.Label("Header", "Cabeçalho"), Placeholder: "X-Signature", Wrong: wrongHeader},
				{ID: "hash", Label: form.Label("Hash", "Hash"), Options: []string{"sha256", "sha1", "sha512"}, Default: "sha256"},
				{ID: "encoding", Label: form.Label("Encoding", "Codificação"), Options: []string{"hex", "base64"}, Default: "hex"},
				{ID: "prefix", Label: form.Label("Prefix", "Prefixo")},
			},
		},
		{
			Kind: "generic:webhook", Title: form.Label("Webhook secret", "Segredo de webhook"),
			Fields: []connections.Field{
				{ID: "secret", Label: form.Label("Secret", "Segredo"), Secret: true},
				{ID: "username", Label: form.Label("User", "Usuário"), Secret: true},
				{ID: "password", Label: form.Label("Password", "Senha"), Secret: true},
			},
		},
	}, Kinds(out, builtInConnectors())...)
}

func bound(n float64) *float64 { return &n }

// wrongHeader says what is wrong with the name of a header that a secret is to go out in.
func wrongHeader(value string, _ map[string]string) form.Words {
	if value == "" {
		return form.Words{}
	}
	_, err := headerText(value, "")
	if err == nil {
		return form.Words{}
	}
	return form.Label(fmt.Sprintf("%q is no header that can be sent; write one such as X-Api-Key", value),
		fmt.Sprintf("%q não é um cabeçalho que possa ser enviado; escreva um como X-Api-Key", value))
}

// wrongSender says what is wrong with the sender of a mail server; without one each step names its own.
func wrongSender(value string, _ map[string]string) form.Words {
	if _, err := address("from", value); value == "" || err == nil {
		return form.Words{}
	}
	return form.Label(fmt.Sprintf("%q is not an e-mail address; write loja@example.com, or Loja <loja@example.com>", value),
		fmt.Sprintf("%q não é um endereço de e-mail; escreva loja@example.com, ou Loja <loja@example.com>", value))
}

// testMail signs in and says good-bye. A sender that no e-mail can have does not work either.
func testMail(ctx context.Context, out *Outbound, c *connections.Connection) (string, error) {
	if from := c.Fields["from"]; from != "" {
		if _, err := address("from", from); err != nil {
			return "", err
		}
	}
	box, err := dialMail(ctx, out, c)
	if err != nil {
		return "", err
	}
	box.close()
	return c.Fields["from"], nil
}
