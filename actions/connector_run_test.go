package actions

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"

	"github.com/google/go-cmp/cmp"
)

// standIn answers for every provider: whatever host is dialled, the connection ends here.
type standIn struct {
	*httptest.Server
	out *Outbound

	mu      sync.Mutex
	answers []cannedAnswer
	got     []gotRequest
}

type gotRequest struct {
	method, url string
	header      http.Header
	body        []byte
}

func newStandIn(t *testing.T) *standIn {
	t.Helper()
	s := &standIn{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	out, err := NewOutbound(OutboundConfig{Version: "test", TLS: &tls.Config{InsecureSkipVerify: true}}) //nolint:gosec // a stand-in
	if err != nil {
		t.Fatal(err)
	}
	out.transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		s.mu.Lock()
		refuse := len(s.answers) > 0 && s.answers[0].Break == "before_send"
		s.mu.Unlock()
		if refuse {
			return nil, errors.New("connection refused")
		}
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	}
	out.transport.DisableKeepAlives = true
	t.Cleanup(out.Close)
	s.out = out
	return s
}

func (s *standIn) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.got = append(s.got, gotRequest{r.Method, "https://" + r.Host + r.URL.RequestURI(), r.Header, body})
	if len(s.answers) == 0 {
		s.mu.Unlock()
		w.WriteHeader(http.StatusTeapot)
		return
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	s.mu.Unlock()
	if a.Break != "" {
		panic(http.ErrAbortHandler)
	}
	text := ""
	if a.Text != nil {
		text = *a.Text
	} else {
		data, _ := json.Marshal(a.JSON)
		text = string(data)
		w.Header().Set("Content-Type", "application/json")
	}
	for name, value := range a.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	io.WriteString(w, text)
}

// caseRun is what became of one case.
type caseRun struct {
	class   string
	fault   *engine.Fault
	output  any
	account string
	stored  map[string]any
	now     time.Time
}

func (k *connectorCase) run(t *testing.T, c *Connector, s *standIn) caseRun {
	t.Helper()
	s.answers, s.got = k.Answers, nil
	s.out.budgets = newBudgets()
	r := caseRun{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), stored: map[string]any{}}
	if k.At != nil {
		r.now = *k.At
	}
	s.out.now = func() time.Time { return r.now }
	conn := k.connection(c, &r)
	ctx := t.Context()
	switch {
	case k.Test:
		account, err := c.tryConnection(ctx, s.out, conn)
		r.account = account
		r.take(nil, err)
	case k.Options != "":
		list, err := c.askOptions(ctx, s.out, k.Action, engine.OptionsAsk{Field: k.Options, Connection: conn, Input: k.Input})
		var output []any
		for _, o := range list {
			output = append(output, map[string]any{"value": o.Value, "label": o.Label.EN})
		}
		r.take(output, err)
	default:
		r.act(ctx, k, c, s, conn)
	}
	return r
}

func (r *caseRun) act(ctx context.Context, k *connectorCase, c *Connector, s *standIn, conn *connections.Connection) {
	a := c.engineAction(s.out, k.Action)
	doer := a.New()
	if problems := doer.Fields().Fill(k.Input); len(problems) > 0 {
		r.take(nil, engine.Faultf("bad_input", "%s %s", problems[0].Path, problems[0].Message.EN))
		return
	}
	call := &engine.Call{
		Flow: "f", Run: "run", Step: "step", Attempt: k.Answered + 1, Answered: k.Answered, Key: "run-step", AtMostOnce: k.Delivery == "at_most_once" && a.Effect && !a.Repeatable, Connection: conn, Now: r.now, Zone: time.UTC,
		Sent: func(func() any) {}, Log: func(string) {},
	}
	if err := doer.(engine.Admitter).Admit(ctx, call); err != nil {
		r.take(nil, err)
		return
	}
	r.take(doer.Do(ctx, call))
}

func (r *caseRun) take(output any, err error) {
	r.output, r.class = output, classOK
	if m, ok := output.(map[string]any); ok && m["ignored"] == true {
		r.class = classIgnore
	}
	if err == nil {
		return
	}
	if !errors.As(err, &r.fault) {
		r.fault = &engine.Fault{Message: err.Error(), Err: err}
	}
	r.class = r.fault.Class
	if r.class == "" && r.fault.Permanent {
		r.class = classFail
	}
}

// connection is the one that a case describes.
func (k *connectorCase) connection(c *Connector, r *caseRun) *connections.Connection {
	if c.file.Auth[k.Auth] == nil || c.file.Auth[k.Auth].open() {
		return nil
	}
	fields := map[string]string{}
	for _, f := range c.file.Auth[k.Auth].Fields {
		if f.Type != "secret" && f.Default != nil {
			fields[f.ID] = fmt.Sprint(f.Default)
		}
	}
	for id, v := range k.Connection {
		fields[id] = v
	}
	conn := &connections.Connection{Name: "case", Kind: c.ID() + ":" + k.Auth, Fields: fields}
	conn.Hosts = c.hosts(context.Background(), plainFields(conn))
	conn.Secret = func(field string) ([]string, error) {
		if v, ok := k.Secrets[field]; ok {
			return []string{v}, nil
		}
		return nil, nil
	}
	session := connections.Session{Access: k.Secrets["access_token"], Refresh: k.Secrets["refresh_token"], Since: r.now}
	conn.Session = func() (connections.Session, error) { return session, nil }
	conn.Renew = func(ctx context.Context, stale string, ask func(context.Context, connections.Session) (connections.Session, error)) (connections.Session, error) {
		fresh, err := ask(ctx, session)
		if err != nil {
			return fresh, err
		}
		for name, v := range fresh.Plain {
			r.stored[name] = v
		}
		if fresh.Access != session.Access {
			r.stored["access_token"] = fresh.Access
		}
		if fresh.Refresh != session.Refresh {
			r.stored["refresh_token"] = fresh.Refresh
		}
		session = fresh
		return fresh, nil
	}
	return conn
}

// TestConnectorCases runs what each connector's cases say: the exact request for an input, and
// the fate of each canned answer.
func TestConnectorCases(t *testing.T) {
	s := newStandIn(t)
	for _, c := range builtInConnectors() {
		for _, k := range readCases(t, c.ID()).Cases {
			t.Run(c.ID()+"/"+k.Name, func(t *testing.T) {
				if k.Action != "" && c.file.Actions[k.Action] == nil {
					t.Fatalf("there is no action %q", k.Action)
				}
				if c.file.Auth[k.Auth] == nil {
					t.Fatalf("there is no choice %q", k.Auth)
				}
				r := k.run(t, c, s)
				k.Want.check(t, &r, s)
			})
		}
	}
}

func (w *caseWant) check(t *testing.T, r *caseRun, s *standIn) {
	t.Helper()
	message := ""
	if r.fault != nil {
		message = r.fault.Error()
	}
	if w.Class != "" && w.Class != r.class {
		t.Errorf("class: got %s (%s), want %s", r.class, message, w.Class)
	}
	if w.Requests != nil {
		w.requests(t, s.got)
	}
	f := r.fault
	if f == nil {
		f = &engine.Fault{}
	}
	for _, p := range []struct{ what, got, want string }{
		{"scope", f.Scope, w.Scope}, {"error", f.Detail, w.Error}, {"code", f.Code, w.Code}, {"hint", f.Hint.EN, w.Hint}, {"account", r.account, w.Account},
	} {
		if p.want != "" && p.got != p.want {
			t.Errorf("%s: got %q, want %q (%s)", p.what, p.got, p.want, message)
		}
	}
	if w.After != nil {
		about(t, f.After, time.Duration(*w.After*float64(time.Second)))
	}
	if w.At != nil {
		about(t, f.After, w.At.Sub(r.now))
	}
	if w.Output != nil {
		same(t, "output", r.output, w.Output)
	}
	if w.Stored != nil {
		same(t, "stored", r.stored, w.Stored)
	}
}

// about: up to a tenth is added to waits, so that runs do not come back together.
func about(t *testing.T, got, want time.Duration) {
	t.Helper()
	if got < want || got > want+want/10+time.Second {
		t.Errorf("after: got %s, want %s", got, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	a, errA := expression.Normalize(got)
	b, errB := expression.Normalize(want)
	if errA != nil || errB != nil {
		t.Fatalf("%s: %v %v", what, errA, errB)
	}
	if diff := cmp.Diff(jsonText(t, b), jsonText(t, a)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (w *caseWant) requests(t *testing.T, got []gotRequest) {
	t.Helper()
	if len(got) != len(w.Requests) {
		t.Errorf("requests: got %d, want %d", len(got), len(w.Requests))
		for _, g := range got {
			t.Logf("%s %s %s", g.method, g.url, g.body)
		}
		return
	}
	for i, want := range w.Requests {
		g := got[i]
		if want.Method != "" && want.Method != g.method {
			t.Errorf("request %d: got %s, want %s", i, g.method, want.Method)
		}
		if want.URL != "" && tidyURL(t, g.url) != tidyURL(t, want.URL) {
			t.Errorf("request %d: got %s, want %s", i, g.url, want.URL)
		}
		for name, value := range want.Headers {
			if g.header.Get(name) != value {
				t.Errorf("request %d, header %s: got %q, want %q", i, name, g.header.Get(name), value)
			}
		}
		checkBody(t, i, g, want)
	}
}

func checkBody(t *testing.T, i int, g gotRequest, want wantRequest) {
	t.Helper()
	what := fmt.Sprintf("request %d, body", i)
	switch {
	case want.JSON != nil:
		var body any
		d := json.NewDecoder(strings.NewReader(string(g.body)))
		d.UseNumber()
		if err := d.Decode(&body); err != nil {
			t.Errorf("%s: %v: %s", what, err, g.body)
			return
		}
		same(t, what, body, want.JSON)
	case want.Form != nil:
		values, err := url.ParseQuery(string(g.body))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		pairs := map[string]any{}
		for name, list := range values {
			pairs[name] = list[0]
			if len(list) > 1 {
				all := []any{}
				for _, v := range list {
					all = append(all, v)
				}
				pairs[name] = all
			}
		}
		same(t, what, pairs, want.Form)
	case want.Text != nil && *want.Text != string(g.body):
		t.Errorf("%s: got %s, want %s", what, g.body, *want.Text)
	}
}

// tidyURL compares queries as sets.
func tidyURL(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for name, values := range u.Query() {
		for _, v := range values {
			pairs = append(pairs, name+"="+v)
		}
	}
	slices.Sort(pairs)
	u.RawQuery = ""
	return u.String() + "?" + strings.Join(pairs, "&")
}

// TestPiecesOfAPath: a value of an event is one piece of a path, or refused with what is wrong with it.
func TestPiecesOfAPath(t *testing.T) {
	s := newStandIn(t)
	i := slices.IndexFunc(builtInConnectors(), func(c *Connector) bool { return c.ID() == "pagarme" })
	for piece, want := range map[string]string{
		"or/1": "", "..": `a part of the address is "..", which would lead to another address`, ".": `a part of the address is ".", which would lead to another address`,
	} {
		k := connectorCase{Action: "get_order", Auth: "key", Secrets: map[string]string{"secret_key": "sk_test"}, Input: map[string]any{"id": piece}, Answers: []cannedAnswer{{Status: 200, JSON: map[string]any{}}}}
		r := k.run(t, builtInConnectors()[i], s)
		if got := fmt.Sprint(r.fault); (r.fault != nil) != (want != "") || want != "" && got != want {
			t.Errorf("%s: %s, want %s", piece, got, want)
		}
	}
}
