package flow

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/shape"
)

// Met is what is known of the values that a flow meets. Nil members know nothing.
type Met struct {
	Trigger  func(names ...string) *shape.Shape     // of events with one of these names, or of all
	Passed   func(names ...string) *shape.Shape     // of those that the flow's `where` lets through; nil where they are not told apart
	Answered func(step, action string) *shape.Shape // what a step yielded when it was tried; nil where that is not known
	Vars     *shape.Shape
	Labels   map[string]form.Words // what people call a path such as trigger.body.total
}

// CheckTypes holds every expression of a flow against the values that it really meets, step by
// step. It finds warnings alone; what cannot be read at all is left to Validate.
func CheckTypes(f *Flow, c Catalogue, met Met) []form.Problem {
	if met.Trigger == nil {
		met.Trigger = func(...string) *shape.Shape { return anyTrigger }
	}
	t := newTyper(f, c, met)
	t.trigger()
	t.steps(f.Steps, "/steps", "", t.begin())
	t.goesOnRejected()
	if t.tired {
		t.add("/steps", "", form.Problem{Severity: form.Warning, Code: "not_checked", Message: form.Label(
			"the flow is too large to be checked whole", "o fluxo é grande demais para ser verificado inteiro"), Hint: form.Label(
			"split it into flows that call each other", "divida em fluxos que chamam uns aos outros")})
	}
	return t.problems
}

// KnownAt is what is known where the step of a path begins; at the end of the flow for "", and
// where the trigger's `where` is asked for "trigger".
func KnownAt(f *Flow, c Catalogue, met Met, path string) *expression.Known {
	t := newTyper(f, c, met)
	if path == AtTrigger {
		return t.door().known(t.met)
	}
	t.wanted = path
	v := t.begin()
	t.steps(f.Steps, "/steps", "", v)
	if t.found != nil {
		return t.found
	}
	return v.known(t.met)
}

// AtTrigger is the place of the trigger's own expressions; no step has that id.
const AtTrigger = "/trigger"

// FirstTurn is the path of a step in the first turn of the loops around it, when only its id is
// given; every other path stays.
func FirstTurn(f *Flow, path string) string {
	if strings.Contains(path, ".") {
		return path
	}
	if found, ok := pathIn(f.Steps, path, ""); ok {
		return found
	}
	return path
}

func pathIn(steps []*Step, id, prefix string) (string, bool) {
	for _, s := range steps {
		if s.ID == id {
			return prefix + id, true
		}
		inside := prefix
		if s.Action == "loop" {
			inside += s.ID + ".0."
		}
		if path, ok := pathIn(s.Steps, id, inside); ok {
			return path, true
		}
		blocks := [][]*Step{s.Catch}
		for _, b := range s.Branches {
			blocks = append(blocks, b.Steps)
		}
		for _, block := range blocks {
			if path, ok := pathIn(block, id, prefix); ok {
				return path, true
			}
		}
	}
	return "", false
}

type typer struct {
	flow      *Flow
	catalogue Catalogue
	met       Met
	all       map[string]bool // ids of all steps
	waits     []string        // ids of those that wait
	wanted    string          // path of a step
	found     *expression.Known
	problems  []form.Problem
	source    int  // bytes of expressions that may still be checked
	room      int  // places of shapes that may still be gone over
	tired     bool // not everything was checked
}

// What the check of one flow may cost, so that no draft can hurt those who look at it: bytes of
// expressions, places of shapes in all, and places of one.
const (
	mostSource = 512 << 10
	mostRoom   = 1_000_000
	mostSize   = 4_000
)

func newTyper(f *Flow, c Catalogue, met Met) *typer {
	t := &typer{flow: f, catalogue: c, met: met, all: map[string]bool{}, source: mostSource, room: mostRoom}
	Walk(f.Steps, "", func(_ string, s *Step) {
		t.all[s.ID] = true
		if s.Action == "wait" {
			t.waits = append(t.waits, s.ID)
		}
	})
	if c != nil {
		t.met.Labels = t.answerLabels(met.Labels)
	}
	return t
}

// view is what the expressions of one place see.
type view struct {
	trigger       *shape.Shape
	steps, errors map[string]*shape.Shape
	loops         map[string]*shape.Shape
	item          *shape.Shape
	inLoop, door  bool
	notes         map[string]form.Words
	sure          []string

	made *expression.Known
}

func (v *view) fork() *view {
	c := *v
	c.steps, c.errors, c.loops, c.notes = maps.Clone(v.steps), maps.Clone(v.errors), maps.Clone(v.loops), maps.Clone(v.notes)
	c.sure, c.made = slices.Clone(v.sure), nil
	return &c
}

func (v *view) known(met Met) *expression.Known {
	if v.made != nil {
		return v.made
	}
	k := &expression.Known{Roots: map[string]*shape.Shape{"trigger": v.trigger}, Notes: v.notes, Labels: met.Labels}
	if !v.door {
		k.Roots["steps"], k.Roots["errors"] = open(v.steps), open(v.errors)
		k.Roots["run"], k.Roots["vars"], k.Roots["loops"] = runShape, met.Vars, open(v.loops)
	}
	if v.inLoop {
		k.Roots["item"], k.Roots["index"] = v.item, shape.Kinds(shape.Int)
	}
	v.made = k.With(v.sure)
	return v.made
}

// open is an object of which more may be there; what does not exist is told by namesIn.
func open(fields map[string]*shape.Shape) *shape.Shape {
	s := shape.Record(fields)
	s.Open = true
	return s
}

var (
	runShape = shape.Record(map[string]*shape.Shape{
		"id": shape.Kinds(shape.Text), "flow": shape.Kinds(shape.Text), "revision": shape.Kinds(shape.Int),
		"attempt": shape.Kinds(shape.Int), "at": shape.Kinds(shape.Text),
	})
	anyTrigger = shape.Record(map[string]*shape.Shape{
		"id": shape.Kinds(shape.Text), "body": nil, "headers": nil, "query": nil, "method": shape.Kinds(shape.Text), "path": shape.Kinds(shape.Text),
		"ip": shape.Kinds(shape.Text), "at": shape.Kinds(shape.Text), "event": nil, "resource": nil,
	})
	errorShape = shape.Record(map[string]*shape.Shape{
		"code": shape.Kinds(shape.Text), "message": shape.Kinds(shape.Text), "status": shape.Kinds(shape.Int),
	})
)

func (t *typer) events(names ...string) *shape.Shape {
	if t.met.Trigger == nil {
		return nil
	}
	return t.met.Trigger(names...)
}

// reached is of the events that get to the steps.
func (t *typer) reached(names ...string) *shape.Shape {
	if t.met.Passed == nil {
		return t.events(names...)
	}
	return t.met.Passed(names...)
}

func (t *typer) door() *view { return &view{trigger: t.events(), door: true} }

// begin is what the first step sees: what `where` lets through.
func (t *typer) begin() *view {
	v := &view{
		trigger: t.reached(), steps: map[string]*shape.Shape{}, errors: map[string]*shape.Shape{}, loops: map[string]*shape.Shape{}, notes: map[string]form.Words{},
	}
	t.holds(t.flow.Trigger.Where, v)
	return v
}

// holds notes what is known where a condition is true.
func (t *typer) holds(source string, v *view) {
	tree, err := expression.Parse(source)
	if err != nil {
		return
	}
	v.sure, v.made = append(v.sure, tree.Proves()...), nil
	if names := tree.Equals("trigger.event"); names != nil {
		if s := t.reached(names...); s != nil {
			v.trigger = s
		}
	}
}

// fails notes what is known where a condition is false.
func (t *typer) fails(source string, v *view) {
	if tree, err := expression.Parse(source); err == nil {
		v.sure, v.made = append(v.sure, tree.Denies()...), nil
	}
}

func (t *typer) trigger() {
	v := t.door()
	where := t.flow.Trigger
	t.condition(where.Where, "/trigger/where", v)
	if source, ok := where.With["order_by"].(string); ok {
		t.expression(source, "/trigger/with/order_by", v)
	}
	if dedupe, ok := where.With["dedupe"].(map[string]any); ok {
		if source, ok := dedupe["key"].(string); ok {
			t.expression(source, "/trigger/with/dedupe/key", v)
		}
	}
}

// steps goes through a block. What it yields stays in the view.
func (t *typer) steps(steps []*Step, at, prefix string, v *view) {
	for i, s := range steps {
		t.step(s, at+"/"+strconv.Itoa(i), prefix, v)
	}
}

func (t *typer) step(s *Step, at, prefix string, v *view) {
	if t.wanted != "" && t.found == nil && sameStep(t.wanted, prefix+s.ID) {
		known := *v.fork().known(t.met) // v goes on to grow
		known.Links = t.links(s, prefix, v.steps)
		t.found = &known
	}
	t.condition(s.When, at+"/when", v)
	inner := v
	if s.When != "" {
		inner = v.fork()
		t.holds(s.When, inner)
	}
	info, ok := t.catalogue.Action(s.Action)
	var output *shape.Shape
	if ok {
		output = t.action(s, info, at, prefix, inner)
	}
	if s.When != "" {
		adopt(v, inner, s.When)
	}
	t.after(s, at, prefix, output, v)
}

// sameStep compares paths: turns of loops are all alike.
func sameStep(wanted, path string) bool {
	if wanted == path {
		return true
	}
	want, have := strings.Split(wanted, "."), strings.Split(path, ".")
	if len(want) != len(have) {
		return len(want) == 1 && want[0] == have[len(have)-1]
	}
	for i := range want {
		if _, turn := strconv.Atoi(want[i]); want[i] != have[i] && !(turn == nil && have[i] == "*") {
			return false
		}
	}
	return true
}

// adopt puts the steps of a part that may be passed over into what follows it.
func adopt(into, from *view, when string) {
	note := form.Label("only when "+briefly(when), "só quando "+briefly(when))
	into.take(from, note)
}

// take adds what another view knows more of, which may be missing for the reason given.
func (v *view) take(from *view, note form.Words) {
	for _, pair := range []struct {
		root       string
		into, from map[string]*shape.Shape
	}{{"steps", v.steps, from.steps}, {"errors", v.errors, from.errors}} {
		for id, s := range pair.from {
			if _, there := pair.into[id]; there {
				continue
			}
			chain := pair.root + "." + id
			pair.into[id], v.notes[chain] = s.Optional(), note
			if earlier, ok := from.notes[chain]; ok {
				v.notes[chain] = earlier
			}
		}
	}
	v.made = nil
}

func briefly(source string) string {
	if r := []rune(source); len(r) > 60 {
		source = string(r[:59]) + "…"
	}
	return "`" + source + "`"
}

// after is what is known once a step is done, failed or passed over.
func (t *typer) after(s *Step, at, prefix string, output *shape.Shape, v *view) {
	v.made = nil
	v.steps[s.ID] = output
	chain := "steps." + s.ID
	switch {
	case s.Disabled:
		v.optional(s.ID, form.Label("the step is disabled", "o passo está desligado"))
	case s.When != "":
		v.optional(s.ID, form.Label("the step runs only when "+briefly(s.When), "o passo só roda quando "+briefly(s.When)))
	}
	if len(s.Catch) == 0 && s.OnError != "continue" {
		return
	}
	caught := v.fork()
	delete(caught.steps, s.ID)
	caught.errors[s.ID] = errorShape
	t.steps(s.Catch, at+"/catch", prefix, caught)
	if _, noted := v.notes[chain]; !noted {
		v.optional(s.ID, form.Label("the step may have failed", "o passo pode ter falhado"))
	}
	delete(caught.steps, s.ID)
	v.take(caught, form.Label("only when "+s.ID+" failed", "só quando "+s.ID+" falhou"))
}

func (v *view) optional(id string, note form.Words) {
	v.steps[id], v.notes["steps."+id] = v.steps[id].Optional(), note
}

// action checks a step's fields and gives the shape of its output; nil is anything.
func (t *typer) action(s *Step, info ActionInfo, at, prefix string, v *view) *shape.Shape {
	fields := t.fields(s, info, at+"/with", v)
	switch s.Action {
	case "set":
		return fields["values"]
	case "transform":
		return fields["value"]
	case "filter":
		if where, ok := s.With["where"].(string); ok {
			t.holds(where, v)
		}
		return shape.Kinds(shape.Bool)
	case "branch", "parallel":
		t.branches(s, at, prefix, v)
		return shape.Record(map[string]*shape.Shape{"branches": shape.ListOf(shape.Kinds(shape.Text))})
	case "loop":
		return t.loop(s, fields["over"], at, prefix, v)
	case "wait":
		return s.answer()
	case "call", "state.get", "state.set", "state.delete":
		return outputOf(info.Sample, true)
	}
	return t.tried(s, outputOf(info.Sample, false))
}

// tried adds to what an action declares of its output what the step yielded when it was tried.
func (t *typer) tried(s *Step, declared *shape.Shape) *shape.Shape {
	if t.met.Answered == nil {
		return declared
	}
	return t.kept(filled(declared, t.met.Answered(s.ID, s.Action)))
}

// filled lets what was answered stand where nothing is declared.
func filled(declared, answered *shape.Shape) *shape.Shape {
	if answered == nil {
		return declared
	}
	if declared.Unknown() || declared.Counts[shape.Object] > 0 && len(declared.Fields) == 0 {
		return answered
	}
	whole := *declared
	whole.Fields = maps.Clone(declared.Fields)
	for name := range declared.Fields {
		whole.Fields[name] = filled(declared.Fields[name], answered.Fields[name])
	}
	return &whole
}

// outputOf is what a declared sample says of an output. The members of a loose one may be
// anything.
func outputOf(sample any, loose bool) *shape.Shape {
	if sample == nil {
		return nil
	}
	s := shape.Example(sample)
	if loose {
		for name := range s.Fields {
			s.Fields[name] = nil
		}
	}
	return s
}

func (t *typer) branches(s *Step, at, prefix string, v *view) {
	before := v.fork()
	var ends []*view
	otherwise := false
	for i, b := range s.Branches {
		path := at + "/branches/" + strconv.Itoa(i)
		t.condition(b.When, path+"/when", before)
		inner := before.fork()
		if b.When != "" {
			t.holds(b.When, inner)
			t.fails(b.When, before)
		}
		otherwise = otherwise || b.When == ""
		t.steps(b.Steps, path+"/steps", prefix, inner)
		ends = append(ends, inner)
	}
	for i, end := range ends {
		b := s.Branches[i]
		if s.Action == "parallel" {
			maps.Copy(v.steps, end.steps)
			maps.Copy(v.errors, end.errors)
			maps.Copy(v.notes, end.notes)
			continue
		}
		name := b.Name
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		v.take(end, form.Label("only in the branch "+strconv.Quote(name)+" of "+s.ID, "só no caminho "+strconv.Quote(name)+" de "+s.ID))
	}
	v.made = nil
}

func (t *typer) loop(s *Step, over *shape.Shape, at, prefix string, v *view) *shape.Shape {
	inner := v.fork()
	inner.inLoop, inner.item = true, nil
	if !over.Unknown() {
		inner.item = over.Items
	}
	inner.loops[s.ID] = shape.Record(map[string]*shape.Shape{"item": inner.item, "index": shape.Kinds(shape.Int)})
	t.steps(s.Steps, at+"/steps", prefix+s.ID+".*.", inner)
	var value *shape.Shape
	if collect, ok := s.With["collect"].(string); ok {
		value = t.expression(collect, at+"/with/collect", inner).Shape
	}
	turn := shape.Record(map[string]*shape.Shape{
		"index": shape.Kinds(shape.Int), "ok": shape.Kinds(shape.Bool), "value": value, "error": errorShape.Optional(),
	})
	return t.kept(shape.Record(map[string]*shape.Shape{"count": shape.Kinds(shape.Int), "failed": shape.Kinds(shape.Int), "items": shape.ListOf(turn)}))
}

// kept is a shape that was made of others, nil where it is too large: they share parts, which
// whoever goes over it would meet again and again.
func (t *typer) kept(s *shape.Shape) *shape.Shape {
	n, ok := s.Within(mostSize)
	if t.room -= n; !ok || t.room < 0 {
		return nil
	}
	return s
}

// merged is what either of two values may be.
func (t *typer) merged(a, b *shape.Shape) *shape.Shape {
	if t.kept(a) == nil || t.kept(b) == nil {
		return nil
	}
	return t.kept(shape.Merge(a, b))
}

// affords says whether an expression of so many bytes may still be checked.
func (t *typer) affords(bytes int) bool {
	if bytes > t.source {
		t.tired = true
		return false
	}
	t.source -= bytes
	return true
}
