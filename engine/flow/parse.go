package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gancho/engine/expression"
	"gancho/engine/form"
)

var (
	flowID         = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	connectionName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	stepID         = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
)

// Parse reads a bundle strictly. The problems are all that make it unreadable: broken JSON,
// bad versions and ids, then unknown or repeated members and wrong types in the order of the
// document. With any of them it must not be kept; there is a bundle all the same, for further
// checks, where only members are unknown or repeated.
func Parse(data []byte) (*Bundle, []form.Problem) {
	b := &Bundle{Flows: []*Flow{}}
	problems, ok := read(data, b, (*reader).checkBundle)
	if !ok {
		return nil, problems
	}
	for _, f := range b.Flows {
		f.complete()
	}
	return b, problems
}

// ParseFlow reads one flow strictly; see Parse.
func ParseFlow(data []byte) (*Flow, []form.Problem) {
	f := new(Flow)
	problems, ok := read(data, f, func(r *reader, tree any) { r.checkID(tree, nil) })
	if !ok {
		return nil, problems
	}
	f.complete()
	return f, problems
}

// Read reads one document of any shape strictly into a struct: unknown and repeated members
// and wrong types are problems with their paths. False says that it could not be bound.
func Read(data []byte, into any) ([]form.Problem, bool) {
	return read(data, into, func(*reader, any) {})
}

// complete makes lists that are always written, and were left out, empty ones.
func (f *Flow) complete() {
	if f.Steps == nil {
		f.Steps = []*Step{}
	}
	Walk(f.Steps, "", func(_ string, s *Step) {
		for _, b := range s.Branches {
			if b.Steps == nil {
				b.Steps = []*Step{}
			}
		}
	})
}

// checkBundle finds a wrong version, ids that are bad or used twice, and samples of flows that are not there.
func (r *reader) checkBundle(tree any) {
	bundle, ok := tree.(object)
	if !ok {
		return // which match will say
	}
	if number, ok := bundle.member("gancho").(json.Number); number != json.Number(strconv.Itoa(Version)) && (ok || bundle.member("gancho") == nil) {
		en, pt := fmt.Sprintf("this program reads version %d of flow documents, not %q", Version, number), fmt.Sprintf("este programa lê a versão %d de documentos de fluxo, não %q", Version, number)
		if !ok {
			en, pt = fmt.Sprintf(`the version is missing: a bundle begins with "gancho": %d`, Version), fmt.Sprintf(`falta a versão: um documento de fluxos começa com "gancho": %d`, Version)
		}
		r.add(&pointer{name: "gancho"}, "bad_version", en, pt)
	}
	flows, _ := bundle.member("flows").([]any)
	seen := map[string]bool{}
	for i, f := range flows {
		at := &pointer{&pointer{name: "flows"}, strconv.Itoa(i)}
		r.checkID(f, at)
		members, _ := f.(object)
		id, _ := members.member("id").(string)
		if seen[id] {
			r.add(at.to("id"), "duplicate_id", "the id "+id+" is used twice", "o id "+id+" é usado duas vezes")
		}
		seen[id] = id != ""
	}
	samples, _ := bundle.member("samples").(object)
	r.checkSamples(samples, seen)
}

func (r *reader) checkSamples(samples object, flows map[string]bool) {
	at, all := &pointer{name: "samples"}, 0
	for _, m := range samples {
		if !flows[m.name] {
			r.add(at.to(m.name), "no_flow", "there is no flow "+m.name+" in this bundle", "não há o fluxo "+m.name+" neste pacote")
		}
		list, _ := m.value.([]any)
		if all += len(list); len(list) > MostSamples {
			r.add(at.to(m.name), "too_many", fmt.Sprintf("%d samples: leave at most %d of each flow", len(list), MostSamples), fmt.Sprintf("%d amostras: deixe no máximo %d de cada fluxo", len(list), MostSamples))
		}
	}
	if all > MostSamplesInAll {
		r.add(at, "too_many", fmt.Sprintf("%d samples in all: leave at most %d, or import in parts", all, MostSamplesInAll), fmt.Sprintf("%d amostras ao todo: deixe no máximo %d, ou importe em partes", all, MostSamplesInAll))
	}
}

// checkID says that a flow has no good id; an id that is no text is said elsewhere.
func (r *reader) checkID(flow any, at *pointer) {
	members, ok := flow.(object)
	value := members.member("id")
	id, isText := value.(string)
	if !ok || (value != nil && !isText) || flowID.MatchString(id) {
		return
	}
	r.add(at.to("id"), "bad_id",
		fmt.Sprintf("%q is not an id: use lower case letters, digits and hyphens, at most 63", id),
		fmt.Sprintf("%q não é um id: use letras minúsculas, números e hífens, no máximo 63", id))
}

func problem(path, code, en, pt string) form.Problem {
	return form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)}
}

func warning(path, code, en, pt string) form.Problem {
	p := problem(path, code, en, pt)
	p.Severity = form.Warning
	return p
}

// read checks the shape of the whole document first, so that all problems come at once, and
// then binds it; false says that it could not be bound.
func read(data []byte, into any, check func(r *reader, tree any)) ([]form.Problem, bool) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")) // some editors begin a file with a mark of UTF-8
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	tree, err := readTree(d, 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more after the document")
		}
	}
	if err != nil {
		line, col := lineAt(data, d.InputOffset())
		why := form.JSONWords(err.Error())
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			why = form.Label("the JSON ends too early; a bracket or a quotation mark is not closed", "o JSON termina cedo demais; falta fechar um colchete, uma chave ou aspas")
		}
		p := problem("", "syntax", fmt.Sprintf("line %d, column %d: %s", line, col, why.EN), fmt.Sprintf("linha %d, coluna %d: %s", line, col, why.PT))
		p.From, p.To = int(d.InputOffset()), int(d.InputOffset())
		return []form.Problem{p}, false
	}
	r := new(reader)
	check(r, tree)
	r.match(tree, reflect.TypeOf(into), nil)
	if slices.ContainsFunc(r.problems, func(p form.Problem) bool { return p.Code != "unknown_member" && p.Code != "duplicate_member" }) {
		return r.problems, false
	}
	d = json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		why := form.JSONWords(err.Error())
		return append(r.problems, problem("", "wrong_type", why.EN, why.PT)), false
	}
	exact(reflect.ValueOf(into))
	return r.problems, true
}

// object is a JSON object with its members in the order of the document, repeated ones too.
type object []member

type member struct {
	name  string
	value any
}

// member gives the value of a name, the last one as JSON has it; nil if there is none.
func (o object) member(name string) any {
	for _, m := range slices.Backward(o) {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// readTree reads one value: object, []any, string, json.Number, bool or nil.
func readTree(d *json.Decoder, depth int) (any, error) {
	if depth > 200 {
		return nil, errors.New("nested too deeply")
	}
	token, err := d.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.ErrUnexpectedEOF
		}
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		var o object
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			name, _ := key.(string)
			value, err := readTree(d, depth+1)
			if err != nil {
				return nil, err
			}
			o = append(o, member{name, value})
		}
		_, err := d.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			element, err := readTree(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

// pointer is a JSON pointer that is written out only when there is something to say; nil is
// the whole document.
type pointer struct {
	up   *pointer
	name string
}

func (p *pointer) to(name string) *pointer { return &pointer{p, name} }

func (p *pointer) String() string {
	if p == nil {
		return ""
	}
	return p.up.String() + "/" + form.Escape(p.name)
}

// mostProblems are said of one document; whoever has more has sent something else.
const mostProblems = 500

type reader struct{ problems []form.Problem }

func (r *reader) add(at *pointer, code, en, pt string) *form.Problem {
	if len(r.problems) == mostProblems {
		return new(form.Problem)
	}
	r.problems = append(r.problems, problem(at.String(), code, en, pt))
	return &r.problems[len(r.problems)-1]
}

func (r *reader) wrong(at *pointer, en, pt string) {
	r.add(at, "wrong_type", "must be "+en, "deve ser "+pt)
}

// match compares a tree with the type that it should have.
func (r *reader) match(tree any, want reflect.Type, at *pointer) {
	for want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	_, isObject := tree.(object)
	switch {
	case want == reflect.TypeFor[Duration]():
		r.duration(tree, at)
	case want == reflect.TypeFor[time.Time]():
		text, _ := tree.(string)
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			r.wrong(at, "a time such as 2026-11-24T09:00:00-03:00", "uma data e hora como 2026-11-24T09:00:00-03:00")
		}
	case want == reflect.TypeFor[Missing]() && isObject:
		r.object(tree, reflect.TypeFor[map[string]string](), at)
	case want == reflect.TypeFor[Missing]():
		r.match(tree, reflect.TypeFor[string](), at)
	case want == reflect.TypeFor[json.RawMessage](), want.Kind() == reflect.Interface:
		r.free(tree, at)
	default:
		r.kind(tree, want, at)
	}
}

func (r *reader) kind(tree any, want reflect.Type, at *pointer) {
	switch want.Kind() {
	case reflect.Struct, reflect.Map:
		r.object(tree, want, at)
	case reflect.Slice:
		list, ok := tree.([]any)
		if !ok {
			r.wrong(at, "a list", "uma lista")
		}
		for i, element := range list {
			r.match(element, want.Elem(), at.to(strconv.Itoa(i)))
		}
	case reflect.String:
		if _, ok := tree.(string); !ok {
			r.wrong(at, "a text", "um texto")
		}
	case reflect.Bool:
		if _, ok := tree.(bool); !ok {
			r.wrong(at, "true or false", "true ou false")
		}
	case reflect.Int, reflect.Float64:
		r.number(tree, want.Kind(), at)
	}
}

// free is a value of any type; only repeated members are wrong in it.
func (r *reader) free(tree any, at *pointer) {
	switch tree := tree.(type) {
	case object:
		r.object(tree, reflect.TypeFor[map[string]any](), at)
	case []any:
		for i, element := range tree {
			r.free(element, at.to(strconv.Itoa(i)))
		}
	}
}

func (r *reader) number(tree any, want reflect.Kind, at *pointer) {
	n, ok := tree.(json.Number)
	if want == reflect.Int {
		if _, err := strconv.ParseInt(n.String(), 10, 32); !ok || err != nil {
			r.wrong(at, "a whole number", "um número inteiro")
		}
		return
	}
	if _, err := n.Float64(); !ok || err != nil {
		r.wrong(at, "a number", "um número")
	}
}

func (r *reader) duration(tree any, at *pointer) {
	text, ok := tree.(string)
	if ok {
		_, err := form.ParseDuration(text)
		ok = err == nil
	}
	if !ok {
		r.wrong(at, "a duration such as 30s, 2h or 30d", "uma duração como 30s, 2h ou 30d")
	}
}

// object matches a struct, or a map of values of one type, member by member.
func (r *reader) object(tree any, want reflect.Type, at *pointer) {
	o, ok := tree.(object)
	if !ok {
		r.wrong(at, "an object", "um objeto")
		return
	}
	types, names := membersOf(want)
	seen := map[string]bool{}
	for _, m := range o {
		here := at.to(m.name)
		if seen[m.name] {
			r.add(here, "duplicate_member", "the member "+m.name+" stands here twice", "o membro "+m.name+" aparece duas vezes")
			continue
		}
		seen[m.name] = true
		t, known := types[m.name]
		if want.Kind() == reflect.Map {
			t, known = want.Elem(), true
		}
		if !known {
			p := r.add(here, "unknown_member", fmt.Sprintf("there is no member %q here", m.name), fmt.Sprintf("não existe o membro %q aqui", m.name))
			p.Hint = didYouMean(m.name, names)
			continue
		}
		r.match(m.value, t, here)
	}
}

// membersOf gives the JSON members of a struct.
func membersOf(t reflect.Type) (types map[string]reflect.Type, names []string) {
	if t.Kind() != reflect.Struct {
		return nil, nil
	}
	types = map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		types[name] = f.Type
		names = append(names, name)
	}
	return types, names
}

// Exact turns the numbers of a decoded flow, read with their digits kept, into the kinds that
// expressions have: int, float64, or text where they are too big.
func Exact(f *Flow) { exact(reflect.ValueOf(f)) }

// exact turns the numbers of free values into the kinds that expressions have.
func exact(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			exact(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() {
			if clean, err := expression.Normalize(v.Interface()); err == nil && clean != nil {
				v.Set(reflect.ValueOf(clean))
			}
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				exact(field)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			exact(v.Index(i))
		}
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			element := reflect.New(iter.Value().Type()).Elem()
			element.Set(iter.Value())
			exact(element)
			v.SetMapIndex(iter.Key(), element)
		}
	}
}

func lineAt(data []byte, offset int64) (line, col int) {
	before := data[:min(int(offset), len(data))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
}

// Place gives the line and column of a problem that was found in a document, from 1.
func Place(data []byte, p form.Problem) (line, col int) {
	if p.Code == "syntax" && p.Path == "" {
		return lineAt(data, int64(p.From))
	}
	at := offsetOf(data, p.Path)
	if p.From > 0 && p.Text != "" {
		at = within(data, at, p.From)
	}
	return lineAt(data, at)
}

// offsetOf gives where what a JSON pointer names begins in its source; the nearest thing around it
// when it is not there.
func offsetOf(data []byte, pointer string) int64 {
	d := json.NewDecoder(bytes.NewReader(data))
	at := seek(d, strings.Split(strings.TrimPrefix(pointer, "/"), "/"), pointer == "")
	for at < int64(len(data)) && strings.ContainsRune(" \t\r\n,:", rune(data[at])) {
		at++
	}
	return at
}

// within is the offset of a rune of the text that is written as JSON at an offset.
func within(data []byte, at int64, runes int) int64 {
	if at >= int64(len(data)) || data[at] != '"' {
		return at
	}
	i := int(at) + 1
	for ; runes > 0 && i < len(data) && data[i] != '"'; runes-- {
		switch {
		case bytes.HasPrefix(data[i:], []byte(`\u`)):
			if high := hex(data, i+2); high >= 0xd800 && high < 0xdc00 && bytes.HasPrefix(data[min(i+6, len(data)):], []byte(`\u`)) {
				i += 6
			}
			i += 6
		case data[i] == '\\':
			i += 2
		default:
			_, size := utf8.DecodeRune(data[i:])
			i += size
		}
	}
	return int64(min(i, len(data)))
}

func hex(data []byte, at int) uint64 {
	n, err := strconv.ParseUint(string(data[min(at, len(data)):min(at+4, len(data))]), 16, 16)
	if err != nil {
		return 0
	}
	return n
}

// seek gives the offset before the value that the parts of a pointer lead to.
func seek(d *json.Decoder, parts []string, found bool) int64 {
	begin := d.InputOffset()
	if found {
		return begin
	}
	token, err := d.Token()
	if err != nil {
		return begin
	}
	for i := 0; d.More() && (token == json.Delim('{') || token == json.Delim('[')); i++ {
		name := strconv.Itoa(i)
		if token == json.Delim('{') {
			key, err := d.Token()
			if err != nil {
				return begin
			}
			name, _ = key.(string)
		}
		if form.Escape(name) == parts[0] {
			return seek(d, parts[1:], len(parts) == 1)
		}
		if err := skip(d); err != nil {
			return begin
		}
	}
	return begin
}

func skip(d *json.Decoder) error {
	var raw json.RawMessage
	return d.Decode(&raw)
}
