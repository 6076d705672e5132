// Package title names events for lists.
package title

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"gancho/engine/form"
)

// What tells one event from another for people, in the order in which it is looked for.
var (
	numberNames = []string{"order_number", "number", "numero", "pedido", "order_id", "external_reference", "reference", "referencia", "code", "codigo", "id", "uuid"}
	personNames = []string{"name", "nome", "full_name", "email", "customer_email", "e-mail", "title", "subject", "assunto", "phone", "telefone"}
	amountNames = []string{"total", "valor_total", "total_price", "valor", "amount"}
	whoseNames  = []string{"customer", "cliente", "client", "buyer", "comprador", "payer", "pagador", "contact", "contato", "billing"} // objects that say who it is, or their name
)

// word says which part of a title a member is, and how much better it is than others.
type word struct{ part, rank int }

// The parts of a title.
const (
	number = iota
	person
	amount
	parts
)

var words = func() map[string]word {
	all := map[string]word{}
	for part, names := range [parts][]string{numberNames, slices.Concat(personNames, whoseNames), amountNames} {
		for i, name := range names {
			all[name] = word{part, len(names) - i}
		}
	}
	return all
}()

const (
	longest = 80      // letters of a part
	within  = 1 << 10 // bytes that are looked at: what tells an order apart is mostly told first
)

// Plain names an event by what is at the top of its JSON body, and by who its customer is,
// for lists; "" when nothing tells it apart. Amounts are written as the language does, "en" or "pt-BR".
// It looks at the bytes alone: the door has no time to decode them.
func Plain(body []byte, lang string) string {
	n := naming{comma: lang == "pt-BR"}
	topMembers(body[:min(len(body), within)], func(whose bool, name, value []byte) { n.take(whose, name, value, plainScalar) })
	return n.title()
}

// Form is the same of a body that is a form.
func Form(body []byte, lang string) string {
	n := naming{comma: lang == "pt-BR"}
	fields := bytes.Split(body[:min(len(body), within)], []byte("&"))
	if len(body) > within {
		fields = fields[:len(fields)-1] // it may go on
	}
	for _, field := range fields {
		name, value, _ := bytes.Cut(field, []byte("="))
		n.take(false, name, value, func(value []byte) string {
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
type naming struct {
	comma bool // amounts have one
	found [parts]struct {
		rank int
		text string
	}
	counts string // what the amount is called
}

// take looks at a member, and reads it where it is better than what was found. whose says that it
// is in an object that says who somebody is.
func (n *naming) take(whose bool, name, value []byte, read func([]byte) string) {
	if first, own, nested := bytes.Cut(name, []byte(".")); nested && !whose && saysWho(first) {
		whose, name = true, own
	}
	var room [longestName]byte
	is, known := words[string(lower(name, &room))]
	if !known || whose && is.part != person || is.rank <= n.found[is.part].rank {
		return
	}
	text := read(value)
	if text == "" || saysWho(name) && !isWho(text) { // it is an id, or a kind
		return
	}
	if is.part == amount {
		n.counts = strings.ReplaceAll(string(name), "_", " ")
	}
	if is.part == amount && n.comma {
		text = withComma(text)
	}
	n.found[is.part].rank, n.found[is.part].text = is.rank, form.Cut(text, longest)
}

// withComma writes an amount with a decimal comma; a text that is none stays as it is.
func withComma(text string) string {
	whole, cents, found := strings.Cut(text, ".")
	if found && len(cents) < 3 && onlyDigits(strings.TrimPrefix(whole, "-")) && onlyDigits(cents) {
		return whole + "," + cents
	}
	return text
}

func onlyDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// isWho says that a text is somebody's whole name, or an address.
func isWho(text string) bool {
	return strings.Contains(text, "@") || strings.Contains(text, " ") && !strings.ContainsAny(text, "0123456789_/")
}

func saysWho(name []byte) bool {
	var room [longestName]byte
	return slices.Contains(whoseNames, string(lower(name, &room)))
}

// longestName is more than any name has that is looked for.
const longestName = 24

// lower is a name as the lists have it; empty where it is too long for them.
func lower(name []byte, room *[longestName]byte) []byte {
	if len(name) > len(room) {
		return nil
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		room[i] = c
	}
	return room[:len(name)]
}

func (n *naming) title() string {
	found := make([]string, 0, parts)
	for _, b := range n.found {
		if b.text != "" {
			found = append(found, b.text)
		}
	}
	if len(found) == 1 && n.found[amount].text != "" {
		return n.counts + " " + found[0] // a number alone says nothing
	}
	return strings.Join(found, " · ")
}

// topMembers calls f with each member of an object that holds a text or a number, and with those
// of the objects in it that say who it is.
func topMembers(body []byte, f func(whose bool, name, value []byte)) {
	i := skipSpace(body, 0)
	if i >= len(body) || body[i] != '{' {
		return
	}
	var name []byte
	depth, whose := 0, false
	for ; i < len(body); i++ {
		looked := depth == 1 || depth == 2 && whose
		switch c := body[i]; {
		case c == '{' || c == '[':
			if depth++; depth == 2 && c == '{' {
				whose = saysWho(name)
			}
			name = nil
		case c == '}' || c == ']':
			if depth--; depth == 1 {
				whose = false
			}
			name = nil
		case c == ',':
			name = nil
		case c == '"':
			end := textEnd(body, i)
			if looked && name == nil {
				name = plainName(body[i:end])
			} else if looked {
				f(whose, name, body[i:end])
			}
			i = end - 1
		case looked && name != nil && (c == '-' || c >= '0' && c <= '9'):
			end := i
			for end < len(body) && strings.IndexByte("+-.eE0123456789", body[end]) >= 0 {
				end++
			}
			if end < len(body) { // else it may go on
				f(whose, name, body[i:end])
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

// plainName is the name of a member, as it stands there where nothing in it is escaped.
func plainName(text []byte) []byte {
	if len(text) < 2 || bytes.IndexByte(text, '\\') >= 0 {
		return []byte(plainScalar(text))
	}
	return bytes.TrimSpace(text[1 : len(text)-1])
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
