package actions

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// answerLimit is the most that is read of a provider's answer.
const answerLimit = 4 << 20

// rendering is one request on its way from a template to an exchange.
type rendering struct {
	c     *Connector
	scope *expression.Scope
}

// exchange renders a request; nothing secret is in it yet.
func (c *Connector) exchange(ctx context.Context, q *madeRequest, conn *connections.Connection, s *expression.Scope) (*exchange, error) {
	r := &rendering{c: c, scope: s}
	x := &exchange{method: q.file.Method, header: http.Header{}, limit: answerLimit}
	u, err := r.address(ctx, q, conn)
	if err != nil {
		return nil, r.wrong("url", err)
	}
	x.url = u
	if err := r.query(ctx, q.query, u); err != nil {
		return nil, r.wrong("query", err)
	}
	x.header.Set("Accept", "application/json")
	for name, t := range map[string]*expression.Tree{"headers": c.shared().headers, "request headers": q.headers} {
		if err := r.headers(ctx, t, x.header); err != nil {
			return nil, r.wrong(name, err)
		}
	}
	if err := r.body(ctx, q, x); err != nil {
		return nil, r.wrong("body", err)
	}
	if x.method == http.MethodGet || x.method == http.MethodHead {
		x.follow = 3
	}
	return x, nil
}

func (r *rendering) wrong(what string, err error) error {
	var f *engine.Fault
	if errors.As(err, &f) {
		return err
	}
	return engine.Faultf("bad_request", "connector %s: %s of the request: %v", r.c.ID(), what, err)
}

// address is the whole URL of a request.
func (r *rendering) address(ctx context.Context, q *madeRequest, conn *connections.Connection) (*url.URL, error) {
	if q.url != nil {
		text, err := r.text(ctx, q.url)
		if err != nil {
			return nil, err
		}
		return parseAddress(text)
	}
	base, err := r.c.baseOf(ctx, conn, r.scope)
	if err != nil {
		return nil, err
	}
	var path strings.Builder
	for _, piece := range q.path {
		if piece.Fixed() {
			text, err := r.text(ctx, piece)
			if err != nil {
				return nil, err
			}
			path.WriteString(text)
			continue
		}
		segment, err := r.text(ctx, piece)
		if err != nil {
			return nil, err
		}
		switch segment {
		case "":
			return nil, engine.Faultf("bad_input", "a part of the address is empty")
		case ".", "..":
			return nil, engine.Faultf("bad_input", "a part of the address is %q, which would lead to another address", segment)
		}
		path.WriteString(url.PathEscape(segment))
	}
	return parseAddress(base + path.String())
}

func parseAddress(text string) (*url.URL, error) {
	u, err := readAddress(text)
	if err == nil && u.Host == "" {
		err = engine.Faultf("bad_url", "the address cannot be read")
	}
	return u, err
}

// baseOf is what paths are joined to: of the connection when it names one.
func (c *Connector) baseOf(ctx context.Context, conn *connections.Connection, s *expression.Scope) (string, error) {
	if conn != nil && conn.Fields[simulatedBase] != "" {
		return conn.Fields[simulatedBase], nil
	}
	if conn != nil && conn.Fields[baseField] != "" && c.hasBaseField() {
		return strings.TrimSuffix(conn.Fields[baseField], "/"), nil
	}
	tree := c.shared().base
	if tree == nil {
		return "", nil
	}
	value, err := tree.Render(ctx, s)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(expression.Text(value), "/"), nil
}

func (r *rendering) text(ctx context.Context, t *expression.Tree) (string, error) {
	value, err := t.Render(ctx, r.scope)
	if err != nil {
		return "", err
	}
	switch value.(type) {
	case map[string]any, []any:
		return "", engine.Faultf("bad_input", "a part of the address must be a text or a number")
	}
	if value == nil {
		return "", nil
	}
	return expression.Text(value), nil
}

func (r *rendering) object(ctx context.Context, t *expression.Tree) (map[string]any, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // nothing is an answer
	}
	value, err := t.Render(ctx, r.scope)
	if err != nil {
		return nil, err
	}
	m, _ := value.(map[string]any)
	return m, nil
}

func (r *rendering) query(ctx context.Context, t *expression.Tree, u *url.URL) error {
	m, err := r.object(ctx, t)
	if err != nil {
		return err
	}
	return addQuery(u, m)
}

func (r *rendering) headers(ctx context.Context, t *expression.Tree, header http.Header) error {
	m, err := r.object(ctx, t)
	if err != nil {
		return err
	}
	return addHeaders(header, m)
}

func (r *rendering) body(ctx context.Context, q *madeRequest, x *exchange) error {
	switch {
	case q.json != nil:
		value, err := q.json.Render(ctx, r.scope)
		if err != nil {
			return err
		}
		return setJSON(x, value)
	case q.graphql != nil:
		query, err := r.text(ctx, q.graphql)
		if err != nil {
			return err
		}
		variables, err := r.object(ctx, q.variables)
		if err != nil {
			return err
		}
		body := map[string]any{"query": query}
		if variables != nil {
			body["variables"] = variables
		}
		return setJSON(x, body)
	case q.form != nil:
		value, err := q.form.Render(ctx, r.scope)
		if err != nil {
			return err
		}
		return setForm(x, value, q.file.FormLists)
	case q.multipart != nil:
		parts, err := r.object(ctx, q.multipart)
		if err != nil {
			return err
		}
		return setMultipart(x, parts)
	case q.text != nil:
		value, err := q.text.Render(ctx, r.scope)
		if err != nil {
			return err
		}
		x.body = []byte(expression.Text(value))
		x.header.Set("Content-Type", q.file.Raw.Type)
	}
	return nil
}

func setJSON(x *exchange, value any) error {
	body, err := encodeJSON(value)
	if err != nil {
		return err
	}
	x.body = body
	x.header.Set("Content-Type", "application/json; charset=utf-8")
	return nil
}

// setForm writes an urlencoded body; lists is how they are written.
func setForm(x *exchange, value any, lists string) error {
	m, ok := value.(map[string]any)
	if !ok && value != nil {
		return engine.Faultf("bad_input", "a form must be an object")
	}
	x.header.Set("Content-Type", "application/x-www-form-urlencoded")
	switch lists {
	case "brackets", "repeat":
		m = flatLists(m, map[string]string{"brackets": "[]"}[lists])
		values := url.Values{}
		for name, v := range m {
			list, ok := texts(v)
			if !ok {
				return engine.Faultf("bad_input", "form %s has a value that cannot be sent", name)
			}
			values[name] = append(values[name], list...)
		}
		x.body = []byte(values.Encode())
		return nil
	}
	body, err := encodeForm(m)
	x.body = body
	return err
}

// flatLists gives nested members their names with brackets, and lists the suffix.
func flatLists(m map[string]any, suffix string) map[string]any {
	out := map[string]any{}
	var add func(name string, v any)
	add = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, member := range v {
				add(name+"["+key+"]", member)
			}
		case []any:
			out[name+suffix] = v
		default:
			out[name] = v
		}
	}
	for name, v := range m {
		add(name, v)
	}
	return out
}

// setMultipart writes texts, and files {"file", "name", "type"}, in the order of their names.
func setMultipart(x *exchange, parts map[string]any) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	data, err := encodeJSON(parts)
	if err == nil {
		err = w.SetBoundary("gancho" + digest(data)[:40])
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if err == nil && !lacksFile(parts[name]) {
			err = writeNamed(w, name, parts[name])
		}
	}
	if err == nil {
		err = w.Close()
	}
	x.body = b.Bytes()
	x.header.Set("Content-Type", w.FormDataContentType())
	return err
}

// lacksFile says that a part is a file whose content is left out: then so is the part.
func lacksFile(part any) bool {
	file, ok := part.(map[string]any)
	return ok && file["file"] == nil
}

func writeNamed(w *multipart.Writer, name string, value any) error {
	file, ok := value.(map[string]any)
	if !ok {
		text, ok := form.Scalar(value)
		if !ok {
			return engine.Faultf("bad_input", "part %s must be a text or a file", name)
		}
		return w.WriteField(name, text)
	}
	fileName, kind := expression.Text(file["name"]), "application/octet-stream"
	if text, ok := file["type"].(string); ok && text != "" {
		kind = text
	}
	if strings.ContainsAny(fileName+kind, "\r\n") {
		return engine.Faultf("bad_input", "part %s has a name or type that cannot be sent", name)
	}
	return putPart(w, name, cmp.Or(fileName, "file"), kind, []byte(expression.Text(file["file"])))
}

// setKey puts the idempotency key where the provider looks for it.
func (i *idempotencyFile) setKey(x *exchange, key string) error {
	if i == nil {
		return nil
	}
	if longest := i.Max; len(key) > longest && longest > 0 || len(key) > 255 {
		key = digest([]byte(key))
		if longest > 0 && len(key) > longest {
			key = key[:longest]
		}
	}
	if i.Header != "" {
		x.header.Set(i.Header, key)
		return nil
	}
	var body any
	d := json.NewDecoder(bytes.NewReader(x.body))
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		return engine.Faultf("bad_request", "the idempotency key has no JSON body to go into")
	}
	if !putAt(body, strings.Split(strings.TrimPrefix(i.Body, "/"), "/"), key) {
		return engine.Faultf("bad_request", "the idempotency key has no place %s in the body", i.Body)
	}
	return setJSON(x, body)
}

// putAt sets what a JSON pointer leads to. Objects on the way that are not there are made: what was
// left empty is left out of a body.
func putAt(value any, path []string, to any) bool {
	switch v := value.(type) {
	case map[string]any:
		name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
		if len(path) == 1 {
			v[name] = to
			return true
		}
		if v[name] == nil {
			v[name] = map[string]any{}
		}
		return putAt(v[name], path[1:], to)
	case []any:
		i, err := strconv.Atoi(path[0])
		return err == nil && i >= 0 && i < len(v) && len(path) > 1 && putAt(v[i], path[1:], to)
	}
	return false
}
