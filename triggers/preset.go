package triggers

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// Preset describes what the webhooks of one provider look like: how they are verified, split,
// named, keyed and completed. It is read from a file of the format gancho.preset/1 and never
// changes.
type Preset struct {
	file   presetFile
	named  []string // the places that the file describes, in its order
	once   sync.Once
	made   madePreset
	faults []form.Problem

	sampled sync.Once
	known   engine.Samples
}

// madePreset is a preset made ready to use.
type madePreset struct {
	verify     []*Verifier
	handshakes []*handshake
	split      *expression.Program
	ignore     *expression.Program
	event      *expression.Program
	key        *expression.Program
	titles     map[string]*expression.Program // by language
	hydrate    *hydration
}

// hydration is how a thin event is completed.
type hydration struct {
	when  *expression.Program
	key   *expression.Program
	input map[string]*valueTemplate
}

var (
	presetID  = regexp.MustCompile(`^[a-z][a-z0-9_]{1,31}$`)
	fieldID   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	iconColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	iconPath  = regexp.MustCompile(`^[MmZzLlHhVvCcSsQqTtAa0-9eE ,.+-]+$`)
)

// genericPreset is verified as the flow says.
const genericPreset = "generic"

// ParsePreset reads a preset file strictly. With a problem there is no preset.
func ParsePreset(data []byte) (*Preset, []form.Problem) {
	p, problems := readPreset(data)
	if p == nil {
		return nil, problems
	}
	p.use()
	if problems = append(problems, p.faults...); len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}

// readPreset reads all but the expressions, which are compiled when they are first used.
func readPreset(data []byte) (*Preset, []form.Problem) {
	p := new(Preset)
	problems, ok := flow.Read(data, &p.file)
	if !ok || len(problems) > 0 {
		return nil, problems
	}
	p.named = describedIn(data)
	f := &p.file
	if f.Format != presetFormat {
		return nil, []form.Problem{problem("/format", "bad_format", "must be "+presetFormat, "deve ser "+presetFormat)}
	}
	if len(f.Methods) == 0 {
		f.Methods = []string{"POST"}
	}
	if len(f.Accepts) == 0 {
		f.Accepts = []string{"json"}
	}
	if f.KeyFor == 0 {
		f.KeyFor = flow.Duration(defaultKeyFor)
	}
	if f.Deadline == 0 {
		f.Deadline = flow.Duration(defaultTimeout)
	}
	r := new(presetReader)
	r.check(f)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return p, nil
}

// ID is the preset's name in flows.
func (p *Preset) ID() string { return p.file.ID }

// Connector is the ID of the connector whose connection fetches, if there is one.
func (p *Preset) Connector() string { return p.file.Connector }

// HydrateAction is the kind of the action that completes events, if there is one.
func (p *Preset) HydrateAction() string {
	if p.file.Hydrate == nil {
		return ""
	}
	return p.file.Connector + "." + p.file.Hydrate.Action
}

// HydrateFields are the fields of that action that the preset fills.
func (p *Preset) HydrateFields() []string {
	if p.file.Hydrate == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(p.file.Hydrate.Input))
}

// Events are the preset's samples.
func (p *Preset) Events() []PresetEvent { return p.file.Events }

// Event gives a sample by its ID; the first one for "".
func (p *Preset) Event(id string) (PresetEvent, bool) {
	for _, e := range p.file.Events {
		if id == "" || e.ID == id {
			return e, true
		}
	}
	return PresetEvent{}, false
}

// inWords is a title that says what kind of event it is in words, where it begins with its name.
func (p *Preset) inWords(title, name, lang string) string {
	e, known := p.Event(name)
	rest, begins := strings.CutPrefix(title, name)
	if name == "" || !known || !begins || rest != "" && !strings.HasPrefix(rest, " · ") {
		return title
	}
	return e.Label.In(lang) + rest
}

// use compiles the preset once.
func (p *Preset) use() *madePreset {
	p.once.Do(func() {
		r := new(presetReader)
		p.made = r.make(&p.file)
		p.faults = r.problems
	})
	return &p.made
}

// keyFor is how long keys are kept.
func (p *Preset) keyFor() time.Duration { return time.Duration(p.file.KeyFor) }

// deadline is how long the provider waits for an answer.
func (p *Preset) deadline() time.Duration { return time.Duration(p.file.Deadline) }

// holds says whether a connection field is one of the preset's.
func (f *presetFile) holds(id string) bool {
	return slices.ContainsFunc(f.Secrets, func(s PresetField) bool { return s.ID == id })
}

// onceKey is the key of a flow that starts once for each object; events that are about nothing
// of its kind keep the preset's key.
func (f *presetFile) onceKey() string {
	o := f.Once
	is := fmt.Sprintf("(%s) != nil", o.ID)
	if o.When != "" {
		is = fmt.Sprintf("(%s) and %s", o.When, is)
	}
	key := f.Key
	if key == "" {
		key = "nil"
	}
	return fmt.Sprintf("%s ? '%s:%s:' + string(%s) : (%s)", is, f.ID, o.Name.EN, o.ID, key)
}

// presetReader collects problems.
type presetReader struct{ problems []form.Problem }

func (r *presetReader) bad(path, code, en, pt string) {
	r.problems = append(r.problems, problem(path, code, en, pt))
}

func (r *presetReader) required(path string, is bool) {
	if !is {
		r.bad(path, "required", "is required", "é obrigatório")
	}
}

func (r *presetReader) words(path string, w form.Words, must bool) {
	if must || !w.IsZero() {
		r.required(path+"/en", w.EN != "")
		r.required(path+"/pt-BR", w.PT != "")
	}
}

func (r *presetReader) among(path, got string, list ...string) {
	if !slices.Contains(list, got) {
		r.bad(path, "not_an_option", "must be one of "+strings.Join(list, ", "), "deve ser um destes: "+strings.Join(list, ", "))
	}
}

func (r *presetReader) check(f *presetFile) {
	if !presetID.MatchString(f.ID) {
		r.bad("/id", "bad_id", "must have 2 to 32 small letters, digits and _, and begin with a letter", "deve ter de 2 a 32 letras minúsculas, números e _, e começar por letra")
	}
	r.words("/name", f.Name, true)
	r.among("/article", f.article(), "o", "a", "os", "as")
	r.words("/setup", f.Setup, false)
	r.words("/title", f.Title, false)
	if f.Docs != "" && !strings.HasPrefix(f.Docs, "https://") {
		r.bad("/docs", "bad_url", "must begin with https://", "deve começar por https://")
	}
	if i := f.Icon; i != nil && (!iconPath.MatchString(i.Path) || !iconColor.MatchString(i.Color)) {
		r.bad("/icon", "bad_icon", "must be one SVG path and a colour such as #1a2b3c", "deve ser um path de SVG e uma cor como #1a2b3c")
	}
	for i, m := range f.Methods {
		r.among("/methods/"+strconv.Itoa(i), m, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
	}
	for i, a := range f.Accepts {
		r.among("/accepts/"+strconv.Itoa(i), a, "json", "form", "multipart", "raw")
	}
	for i, pointer := range f.Mask {
		if !strings.HasPrefix(pointer, "/") {
			r.bad("/mask/"+strconv.Itoa(i), "bad_pointer", "must be a JSON pointer such as /token", "deve ser um JSON pointer como /token")
		}
	}
	for path, label := range f.Describe {
		r.words("/describe/"+form.Escape(path), label, true)
	}
	if f.Once != nil {
		r.words("/once/name", f.Once.Name, true)
		r.required("/once/id", f.Once.ID != "")
	}
	r.fields(f.Secrets)
	r.events(f.Events)
	r.replies(f)
}

func (r *presetReader) fields(fields []PresetField) {
	for i, field := range fields {
		at := "/secrets/" + strconv.Itoa(i)
		if !fieldID.MatchString(field.ID) {
			r.bad(at+"/id", "bad_id", "must have small letters, digits and _", "deve ter letras minúsculas, números e _")
		}
		r.among(at+"/type", field.Type, "secret", "text")
		r.words(at+"/label", field.Label, true)
		r.words(at+"/help", field.Help, false)
		if _, err := regexp.Compile(field.Pattern); err != nil {
			r.bad(at+"/pattern", "bad_pattern", err.Error(), err.Error())
		}
	}
}

func (r *presetReader) events(events []PresetEvent) {
	r.required("/events", len(events) > 0)
	seen := map[string]bool{}
	for i, e := range events {
		at := "/events/" + strconv.Itoa(i)
		r.required(at+"/id", e.ID != "")
		if seen[e.ID] {
			r.bad(at+"/id", "taken", "is used twice", "é usado duas vezes")
		}
		seen[e.ID] = true
		r.words(at+"/label", e.Label, true)
		if (len(e.Body) > 0) == (e.Form != "") {
			r.bad(at, "required", "must have either body or form", "deve ter body ou form")
		}
	}
}

func (r *presetReader) replies(f *presetFile) {
	if f.Reply == nil {
		return
	}
	if f.Reply.Status != 0 && (f.Reply.Status < 200 || f.Reply.Status > 299) {
		r.bad("/reply/status", "out_of_range", "must be from 200 to 299", "deve ser de 200 a 299")
	}
	if f.Reply.Type != "" && !allowedType(f.Reply.Type) {
		r.bad("/reply/type", "bad_type", "this content type cannot be answered", "este tipo de conteúdo não pode ser respondido")
	}
}

// make compiles everything that is an expression or a description.
func (r *presetReader) make(f *presetFile) madePreset {
	m := madePreset{
		split: r.expression("/split", f.Split), ignore: r.expression("/ignore", f.Ignore), event: r.expression("/event", f.Event),
		key:    r.expression("/key", f.Key),
		titles: map[string]*expression.Program{"en": r.expression("/title/en", f.Title.EN), "pt-BR": r.expression("/title/pt-BR", f.Title.PT)},
	}
	if f.Once != nil {
		r.expression("/once/id", f.Once.ID)
		r.expression("/once/when", f.Once.When)
		r.expression("/once", f.onceKey())
	}
	for i, description := range f.Verify {
		at := "/verify/" + strconv.Itoa(i)
		v, problems := ParseVerifier(description, at)
		r.problems = append(r.problems, problems...)
		if v == nil {
			continue
		}
		for _, id := range v.Secrets() {
			r.field(at+"/secret", f, id)
		}
		m.verify = append(m.verify, v)
	}
	for i := range f.Handshake {
		m.handshakes = append(m.handshakes, r.handshake("/handshake/"+strconv.Itoa(i), f, &f.Handshake[i]))
	}
	m.hydrate = r.hydration(f)
	return m
}

func (r *presetReader) field(path string, f *presetFile, id string) {
	if !f.holds(id) {
		r.bad(path, "unknown_field", fmt.Sprintf("there is no field %q in secrets", id), fmt.Sprintf("não existe o campo %q em secrets", id))
	}
}

// expression compiles an optional expression.
func (r *presetReader) expression(path, source string) *expression.Program {
	if source == "" {
		return nil
	}
	p, err := expression.Compile(source)
	if err != nil {
		r.problems = append(r.problems, expressionProblem(path, err))
		return nil
	}
	if problems := checkDoor(path, source); len(problems) > 0 {
		r.problems = append(r.problems, problems...)
	}
	return p
}

func (r *presetReader) hydration(f *presetFile) *hydration {
	h := f.Hydrate
	if h == nil {
		return nil
	}
	r.required("/connector", f.Connector != "")
	r.required("/hydrate/action", fieldID.MatchString(h.Action))
	r.required("/hydrate/input", h.Input != nil)
	if h.OnFail != "" {
		r.among("/hydrate/on_fail", h.OnFail, "fail", "continue")
	}
	made := &hydration{when: r.expression("/hydrate/when", h.When), key: r.expression("/hydrate/key", h.Key), input: map[string]*valueTemplate{}}
	for name, value := range h.Input {
		made.input[name] = r.template("/hydrate/input/"+form.Escape(name), f, value)
	}
	return made
}
