package flow

import (
	"fmt"
	"maps"
	"slices"

	"gancho/engine/expression"
	"gancho/engine/form"
)

// namesIn warns of what an expression names and is not there where it stands: steps that cannot
// have run, turns of loops that are not around it, links of steps that do not wait. By is where
// the expression begins.
func (t *typer) namesIn(tree *expression.Parsed, source, path string, by int, v *view) {
	warn := func(read expression.Member, code string, words, hint form.Words) {
		t.add(path, source, form.Problem{Severity: form.Warning, Code: code, From: read.From + by, To: read.To + by, Message: words, Hint: hint})
	}
	t.turnsIn(tree, v, warn)
	if v.door {
		return
	}
	t.orderIn(tree, v, warn)
	t.linksIn(tree, v, warn)
	t.varsIn(tree, warn)
}

type warn func(read expression.Member, code string, words, hint form.Words)

// orderIn warns of steps that exist and cannot have run where they are read.
func (t *typer) orderIn(tree *expression.Parsed, v *view, warn warn) {
	for _, read := range tree.Members("steps") {
		if _, seen := v.steps[read.Name]; seen || !t.all[read.Name] {
			continue
		}
		words := form.Label(fmt.Sprintf("the step `%s` has not run here", read.Name), fmt.Sprintf("o passo `%s` ainda não rodou aqui", read.Name))
		var hint form.Words
		if loop := loopAround(t.flow.Steps, read.Name); loop != "" && v.loops[loop] == nil {
			words = form.Label(
				fmt.Sprintf("the step `%s` runs once in each turn of `%s`: what it yields is not there outside of it", read.Name, loop),
				fmt.Sprintf("o passo `%s` roda uma vez em cada volta de `%s`: fora dela, o que ele dá não existe", read.Name, loop))
			hint = form.Label(
				fmt.Sprintf("write it into “Collect” of the loop, then use the list `steps.%s.items`", loop), fmt.Sprintf("escreva isso em “Coletar” da repetição e use a lista `steps.%s.items`", loop))
		}
		warn(read, "not_run_yet", words, hint)
	}
}

// turnsIn warns of what only the steps of a loop see.
func (t *typer) turnsIn(tree *expression.Parsed, v *view, warn warn) {
	for _, root := range []string{"item", "index"} {
		if v.inLoop {
			break
		}
		for _, read := range tree.Names(root) {
			warn(read, "not_in_a_loop", form.Label("`"+root+"` is there only for the steps of a loop", "`"+root+"` só existe para os passos de uma repetição"), form.Words{})
		}
	}
	for _, read := range tree.Members("loops") {
		if _, around := v.loops[read.Name]; !around {
			warn(read, "not_in_a_loop", form.Label("this does not stand in a loop `"+read.Name+"`", "isto não está em uma repetição `"+read.Name+"`"), didYouMean(read.Name, slices.Sorted(maps.Keys(v.loops))))
		}
	}
}

// linksIn warns of links to answer that no step waits behind.
func (t *typer) linksIn(tree *expression.Parsed, v *view, warn warn) {
	for _, read := range tree.WaitLinks() {
		if loop := loopAround(t.flow.Steps, read.Name); loop != "" && v.loops[loop] == nil {
			warn(read, "not_in_a_loop",
				form.Label(fmt.Sprintf("the step `%s` waits once in each turn of `%s`: outside of it there is no link to it", read.Name, loop), fmt.Sprintf("o passo `%s` espera uma vez em cada volta de `%s`: fora dela não há link para ele", read.Name, loop)),
				form.Label("make the link within the same turn", "crie o link dentro da mesma volta"))
			continue
		}
		if !slices.Contains(t.waits, read.Name) {
			warn(read, "unknown_step", form.Label(fmt.Sprintf("no step %q waits here", read.Name), fmt.Sprintf("nenhum passo %q espera aqui", read.Name)), didYouMean(read.Name, t.waits))
		}
	}
}

// varsIn warns of variables where the instance has none; of one among others the check of fields does.
func (t *typer) varsIn(tree *expression.Parsed, warn warn) {
	if t.met.Vars == nil || len(t.met.Vars.Fields) > 0 {
		return
	}
	for _, read := range tree.Members("vars") {
		warn(read, "unknown_field", form.Label(fmt.Sprintf("there is no variable %q", read.Name), fmt.Sprintf("não existe a variável %q", read.Name)),
			form.Label("variables are made in the settings", "variáveis são criadas nos ajustes"))
	}
}

// LoopsAround gives the ids of the loops that a step is in, the outermost first; false where there is
// no such step.
func LoopsAround(steps []*Step, id string) ([]string, bool) {
	for _, s := range steps {
		if s.ID == id {
			return nil, true
		}
		if loops, ok := LoopsAround(s.Steps, id); ok && s.Action == "loop" {
			return append([]string{s.ID}, loops...), true
		} else if ok {
			return loops, true
		}
		for _, b := range s.Branches {
			if loops, ok := LoopsAround(b.Steps, id); ok {
				return loops, true
			}
		}
		if loops, ok := LoopsAround(s.Catch, id); ok {
			return loops, true
		}
	}
	return nil, false
}

// loopAround is the innermost loop that a step is in, "" where there is none.
func loopAround(steps []*Step, id string) string {
	loops, _ := LoopsAround(steps, id)
	if len(loops) == 0 {
		return ""
	}
	return loops[len(loops)-1]
}

// NameProblems are the warnings of names that are read where KnownAt knows of what ran before:
// of what does not exist, and of what is not there yet. By is where the expression begins.
func NameProblems(f *Flow, known *expression.Known, tree *expression.Parsed, by int, c Catalogue, former func(id string) *Step) []form.Problem {
	steps := known.Roots["steps"]
	if steps == nil {
		return nil
	}
	t := newTyper(f, nil, Met{Vars: known.Roots["vars"]})
	v := &view{steps: steps.Fields}
	_, v.inLoop = known.Roots["item"]
	if loops := known.Roots["loops"]; loops != nil {
		v.loops = loops.Fields
	}
	t.namesIn(tree, "", "", by, v)
	for _, read := range tree.Members("steps") {
		if _, seen := v.steps[read.Name]; seen || t.all[read.Name] {
			continue
		}
		p := noStep(read.Name, slices.Sorted(maps.Keys(t.all)), c, former)
		p.From, p.To = read.From+by, read.To+by
		t.add("", "", p)
	}
	return t.problems
}

// noStep warns that a step is read that the flow does not have; one that it had before is called
// as it was called.
func noStep(id string, ids []string, c Catalogue, former func(id string) *Step) form.Problem {
	if former != nil {
		if s := former(id); s != nil {
			name := newTitles(c).of(s)
			w := warning("", "unknown_step", "the step "+name.EN+", whose data stands here, was removed", "o passo "+name.PT+", cujos dados estão aqui, foi apagado")
			w.Hint = form.Label("put another value there, or undo", "ponha outro valor no lugar, ou desfaça")
			return w
		}
	}
	w := warning("", "unknown_step", fmt.Sprintf("there is no step %q", id), fmt.Sprintf("não existe o passo %q", id))
	w.Hint, w.Fixes = didYouMean(id, ids), changeTo(id, ids)
	return w
}

// Meant gives the errors of unknown names the data that was probably meant, as the check
// against what came found it, in the place of a function.
func Meant(problems []form.Problem) []form.Problem {
	var meant []form.Problem
	list := slices.DeleteFunc(slices.Clone(problems), func(p form.Problem) bool {
		if p.Code == expression.Meant {
			meant = append(meant, p)
		}
		return p.Code == expression.Meant
	})
	for _, m := range meant {
		at := slices.IndexFunc(list, func(p form.Problem) bool { return p.Code == "unknown_name" && p.Path == m.Path && p.From == m.From })
		if at >= 0 {
			list[at].Hint, list[at].Fixes = m.Hint, m.Fixes
		}
	}
	return list
}
