package flow

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/shape"
)

// Asks says whether a wait asks for an approval.
func (s *Step) Asks() bool {
	_, asks := s.With["approve"].(map[string]any)
	return s.Action == "wait" && asks
}

// answer is the output of a wait: whether something came in time, and what; of one that asks for
// an approval whether it was given, or nothing once its own time is over.
func (s *Step) answer() *shape.Shape {
	if !s.Asks() {
		return shape.Record(map[string]*shape.Shape{"received": shape.Kinds(shape.Bool), "data": nil})
	}
	data := open(map[string]*shape.Shape{"approved": shape.Kinds(shape.Bool)})
	if s.With["timeout"] != nil {
		data = data.Optional()
	}
	return shape.Record(map[string]*shape.Shape{"received": shape.Kinds(shape.Bool), "data": data})
}

// rejectedToo warns of a condition that is true for a rejection as well: it asks whether an
// approval was answered, and not how.
func (t *typer) rejectedToo(source, path string) {
	Walk(t.flow.Steps, "", func(_ string, s *Step) {
		received, approved := "steps."+s.ID+".received", "steps."+s.ID+".data.approved"
		before, after, reads := strings.Cut(source, received)
		if !reads || !s.Asks() || strings.Contains(source, approved) || asksForNone(before, after) {
			return
		}
		from := utf8.RuneCountInString(before)
		t.add(path, source, form.Problem{
			Severity: form.Warning, Code: "rejected_too", From: from, To: from + len(received), Fixes: []form.Fix{form.ChangeTo(received, approved)},
			Message: form.Label("this is true when it was rejected, too: it was answered", "isto vale também quando foi rejeitado: houve resposta"),
			Hint:    form.Label(fmt.Sprintf("use `%s` for what happens after a yes", approved), fmt.Sprintf("use `%s` para o que acontece depois de um sim", approved)),
		})
	})
}

// asksForNone says whether what stands around a value asks that it be false.
func asksForNone(before, after string) bool {
	before, after = strings.TrimRight(strings.ReplaceAll(before, " ", ""), "("), strings.TrimLeft(strings.TrimPrefix(strings.ReplaceAll(after, " ", ""), "??false"), ")")
	for _, asked := range []string{"!", "not", "false==", "true!="} {
		if strings.HasSuffix(before, asked) {
			return true
		}
	}
	return strings.HasPrefix(after, "==false") || strings.HasPrefix(after, "!=true")
}

// answerLabels are what people call the answers of all waits of a flow, and all that met names.
func (t *typer) answerLabels(met map[string]form.Words) map[string]form.Words {
	var labels map[string]form.Words
	Walk(t.flow.Steps, "", func(_ string, s *Step) {
		if s.Action != "wait" {
			return
		}
		if labels == nil {
			labels = map[string]form.Words{}
			maps.Copy(labels, met)
		}
		at := "steps." + s.ID + "."
		if !s.Asks() {
			labels[at+"received"] = t.ofStep(s, "Did the signal come?", "O sinal veio?")
			labels[at+"data"] = t.ofStep(s, "Data of the signal", "Dados do sinal")
			return
		}
		labels[at+"data.approved"] = t.ofStep(s, "Approved?", "Aprovado?")
		labels[at+"data"] = t.ofStep(s, "Answer", "Resposta")
		labels[at+"received"] = t.ofStep(s, "Answered in time?", "Respondeu no prazo?")
	})
	if labels == nil {
		return met
	}
	return labels
}

// ofStep is a name that says whose it is.
func (t *typer) ofStep(s *Step, en, pt string) form.Words {
	title := form.Label(s.Name, s.Name)
	if info, ok := t.catalogue.Action(s.Action); ok && s.Name == "" {
		title = info.Title
	}
	return form.Label(fmt.Sprintf("%s (%s)", en, title.EN), fmt.Sprintf("%s (%s)", pt, title.PT))
}

// links are those of the waits that are still to come where a step stands: a link is of a wait in
// the same turn of the same loops.
func (t *typer) links(here *Step, prefix string, seen map[string]*shape.Shape) []expression.Link {
	var list []expression.Link
	var visit func(steps []*Step, at string)
	visit = func(steps []*Step, at string) {
		for _, s := range steps {
			if _, ran := seen[s.ID]; s.Action == "wait" && at == prefix && s != here && !ran {
				title := t.ofStep(s, "Link to answer", "Link para responder")
				if s.Asks() {
					title = t.ofStep(s, "Approval link", "Link da aprovação")
				}
				list = append(list, expression.Link{Source: fmt.Sprintf("run.wait_url(%q)", s.ID), Title: title})
			}
			inside := at
			if s.Action == "loop" {
				inside += s.ID + ".*."
			}
			visit(s.Steps, inside)
			for _, b := range s.Branches {
				visit(b.Steps, at)
			}
			visit(s.Catch, at)
		}
	}
	visit(t.flow.Steps, "")
	return list
}
