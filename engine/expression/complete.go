package expression

import (
	"maps"
	"slices"
	"strings"

	"gancho/engine/form"
	"gancho/engine/shape"
)

// Completion is one thing that may be written at a place.
type Completion struct {
	Label   string
	Insert  string // what takes the place of the name before the cursor
	Kind    string // field, function, root, keyword
	Type    string
	Title   form.Words // what people call a field
	Detail  string     // a function's signature
	Doc     form.Words
	Example string // a frequent value, as it may be shown
	Seen    int    // in how many of how many a field was there; 0 of 0 where nothing was counted
	Of      int
	near    int // how near it is to what is typed
}

// Completions are the things that may be written in the place of a range, in runes.
type Completions struct {
	From, To int
	Items    []Completion
}

const maxCompletions = 200

// Complete says what may be written in an expression at a cursor, in runes: fields, those first
// that are named as is typed and lie least deep, and of those the most frequent; then functions
// and words of the language; after a whole value, operators. A field may be typed as people
// call it, such as First name.
func Complete(source string, cursor int, k *Known) Completions {
	none := Completions{From: cursor, To: cursor}
	if len(source) > MaxSource {
		return none
	}
	before, after := cutAt(source, cursor)
	if at := openQuote(before); at >= 0 {
		return k.inQuotes(before, after, at)
	}
	if called := k.called(before); len(called) > 0 {
		return Completions{From: runes(before) - runes(strings.TrimLeft(before, " ")), To: runes(before), Items: called}
	}
	start := len(before)
	if c := strings.TrimRight(before, " \t\r\n"); c == before && !strings.HasSuffix(c, ")") && !strings.HasSuffix(c, "]") { // else a name begins here
		start = nameStart(before)
	}
	c := &completer{known: k, before: before[:start], typed: strings.ReplaceAll(before[start:], "?", "")}
	c.lets, c.before = cutLets(c.before)
	c.collect()
	end := 0
	for end < len(after) && isNameByte(after[end]) {
		end++
	}
	return Completions{From: runes(before[:start]), To: runes(before) + end, Items: c.list[:min(len(c.list), maxCompletions)]}
}

// CompleteTemplate is Complete inside a hole of a template; there is nothing elsewhere.
func CompleteTemplate(source string, cursor int, k *Known) Completions {
	before, after := cutAt(source, cursor)
	for begin := 0; ; {
		open := strings.Index(source[begin:], "{{")
		if open < 0 || begin+open+2 > len(before) {
			return Completions{From: cursor, To: cursor}
		}
		begin += open + 2
		length, err := scan(source[begin:])
		if err == nil && begin+length < len(before) {
			begin += length + 2
			continue
		}
		if err != nil { // a hole that is being written
			length, _, _ := strings.Cut(after, "}}")
			after = length
		} else {
			after = source[len(before) : begin+length]
		}
		by := runes(source[:begin])
		found := Complete(before[begin:]+after, runes(before)-by, k)
		found.From, found.To = found.From+by, found.To+by
		return found
	}
}

// cutAt cuts a text at a rune.
func cutAt(text string, at int) (before, after string) {
	for i := range text {
		if at == 0 {
			return text[:i], text[i:]
		}
		at--
	}
	return text, ""
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// nameStart is where the chain of names and calls at the end begins, in bytes.
func nameStart(before string) int {
	i := len(before)
	for i > 0 {
		c := before[i-1]
		if isNameByte(c) || c == '.' || c == '#' || c == '?' {
			i--
			continue
		}
		open := -1
		if c == ']' || c == ')' {
			open = opening(before[:i])
		}
		if open < 0 {
			break
		}
		i = open
	}
	return i
}

// opening is where the bracket that ends a text begins; -1 when it does not.
func opening(text string) int {
	depth := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

type completer struct {
	known         *Known
	lets          string // what is bound before, as let x = 1;
	before, typed string
	wanted        []string // the words of what is typed that say something
	list          []Completion
}

func (c *completer) collect() {
	piped, isPiped := c.piped()
	if isPiped {
		c.functions(piped)
		return
	}
	if c.typed == "" && endsValue(c.before) {
		c.operators()
		return
	}
	if name, ok := strings.CutPrefix(strings.TrimPrefix(c.typed, "#"), "."); ok { // .sku or #.sku
		prefix := strings.TrimSuffix(c.typed, name)
		c.fields(c.known.turnItem(c.lets+c.before), strings.TrimSuffix(prefix, "."), name)
		c.sort()
		return
	}
	if dot := strings.LastIndexByte(c.typed, '.'); dot >= 0 {
		base := c.typed[:dot]
		if base == "run" {
			c.links()
		}
		c.fields(c.known.shapeOf(c.lets+base), base, c.typed[dot+1:])
		c.sort()
		return
	}
	c.element()
	c.bound()
	c.links()
	for _, root := range FlowRoots {
		if s, known := c.known.Roots[root]; known {
			if begins(root, c.typed) {
				c.list = append(c.list, Completion{Label: root, Insert: root, Kind: "root", Type: s.Type(), near: 3000})
			}
			c.fields(s, root, c.typed)
		}
	}
	c.sort()
	c.list = c.list[:min(len(c.list), maxCompletions-len(functions))]
	c.functions("")
	c.words()
}

// sort puts what is meant most first.
func (c *completer) sort() {
	slices.SortStableFunc(c.list, func(a, b Completion) int { return b.rank() - a.rank() })
}

// rank puts what is near to what is typed first, then roots, then fields by presence, in per
// cent.
func (c *Completion) rank() int { return c.near + c.presence() }

func (c *Completion) presence() int {
	switch {
	case strings.HasPrefix(c.Label, "."): // of the element that a loop is at
		return 102
	case c.Kind == "root":
		return 101
	case c.Of == 0:
		return 50
	}
	return c.Seen * 100 / c.Of
}

// fields adds what lies inside a value, nearest first; below it only what is named like that.
func (c *completer) fields(s *shape.Shape, prefix, typed string) {
	c.wanted = telling(typed)
	c.inside(s, prefix, counted(s), typed, nil)
}

// inside adds what lies inside a value; within are the names of what holds it, from the outermost on.
func (c *completer) inside(s *shape.Shape, prefix string, of int, typed string, within []string) {
	depth := len(within)
	if s == nil || depth > 6 || len(c.list) > 10*maxCompletions {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		f := s.Fields[name]
		path := prefix + shape.Member(name)
		if near := c.nearness(name, path, typed, within); near > 0 || typed == "" {
			x := c.field(f, name, path, of)
			x.near = near
			c.list = append(c.list, x)
		}
		if f != nil {
			inner := of
			if f.Own {
				inner = counted(f)
			}
			c.inside(f, path, inner, typed, append(within[:depth:depth], name))
		}
	}
}

// nearness says how near a field is to what is typed; 0 is not at all. What lies deeper is less
// near, and what is found by the words of all that holds it, the least.
func (c *completer) nearness(name, path, typed string, within []string) int {
	if typed == "" {
		return 0
	}
	near := 0
	if begins(name, typed) {
		near = 1
	}
	title, want := c.known.label(path, name), slug(typed)
	for _, called := range []string{name, title.EN, title.PT, title.PT + holderOf(within)} {
		switch called := slug(called); {
		case want == "" || called == "":
		case called == want:
			near = max(near, 3)
		case strings.HasPrefix(called, want):
			near = max(near, 2)
		case strings.Contains(called, "-"+want) && len(want) > 2:
			near = max(near, 1)
		}
	}
	if _, also := usualTitle(name); near == 0 && len(want) > 2 && slices.ContainsFunc(also, func(word string) bool { return strings.HasPrefix(slug(word), want) }) {
		near = 1
	}
	if near *= 1000; near == 0 {
		near = c.told(name, title, within)
	}
	return max(0, near-len(within)*25)
}

func (c *completer) field(f *shape.Shape, name, path string, of int) Completion {
	x := Completion{Label: path, Insert: path, Kind: "field", Type: f.Type(), Title: c.known.label(path, name)}
	if counted(f) > 0 && of > 0 {
		x.Seen, x.Of = f.Seen-f.Counts[shape.Null], of
	}
	if f != nil {
		x.Example = f.Frequent()
	}
	return x
}

// begins says whether a name, or one of the words of it, begins as typed.
func begins(name, typed string) bool {
	if typed == "" {
		return true
	}
	typed = strings.ToLower(typed)
	for i := range name {
		word := i == 0 || !isLetter(name[i-1]) || name[i-1] >= 'a' && name[i] >= 'A' && name[i] <= 'Z'
		if word && len(name)-i >= len(typed) && strings.EqualFold(name[i:i+len(typed)], typed) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 }

// piped is the value before a pipe at the end.
func (c *completer) piped() (value string, is bool) {
	before, is := strings.CutSuffix(strings.TrimSpace(c.before), "|")
	if !is || strings.HasSuffix(before, "|") {
		return "", false
	}
	before = strings.TrimSpace(before)
	return before[nameStart(before):], true
}

// functions adds the functions: after a pipe those first that take what is before it, else
// those that give what is wanted.
func (c *completer) functions(piped string) {
	var later []Completion
	fits := func(f *Function) bool { return true }
	if piped != "" {
		taken := c.known.shapeOf(c.lets + piped)
		fits = func(f *Function) bool { return f.takes(taken) }
	} else if wanted := wantedAt(c.before); wanted != "" {
		fits = func(f *Function) bool { return f.gives(wanted) }
	}
	for _, f := range Functions() {
		if !begins(f.Name, c.typed) {
			continue
		}
		x := Completion{Label: f.Name, Insert: f.Name + "(", Kind: "function", Type: f.Returns, Detail: f.Signature, Doc: f.Doc}
		if !fits(&f) {
			later = append(later, x)
			continue
		}
		c.list = append(c.list, x)
	}
	c.list = append(c.list, later...)
}

// takes says whether a function's first parameter may be such a value.
func (f *Function) takes(s *shape.Shape) bool {
	if f.run == nil { // a loop
		return s.Has(shape.List)
	}
	if len(f.params) == 0 {
		return false
	}
	switch f.params[0].kind {
	case "text", "date":
		return s.Has(shape.Text)
	case "integer", "number", "amount":
		return s.Has(shape.Int, shape.Float)
	case "list":
		return s.Has(shape.List)
	case "object":
		return s.Has(shape.Object)
	}
	return true
}

// joiners want a value after them.
var joiners = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches"}

var keywords = slices.Concat(joiners, []string{"true", "false", "nil"})

func (c *completer) words() {
	for _, word := range keywords {
		if c.typed != "" && begins(word, c.typed) {
			c.list = append(c.list, Completion{Label: word, Insert: word, Kind: "keyword", Type: "any"})
		}
	}
}

// shapeOf is what a part of a source gives, nil where that is not known.
func (k *Known) shapeOf(source string) *shape.Shape {
	t, err := Parse(source)
	if err != nil {
		return nil
	}
	return t.Infer(k).Shape
}

// turnItem is the shape of # in the loop that is open at the end of a source.
func (k *Known) turnItem(before string) *shape.Shape {
	depth := 0
	for i := len(before) - 1; i >= 0; i-- {
		switch before[i] {
		case ')', ']', '}':
			depth++
		case '[', '{':
			depth--
		case '(':
			if depth--; depth >= 0 {
				continue
			}
			depth = 0
			if f, ok := functions[lastName(before[:i])]; ok && f.run == nil {
				return k.elementOf(before, i+1)
			}
		}
	}
	return nil
}
