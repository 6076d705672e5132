package actions

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/connections"
)

func firsts(header http.Header) map[string]any {
	out := make(map[string]any, len(header))
	for name, values := range header {
		if len(values) > 0 && name != "Set-Cookie" {
			out[strings.ToLower(name)] = values[0]
		}
	}
	return out
}

// excerpt of an answer, for the history.
func excerpt(r *reply) map[string]any {
	body, _ := readBody("auto", r)
	if text, ok := body.(string); ok && len(text) > 4096 {
		body = strings.ToValidUTF8(text[:4096], "") + "…"
	} else if len(r.body) > 64<<10 {
		body = strings.ToValidUTF8(string(r.body[:4096]), "") + "…"
	}
	headers := firsts(r.header)
	for name := range headers {
		if engine.SecretHeader(name) {
			headers[name] = mask
		}
	}
	return map[string]any{"status": r.status, "headers": headers, "body": body}
}

const mask = engine.Hidden

// show is a request as the history keeps it: without credentials.
func show(x *exchange, c *connections.Connection) map[string]any {
	headers := map[string]any{}
	for name, values := range x.header {
		headers[strings.ToLower(name)] = values[0]
		if engine.SecretHeader(name) || slices.Contains(x.secrets, name) {
			headers[strings.ToLower(name)] = mask
		}
	}
	shown := map[string]any{"method": x.method, "url": x.shownURL(c), "headers": headers}
	if x.body != nil {
		shown["body"] = shownBody(x.header.Get("Content-Type"), x.body)
	}
	return shown
}

// shownURL hides passwords, and the parameters that a connection set.
func (x *exchange) shownURL(c *connections.Connection) string {
	shown := *x.url
	if x.secretURL {
		return shown.Scheme + "://" + shown.Host + "/" + mask
	}
	if shown.User != nil {
		shown.User = url.User(mask)
	}
	hide := x.hidden
	if c != nil && c.Kind == "http_query" {
		hide = append(slices.Clone(hide), c.Fields["name"])
	}
	if len(hide) > 0 {
		query := shown.Query()
		for _, name := range hide {
			query.Set(name, mask)
		}
		shown.RawQuery = query.Encode()
	}
	return strings.ReplaceAll(shown.String(), url.QueryEscape(mask), mask)
}

func shownBody(contentType string, body []byte) any {
	if len(body) > 64<<10 {
		return fmt.Sprintf("(%d bytes)", len(body))
	}
	value, err := decodeAs(contentType, body)
	if err != nil {
		return base64.StdEncoding.EncodeToString(body)
	}
	return value
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return "the server"
}
