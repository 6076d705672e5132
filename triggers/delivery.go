package triggers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
	"gancho/engine/title"
)

// delivery is one request to a trigger URL on its way to being accepted.
type delivery struct {
	*Webhook
	e       *endpoint
	door    *door
	r       *http.Request
	token   string
	path    string // what follows the token
	addr    netip.Addr
	in      engine.Incoming
	reading reading
	notes   form.Words

	unproved form.Words // why the sender is not sure, where it is let in all the same
	once     *oneOnce   // what it holds of a value that may come only once
	shaken   bool       // it was a handshake, and is answered
	split    bool       // it holds several events
	byHand   bool       // a person lets it in
	leave    func()     // makes room for another, once it has been let in itself
	decoded  bool
	value    any // of the body, once decoded
	scope    *expression.Scope
}

// admit asks everything that can refuse a delivery, in order: what costs least first, and
// nothing that reads the body's meaning before its signature.
func (x *delivery) admit(w http.ResponseWriter) *refusal {
	x.addr = clientAddr(x.r, x.TrustedProxies)
	x.in = engine.Incoming{Flow: x.e.flow, At: x.Now(), Outcome: store.Accepted, Meta: engine.Meta{
		Kind: "webhook", Method: x.r.Method, Path: x.path, Type: x.r.Header.Get("Content-Type"),
	}}
	if x.addr.IsValid() {
		x.in.Meta.IP = x.addr.String()
	}
	x.envelope()
	if no := x.atDoor(); no != nil {
		return no
	}
	x.deadlines(w)
	if no := x.readBody(); no != nil {
		return no
	}
	var err error
	if x.leave, err = x.Engine.Enter(x.r.Context(), x.e.flow); err != nil {
		no := x.busy(x.e.flow, err)
		no.silent = true
		return &no
	}
	x.adapt()
	return x.prove(w)
}

// prove asks who sent this, and answers handshakes: some come unsigned, before there is a
// secret.
func (x *delivery) prove(w http.ResponseWriter) (no *refusal) {
	if x.shaken, no = x.shake(w, false); x.shaken || no != nil {
		return no
	}
	if !slices.Contains(x.door.methods, x.r.Method) {
		return x.wrongMethod()
	}
	if no = x.verify(); no != nil {
		return no
	}
	if x.shaken, no = x.shake(w, true); x.shaken || no != nil {
		return no
	}
	x.mask()
	if no = x.wrongType(); no != nil {
		return no
	}
	return x.readable()
}

func (x *delivery) wrongMethod() *refusal {
	return &refusal{
		status: http.StatusMethodNotAllowed, code: "method_not_allowed",
		words: form.Label("this method is not taken here", "este método não é aceito aqui"), reason: form.Label("method "+x.r.Method, "método "+x.r.Method), allow: x.door.methods,
	}
}

// atDoor asks what needs no body.
func (x *delivery) atDoor() *refusal {
	switch {
	case x.e.state == flows.StateOff:
		return &refusal{status: http.StatusGone, code: "off", words: form.Label("this flow is off", "este fluxo está desligado")}
	case !slices.Contains(x.door.methods, x.r.Method) && !x.door.shakes(x.r.Method):
		return x.wrongMethod()
	case !x.door.allows(x.addr):
		return &refusal{
			status: http.StatusForbidden, code: "address_not_allowed",
			words: form.Label("deliveries from this address are not taken", "entregas deste endereço não são aceitas"), reason: form.Label("address "+x.addr.String(), "endereço "+x.addr.String()),
		}
	case x.door.limiter != nil && !x.door.limiter.AllowN(x.in.At, 1):
		return &refusal{
			status: http.StatusTooManyRequests, code: "too_many", retryAfter: x.door.retryAfter,
			words: form.Label("deliveries come too fast", "as entregas chegam rápido demais"),
		}
	case len(x.r.Header["Content-Type"]) > 1:
		return &refusal{
			status: http.StatusUnsupportedMediaType, code: "content_type",
			words: form.Label("there is more than one content type", "há mais de um tipo de conteúdo"),
		}
	}
	return nil
}

// deadlines give slow but honest senders of large bodies time, and end slow readers.
func (x *delivery) deadlines(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	now := time.Now()
	end := 30 * time.Second
	if x.door.respond.finished {
		end = max(end, x.door.respond.timeout+10*time.Second)
	}
	_ = c.SetWriteDeadline(now.Add(end)) // a recorder in tests has none
	if x.door.maxBody > defaultBody && (x.r.ContentLength < 0 || x.r.ContentLength > defaultBody) {
		_ = c.SetReadDeadline(now.Add(time.Minute))
	}
}

func (x *delivery) readBody() *refusal {
	packed := false
	switch enc := strings.Join(x.r.Header.Values("Content-Encoding"), ", "); strings.ToLower(enc) {
	case "", "identity":
	case "gzip", "x-gzip":
		packed = true
	default:
		return &refusal{
			status: http.StatusUnsupportedMediaType, code: "content_encoding",
			words: form.Label("only gzip is understood as content encoding", "só gzip é aceito como codificação"), reason: form.Label("content encoding "+enc, "codificação "+enc),
		}
	}
	if x.r.ContentLength > x.door.maxBody {
		return tooBig(x.door.maxBody)
	}
	if x.r.Body == nil || x.r.Body == http.NoBody {
		return nil
	}
	body, err := x.reading.all(x.r.Body, x.r.ContentLength, x.door.maxBody)
	if err == nil && packed {
		body, err = x.reading.inflate(body, x.door.maxBody)
	}
	x.in.Body = body
	return unread(err, x.door.maxBody)
}

func tooBig(limit int64) *refusal {
	most := sizeOf(limit)
	return &refusal{
		status: http.StatusRequestEntityTooLarge, code: "too_big",
		words: form.Label("the body is too big: the limit here is "+most, "o corpo é grande demais: o limite aqui é de "+most),
	}
}

// sizeOf writes a size in the unit that it is a whole number of.
func sizeOf(bytes int64) string {
	switch {
	case bytes > 0 && bytes%(1<<20) == 0:
		return strconv.FormatInt(bytes>>20, 10) + " MB"
	case bytes > 0 && bytes%(1<<10) == 0:
		return strconv.FormatInt(bytes>>10, 10) + " kB"
	default:
		return strconv.FormatInt(bytes, 10) + " bytes"
	}
}

func unread(err error, limit int64) *refusal {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTooBig):
		return tooBig(limit)
	case errors.Is(err, errBomb):
		times := strconv.Itoa(ratio)
		return &refusal{
			status: http.StatusRequestEntityTooLarge, code: "too_big",
			words: form.Label("the compressed body becomes more than "+times+" times its size", "o corpo compactado fica mais de "+times+" vezes maior"),
		}
	case errors.Is(err, errMemory):
		return &refusal{
			status: http.StatusServiceUnavailable, code: "busy", retryAfter: 1, silent: true,
			words: form.Label("too much at once; try again", "muita coisa ao mesmo tempo; tente de novo"),
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{status: http.StatusRequestTimeout, code: "too_slow", silent: true, words: form.Label("the body came too slowly", "o corpo chegou devagar demais")}
	}
	return &refusal{
		status: http.StatusUnprocessableEntity, code: "unreadable",
		words: form.Label("the body could not be read", "o corpo não pôde ser lido"),
	}
}

// verify asks who sent this, over the bytes as they came.
func (x *delivery) verify() *refusal {
	if len(x.door.auth) == 0 {
		return nil
	}
	r := &Request{Method: x.r.Method, URL: x.public() + x.r.URL.RequestURI(), Header: x.r.Header, Body: x.in.Body, At: x.in.At}
	proof, err := Verify(x.door.auth, r, x.secrets)
	if err == nil && proof.Once != "" {
		x.once, err = x.onces.enter(x.r.Context(), x.e.flow, proof, x.in.Body)
	}
	x.hide(r)
	if err == nil {
		return nil
	}
	var why *Refused
	if !errors.As(err, &why) {
		no := x.busy(x.e.flow, err)
		no.silent = true
		return &no
	}
	if x.door.connection != "" && x.Connections != nil {
		if _, err := x.Connections.Prover(x.door.connection); errors.Is(err, connections.ErrNoConnection) {
			why = x.noConnection() // what a person has to mend first
		}
	}
	no := x.notVerified(why)
	if x.door.observe || x.e.state == flows.StateNew {
		x.note(no.reason)
		x.unproved = no.reason
		return nil
	}
	return no
}

// notVerified says why in the record alone; the sender hears the same for every cause.
func (x *delivery) notVerified(why *Refused) *refusal {
	used := x.usedURL()
	return &refusal{
		status: http.StatusUnauthorized, code: "unauthorized", challenge: x.door.auth[0].kind == "basic",
		reason: form.Label("not verified: "+why.Message.EN+used.EN, "não verificado: "+why.Message.PT+used.PT),
		words:  form.Label("the sender could not be verified", "não foi possível verificar o remetente"),
	}
}

// usedURL shows the URL that a signature over it was checked with, without the secret in it.
func (x *delivery) usedURL() form.Words {
	for _, v := range x.door.auth {
		if v.uses("url") {
			url := fmt.Sprintf("%s/h/%.6s…%s", x.public(), x.token, x.path)
			return form.Label(" (URL used: "+url+")", " (URL usada: "+url+")")
		}
	}
	return form.Words{}
}

func (x *delivery) noConnection() *Refused {
	return refused("no_connection", "there is no connection "+x.door.connection+" yet", "ainda não existe a conexão "+x.door.connection)
}

func (x *delivery) secrets(field string) ([]string, error) {
	if x.r != nil {
		if made, ok := x.r.Context().Value(madeKeys{}).(map[string]string); ok && made[field] != "" {
			return []string{made[field]}, nil
		}
	}
	if x.Connections == nil || x.door.connection == "" {
		return nil, nil
	}
	c, err := x.Connections.Prover(x.door.connection)
	if errors.Is(err, connections.ErrNoConnection) {
		return nil, x.noConnection()
	}
	if err != nil {
		return nil, err
	}
	values, err := c.Secret(field)
	if err == nil && len(values) == 0 && c.Fields[field] != "" {
		values = []string{c.Fields[field]}
	}
	return values, err
}

// envelope keeps how the delivery came, without what proves its sender.
func (x *delivery) envelope() {
	headers := make(map[string]string, len(x.r.Header))
	for name, values := range x.r.Header {
		if len(values) == 0 {
			continue
		}
		lower := lowerName(name)
		headers[lower] = values[0]
		switch lower {
		case "authorization", "proxy-authorization", "cookie":
			headers[lower] = hidden
		default:
			if x.door.masks("header", lower) {
				headers[lower] = hidden
			}
		}
	}
	x.in.Meta.Headers = headers
	if x.r.URL.RawQuery == "" {
		return
	}
	query := map[string]string{}
	for name, values := range x.r.URL.Query() {
		query[name] = values[0]
		if x.door.masks("query", name) {
			query[name] = hidden
		}
	}
	x.in.Meta.Query = query
}

// lowerNames are those of headers that most deliveries have.
var lowerNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Connection", "Content-Length", "Content-Type",
		"Origin", "Traceparent", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "X-Request-Id",
	} {
		names[name] = strings.ToLower(name)
	}
	return names
}()

func lowerName(name string) string {
	if lower, known := lowerNames[name]; known {
		return lower
	}
	return strings.ToLower(name)
}

func (x *delivery) note(words form.Words) {
	if !x.notes.IsZero() {
		words = form.Label(x.notes.EN+"; "+words.EN, x.notes.PT+"; "+words.PT)
	}
	x.notes, x.in.Meta.Note = words, said.Both(words)
}

// readable checks that the body is what its type says, and fits the schema.
func (x *delivery) readable() *refusal {
	if err := CheckBody(x.in.Meta.Type, x.in.Body); err != nil {
		pt := said.In(err.Error(), "pt-BR")
		return &refusal{
			status: http.StatusUnprocessableEntity, code: "unreadable", reason: form.Label(err.Error(), "o corpo não pode ser lido: "+pt), keepBody: true,
			words: form.Label("the body is not what its content type says: "+err.Error(), "o corpo não é o que o tipo de conteúdo diz: "+pt),
		}
	}
	if looksLikeJSON(x.in.Meta.Type, x.in.Body) {
		x.note(form.Label("the body looks like JSON but was declared as "+x.in.Meta.Type, "o corpo parece JSON, mas foi declarado como "+x.in.Meta.Type))
	}
	if x.door.splits() {
		return nil // asked of each part
	}
	return x.fitsSchema()
}

func (x *delivery) fitsSchema() *refusal {
	if x.door.schema == nil || x.byHand || x.e.state == flows.StateNew {
		return nil
	}
	value, err := x.body()
	if err == nil {
		err = x.door.schema.Validate(value)
	}
	if err != nil {
		words := misfit(err)
		return &refusal{status: http.StatusUnprocessableEntity, code: "schema", words: words, keepBody: true}
	}
	return nil
}

// body is the value of the body; it is made at most once.
func (x *delivery) body() (any, error) {
	if x.decoded {
		return x.value, nil
	}
	value, err := x.slots.decode(x.r.Context(), x.in.Meta.Type, x.in.Body)
	x.decoded, x.value = err == nil, value
	return value, err
}

// doorTime is a tenth of what an expression has inside a run.
const doorTime = 10 * time.Millisecond

// decide asks the door expressions. One that fails never loses the event: it is accepted,
// and its run fails with the reason.
func (x *delivery) decide() {
	passes := x.describe()
	if x.e.state == flows.StateNew {
		x.in.Outcome, x.in.Reason = store.Captured, said.Both(x.unproved)
		return
	}
	if !passes {
		return
	}
	for _, fault := range x.door.faults {
		x.fault(fault)
	}
	if x.door.where == nil && x.door.dedupe == nil && x.door.orderBy == nil && x.door.preset == nil {
		return
	}
	ctx, done := context.WithTimeout(x.r.Context(), 3*doorTime)
	defer done()
	if _, err := x.values(""); err != nil {
		x.fault(err.Error())
		return
	}
	if x.in.Title == "" {
		x.in.Title = title.Plain(x.in.Body, x.Lang())
	}
	if x.in.Title == "" {
		x.in.Title = titleIn(x.value)
	}
	if !x.passes(ctx) {
		return
	}
	x.in.Key, x.in.KeyFor = x.key(ctx), x.door.keyFor
	x.in.OrderBy = x.text(ctx, "order_by", x.door.orderBy)
}

func (x *delivery) fault(text string) {
	if x.in.Meta.Fault == "" {
		x.in.Meta.Fault = text
	}
}

// failed says why a door expression gave nothing.
func (x *delivery) failed(what string, err error) {
	if errors.Is(err, context.DeadlineExceeded) {
		err = errSlow
	}
	x.fault(fmt.Sprintf("%s: %v", what, err))
}

var errSlow = fmt.Errorf("it took longer than the %d ms that it has before the sender is answered; make it simpler, or ask it in a step", doorTime/time.Millisecond)

// values is the scope of door expressions.
func (x *delivery) values(event string) (*expression.Scope, error) {
	if x.scope == nil {
		value, err := x.body()
		if err != nil {
			return nil, err
		}
		trigger := engine.TriggerScope(&x.in.Meta, value, x.in.At, x.in.Name, event)
		x.scope = &expression.Scope{Door: true, Mask: x.door.mask, Now: x.in.At, Values: map[string]any{"trigger": trigger}}
	}
	if trigger, ok := x.scope.Values["trigger"].(map[string]any); ok {
		trigger["event"] = x.in.Name
		if event != "" {
			trigger["id"] = event
		}
	}
	return x.scope, nil
}

// passes asks `where`.
func (x *delivery) passes(ctx context.Context) bool {
	if x.door.where == nil {
		return true
	}
	ctx, done := context.WithTimeout(ctx, doorTime)
	defer done()
	ok, _, err := x.door.where.Bool(ctx, x.scope)
	if err != nil {
		x.failed("where", err)
		return true
	}
	if !ok {
		x.in.Outcome, x.in.Reason = store.Filtered, said.Both(x.door.where.Why(ctx, x.scope))
	}
	return ok
}

// longestKey is what is kept of a key as it is; longer ones are kept as a digest.
const longestKey = 200

// text gives a key: a number counts as its text, nothing as no key.
func (x *delivery) text(ctx context.Context, what string, p *expression.Program) string {
	if p == nil {
		return ""
	}
	ctx, done := context.WithTimeout(ctx, doorTime)
	defer done()
	value, err := p.Run(ctx, x.scope)
	if err != nil {
		x.failed(what, err)
		return ""
	}
	if value == nil {
		return ""
	}
	return shortKey(expression.Text(value))
}

func shortKey(text string) string {
	if len(text) > longestKey {
		sum := sha256.Sum256([]byte(text))
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return text
}

// record keeps a delivery that was refused, for those who look for it.
func (x *delivery) record(no *refusal) {
	if no.silent {
		return
	}
	x.in.Reason = said.Both(no.words)
	if !no.reason.IsZero() {
		x.in.Reason = said.Both(no.reason)
	}
	if !no.keepBody {
		x.in.Body = nil
	}
	x.in.Outcome = store.Rejected
	x.Engine.Reject(x.in)
}
