package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// Change is one difference between two flows, as data and as a sentence.
type Change struct {
	Kind     string     `json:"kind"`           // added, removed, renamed, moved, changed
	Step     string     `json:"step,omitempty"` // id of the step that it is about, by its newer id
	Path     string     `json:"path"`           // pointer into the newer flow; into the older one for what was removed
	Before   any        `json:"before,omitempty"`
	After    any        `json:"after,omitempty"`
	Sentence form.Words `json:"sentence"`
}

// Diff gives what changed from a to b: first the flow's own members, then its steps in the
// order of b, then the steps that are gone. Steps are the same when their ids are, or when
// `formerly` says so. Equal flows differ in nothing.
func Diff(a, b *Flow) []Change {
	d := &differ{before: placesOf(a.Steps), after: placesOf(b.Steps)}
	d.members("", "", shallowFlow(a), shallowFlow(b))
	d.pair()
	d.stepChanges(b)
	for _, id := range d.before.order {
		if _, kept := d.newID[id]; !kept {
			p := d.before.at[id]
			d.add(Change{Kind: "removed", Step: id, Path: p.path, Before: tree(p.step), Sentence: form.Label(
				"step "+p.step.title()+" was removed", "o passo "+p.step.title()+" foi removido")})
		}
	}
	return d.changes
}

// title names a step for people.
func (s *Step) title() string {
	if s.Name == "" {
		return s.ID
	}
	return fmt.Sprintf("%q (%s)", s.Name, s.ID)
}

// place of a step in its tree.
type place struct {
	step  *Step
	path  string
	list  string // the list that it stands in: its parent's id and which of its lists
	index int
}

type places struct {
	at    map[string]place
	order []string
}

func placesOf(steps []*Step) places {
	p := places{at: map[string]place{}}
	p.collect(steps, "/steps", "")
	return p
}

func (p *places) collect(steps []*Step, path, list string) {
	for i, s := range steps {
		at := path + "/" + strconv.Itoa(i)
		if _, twice := p.at[s.ID]; !twice {
			p.at[s.ID] = place{s, at, list, i}
			p.order = append(p.order, s.ID)
		}
		p.collect(s.Steps, at+"/steps", s.ID+"/steps")
		for j, b := range s.Branches {
			p.collect(b.Steps, fmt.Sprintf("%s/branches/%d/steps", at, j), fmt.Sprintf("%s/branches/%d", s.ID, j))
		}
		p.collect(s.Catch, at+"/catch", s.ID+"/catch")
	}
}

type differ struct {
	before, after places
	newID, oldID  map[string]string
	changes       []Change
}

func (d *differ) add(c Change) { d.changes = append(d.changes, c) }

// pair finds the older step of each newer one.
func (d *differ) pair() {
	d.newID, d.oldID = map[string]string{}, map[string]string{}
	for _, id := range d.after.order {
		if _, same := d.before.at[id]; same {
			d.newID[id], d.oldID[id] = id, id
		}
	}
	for _, id := range d.after.order {
		for _, former := range d.after.at[id].step.Formerly {
			_, there := d.before.at[former]
			_, taken := d.newID[former]
			if _, paired := d.oldID[id]; there && !taken && !paired {
				d.newID[former], d.oldID[id] = id, former
			}
		}
	}
}

func (d *differ) stepChanges(b *Flow) {
	moved := d.moved()
	for _, id := range d.after.order {
		p := d.after.at[id]
		old, kept := d.oldID[id]
		if !kept {
			d.add(Change{Kind: "added", Step: id, Path: p.path, After: tree(p.step), Sentence: form.Label(
				"step "+p.step.title()+" was added", "o passo "+p.step.title()+" foi adicionado")})
			continue
		}
		if old != id {
			d.add(Change{Kind: "renamed", Step: id, Path: p.path + "/id", Before: old, After: id, Sentence: form.Label(
				"step "+old+" is now called "+id, "o passo "+old+" agora se chama "+id)})
		}
		if moved[id] {
			d.add(Change{Kind: "moved", Step: id, Path: p.path, Before: d.before.at[old].path, After: p.path, Sentence: form.Label(
				"step "+p.step.title()+" was moved", "o passo "+p.step.title()+" foi movido")})
		}
		d.members(p.path, id, shallowStep(d.before.at[old].step), shallowStep(p.step))
	}
}

// moved gives the steps that stand in another list, or in another order; as few as explain
// the new order.
func (d *differ) moved() map[string]bool {
	moved, lists := map[string]bool{}, map[string][]string{}
	for _, id := range d.after.order {
		old, kept := d.oldID[id]
		if !kept {
			continue
		}
		if d.listNow(old) != d.after.at[id].list {
			moved[id] = true
			continue
		}
		list := d.after.at[id].list
		lists[list] = append(lists[list], id)
	}
	for _, ids := range lists {
		stay := longestRise(ids, func(id string) int { return d.before.at[d.oldID[id]].index })
		for _, id := range ids {
			moved[id] = !stay[id]
		}
	}
	return moved
}

// listNow gives the list of an older step under the newer id of its parent.
func (d *differ) listNow(old string) string {
	list := d.before.at[old].list
	for i := range list {
		if list[i] == '/' {
			if id, kept := d.newID[list[:i]]; kept {
				return id + list[i:]
			}
			break
		}
	}
	return list
}

// longestRise gives the most ids, in order, whose index rises.
func longestRise(ids []string, index func(string) int) map[string]bool {
	length, before, best := make([]int, len(ids)), make([]int, len(ids)), -1
	for i := range ids {
		length[i], before[i] = 1, -1
		for j := range i {
			if index(ids[j]) < index(ids[i]) && length[j]+1 > length[i] {
				length[i], before[i] = length[j]+1, j
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	stay := map[string]bool{}
	for ; best >= 0; best = before[best] {
		stay[ids[best]] = true
	}
	return stay
}

// members compares two objects member by member, down to where they differ.
func (d *differ) members(path, step string, a, b map[string]any) {
	names := slices.Sorted(maps.Keys(a))
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		before, after, at := a[name], b[name], path+"/"+form.Escape(name)
		if reflect.DeepEqual(before, after) {
			continue
		}
		x, xIs := before.(map[string]any)
		y, yIs := after.(map[string]any)
		if xIs && yIs {
			d.members(at, step, x, y)
			continue
		}
		d.add(Change{Kind: "changed", Step: step, Path: at, Before: before, After: after, Sentence: sentence(d.subject(step, at), before, after)})
	}
}

// subject names a member for people: text of tell_sales, or settings/timeout.
func (d *differ) subject(step, path string) [2]string {
	if step == "" {
		return [2]string{path[1:], path[1:]}
	}
	member := path[len(d.after.at[step].path)+1:]
	title := d.after.at[step].step.title()
	return [2]string{member + " of step " + title, member + " do passo " + title}
}

func sentence(subject [2]string, before, after any) form.Words {
	switch {
	case before == nil:
		return form.Label(subject[0]+" was set to "+short(after), subject[1]+" passou a ser "+short(after))
	case after == nil:
		return form.Label(subject[0]+" was removed; it was "+short(before), subject[1]+" foi removido; era "+short(before))
	}
	return form.Label(subject[0]+" changed from "+short(before)+" to "+short(after), subject[1]+" mudou de "+short(before)+" para "+short(after))
}

// short writes a value in at most 60 characters.
func short(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return "…"
	}
	if text := []rune(string(data)); len(text) > 60 {
		return string(text[:59]) + "…"
	}
	return string(data)
}

// shallowFlow is a flow without its steps.
func shallowFlow(f *Flow) map[string]any {
	c := *f
	c.Steps = nil
	m := tree(c)
	delete(m, "steps")
	return m
}

// shallowStep is a step without its id and its children.
func shallowStep(s *Step) map[string]any {
	c := *s
	c.Steps, c.Catch, c.Formerly, c.Branches = nil, nil, nil, nil
	m := tree(c)
	delete(m, "id")
	branches := map[string]any{}
	for i, b := range s.Branches {
		branch := map[string]any{}
		if b.Name != "" {
			branch["name"] = b.Name
		}
		if b.When != "" {
			branch["when"] = b.When
		}
		branches[strconv.Itoa(i)] = branch
	}
	if len(branches) > 0 {
		m["branches"] = branches
	}
	return m
}

// tree is a value as its JSON reads, whole numbers exact.
func tree(v any) map[string]any {
	data, err := json.Marshal(v)
	if err != nil {
		return map[string]any{}
	}
	value, err := expression.Decode(data)
	if err != nil {
		return map[string]any{}
	}
	m, _ := value.(map[string]any)
	return m
}
