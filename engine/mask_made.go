package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// share is what a value has of what a flow masks.
type share int

const (
	shareNone  share = iota
	shareWhole       // it stands there as it came: its text is known, and hidden wherever it stands
	shareMade        // it is made of it, by upper(…) for example: nobody can tell by its text
)

// origins say which settings and outputs of a flow's steps are made of what it masks.
type origins struct {
	catalogue *Catalogue
	pointers  []string
	outputs   map[string]map[string]share // by step and member of its output; "" is the whole
	made      map[string][][]string       // by step: where in its settings stands what is made, as parts of JSON pointers
	items     map[string]map[string]item  // by step: the turns that it is in, by loop; "" is the innermost
	keeps     bool                        // a step keeps state that has a share
	kept      bool                        // so what is read of state may have one
}

// item is the element of a loop's turn: from is where it is in the event, where that is known.
type item struct {
	from []string
	has  share
}

// knownOrigins keeps the origins of revisions, whose runs are looked at again and again.
type knownOrigins struct {
	mu sync.Mutex
	by map[planKey]*origins
}

func (k *knownOrigins) of(key planKey, pointers []string, find func() *origins) *origins {
	k.mu.Lock()
	o := k.by[key]
	k.mu.Unlock()
	if o != nil && slices.Equal(o.pointers, pointers) {
		return o
	}
	o = find() // which may read the store: nobody else need wait for it
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil || len(k.by) > 200 {
		k.by = map[planKey]*origins{}
	}
	k.by[key] = o
	return o
}

// forget what was found, when a flow is gone or actions have changed.
func (k *knownOrigins) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.by)
}

func originsOf(f *flow.Flow, c *Catalogue, pointers []string) *origins {
	o := &origins{catalogue: c, pointers: pointers}
	o.flow(f)
	if o.kept = o.keeps; o.kept {
		o.flow(f) // what is read may stand before what is kept
	}
	return o
}

func (o *origins) flow(f *flow.Flow) {
	o.outputs, o.made, o.items = map[string]map[string]share{}, map[string][][]string{}, map[string]map[string]item{}
	o.steps(f.Steps, map[string]item{})
}

func (o *origins) steps(list []*flow.Step, items map[string]item) {
	for _, s := range list {
		o.items[s.ID] = items
		o.settings(s, items)
		inner := items
		if s.Action == "loop" {
			inner = maps.Clone(items)
			over, _ := s.With["over"].(string)
			inner[s.ID] = o.element(over, items)
			inner[""] = inner[s.ID]
		}
		o.steps(s.Steps, inner)
		for _, b := range s.Branches {
			o.steps(b.Steps, items)
		}
		o.steps(s.Catch, items)
		if collect, ok := s.With["collect"].(string); ok && s.Action == "loop" {
			has := o.expression(collect, inner)
			o.outputs[s.ID] = map[string]share{"items": has}
			if has == shareMade {
				o.made[s.ID] = [][]string{{"items", "*", "value"}}
			}
		}
	}
}

// settings notes what is made in a step, and what its output has.
func (o *origins) settings(s *flow.Step, items map[string]item) {
	action, ok := o.catalogue.Find(s.Action)
	if !ok {
		return
	}
	fields, out := action.New().Fields(), map[string]share{}
	for id, value := range s.With {
		field := fields.Find(id)
		if field == nil || field.Mode() != form.ModeTemplate {
			continue
		}
		has := o.value(s.ID, value, []string{id}, items)
		members, parts := value.(map[string]any)
		switch {
		case action.Group != "flow": // it yields what is answered from outside
		case s.Action != "set" && s.Action != "transform" || !parts: // any of it may give back what it was given
			out[""] = max(out[""], has)
		default:
			for name, member := range members {
				out[name] = o.value("", member, nil, items)
			}
		}
	}
	if strings.HasPrefix(s.Action, "state.") {
		o.state(s, out)
	}
	o.outputs[s.ID] = out
}

// state notes what a flow keeps, which any of its runs may find: of another event, so that its text is
// not known here.
func (o *origins) state(s *flow.Step, out map[string]share) {
	switch has := out[""]; s.Action {
	case "state.set", "state.increment":
		o.keeps = o.keeps || has != shareNone
		if s.Action == "state.increment" && has != shareNone {
			out[""] = shareMade
			o.made[s.ID] = append(o.made[s.ID], []string{"value"})
		}
	case "state.get", "state.delete":
		if o.kept {
			out[""] = shareMade
			o.made[s.ID] = append(o.made[s.ID], []string{"value"})
		}
	}
}

// value is what a setting has; where something is made is noted for the step.
func (o *origins) value(step string, value any, at []string, items map[string]item) (has share) {
	switch v := value.(type) {
	case string:
		t, err := expression.CompileTemplate(v)
		if err != nil {
			return shareNone
		}
		for _, hole := range t.Holes() {
			has = max(has, o.program(hole, items))
		}
		if has == shareMade && step != "" {
			o.made[step] = append(o.made[step], slices.Clone(at))
		}
	case map[string]any:
		for name, member := range v {
			has = max(has, o.value(step, member, append(at, form.Escape(name)), items))
		}
	case []any:
		for i, element := range v {
			has = max(has, o.value(step, element, append(at, strconv.Itoa(i)), items))
		}
	}
	return has
}

func (o *origins) expression(source string, items map[string]item) share {
	p, err := expression.Compile(source)
	if err != nil {
		return shareNone
	}
	return o.program(p, items)
}

func (o *origins) program(p *expression.Program, items map[string]item) (has share) {
	for _, path := range p.Paths() {
		has = max(has, o.path(path, items))
	}
	if has != shareNone && !p.Plain() {
		return shareMade
	}
	return has
}

func (o *origins) path(path []string, items map[string]item) share {
	switch path[0] {
	case "trigger":
		if len(path) == 1 || path[1] == "body" && expression.Overlaps(path[min(2, len(path)):], o.pointers) {
			return shareWhole
		}
	case "steps":
		return o.output(path)
	case "item":
		return o.turn(items[""], path[1:])
	case "loops":
		if len(path) > 2 && path[2] == "item" {
			return o.turn(items[path[1]], path[3:])
		}
		if len(path) < 3 { // the turns themselves
			has := shareNone
			for _, i := range items {
				has = max(has, o.turn(i, nil))
			}
			return has
		}
	}
	return shareNone
}

func (o *origins) turn(i item, rest []string) share {
	if i.from == nil {
		return i.has
	}
	return o.path(slices.Concat(i.from, rest), nil)
}

func (o *origins) output(path []string) (has share) {
	for id, members := range o.outputs {
		if len(path) > 1 && id != path[1] {
			continue
		}
		for name, member := range members {
			if len(path) < 3 || name == "" || name == path[2] {
				has = max(has, member)
			}
		}
	}
	return has
}

// element is what a loop over this list has in its turns.
func (o *origins) element(over string, items map[string]item) item {
	p, err := expression.Compile(over)
	if err != nil {
		return item{}
	}
	if !p.Plain() {
		return item{has: o.program(p, items)}
	}
	path := p.Paths()[0]
	switch {
	case path[0] == "item" && items[""].from != nil:
		path = slices.Concat(items[""].from, path[1:])
	case path[0] == "loops" && len(path) > 2 && path[2] == "item" && items[path[1]].from != nil:
		path = slices.Concat(items[path[1]].from, path[3:])
	case path[0] != "trigger":
		return item{has: o.path(path, items)}
	}
	return item{from: append(slices.Clone(path), "*")}
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
		}
		if s.Action == "set" || s.Action == "transform" {
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
