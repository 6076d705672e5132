package actions

import (
	"context"
	"encoding/json"
	"errors"
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
	"gancho/engine/said"
)

// seen is a request as a server got it.
type seen struct {
	method, path, query, body string
	header                    http.Header
}

// play answers requests in turn and keeps them; the last answer stays.
type play struct {
	*httptest.Server
	mu      sync.Mutex
	served  []seen
	answers []func(w http.ResponseWriter, r *http.Request)
}

func newPlay(t *testing.T, answers ...func(http.ResponseWriter, *http.Request)) (*play, *Outbound) {
	t.Helper()
	p := &play{answers: answers}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.served = append(p.served, seen{r.Method, r.URL.Path, r.URL.RawQuery, string(body), r.Header})
		answer := p.answers[min(len(p.served), len(p.answers))-1]
		p.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(p.Close)
	out, err := NewOutbound(OutboundConfig{Version: "1.2", Allow: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	return p, out
}

// got are the requests until now.
func (p *play) got() []seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.served)
}

func says(status int, kind, body string, headers ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// call is one attempt with a scope for expressions.
func newCall(c *connections.Connection, sent *any) *engine.Call {
	return &engine.Call{
		Run: "r", Step: "s", Key: "r-s", Attempt: 1, Connection: c,
		Sent: func(request func() any) {
			if sent != nil {
				*sent = request()
			}
		},
		Eval: func(ctx context.Context, source string, more map[string]any) (any, error) {
			p, err := expression.Compile(source)
			if err != nil {
				return nil, err
			}
			return p.Run(ctx, &expression.Scope{Values: more})
		},
	}
}

func do(t *testing.T, out *Outbound, call *engine.Call, with map[string]any) (engine.Output, error) {
	t.Helper()
	h := &httpRequest{out: out}
	if problems := h.Fields().Fill(with); len(problems) > 0 {
		t.Fatalf("%v", problems)
	}
	return h.Do(t.Context(), call)
}

func faultOf(t *testing.T, err error) *engine.Fault {
	t.Helper()
	var f *engine.Fault
	if !errors.As(err, &f) {
		t.Fatalf("no fault: %v", err)
	}
	return f
}

func TestBodiesOfRequests(t *testing.T) {
	for _, c := range []struct {
		name      string
		with      map[string]any
		kind, has string
	}{
		{"json", map[string]any{"json": map[string]any{"n": 9007199254740993, "t": "<é>"}}, "application/json; charset=utf-8", `{"n":9007199254740993,"t":"<é>"}`},
		{"json null", map[string]any{"json": false}, "application/json; charset=utf-8", "false"},
		{"form", map[string]any{"form": map[string]any{"a": []any{1, "x y"}, "m": map[string]any{"k": true}}}, "application/x-www-form-urlencoded", "a%5B0%5D=1&a%5B1%5D=x+y&m%5Bk%5D=true"},
		{"text", map[string]any{"text": "olá"}, "text/plain; charset=utf-8", "olá"},
		{"own type", map[string]any{"text": "<x/>", "headers": map[string]any{"Content-Type": "application/xml"}}, "application/xml", "<x/>"},
		{"multipart", map[string]any{"multipart": []any{map[string]any{"name": "f", "file": "a.txt", "base64": "b2k=", "content_type": "text/plain"}}}, "multipart/form-data", "oi\r\n"},
		{"file named beyond ASCII", map[string]any{"multipart": []any{map[string]any{"name": "arquivo", "file": "orçamento.pdf", "text": "x"}}}, "multipart/form-data", `form-data; name="arquivo"; filename="orçamento.pdf"`},
		{"text in parts", map[string]any{"multipart": []any{map[string]any{"name": "nota", "text": "x"}}}, "multipart/form-data", "form-data; name=\"nota\"\r\n\r\nx"},
	} {
		p, out := newPlay(t, says(200, "application/json", "{}"))
		c.with["method"], c.with["url"] = "POST", p.URL+"/x?a=1"
		c.with["query"] = map[string]any{"b": []any{"2", 3}}
		if _, err := do(t, out, newCall(nil, nil), c.with); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		r := p.got()[0]
		if !strings.HasPrefix(r.header.Get("Content-Type"), c.kind) || !strings.Contains(r.body, c.has) || r.query != "a=1&b=2&b=3" ||
			r.header.Get("Idempotency-Key") != "r-s" || r.header.Get("User-Agent") != "Gancho/1.2" {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

// What may not stand in an address is escaped, on later pages and after redirects too; what is escaped stays as it is.
func TestAddressesOfRequests(t *testing.T) {
	for query, want := range map[string]string{
		`q=José da Silva`:          "q=Jos%C3%A9%20da%20Silva",
		`q=x HTTP/1.1`:             "q=x%20HTTP/1.1",
		`q="<a>"&n[]=1|2`:          "q=%22%3Ca%3E%22&n%5B%5D=1%7C2",
		`q=a%20b+c&at=10:30&p=/?x`: "q=a%20b+c&at=10:30&p=/?x",
		`q=100% off%2`:             "q=100%25%20off%252",
	} {
		p, out := newPlay(t, says(302, "text/plain", "", "Location", "/there?"+query), says(200, "application/json", `{"items": [], "next": "/next?`+strings.ReplaceAll(query, `"`, `\"`)+`"}`), says(200, "application/json", `{"items": []}`))
		_, err := do(t, out, newCall(nil, nil), map[string]any{
			"url": p.URL + "/x?" + query, "paginate": map[string]any{"items": "response.body.items", "next": "get(response.body, 'next')"},
		})
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		for _, r := range p.got() {
			if r.query != want {
				t.Errorf("%s: %s?%s, want %s", query, r.path, r.query, want)
			}
		}
		if n := len(p.got()); n != 3 {
			t.Errorf("%s: %d requests", query, n)
		}
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name, kind, body, as string
		want                 any
	}{
		{"json keeps digits", "application/json", `{"n": 12345678901234567890}`, "auto", map[string]any{"n": "12345678901234567890"}},
		{"text", "text/plain; charset=utf-8", "olá", "auto", "olá"},
		{"latin 1", "text/plain; charset=ISO-8859-1", "ol\xe1", "auto", "olá"},
		{"json by force", "text/html", "[1]", "json", []any{1}},
		{"no json after all", "application/json", "<html>", "auto", "<html>"},
		{"bytes", "image/png", "\x89P", "auto", "iVA="},
		{"bytes by force", "application/json", "{}", "bytes", "e30="},
		{"nothing", "application/json", "", "auto", nil},
	} {
		p, out := newPlay(t, says(200, c.kind, c.body))
		got, err := do(t, out, newCall(nil, nil), map[string]any{"url": p.URL, "response": c.as})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		body := got.(map[string]any)["body"]
		a, _ := json.Marshal(body)
		b, _ := json.Marshal(c.want)
		if string(a) != string(b) {
			t.Errorf("%s: %s, want %s", c.name, a, b)
		}
	}
}

func TestWhatFailsHow(t *testing.T) {
	for _, c := range []struct {
		status    int
		headers   []string
		permanent bool
		after     time.Duration
		code      string
	}{
		{404, nil, true, 0, "http_404"},
		{401, nil, true, 0, "http_401"},
		{408, nil, false, 0, "http_408"},
		{425, nil, false, 0, "http_425"},
		{429, []string{"Retry-After", "30"}, false, 30 * time.Second, "http_429"},
		{429, []string{"RateLimit-Reset", "7"}, false, 7 * time.Second, "http_429"},
		{503, []string{"Retry-After", "9999999"}, false, 24 * time.Hour, "http_503"},
		{500, nil, false, 0, "http_500"},
		{302, []string{"Location", "/"}, true, 0, "http_302"},
	} {
		p, out := newPlay(t, says(c.status, "text/plain", "why", c.headers...))
		_, err := do(t, out, newCall(nil, nil), map[string]any{"method": "POST", "url": p.URL, "json": 1})
		f := faultOf(t, err)
		if f.Permanent != c.permanent || f.After != c.after || f.Code != c.code || f.Status != c.status || f.Maybe {
			t.Errorf("%d %v: %+v", c.status, c.headers, f)
		}
		call := newCall(nil, nil)
		call.AtMostOnce = true
		_, err = do(t, out, call, map[string]any{"method": "POST", "url": p.URL, "json": 1})
		if f := faultOf(t, err); f.Maybe != (c.status >= 500 || c.status == 408) {
			t.Errorf("%d at most once: %+v", c.status, f)
		}
	}
}

// TestWhatTheServiceSaidComesFirst: an error says in the service's own words what is wrong; a
// page for eyes and a secret that is answered back are not repeated.
func TestWhatTheServiceSaidComesFirst(t *testing.T) {
	for _, c := range []struct{ kind, body, want string }{
		{"application/json", `{"message": "the order has no customer"}`, "answered 422: the order has no customer"},
		{"application/json", `{"errors": [{"path": "email", "message": "is taken"}]}`, "answered 422: email: is taken"},
		{"application/json", `{"error": "no key s3cret-value here"}`, "answered 422: no key "},
		{"text/plain", `{"message": "it was not said to be JSON"}`, "answered 422: it was not said to be JSON"},
		{"text/plain", "no such customer\n", "answered 422: no such customer"},
		{"text/html", `<h1>Sorry</h1>`, "answered 422 Unprocessable Entity"},
		{"application/json", ``, "answered 422 Unprocessable Entity"},
	} {
		p, out := newPlay(t, says(422, c.kind, c.body))
		_, err := do(t, out, newCall(connection("http_bearer", nil, map[string]string{"token": "s3cret-value"}, "127.0.0.1"), nil), map[string]any{"method": "POST", "url": p.URL, "json": 1})
		if f := faultOf(t, err); !strings.Contains(f.Message, c.want) || strings.Contains(f.Message, "s3cret") {
			t.Errorf("%s: %q, want %q", c.body, f.Message, c.want)
		}
	}
}

func TestCutConnections(t *testing.T) {
	p, out := newPlay(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		_ = conn.Close()
	})
	for _, c := range []struct {
		method     string
		repeatable any
		maybe      bool
	}{{"POST", nil, true}, {"POST", true, false}, {"PUT", nil, false}, {"PUT", false, true}} {
		call := newCall(nil, nil)
		call.AtMostOnce = true
		with := map[string]any{"method": c.method, "url": p.URL, "json": 1}
		if c.repeatable != nil {
			with["repeatable"] = c.repeatable
		}
		before := len(p.got())
		_, err := do(t, out, call, with)
		if f := faultOf(t, err); f.Maybe != c.maybe || f.Permanent {
			t.Errorf("%v: %+v", c, f)
		}
		if c.maybe && len(p.got()) != before+1 {
			t.Errorf("%v: sent %d times", c, len(p.got())-before)
		}
	}
	dead := newCall(nil, nil)
	dead.AtMostOnce = true
	p.Close()
	if _, err := do(t, out, dead, map[string]any{"method": "POST", "url": p.URL, "json": 1}); faultOf(t, err).Maybe {
		t.Error("a refused connection cannot have had an effect")
	}
}

// A server that nobody runs is told of in one way, whatever it was to do.
func TestNoAnswer(t *testing.T) {
	p, out := newPlay(t, says(200, "", ""))
	host := p.Listener.Addr().String()
	p.Close()
	_, asked := do(t, out, newCall(nil, nil), map[string]any{"url": p.URL})
	name, port, _ := net.SplitHostPort(host)
	_, mailed := dialMail(t.Context(), out, &connections.Connection{Fields: map[string]string{"host": name, "port": port, "security": "none"}})
	for _, err := range []error{asked, mailed} {
		f := faultOf(t, err)
		if want := "no answer from " + host + ": connect: connection refused"; f.Code != "network" || f.Message != want {
			t.Errorf("got %s: %s, want network: %s", f.Code, f.Message, want)
		}
		if pt := said.In(f.Message, "pt-BR"); pt != "sem resposta de "+host+": nenhum programa atende nessa porta" {
			t.Errorf("in Portuguese: %s", pt)
		}
	}
}

func TestSuccessIsAsked(t *testing.T) {
	p, out := newPlay(t, says(200, "application/json", `{"ok": false}`), says(404, "application/json", `{"ok": true}`))
	with := map[string]any{"url": p.URL, "success": "response.body.ok == true"}
	_, err := do(t, out, newCall(nil, nil), with)
	if f := faultOf(t, err); f.Code != "not_success" || !f.Permanent {
		t.Errorf("%+v", f)
	}
	if _, err := do(t, out, newCall(nil, nil), with); err != nil {
		t.Errorf("404 that is a success: %v", err)
	}
}

func TestPages(t *testing.T) {
	p, out := newPlay(t, says(200, "application/json", `{"items": [1, 2], "next": "/p?n=2"}`), says(200, "application/json", `{"items": [3], "next": null}`))
	got, err := do(t, out, newCall(nil, nil), map[string]any{"url": p.URL + "/p", "paginate": map[string]any{"next": "response.body.next", "items": "response.body.items"}})
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := json.Marshal(got.(map[string]any)["body"]); string(body) != "[1,2,3]" || p.got()[1].query != "n=2" {
		t.Errorf("%s %+v", body, p.got())
	}
	circle, out := newPlay(t, says(200, "application/json", `{"items": [1], "next": "/p"}`))
	if _, err := do(t, out, newCall(nil, nil), map[string]any{"url": circle.URL + "/p", "paginate": map[string]any{"next": "response.body.next", "items": "response.body.items"}}); err == nil {
		t.Error("a circle of pages ended well")
	}
}

func TestAnswersAreCapped(t *testing.T) {
	p, out := newPlay(t, says(200, "text/plain", strings.Repeat("x", 2000)))
	_, err := do(t, out, newCall(nil, nil), map[string]any{"url": p.URL, "max_response": 1000})
	if f := faultOf(t, err); f.Code != "response_too_big" || !f.Permanent {
		t.Errorf("%+v", f)
	}
	// What took effect is no failure because its answer is long.
	var said []string
	call := newCall(nil, nil)
	call.Log = func(line string) { said = append(said, line) }
	got, err := do(t, out, call, map[string]any{"url": p.URL, "method": "POST", "max_response": 1000})
	if answer, _ := got.(map[string]any); err != nil || answer["status"] != 200 || answer["body"] != nil || len(said) != 1 {
		t.Errorf("%v %v, said %q", got, err, said)
	}
	// With its headers an answer may be more than a step may yield, though it is not longer than was asked for.
	p, out = newPlay(t, says(200, "text/plain", strings.Repeat("x", 1<<20)))
	_, err = do(t, out, newCall(nil, nil), map[string]any{"url": p.URL})
	if f := faultOf(t, err); f.Code != "response_too_big" || f.Message != "the answer with its headers, written as JSON, is larger than the 1048576 bytes that a step may yield" {
		t.Errorf("%+v", f)
	}
	if _, err := do(t, out, call, map[string]any{"url": p.URL, "method": "POST"}); err != nil || !strings.Contains(said[len(said)-1], "that a step may yield and was left out") {
		t.Errorf("%v, said %q", err, said)
	}
	// A limit that was raised is what the step may yield.
	p, out = newPlay(t, says(200, "text/plain", strings.Repeat("x", 3<<20)))
	got, err = do(t, out, newCall(nil, nil), map[string]any{"url": p.URL, "max_response": 4 << 20})
	if large, ok := got.(engine.Large); err != nil || !ok || large.Most < 4<<20 || len(large.Value.(map[string]any)["body"].(string)) != 3<<20 {
		t.Errorf("%T %v", got, err)
	}
}

func connection(kind string, fields map[string]string, secrets map[string]string, hosts ...string) *connections.Connection {
	return &connections.Connection{Name: "c", Kind: kind, Fields: fields, Hosts: hosts, Secret: func(field string) ([]string, error) {
		if s, ok := secrets[field]; ok {
			return []string{s}, nil
		}
		return nil, nil
	}}
}

func TestCredentials(t *testing.T) {
	for _, c := range []struct {
		kind            string
		fields, secrets map[string]string
		header, want    string
	}{
		{"http_header", map[string]string{"name": "X-Key"}, map[string]string{"value": "hush"}, "X-Key", "hush"},
		{"http_bearer", nil, map[string]string{"token": "hush"}, "Authorization", "Bearer hush"},
		{"http_basic", map[string]string{"username": "u"}, map[string]string{"password": "hush"}, "Authorization", "Basic dTpodXNo"},
		{"http_basic", map[string]string{"username": "sk_x"}, nil, "Authorization", "Basic c2tfeDo="},
		{
			"hmac",
			map[string]string{"scheme": "header", "header": "X-Sig", "hash": "sha256", "encoding": "hex", "prefix": "sha256="},
			map[string]string{"secret": "It's a Secret to Everybody"},
			"X-Sig", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
		},
	} {
		p, out := newPlay(t, says(200, "application/json", "{}"))
		var sent any
		_, err := do(t, out, newCall(connection(c.kind, c.fields, c.secrets, "127.0.0.1"), &sent), map[string]any{"method": "POST", "url": p.URL, "text": "Hello, World!"})
		if err != nil || p.got()[0].header.Get(c.header) != c.want {
			t.Errorf("%s: %v %q", c.kind, err, p.got())
		}
		shown, _ := json.Marshal(sent)
		for _, secret := range append([]string{c.want}, c.secrets["value"]) {
			if secret != "" && strings.Contains(string(shown), secret) {
				t.Errorf("%s: the history shows %s", c.kind, shown)
			}
		}
	}
	p, out := newPlay(t, says(200, "application/json", "{}"))
	var sent any
	_, err := do(t, out, newCall(connection("http_query", map[string]string{"name": "key"}, map[string]string{"value": "hush"}, "127.0.0.1"), &sent), map[string]any{"url": p.URL + "/?a=1"})
	if shown, _ := json.Marshal(sent); err != nil || p.got()[0].query != "a=1&key=hush" || strings.Contains(string(shown), "hush") || !strings.Contains(string(shown), "key=•••") {
		t.Errorf("%v %+v %s", err, p.got(), shown)
	}
	_, err = do(t, out, newCall(connection("http_bearer", nil, map[string]string{"token": "hush"}, "api.example.com"), nil), map[string]any{"url": p.URL})
	if f := faultOf(t, err); f.Code != "host_not_allowed" || len(p.got()) != 1 {
		t.Errorf("%+v", f)
	}
}

func TestCredentialsStayWithTheirHosts(t *testing.T) {
	other, _ := newPlay(t, says(200, "application/json", "{}"))
	p, out := newPlay(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	_, err := do(t, out, newCall(connection("http_header", map[string]string{"name": "X-Key"}, map[string]string{"value": "hush"}, p.Listener.Addr().String()), nil), map[string]any{"url": p.URL})
	if err == nil || len(other.got()) != 0 {
		t.Errorf("%v: %+v", err, other.got())
	}
	_, err = do(t, out, newCall(connection("http_header", map[string]string{"name": "X-Key"}, map[string]string{"value": "hush"}, "127.0.0.1"), nil), map[string]any{"url": p.URL})
	if err != nil || len(other.got()) != 1 || other.got()[0].header.Get("X-Key") != "" {
		t.Errorf("%v: the key went to another port: %+v", err, other.got())
	}
}

// Methods with a body follow no redirect unless they are told to: who redirects them has not done it.
func TestWhichMethodsAreRedirected(t *testing.T) {
	for _, method := range methods {
		for _, follow := range []bool{false, true} {
			p, out := newPlay(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/there" {
					http.Redirect(w, r, "/there", http.StatusSeeOther)
				}
			})
			with := map[string]any{"method": method, "url": p.URL}
			if follow {
				with["follow"] = 1
			}
			call := newCall(nil, nil)
			call.AtMostOnce = true
			_, err := do(t, out, call, with)
			goes := follow || !slices.Contains([]string{"POST", "PUT", "PATCH"}, method)
			if goes && (err != nil || len(p.got()) != 2) {
				t.Errorf("%s, follow %v: %v, %d requests", method, follow, err, len(p.got()))
			}
			if !goes {
				if f := faultOf(t, err); f.Code != "http_303" || !f.Permanent || f.Maybe || len(p.got()) != 1 {
					t.Errorf("%s: %+v, %d requests", method, f, len(p.got()))
				}
			}
		}
	}
}

// A DELETE that was sent elsewhere still deletes there; a fourth place is one too many. With a body it is not sent on.
func TestDeletesAreRedirectedAsDeletes(t *testing.T) {
	for status, second := range map[int]string{301: "DELETE", 302: "DELETE", 303: "GET", 307: "DELETE", 308: "DELETE"} {
		p, out := newPlay(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/there" {
				http.Redirect(w, r, "/there", status)
			}
		})
		if _, err := do(t, out, newCall(nil, nil), map[string]any{"method": "DELETE", "url": p.URL}); err != nil || len(p.got()) != 2 || p.got()[1].method != second {
			t.Errorf("%d: %v, %+v", status, err, p.got())
		}
	}
	p, out := newPlay(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) })
	if _, err := do(t, out, newCall(nil, nil), map[string]any{"method": "DELETE", "url": p.URL}); faultOf(t, err).Code != "redirect" || len(p.got()) != 4 {
		t.Errorf("%v, %d requests", err, len(p.got()))
	}
	p, out = newPlay(t, says(302, "text/plain", "", "Location", "/there"))
	if _, err := do(t, out, newCall(nil, nil), map[string]any{"method": "DELETE", "url": p.URL, "json": 1}); faultOf(t, err).Code != "http_302" || len(p.got()) != 1 {
		t.Errorf("%v, %d requests", err, len(p.got()))
	}
}

// A secret goes over https to the end: not on to http, by a redirect or as the next page. What comes
// without one may. No host is told the address before.
func TestSecretsStayOnHTTPS(t *testing.T) {
	_, out := anyHost(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/next":
			says(200, "application/json", `{"items": [1], "next": "http://api.example.com/more"}`)(w, r)
		case r.URL.Path == "/there":
			says(200, "application/json", `{"referer": "`+r.Referer()+`"}`)(w, r)
		case r.URL.Query().Has("to"):
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
		}
	})
	keyed := connection("http_header", map[string]string{"name": "X-Key"}, map[string]string{"value": "hush"}, "api.example.com")
	for _, with := range []map[string]any{
		{"url": "https://api.example.com/?to=http://api.example.com/there"},
		{"url": "https://api.example.com/next", "paginate": map[string]any{"next": "response.body.next", "items": "response.body.items"}},
	} {
		if _, err := do(t, out, newCall(keyed, nil), with); err == nil || !strings.Contains(err.Error(), "where the connection's secret could be read") {
			t.Errorf("%v: %v", with, err)
		}
	}
	output, err := do(t, out, newCall(nil, nil), map[string]any{"url": "https://api.example.com/?api_key=hush&to=https://other.example/there"})
	if body, _ := json.Marshal(output); err != nil || !strings.Contains(string(body), `"referer":""`) {
		t.Errorf("%v: %s", err, body)
	}
	turn := &turner{base: &exchange{url: mustURL(t, "https://api.example.com/a"), header: http.Header{}, hosts: []string{"api.example.com"}}, next: "http://api.example.com/b"}
	turn.madePages = &madePages{paginateFile: paginateFile{Kind: "url"}}
	if _, err := turn.exchange(); err == nil {
		t.Error("a connector's next page at http")
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestHeadersCannotBeSmuggled(t *testing.T) {
	p, out := newPlay(t, says(200, "application/json", "{}"))
	for _, headers := range []map[string]any{{"X-A": "1\r\nX-B: 2"}, {"X A": "1"}, {"": "1"}, {"Host": "evil"}, {"Content-Length": "5"}, {"X-A": []any{1}}} {
		if _, err := do(t, out, newCall(nil, nil), map[string]any{"url": p.URL, "headers": headers}); err == nil {
			t.Errorf("%v was sent", headers)
		}
	}
	if len(p.got()) != 0 {
		t.Errorf("%+v", p.got())
	}
}

func TestStandardWebhook(t *testing.T) {
	x := &exchange{header: http.Header{}, body: []byte(`{"test": 2432232314}`)}
	if err := standardWebhook(x, "p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"); err != nil {
		t.Fatal(err)
	}
	if got := x.header.Get("Webhook-Signature"); got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("signature %s", got)
	}
}

func TestCircuit(t *testing.T) {
	p, out := newPlay(t, says(200, "application/json", "{}"))
	address := p.URL
	p.Close()
	for range circuitAfter {
		if _, err := do(t, out, newCall(nil, nil), map[string]any{"url": address}); faultOf(t, err).Quota {
			t.Fatal("the circuit opened early")
		}
	}
	_, err := do(t, out, newCall(nil, nil), map[string]any{"url": address})
	if f := faultOf(t, err); !f.Quota || f.After <= 0 {
		t.Errorf("%+v", f)
	}
}
