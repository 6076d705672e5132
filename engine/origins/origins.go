// Package origins finds what a flow makes of what it masks.
package origins

import (
	"maps"
	"slices"
	"strconv"
	"strings"

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

// Action is what must be known of one.
type Action struct {
	Fields  form.Fields
	Outside bool // what it yields is answered from outside, and not what its settings say
}

// Catalogue gives actions by kind.
type Catalogue func(kind string) (Action, bool)

// Origins say which settings and outputs of a flow's steps are made of what it masks. They do not
// change; the zero value knows of nothing that is made.
type Origins struct {
	catalogue Catalogue
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

// Of finds them of a flow that masks the places of these JSON pointers; f may be nil, of which nothing is known.
func Of(f *flow.Flow, c Catalogue, pointers []string) *Origins {
	o := &Origins{catalogue: c, pointers: pointers}
	if f == nil {
		return o
	}
	o.flow(f)
	if o.kept = o.keeps; o.kept {
		o.flow(f) // what is read may stand before what is kept
	}
	return o
}

// Made says where in the settings of a step stands what it makes of what is masked, as parts of JSON pointers.
func (o *Origins) Made(step string) [][]string { return o.made[step] }

// Makes says whether an expression, where a step stands, makes something of what is masked.
func (o *Origins) Makes(step string, p *expression.Program) bool {
	return o.program(p, o.items[step]) == shareMade
}

func (o *Origins) flow(f *flow.Flow) {
	o.outputs, o.made, o.items = map[string]map[string]share{}, map[string][][]string{}, map[string]map[string]item{}
	o.steps(f.Steps, map[string]item{})
}

func (o *Origins) steps(list []*flow.Step, items map[string]item) {
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
func (o *Origins) settings(s *flow.Step, items map[string]item) {
	action, ok := o.catalogue(s.Action)
	if !ok {
		return
	}
	out := map[string]share{}
	for id, value := range s.With {
		field := action.Fields.Find(id)
		if field == nil || field.Mode() != form.ModeTemplate {
			continue
		}
		has := o.value(s.ID, value, []string{id}, items)
		members, parts := value.(map[string]any)
		switch {
		case action.Outside:
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
func (o *Origins) state(s *flow.Step, out map[string]share) {
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
func (o *Origins) value(step string, value any, at []string, items map[string]item) (has share) {
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

func (o *Origins) expression(source string, items map[string]item) share {
	p, err := expression.Compile(source)
	if err != nil {
		return shareNone
	}
	return o.program(p, items)
}

func (o *Origins) program(p *expression.Program, items map[string]item) (has share) {
	for _, path := range p.Paths() {
		has = max(has, o.path(path, items))
	}
	if has != shareNone && !p.Plain() {
		return shareMade
	}
	return has
}

func (o *Origins) path(path []string, items map[string]item) share {
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

func (o *Origins) turn(i item, rest []string) share {
	if i.from == nil {
		return i.has
	}
	return o.path(slices.Concat(i.from, rest), nil)
}

func (o *Origins) output(path []string) (has share) {
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
func (o *Origins) element(over string, items map[string]item) item {
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
