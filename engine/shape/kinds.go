package shape

import (
	"math"
	"slices"
)

// Has says whether a value of one of these kinds was seen; a nil Shape may be any.
func (s *Shape) Has(list ...Kind) bool {
	if s.Unknown() {
		return true
	}
	return slices.ContainsFunc(list, func(k Kind) bool { return s.Counts[k] > 0 })
}

// Unknown says that there is no kind that it is known to have.
func (s *Shape) Unknown() bool { return s == nil || s.Counts == [kinds]int{} }

// Others is how often there was a value that is neither null nor of these kinds, and the most
// frequent kind among those.
func (s *Shape) Others(list ...Kind) (n int, most Kind) {
	if s == nil {
		return 0, Null
	}
	for k := Bool; k < kinds; k++ {
		if slices.Contains(list, k) {
			continue
		}
		n += s.Counts[k]
		if s.Counts[k] > 0 && (most == Null || s.Counts[k] > s.Counts[most]) {
			most = k
		}
	}
	return n, most
}

// Nullable says that it was null, or that it may be nothing.
func (s *Shape) Nullable() bool { return s != nil && s.Counts[Null] > 0 }

// Present is the same shape without what was null; nil where nothing else was.
func (s *Shape) Present() *Shape {
	if s == nil || s.Counts[Null] == 0 {
		return s
	}
	c := *s
	c.Seen -= c.Counts[Null]
	c.Counts[Null] = 0
	if c.Counts == [kinds]int{} {
		return nil
	}
	return &c
}

// Optional is the same shape where it may also be nothing.
func (s *Shape) Optional() *Shape {
	if s == nil || s.Counts[Null] > 0 {
		return s
	}
	c := *s
	c.Seen++
	c.Counts[Null]++
	return &c
}

// Type is the one word for the kinds: text, integer, number, boolean, list, object, nothing,
// and any where they differ or are not known. Null beside another kind does not count.
func (s *Shape) Type() string {
	if s.Unknown() {
		return "any"
	}
	var found []Kind
	for k := Bool; k < kinds; k++ {
		if s.Counts[k] > 0 {
			found = append(found, k)
		}
	}
	switch {
	case len(found) == 0:
		return Null.String()
	case len(found) == 1:
		return found[0].String()
	case slices.Equal(found, []Kind{Int, Float}):
		return Float.String()
	}
	return "any"
}

// Rare says that objects came here in so few of the samples that their names are not known.
func Rare(objects, of int) bool { return of < math.MaxInt/10 && objects*10 < of }
