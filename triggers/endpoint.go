package triggers

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/form"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/time/rate"
)

// endpoint is a flow as the door sees it. It is made anew with each change of the flow; the
// door only with what it is made of, so that its rate goes on counting while drafts are saved.
type endpoint struct {
	flow   string
	state  flows.State
	digest [32]byte
	doc    *flow.Flow
	door   func() *door // gives nil for a flow that is started otherwise
}

// newEndpoint makes the endpoint of a flow; before is the one that it had, or nil.
func newEndpoint(e *flows.Entry, before *endpoint, known *Presets) *endpoint {
	x := &endpoint{flow: e.ID, state: e.State, doc: e.Published, digest: digestOf(e.Token)}
	if x.doc == nil || e.State == flows.StateNew {
		x.doc = e.Draft
	}
	if before != nil && sameDoor(before.doc, x.doc) {
		x.door = before.door
	} else {
		x.door = doorOf(x.doc, known)
	}
	return x
}

// doorOf compiles the trigger of a flow when the first delivery comes. What a draft has wrong is
// left out: it only collects samples.
func doorOf(f *flow.Flow, known *Presets) func() *door {
	return sync.OnceValue(func() *door {
		if f == nil || f.Trigger.Kind != "webhook" {
			return nil
		}
		d, _ := readDoor(f, known)
		return d
	})
}

func sameDoor(a, b *flow.Flow) bool {
	return a == b || (a != nil && b != nil && reflect.DeepEqual(a.Trigger, b.Trigger) && slices.Equal(a.Settings.Mask, b.Settings.Mask))
}

// door is everything that is asked of a delivery before it is accepted.
type door struct {
	preset     *Preset // nil for a flow that names none
	methods    []string
	allow      []netip.Prefix
	limiter    *rate.Limiter
	retryAfter int
	maxBody    int64
	auth       []*Verifier
	connection string
	observe    bool
	schema     *jsonschema.Schema
	where      *expression.Program
	mask       []string // what a reason does not tell
	dedupe     *expression.Program
	later      *expression.Program // dedupe, where the engine asks it after a where that reads the resource
	keyFor     time.Duration
	orderBy    *expression.Program
	faults     []string // why an expression cannot be asked: runs fail with it
	respond    respond
}

// readDoor compiles the trigger of a flow, and gives the problems of all that the settings'
// fields cannot say themselves.
func readDoor(f *flow.Flow, known *Presets) (*door, []form.Problem) {
	s, p := new(webhookSettings), new(settingsReader)
	s.fields().Fill(f.Trigger.With)
	d := &door{
		methods: p.methods(s.methods), allow: p.addresses(s.allowIPs), maxBody: p.size(s.maxBody),
		connection: f.Trigger.Connection, observe: s.verify == "observe", keyFor: defaultKeyFor,
	}
	if len(d.methods) == 0 {
		d.methods = []string{"POST"}
	}
	d.readAuth(p, s.auth)
	d.readPreset(p, f, s, known)
	d.readRate(p, s.rate)
	d.readDedupe(p, s.dedupe)
	d.respond.read(p, s.respond)
	d.checkDeadline(p)
	if s.schema != nil {
		schema, err := compileSchema(s.schema)
		if err != nil {
			p.problems = append(p.problems, badSchema("/trigger/with/schema", err))
		}
		d.schema = schema
	}
	d.orderBy = d.compile("order_by", s.orderBy)
	d.where, d.mask = d.compile("where", f.Trigger.Where), f.Settings.Mask
	if d.where != nil && d.where.Reads("trigger.resource") {
		d.where = nil // asked by the engine, once the resource is there
		if d.preset != nil && d.preset.file.Hydrate != nil {
			d.dedupe, d.later = nil, d.dedupe // an event that is refused then takes no key
		}
	}
	d.early(p, "dedupe/key", d.dedupe)
	d.early(p, "order_by", d.orderBy)
	return d, p.problems
}

// early finds what is asked at the door and reads what is fetched only after it.
func (d *door) early(p *settingsReader, at string, asked *expression.Program) {
	if asked == nil || !slices.ContainsFunc(asked.Paths(), func(path []string) bool { return len(path) > 1 && path[0] == "trigger" && path[1] == "resource" }) {
		return
	}
	x := problem("/trigger/with/"+at, "not_fetched_yet", "trigger.resource is not there yet: this is asked before anything is fetched",
		"trigger.resource ainda não existe: isto é perguntado antes de qualquer busca")
	x.Hint = form.Label("take it from trigger.body, trigger.query or trigger.headers", "use trigger.body, trigger.query ou trigger.headers")
	if at == "dedupe/key" && d.preset != nil && d.preset.use().key != nil && d.preset.file.Hydrate != nil {
		x.Hint = form.Label("leave it out: the preset has a key of its own", "deixe de fora: o preset tem uma chave própria")
	}
	p.problems = append(p.problems, x)
}

// compile reads a door expression. One that cannot be read never loses an event.
func (d *door) compile(what, source string) *expression.Program {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	program, err := expression.Compile(source)
	if err != nil {
		d.faults = append(d.faults, fmt.Sprintf("%s: %v", what, err))
		return nil
	}
	return program
}

func (d *door) readAuth(p *settingsReader, auth map[string]any) {
	if auth == nil {
		return
	}
	v, problems := ParseVerifier(auth, "/trigger/with/auth")
	p.problems = append(p.problems, problems...)
	if v == nil {
		d.auth = []*Verifier{{kind: "token", from: place{"header", "-"}, secrets: []string{"-"}}} // refuses all
		return
	}
	if v.kind == "none" {
		return
	}
	d.auth = []*Verifier{v}
	if d.connection == "" && !d.observe {
		p.problems = append(p.problems, problem("/trigger/connection", "required",
			"the sender cannot be verified without a connection that holds the secret", "sem uma conexão com o segredo não é possível verificar o remetente"))
	}
}

func (d *door) readRate(p *settingsReader, m map[string]any) {
	if m == nil {
		return
	}
	p.known("rate", m, "per_second", "burst")
	perSecond, ok := asNumber(m["per_second"])
	if !ok || perSecond <= 0 || perSecond > 1e6 {
		p.bad("rate/per_second", "wrong_type", "must be a number above 0, 1000000 at most", "deve ser um número acima de 0, no máximo 1000000")
		return
	}
	burst := math.Max(1, math.Ceil(perSecond))
	if m["burst"] != nil {
		if burst, ok = asNumber(m["burst"]); !ok || burst < 1 || burst > 1e6 || burst != math.Trunc(burst) {
			p.bad("rate/burst", "wrong_type", "must be a whole number from 1 to 1000000", "deve ser um número inteiro de 1 a 1000000")
			return
		}
	}
	d.limiter = rate.NewLimiter(rate.Limit(perSecond), int(burst))
	d.retryAfter = int(math.Ceil(math.Max(1, 1/perSecond)))
}

func (d *door) readDedupe(p *settingsReader, m map[string]any) {
	if d.preset != nil {
		d.keyFor = d.preset.keyFor()
	}
	if m == nil {
		return
	}
	p.known("dedupe", m, "key", "for")
	d.keyFor = p.duration("dedupe/for", m["for"], d.keyFor)
	source, _ := m["key"].(string)
	if source == "" && d.preset != nil && d.preset.file.Key != "" {
		return // the preset's key, for so long
	}
	if strings.TrimSpace(source) == "" {
		p.bad("dedupe/key", "required", "is required", "é obrigatório")
		return
	}
	if _, err := expression.Compile(source); err != nil {
		p.problems = append(p.problems, expressionProblem("/trigger/with/dedupe/key", err))
	}
	p.problems = append(p.problems, checkDoor("/trigger/with/dedupe/key", source)...)
	d.dedupe = d.compile("dedupe", source)
}

func expressionProblem(path string, err error) form.Problem {
	var e *expression.Error
	if errors.As(err, &e) {
		return form.Problem{Severity: form.Error, Path: path, Code: e.Code, Message: e.Message, Hint: e.Hint, From: e.From, To: e.To}
	}
	return problem(path, "syntax", err.Error(), err.Error())
}

// allows says whether deliveries from this address are taken.
func (d *door) allows(a netip.Addr) bool {
	return len(d.allow) == 0 || slices.ContainsFunc(d.allow, func(p netip.Prefix) bool { return p.Contains(a) })
}

// masks says which header and query parameter proves the sender: they are not kept.
func (d *door) masks(where, name string) bool {
	return slices.ContainsFunc(d.auth, func(v *Verifier) bool { return v.kind == "token" && v.from == place{where, name} })
}
