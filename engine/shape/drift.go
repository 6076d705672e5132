package shape

import (
	"maps"
	"slices"
	"time"
)

// Change is what kind of drift there is.
type Change string

// The changes.
const (
	Vanished  Change = "field_vanished" // a field that was nearly always there no longer is
	OtherKind Change = "kind_changed"   // values of another kind come at a place
	NewEvent  Change = "new_event"      // events of a new name come
)

// Drift is one way in which the newest values differ from those before.
type Drift struct {
	Change Change
	Path   string // place below the value; "" for a new event
	Event  string // name of the event that it concerns
	Kind   Kind   // for OtherKind: the new one
	Was    Kind   // and the most frequent one before
	Seen   int    // how often the field, or the new kind or event, came
	Of     int
	At     time.Time // when it was found
}

// Key is the same for the same drift.
func (d *Drift) Key() string { return string(d.Change) + " " + d.Event + " " + d.Path }

const (
	enough = 20 // values that say something about those that follow
	some   = 3  // values of a new kind that are no accident
)

// Drifts says in which ways the newest values differ from those before; nothing until enough
// came. What is found for the first time is noted with that time.
func (w *Window) Drifts(now time.Time) []Drift {
	var list []Drift
	for _, name := range slices.Sorted(maps.Keys(w.Names)) {
		n := w.Names[name]
		s := w.Shape(name)
		if s == nil || name == otherNames {
			continue
		}
		if n.After >= enough && n.Events <= 2*Generation {
			list = append(list, Drift{Change: NewEvent, Event: name, Seen: n.Events, Of: n.After})
		}
		list = s.drifts("", name, list)
	}
	found := map[string]int64{}
	for i := range list {
		key := list[i].Key()
		if found[key] = w.Found[key]; found[key] == 0 {
			found[key] = now.UnixMilli()
		}
		list[i].At = time.UnixMilli(found[key]).UTC()
	}
	w.Found = found
	return list
}

func (s *Shape) drifts(path, event string, list []Drift) []Drift {
	if s == nil || s.Open {
		return list
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		f, at := s.Fields[name], path+Member(name)
		if f == nil {
			continue
		}
		if s.Newest-f.Newest >= enough {
			if f.regular() {
				list = append(list, Drift{Change: Vanished, Path: at, Event: event, Seen: f.Seen, Of: s.Seen})
			}
			continue
		}
		if d, ok := f.otherKind(); ok {
			d.Path, d.Event = at, event
			list = append(list, d)
		}
		list = f.drifts(at, event, list)
	}
	return s.Items.drifts(path+"[]", event, list)
}

func (s *Shape) began() int {
	first := 0
	for _, n := range s.Began {
		first = earlier(first, n)
	}
	return first
}

// regular says that while it came it came nearly always, and often enough.
func (s *Shape) regular() bool {
	span := s.Newest - s.began() + 1
	return span >= enough && s.Seen*10 >= span*9
}

// otherKind finds a kind that came after enough of others. An integer among numbers is none.
func (s *Shape) otherKind() (Drift, bool) {
	for k := Bool; k < kinds; k++ {
		kindred := []Kind{k}
		if k == Int || k == Float {
			kindred = []Kind{Int, Float}
		}
		others, was := s.Others(kindred...)
		if s.Counts[k] < some || others < enough {
			continue
		}
		first := 0
		for _, other := range kindred {
			first = earlier(first, s.Began[other])
		}
		if first-s.Began[was] >= enough {
			return Drift{Change: OtherKind, Kind: k, Was: was, Seen: s.Counts[k], Of: s.Seen}, true
		}
	}
	return Drift{}, false
}
