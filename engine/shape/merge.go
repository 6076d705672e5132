package shape

import (
	"maps"
	"slices"
	"strings"
)

// Merge is what both shapes saw together. A nil one makes it nil: nothing is known.
func Merge(a, b *Shape) *Shape {
	if a == nil || b == nil {
		return nil
	}
	s := &Shape{
		Seen: a.Seen + b.Seen, Open: a.Open || b.Open, Guess: a.Guess || b.Guess,
		Newest: max(a.Newest, b.Newest), First: earlier(a.First, b.First), Last: max(a.Last, b.Last),
	}
	for k := range s.Counts {
		s.Counts[k] = a.Counts[k] + b.Counts[k]
		s.Began[k] = earlier(a.Began[k], b.Began[k])
	}
	for f := range s.Forms {
		s.Forms[f] = a.Forms[f] + b.Forms[f]
	}
	s.Items = either(a.Items, b.Items, a.Counts[List], b.Counts[List])
	s.Fields = mergeFields(a.Fields, b.Fields)
	s.Values = mergeValues(a.Values, b.Values)
	return s
}

func earlier[N int | int64](a, b N) N {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

func mergeFields(a, b map[string]*Shape) map[string]*Shape {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	all := maps.Clone(a)
	if all == nil {
		all = make(map[string]*Shape, len(b))
	}
	for name, f := range b {
		if g, both := all[name]; both {
			f = Merge(g, f)
		}
		all[name] = f
	}
	return all
}

// either merges what is known of the elements; no list at all on one side leaves the other.
func either(a, b *Shape, inA, inB int) *Shape {
	switch {
	case a == nil && (inA == 0 || b == nil):
		return b
	case b == nil && inB == 0:
		return a
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return Merge(a, b)
}

func mergeValues(a, b map[string]int) map[string]int {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	all := maps.Clone(a)
	for text, n := range b {
		all[text] += n
	}
	if len(all) <= maxValues {
		return all
	}
	kept := make(map[string]int, maxValues)
	for _, text := range frequent(all)[:maxValues] {
		kept[text] = all[text]
	}
	return kept
}

func frequent(values map[string]int) []string {
	return slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		if values[a] != values[b] {
			return values[b] - values[a]
		}
		return strings.Compare(a, b)
	})
}

func (s *Shape) clone() *Shape {
	if s == nil {
		return nil
	}
	c := *s
	c.Items, c.Values, c.Fields = s.Items.clone(), maps.Clone(s.Values), maps.Clone(s.Fields)
	for name, f := range c.Fields {
		c.Fields[name] = f.clone()
	}
	return &c
}
