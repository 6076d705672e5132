package actions

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gancho/engine/connections"
)

// redactor replaces secrets wherever they turn up in what is kept or shown.
type redactor struct {
	replace *strings.Replacer
	secrets []string
}

// leastSecret is the length from which a secret is looked for in texts: what is shorter is
// found everywhere.
const leastSecret = 4

// newRedactor hides these secrets, in every way in which they are usually written.
func newRedactor(secrets ...string) redactor {
	var forms []string
	for _, s := range secrets {
		if len(s) < leastSecret {
			continue
		}
		forms = append(forms, formsOf(s)...)
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

// formsOf gives the ways in which a text is written in URLs, JSON, pages and headers.
func formsOf(s string) []string {
	raw := []byte(s)
	forms := []string{
		s, url.QueryEscape(s), url.PathEscape(s), html.EscapeString(s), hex.EncodeToString(raw),
		base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
	}
	for _, f := range forms[1:3] {
		forms = append(forms, escaped.ReplaceAllStringFunc(f, strings.ToLower))
	}
	for _, quoted := range [][]byte{quoteJSON(s), quoteForPages(s)} {
		inner := strings.TrimSuffix(strings.TrimPrefix(string(quoted), `"`), `"`)
		forms = append(forms, inner, strings.ReplaceAll(inner, "/", `\/`))
	}
	return forms
}

var escaped = regexp.MustCompile(`%[0-9A-F]{2}`)

// quoteForPages is a JSON text in which & and < are escaped, as many write them.
func quoteForPages(s string) []byte {
	data, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	return data
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
func guarding(x *exchange, c *connections.Connection) redactor {
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
