package actions

import (
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"

	"gancho/engine"
)

// redactor replaces secrets wherever they turn up in what is kept or shown.
type redactor struct {
	replace *strings.Replacer
	secrets []string
}

// leastSecret is the length from which a secret is looked for in texts: what is shorter is
// found everywhere.
const leastSecret = 4

// newRedactor hides these secrets, and the ways in which they are written in URLs, JSON and
// Basic authorisation.
func newRedactor(secrets ...string) redactor {
	var forms []string
	for _, s := range secrets {
		if len(s) < leastSecret {
			continue
		}
		forms = append(forms, s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s)), strings.Trim(string(quoteJSON(s)), `"`))
	}
	if len(forms) == 0 {
		return redactor{}
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, f := range slices.Compact(forms) {
		pairs = append(pairs, f, mask)
	}
	return redactor{strings.NewReplacer(pairs...), secrets}
}

// and hides the values of some headers of a request as well.
func (r redactor) and(x *exchange) redactor {
	more := slices.Clone(r.secrets)
	for _, name := range x.secrets {
		value := x.header.Get(name)
		more = append(more, value)
		if _, credential, ok := strings.Cut(value, " "); ok {
			more = append(more, credential)
		}
	}
	return newRedactor(more...)
}

// guarding hides what a connection put into a request, should the answer repeat it.
func guarding(x *exchange, c *engine.Connection) redactor {
	if c == nil {
		return redactor{}
	}
	return newRedactor(c.Secrets()...).and(x)
}

func quoteJSON(s string) []byte {
	data, err := encodeJSON(s)
	if err != nil {
		return nil
	}
	return data
}

func (r redactor) text(s string) string {
	if r.replace == nil {
		return s
	}
	return r.replace.Replace(s)
}

// value hides secrets in all texts of a JSON value, names of members too.
func (r redactor) value(v any) any {
	if r.replace == nil {
		return v
	}
	switch v := v.(type) {
	case string:
		return r.text(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = r.value(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out[r.text(name)] = r.value(v[name])
		}
		return out
	}
	return v
}
