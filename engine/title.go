package engine

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// What tells one event from another for people, in the order in which it is looked for.
var (
	numberNames = []string{"order_number", "number", "numero", "pedido", "order_id", "external_reference", "reference", "referencia", "code", "codigo", "id", "uuid"}
	personNames = []string{"name", "nome", "full_name", "email", "customer_email", "e-mail", "title", "subject", "assunto", "phone", "telefone"}
	amountNames = []string{"total", "valor_total", "total_price", "valor", "amount"}
	whoseNames  = []string{"customer", "cliente", "client", "buyer", "comprador", "payer", "pagador", "contact", "contato", "billing"} // objects that say who it is
)

const (
	longestTitle = 80
	titleWithin  = 1 << 10 // bytes that are looked at: what tells an order apart is mostly told first
)

// PlainTitle names an event by what is at the top of its JSON body, and by who its customer is,
// for lists; "" when nothing tells it apart. It looks at the bytes alone: the door has no time to decode them.
func PlainTitle(body []byte) string {
	var n naming
	topMembers(body[:min(len(body), titleWithin)], func(name string, value []byte) { n.take(name, value, plainScalar) })
	return n.title()
}

// FormTitle is the same of a body that is a form.
func FormTitle(body []byte) string {
	var n naming
	fields := bytes.Split(body[:min(len(body), titleWithin)], []byte("&"))
	if len(body) > titleWithin {
		fields = fields[:len(fields)-1] // it may go on
	}
	for _, field := range fields {
		name, value, _ := bytes.Cut(field, []byte("="))
		n.take(string(name), value, func(value []byte) string {
			text, err := url.QueryUnescape(string(value))
			if err != nil || !utf8.ValidString(text) {
				return ""
			}
			return strings.TrimSpace(text)
		})
	}
	return n.title()
}

// naming is the best of what was found to name an event by.
type naming [3]struct {
	rank int
	text string
}

func (n *naming) take(name string, value []byte, read func([]byte) string) {
	name = strings.ToLower(name)
	kinds := [...][]string{numberNames, personNames, amountNames}
	if whose, own, nested := strings.Cut(name, "."); nested && slices.Contains(whoseNames, whose) {
		name, kinds = own, [...][]string{nil, personNames, nil}
	}
	for i, names := range kinds {
		rank := len(names) - slices.Index(names, name)
		if rank > len(names) || rank <= n[i].rank {
			continue
		}
		if text := read(value); text != "" {
			n[i].rank, n[i].text = rank, cut(text, longestTitle)
		}
	}
}

func (n *naming) title() string {
	var parts []string
	for _, b := range n {
		if b.text != "" {
			parts = append(parts, b.text)
		}
	}
	return strings.Join(parts, " · ")
}

// topMembers calls f with each member of an object that holds a text or a number, and with those
// of the objects in it that say who it is, as customer.name.
func topMembers(body []byte, f func(name string, value []byte)) {
	i := skipSpace(body, 0)
	if i >= len(body) || body[i] != '{' {
		return
	}
	depth, whose, name := 0, "", ""
	for ; i < len(body); i++ {
		looked := depth == 1 || depth == 2 && whose != ""
		switch c := body[i]; {
		case c == '{' || c == '[':
			if depth++; depth == 2 && c == '{' && slices.Contains(whoseNames, strings.ToLower(name)) {
				whose = name + "."
			}
			name = ""
		case c == '}' || c == ']':
			if depth--; depth == 1 {
				whose = ""
			}
			name = ""
		case c == ',':
			name = ""
		case c == '"':
			end := textEnd(body, i)
			if looked && name == "" {
				name = plainScalar(body[i:end])
			} else if looked {
				f(whose+name, body[i:end])
			}
			i = end - 1
		case looked && name != "" && (c == '-' || c >= '0' && c <= '9'):
			end := i
			for end < len(body) && strings.IndexByte("+-.eE0123456789", body[end]) >= 0 {
				end++
			}
			if end < len(body) { // else it may go on
				f(whose+name, body[i:end])
			}
			i = end - 1
		}
	}
}

func skipSpace(body []byte, i int) int {
	for i < len(body) && (body[i] == ' ' || body[i] == '\n' || body[i] == '\t' || body[i] == '\r') {
		i++
	}
	return i
}

// textEnd is where the text ends that begins at i.
func textEnd(body []byte, i int) int {
	for at := i + 1; ; {
		next := bytes.IndexByte(body[min(at, len(body)):], '"')
		if next < 0 {
			return len(body)
		}
		at += next + 1
		escapes := 0
		for at-2-escapes > i && body[at-2-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
	}
}

// plainScalar is a text or number of JSON as people read it; "" for what is broken.
func plainScalar(value []byte) string {
	if len(value) == 0 || value[0] != '"' {
		return string(value)
	}
	if text, plain := withoutEscapes(value); plain {
		return strings.TrimSpace(text)
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// withoutEscapes is a text of JSON in which nothing stands for something else, as most are.
func withoutEscapes(value []byte) (text string, plain bool) {
	if len(value) < 2 || value[len(value)-1] != '"' {
		return "", false
	}
	for _, c := range value[1 : len(value)-1] {
		if c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			return "", false
		}
	}
	return string(value[1 : len(value)-1]), true
}
