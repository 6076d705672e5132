package actions

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// CurlRequest is a curl command as fields of http.request.
type CurlRequest struct {
	With       map[string]any
	Connection *CurlConnection // what the command signs in with
	Problems   []form.Problem  // what could not be taken over
}

// CurlConnection is the kind of connection that takes the place of a secret. The secret itself
// is in no answer and in no flow.
type CurlConnection struct {
	Kind   string
	Fields map[string]string // plain ones
	Hosts  []string
}

// ParseCurl reads a curl command as shells and browsers write it. It runs nothing and reads no
// file. The first problem is an error where no request was found.
func ParseCurl(command string) CurlRequest {
	words, problems := splitCommand(command)
	p := &curlParser{problems: problems, header: map[string]string{}}
	if len(words) == 0 || !slices.Contains([]string{"curl", "curl.exe"}, words[0]) {
		return CurlRequest{Problems: []form.Problem{{
			Severity: form.Error, Code: "no_curl",
			Message: form.Label("this is no curl command: it must begin with curl", "isto não é um comando curl: deve começar com curl"),
		}}}
	}
	p.args(words[1:])
	if p.address == "" {
		return CurlRequest{Problems: []form.Problem{{
			Severity: form.Error, Code: "no_url", Message: form.Label("the command has no address", "o comando não tem endereço"),
		}}}
	}
	return p.request()
}

// curlParser gathers what the options of a command say.
type curlParser struct {
	address, method  string
	names            []string // of headers, in order
	header           map[string]string
	data             []string
	extra            []string // of the query
	json, get, head  bool
	upload, redirect bool
	follow           int
	parts            []any
	user             bool
	bearer           bool
	problems         []form.Problem
	connection       *CurlConnection
}

func (p *curlParser) warn(code, en, pt string) {
	p.problems = append(p.problems, form.Problem{Severity: form.Warning, Code: code, Message: form.Label(en, pt)})
}

func (p *curlParser) setHeader(name, value string) {
	if old, ok := p.header[strings.ToLower(name)]; ok && value != "" {
		p.header[strings.ToLower(name)] = old + ", " + value
		return
	}
	p.names = append(p.names, name)
	p.header[strings.ToLower(name)] = value
}

func (p *curlParser) dropHeader(name string) {
	delete(p.header, name)
	p.names = slices.DeleteFunc(p.names, func(n string) bool { return strings.EqualFold(n, name) })
}

// request puts the fields together.
func (p *curlParser) request() CurlRequest {
	with := map[string]any{"method": p.verb()}
	u := p.target()
	p.body(with)
	p.secrets(u)
	if u == nil {
		with["url"] = join(p.address, p.extra)
	} else {
		p.query(with, u)
	}
	headers := map[string]any{}
	for _, name := range p.names {
		headers[name] = p.header[strings.ToLower(name)]
	}
	if len(headers) > 0 {
		with["headers"] = headers
	}
	if p.redirect {
		with["follow"] = max(p.follow, 0)
	}
	return CurlRequest{With: with, Connection: p.connection, Problems: p.problems}
}

func (p *curlParser) verb() string {
	method := strings.ToUpper(p.method)
	switch {
	case method != "":
	case p.head:
		method = "HEAD"
	case p.upload:
		method = "PUT"
	case (len(p.data)+len(p.parts) > 0) && !p.get:
		method = "POST"
	default:
		method = "GET"
	}
	if !slices.Contains(methods, method) {
		p.warn("method", "the method "+method+" is not one that can be sent", "o método "+method+" não pode ser enviado")
		return "GET"
	}
	return method
}

// target reads the address: without a scheme https, but for machines nearby.
func (p *curlParser) target() *url.URL {
	if !strings.Contains(p.address, "://") {
		host, _, _ := strings.Cut(p.address, "/")
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		scheme := "https://"
		if name == "localhost" || net.ParseIP(name) != nil {
			scheme = "http://"
		}
		p.address = scheme + p.address
	}
	if strings.Contains(p.address, "{{") {
		return nil
	}
	u, err := url.Parse(p.address)
	if err != nil {
		return nil
	}
	if u.User != nil {
		p.user, u.User = true, nil
	}
	u.Fragment, u.RawFragment = "", ""
	return u
}

// query moves the parameters into a field of their own, where that loses nothing.
func (p *curlParser) query(with map[string]any, u *url.URL) {
	more := p.extra
	if p.get {
		more = slices.Concat(more, p.data)
	}
	raw := strings.Trim(u.RawQuery+"&"+strings.Join(more, "&"), "&")
	values, ok := formFields(raw)
	if !ok {
		u.RawQuery = raw
		with["url"] = u.String()
		return
	}
	if secret := p.querySecret(values); secret != "" {
		delete(values, secret)
		p.connect(u, "http_query", map[string]string{"name": secret})
	}
	u.RawQuery = ""
	if with["url"] = u.String(); len(values) > 0 {
		with["query"] = values
	}
}

func (p *curlParser) querySecret(values map[string]any) string {
	for _, name := range []string{"api_key", "apikey", "api-key", "access_token", "token", "key", "secret"} {
		if text, ok := values[name].(string); ok && text != "" && p.connection == nil {
			return name
		}
	}
	return ""
}

// formFields reads a=1&b=2; a name that comes again makes a list. False where text does not
// have that form, or holds what a form would write in another way.
func formFields(text string) (map[string]any, bool) {
	out := map[string]any{}
	if text == "" {
		return out, true
	}
	for pair := range strings.SplitSeq(text, "&") {
		name, value, has := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if errName != nil || errValue != nil || name == "" || !has {
			return nil, false
		}
		switch old := out[name].(type) {
		case nil:
			out[name] = value
		case string:
			out[name] = []any{old, value}
		case []any:
			out[name] = append(old, value)
		}
	}
	return out, true
}

// secrets leaves out what a connection holds, and says which kind takes its place.
func (p *curlParser) secrets(u *url.URL) {
	switch auth := p.header["authorization"]; {
	case p.bearer, strings.HasPrefix(strings.ToLower(auth), "bearer "):
		p.connect(u, "http_bearer", nil)
	case p.user, strings.HasPrefix(strings.ToLower(auth), "basic "):
		p.connect(u, "http_basic", nil)
	case auth != "":
		p.connect(u, "http_header", map[string]string{"name": "Authorization"})
	}
	p.dropHeader("authorization")
	for _, name := range slices.Clone(p.names) {
		if engine.SecretHeader(name) {
			p.connect(u, "http_header", map[string]string{"name": name})
			p.dropHeader(strings.ToLower(name))
		}
	}
}

func (p *curlParser) connect(u *url.URL, kind string, fields map[string]string) {
	p.warn("secret", "the secret was left out: a flow holds none. Make a connection for it", "o segredo ficou de fora: um fluxo não guarda segredos. Crie uma conexão para ele")
	if p.connection != nil {
		return
	}
	p.connection = &CurlConnection{Kind: kind, Fields: fields}
	if u != nil {
		p.connection.Hosts = []string{u.Host}
	}
}

// body chooses the field that sends what the command sends.
func (p *curlParser) body(with map[string]any) {
	kind := strings.ToLower(p.header["content-type"])
	switch {
	case len(p.parts) > 0:
		with["multipart"] = p.parts
		p.dropHeader("content-type")
	case len(p.data) == 0 || p.get:
	default:
		p.dataBody(with, kind, strings.Join(p.data, p.glue()))
	}
	for _, name := range []string{"host", "content-length", "connection", "accept-encoding", "transfer-encoding"} {
		p.dropHeader(name)
	}
}

// glue is what stands between several data options.
func (p *curlParser) glue() string {
	if p.json {
		return ""
	}
	return "&"
}

func (p *curlParser) dataBody(with map[string]any, kind, data string) {
	looksJSON := p.json || strings.Contains(kind, "json") || kind == "" && strings.ContainsAny(firstByte(data), "{[")
	if looksJSON {
		if value, err := expression.Decode([]byte(data)); err == nil {
			if with["json"] = value; kind == "" || strings.HasPrefix(kind, "application/json") {
				p.dropHeader("content-type")
			}
			return
		}
	}
	if !looksJSON && (kind == "" || strings.HasPrefix(kind, "application/x-www-form-urlencoded")) {
		if fields, ok := formFields(data); ok && !repeats(fields) {
			with["form"] = fields
			p.dropHeader("content-type")
			return
		}
	}
	with["text"] = data
	if kind == "" {
		p.setHeader("Content-Type", map[bool]string{true: "application/json", false: "application/x-www-form-urlencoded"}[looksJSON])
	}
}

func firstByte(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	return text[:1]
}

// repeats says that a name comes twice, which the field form would write in another way.
func repeats(fields map[string]any) bool {
	for _, value := range fields {
		if _, many := value.([]any); many {
			return true
		}
	}
	return false
}
