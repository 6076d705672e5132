package actions

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/seal"
	"gancho/engine/store"
	"gancho/engine/store/bolt"
	"gancho/triggers"

	"github.com/emersion/go-smtp"
)

// world is a network without sockets, in which a whole program lives: its hosts are servers of
// the test, by name and port, and its time is that of the synctest bubble that it stands in.
type world struct {
	t   *testing.T
	out *Outbound

	mu    sync.Mutex
	hosts map[string]chan net.Conn
	got   []string // requests: host, method, path and query, what signs in, body
	times []time.Time
	mails []string
	vain  []string // addresses where nobody listened
	stops []func()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	out, err := NewOutbound(OutboundConfig{Version: "test", TLS: &tls.Config{InsecureSkipVerify: true}}) //nolint:gosec // a stand-in
	check(t, err)
	w := &world{t: t, out: out, hosts: map[string]chan net.Conn{}}
	out.connect = w.dial
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// dial connects to a host of the world.
func (w *world) dial(ctx context.Context, _, address string) (net.Conn, error) {
	w.mu.Lock()
	host := w.hosts[address]
	w.mu.Unlock()
	if host == nil {
		w.mu.Lock()
		w.vain = append(w.vain, address)
		w.mu.Unlock()
		return nil, fmt.Errorf("nobody listens at %s", address)
	}
	near, far := net.Pipe()
	select {
	case host <- far:
		return near, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// piped is a listener of connections that are made in memory.
type piped struct {
	address string
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (p *piped) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *piped) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *piped) Addr() net.Addr { return &net.UnixAddr{Name: p.address, Net: "unix"} }

func (w *world) listen(address string) *piped {
	p := &piped{address: address, conns: make(chan net.Conn), closed: make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[address] = p.conns
	return p
}

// site puts a provider into the world: what it answers, by the body that was sent.
func (w *world) site(host string, answer func(r *http.Request, body string) (int, string)) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.got = append(w.got, strings.Join([]string{host, r.Method, r.URL.RequestURI(), r.Header.Get("Authorization") + r.Header.Get("X-Shop-Key"), string(body)}, " "))
		w.times = append(w.times, time.Now())
		w.mu.Unlock()
		status, text := answer(r, string(body))
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, text)
	}))
	check(w.t, s.Listener.Close())
	s.Listener = w.listen(host + ":443")
	s.StartTLS()
	w.stops = append(w.stops, s.Close)
}

// mailServer puts a mail server into the world.
func (w *world) mailServer(host string) {
	s := smtp.NewServer(letterbox{w})
	s.ErrorLog = log.New(io.Discard, "", 0)
	listener := w.listen(host + ":25")
	done := make(chan struct{})
	go func() {
		_ = s.Serve(listener)
		close(done)
	}()
	w.stops = append(w.stops, func() {
		_ = s.Close()
		<-done
	})
}

type letterbox struct{ w *world }

func (l letterbox) NewSession(*smtp.Conn) (smtp.Session, error) { return l, nil }
func (l letterbox) Reset()                                      {}
func (l letterbox) Logout() error                               { return nil }
func (l letterbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (l letterbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (l letterbox) Data(r io.Reader) error {
	letter, err := io.ReadAll(r)
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.mails = append(l.w.mails, string(letter))
	return err
}

// requests gives what came to the hosts since they were last asked for.
func (w *world) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	got := w.got
	w.got = nil
	return got
}

// missed counts how often nobody listened at an address.
func (w *world) missed(address string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, a := range w.vain {
		if a == address {
			n++
		}
	}
	return n
}

// letters gives the mail that came since it was last asked for.
func (w *world) letters() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	mails := w.mails
	w.mails = nil
	return mails
}

// resident is a whole program in a world: store, engine, door and schedule.
type resident struct {
	*world
	*engine.Engine
	store *bolt.Store
	flows *flows.Flows
	door  *triggers.Webhook
	leave func()
}

func (w *world) open(dir string) *resident {
	w.t.Helper()
	ctx := w.t.Context()
	db, err := bolt.Open(ctx, dir, bolt.Options{})
	check(w.t, err)
	w.out.Keep(db)
	box, err := seal.Open(ctx, db, make([]byte, seal.KeySize))
	check(w.t, err)
	catalogue, err := engine.NewCatalogue(append(engine.Builtins(), Catalog(w.out)...), triggers.Catalogue(), triggers.BuiltIn().ConnectionKinds(Connections(w.out)))
	check(w.t, err)
	connections, err := connections.Open(ctx, connections.Config{Docs: db, Keys: db, Box: box, Kinds: catalogue.Connections(), Trouble: engine.TroubleOf})
	check(w.t, err)
	flows, err := flows.Open(ctx, flows.Config{Docs: db, Keys: db, Catalogue: catalogue, Box: box, Connection: connections.Kind, Holds: connections.Holds})
	check(w.t, err)
	quiet := slog.New(slog.DiscardHandler)
	e, err := engine.New(ctx, engine.Config{
		Store: db, Catalogue: catalogue, Flows: flows, Connections: connections, Box: box, Timezone: "UTC", Log: quiet, Decode: triggers.DecodeBody, PublicURL: "https://gancho.example.com",
	})
	check(w.t, err)
	r := &resident{world: w, Engine: e, store: db, flows: flows}
	r.door = triggers.NewWebhook(triggers.WebhookConfig{Engine: e, Flows: flows, Connections: connections, Runs: db, PublicURL: "https://gancho.example.com", Log: quiet})
	schedule := triggers.NewSchedule(triggers.ScheduleConfig{Engine: e, Flows: flows, Keys: db, Log: quiet})
	work, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { check(w.t, e.Work(work)) })
	group.Go(func() { _ = schedule.Run(work) })
	r.leave = func() {
		cancel()
		group.Wait()
		w.out.Close()
		check(w.t, db.Close())
	}
	return r
}

// close ends the world's hosts.
func (w *world) close() {
	w.out.Close()
	for _, stop := range w.stops {
		stop()
	}
}

func (r *resident) connect(name, kind string, fields map[string]any, hosts ...string) {
	r.t.Helper()
	_, err := r.Connections.Put(r.t.Context(), name, kind, fields, hosts)
	check(r.t, err)
}

func (r *resident) publish(id string) error {
	_, err := r.flows.Publish(r.t.Context(), id, flows.PublishOptions{IfMatch: -1})
	return err
}

// draw makes and publishes a flow.
func (r *resident) draw(document string) string {
	r.t.Helper()
	f, problems := flow.ParseFlow([]byte(document))
	if len(problems) > 0 {
		r.t.Fatalf("%+v", problems)
	}
	_, err := r.flows.Create(r.t.Context(), f)
	check(r.t, err)
	check(r.t, r.publish(f.ID))
	return f.ID
}

// knock sends a delivery to a flow's trigger URL.
func (r *resident) knock(id, body string, headers map[string]string) (int, string) {
	r.t.Helper()
	entry, err := r.flows.Get(id)
	check(r.t, err)
	return r.ask(http.MethodPost, "/h/"+entry.Token, body, headers)
}

func (r *resident) ask(method, path, body string, headers map[string]string) (int, string) {
	r.t.Helper()
	req := httptest.NewRequestWithContext(r.t.Context(), method, "https://gancho.example.com"+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	r.door.ServeHTTP(answer, req)
	return answer.Code, answer.Body.String()
}

// runs lists the runs of a flow, the newest first.
func (r *resident) runs(id string, status ...store.Status) []engine.RunView {
	r.t.Helper()
	list, _, err := r.Runs(r.t.Context(), store.Query{Flow: id, Limit: 1000})
	check(r.t, err)
	if len(status) == 0 {
		return list
	}
	return slices.DeleteFunc(list, func(v engine.RunView) bool { return !slices.Contains(status, v.Status) })
}
