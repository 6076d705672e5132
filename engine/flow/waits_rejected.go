package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gancho/engine/form"
)

// goesOnRejected warns of approvals that others follow while nothing in the flow asks how they
// were answered. The fix is a filter behind them, except in a loop, where it would end all turns.
func (t *typer) goesOnRejected() {
	read := map[string]bool{}
	for _, use := range Uses(t.flow, t.catalogue) {
		for _, chain := range use.Chains {
			if id, isStep := strings.CutPrefix(chain, "steps."); isStep {
				id, _, _ = strings.Cut(id, ".")
				read[id] = true
			}
		}
	}
	loops := t.loops()
	eachBlock(t.flow.Steps, "/steps", func(at string, steps []*Step) {
		repeated := slices.ContainsFunc(loops, func(loop string) bool { return strings.HasPrefix(at+"/", loop) })
		for i, s := range steps {
			if i == len(steps)-1 || !s.Asks() || s.Disabled || read[s.ID] {
				continue
			}
			w := form.Problem{
				Severity: form.Warning, Code: "rejected_goes_on",
				Message: form.Label("the next steps also run when it is rejected, or nobody answers in time", "os próximos passos executam também quando é rejeitado, ou sem resposta no prazo"),
				Hint:    form.Label(fmt.Sprintf("ask for `steps.%s.data.approved` behind it", s.ID), fmt.Sprintf("pergunte por `steps.%s.data.approved` depois dele", s.ID)),
			}
			if !repeated {
				w.Fixes = []form.Fix{{Words: form.Label("Go on only if approved", "Continuar só se aprovado"), Put: t.onlyApproved(s.ID)}}
			}
			t.add(at+"/"+strconv.Itoa(i), "", w)
		}
	})
}

// loops are the paths of what is repeated.
func (t *typer) loops() (paths []string) {
	Walk(t.flow.Steps, "/steps", func(at string, s *Step) {
		if s.Action == "loop" {
			paths = append(paths, at+"/steps/")
		}
	})
	return paths
}

// onlyApproved is the filter that lets an approval through, as a flow's JSON has it.
func (t *typer) onlyApproved(ask string) string {
	id := "approved"
	for n := 2; t.all[id]; n++ {
		id = "approved" + strconv.Itoa(n)
	}
	step, _ := json.Marshal(map[string]any{"id": id, "action": "filter", "with": map[string]any{"where": "steps." + ask + ".data.approved == true"}})
	return string(step)
}

// eachBlock visits every list of steps with its path.
func eachBlock(steps []*Step, at string, visit func(at string, steps []*Step)) {
	visit(at, steps)
	Walk(steps, at, func(path string, s *Step) {
		visit(path+"/steps", s.Steps)
		for i, b := range s.Branches {
			visit(fmt.Sprintf("%s/branches/%d/steps", path, i), b.Steps)
		}
		visit(path+"/catch", s.Catch)
	})
}
