package triggers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine/form"
)

// Secrets lists the fields of the connection that the verifier reads.
func (v *Verifier) Secrets() []string {
	if v.kind == "basic" {
		return []string{"username", "password"}
	}
	return v.secrets
}

// Kind is how the sender proves itself: none, token, basic, hmac, digest, ed25519, ecdsa, rsa.
func (v *Verifier) Kind() string { return v.kind }

// ParseVerifier reads a description. Every problem has its path below at.
func ParseVerifier(description map[string]any, at string) (*Verifier, []form.Problem) {
	p := &verifierReader{at: at, members: description}
	v := &Verifier{
		kind:     p.choice("kind", "", "none", "token", "basic", "hmac", "digest", "ed25519", "ecdsa", "rsa"),
		hash:     p.choice("hash", "sha256", "sha1", "sha256", "sha512"),
		from:     p.place("from"),
		list:     p.text("list"),
		prefix:   p.text("prefix"),
		encoding: p.choice("encoding", "hex", "hex", "base64", "base64url"),
		signed:   p.signed(),
		secrets:  p.texts("secret"),
		key:      p.choice("key", "text", "text", "whsec", "base64", "hex", "spki", "pem"),
		equals:   p.equals(),
		once:     p.once(),
		pairs:    p.pairs(),
	}
	p.stamp(v)
	p.unknown()
	p.whole(v)
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return v, nil
}

// verifierReader takes members one by one and collects problems.
type verifierReader struct {
	at       string
	members  map[string]any
	read     []string
	problems []form.Problem
}

func (p *verifierReader) bad(member, code, en, pt string) {
	path := p.at
	if member != "" {
		path += "/" + member
	}
	p.problems = append(p.problems, form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)})
}

func (p *verifierReader) take(member string) any {
	p.read = append(p.read, member)
	return p.members[member]
}

func (p *verifierReader) text(member string) string {
	value := p.take(member)
	if text, ok := value.(string); ok || value == nil {
		return text
	}
	p.bad(member, "wrong_type", "must be a text", "deve ser um texto")
	return ""
}

func (p *verifierReader) choice(member, def string, among ...string) string {
	text := p.text(member)
	if text == "" && def != "" {
		return def
	}
	if !slices.Contains(among, text) {
		list := strings.Join(among, ", ")
		p.bad(member, "not_an_option", "must be one of "+list, "deve ser um destes: "+list)
		return ""
	}
	return text
}

func (p *verifierReader) texts(member string) []string {
	value := p.take(member)
	list, ok := value.([]any)
	if !ok && value != nil {
		list = []any{value}
	}
	var out []string
	for _, element := range list {
		text, ok := element.(string)
		if !ok || text == "" {
			p.bad(member, "wrong_type", "must be the name of a field of the connection, or a list of names", "deve ser o nome de um campo da conexão, ou uma lista de nomes")
			return nil
		}
		out = append(out, text)
	}
	return out
}

func (p *verifierReader) place(member string) place {
	value := p.take(member)
	if value == nil {
		return place{}
	}
	return p.placeOf(member, value)
}

func (p *verifierReader) placeOf(member string, value any) place {
	m, _ := value.(map[string]any)
	for where, name := range m {
		text, ok := name.(string)
		if !ok || text == "" || len(m) != 1 || !slices.Contains([]string{"header", "query", "json", "form"}, where) {
			break
		}
		if where == "header" {
			text = strings.ToLower(text)
		}
		return place{where, text}
	}
	p.bad(member, "wrong_type", `must name one place, such as {"header": "x-signature"}`, `deve dizer um lugar, como {"header": "x-signature"}`)
	return place{}
}

func (p *verifierReader) holes(member, text string) part {
	x, ok := parsePart(text)
	if !ok {
		p.bad(member, "bad_hole", fmt.Sprintf("%q has a hole that does not exist", text), fmt.Sprintf("%q tem um campo { } que não existe", text))
	}
	return x
}

func (p *verifierReader) signed() []part {
	value := p.take("signed")
	if value == nil {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var parts []part
	for i, element := range list {
		member := "signed/" + strconv.Itoa(i)
		m, isMap := element.(map[string]any)
		text, isText := element.(string)
		if isMap {
			text, isText = m["part"].(string)
		}
		if !isText {
			p.bad(member, "wrong_type", "must be a text with holes", "deve ser um texto com campos { }")
			continue
		}
		x := p.holes(member, text)
		x.optional, _ = m["optional"].(bool)
		parts = append(parts, x)
	}
	return parts
}

func (p *verifierReader) equals() [][2]part {
	list, _ := p.take("equals").([]any)
	var out [][2]part
	for i, element := range list {
		pair, _ := element.([]any)
		member := "equals/" + strconv.Itoa(i)
		if len(pair) != 2 {
			p.bad(member, "wrong_type", "must be two texts", "devem ser dois textos")
			continue
		}
		a, okA := pair[0].(string)
		b, okB := pair[1].(string)
		if !okA || !okB {
			p.bad(member, "wrong_type", "must be two texts", "devem ser dois textos")
			continue
		}
		out = append(out, [2]part{p.holes(member, a), p.holes(member, b)})
	}
	return out
}

func (p *verifierReader) once() *part {
	text := p.text("once")
	if text == "" {
		return nil
	}
	x := p.holes("once", text)
	return &x
}

func (p *verifierReader) pairs() pairs {
	value := p.take("pairs")
	if value == nil {
		return pairs{}
	}
	m, ok := value.(map[string]any)
	if !ok {
		p.bad("pairs", "wrong_type", "must be an object", "deve ser um objeto")
		return pairs{}
	}
	inner := &verifierReader{at: p.at + "/pairs", members: m}
	out := pairs{split: inner.text("split"), value: inner.text("value"), ts: inner.text("ts")}
	if out.split == "" {
		out.split = ","
	}
	if out.value == "" {
		inner.bad("value", "required", "is required", "é obrigatório")
	}
	inner.unknown()
	p.problems = append(p.problems, inner.problems...)
	return out
}

// stamp reads ts. Without it no time is checked.
func (p *verifierReader) stamp(v *Verifier) {
	value := p.take("ts")
	if value == nil {
		if v.pairs.ts != "" {
			v.unit, v.tolerance = "auto", 5*time.Minute
		}
		return
	}
	m, ok := value.(map[string]any)
	if !ok {
		p.bad("ts", "wrong_type", "must be an object", "deve ser um objeto")
		return
	}
	inner := &verifierReader{at: p.at + "/ts", members: m}
	v.stamp, v.unit, v.tolerance = inner.place("from"), inner.choice("unit", "auto", "s", "ms", "auto", "rfc3339"), 5*time.Minute
	if text := inner.text("tolerance"); text == "off" {
		v.tolerance = 0
	} else if text != "" {
		d, err := form.ParseDuration(text)
		if err != nil || d <= 0 {
			inner.bad("tolerance", "wrong_type", `must be a duration such as 5m, or "off"`, `deve ser uma duração como 5m, ou "off"`)
		}
		v.tolerance = d
	}
	if v.stamp.name == "" && v.pairs.ts == "" {
		inner.bad("from", "required", "is required", "é obrigatório")
	}
	inner.unknown()
	p.problems = append(p.problems, inner.problems...)
}

func (p *verifierReader) unknown() {
	for name := range p.members {
		if slices.Contains(p.read, name) {
			continue
		}
		p.bad(form.Escape(name), "unknown_member", fmt.Sprintf("there is no member %q here", name), fmt.Sprintf("não existe %q aqui", name))
		if near := form.Nearest(name, p.read); near != "" {
			p.problems[len(p.problems)-1].Hint = form.Label(fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near))
		}
	}
}

// whole checks what one member alone cannot say.
func (p *verifierReader) whole(v *Verifier) {
	if v.kind == "none" || v.kind == "basic" || v.kind == "" {
		return
	}
	if v.from.name == "" && p.members["from"] == nil {
		p.bad("from", "required", "is required", "é obrigatório")
	}
	if len(v.secrets) == 0 && p.members["secret"] == nil {
		p.bad("secret", "required", "is required", "é obrigatório")
	}
	if v.once != nil && (v.unit == "" || v.tolerance == 0) {
		p.bad("once", "required", "needs ts with a tolerance", "precisa de ts com tolerância")
	}
	if v.kind == "digest" && !v.uses("secret") {
		p.bad("signed", "required", "a digest must contain {secret}", "um digest deve conter {secret}")
	}
	if v.kind != "digest" && v.uses("secret") {
		p.bad("signed", "bad_hole", "{secret} is for kind digest alone", "{secret} é só para o tipo digest")
	}
	if (v.kind == "ecdsa" || v.kind == "rsa") && v.key == "text" {
		p.bad("key", "required", "must be spki or pem", "deve ser spki ou pem")
	}
}

func (v *Verifier) uses(hole string) bool {
	for _, x := range v.signed {
		for _, y := range x.pieces {
			if y.hole == hole {
				return true
			}
		}
	}
	return false
}
