package shape

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Field is what is known of one place, in words of paths: trigger.body.items[].sku.
type Field struct {
	Path   string       `json:"path" doc:"as an expression has it after trigger.body; [] stands for an element of a list"`
	Label  string       `json:"label" doc:"what people call it, where the provider's preset or the action says"`
	Type   string       `json:"type" enum:"any,text,integer,number,boolean,list,object,nothing" doc:"what most of its values are"`
	Form   string       `json:"form,omitempty" enum:"number,number_br,date" doc:"what most texts are: numbers as 1234.56, as 1.234,56, or dates; whole numbers that count seconds are dates, too"`
	Kinds  []KindCount  `json:"kinds" doc:"that were seen, the most frequent first"`
	Seen   int          `json:"seen" doc:"in how many it was there and not null"`
	Of     int          `json:"of" doc:"of how many: events, or elements of the list around it; 0 where nothing was counted"`
	Values []ValueCount `json:"values" doc:"up to 8 examples, the most frequent first; of what may be personal only the first letter, of a time only its day"`
	Masked bool         `json:"masked" doc:"the flow's settings hide it"`
	First  *time.Time   `json:"first" doc:"when it first came, of what is counted"`
	Last   *time.Time   `json:"last" doc:"when it last came"`
}

// KindCount is how often a kind was seen.
type KindCount struct {
	Kind  string `json:"kind" enum:"text,integer,number,boolean,list,object,nothing" doc:"type of value"`
	Count int    `json:"count" doc:"in how many events"`
}

// ValueCount is how often a value was seen.
type ValueCount struct {
	Value string `json:"value" doc:"as text"`
	Count int    `json:"count" doc:"in how many events"`
	Cut   bool   `json:"cut,omitempty" doc:"only its beginning is shown: no value is equal to this"`
}

const maxShown = 8

// List gives the places inside, in the order of their paths below prefix.
func (s *Shape) List(prefix string) []Field {
	list := []Field{}
	if s != nil {
		s.list(prefix, s.around(), &list)
	}
	return list
}

// around is of how many values the members were there or not; 0 where they were not counted
// together, as in an object that a step makes.
func (s *Shape) around() int {
	if s.Newest == 0 {
		return 0
	}
	return s.Counts[Object]
}

func (s *Shape) list(path string, of int, into *[]Field) {
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		f := s.Fields[name]
		at := path + Member(name)
		*into = append(*into, f.describe(at, of))
		if f != nil {
			inner := of
			if f.Own {
				inner = f.around()
			}
			f.list(at, inner, into)
		}
	}
	if s.Items != nil {
		at := path + "[]"
		if s.Items.Fields == nil {
			*into = append(*into, s.Items.describe(at, s.Items.Seen))
		}
		s.Items.list(at, s.Items.Seen, into)
	}
}

func (s *Shape) describe(path string, of int) Field {
	f := Field{Path: path, Type: s.Type(), Kinds: []KindCount{}, Values: []ValueCount{}, Form: s.Form()}
	if s == nil {
		return f
	}
	switch {
	case s.Guess || s.Newest == 0 || of == 0 && !s.Own: // nothing was counted
	case s.Own:
		f.Seen, f.Of = s.Seen-s.Counts[Null], s.Seen
	default:
		f.Seen, f.Of = s.Seen-s.Counts[Null], of
	}
	for k, n := range s.Counts {
		if n > 0 {
			f.Kinds = append(f.Kinds, KindCount{Kind(k).String(), n})
		}
	}
	slices.SortStableFunc(f.Kinds, func(a, b KindCount) int { return b.Count - a.Count })
	for _, text := range frequent(s.Values) {
		if len(f.Values) < maxShown {
			f.Values = append(f.Values, ValueCount{text, s.Values[text], isCut(text)})
		}
	}
	f.First, f.Last = moment(s.First), moment(s.Last)
	return f
}

// Frequent is the most frequent example; "" when there is none.
func (s *Shape) Frequent() string {
	if list := frequent(s.Values); len(list) > 0 {
		return list[0]
	}
	return ""
}

func moment(seconds int64) *time.Time {
	if seconds == 0 {
		return nil
	}
	at := time.Unix(seconds, 0).UTC()
	return &at
}

// Member is a name as it follows its object in an expression: .total or ["e-mail"].
func Member(name string) string {
	if IsName(name) {
		return "." + name
	}
	return "[" + strconv.Quote(name) + "]"
}

// words that the language reads as its own.
var words = []string{"in", "not", "and", "or", "matches", "contains", "startsWith", "endsWith", "true", "false", "nil", "let", "if", "else"}

// IsName says whether a name can be written after a dot.
func IsName(name string) bool {
	if name == "" || slices.Contains(words, name) {
		return false
	}
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// Hide forgets the examples at the place of a JSON pointer, in which "*" is any name or
// element, and below.
func (s *Shape) Hide(pointer string) {
	s.hide(namesOf(pointer))
}

func (s *Shape) hide(names []string) {
	if s == nil {
		return
	}
	if len(names) == 0 {
		s.forget()
		return
	}
	for name, f := range s.Fields {
		if names[0] == "*" || names[0] == name {
			f.hide(names[1:])
		}
	}
	if _, err := strconv.Atoi(names[0]); err == nil || names[0] == "*" {
		s.Items.hide(names[1:])
	}
}

func (s *Shape) forget() {
	if s == nil {
		return
	}
	s.Values = nil
	for _, f := range s.Fields {
		f.forget()
	}
	s.Items.forget()
}

// Under says whether a path such as .items[].sku lies at or below the place of a JSON pointer,
// in which "*" is any name or element.
func Under(path, pointer string) bool {
	for _, name := range namesOf(pointer) {
		rest, ok := strings.CutPrefix(path, "[]")
		if _, err := strconv.Atoi(name); ok && name != "*" && err != nil {
			return false
		}
		if !ok {
			if rest, ok = strings.CutPrefix(path, Member(name)); name == "*" {
				rest, ok = afterMember(path)
			}
		}
		if !ok {
			return false
		}
		path = rest
	}
	return path == "" || path[0] == '.' || path[0] == '['
}

// afterMember is what follows the first member of a path.
func afterMember(path string) (rest string, ok bool) {
	if strings.HasPrefix(path, ".") {
		if end := strings.IndexAny(path[1:], ".["); end >= 0 {
			return path[1+end:], true
		}
		return "", true
	}
	if quoted, err := strconv.QuotedPrefix(strings.TrimPrefix(path, "[")); err == nil && strings.HasPrefix(path, "[") {
		return path[len(quoted)+2:], true
	}
	return "", false
}

func namesOf(pointer string) []string {
	names := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, name := range names {
		names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	}
	return names
}
