package actions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// What the expressions of a connector may read, by where they stand.
var (
	requestRoots = []string{"input", "auth", "connection"}
	answerRoots  = []string{"input", "auth", "connection", "status", "headers", "body", "text", "attempt", "answered"}
	itemRoots    = append([]string{"item"}, answerRoots...)
	loginRoots   = []string{"secret", "connection", "auth"}
)

var (
	connectorID = regexp.MustCompile(`^[a-z][a-z0-9_]{1,31}$`)
	memberID    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	iconColor   = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	iconPath    = regexp.MustCompile(`^[MmZzLlHhVvCcSsQqTtAa0-9eE ,.+-]+$`)
	hostName    = regexp.MustCompile(`^(\*\.[a-z0-9-]+(\.[a-z0-9-]+)+|[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])$`)
)

// ParseConnector reads a connector file strictly: every fault at once, each with its place.
// With a fault there is no connector. An own one may use http:// in its base.
func ParseConnector(data []byte, own bool) (*Connector, []form.Problem) {
	c := new(Connector)
	problems, ok := flow.Read(data, &c.file)
	if !ok {
		return nil, problems
	}
	if c.file.Format != connectorFormat {
		return nil, append(problems, fault("/format", "bad_format", "must be "+connectorFormat, "deve ser "+connectorFormat))
	}
	c.order(data)
	r := &connectorReader{file: &c.file, own: own, problems: problems}
	r.top()
	r.auths(c)
	r.limits("/limits", c.file.Limits)
	r.outcomes("/outcomes", c.file.Outcomes)
	for _, id := range c.actions {
		r.action(id, c.file.Actions[id])
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return c, nil
}

// order notes the order of choices and actions: people see them as the file has them.
func (c *Connector) order(data []byte) {
	c.auths, c.actions = memberNames(data, "auth"), memberNames(data, "actions")
	if len(c.file.Auth) == 0 {
		c.auths = []string{"none"}
		c.file.Auth = map[string]*authFile{"none": {Kind: "none", Name: form.Label("Without signing in", "Sem credencial")}}
	}
}

// memberNames lists the members of a top member of a well-formed document, in its order.
func memberNames(data []byte, top string) []string {
	var names []string
	eachMember(data, func(name string, value []byte) {
		if name != top {
			return
		}
		eachMember(value, func(name string, _ []byte) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		})
	})
	return names
}

// eachMember gives the members of an object in well-formed JSON, in their order.
func eachMember(data []byte, f func(name string, value []byte)) {
	data = bytes.TrimLeft(data, " \t\r\n")
	for len(data) > 0 && (data[0] == '{' || data[0] == ',') {
		data = bytes.TrimLeft(data[1:], " \t\r\n")
		var name string
		at := valueEnd(data)
		if json.Unmarshal(data[:at], &name) != nil {
			return
		}
		data = bytes.TrimLeft(data[at:], ": \t\r\n")
		at = valueEnd(data)
		f(name, data[:at])
		data = bytes.TrimLeft(data[at:], " \t\r\n")
	}
}

// valueEnd is where the first value of well-formed JSON ends.
func valueEnd(data []byte) int {
	depth, text := 0, false
	for at := 0; at < len(data); at++ {
		switch c := data[at]; {
		case text && c == '\\':
			at++
		case c == '"':
			if text = !text; !text && depth == 0 {
				return at + 1
			}
		case text:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth <= 0 {
				return at + 1 + min(0, depth)
			}
		case depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			return at
		}
	}
	return len(data)
}

func fault(path, code, en, pt string) form.Problem {
	return form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)}
}

// connectorReader collects what is wrong with a file.
type connectorReader struct {
	file     *connectorFile
	own      bool
	problems []form.Problem
}

func (r *connectorReader) bad(path, code, en, pt string) *form.Problem {
	r.problems = append(r.problems, fault(path, code, en, pt))
	return &r.problems[len(r.problems)-1]
}

func (r *connectorReader) required(path string, is bool) bool {
	if !is {
		r.bad(path, "required", "is required", "é obrigatório")
	}
	return is
}

func (r *connectorReader) words(path string, w form.Words, must bool) {
	if must || !w.IsZero() {
		r.required(path+"/en", w.EN != "")
		r.required(path+"/pt-BR", w.PT != "")
	}
}

func (r *connectorReader) among(path, got string, list ...string) {
	if slices.Contains(list, got) {
		return
	}
	p := r.bad(path, "not_an_option", "must be one of "+strings.Join(list, ", "), "deve ser um destes: "+strings.Join(list, ", "))
	if near := form.Nearest(got, list); near != "" {
		p.Hint = form.Label(fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near))
	}
}

func (r *connectorReader) id(path, id string) {
	if !memberID.MatchString(id) {
		r.bad(path, "bad_id", "an ID has small letters, digits and _, and begins with a letter", "um ID tem letras minúsculas, números e _, e começa por letra")
	}
}

// expression compiles one that may be left out.
func (r *connectorReader) expression(path, source string, roots []string) *expression.Program {
	if source == "" {
		return nil
	}
	p, err := expression.Compile(source, roots...)
	if err != nil {
		problem := expression.ProblemOf(err)
		problem.Path = path
		r.problems = append(r.problems, problem)
		return nil
	}
	return p
}

// tree compiles a template that may be left out.
func (r *connectorReader) tree(path string, value any, roots []string) *expression.Tree {
	if m, ok := value.(map[string]any); value == nil || (ok && m == nil) {
		return nil
	}
	t, problems := expression.CompileTree(value, roots...)
	for _, p := range problems {
		p.Path = path + p.Path
		r.problems = append(r.problems, p)
	}
	return t
}

// parts compiles a multipart body: what a file holds is an expression, written as a text or as {"=": text}.
func (r *connectorReader) parts(path string, parts map[string]any, roots []string) *expression.Tree {
	body := maps.Clone(parts)
	for name, part := range parts {
		if file, ok := part.(map[string]any); ok {
			r.required(path+"/"+form.Escape(name)+"/file", file["file"] != nil || file["="] != nil)
			if source, ok := file["file"].(string); ok {
				file = maps.Clone(file)
				file["file"] = map[string]any{"=": source}
				body[name] = file
			}
		}
	}
	before := len(r.problems)
	t := r.tree(path, body, roots)
	for i := range r.problems[before:] {
		p := &r.problems[before+i]
		p.Path = strings.TrimSuffix(p.Path, "/=")
	}
	return t
}

var connectorGroups = []string{"message", "email", "crm", "marketing", "commerce", "payment", "data", "ai", "code", "other"}

func (r *connectorReader) top() {
	f := r.file
	if !connectorID.MatchString(f.ID) {
		r.bad("/id", "bad_id", "must have 2 to 32 small letters, digits and _, and begin with a letter", "deve ter de 2 a 32 letras minúsculas, números e _, e começar por letra")
	}
	r.words("/name", f.Name, true)
	if f.Docs != "" && !strings.HasPrefix(f.Docs, "https://") {
		r.bad("/docs", "bad_url", "must begin with https://", "deve começar por https://")
	}
	if i := f.Icon; i != nil && (!iconPath.MatchString(i.Path) || !iconColor.MatchString(i.Color)) {
		r.bad("/icon", "bad_icon", "must be one SVG path and a colour such as #1a2b3c", "deve ser um path de SVG e uma cor como #1a2b3c")
	}
	if f.Group != "" {
		r.among("/group", f.Group, connectorGroups...)
	}
	r.base()
	r.hosts()
	r.headers("/headers", f.Headers)
	r.expression("/error", f.Error, answerRoots)
	r.expression("/code", f.Code, answerRoots)
	for code, hint := range f.Hints {
		r.words("/hints/"+form.Escape(code), hint, true)
	}
	r.required("/actions", len(f.Actions) > 0)
}

func (r *connectorReader) base() {
	f := r.file
	switch base := f.Base.(type) {
	case nil:
		for _, a := range f.Actions {
			if a.Request != nil && a.Request.URL == nil {
				r.required("/base", false)
				return
			}
		}
	case string:
		if scheme := strings.HasPrefix(base, "https://") || (r.own && strings.HasPrefix(base, "http://")); !scheme || strings.HasSuffix(base, "/") || hostOfText(base) == "" {
			r.bad("/base", "bad_url", "must begin with https:// and not end with /", "deve começar por https:// e não terminar em /")
		}
	default:
		r.hole("/base", base)
	}
}

// hole is a text that must be computed: {"=": …}.
func (r *connectorReader) hole(path string, value any) {
	m, ok := value.(map[string]any)
	if _, has := m["="]; !ok || !has {
		r.bad(path, "wrong_type", `must be a text or {"=": expression}`, `deve ser um texto ou {"=": expressão}`)
		return
	}
	r.tree(path, value, requestRoots)
}

func (r *connectorReader) hosts() {
	f := r.file
	_, fixed := f.Base.(string)
	r.required("/hosts", fixed || len(f.Hosts) > 0)
	for i, host := range f.Hosts {
		at := "/hosts/" + strconv.Itoa(i)
		text, ok := host.(string)
		if !ok {
			r.hole(at, host)
			continue
		}
		if !hostName.MatchString(text) {
			r.bad(at, "bad_host", "must be a host such as api.example.com, or *.example.com", "deve ser um servidor como api.example.com, ou *.example.com")
		}
	}
}

// closedHeaders are set by the sender, or by signing in.
var closedHeaders = []string{"authorization", "proxy-authorization", "cookie", "host", "content-length", "transfer-encoding", "connection"}

func (r *connectorReader) headers(path string, headers map[string]any) {
	taken := slices.Clone(closedHeaders)
	for _, a := range r.file.Auth {
		for name := range a.Headers {
			taken = append(taken, strings.ToLower(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if at := path + "/" + form.Escape(name); slices.Contains(taken, strings.ToLower(name)) || !validHeader(name, "") {
			r.bad(at, "bad_header", "this header cannot be set here", "este cabeçalho não pode ser definido aqui")
		}
	}
	r.tree(path, headers, requestRoots)
}

func (r *connectorReader) limits(path string, limits []limitFile) {
	for i, l := range limits {
		at := path + "/" + strconv.Itoa(i)
		r.among(at+"/scope", l.Scope, "connection", "target", "contact")
		if l.Scope != "connection" {
			r.required(at+"/key", l.Key != "")
		}
		r.expression(at+"/key", l.Key, requestRoots)
		if rate := l.Count > 0 && l.Per > 0; rate == (l.Concurrent > 0) {
			r.bad(at, "bad_limit", "must have either count and per, or concurrent", "deve ter count e per, ou concurrent")
		}
	}
}

func (r *connectorReader) outcomes(path string, rules []outcomeFile) {
	for i, o := range rules {
		at := path + "/" + strconv.Itoa(i)
		if r.required(at+"/if", o.If != "") {
			r.expression(at+"/if", o.If, answerRoots)
		}
		r.among(at+"/is", o.Is, "ok", "ignore", "retry", "wait", "refresh", "auth", "fail", "unknown")
		r.expression(at+"/after", o.After, answerRoots)
		r.expression(at+"/at", o.At, answerRoots)
		if o.Scope != "" {
			r.among(at+"/scope", o.Scope, "connection", "target", "contact")
		}
		if o.Done != "" {
			r.among(at+"/done", o.Done, "no", "maybe")
		}
		if (o.After != "" || o.At != "") && o.Is != "wait" && o.Is != "retry" {
			r.bad(at, "bad_outcome", "only wait and retry have a time", "só wait e retry têm um tempo")
		}
		r.words(at+"/hint", o.Hint, false)
	}
}
