package actions

import (
	"maps"
	"net/textproto"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/form"
)

// fixed gathers what a document writes out and each run would fail with.
type fixed struct {
	with     map[string]any
	problems []form.Problem
}

// refuse takes what a run would fail with, and where it stands.
func (f *fixed) refuse(err error, path ...string) {
	if err != nil {
		f.problems = append(f.problems, engine.Unfit(pointer(path), err))
	}
}

// warnSecret says that what stands there belongs into a connection.
func (f *fixed) warnSecret(path ...string) {
	f.problems = append(f.problems, form.Problem{
		Severity: form.Warning, Path: pointer(path), Code: "secret_in_flow",
		Message: form.Label("a secret written here is seen by all who see the flow, and leaves with each copy of it", "um segredo escrito aqui é visto por todos que veem o fluxo, e sai com cada cópia dele"),
		Hint:    form.Label("put it into a connection", "ponha-o em uma conexão"),
	})
}

func pointer(path []string) string {
	var b strings.Builder
	for _, name := range path {
		b.WriteString("/" + form.Escape(name))
	}
	return b.String()
}

// members are those of a setting that is an object, in order.
func (f *fixed) members(id string, visit func(name string, value any)) {
	m, _ := f.with[id].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		visit(name, m[name])
	}
}

// headers asks about names, and about values that are written out.
func (f *fixed) headers(ask func(name string, value any) (string, error)) {
	f.members("headers", func(name string, value any) {
		written := !form.Holds(value)
		if !written {
			value = ""
		}
		text, err := ask(name, value)
		f.refuse(err, "headers", name)
		if written && err == nil && text != "" && engine.SecretHeader(name) {
			f.warnSecret("headers", name)
		}
	})
}

// address asks about one that is written out.
func (f *fixed) address(id string) {
	text, _ := f.with[id].(string)
	text = strings.TrimSpace(text)
	if form.Holds(text) || !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") { // said by the field
		return
	}
	u, err := readAddress(text)
	if err == nil {
		err = callable(u)
	}
	f.refuse(err, id)
	if err == nil && u.User != nil {
		f.warnSecret(id)
	}
}

// elements are those of a setting that is a list; a single one is a list of one.
func (f *fixed) elements(id string, visit func(i int, value any)) {
	list, ok := f.with[id].([]any)
	if one := f.with[id]; !ok && one != nil && !form.Holds(one) {
		list = []any{one}
	}
	for i, element := range list {
		if _, hole := element.(string); !hole || !form.Holds(element) {
			visit(i, element)
		}
	}
}

// written gives the members of a part with something in the place of each hole, so that all else can be asked.
func written(part any) any {
	m, ok := part.(map[string]any)
	if !ok {
		return part
	}
	m = maps.Clone(m)
	for name, value := range m {
		switch {
		case !form.Holds(value):
		case name == "base64":
			m[name] = ""
		default:
			m[name] = "x"
		}
	}
	return m
}

// ownHeaders of an e-mail come from its other fields.
var ownHeaders = []string{"From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Transfer-Encoding", "Sender", "Return-Path"}

// mailHeader gives the text of a header that an e-mail may be given.
func mailHeader(name string, value any) (string, error) {
	text, ok := form.Scalar(value)
	if !ok || !validHeader(name, text) {
		return "", engine.Faultf("bad_input", "header %q has a name or value that cannot be sent", name)
	}
	if slices.Contains(ownHeaders, textproto.CanonicalMIMEHeaderKey(name)) {
		return "", engine.Faultf("bad_input", "header %s is written from its own field", name)
	}
	return text, nil
}
