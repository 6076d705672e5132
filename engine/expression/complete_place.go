package expression

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/shape"
)

// openQuote is where the text begins that a source ends in; -1 where it ends in none.
func openQuote(source string) int {
	for i, c := range outside(source) {
		if isQuote(c) && quoted(source[i:]) < 0 {
			return i
		}
	}
	return -1
}

// inQuotes completes a name in brackets, as in trigger.body["e-ma; there is nothing else to
// complete inside of a text.
func (k *Known) inQuotes(before, after string, at int) Completions {
	typed := before[at+1:]
	found := Completions{From: runes(before[:at+1]), To: runes(before)}
	base, ok := strings.CutSuffix(strings.TrimSpace(before[:at]), "[")
	if !ok {
		return found
	}
	lets, _ := cutLets(base)
	base = base[nameStart(base):]
	s := k.shapeOf(lets + base)
	if s.Unknown() {
		return found
	}
	end := before[at:at+1] + "]"
	if strings.HasPrefix(after, before[at:at+1]) {
		end = ""
	}
	c := &completer{known: k}
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		if written, ok := inText(name, before[at]); ok && begins(name, typed) {
			x := c.field(s.Fields[name], name, base+shape.Member(name), counted(s))
			x.Insert = written + end
			c.list = append(c.list, x)
		}
	}
	c.sort()
	found.Items = c.list[:min(len(c.list), maxCompletions)]
	return found
}

// inText is a name as it is written between quotation marks; false where it cannot be.
func inText(name string, quote byte) (string, bool) {
	if quote == '`' {
		return name, !strings.Contains(name, "`")
	}
	written := strconv.Quote(name)
	written = written[1 : len(written)-1]
	if quote == '\'' {
		written = strings.NewReplacer(`\\`, `\\`, `\"`, `"`, `'`, `\'`).Replace(written)
	}
	return written, true
}

// cutLets cuts off what binds names at the beginning: let x = 1; let y = 2;
func cutLets(before string) (lets, rest string) {
	for {
		if !strings.HasPrefix(strings.TrimSpace(before[len(lets):]), "let ") {
			return lets, before[len(lets):]
		}
		end := atDepth(before[len(lets):], ';')
		if end < 0 {
			return lets, before[len(lets):]
		}
		lets = before[:len(lets)+end+1]
	}
}

// atDepth is where a byte first stands outside of brackets and texts; -1 where it does not.
func atDepth(source string, want byte) int {
	depth := 0
	for i, c := range outside(source) {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		default:
			if c == want && depth == 0 {
				return i
			}
		}
	}
	return -1
}

var letName = regexp.MustCompile(`let\s+([A-Za-z_][A-Za-z0-9_]*)\s*=`)

// bound adds the names that let binds.
func (c *completer) bound() {
	for _, found := range letName.FindAllStringSubmatch(c.lets, -1) {
		if begins(found[1], c.typed) {
			c.list = append(c.list, Completion{Label: found[1], Insert: found[1], Kind: "root", Type: c.known.shapeOf(c.lets + found[1]).Type(), near: 3001})
		}
	}
}

// element adds the fields of the element that a loop is at, as .sku.
func (c *completer) element() {
	s := c.known.turnItem(c.lets + c.before)
	if s.Unknown() {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		if shape.IsName(name) && begins(name, c.typed) {
			x := c.field(s.Fields[name], name, "."+name, counted(s))
			x.near = 3000
			c.list = append(c.list, x)
		}
	}
}

// lastName is the name that a source ends in.
func lastName(source string) string {
	source = strings.TrimSpace(source)
	i := len(source)
	for i > 0 && isNameByte(source[i-1]) {
		i--
	}
	return source[i:]
}

// elementOf is what a loop goes over, whose arguments begin at a place: the first, or what is
// piped into it.
func (k *Known) elementOf(before string, from int) *shape.Shape {
	lets, rest := cutLets(before[:from])
	head := strings.TrimSuffix(strings.TrimSpace(rest[:len(rest)-1]), lastName(rest[:len(rest)-1]))
	list := ""
	if comma := atDepth(before[from:], ','); comma >= 0 {
		list = before[from : from+comma]
	}
	if piped, is := strings.CutSuffix(strings.TrimSpace(head), "|"); is {
		piped = strings.TrimSpace(piped)
		list = piped[nameStart(piped):]
	}
	if list == "" {
		return nil
	}
	if s := k.shapeOf(lets + list); !s.Unknown() {
		return s.Items
	}
	return nil
}

// endsValue says that a value is whole and a space follows it.
func endsValue(before string) bool {
	value := strings.TrimRight(before, " \t\r\n")
	if value == before || value == "" {
		return false
	}
	name := lastName(value)
	if slices.Contains(joiners, name) || name == "let" || name == "if" || name == "else" {
		return false
	}
	return name != "" || strings.HasSuffix(value, ")") || strings.HasSuffix(value, "]") || strings.ContainsRune("\"'`#", rune(value[len(value)-1]))
}

// operators that may follow a value.
var followers = []string{"==", "!=", ">", ">=", "<", "<=", "and", "or", "in", "not in", "contains", "startsWith", "endsWith", "matches", "??", "+", "-", "*", "/", "%", "|", "?"}

func (c *completer) operators() {
	if linkAtEnd.MatchString(c.before) { // nobody reckons with a link
		return
	}
	for _, word := range followers {
		c.list = append(c.list, Completion{Label: word, Insert: word + " ", Kind: "keyword", Type: "any"})
	}
}

var linkAtEnd = regexp.MustCompile(`^\s*run\.wait_url\("\w*"\)\s*$`)

// links adds the links of waits, which are sought by any word of their names.
func (c *completer) links() {
	want := slug(c.typed)
	for _, l := range c.known.Links {
		found := c.typed == "" || begins(l.Source, c.typed)
		for _, title := range []string{l.Title.EN, l.Title.PT} {
			found = found || want != "" && strings.Contains("-"+slug(title), "-"+want)
		}
		if found {
			c.list = append(c.list, Completion{Label: l.Source, Insert: l.Source, Kind: "field", Type: "text", Title: l.Title, near: 2500})
		}
	}
}

// wantedAt is the kind of value that belongs at the end of a source: what the function takes
// there; "" where that is not known.
func wantedAt(before string) string {
	for i := len(before) - 1; i >= 0; i-- {
		switch before[i] {
		case ')', ']', '}':
			open := opening(before[:i+1])
			if open < 0 {
				return ""
			}
			i = open
		case '(':
			f, ok := functions[lastName(before[:i])]
			if !ok || len(f.params) == 0 {
				return ""
			}
			arguments, place := before[i+1:], 0
			for comma := atDepth(arguments, ','); comma >= 0; comma = atDepth(arguments, ',') {
				arguments, place = arguments[comma+1:], place+1
			}
			if strings.TrimSpace(arguments) != "" { // in the middle of one
				return ""
			}
			return f.params[min(place, len(f.params)-1)].kind
		}
	}
	return ""
}

// gives says whether a function yields what a parameter of a kind takes.
func (f *Function) gives(kind string) bool {
	switch kind {
	case "text", "date":
		return f.Returns == "text"
	case "number", "amount":
		return f.Returns == "number" || f.Returns == "integer"
	case "condition":
		return f.Returns == "boolean"
	case "integer", "list", "object":
		return f.Returns == kind
	}
	return true
}
