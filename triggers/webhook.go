package triggers

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/store"
)

// Engine is what the door needs of the engine.
type Engine interface {
	Enter(ctx context.Context, flow string) (leave func(), err error)
	Accept(ctx context.Context, in []engine.Incoming) ([]engine.Receipt, error)
	Reject(in engine.Incoming)
	Await(ctx context.Context, run string) (*engine.Answer, error)
	Answer(ctx context.Context, run string) (*engine.Answer, error)
	Stopping() <-chan struct{}
	WaitPage(ctx context.Context, token string) (engine.WaitView, error)
	GiveWait(ctx context.Context, token string, data any) error
}

// Flows is what triggers need of the flows.
type Flows interface {
	Watch(f func(id string, e *flows.Entry))
	ByToken(token string) (flows.Entry, bool)
}

// WebhookConfig is what a Webhook is made of. Connections, Keys, Presets, Font, TrustedProxies,
// Memory and Now may be left out.
type WebhookConfig struct {
	Engine      Engine
	Flows       Flows
	Connections interface {
		Prover(name string) (*connections.Connection, error)
	}
	Runs interface {
		RunInfo(ctx context.Context, id string) (store.Run, error)
	}
	Keys           onceKeys       // what may come only once is kept there
	Presets        *Presets       // those of this program when left out
	PublicURL      string         // what trigger URLs begin with, and what signatures over URLs are checked with
	Public         func() string  // the same where it can change; PublicURL when left out
	Lang           func() string  // "en" or "pt-BR", of the titles that presets give; English when left out
	Font           string         // the path of the font of pages, on the addresses that serve them; the reader's own when left out
	TrustedProxies []netip.Prefix // whose X-Forwarded-For counts
	Memory         int64          // bytes of bodies held at once; 64 MiB
	Log            *slog.Logger
	Now            func() time.Time
}

// Webhook is the door of the trigger URLs (/h/) and of the wait URLs (/w/). It answers 2xx
// only for what is on disk.
type Webhook struct {
	WebhookConfig
	budget    budget
	strangers strangers
	onces     onces
	slots     slots
	fixed     fixedHeaders
	pages     waitPages

	mu      sync.RWMutex
	byToken map[[32]byte]*endpoint
	byFlow  map[string]*endpoint
}

// fixedHeaders are the values of headers that every answer shares.
type fixedHeaders struct{ json, nosniff, sandbox, noStore, noReferrer []string }

// public is what trigger URLs begin with, now.
func (c *WebhookConfig) public() string {
	if c.Public != nil {
		return c.Public()
	}
	return c.PublicURL
}

// NewWebhook makes the door and follows the flows from now on.
func NewWebhook(c WebhookConfig) *Webhook {
	if c.Memory == 0 {
		c.Memory = 64 << 20
	}
	if c.Presets == nil {
		c.Presets = BuiltIn()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Lang == nil {
		c.Lang = func() string { return "en" }
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	d := &Webhook{
		WebhookConfig: c, budget: budget{most: c.Memory},
		strangers: strangers{seen: map[netip.Prefix]*visits{}}, onces: onces{keys: c.Keys, held: map[string]*heldOnce{}},
		pages:   newWaitPages(c.Font),
		slots:   make(slots, max(2, runtime.GOMAXPROCS(0))),
		byToken: map[[32]byte]*endpoint{}, byFlow: map[string]*endpoint{},
		fixed: fixedHeaders{
			json: []string{jsonType}, nosniff: []string{"nosniff"}, sandbox: []string{"sandbox; default-src 'none'"},
			noStore: []string{"no-store"}, noReferrer: []string{"no-referrer"},
		},
	}
	c.Flows.Watch(d.flowChanged)
	c.Presets.Watch(d.presetsChanged)
	return d
}

func digestOf(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// flowChanged swaps the endpoint of one flow.
func (d *Webhook) flowChanged(id string, e *flows.Entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.byFlow[id]
	if before != nil {
		delete(d.byToken, before.digest)
		delete(d.byFlow, id)
	}
	if e != nil {
		x := newEndpoint(e, before, d.Presets)
		d.byToken[x.digest], d.byFlow[id] = x, x
	}
}

// presetsChanged lets every flow that names a preset read it anew.
func (d *Webhook) presetsChanged() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, e := range d.byFlow {
		if _, named := e.with("preset"); !named {
			continue
		}
		anew := &endpoint{flow: e.flow, state: e.state, doc: e.doc, digest: e.digest, door: doorOf(e.doc, d.Presets)}
		d.byFlow[id], d.byToken[e.digest] = anew, anew
	}
}

// find gives the endpoint of a token: the one in force, or one before it that still counts.
func (d *Webhook) find(token string) *endpoint {
	digest := digestOf(token)
	d.mu.RLock()
	e := d.byToken[digest]
	d.mu.RUnlock()
	if e != nil {
		return e
	}
	entry, ok := d.Flows.ByToken(token)
	if !ok {
		return nil
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.byFlow[entry.ID]
}

// ServeHTTP answers /h/{token}, whatever follows it, and /w/{token}.
func (d *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["X-Content-Type-Options"], h["Content-Security-Policy"] = d.fixed.nosniff, d.fixed.sandbox
	h["Cache-Control"], h["Referrer-Policy"] = d.fixed.noStore, d.fixed.noReferrer
	if rest, ok := strings.CutPrefix(r.URL.Path, "/h/"); ok {
		d.hook(w, r, rest)
		return
	}
	if token, ok := strings.CutPrefix(r.URL.Path, "/w/"); ok {
		d.wait(w, r, token)
		return
	}
	d.refuse(w, r, refusal{status: http.StatusNotFound, code: "not_found", words: form.Label("there is nothing here", "não há nada aqui")})
}

func (d *Webhook) hook(w http.ResponseWriter, r *http.Request, rest string) {
	token, after := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		token, after = rest[:i], rest[i:]
	}
	e := d.find(token)
	var made *door
	if e != nil {
		made = e.door()
	}
	if made == nil {
		d.unknown(w, r)
		return
	}
	if run, ok := strings.CutPrefix(after, "/runs/"); ok && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		d.status(w, r, e.flow, run)
		return
	}
	x := delivery{Webhook: d, e: e, door: made, r: r, token: token, path: after, reading: reading{budget: &d.budget}}
	defer x.letGo()
	no := x.admit(w)
	if no == nil && !x.shaken {
		no = x.accept(w)
	}
	if no != nil {
		x.record(no)
		d.refuse(w, r, *no)
	}
}

// accept makes durable what a delivery holds, all in one commit, and answers.
func (x *delivery) accept(w http.ResponseWriter) *refusal {
	parts, no := x.parts()
	if no != nil {
		return no
	}
	in := make([]engine.Incoming, len(parts))
	for i, part := range parts {
		part.decide()
		in[i] = part.in
	}
	if no := x.replayed(parts); no != nil {
		return no
	}
	got, err := x.Engine.Accept(x.r.Context(), in)
	x.leave()
	if err != nil {
		no := x.busy(x.e.flow, err)
		no.silent = true
		return &no
	}
	x.keepOnce()
	if asked, ok := x.r.Context().Value(receipts{}).(*[]engine.Receipt); ok {
		*asked = got
	}
	if x.split {
		x.answerParts(w, got)
		return nil
	}
	x.answer(w, got[0])
	return nil
}

// unknown answers a token that is none of ours.
func (d *Webhook) unknown(w http.ResponseWriter, r *http.Request) {
	if d.guesses(w, r) {
		return
	}
	d.refuse(w, r, refusal{status: http.StatusNotFound, code: "not_found", words: form.Label("there is nothing at this address", "não há nada neste endereço")})
}

// guesses refuses who tries too many addresses.
func (d *Webhook) guesses(w http.ResponseWriter, r *http.Request) bool {
	if d.strangers.allow(clientAddr(r, d.TrustedProxies), d.Now()) {
		return false
	}
	d.refuse(w, r, refusal{
		status: http.StatusTooManyRequests, code: "too_many", retryAfter: 60,
		words: form.Label("too many unknown addresses were tried", "endereços desconhecidos demais foram tentados"),
	})
	return true
}

// busy says that nothing was promised: the sender should try again.
func (d *Webhook) busy(flow string, err error) refusal {
	no := refusal{
		status: http.StatusServiceUnavailable, code: "unavailable", retryAfter: 5,
		words: form.Label("the delivery could not be kept; try again", "a entrega não pôde ser guardada; tente de novo"),
	}
	switch {
	case errors.Is(err, store.ErrBusy):
		no.retryAfter = 1
	case errors.Is(err, context.Canceled):
	default:
		d.Log.Error("accept a delivery", "flow", flow, "error", err)
	}
	return no
}

// status answers for a run whose answer was deferred.
func (d *Webhook) status(w http.ResponseWriter, r *http.Request, flow, run string) {
	info, err := d.Runs.RunInfo(r.Context(), run)
	if err != nil || info.Flow != flow {
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			d.refuse(w, r, d.busy(flow, err))
			return
		}
		d.refuse(w, r, refusal{status: http.StatusNotFound, code: "not_found", words: form.Label("there is no such run", "não existe essa execução")})
		return
	}
	a, err := d.Engine.Answer(r.Context(), run)
	if err != nil {
		d.refuse(w, r, d.busy(flow, err))
		return
	}
	body := map[string]any{"run": run, "status": info.Status, "answer": nil}
	if a != nil && a.Status != 0 {
		body["answer"] = a
	}
	writeAnswer(w, http.StatusOK, nil, body)
}
