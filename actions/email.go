package actions

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/form"

	gomail "github.com/wneessen/go-mail"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

func emailSendAction(out *Outbound) engine.Action {
	return engine.Action{
		Kind:    "email.send",
		Title:   form.Label("Send an e-mail", "Enviar um e-mail"),
		Summary: form.Label("Sends an e-mail through your own mail server", "Envia um e-mail pelo seu próprio servidor"),
		Words:   form.Label("mail smtp message notify", "correio smtp mensagem avisar mandar"),
		Group:   "message",
		New:     func() engine.Doer { return &email{out: out} },
		Effect:  true, Connection: []string{"smtp"},
		Sample: map[string]any{"message_id": "<sample@example.com>", "accepted": []any{"ana@example.com"}, "rejected": []any{}},
	}
}

type email struct {
	out *Outbound

	to, cc, bcc             []string
	replyTo, from, subject  string
	text, html, markdown    string
	attachments             []any
	headers                 map[string]any
	files                   []attachment
	sender                  *mail.Address
	recipients              []string
	messageID, renderedHTML string
	renderedText            string
}

type attachment struct {
	name, contentType string
	content           []byte
}

const maxAttachments = 20 << 20

func (m *email) Fields() form.Fields {
	return form.Of(
		form.Texts("to", &m.to, form.Label("To", "Para")).Addresses().Required().Placeholder("ana@example.com").Example("{{ trigger.body.customer.email }}").
			Help(form.Label("A list, or addresses with commas between them.", "Uma lista, ou endereços separados por vírgula.")),
		form.Texts("cc", &m.cc, form.Label("Copy", "Cópia")).Addresses().Advanced(),
		form.Texts("bcc", &m.bcc, form.Label("Blind copy", "Cópia oculta")).Addresses().Advanced(),
		form.Text("reply_to", &m.replyTo, form.Label("Reply to", "Responder para")).Addresses().Advanced(),
		form.Text("from", &m.from, form.Label("From", "De")).Addresses().Advanced().OrConnection("from", senderLabel).
			Help(form.Label("Without it, the address of the connection.", "Sem isto, o endereço da conexão.")),
		form.Text("subject", &m.subject, form.Label("Subject", "Assunto")).Required().Example("{{ trigger.body.id }}"),
		form.LongText("markdown", &m.markdown, form.Label("Message", "Mensagem")).AnyOf("message").
			Help(form.Label("Plain words are enough. Two stars around words make them bold, a hyphen begins a line of a list, and addresses become links (Markdown).", "Texto simples basta. Dois asteriscos em volta das palavras fazem negrito, um hífen começa uma linha de lista, e endereços viram links (Markdown).")),
		form.LongText("text", &m.text, form.Label("Text only, in place of the message", "Só texto, no lugar da mensagem")).AnyOf("message").Advanced(),
		form.LongText("html", &m.html, form.Label("HTML, in place of the message", "HTML, no lugar da mensagem")).AnyOf("message").Advanced().
			Help(form.Label("What strangers may have written belongs into escape_html(…), in the message into escape_markdown(…): else their links and pictures stand in your e-mail.", "O que estranhos podem ter escrito vai em escape_html(…), na mensagem em escape_markdown(…): senão os links e imagens deles ficam no seu e-mail.")),
		form.List("attachments", &m.attachments, form.Label("Attachments", "Anexos")).Advanced().
			Each(form.Text("name", new(string), form.Label("Name of the file", "Nome do arquivo")).Required().Example("nota.pdf"), contents(), asText(), contentType()),
		form.Map("headers", &m.headers, form.Label("Headers", "Cabeçalhos")).Advanced(),
	)
}

// What a file holds, as its form shows it.
func contents() *form.Field {
	return form.Text("base64", new(string), form.Label("File from the data", "Arquivo dos dados")).OneOf("contents").
		Help(form.Label("A value that holds a file as base64, such as the body of an answer that was read as bytes.", "Um valor que traz um arquivo em base64, como o corpo de uma resposta lida como bytes."))
}

func asText() *form.Field {
	return form.LongText("text", new(string), form.Label("Text", "Texto")).OneOf("contents")
}

func contentType() *form.Field {
	return form.Text("content_type", new(string), form.Label("Type", "Tipo")).Placeholder("application/pdf").Advanced()
}

// Check finds what each run would fail with, and secrets that are written out.
func (m *email) Check(with map[string]any) []form.Problem {
	f := &fixed{with: with}
	if subject, ok := with["subject"].(string); ok && !form.Holds(subject) {
		f.refuse(subjectLine(subject), "subject")
	}
	f.headers(mailHeader)
	f.elements("attachments", func(i int, value any) {
		_, err := readAttachment(i, written(value))
		f.refuse(err, "attachments", strconv.Itoa(i))
	})
	return f.problems
}

func subjectLine(subject string) error {
	if strings.ContainsAny(subject, "\r\n") {
		return engine.Faultf("bad_input", "subject: must be one line")
	}
	return nil
}

// Do delivers the e-mail to the connection's server. The Message-ID is the same for each
// attempt, so that a repeat is recognised. Replies from 400 to 499 are tried again. Recipients that
// the server refuses for good, or still refuses at the last attempt, are left out, as long as it takes another.
func (m *email) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	if err := m.prepare(call); err != nil {
		return nil, err
	}
	message, err := m.message()
	if err != nil {
		return nil, err
	}
	call.Sent(func() any { return m.shown(call) })
	box, err := dialMail(ctx, m.out, call.Connection)
	if err != nil {
		return nil, err
	}
	defer box.close()
	accepted, refusals, err := box.address(m.sender, m.recipients, call.Last)
	if err != nil {
		return nil, err
	}
	if err := box.deliver(message, call.AtMostOnce); err != nil {
		return nil, err
	}
	rejected := []string{}
	for _, r := range refusals {
		rejected = append(rejected, r.recipient)
		if call.Log != nil {
			call.Log(r.Error())
		}
	}
	return map[string]any{"message_id": m.messageID, "accepted": list(accepted), "rejected": list(rejected)}, nil
}

// Request is what would be sent.
func (m *email) Request(_ context.Context, call *engine.Call) (any, error) {
	if err := m.prepare(call); err != nil {
		return nil, err
	}
	return m.shown(call), nil
}

func (m *email) shown(call *engine.Call) map[string]any {
	files := []any{}
	for _, f := range m.files {
		files = append(files, map[string]any{"name": f.name, "content_type": f.contentType, "bytes": len(f.content)})
	}
	shown := map[string]any{
		"from": m.sender.String(), "to": list(m.to), "cc": list(m.cc), "bcc": list(m.bcc), "subject": m.subject,
		"text": m.renderedText, "html": m.renderedHTML, "attachments": files, "message_id": m.messageID,
	}
	if call.Connection != nil { // which a test may not know
		if host := call.Connection.Fields["host"]; host != "" {
			shown["server"] = host
		}
	}
	return shown
}

func list(texts []string) []any {
	out := []any{}
	for _, t := range texts {
		out = append(out, t)
	}
	return out
}

// prepare checks everything before anybody is called.
func (m *email) prepare(call *engine.Call) error {
	if err := m.lend(call.Connection); err != nil {
		return err
	}
	var err error
	if m.sender, err = address("from", m.from); err != nil {
		return err
	}
	m.recipients = nil // of an attempt before
	for _, field := range []struct {
		name string
		list []string
	}{{"to", m.to}, {"cc", m.cc}, {"bcc", m.bcc}} {
		for _, text := range field.list {
			a, err := address(field.name, text)
			if err != nil {
				return err
			}
			if !slices.Contains(m.recipients, a.Address) {
				m.recipients = append(m.recipients, a.Address)
			}
		}
	}
	if len(m.to) == 0 {
		return engine.Faultf("bad_input", "field %s: %s", "/to", "is required")
	}
	if m.replyTo != "" {
		if _, err := address("reply_to", m.replyTo); err != nil {
			return err
		}
	}
	if err := subjectLine(m.subject); err != nil {
		return err
	}
	if err := m.addHeaders(func(string, string) {}); err != nil {
		return err
	}
	m.messageID = messageID(call.Key, m.sender.Address)
	return errors.Join(m.render(), m.attach())
}

// lend takes the sender from the connection where the step names none.
func (m *email) lend(c *connections.Connection) error {
	if m.from != "" || c == nil {
		return nil
	}
	m.from = c.Fields["from"]
	if m.from == "" && c.Kind == "" { // held back, no connection at hand
		m.from = "sender@example.com"
	}
	for _, p := range m.Fields().Lacking(map[string]any{"from": m.from}, c.Name, func(string) bool { return false }) {
		return &engine.Fault{Code: "bad_input", Message: fmt.Sprintf("field %s: %s", p.Path, p.Message.EN), Hint: p.Hint, Permanent: true}
	}
	return nil
}

// address reads one mailbox; more than one line would write headers of its own.
func address(field, text string) (*mail.Address, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, engine.Faultf("bad_input", "%s: an address must be one line", field)
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		return nil, engine.Faultf("bad_input", "%s: %q is not an e-mail address", field, text)
	}
	return a, nil
}

// messageID is derived from run and step: <run>-<step path> is the key of a call.
func messageID(key, from string) string {
	_, domain, _ := strings.Cut(from, "@")
	return fmt.Sprintf("<%s@%s>", digest([]byte(key))[:32], domain)
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM))

func (m *email) render() error {
	m.renderedText, m.renderedHTML = m.text, m.html
	if m.markdown == "" {
		return nil
	}
	var b bytes.Buffer
	if err := markdown.Convert([]byte(m.markdown), &b); err != nil {
		return engine.Faultf("bad_input", "markdown: %v", err)
	}
	if m.renderedText == "" {
		m.renderedText = plainOf(m.markdown)
	}
	if m.renderedHTML == "" {
		m.renderedHTML = b.String()
	}
	return nil
}

func (m *email) attach() error {
	total := 0
	m.files = nil
	for i, element := range m.attachments {
		a, err := readAttachment(i, element)
		if err != nil {
			return err
		}
		if total += len(a.content); total > maxAttachments {
			return engine.Faultf("too_big", "attachments: more than 20 MiB together")
		}
		m.files = append(m.files, a)
	}
	return nil
}

func readAttachment(i int, element any) (a attachment, err error) {
	file, ok := element.(map[string]any)
	if !ok {
		return a, engine.Faultf("bad_input", "attachments %d: must be an object {name, content_type, base64 or text}", i)
	}
	texts := map[string]string{}
	for member, value := range file {
		text, ok := form.Scalar(value)
		if !ok || !slices.Contains([]string{"name", "content_type", "base64", "text"}, member) {
			return a, engine.Faultf("bad_input", "attachments %d: member %q is not one of name, content_type, base64, text with a text", i, member)
		}
		texts[member] = text
	}
	if texts["name"] == "" || strings.ContainsAny(texts["name"]+texts["content_type"], "\r\n") {
		return a, engine.Faultf("bad_input", "attachments %d: needs a name of one line", i)
	}
	a = attachment{name: texts["name"], contentType: texts["content_type"], content: []byte(texts["text"])}
	if encoded := texts["base64"]; encoded != "" {
		if a.content, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return a, engine.Faultf("bad_input", "attachments %d: base64 cannot be read", i)
		}
	}
	return a, nil
}

// message builds the e-mail.
func (m *email) message() (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.SetMessageIDWithValue(strings.Trim(m.messageID, "<>"))
	err := errors.Join(msg.From(m.sender.String()), msg.To(m.to...), msg.Cc(m.cc...), msg.Bcc(m.bcc...))
	if m.replyTo != "" {
		err = errors.Join(err, msg.ReplyTo(m.replyTo))
	}
	if err != nil {
		return nil, engine.Faultf("bad_input", "%v", err)
	}
	msg.Subject(m.subject)
	msg.SetDate()
	if err := m.addHeaders(func(name, text string) { msg.SetGenHeader(gomail.Header(name), text) }); err != nil {
		return nil, err
	}
	switch {
	case m.renderedText != "" && m.renderedHTML != "":
		msg.SetBodyString(gomail.TypeTextPlain, m.renderedText)
		msg.AddAlternativeString(gomail.TypeTextHTML, m.renderedHTML)
	case m.renderedHTML != "":
		msg.SetBodyString(gomail.TypeTextHTML, m.renderedHTML)
	default:
		msg.SetBodyString(gomail.TypeTextPlain, m.renderedText)
	}
	for _, f := range m.files {
		var options []gomail.FileOption
		if f.contentType != "" {
			options = append(options, gomail.WithFileContentType(gomail.ContentType(f.contentType)))
		}
		if err := msg.AttachReader(f.name, bytes.NewReader(f.content), options...); err != nil {
			return nil, engine.Faultf("bad_input", "attachment %s: %v", f.name, err)
		}
	}
	return msg, nil
}

// addHeaders refuses headers that the message has from its other fields.
func (m *email) addHeaders(add func(name, text string)) error {
	for name, value := range m.headers {
		text, err := mailHeader(name, value)
		if err != nil {
			return err
		}
		add(name, text)
	}
	return nil
}
