package shape

import (
	"maps"
	"slices"
	"time"
)

// Generation is how many values a Window counts together before it begins anew. What a Window
// says is exact over at least so many of the newest, and at most twice as many.
const Generation = 500

// maxNames is how many event names are told apart; further ones are counted as one.
const maxNames = 40

// otherNames is what they are counted as.
const otherNames = "…"

// Window counts the newest values of a flow, by the name of their event, in two generations:
// what no longer comes is forgotten. It is a saved format: members are added, never changed.
type Window struct {
	Newest uint64           `json:"newest"` // number of the newest event that was counted
	Older  generation       `json:"older"`
	Newer  generation       `json:"newer"`
	Names  map[string]*Name `json:"names,omitempty"`
	Found  map[string]int64 `json:"found,omitempty"` // when each drift that still holds was found, by its key, in milliseconds since 1970
}

// Name is one kind of event that came.
type Name struct {
	Events int   `json:"n"` // ever
	After  int   `json:"b"` // events of other names that came before it
	First  int64 `json:"a"` // in seconds since 1970
	Last   int64 `json:"z"`
}

type generation struct {
	Events int               `json:"n"`
	Names  map[string]*Shape `json:"names,omitempty"`
}

// Add counts one more value.
func (w *Window) Add(name string, value any, at time.Time) {
	if w.Newer.Events >= Generation {
		w.Older, w.Newer = w.Newer, generation{}
	}
	if w.Newer.Names == nil {
		w.Newer.Names = map[string]*Shape{}
	}
	name, n := w.name(name, at)
	w.Newer.Events++
	s := w.Newer.Names[name]
	if s == nil {
		s = new(Shape)
		w.Newer.Names[name] = s
	}
	s.Add(value, n.Events, at)
}

func (w *Window) name(name string, at time.Time) (string, *Name) {
	if w.Names == nil {
		w.Names = map[string]*Name{}
	}
	n := w.Names[name]
	if n == nil && len(w.Names) >= maxNames {
		name = otherNames
		n = w.Names[name]
	}
	if n == nil {
		n = &Name{First: at.Unix()}
		for _, other := range w.Names {
			n.After += other.Events
		}
		w.Names[name] = n
	}
	n.Events++
	n.Last = at.Unix()
	return name, n
}

// Events is how many values are counted, of all events or of those with one of these names.
func (w *Window) Events(names ...string) int {
	n := 0
	for _, g := range []*generation{&w.Older, &w.Newer} {
		for name, s := range g.Names {
			if len(names) == 0 || slices.Contains(names, name) {
				n += s.Seen
			}
		}
	}
	return n
}

// Shape of the values, of all events or of those with one of these names. Nil when none came.
// It is the caller's own.
func (w *Window) Shape(names ...string) *Shape {
	var all *Shape
	for _, g := range []*generation{&w.Older, &w.Newer} {
		for _, name := range slices.Sorted(maps.Keys(g.Names)) {
			switch {
			case len(names) > 0 && !slices.Contains(names, name):
			case all == nil:
				all = g.Names[name].clone()
			default:
				all = Merge(all, g.Names[name].clone())
			}
		}
	}
	return all
}

// Hide forgets the examples at the place of a JSON pointer into the values.
func (w *Window) Hide(pointer string) {
	for _, s := range w.Newer.Names {
		s.Hide(pointer)
	}
	for _, s := range w.Older.Names {
		s.Hide(pointer)
	}
}
