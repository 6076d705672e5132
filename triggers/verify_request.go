package triggers

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gancho/engine/expression"
)

// Request is what a verifier sees of a delivery: the bytes as they came, and the URL as the
// sender knows it, which is never taken from Host or forwarding headers.
type Request struct {
	Method string
	URL    string // public, with query
	Header http.Header
	Body   []byte
	At     time.Time

	query, form map[string][]string
	json        *any
}

// place is where a value is: in a header, in the query, in a JSON body, in a form.
type place struct{ where, name string }

// get gives the value of a place. One that is there twice proves nothing and is refused.
func (r *Request) get(p place) (value string, found bool, err *Refused) {
	var values []string
	switch p.where {
	case "header":
		values = r.Header.Values(p.name)
	case "query":
		values = r.queryValues()[p.name]
	case "form":
		values = r.formValues()[p.name]
	case "json":
		value, found = r.pointer(p.name)
		return value, found, nil
	}
	switch len(values) {
	case 0:
		return "", false, nil
	case 1:
		return values[0], true, nil
	}
	return "", false, refused("twice", p.String()+" comes twice", p.String()+" vem duas vezes")
}

func (r *Request) queryValues() map[string][]string {
	if r.query == nil {
		_, raw, _ := strings.Cut(r.URL, "?")
		r.query, _ = url.ParseQuery(raw)
	}
	return r.query
}

func (r *Request) formValues() map[string][]string {
	if r.form == nil {
		r.form, _ = url.ParseQuery(string(r.Body))
	}
	return r.form
}

// pointer reads a member of a JSON body as text; false for none, null, lists and objects.
func (r *Request) pointer(pointer string) (string, bool) {
	if r.json == nil {
		value, err := expression.Decode(r.Body)
		if err != nil {
			value = nil
		}
		r.json = &value
	}
	value := *r.json
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return "", false
			}
			value = v[i]
		default:
			return "", false
		}
	}
	switch value.(type) {
	case string, int, float64, bool:
		return expression.Text(value), true
	}
	return "", false
}

// part is a text with holes.
type part struct {
	pieces   []piece
	optional bool
}

// piece is a text, or a hole.
type piece struct {
	text            string
	hole, arg, then string
}

// holes are the names that a hole may have, and whether it takes an argument.
var holes = map[string]bool{
	"body": false, "ts": false, "method": false, "url": false, "path": false, "form": false, "secret": false,
	"header": true, "query": true, "json": true, "sha256": true, "crc32": true,
}

// parsePart reads a text with holes; false if a hole is not one of ours.
func parsePart(text string) (part, bool) {
	var p part
	for text != "" {
		before, rest, found := strings.Cut(text, "{")
		if before != "" {
			p.pieces = append(p.pieces, piece{text: before})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "}")
		h, ok := parseHole(inside)
		if !closed || !ok {
			return part{}, false
		}
		p.pieces = append(p.pieces, h)
		text = after
	}
	return p, true
}

func parseHole(inside string) (piece, bool) {
	inside, then, _ := strings.Cut(inside, "|")
	name, arg, _ := strings.Cut(inside, ":")
	takes, known := holes[name]
	if !known || (takes && arg == "") || (arg != "" && !takes && name != "form") {
		return piece{}, false
	}
	if (name == "sha256" || name == "crc32") && arg != "body" {
		return piece{}, false
	}
	return piece{hole: name, arg: arg, then: then}, slices.Contains([]string{"", "lower", "upper", "port", "noport"}, then)
}

// fill gives the text; missing names the first hole without a value.
func (p part) fill(r *Request, stamp, secret string) (text []byte, missing string, err *Refused) {
	for _, x := range p.pieces {
		if x.hole == "" {
			text = append(text, x.text...)
			continue
		}
		if x.hole == "body" {
			text = append(text, r.Body...)
			continue
		}
		value, found, err := x.value(r, stamp, secret)
		if err != nil {
			return nil, "", err
		}
		if !found {
			return nil, x.name(), nil
		}
		text = append(text, x.modify(value)...)
	}
	return text, "", nil
}

func (x piece) name() string {
	if x.arg == "" {
		return x.hole
	}
	return x.hole + ":" + x.arg
}

func (x piece) value(r *Request, stamp, secret string) (string, bool, *Refused) {
	switch x.hole {
	case "ts":
		return stamp, stamp != "", nil
	case "method":
		return strings.ToUpper(r.Method), true, nil
	case "url":
		return r.URL, r.URL != "", nil
	case "path":
		return r.path(), true, nil
	case "secret":
		return secret, true, nil
	case "sha256":
		sum := sha256.Sum256(r.Body)
		return hex.EncodeToString(sum[:]), true, nil
	case "crc32":
		return strconv.FormatUint(uint64(crc32.ChecksumIEEE(r.Body)), 10), true, nil
	case "form":
		if x.arg == "" {
			return r.sortedForm(), true, nil
		}
	}
	value, found, err := r.get(place{x.hole, x.arg})
	return value, found && value != "", err
}

func (r *Request) path() string {
	u, err := url.Parse(r.URL)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}

// sortedForm is every name with its first value, sorted by name.
func (r *Request) sortedForm() string {
	values := r.formValues()
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name)
		b.WriteString(values[name][0])
	}
	return b.String()
}

func (x piece) modify(value string) string {
	switch x.then {
	case "lower":
		return strings.ToLower(value)
	case "upper":
		return strings.ToUpper(value)
	case "port", "noport":
		return setPort(value, x.then == "port")
	}
	return value
}

// setPort writes the default port into a URL, or leaves any port out.
func setPort(raw string, with bool) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return raw
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, after := rest[:end], rest[end:]
	colon := strings.LastIndexByte(host, ':')
	ported := colon > strings.LastIndexByte(host, ']')
	switch {
	case with && !ported && scheme == "https":
		host += ":443"
	case with && !ported && scheme == "http":
		host += ":80"
	case !with && ported && colon >= 0:
		host = host[:colon]
	}
	return scheme + "://" + host + after
}
