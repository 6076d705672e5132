package connections

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gancho/engine/form"
)

// check finds everything that is wrong with a connection as it was posted.
func (c *Connections) check(name, kind string, fields map[string]any, hosts []string) []form.Problem {
	var k connectionCheck
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || len(name) > 63 || strings.Trim(name[:1], "-_") == "" {
		k.bad("/name", "bad_name", "a name has lower case letters, digits, - and _, at most 63", "um nome tem letras minúsculas, números, - e _, no máximo 63")
	}
	known, ok := c.kindOf(kind)
	if !ok {
		p := k.bad("/kind", "unknown_kind", fmt.Sprintf("there is no kind of connection %q", kind), fmt.Sprintf("não existe o tipo de conexão %q", kind))
		p.Hint = meant(kind, c.kindNames())
		return k.problems
	}
	k.fields(known, fields)
	k.hosts(known, hosts)
	return k.problems
}

type connectionCheck struct{ problems []form.Problem }

func (k *connectionCheck) bad(path, code, en, pt string) *form.Problem {
	k.problems = append(k.problems, form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)})
	return &k.problems[len(k.problems)-1]
}

func (k *connectionCheck) fields(known Kind, fields map[string]any) {
	ids := []string{}
	for _, f := range known.Fields {
		ids = append(ids, f.ID)
		k.field(f, fields[f.ID])
		k.wrong(f, fields)
	}
	for _, id := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(ids, id) {
			p := k.bad("/fields/"+form.Escape(id), "unknown_member", fmt.Sprintf("this kind has no field %q", id), fmt.Sprintf("este tipo não tem o campo %q", id))
			p.Hint = meant(id, ids)
		}
	}
}

func (k *connectionCheck) field(f Field, value any) {
	path := "/fields/" + form.Escape(f.ID)
	if f.Secret {
		k.secret(f, path, value)
		return
	}
	text, ok := form.Scalar(value)
	switch {
	case !ok:
		k.bad(path, "wrong_type", "must be a text", "deve ser um texto")
	case text == "" && f.Required && (value != nil || f.Default == ""):
		k.bad(path, "required", "is required", "é obrigatório")
	case text != "" && len(f.Options) > 0 && !slices.Contains(f.Options, text):
		k.bad(path, "not_an_option", "must be one of "+strings.Join(f.Options, ", "), "deve ser um destes: "+strings.Join(f.Options, ", "))
	case text != "":
		k.looks(f, path, text)
	}
}

// looks asks whether a value looks as its field says, and says whether it does.
func (k *connectionCheck) looks(f Field, path, text string) bool {
	var into any
	made := form.Value(cmp.Or(f.Type, "text"), f.ID, &into, f.Label)
	if f.Pattern != "" {
		made.Pattern(f.Pattern)
	}
	if f.Min != nil {
		made.Min(*f.Min)
	}
	if f.Max != nil {
		made.Max(*f.Max)
	}
	problems := form.Of(made).Fill(map[string]any{f.ID: f.without(text)})
	for _, p := range problems {
		p.Path = path
		if f.Placeholder != "" {
			p.Hint = form.Label("it looks like "+f.Placeholder, "o formato é como "+f.Placeholder)
		}
		k.problems = append(k.problems, p)
	}
	return len(problems) == 0
}

// wrong asks the kind about the values of a field.
func (k *connectionCheck) wrong(f Field, fields map[string]any) {
	if f.Wrong == nil || isSet(fields[f.ID]) {
		return
	}
	plain := map[string]string{}
	for id, value := range fields {
		if text, ok := value.(string); ok {
			plain[id] = text
		}
	}
	for _, text := range secrets(fields[f.ID]) {
		if words := f.Wrong(f.without(text), plain); !words.IsZero() {
			k.bad("/fields/"+form.Escape(f.ID), "bad_value", words.EN, words.PT)
			return
		}
	}
}

func (k *connectionCheck) secret(f Field, path string, value any) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, element := range list {
		if _, ok := form.Scalar(element); !ok && (len(list) > 1 || !isSet(element)) {
			k.bad(path, "wrong_type", "must be a text, or a list of texts", "deve ser um texto, ou uma lista de textos")
			return
		}
	}
	for _, text := range secrets(value) {
		if f.OneLine && strings.ContainsFunc(f.without(text), unicode.IsControl) {
			k.bad(path, "bad_value", "must be one line", "deve ter uma linha só")
			return
		}
		if !k.looks(f, path, text) {
			return
		}
	}
}

// everyUnder is a name that stands for all hosts under a domain of two labels at least, the last of which is no number.
var everyUnder = regexp.MustCompile(`^\*(\.[^.*]+)+\.[^.*]*[^.*0-9][^.*]*$`)

func (k *connectionCheck) hosts(known Kind, hosts []string) {
	if known.NeedsHosts && len(hosts) == 0 {
		k.bad("/hosts", "required", "list the hosts that this may be sent to, such as api.example.com", "liste os servidores para onde isto pode ir, como api.example.com")
	}
	for i, h := range hosts {
		if strings.ContainsAny(h, "/@?# \t") || !portFits(h) {
			k.bad(fmt.Sprintf("/hosts/%d", i), "bad_host", fmt.Sprintf("%q is not a host; write it as api.example.com", h), fmt.Sprintf("%q não é um servidor; escreva como api.example.com", h))
		} else if strings.Contains(h, "*") && !everyUnder.MatchString(h) {
			k.bad(fmt.Sprintf("/hosts/%d", i), "bad_host", fmt.Sprintf("%q stands for no hosts; write *.example.com for all hosts under a domain", h),
				fmt.Sprintf("%q não representa servidor algum; escreva *.example.com para todos os servidores abaixo de um domínio", h))
		}
	}
}

// portFits says that a host names no port, or one that there is.
func portFits(host string) bool {
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func meant(name string, among []string) form.Words {
	near := form.Nearest(name, among)
	if near == "" {
		return form.Words{}
	}
	return form.Label(fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near))
}
