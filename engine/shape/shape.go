// Package shape learns what values look like from those that came: which kinds stand at which
// place, and in how many of how many.
package shape

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// Kind of a JSON value. Numbers are Int where they fit 64 bits, as expressions have them.
type Kind int

// The kinds.
const (
	Null Kind = iota
	Bool
	Int
	Float
	Text
	Object
	List
	kinds
)

var kindNames = [kinds]string{"nothing", "boolean", "integer", "number", "text", "object", "list"}

func (k Kind) String() string { return kindNames[k] }

// The limits of what is kept of one root, so that a strange payload cannot grow it.
const (
	maxFields = 256 // of an object; with more it counts as one with any names
	maxNodes  = 4000
	maxDepth  = 24
	maxItems  = 1000 // of a list
	maxValues = 16
)

// Shape is what is known of the values at one place. A nil Shape is a place of which nothing
// is known: anything may be there. It is a saved format: members are added, never changed.
type Shape struct {
	Seen   int               `json:"s"`           // how often there was a value, null included
	Counts [kinds]int        `json:"c"`           // by kind
	Began  [kinds]int        `json:"n"`           // by kind: number of the first value that had it
	Newest int               `json:"l,omitempty"` // number of the newest value that had this place
	First  int64             `json:"a,omitempty"` // when it was there, in seconds since 1970
	Last   int64             `json:"z,omitempty"`
	Fields map[string]*Shape `json:"f,omitempty"` // of the objects
	Items  *Shape            `json:"i,omitempty"` // of the lists' elements, all together
	Open   bool              `json:"o,omitempty"` // the objects may have other names too
	Guess  bool              `json:"g,omitempty"` // made of an example: presence says nothing
	Own    bool              `json:"w,omitempty"` // counted by itself, not with the object around it
	Values map[string]int    `json:"v,omitempty"` // examples, as they may be shown, with their counts
	Forms  [forms]int        `json:"r,omitzero"`  // of the texts: how often each form of writing came
}

// Of is the shape of one value.
func Of(value any) *Shape {
	s := new(Shape)
	s.Add(value, 1, time.Time{})
	return s
}

// Example is the shape of one value that stands for others: what else may come is not known.
func Example(value any) *Shape {
	s := Of(value)
	s.loosen()
	return s
}

func (s *Shape) loosen() {
	s.Guess, s.Counts[Null] = true, 0
	for _, f := range s.Fields {
		f.loosen()
	}
	if s.Items != nil {
		s.Items.loosen()
	}
}

// Kinds is the shape of a value of one of these kinds, of which nothing else is known.
func Kinds(list ...Kind) *Shape {
	s := &Shape{Seen: len(list)}
	for _, k := range list {
		s.Counts[k]++
		s.Open = s.Open || k == Object
	}
	return s
}

// Record is the shape of an object with these fields and no others. A field of which nothing
// is known is nil.
func Record(fields map[string]*Shape) *Shape {
	s := Kinds(Object)
	s.Open, s.Fields = false, fields
	return s
}

// Alone is the same shape as a member that was counted by itself.
func (s *Shape) Alone() *Shape {
	if s != nil {
		c := *s
		c.Own = true
		return &c
	}
	return nil
}

// ListOf is the shape of a list of such elements.
func ListOf(items *Shape) *Shape {
	s := Kinds(List)
	s.Items = items
	return s
}

// Add counts one more value: the nth of its kind of event, which came at that time.
func (s *Shape) Add(value any, n int, at time.Time) {
	a := adding{n: n, room: maxNodes - s.size()}
	if !at.IsZero() {
		a.at = at.Unix()
	}
	a.add(s, value, 0, "", unknown)
}

func (s *Shape) size() int {
	n := 1
	for _, f := range s.Fields {
		if f != nil {
			n += f.size()
		}
	}
	if s.Items != nil {
		n += s.Items.size()
	}
	return n
}

// Within says whether there are at most so many places, a part that stands at two of them
// counted twice, and how many that are.
func (s *Shape) Within(most int) (n int, ok bool) {
	if s == nil {
		return 0, true
	}
	n = 1
	for _, f := range s.Fields {
		inside, _ := f.Within(most - n)
		if n += inside; n > most {
			return n, false
		}
	}
	inside, _ := s.Items.Within(most - n)
	n += inside
	return n, n <= most
}

// adding is one value under way into a shape.
type adding struct {
	n    int
	at   int64
	room int // for further places
}

func (a *adding) add(s *Shape, value any, depth int, name string, about subject) {
	s.Seen++
	s.Newest = a.n
	if s.Last = a.at; s.First == 0 {
		s.First = a.at
	}
	kind := Null
	switch v := value.(type) {
	case bool:
		kind = Bool
		s.note(strconv.FormatBool(v))
	case int:
		kind = Int
		s.noteNumber(v, name, about)
	case float64:
		kind = Float
		s.note(shown(strconv.FormatFloat(v, 'f', -1, 64), about))
	case string:
		kind = Text
		s.countForm(v)
		s.note(shown(v, about))
	case map[string]any:
		kind = Object
		for member, value := range v {
			if f := a.field(s, member, depth); f != nil {
				a.add(f, value, depth+1, member, subjectOf(name, member))
			}
		}
	case []any:
		kind = List
		a.elements(s, v, depth, name, about)
	}
	if s.Counts[kind]++; s.Began[kind] == 0 {
		s.Began[kind] = a.n
	}
}

func (a *adding) elements(s *Shape, list []any, depth int, name string, about subject) {
	if s.Items == nil && len(list) > 0 && depth < maxDepth && a.room > 0 {
		s.Items = new(Shape)
		a.room--
	}
	if s.Items == nil {
		return
	}
	for _, element := range list[:min(len(list), maxItems)] {
		a.add(s.Items, element, depth+1, name, about)
	}
}

// field gives the place of a member, nil where there is no room for it.
func (a *adding) field(s *Shape, name string, depth int) *Shape {
	if f := s.Fields[name]; f != nil {
		return f
	}
	if depth >= maxDepth || a.room <= 0 || len(s.Fields) >= maxFields {
		s.Open = true
		return nil
	}
	if s.Fields == nil {
		s.Fields = map[string]*Shape{}
	}
	a.room--
	f := new(Shape)
	s.Fields[name] = f
	return f
}

// note keeps an example. When there is no room, one that came only once gives way.
func (s *Shape) note(text string) {
	if s.Values == nil {
		s.Values = map[string]int{}
	}
	if _, kept := s.Values[text]; !kept && len(s.Values) >= maxValues {
		least := slices.MinFunc(slices.Sorted(maps.Keys(s.Values)), func(a, b string) int { return s.Values[a] - s.Values[b] })
		if s.Values[least] > 1 {
			return
		}
		delete(s.Values, least)
	}
	s.Values[text]++
}
