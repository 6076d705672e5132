// Package actions holds what steps do to the outside world. The catalogue lists the actions;
// Outbound is the only way out of the machine.
package actions

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// OutboundConfig says where a program may connect to.
type OutboundConfig struct {
	Version string   // of the program, for User-Agent
	Allow   []string // private networks, addresses and names that are opened: GANCHO_ALLOW_NET
	TLS     *tls.Config
}

// Outbound is the only way out of the machine: one dialer that checks the address that is
// about to be connected, for HTTP and for mail. It is safe for concurrent use.
type Outbound struct {
	policy    *policy
	dialer    net.Dialer
	connect   func(ctx context.Context, network, address string) (net.Conn, error) // by the dialer
	transport *http.Transport
	tls       *tls.Config
	agent     string
	circuits  circuits
	budgets   *budgets
	halves    halves
	options   optionsKept
	now       func() time.Time
}

type targetKey struct{}

// NewOutbound makes the way out. It fails when a rule of Allow cannot be read.
func NewOutbound(c OutboundConfig) (*Outbound, error) {
	p, err := parsePolicy(c.Allow)
	if err != nil {
		return nil, err
	}
	o := &Outbound{policy: p, agent: "Gancho/" + c.Version, tls: c.TLS, budgets: newBudgets(), now: time.Now}
	o.dialer = net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, ControlContext: o.control}
	o.connect = o.dialer.DialContext
	o.transport = &http.Transport{
		DialContext:            o.Dial,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        c.TLS,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    128, // as many as runs are advanced at once
		IdleConnTimeout:        60 * time.Second,
	}
	return o, nil
}

// control sees the literal address that the next connect gets.
func (o *Outbound) control(ctx context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read address %s: %w", address, err)
	}
	target, _ := ctx.Value(targetKey{}).(string)
	return o.policy.check(target, ap.Addr(), ap.Port())
}

// Dial connects to host:port if the address that it resolves to is allowed; else the error is
// a *Blocked.
func (o *Outbound) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return o.connect(context.WithValue(ctx, targetKey{}, address), network, address)
}

// Own names the ports of the program's own listeners: a flow must not reach the API.
func (o *Outbound) Own(ports []uint16) { o.policy.own.Store(&ports) }

// Keep lets the limits that last an hour and more survive a restart. It is called before
// anything is sent.
func (o *Outbound) Keep(keys store.Keys) { o.budgets.keys = keys }

// Client speaks HTTP through the one way out.
func (o *Outbound) Client() *http.Client {
	return &http.Client{Transport: o.transport, Timeout: time.Minute}
}

// Close drops idle connections.
func (o *Outbound) Close() { o.transport.CloseIdleConnections() }

// exchange is one HTTP request and what is needed to judge its answer.
type exchange struct {
	method  string
	url     *url.URL
	header  http.Header
	body    []byte
	follow  int      // redirects
	limit   int64    // bytes of the answer's body
	once    bool     // it must never be sent twice, not by the transport either
	hosts   []string // the only hosts, when it carries a secret
	bound   []string // further such list: both must name the host
	secrets []string // header names that must not reach another host
	hidden  []string // parameters of the address that are secret

	secretURL bool      // the whole address is a secret
	at        time.Time // when it is signed
	token     string    // that it carries, of a session
}

// lists says whether the exchange may go to the host of u.
func (x *exchange) lists(u *url.URL) bool {
	return (len(x.hosts) == 0 || hostListed(x.hosts, u)) && (len(x.bound) == 0 || hostListed(x.bound, u))
}

// reply is a whole answer.
type reply struct {
	status int
	header http.Header
	body   []byte
	cut    bool // the body was longer than the limit
}

// sent says how far a failed exchange got.
type sent struct{ error }

func (s sent) Unwrap() error { return s.error }

// do sends one request and reads its answer. When the error is a sent, the request may have
// reached the other side.
func (o *Outbound) do(ctx context.Context, x *exchange) (*reply, error) {
	if err := o.allowed(x); err != nil {
		return nil, err
	}
	if wait := o.circuits.wait(x.url.Host); wait > 0 {
		return nil, &engine.Fault{Code: "circuit_open", Message: fmt.Sprintf("%s has not answered lately; trying again soon", x.url.Host), After: wait, Quota: true}
	}
	var written atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), x.method, x.url.String(), x.reader())
	if err != nil {
		return nil, engine.Faultf("bad_request", "the request cannot be made: %s", plain(err))
	}
	o.introduce(x)
	req.Header = x.header
	x.seal(req)
	res, err := o.send(x, req)
	if err != nil {
		return nil, o.failed(ctx, x, err, written.Load())
	}
	defer res.Body.Close()
	o.circuits.good(x.url.Host)
	body, err := io.ReadAll(io.LimitReader(res.Body, x.limit+1))
	if err != nil {
		return nil, sent{netFault("broken_answer", "the answer broke off", err)}
	}
	r := &reply{status: res.StatusCode, header: res.Header, body: body}
	if int64(len(body)) > x.limit {
		r.body, r.cut = body[:x.limit], true
	}
	return r, nil
}

// introduce says who asks, unless the request says it.
func (o *Outbound) introduce(x *exchange) {
	if x.header.Get("User-Agent") == "" {
		x.header.Set("User-Agent", o.agent)
	}
}

// send follows redirects where they are wanted; else all that a client does beside is spared.
func (o *Outbound) send(x *exchange, req *http.Request) (*http.Response, error) {
	if x.follow > 0 || req.URL.User != nil {
		client := http.Client{Transport: o.transport, CheckRedirect: x.redirect}
		return client.Do(req)
	}
	return o.transport.RoundTrip(req)
}

func (x *exchange) reader() io.Reader {
	if x.body == nil {
		return nil
	}
	return bytes.NewReader(x.body)
}

// seal keeps the transport from sending a request again by itself, which it does for ones
// that have an idempotency key.
func (x *exchange) seal(req *http.Request) {
	if x.once {
		req.GetBody = nil
		req.Body = io.NopCloser(bytes.NewReader(x.body))
		req.ContentLength = int64(len(x.body))
	}
}

var (
	errTooManyRedirects = errors.New("too many redirects")
	errOtherHost        = errors.New("redirected to a host that the connection does not list")
	errInTheClear       = errors.New("redirected from https to http, where the connection's secret could be read on the way")
)

// inTheClear says that a request with a secret would leave https.
func (x *exchange) inTheClear(from, to *url.URL) bool {
	return from.Scheme == "https" && to.Scheme == "http" && (len(x.hosts) > 0 || len(x.secrets) > 0 || len(x.hidden) > 0)
}

func (x *exchange) redirect(req *http.Request, via []*http.Request) error {
	if x.follow == 0 {
		return http.ErrUseLastResponse
	}
	if len(via) > x.follow {
		return errTooManyRedirects
	}
	if req.URL.Scheme != "https" && req.URL.Scheme != "http" {
		return fmt.Errorf("redirected to the scheme %q", req.URL.Scheme)
	}
	if !x.lists(req.URL) {
		return errOtherHost
	}
	escapeQuery(req.URL)
	if x.inTheClear(via[0].URL, req.URL) {
		return errInTheClear
	}
	x.keepMethod(req, via[len(via)-1])
	req.Header.Del("Referer") // it would tell the whole address before, which may hold a secret
	if req.URL.Host != via[0].URL.Host {
		for _, name := range x.secrets {
			req.Header.Del(name)
		}
	}
	return nil
}

// keepMethod asks elsewhere what was asked here, where the client would make a GET of it: who answers
// a DELETE with 301 or 302 has not done it. 303 leads to what tells of it, and a POST has always become a GET.
func (x *exchange) keepMethod(req, before *http.Request) {
	if x.body == nil && before.Method != http.MethodPost && req.Response.StatusCode != http.StatusSeeOther {
		req.Method = before.Method
	}
}

// callable refuses addresses that lead nowhere, whoever asks.
func callable(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" {
		return engine.Faultf("bad_url", "only http and https addresses can be called, not %q", u.Scheme)
	}
	if u.Hostname() == "" {
		return engine.Faultf("bad_url", "the address has no host")
	}
	if n, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || n < 1 || n > 65535) {
		return engine.Faultf("bad_url", "there is no port %s", u.Port())
	}
	return nil
}

// allowed holds a request against the rules that need no address.
func (o *Outbound) allowed(x *exchange) error {
	if err := callable(x.url); err != nil {
		return err
	}
	if !x.lists(x.url) {
		return engine.Faultf("host_not_allowed", "the connection may not be sent to %s; it lists %s", x.url.Hostname(), strings.Join(x.hosts, ", "))
	}
	return nil
}

// hostListed says whether a list has the host of u: as name, name:port, or *.name.
func hostListed(hosts []string, u *url.URL) bool {
	host := tidyHost(u.Hostname())
	for _, h := range hosts {
		name := tidyHost(h)
		if base, wild := strings.CutPrefix(name, "*."); wild && strings.Count(base, ".") > 0 && strings.HasSuffix(host, "."+base) {
			return true
		}
		if name == host || name == tidyHost(u.Host) || strings.Trim(name, "[]") == host {
			return true
		}
	}
	return false
}

// failed turns a failed exchange into a Fault without the address in it, which may hold a secret.
func (o *Outbound) failed(ctx context.Context, x *exchange, err error, written bool) error {
	var blocked *Blocked
	if errors.As(err, &blocked) {
		return &engine.Fault{Code: "blocked_address", Message: blocked.Error(), Permanent: true}
	}
	for _, fatal := range []error{errTooManyRedirects, errOtherHost, errInTheClear} {
		if errors.Is(err, fatal) {
			return engine.Faultf("redirect", "%v", fatal)
		}
	}
	if !errors.Is(context.Cause(ctx), context.Canceled) {
		o.circuits.bad(x.url.Host)
	}
	f := netFault("network", "no answer from "+x.url.Host, err)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		f.Code, f.Message = "timeout", x.url.Host+" did not answer in time"
	}
	if written {
		return sent{f}
	}
	return f
}

func netFault(code, what string, err error) *engine.Fault {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return &engine.Fault{Code: "unknown_host", Message: fmt.Sprintf("there is no host %s", dns.Name)}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		code = "timeout"
	}
	return &engine.Fault{Code: code, Message: what + ": " + plain(err)}
}

// plain is the innermost text of a network error: *url.Error would print the whole address.
func plain(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	if errors.Is(err, io.EOF) {
		return "the connection was closed"
	}
	return err.Error()
}
