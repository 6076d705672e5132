package triggers

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"gancho/engine/expression"
)

// identifies are the names of members that tell one delivery from another.
var identifies = regexp.MustCompile(`(?i)(id|sid|uri|uuid|delivery|key)$`)

// vary makes the n-th copy of a sample another event: what its key reads, and looks like an
// identifier, gets another value, as does what may come only once.
func (p *Preset) vary(e *PresetEvent, r *Request, n int) {
	if n == 0 || p.use().key == nil {
		return
	}
	for _, path := range p.tells("headers") {
		if before := r.Header.Get(path[0]); before != "" {
			r.Header.Set(path[0], varied(before, n))
		}
	}
	r.Body = varyBody(r.Header.Get("Content-Type"), r.Body, p.identifiers(e), n)
}

// tells are the identifiers that the key reads in one part of a delivery, as paths inside of it.
func (p *Preset) tells(part string) (paths [][]string) {
	for _, path := range p.use().key.Paths() {
		if len(path) > 2 && path[0] == "trigger" && path[1] == part && identifies.MatchString(path[len(path)-1]) {
			paths = append(paths, path[2:])
		}
	}
	return paths
}

// identifiers are the values in a sample's body by which its events are told apart, as texts. They are read in each
// event as the door makes it: splitting a delivery may move them.
func (p *Preset) identifiers(e *PresetEvent) map[string]bool {
	paths, found := p.tells("body"), map[string]bool{}
	for _, v := range p.use().verify {
		for _, x := range v.onlyOnce() {
			paths = append(paths, strings.Split(strings.TrimPrefix(x.arg, "/"), "/"))
		}
	}
	for _, event := range p.sampleEvents(e) {
		for _, path := range paths {
			if text := expression.Text(valueAt(event.Event.Body, path)); text != "" {
				found[text] = true
			}
		}
	}
	return found
}

// onlyOnce are the places in a JSON body whose value may come only once.
func (v *Verifier) onlyOnce() (places []piece) {
	if v.once == nil {
		return nil
	}
	for _, x := range v.once.pieces {
		if x.hole == "json" {
			places = append(places, x)
		}
	}
	return places
}

func valueAt(value any, path []string) any {
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	return value
}

func varied(text string, n int) string { return text + "-" + strconv.Itoa(n) }

// varyBody gives every identifier in a body another value; forms may hold JSON.
func varyBody(contentType string, body []byte, identifiers map[string]bool, n int) []byte {
	if contentType == jsonType {
		return varyJSON(body, identifiers, n)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return body
	}
	for _, values := range form {
		for i, text := range values {
			switch {
			case identifiers[text]:
				values[i] = varied(text, n)
			case strings.HasPrefix(text, "{"):
				values[i] = string(varyJSON([]byte(text), identifiers, n))
			}
		}
	}
	return []byte(form.Encode())
}

// varyJSON leaves what is no JSON as it is.
func varyJSON(body []byte, identifiers map[string]bool, n int) []byte {
	var tree any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&tree) != nil {
		return body
	}
	anew, err := json.Marshal(varyIn(tree, identifiers, n))
	if err != nil {
		return body
	}
	return anew
}

// varyIn changes a tree in place, and gives it, or the leaf that stands for it.
func varyIn(value any, identifiers map[string]bool, n int) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = varyIn(member, identifiers, n)
		}
	case []any:
		for i, element := range v {
			v[i] = varyIn(element, identifiers, n)
		}
	case string:
		if identifiers[v] {
			return varied(v, n)
		}
	case json.Number:
		if whole, err := v.Int64(); err == nil && identifiers[v.String()] {
			return whole + 1000*int64(n) // past the others of the same sample
		}
	}
	return value
}
