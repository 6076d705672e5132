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
	t.linksIn(tree, warn)
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
		if loop := loopAround(t.flow.Steps, read.Name, ""); loop != "" && v.loops[loop] == nil {
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
func (t *typer) linksIn(tree *expression.Parsed, warn warn) {
	for _, read := range tree.WaitLinks() {
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

// loopAround is the innermost loop that a step is in, "" where there is none.
func loopAround(steps []*Step, id, around string) string {
	for _, s := range steps {
		if s.ID == id {
			return around
		}
		inside := around
		if s.Action == "loop" {
			inside = s.ID
		}
		if found := loopAround(s.Steps, id, inside); found != "" {
			return found
		}
		for _, b := range s.Branches {
			if found := loopAround(b.Steps, id, around); found != "" {
				return found
			}
		}
		if found := loopAround(s.Catch, id, around); found != "" {
			return found
		}
	}
	return ""
}

// NameProblems are the warnings of names that are read where KnownAt knows of what ran before:
// of what does not exist, and of what is not there yet. By is where the expression begins.
func NameProblems(f *Flow, known *expression.Known, tree *expression.Parsed, by int) []form.Problem {
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
		t.add("", "", form.Problem{
			Severity: form.Warning, Code: "unknown_step", From: read.From + by, To: read.To + by, Hint: didYouMean(read.Name, slices.Sorted(maps.Keys(t.all))),
			Message: form.Label(fmt.Sprintf("there is no step %q", read.Name), fmt.Sprintf("não existe o passo %q", read.Name)), Fixes: changeTo(read.Name, slices.Sorted(maps.Keys(t.all))),
		})
	}
	return t.problems
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
