package triggers

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// identifies are the names of members that tell one delivery from another.
var identifies = regexp.MustCompile(`(?i)(id|sid|uri|uuid|delivery|key)$`)

// vary makes the n-th copy of a sample another event: what its key reads, and looks like an
// identifier, gets another value.
func (p *Preset) vary(r *Request, n int) {
	if n == 0 || p.use().key == nil {
		return
	}
	for _, path := range p.use().key.Paths() {
		if len(path) < 3 || path[0] != "trigger" || !identifies.MatchString(path[len(path)-1]) {
			continue
		}
		switch path[1] {
		case "headers":
			if before := r.Header.Get(path[2]); before != "" {
				r.Header.Set(path[2], varied(before, n))
			}
		case "body":
			r.Body = varyBody(r.Header.Get("Content-Type"), r.Body, path[2:], n)
		}
	}
	for _, v := range p.use().verify {
		if v.once == nil {
			continue
		}
		for _, x := range v.once.pieces {
			if x.hole == "json" {
				r.Body = varyBody(jsonType, r.Body, strings.Split(strings.TrimPrefix(x.arg, "/"), "/"), n)
			}
		}
	}
}

func varied(text string, n int) string { return text + "-" + strconv.Itoa(n) }

func varyBody(contentType string, body []byte, path []string, n int) []byte {
	if contentType != jsonType {
		values, err := url.ParseQuery(string(body))
		name := path[0]
		for _, inner := range path[1:] {
			name += "[" + inner + "]"
		}
		if err != nil || !values.Has(name) {
			return body
		}
		values.Set(name, varied(values.Get(name), n))
		return []byte(values.Encode())
	}
	var tree any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&tree) != nil {
		return body
	}
	list, isList := tree.([]any)
	if !isList {
		list = []any{tree}
	}
	for _, element := range list {
		varyAt(element, path, n)
	}
	anew, err := json.Marshal(tree)
	if err != nil {
		return body
	}
	return anew
}

func varyAt(value any, path []string, n int) {
	m, ok := value.(map[string]any)
	for ; ok && len(path) > 1; path = path[1:] {
		m, ok = m[path[0]].(map[string]any)
	}
	if !ok {
		return
	}
	switch before := m[path[0]].(type) {
	case string:
		m[path[0]] = varied(before, n)
	case json.Number:
		if whole, err := before.Int64(); err == nil {
			m[path[0]] = whole + 1000*int64(n) // past the others of the same sample
		}
	}
}
