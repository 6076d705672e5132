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

	"gancho/engine/expression"
	"gancho/engine/form"
)

var (
	flowID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	stepID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
)

// Parse reads a bundle strictly. The problems are all that make it unreadable: broken JSON,
// unknown or repeated members, wrong types, bad flow ids. With any of them there is no bundle.
func Parse(data []byte) (*Bundle, []form.Problem) {
	b := new(Bundle)
	problems := read(data, b)
	if len(problems) > 0 {
		return nil, problems
	}
	if b.Gancho != Version {
		return nil, []form.Problem{problem("/gancho", "bad_version",
			fmt.Sprintf("this program reads version %d of flow documents, not %d", Version, b.Gancho),
			fmt.Sprintf("este programa lê a versão %d de documentos de fluxo, não %d", Version, b.Gancho))}
	}
	for i, f := range b.Flows {
		problems = append(problems, checkID(f, fmt.Sprintf("/flows/%d", i))...)
		if j := slices.IndexFunc(b.Flows, func(g *Flow) bool { return g.ID == f.ID }); j < i {
			problems = append(problems, problem(fmt.Sprintf("/flows/%d/id", i), "duplicate_id", "the id "+f.ID+" is used twice", "o id "+f.ID+" é usado duas vezes"))
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return b, nil
}

// ParseFlow reads one flow strictly; see Parse.
func ParseFlow(data []byte) (*Flow, []form.Problem) {
	f := new(Flow)
	problems := read(data, f)
	if len(problems) == 0 {
		problems = checkID(f, "")
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return f, nil
}

func checkID(f *Flow, path string) []form.Problem {
	if flowID.MatchString(f.ID) {
		return nil
	}
	return []form.Problem{problem(path+"/id", "bad_id",
		fmt.Sprintf("%q is not an id: use lower case letters, digits and hyphens, at most 63", f.ID),
		fmt.Sprintf("%q não é um id: use letras minúsculas, números e hífens, no máximo 63", f.ID))}
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
// then binds it.
func read(data []byte, into any) []form.Problem {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	r := reader{decoder: d}
	tree, err := r.value("", 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more after the document")
		}
	}
	if err != nil {
		line, col := lineAt(data, d.InputOffset())
		return []form.Problem{problem("", "syntax",
			fmt.Sprintf("line %d, column %d: %v", line, col, err), fmt.Sprintf("linha %d, coluna %d: %v", line, col, err))}
	}
	r.match(tree, reflect.TypeOf(into), "")
	if len(r.problems) > 0 {
		return r.problems
	}
	d = json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return []form.Problem{problem("", "wrong_type", err.Error(), err.Error())}
	}
	exact(reflect.ValueOf(into))
	return nil
}

type reader struct {
	decoder  *json.Decoder
	problems []form.Problem
}

// value reads one value into a tree, and notes repeated members.
func (r *reader) value(path string, depth int) (any, error) {
	if depth > 200 {
		return nil, errors.New("nested too deeply")
	}
	token, err := r.decoder.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.ErrUnexpectedEOF
		}
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		m := map[string]any{}
		for r.decoder.More() {
			key, err := r.decoder.Token()
			if err != nil {
				return nil, err
			}
			name, _ := key.(string)
			at := path + "/" + form.Escape(name)
			if _, twice := m[name]; twice {
				r.problems = append(r.problems, problem(at, "duplicate_member", "the member "+name+" stands here twice", "o membro "+name+" aparece duas vezes"))
			}
			if m[name], err = r.value(at, depth+1); err != nil {
				return nil, err
			}
		}
		_, err := r.decoder.Token()
		return m, err
	case json.Delim('['):
		list := []any{}
		for i := 0; r.decoder.More(); i++ {
			element, err := r.value(path+"/"+strconv.Itoa(i), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err := r.decoder.Token()
		return list, err
	}
	return token, nil
}

// match compares a tree with the type that it should have.
func (r *reader) match(tree any, want reflect.Type, path string) {
	for want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	switch want {
	case reflect.TypeFor[Duration]():
		r.duration(tree, path)
		return
	case reflect.TypeFor[Missing]():
		if _, ok := tree.(map[string]any); ok {
			want = reflect.TypeFor[map[string]string]()
		} else {
			want = reflect.TypeFor[string]()
		}
	case reflect.TypeFor[time.Time]():
		text, _ := tree.(string)
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			r.wrong(path, "a time such as 2026-11-24T09:00:00-03:00", "uma data e hora como 2026-11-24T09:00:00-03:00")
		}
		return
	case reflect.TypeFor[json.RawMessage]():
		return
	}
	switch want.Kind() {
	case reflect.Struct:
		r.object(tree, want, path)
	case reflect.Map:
		m, ok := tree.(map[string]any)
		if !ok {
			r.wrong(path, "an object", "um objeto")
			return
		}
		for name, member := range m {
			r.match(member, want.Elem(), path+"/"+form.Escape(name))
		}
	case reflect.Slice:
		list, ok := tree.([]any)
		if !ok {
			r.wrong(path, "a list", "uma lista")
			return
		}
		for i, element := range list {
			r.match(element, want.Elem(), path+"/"+strconv.Itoa(i))
		}
	case reflect.String:
		if _, ok := tree.(string); !ok {
			r.wrong(path, "a text", "um texto")
		}
	case reflect.Bool:
		if _, ok := tree.(bool); !ok {
			r.wrong(path, "true or false", "true ou false")
		}
	case reflect.Int, reflect.Float64:
		r.number(tree, want.Kind(), path)
	}
}

func (r *reader) number(tree any, want reflect.Kind, path string) {
	n, ok := tree.(json.Number)
	if want == reflect.Int {
		if _, err := strconv.ParseInt(n.String(), 10, 32); !ok || err != nil {
			r.wrong(path, "a whole number", "um número inteiro")
		}
		return
	}
	if _, err := n.Float64(); !ok || err != nil {
		r.wrong(path, "a number", "um número")
	}
}

func (r *reader) duration(tree any, path string) {
	text, ok := tree.(string)
	if ok {
		_, err := form.ParseDuration(text)
		ok = err == nil
	}
	if !ok {
		r.wrong(path, "a duration such as 30s, 2h or 30d", "uma duração como 30s, 2h ou 30d")
	}
}

func (r *reader) wrong(path, en, pt string) {
	r.problems = append(r.problems, problem(path, "wrong_type", "must be "+en, "deve ser "+pt))
}

func (r *reader) object(tree any, want reflect.Type, path string) {
	m, ok := tree.(map[string]any)
	if !ok {
		r.wrong(path, "an object", "um objeto")
		return
	}
	types, names := map[string]reflect.Type{}, []string{}
	for f := range want.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		types[name] = f.Type
		names = append(names, name)
	}
	for name, member := range m {
		at := path + "/" + form.Escape(name)
		if t, known := types[name]; known {
			r.match(member, t, at)
			continue
		}
		p := problem(at, "unknown_member", fmt.Sprintf("there is no member %q here", name), fmt.Sprintf("não existe o membro %q aqui", name))
		if near := form.Nearest(name, names); near != "" {
			p.Hint = form.Label(fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near))
		}
		r.problems = append(r.problems, p)
	}
	slices.SortStableFunc(r.problems, func(a, b form.Problem) int { return strings.Compare(a.Path, b.Path) })
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

// Position gives line and column, from 1, of what a JSON pointer names in its source; of the
// nearest thing around it when it is not there.
func Position(data []byte, pointer string) (line, col int) {
	d := json.NewDecoder(bytes.NewReader(data))
	at := seek(d, strings.Split(strings.TrimPrefix(pointer, "/"), "/"), pointer == "")
	for at < int64(len(data)) && strings.ContainsRune(" \t\r\n,:", rune(data[at])) {
		at++
	}
	return lineAt(data, at)
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
