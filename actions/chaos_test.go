package actions

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/connections"

	"golang.org/x/net/dns/dnsmessage"
)

// subject is one action of a connector with an input that its cases show to work.
type subject struct {
	c    *Connector
	id   string
	auth string
	k    connectorCase
}

func subjects(t *testing.T) []subject {
	t.Helper()
	var list []subject
	for _, c := range builtInConnectors() {
		cases := readCases(t, c.ID()).Cases
		for _, id := range c.actions {
			at := slices.IndexFunc(cases, func(k connectorCase) bool {
				return k.Action == id && k.Want.Class == classOK && !k.Test && k.Options == "" && len(k.Answers) > 0
			})
			if at < 0 {
				at = slices.IndexFunc(cases, func(k connectorCase) bool { return k.Action == id && k.Options == "" && len(k.Answers) > 0 })
			}
			if at < 0 {
				t.Errorf("%s.%s has no case of class ok", c.ID(), id)
				continue
			}
			list = append(list, subject{c, id, cases[at].Auth, cases[at]})
		}
	}
	return list
}

var testKey = sync.OnceValue(func() string {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	return string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
})

// connect makes a connection whose secrets are canaries.
func (s *subject) connect() *connections.Connection {
	k := s.k
	k.Secrets = map[string]string{"access_token": "CANARY-access-0123456789", "refresh_token": "CANARY-refresh-0123456789", "client_secret": "CANARY-client-0123456789"}
	for _, f := range s.c.file.Auth[s.auth].Fields {
		switch {
		case f.Type != "secret":
		case s.c.file.Auth[s.auth].Kind == "url":
			k.Secrets[f.ID] = "https://" + urlHost(s.c) + "/services/CANARY-url-0123456789"
		case s.c.file.Auth[s.auth].Key == f.ID:
			k.Secrets[f.ID] = testKey()
		default:
			k.Secrets[f.ID] = "CANARY-" + f.ID + "-0123456789"
		}
	}
	return k.connection(s.c, &caseRun{now: time.Now(), stored: map[string]any{}})
}

// urlHost is a host that a connector whose secret is an address may go to.
func urlHost(c *Connector) string {
	return strings.Replace(c.fixedHosts()[0], "*.", "x.", 1)
}

type attempt struct {
	output any
	fault  *engine.Fault
	shown  string
}

func (s *subject) try(t *testing.T, ctx context.Context, out *Outbound, conn *connections.Connection, once bool) attempt {
	t.Helper()
	a := s.c.engineAction(out, s.id)
	doer := a.New()
	if problems := doer.Fields().Fill(s.k.Input); len(problems) > 0 {
		t.Fatalf("%s: %+v", a.Kind, problems)
	}
	var r attempt
	call := &engine.Call{
		Key: "run-step", Connection: conn, AtMostOnce: once && a.Effect && !a.Repeatable, Now: time.Now(), Zone: time.UTC, Log: func(string) {},
		Sent: func(show func() any) { r.shown = fmt.Sprint(show()) },
	}
	err := doer.(engine.Admitter).Admit(ctx, call)
	if err == nil {
		r.output, err = doer.Do(ctx, call)
	}
	if err != nil && !errors.As(err, &r.fault) {
		t.Errorf("%s: an error without a fate: %v", a.Kind, err)
	}
	return r
}

// chaos is what a provider, or what lies between, may do.
var chaos = []struct {
	name  string
	serve func(w http.ResponseWriter, r *http.Request)
	fates []string // the classes that are right; "maybe" stands for retry, or unknown where it must not be repeated
}{
	{"slow", func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // else an empty 200 could still overtake the end of the connection
	}, []string{"maybe"}},
	{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []string{"maybe"}},
	{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `{"ok": tr`)
		panic(http.ErrAbortHandler)
	}, []string{"maybe"}},
	{"429 with seconds", status(429, map[string]string{"Retry-After": "77"}, "slow down"), []string{classWait}},
	{"429 with a date", status(429, map[string]string{"Retry-After": time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)}, "{}"), []string{classWait}},
	{"429 with RateLimit-Reset", status(429, map[string]string{"RateLimit-Reset": "30"}, "{}"), []string{classWait}},
	{"429 with nothing", status(429, nil, ""), []string{classWait}},
	{"429 with rubbish", status(429, map[string]string{"Retry-After": "soon", "RateLimit-Reset": "-9e99"}, "<html>"), []string{classWait}},
	{"a page in place of JSON", status(200, map[string]string{"Content-Type": "text/html; charset=utf-8"}, "<!doctype html><title>Sign in</title>"), []string{"maybe", classFail}},
	{"a page of a gateway", status(502, map[string]string{"Content-Type": "text/html"}, "<html>"+strings.Repeat("Bad gateway ", 10000)), []string{"maybe"}},
	{"503", status(503, nil, ""), []string{"maybe", classWait}},
	{"moved away", status(302, map[string]string{"Location": "https://elsewhere.example/"}, ""), []string{classFail}},
	{"much", status(200, map[string]string{"Content-Type": "application/json"}, `[`+strings.Repeat(`"x",`, 120_000)+`0]`), nil},
	{"deep", status(200, map[string]string{"Content-Type": "application/json"}, strings.Repeat("[", 100_000)), nil},
	{"an error in a 200", status(200, map[string]string{"Content-Type": "application/json"}, `{"ok": false, "success": false, "error": "boom", "errors": [{"message": "boom"}]}`), nil},
	{"refused", status(401, map[string]string{"Content-Type": "application/json"}, `{"message": "invalid token", "error": "invalid_token"}`), []string{classAuth}},
	{"null", status(200, map[string]string{"Content-Type": "application/json"}, `null`), nil},
	{"other shapes", status(400, map[string]string{"Content-Type": "application/json"}, `{"errors": {"a": {"b": ["c", 1, null]}}, "error": [[]], "message": {"x": 1}, "code": {}}`), nil},
}

func status(code int, headers map[string]string, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

// Whatever a provider does, every connector has one right fate for it: nothing is guessed,
// nothing is repeated that must not be, no error is long, and none holds a secret.
func TestChaos(t *testing.T) {
	all := subjects(t)
	for _, mode := range chaos {
		t.Run(mode.name, func(t *testing.T) {
			var gaveUp atomic.Pointer[context.CancelFunc]
			server, out := anyHost(t, func(w http.ResponseWriter, r *http.Request) {
				if mode.name == "slow" {
					_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that the client has gone
					(*gaveUp.Load())()                 // the request has arrived, and the caller waits no longer
				}
				mode.serve(w, r)
			})
			for _, s := range all {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				gaveUp.Store(&cancel)
				out.budgets, out.circuits = newBudgets(), circuits{} //nolint:govet // nobody uses it
				r := s.try(t, ctx, out, s.connect(), true)
				cancel()
				s.judge(t, r, mode.fates)
			}
			server.CloseClientConnections()
		})
	}
}

func (s *subject) judge(t *testing.T, r attempt, fates []string) {
	t.Helper()
	kind := s.c.ID() + "." + s.id
	class := classOK
	if r.fault != nil {
		class = r.fault.Class
		if n := len([]rune(r.fault.Error())); n > 500 || strings.Contains(r.fault.Error(), "\n") {
			t.Errorf("%s: an error of %d letters: %.200s", kind, n, r.fault.Error())
		}
		if r.fault.Quota && (r.fault.After < time.Second || r.fault.After > 27*time.Hour) {
			t.Errorf("%s: waits %s", kind, r.fault.After)
		}
	}
	noCanary(t, kind, r)
	if fates == nil {
		return
	}
	f := s.c.file.Actions[s.id]
	maybe := classRetry
	if f.writes() && !f.repeats() && f.Idempotency == nil {
		maybe = classUnknown
	}
	want := slices.Clone(fates)
	for i := range want {
		if want[i] == "maybe" {
			want[i] = maybe
		}
	}
	if ownSession(s) { // a token is asked for first, and nothing was sent to the API
		want = append(want, classRetry, classAuth)
	}
	if !slices.Contains(want, class) {
		t.Errorf("%s: got %s (%v), want %s", kind, class, r.fault, want)
	}
	if (class == classUnknown) != (r.fault != nil && r.fault.Maybe) {
		t.Errorf("%s: class %s, but maybe %v", kind, class, r.fault != nil && r.fault.Maybe)
	}
}

func ownSession(s *subject) bool { return (&madeAuth{file: s.c.file.Auth[s.auth]}).renewable() }

func noCanary(t *testing.T, kind string, r attempt) {
	t.Helper()
	told := r.shown + fmt.Sprint(r.output)
	if r.fault != nil {
		told += r.fault.Error() + fmt.Sprint(r.fault.Response) + r.fault.Detail + r.fault.Code
	}
	if at := strings.Index(told, "CANARY"); at >= 0 {
		t.Errorf("%s tells a secret: %.120s", kind, told[at:])
	}
}

// anyHost is a TLS server that every host name leads to.
func anyHost(t *testing.T, serve func(http.ResponseWriter, *http.Request)) (*httptest.Server, *Outbound) {
	t.Helper()
	s := newStandIn(t)
	server := httptest.NewTLSServer(http.HandlerFunc(serve))
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	s.out.transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	return server, s.out
}

// A provider that gives back whatever it was sent does not get a secret into the history.
func TestSecretsAreNotTold(t *testing.T) {
	for _, code := range []int{200, 400, 401, 500} {
		_, out := anyHost(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			echo, _ := encodeJSON(map[string]any{
				"ok": code == 200, "message": r.URL.String() + fmt.Sprint(r.Header) + string(body), "error": r.Header.Get("Authorization"), "id": r.URL.String(),
				"data": map[string]any{"id": fmt.Sprint(r.Header)}, "errors": []any{map[string]any{"message": r.URL.String()}},
			})
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Echo", fmt.Sprint(r.Header))
			w.WriteHeader(code)
			w.Write(echo)
		})
		for _, s := range subjects(t) {
			out.budgets = newBudgets()
			r := s.try(t, t.Context(), out, s.connect(), false)
			if r.shown == "" && !ownSession(&s) {
				t.Errorf("%s.%s shows no request", s.c.ID(), s.id)
			}
			noCanary(t, s.c.ID()+"."+s.id, r)
		}
	}
}

// No credential reaches a host that the connector does not list, by whatever redirect.
func TestNoCredentialLeavesItsHosts(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		var strayed atomic.Int64
		_, out := anyHost(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Host == "elsewhere.example" {
				strayed.Add(1)
			}
			http.Redirect(w, r, "https://elsewhere.example/take", code)
		})
		for _, s := range subjects(t) {
			out.budgets = newBudgets()
			if r := s.try(t, t.Context(), out, s.connect(), false); r.fault == nil {
				t.Errorf("%s.%s took a redirect for a success", s.c.ID(), s.id)
			}
		}
		if strayed.Load() != 0 {
			t.Errorf("%d: %d requests went elsewhere", code, strayed.Load())
		}
	}
}

// TestNothingInsideIsReachedByConnectors is S8 for every action of the catalogue: no spelling
// of an inner address as the address of an API is connected to.
func TestNothingInsideIsReachedByConnectors(t *testing.T) {
	var reached atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer inside.Close()
	inside.Config.ConnState = func(net.Conn, http.ConnState) { reached.Add(1) }
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	out, err := NewOutbound(OutboundConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	out.dialer.Resolver = rebinding(t)
	tried := 0
	for _, s := range subjects(t) {
		for _, host := range hostile {
			conn := s.connect()
			address := "http://" + host + ":" + port
			s.aim(conn, address)
			conn.Hosts = nil                                     // whatever was saved: the address is what is looked at
			out.budgets, out.circuits = newBudgets(), circuits{} //nolint:govet // nobody uses it
			if r := s.try(t, t.Context(), out, conn, false); r.fault == nil {
				t.Errorf("%s.%s reached %s", s.c.ID(), s.id, host)
			}
			tried++
		}
	}
	if reached.Load() != 0 || tried < 60*30 {
		t.Errorf("%d of %d arrived inside", reached.Load(), tried)
	}
}

// rebinding is a name server that says of every name that it is this machine.
func rebinding(t *testing.T) *net.Resolver {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := l.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) == 0 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Additionals = true, nil
			if q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
			}
			if data, err := m.Pack(); err == nil {
				l.WriteTo(data, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", l.LocalAddr().String())
	}}
}

// aim points everything about a connection that is an address at one server.
func (s *subject) aim(conn *connections.Connection, address string) {
	conn.Fields[baseField] = address
	for _, f := range s.c.file.Auth[s.auth].Fields {
		if f.Type == "url" || strings.Contains(conn.Fields[f.ID], "://") {
			conn.Fields[f.ID] = address
		}
	}
	secret := conn.Secret
	if s.c.file.Auth[s.auth].Kind == "url" {
		conn.Secret = func(string) ([]string, error) { return []string{address + "/CANARY-url-0123456789"}, nil }
	} else {
		conn.Secret = secret
	}
}
