package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

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

// Diff gives what changed from a to b: first the flow's own members and its tests, then its
// steps in the order of b, then the steps that are gone. Steps are the same when their ids are, or when
// `formerly` says so. Equal flows differ in nothing. The catalogue, which may be nil, names the
// actions and their fields in the sentences.
func Diff(a, b *Flow, c Catalogue) []Change {
	d := &differ{before: placesOf(a.Steps), after: placesOf(b.Steps), catalogue: c, trigger: b.Trigger.Kind}
	d.titles = newTitles(c, d.after, d.before)
	d.members(spot{}, shallowFlow(a), shallowFlow(b))
	d.tests(a.Tests, b.Tests)
	d.pair()
	d.stepChanges(b)
	for _, id := range d.before.order {
		if _, kept := d.newID[id]; !kept {
			p := d.before.at[id]
			d.add(Change{Kind: "removed", Step: id, Path: p.path, Before: tree(p.step), Sentence: follow(d.titles.of(p.step), " was removed", " foi removido")})
		}
	}
	return d.changes
}

// place of a step in its tree.
type place struct {
	step   *Step
	path   string
	list   string // the list that it stands in: its parent's id and which of its lists
	index  int
	parent *Step // nil at the top
	before *Step // the one above it in its list
}

type places struct {
	at    map[string]place
	order []string
}

func placesOf(steps []*Step) places {
	p := places{at: map[string]place{}}
	p.collect(steps, "/steps", "", nil)
	return p
}

func (p *places) collect(steps []*Step, path, list string, parent *Step) {
	var above *Step
	for i, s := range steps {
		at := path + "/" + strconv.Itoa(i)
		if _, twice := p.at[s.ID]; !twice {
			p.at[s.ID] = place{s, at, list, i, parent, above}
			p.order = append(p.order, s.ID)
		}
		above = s
		p.collect(s.Steps, at+"/steps", s.ID+"/steps", s)
		for j, b := range s.Branches {
			p.collect(b.Steps, fmt.Sprintf("%s/branches/%d/steps", at, j), fmt.Sprintf("%s/branches/%d", s.ID, j), s)
		}
		p.collect(s.Catch, at+"/catch", s.ID+"/catch", s)
	}
}

type differ struct {
	before, after places
	newID, oldID  map[string]string
	changes       []Change
	catalogue     Catalogue
	titles        titles
	trigger       string // kind of the newer flow's trigger
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
			at := d.titles.where(p)
			d.add(Change{Kind: "added", Step: id, Path: p.path, After: tree(p.step), Sentence: follow(
				d.titles.of(p.step), " was added "+at.EN, " foi adicionado "+at.PT)})
			continue
		}
		if old != id {
			d.add(Change{Kind: "renamed", Step: id, Path: p.path + "/id", Before: old, After: id, Sentence: form.Label(
				"the step “"+old+"” is now called “"+id+"”", "o passo “"+old+"” agora se chama “"+id+"”")})
		}
		if moved[id] {
			at := d.titles.where(p)
			d.add(Change{Kind: "moved", Step: id, Path: p.path, Before: d.before.at[old].path, After: p.path, Sentence: follow(
				d.titles.of(p.step), " was moved; it is now "+at.EN, " foi movido; agora está "+at.PT)})
		}
		d.members(spot{path: p.path, step: id}, shallowStep(d.before.at[old].step), shallowStep(p.step))
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

// toldInside are objects of which is told what they hold, also where one side has none.
var toldInside = []string{"with", "retry", "settings", "keep", "silence"}

// spot is a place in a flow: the step that it is of, the pointer to it, and the same as people
// count, elements of lists from 1.
type spot struct{ step, path, told string }

func (s spot) member(name string) spot {
	return spot{s.step, s.path + "/" + form.Escape(name), s.told + "/" + form.Escape(name)}
}

func (s spot) element(i int) spot {
	return spot{s.step, s.path + "/" + strconv.Itoa(i), s.told + "/" + strconv.Itoa(i+1)}
}

// members compares two objects member by member, down to where they differ.
func (d *differ) members(of spot, a, b map[string]any) {
	names := slices.Sorted(maps.Keys(a))
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		before, after, at := a[name], b[name], of.member(name)
		x, xIs := before.(map[string]any)
		y, yIs := after.(map[string]any)
		if opened := slices.Contains(toldInside, name) || strings.HasPrefix(at.path, "/trigger/with/"); opened && (xIs && after == nil || yIs && before == nil) {
			d.members(at, x, y) // what it holds is told, not that it is there
			continue
		}
		d.value(at, before, after)
	}
}

// value compares two values. Lists of as many objects are compared one by one.
func (d *differ) value(at spot, before, after any) {
	if reflect.DeepEqual(before, after) {
		return
	}
	x, xIs := before.(map[string]any)
	y, yIs := after.(map[string]any)
	if xIs && yIs {
		d.members(at, x, y)
		return
	}
	list, isList := before.([]any)
	others, areList := after.([]any)
	if isList && areList && len(list) == len(others) && slices.ContainsFunc(others, holds) {
		for i := range list {
			d.value(at.element(i), list[i], others[i])
		}
		return
	}
	d.add(Change{Kind: "changed", Step: at.step, Path: at.path, Before: before, After: after, Sentence: d.sentence(at, before, after)})
}

// sentence says what became of a member of the flow, or of a step.
func (d *differ) sentence(at spot, before, after any) form.Words {
	member, owner, fields := at.path[1:], form.Words{}, form.Fields{}
	var s *Step
	if at.step != "" {
		s = d.after.at[at.step].step
		member, owner = at.path[len(d.after.at[at.step].path)+1:], d.titles.of(s)
	}
	if d.catalogue != nil && s != nil {
		info, _ := d.catalogue.Action(s.Action)
		fields = info.Fields
	} else if d.catalogue != nil {
		info, _ := d.catalogue.Trigger(d.trigger)
		fields = info.Fields
	}
	was, _ := before.(string)
	is, _ := after.(string)
	switch {
	case s == nil && member == "trigger/where":
		return triggerWhere().change(was, is)
	case s != nil && member == "when":
		return stepWhen(owner).change(was, is)
	case s != nil && s.Action == "filter" && member == "with/where":
		return filterWhere(owner).change(was, is)
	case s != nil && strings.HasPrefix(member, "branches/") && strings.HasSuffix(member, "/when"):
		return stepWhen(d.branch(s, member)).change(was, is)
	case s != nil && strings.HasPrefix(member, "branches/") && strings.HasSuffix(member, "/name") && is != "":
		return calledNow(owner, was, is)
	case s == nil && member == "trigger/with/respond/when" && is == "finished":
		return form.Label("the sender is now answered when the run has ended", "quem enviou agora recebe a resposta quando a execução terminar")
	case s == nil && member == "trigger/with/respond/when":
		return form.Label("the sender is now answered as soon as the event is kept", "quem enviou agora recebe a resposta assim que o evento é guardado")
	case member == "disabled" && after == true:
		return follow(owner, " was switched off", " foi desligado")
	case member == "disabled":
		return follow(owner, " was switched on", " foi ligado")
	}
	return became(owner, memberWord(at.told[1:], fields), namingOf(member, fields), before, after)
}

// calledNow says that a branch of a step has another name.
func calledNow(owner form.Words, was, is string) form.Words {
	if was == "" {
		return follow(owner, ": a branch is now called “"+is+"”", ": um caminho agora se chama “"+is+"”")
	}
	return follow(owner, ": the branch “"+was+"” is now called “"+is+"”", ": o caminho “"+was+"” agora se chama “"+is+"”")
}

// branch names a branch of a step.
func (d *differ) branch(s *Step, member string) form.Words {
	i, err := strconv.Atoi(strings.Split(member, "/")[1])
	if err != nil || i >= len(s.Branches) || s.Branches[i].Name == "" {
		return d.titles.of(s)
	}
	name := " › “" + s.Branches[i].Name + "”"
	return follow(d.titles.of(s), name, name)
}

// shallowFlow is a flow without its steps.
func shallowFlow(f *Flow) map[string]any {
	c := *f
	c.Steps, c.Tests = nil, nil
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
