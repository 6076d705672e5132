package engine

import (
	"slices"
	"strings"
	"sync"

	"gancho/engine/expression"
	"gancho/engine/origins"
)

// knownOrigins keeps the origins of revisions, whose runs are looked at again and again.
type knownOrigins struct {
	mu sync.Mutex
	by map[planKey]pointedOrigins
}

// pointedOrigins were found for what was masked then.
type pointedOrigins struct {
	pointers []string
	origins  *origins.Origins
}

func (k *knownOrigins) of(key planKey, pointers []string, find func() *origins.Origins) *origins.Origins {
	k.mu.Lock()
	known, ok := k.by[key]
	k.mu.Unlock()
	if ok && slices.Equal(known.pointers, pointers) {
		return known.origins
	}
	o := find() // which may read the store: nobody else need wait for it
	if o == nil {
		return new(origins.Origins) // of a revision that could not be read this time
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil || len(k.by) > 200 {
		k.by = map[planKey]pointedOrigins{}
	}
	k.by[key] = pointedOrigins{pointers, o}
	return o
}

// forget what was found, when a flow is gone or actions have changed.
func (k *knownOrigins) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.by)
}

// made hides in a step what it made of what is masked, and learns it for the rest of the story.
func (v *veil) made(s *StepView, places [][]string) {
	if len(places) == 0 {
		return
	}
	if s.Input == nil && s.Error != nil { // what it was given is not known, and may be told
		s.Error.Message = masked
	}
	here := &veil{values: map[string]bool{}}
	for _, at := range places {
		if s.Input != nil {
			s.Input, _ = here.place(s.Input, at).(map[string]any)
			s.given, _ = here.place(s.given, at).(map[string]any)
		}
		if _, ok := yields[s.Action]; ok {
			at = at[1:]
		}
		s.Output = here.place(s.Output, at)
	}
	for text := range here.values {
		switch n := len(text); {
		case n >= 6:
			v.values[text] = true
		case n >= 3:
			v.exact[text] = true
		}
	}
	s.Request = here.within(s.Request)
	for i := range s.Attempts {
		s.Attempts[i].Request = here.within(s.Attempts[i].Request)
	}
	for i, line := range s.Lines {
		s.Lines[i], _ = here.within(line).(string)
	}
}

// within hides every text in which a value stands, however short the value is.
func (v *veil) within(value any) any {
	switch x := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, member := range x {
			out[key] = v.within(member)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, element := range x {
			out[i] = v.within(element)
		}
		return out
	case nil, bool:
		return value
	}
	text := expression.Text(value)
	for hidden := range v.values {
		if strings.Contains(text, hidden) {
			return masked
		}
	}
	return value
}
