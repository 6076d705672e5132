package actions

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// WriteCurl writes fields of http.request as a curl command for a POSIX shell. A connection of
// the kind is a variable in it, to be filled in by hand: no secret is known here.
func WriteCurl(with map[string]any, kind string, connection map[string]string) (string, error) {
	c := &curlWriter{}
	method, _ := with["method"].(string)
	address, _ := with["url"].(string)
	if address == "" {
		return "", engine.Faultf("bad_input", "the request has no url")
	}
	query, err := c.query(with["query"])
	if err != nil {
		return "", err
	}
	secret := ""
	if kind == "http_query" { // outside of the quotes, so that the shell fills it in
		query = append(query, url.QueryEscape(connection["name"])+"=")
		secret = `"$SECRET"`
	}
	body, err := c.body(with)
	if err != nil {
		return "", err
	}
	first := "curl"
	if method = strings.ToUpper(method); method == http.MethodHead {
		first += " --head"
	} else if method != "" && method != map[bool]string{true: http.MethodPost, false: http.MethodGet}[len(body) > 0] {
		first += " -X " + shellWord(method)
	}
	c.lines = append(c.lines, first+" "+shellQuote(join(address, query))+secret)
	c.auth(kind, connection)
	if err := c.headers(with["headers"]); err != nil {
		return "", err
	}
	c.lines = append(c.lines, body...)
	if n, ok := form.Scalar(with["follow"]); ok && n != "" && n != "0" {
		c.lines = append(c.lines, "--location --max-redirs "+shellQuote(n))
	}
	return strings.Join(c.lines, " \\\n  "), nil
}

type curlWriter struct{ lines []string }

func join(address string, query []string) string {
	if len(query) == 0 {
		return address
	}
	return address + map[bool]string{true: "&", false: "?"}[strings.Contains(address, "?")] + strings.Join(query, "&")
}

func (c *curlWriter) query(value any) ([]string, error) {
	m, _ := value.(map[string]any)
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list, ok := m[name].([]any)
		if !ok {
			list = []any{m[name]}
		}
		for _, element := range list {
			text, ok := form.Scalar(element)
			if !ok {
				return nil, engine.Faultf("bad_input", "query %s must be a text, a number or a list of them", name)
			}
			pairs = append(pairs, url.QueryEscape(name)+"="+escapeTemplate(text))
		}
	}
	return pairs, nil
}

// escapeTemplate leaves {{ }} readable; everything else is encoded.
func escapeTemplate(text string) string {
	if strings.Contains(text, "{{") {
		return text
	}
	return url.QueryEscape(text)
}

func (c *curlWriter) auth(kind string, connection map[string]string) {
	switch kind {
	case "http_bearer", "oauth2":
		c.lines = append(c.lines, `-H "Authorization: Bearer $SECRET"`)
	case "http_basic":
		c.lines = append(c.lines, "-u "+shellQuote(connection["username"])+`:"$SECRET"`)
	case "http_header":
		c.lines = append(c.lines, "-H "+shellQuote(connection["name"]+": ")+`"$SECRET"`)
	}
}

func (c *curlWriter) headers(value any) error {
	m, _ := value.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(m)) {
		text, ok := form.Scalar(m[name])
		if !ok {
			return engine.Faultf("bad_input", "header %s must be a text", name)
		}
		if line := name + ": " + text; text != "" {
			c.lines = append(c.lines, "-H "+shellQuote(line))
		} else {
			c.lines = append(c.lines, "-H "+shellQuote(name+";"))
		}
	}
	return nil
}

func (c *curlWriter) body(with map[string]any) ([]string, error) {
	switch {
	case with["json"] != nil:
		data, err := encodeJSON(with["json"])
		if err != nil {
			return nil, err
		}
		lines := []string{"--data-raw " + shellQuote(string(data))}
		if !names(with["headers"], "Content-Type") {
			lines = append([]string{"-H 'Content-Type: application/json'"}, lines...)
		}
		return lines, nil
	case with["form"] != nil:
		m, _ := with["form"].(map[string]any)
		data, err := encodeForm(m)
		if err != nil {
			return nil, err
		}
		return []string{"--data-raw " + shellQuote(string(data))}, nil
	case with["multipart"] != nil:
		return partLines(with["multipart"])
	case with["text"] != nil:
		lines := []string{"--data-raw " + shellQuote(expression.Text(with["text"]))}
		if !names(with["headers"], "Content-Type") {
			lines = append([]string{"-H 'Content-Type: text/plain'"}, lines...)
		}
		return lines, nil
	}
	return nil, nil
}

func names(headers any, name string) bool {
	m, _ := headers.(map[string]any)
	for have := range m {
		if strings.EqualFold(have, name) {
			return true
		}
	}
	return false
}

func partLines(value any) ([]string, error) {
	list, _ := value.([]any)
	var lines []string
	for i, element := range list {
		part, ok := element.(map[string]any)
		if !ok {
			return nil, engine.Faultf("bad_input", "multipart %d must be an object", i)
		}
		text := func(name string) string { s, _ := form.Scalar(part[name]); return s }
		content := text("text")
		if encoded := text("base64"); encoded != "" {
			data, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil {
				return nil, engine.Faultf("bad_input", "multipart %d: base64 cannot be read", i)
			}
			content = string(data)
		}
		more := ""
		if kind := text("content_type"); kind != "" {
			more = ";type=" + kind
		}
		switch file := text("file"); {
		case file != "" && part["text"] == nil:
			lines = append(lines, "-F "+shellQuote(fmt.Sprintf("%s=@%s%s", text("name"), file, more)))
		case file != "":
			lines = append(lines, "-F "+shellQuote(fmt.Sprintf("%s=%s;filename=%s%s", text("name"), formQuote(content), file, more)))
		case more != "":
			lines = append(lines, "-F "+shellQuote(text("name")+"="+formQuote(content)+more))
		default:
			lines = append(lines, "--form-string "+shellQuote(text("name")+"="+content))
		}
	}
	return lines, nil
}

// formQuote keeps curl from reading a file that a content names with @ or <, and from taking what
// follows a semicolon for a word to it.
func formQuote(content string) string {
	if !strings.HasPrefix(content, "@") && !strings.HasPrefix(content, "<") && !strings.HasPrefix(content, `"`) && !strings.Contains(content, ";") {
		return content
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(content) + `"`
}

// shellWord leaves plain letters without quotes.
func shellWord(text string) string {
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return text
	}
	return shellQuote(text)
}

func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
