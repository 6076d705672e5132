package actions

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/form"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// mailbox is an open session with a mail server.
type mailbox struct {
	client *gomail.Client
	smtp   *smtp.Client
	stop   func() bool
}

// dialMail connects and signs in through the one way out. The session ends with ctx.
func dialMail(ctx context.Context, out *Outbound, c *connections.Connection) (*mailbox, error) {
	box := &mailbox{}
	var mu sync.Mutex
	var open net.Conn
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := out.Dial(ctx, network, address)
		mu.Lock()
		open = conn
		mu.Unlock()
		if err == nil && c.Fields["security"] == "tls" { // which the library leaves to whoever dials
			secured := tls.Client(conn, mailTLS(out, c))
			return secured, secured.HandshakeContext(ctx)
		}
		return conn, err
	}
	hangUp := func() {
		mu.Lock()
		defer mu.Unlock()
		if open != nil {
			_ = open.Close() // wakes whoever reads
		}
	}
	box.stop = context.AfterFunc(ctx, hangUp)
	options, err := mailOptions(out, c, dial)
	if err == nil {
		box.client, err = gomail.NewClient(c.Fields["host"], options...)
	}
	if err != nil {
		box.stop()
		return nil, engine.Faultf("bad_connection", "%v", err)
	}
	if box.smtp, err = box.client.DialToSMTPClientWithContext(ctx); err != nil {
		box.stop()
		hangUp()
		return nil, dialFault(box.client.ServerAddr(), err)
	}
	return box, nil
}

// longest is how long a message may take that nobody sets a limit for; the context of a step ends sooner.
const longest = time.Hour

// refusal is the reply of a server that takes nothing for a recipient, now or for good.
type refusal struct {
	recipient string
	reply     *textproto.Error
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the mail server takes no mail for %s: %s", r.recipient, replied(r.reply))
}

func (r *refusal) Unwrap() error { return r.reply }

// address names sender and recipients to the server. It gives those that are taken and those that
// are refused. While one is refused for now, nobody is written to: with the next attempt the others
// would be written to again. At the last one it does not keep them from getting the message.
func (b *mailbox) address(sender *mail.Address, recipients []string, last bool) (accepted []string, refused []*refusal, err error) {
	if err := b.smtp.UpdateDeadline(longest); err != nil {
		return nil, nil, mailFault(err)
	}
	if err := b.smtp.Mail(envelope(sender.Address)); err != nil {
		return nil, nil, mailFault(err)
	}
	var gravest *refusal // what the attempt fails with where nobody is taken
	for _, r := range recipients {
		err := b.smtp.Rcpt(envelope(r))
		if err == nil {
			accepted = append(accepted, r)
			continue
		}
		no := &refusal{recipient: r}
		if !errors.As(err, &no.reply) {
			return nil, nil, mailFault(err)
		}
		forNow := no.reply.Code < 500
		if forNow && !last {
			return nil, nil, mailFault(no)
		}
		if gravest == nil || forNow {
			gravest = no
		}
		refused = append(refused, no)
	}
	if len(accepted) == 0 {
		return nil, nil, mailFault(gravest)
	}
	return accepted, refused, nil
}

func envelope(address string) string { return (&mail.Address{Address: address}).String() }

// deliver sends the message to those who were taken. A connection that breaks after the content was
// sent leaves it open whether the message was taken.
func (b *mailbox) deliver(message *gomail.Msg, atMostOnce bool) error {
	content, err := b.smtp.Data()
	if err != nil {
		return mailFault(err)
	}
	if _, err := message.WriteTo(content); err != nil {
		return mailFault(err)
	}
	if err := content.Close(); err != nil {
		f := mailFault(err)
		f.Maybe = atMostOnce && f.Status == 0
		return f
	}
	return nil
}

func (b *mailbox) close() {
	_ = b.smtp.UpdateDeadline(time.Second)   // nothing depends on what it says to QUIT
	_ = b.client.CloseWithSMTPClient(b.smtp) // the mail is delivered or not, whatever QUIT says
	b.stop()
}

func mailOptions(out *Outbound, c *connections.Connection, dial gomail.DialContextFunc) ([]gomail.Option, error) {
	security := c.Fields["security"]
	port := map[string]int{"tls": 465, "none": 25}[security]
	if port == 0 {
		port = 587
	}
	if text := c.Fields["port"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("port %q is not a number", text)
		}
		port = n
	}
	options := []gomail.Option{gomail.WithDialContextFunc(dial), gomail.WithoutNoop(), gomail.WithTLSConfig(mailTLS(out, c))}
	switch security {
	case "tls":
		options = append(options, gomail.WithSSL())
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	options = append(options, gomail.WithPort(port))
	if user := c.Fields["username"]; user != "" {
		password, err := secretOf(c, "password")
		if err != nil {
			return nil, err
		}
		options = append(options, gomail.WithOpportunisticSMTPAuth(mailAuth(security)...), gomail.WithUsername(user), gomail.WithPassword(password))
	}
	return options, nil
}

// mailAuth lists ways to sign in: the first that a server offers is tried, and no other. CRAM-MD5 comes last, for
// servers offer it that cannot take it. Without encryption passwords are sent as they are only where the
// connection says that there is to be none.
func mailAuth(security string) []gomail.SMTPAuthType {
	plain := []gomail.SMTPAuthType{gomail.SMTPAuthPlain, gomail.SMTPAuthLogin}
	if security == "none" {
		plain = []gomail.SMTPAuthType{gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc}
	}
	return slices.Concat([]gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1}, plain, []gomail.SMTPAuthType{gomail.SMTPAuthCramMD5})
}

func mailTLS(out *Outbound, c *connections.Connection) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if out.tls != nil {
		config = out.tls.Clone()
	}
	config.ServerName = c.Fields["host"]
	return config
}

// lacking tells what a server does not offer that the connection asks for; the library has no
// errors of its own for some of it.
func lacking(err error) *engine.Fault {
	var noTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &noTLS):
		return &engine.Fault{
			Code: "no_tls", Message: "the mail server does not begin with TLS on this port", Permanent: true,
			Hint: form.Label("choose STARTTLS as the security of the connection, mostly with port 587, or another port", "escolha STARTTLS como segurança da conexão, em geral com a porta 587, ou outra porta"),
		}
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		return &engine.Fault{
			Code: "no_starttls", Message: "the mail server offers no STARTTLS", Permanent: true,
			Hint: form.Label("choose TLS as the security of the connection, mostly with port 465, or none where the way to the server is safe",
				"escolha TLS como segurança da conexão, em geral com a porta 465, ou nenhuma onde o caminho até o servidor é seguro"),
		}
	case strings.Contains(err.Error(), "does not support SMTP AUTH"), errors.Is(err, gomail.ErrNoSupportedAuthDiscovered), errors.Is(err, gomail.ErrPlainAuthNotSupported):
		return &engine.Fault{
			Code: "no_sign_in", Message: "the mail server offers no way to sign in with a user and a password", Permanent: true,
			Hint: form.Label("many offer it on another port, or only with STARTTLS or TLS; where no user is needed leave user and password empty",
				"muitos só oferecem em outra porta, ou só com STARTTLS ou TLS; onde não é preciso usuário, deixe usuário e senha vazios"),
		}
	}
	return nil
}

// dialFault decides about a session that could not be opened at an address: nothing was delivered.
func dialFault(address string, err error) error {
	var blocked *Blocked
	if errors.As(err, &blocked) {
		return &engine.Fault{Code: "blocked_address", Message: blocked.Error(), Permanent: true}
	}
	if lack := lacking(err); lack != nil {
		return lack
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		f := &engine.Fault{Code: fmt.Sprintf("smtp_%d", reply.Code), Message: fmt.Sprintf("the mail server said %d %s", reply.Code, reply.Msg), Status: reply.Code}
		if f.Broken = reply.Code == 535 || reply.Code == 534; f.Broken {
			f.Message = fmt.Sprintf("the mail server refused the user or the password (%d %s)", reply.Code, reply.Msg)
		}
		f.Permanent = reply.Code >= 500 && !f.Broken
		return f
	}
	return netFault("network", "no answer from "+address, err)
}

// mailFault decides about a message that was not accepted.
func mailFault(err error) *engine.Fault {
	if errors.Is(err, net.ErrClosed) { // by the context
		return &engine.Fault{Code: "timeout", Message: "the mail server did not answer in time"}
	}
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return netFault("network", "the mail server did not take the message", err)
	}
	f := &engine.Fault{Code: fmt.Sprintf("smtp_%d", reply.Code), Message: "the mail server did not take the message: " + replied(reply), Status: reply.Code, Permanent: reply.Code >= 500}
	var r *refusal
	if errors.As(err, &r) {
		f.Message = r.Error()
	}
	return f
}

// replied is a reply in one line.
func replied(reply *textproto.Error) string {
	return strings.Join(strings.Fields(fmt.Sprintf("%d %s", reply.Code, reply.Msg)), " ")
}
