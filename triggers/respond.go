package triggers

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// respond is what a sender is answered.
type respond struct {
	finished bool // the answer waits for the run
	timeout  time.Duration
	status   *filler
	headers  *filler
	body     *filler
	fixed    bool // holds no template
}

func (r *respond) read(p *settingsReader, m map[string]any) {
	r.timeout = defaultTimeout
	if m == nil {
		return
	}
	p.known("respond", m, "when", "status", "headers", "body", "timeout")
	when, _ := m["when"].(string)
	if m["when"] != nil && when != "accepted" && when != "finished" {
		p.bad("respond/when", "not_an_option", "must be accepted or finished", "deve ser accepted ou finished")
	}
	r.finished = when == "finished"
	if r.timeout = p.duration("respond/timeout", m["timeout"], defaultTimeout); r.timeout > longestTimeout {
		p.bad("respond/timeout", "too_big", "must be at most 60s", "deve ser no máximo 60s")
		r.timeout = longestTimeout
	}
	if n, ok := asNumber(m["status"]); ok && (n < 200 || n > 599) {
		p.bad("respond/status", "wrong_type", "must be from 200 to 599", "deve ser de 200 a 599")
	}
	headers, isMap := m["headers"].(map[string]any)
	if m["headers"] != nil && !isMap {
		p.bad("respond/headers", "wrong_type", "must be an object", "deve ser um objeto")
	}
	p.problems = append(p.problems, checkHeaders(headers, "/trigger/with/respond/headers")...)
	r.status, r.headers, r.body = compileFiller(m["status"]), compileFiller(m["headers"]), compileFiller(m["body"])
	r.fixed = r.status.fixed() && r.headers.fixed() && r.body.fixed()
}

// filler is a value with templates inside.
type filler struct {
	value    any
	template *expression.Template
	list     []*filler
	members  map[string]*filler
}

// compileFiller gives nil for nothing. A text that is no template stays as it is.
func compileFiller(value any) *filler {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		if t, err := expression.CompileTemplate(v); err == nil && !t.Fixed() {
			return &filler{template: t}
		}
	case []any:
		f := &filler{list: make([]*filler, len(v))}
		for i, element := range v {
			f.list[i] = compileFiller(element)
		}
		return f
	case map[string]any:
		f := &filler{members: make(map[string]*filler, len(v))}
		for name, member := range v {
			f.members[name] = compileFiller(member)
		}
		return f
	}
	return &filler{value: value}
}

// fixed says that there are no holes.
func (f *filler) fixed() bool {
	if f == nil {
		return true
	}
	fixed := f.template == nil
	for _, element := range f.list {
		fixed = fixed && element.fixed()
	}
	for _, member := range f.members {
		fixed = fixed && member.fixed()
	}
	return fixed
}

// fill gives the finished value; a missing one is empty.
func (f *filler) fill(ctx context.Context, s *expression.Scope) (any, error) {
	switch {
	case f == nil:
		return nil, nil
	case f.template != nil:
		return f.template.FillEmpty(ctx, s)
	case f.list != nil:
		list := make([]any, len(f.list))
		for i, element := range f.list {
			value, err := element.fill(ctx, s)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	case f.members != nil:
		m := make(map[string]any, len(f.members))
		for name, member := range f.members {
			value, err := member.fill(ctx, s)
			if err != nil {
				return nil, err
			}
			m[name] = value
		}
		return m, nil
	}
	return f.value, nil
}

// mayAnswer says whether a flow may set this header of an answer.
func mayAnswer(name string) bool {
	switch strings.ToLower(name) {
	case "", "alt-svc", "clear-site-data", "connection", "content-encoding", "content-length", "content-security-policy", "date", "keep-alive", "nel", "referrer-policy",
		"refresh", "report-to", "set-cookie", "strict-transport-security", "trailer", "transfer-encoding", "upgrade", "x-content-type-options":
		return false
	}
	for _, c := range []byte(name) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// checkHeaders tells of what an answer would be sent without.
func checkHeaders(headers map[string]any, path string) (problems []form.Problem) {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		at := path + "/" + form.Escape(name)
		if _, ok := form.Scalar(headers[name]); !ok {
			problems = append(problems, problem(at, "wrong_type", "must be a text, a number, true or false", "deve ser um texto, um número, verdadeiro ou falso"))
			continue
		}
		if !strings.EqualFold(name, "content-type") {
			if !mayAnswer(name) {
				p := problem(at, "bad_header", "this header cannot be set", "este cabeçalho não pode ser definido")
				p.Hint = form.Label("leave it out: the server sets it itself, or never sends it", "deixe-o de fora: o próprio servidor o define, ou nunca o envia")
				problems = append(problems, p)
			}
			continue
		}
		value, ok := headers[name].(string)
		if ok && !strings.Contains(value, "{{") && !allowedType(value) {
			p := warning(at, "bad_header", "an answer cannot have this content type: it is sent as JSON or plain text", "uma resposta não pode ter este tipo de conteúdo: sai como JSON ou texto simples")
			list := strings.Join(contentTypes[:], ", ")
			p.Hint = form.Label("it is one of "+list+"; to show a page, redirect to it", "é um destes: "+list+"; para mostrar uma página, redirecione para ela")
			problems = append(problems, p)
		}
	}
	return problems
}

// checkAnswers checks the headers of the steps that answer. Those that cannot be set are left out, and the rest is sent.
func checkAnswers(f *flow.Flow) (problems []form.Problem) {
	flow.Walk(f.Steps, "/steps", func(path string, s *flow.Step) {
		if headers, ok := s.With["headers"].(map[string]any); ok && s.Action == "respond" {
			for _, p := range checkHeaders(headers, path+"/with/headers") {
				if p.Code == "bad_header" {
					p.Severity = form.Warning
				}
				problems = append(problems, p)
			}
		}
	})
	return problems
}

// contentTypes are those that an answer may have; none of them is a page.
var contentTypes = [...]string{"application/json", "text/plain", "application/xml", "text/xml", "text/csv", "application/x-www-form-urlencoded"}

func allowedType(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	for _, allowed := range contentTypes {
		if media == allowed {
			return true
		}
	}
	return false
}

const (
	jsonType = "application/json"
	textType = "text/plain; charset=utf-8"
)

// writeAnswer sends what a flow answers: a text as it is, everything else as JSON.
func writeAnswer(w http.ResponseWriter, status int, headers map[string]string, body any) {
	h := w.Header()
	contentType, chosen := jsonType, false
	for name, value := range headers {
		switch {
		case strings.EqualFold(name, "content-type"):
			if allowedType(value) {
				contentType, chosen = value, true
			}
		case mayAnswer(name):
			h.Set(name, value)
		}
	}
	content, isText := body.(string)
	raw := []byte(content)
	if isText && !chosen {
		contentType = textType
	}
	if !isText && body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			status, raw = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"the answer cannot be written"}}`)
		}
	}
	if len(raw) > 0 || chosen {
		h.Set("Content-Type", contentType)
	}
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}
