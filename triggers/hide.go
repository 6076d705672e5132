package triggers

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"gancho/engine/expression"
)

const hidden = "***"

// hide takes a token that came inside the body out of what is kept, wherever it stands.
func (x *delivery) hide(r *Request) {
	for _, v := range x.door.auth {
		if v.kind != "token" {
			continue
		}
		switch v.from.where {
		case "form":
			x.in.Body = hideForm(x.in.Body, v.from.name)
		case "json":
			if value, found, _ := r.get(v.from); found && value != "" {
				x.in.Body = hideJSON(x.in.Body, v.from.name, value)
			}
		}
	}
}

func hideForm(body []byte, name string) []byte {
	pairs := strings.Split(string(body), "&")
	for i, pair := range pairs {
		key, _, found := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(key); err == nil && plain == name && found {
			pairs[i] = key + "=" + hidden
		}
	}
	return []byte(strings.Join(pairs, "&"))
}

// hideJSON replaces the value as it is usually written. One that was written otherwise is
// replaced at its place, and the body written anew.
func hideJSON(body []byte, pointer, value string) []byte {
	quoted, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	masked := []byte(`"` + hidden + `"`)
	if bytes.Contains(body, quoted) {
		body = bytes.ReplaceAll(body, quoted, masked)
	}
	tree, err := expression.Decode(body)
	if err != nil || !hideAt(tree, strings.Split(strings.TrimPrefix(pointer, "/"), "/")) {
		return body
	}
	anew, err := json.Marshal(tree)
	if err != nil {
		return nil
	}
	return anew
}

// hideAt replaces what is at a path; false when nothing, or a hidden value, is there.
func hideAt(value any, path []string) bool {
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch v := value.(type) {
	case map[string]any:
		if len(path) > 1 {
			return hideAt(v[name], path[1:])
		}
		before, ok := v[name]
		if ok && before != hidden {
			v[name] = hidden
			return true
		}
	case []any:
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(v) {
			return false
		}
		if len(path) > 1 {
			return hideAt(v[i], path[1:])
		}
		if v[i] != hidden {
			v[i] = hidden
			return true
		}
	}
	return false
}
