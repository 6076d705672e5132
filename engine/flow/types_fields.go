package flow

import (
	"maps"
	"slices"
	"strconv"

	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/shape"
)

// fields checks what a step's settings hold, and gives the shapes of their values.
func (t *typer) fields(s *Step, info ActionInfo, at string, v *view) map[string]*shape.Shape {
	shapes := map[string]*shape.Shape{}
	for _, id := range slices.Sorted(maps.Keys(s.With)) {
		field := info.Fields.Find(id)
		if field == nil || s.Action == "loop" && id == "collect" { // asked at a turn's end
			continue
		}
		path := at + "/" + form.Escape(id)
		source, isText := s.With[id].(string)
		switch {
		case field.Mode() == form.ModeTemplate:
			shapes[id] = t.template(s.With[id], path, s.Missing.For(id) == "fail", v)
			if isText && field.Whole() {
				t.whole(source, path, shapes[id])
			}
			if isText && field.Kind() == "url" {
				t.address(source, path, v)
			}
		case field.Mode() != form.ModeExpression || !isText:
		case field.Kind() == "condition":
			t.condition(source, path, v)
		default:
			found := t.expression(source, path, v)
			shapes[id] = found.Shape
			if s.Action == "loop" && id == "over" {
				t.list(source, path, found)
			}
		}
	}
	return shapes
}

// whole warns of a number with decimals where only whole ones are taken.
func (t *typer) whole(source, path string, s *shape.Shape) {
	if s.Has(shape.Int, shape.Text, shape.Null) {
		return
	}
	p := form.Problem{Severity: form.Warning, Code: "wrong_type", Message: form.Label("this takes whole numbers only", "aqui só cabem números inteiros")}
	if s.Has(shape.Float) {
		p.Hint = form.Label("cents(…) around an amount makes whole cents of it", "cents(…) em volta de um valor faz dele centavos inteiros")
	}
	t.add(path, source, p)
}

// list warns of what a loop cannot go over.
func (t *typer) list(source, path string, found expression.Inference) {
	if found.Missing != nil {
		t.add(path, source, *found.Missing)
	}
	if _, kind := found.Shape.Others(shape.List); !found.Shape.Has(shape.List) {
		t.add(path, source, form.Problem{Severity: form.Warning, Code: "wrong_type", Message: form.Label(
			"a loop goes over a list; this is of the type "+kind.String(), "a repetição percorre uma lista; isto é do tipo "+kind.String())})
	}
}

// expression checks one expression.
func (t *typer) expression(source, path string, v *view) expression.Inference {
	tree, err := expression.Parse(source)
	if err != nil || !t.affords(tree.Size()) {
		return expression.Inference{}
	}
	found := tree.Infer(v.known(t.met))
	t.add(path, source, found.Problems...)
	t.namesIn(tree, source, path, 0, v)
	return found
}

// condition checks one that must be true or false; what is missing counts as false.
func (t *typer) condition(source, path string, v *view) {
	if source == "" {
		return
	}
	found := t.expression(source, path, v)
	t.rejectedToo(source, path)
	if p, wrong := NoCondition(found.Shape); wrong {
		t.add(path, source, p)
	}
}

// NoCondition is the warning that a condition will never be true or false.
func NoCondition(s *shape.Shape) (form.Problem, bool) {
	if s.Has(shape.Bool, shape.Null) {
		return form.Problem{}, false
	}
	what := expression.TypeWords(s)
	return form.Problem{Severity: form.Warning, Code: "not_a_condition", Message: form.Label(
		"a condition must be true or false; this gives "+what.EN, "uma condição deve ser verdadeira ou falsa; isto dá "+what.PT)}, true
}

// template checks a value as a document holds it, and gives the shape of what it becomes.
func (t *typer) template(value any, path string, needed bool, v *view) *shape.Shape {
	switch value := value.(type) {
	case string:
		return t.text(value, path, needed, v)
	case map[string]any:
		fields := map[string]*shape.Shape{}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			fields[name] = t.template(value[name], path+"/"+form.Escape(name), needed, v)
		}
		return t.kept(shape.Record(fields))
	case []any:
		var items *shape.Shape
		for i, element := range value {
			s := t.template(element, path+"/"+strconv.Itoa(i), needed, v)
			if i == 0 {
				items = s
			} else {
				items = t.merged(items, s)
			}
		}
		return t.kept(shape.ListOf(items))
	case nil:
		return shape.Kinds(shape.Null)
	}
	s := shape.Of(value)
	s.Newest, s.Values = 0, nil // it was written, not counted
	return s
}

func (t *typer) text(source, path string, needed bool, v *view) *shape.Shape {
	tree, err := expression.ParseTemplate(source)
	if err != nil || !t.affords(tree.Size()) {
		return nil
	}
	found := tree.Infer(v.known(t.met))
	t.add(path, source, found.Problems...)
	if needed && found.Missing != nil {
		t.add(path, source, *found.Missing)
	}
	for n, hole := range tree.Holes() {
		t.namesIn(hole, source, path, tree.At(n), v)
	}
	return found.Shape.Present() // where it is missing, the step fails, is skipped, or has an empty text
}

func (t *typer) add(path, source string, problems ...form.Problem) {
	for _, p := range problems {
		p.Path, p.Text = path, source
		t.problems = append(t.problems, p)
	}
}
