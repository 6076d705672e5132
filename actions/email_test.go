package actions

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"gancho/engine"
	"gancho/engine/said"
)

// postOffice is a mail server that refuses some recipients and keeps what it takes.
type postOffice struct {
	refuse map[string]error  // by address; "." is the end of a message
	tls    string            // from the start, or starttls; with it one has to sign in
	ways   []string          // to sign in
	before func(step string) // is called before each of them is answered

	mu      sync.Mutex
	in      string // how one signed in
	to      []string
	letters []letter
}

type letter struct {
	to   []string
	text string
}

func (p *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return p, nil }
func (p *postOffice) Reset()                                      { p.to = nil }
func (p *postOffice) Logout() error                               { return nil }
func (p *postOffice) Mail(string, *smtp.MailOptions) error        { return nil }

func (p *postOffice) answer(step string) error {
	if p.before != nil {
		p.before(step)
	}
	return p.refuse[step]
}

func (p *postOffice) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := p.answer(to); err != nil {
		return err
	}
	p.to = append(p.to, to)
	return nil
}

func (p *postOffice) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := p.answer("."); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, letter{p.to, string(text)})
	return nil
}

func (p *postOffice) kept() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.letters)
}

// lobby is a session that one has to sign in to.
type lobby struct{ *postOffice }

func (l lobby) NewSession(*smtp.Conn) (smtp.Session, error) { return l, nil }
func (l lobby) AuthMechanisms() []string                    { return l.ways }

func (l lobby) Auth(way string) (sasl.Server, error) {
	known := func(user, password string) error {
		if user != "loja" || password != "hush" {
			return smtp.ErrAuthFailed
		}
		l.in = way
		return nil
	}
	if way == sasl.Plain {
		return sasl.NewPlainServer(func(_, user, password string) error { return known(user, password) }), nil
	}
	return &loginServer{known: known}, nil
}

// loginServer is the way LOGIN, which asks for the user, then for the password.
type loginServer struct {
	known func(user, password string) error
	said  []string
}

func (s *loginServer) Next(response []byte) ([]byte, bool, error) {
	if response != nil {
		s.said = append(s.said, string(response))
	}
	switch len(s.said) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, s.known(s.said[0], s.said[1])
}

func (l lobby) Mail(from string, options *smtp.MailOptions) error {
	if l.in == "" {
		return smtp.ErrAuthRequired
	}
	return l.postOffice.Mail(from, options)
}

// open gives a call of email.send with a connection to the server.
func (p *postOffice) open(t *testing.T, fields map[string]string) (*engine.Call, *Outbound) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s := smtp.NewServer(p)
	if p.ways != nil {
		s.Backend = lobby{p}
	}
	s.ErrorLog, s.AllowInsecureAuth = log.New(io.Discard, "", 0), true
	config := OutboundConfig{Version: "1.2", Allow: []string{"127.0.0.1"}}
	if p.tls != "" {
		web := httptest.NewTLSServer(nil)
		t.Cleanup(web.Close)
		roots := x509.NewCertPool()
		roots.AddCert(web.Certificate())
		config.TLS = &tls.Config{RootCAs: roots}
		s.TLSConfig = &tls.Config{Certificates: web.TLS.Certificates}
		if p.tls == "tls" {
			l = tls.NewListener(l, s.TLSConfig)
			s.TLSConfig = nil
		}
	}
	done := make(chan struct{})
	go func() {
		_ = s.Serve(l)
		close(done)
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	out, err := NewOutbound(config)
	check(t, err)
	t.Cleanup(out.Close)
	_, port, err := net.SplitHostPort(l.Addr().String())
	check(t, err)
	c := connection("smtp", map[string]string{"host": "127.0.0.1", "port": port, "security": "none", "from": "Loja <loja@example.com>"}, map[string]string{"password": "hush"})
	for name, value := range fields {
		c.Fields[name] = value
	}
	return newCall(c, nil), out
}

func write(ctx context.Context, t *testing.T, out *Outbound, call *engine.Call, to ...any) (map[string]any, error) {
	t.Helper()
	m := &email{out: out}
	if problems := m.Fields().Fill(map[string]any{"to": to, "subject": "Oi", "text": "Oi"}); len(problems) > 0 {
		t.Fatalf("%v", problems)
	}
	output, err := m.Do(ctx, call)
	got, _ := output.(map[string]any)
	return got, err
}

var (
	nobody = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	later  = &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "try later"}
)

// One recipient that does not exist keeps no other from the message, and is told of.
func TestARefusedRecipientIsLeftOut(t *testing.T) {
	office := &postOffice{refuse: map[string]error{"bia@example.com": nobody}}
	call, out := office.open(t, nil)
	var lines []string
	call.Log = func(line string) { lines = append(lines, line) }
	got, err := write(t.Context(), t, out, call, "Ana <ana@example.com>", "bia@example.com", "caio@example.com")
	if err != nil || !slices.Equal(got["accepted"].([]any), []any{"ana@example.com", "caio@example.com"}) || !slices.Equal(got["rejected"].([]any), []any{"bia@example.com"}) {
		t.Errorf("%v %v", got, err)
	}
	if want := []string{"the mail server takes no mail for bia@example.com: 550 5.1.1 no such user"}; !slices.Equal(lines, want) {
		t.Errorf("said %q", lines)
	}
	letters := office.kept()
	if len(letters) != 1 || !slices.Equal(letters[0].to, []string{"ana@example.com", "caio@example.com"}) || !strings.Contains(letters[0].text, "Message-ID: "+got["message_id"].(string)) {
		t.Errorf("%+v", letters)
	}
	if got, err := write(t.Context(), t, out, call, "ana@example.com"); err != nil || len(got["rejected"].([]any)) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

// Nobody gets a message that is tried again: who has it would get it twice.
func TestWhatAMailServerRefuses(t *testing.T) {
	for _, c := range []struct {
		refuse    map[string]error
		code      string
		permanent bool
		message   string
	}{
		{map[string]error{"ana@example.com": nobody, "bia@example.com": nobody}, "smtp_550", true, "the mail server takes no mail for ana@example.com: 550 5.1.1 no such user"},
		{map[string]error{"ana@example.com": nobody, "bia@example.com": later}, "smtp_450", false, "the mail server takes no mail for bia@example.com: 450 4.2.0 try later"},
		{map[string]error{".": nobody}, "smtp_550", true, "the mail server did not take the message: 550 5.1.1 no such user"},
		{map[string]error{".": later}, "smtp_450", false, "the mail server did not take the message: 450 4.2.0 try later"},
	} {
		office := &postOffice{refuse: c.refuse}
		call, out := office.open(t, nil)
		call.AtMostOnce = true
		_, err := write(t.Context(), t, out, call, "ana@example.com", "bia@example.com")
		if f := faultOf(t, err); f.Code != c.code || f.Permanent != c.permanent || f.Maybe || f.Message != c.message || len(office.kept()) != 0 {
			t.Errorf("%+v, want %s: %s; %v", f, c.code, c.message, office.kept())
		}
	}
}

// TestTheLastAttemptWritesToWhoIsTaken: who is refused for now keeps nobody else from the message for ever.
func TestTheLastAttemptWritesToWhoIsTaken(t *testing.T) {
	office := &postOffice{refuse: map[string]error{"bia@example.com": later}}
	call, out := office.open(t, nil)
	if _, err := write(t.Context(), t, out, call, "ana@example.com", "bia@example.com"); err == nil || len(office.kept()) != 0 {
		t.Fatalf("the first attempt ended with %v, %v arrived", err, office.kept())
	}
	call.Last = true
	got, err := write(t.Context(), t, out, call, "bia@example.com", "ana@example.com")
	check(t, err)
	if !slices.Equal(got["accepted"].([]any), []any{"ana@example.com"}) || !slices.Equal(got["rejected"].([]any), []any{"bia@example.com"}) || len(office.kept()) != 1 {
		t.Errorf("%v, %v arrived", got, office.kept())
	}
	office.refuse["ana@example.com"] = nobody
	_, err = write(t.Context(), t, out, call, "ana@example.com", "bia@example.com")
	if f := faultOf(t, err); f.Code != "smtp_450" || f.Permanent {
		t.Errorf("where nobody is taken: %+v", f)
	}
}

// What a server does not offer, no second attempt finds there.
func TestAMailServerWithoutWhatIsAskedFor(t *testing.T) {
	for code, fields := range map[string]map[string]string{
		"no_starttls": {"security": "starttls"},
		"no_tls":      {"security": "tls"},
		"no_sign_in":  {"username": "loja"},
	} {
		call, out := new(postOffice).open(t, fields)
		_, err := write(t.Context(), t, out, call, "ana@example.com")
		f := faultOf(t, err)
		if f.Code != code || !f.Permanent || f.Hint.PT == "" || said.In(f.Message, "pt-BR") == f.Message {
			t.Errorf("%s: %+v", code, f)
		}
	}
}

// A message goes out by each security that a connection may have, signed in by whatever way the server knows.
func TestSecuritiesOfMailServers(t *testing.T) {
	for _, security := range []string{"starttls", "tls", "none"} {
		for _, ways := range [][]string{{"PLAIN", "LOGIN"}, {"LOGIN"}} {
			office := &postOffice{ways: ways, tls: strings.TrimPrefix(security, "none")}
			call, out := office.open(t, map[string]string{"security": security, "username": "loja"})
			if _, err := write(t.Context(), t, out, call, "ana@example.com"); err != nil || len(office.kept()) != 1 || office.in != ways[0] {
				t.Errorf("%s, %v: %v, %d letters, signed in by %q", security, ways, err, len(office.kept()), office.in)
			}
		}
	}
}

// A server that falls silent once it has the message leaves it open whether it was taken.
func TestASilentMailServer(t *testing.T) {
	for silent, maybe := range map[string]bool{"ana@example.com": false, ".": true} {
		ctx, giveUp := context.WithCancel(t.Context())
		over := make(chan struct{})
		office := &postOffice{before: func(step string) {
			if step == silent {
				giveUp()
				<-over
			}
		}}
		call, out := office.open(t, nil)
		call.AtMostOnce = true
		_, err := write(ctx, t, out, call, "ana@example.com")
		close(over)
		if f := faultOf(t, err); f.Code != "timeout" || f.Permanent || f.Maybe != maybe {
			t.Errorf("%s: %+v", silent, f)
		}
	}
}

// An action tries again with what it holds: nobody is named twice then, nor who is addressed twice.
func TestAnotherAttemptNamesEachRecipientOnce(t *testing.T) {
	office := &postOffice{refuse: map[string]error{".": later}}
	call, out := office.open(t, nil)
	m := &email{out: out}
	if problems := m.Fields().Fill(map[string]any{"to": []any{"ana@example.com"}, "cc": []any{"ana@example.com", "rui@example.com"}, "subject": "Oi", "text": "Oi"}); len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, err := m.Do(t.Context(), call); err == nil {
		t.Fatal("the server took it at once")
	}
	office.refuse = nil
	if _, err := m.Do(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if to, want := office.kept()[0].to, []string{"ana@example.com", "rui@example.com"}; !slices.Equal(to, want) {
		t.Errorf("it went to %q, want %q", to, want)
	}
}
