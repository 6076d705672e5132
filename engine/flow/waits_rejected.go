package flow

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"gancho/engine/form"
)

// goesOnRejected warns of approvals that others follow while nothing in the flow asks how they
// were answered. The fix is a filter behind them.
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
	eachBlock(t.flow.Steps, "/steps", func(at string, steps []*Step) {
		for i, s := range steps {
			if i == len(steps)-1 || !s.Asks() || s.Disabled || read[s.ID] {
				continue
			}
			t.add(at+"/"+strconv.Itoa(i), "", form.Problem{
				Severity: form.Warning, Code: "rejected_goes_on", Fixes: []form.Fix{{Words: form.Label("Go on only if approved", "Continuar só se aprovado"), Put: t.onlyApproved(s.ID)}},
				Message: form.Label("the next steps also run when it is rejected, or nobody answers in time", "os próximos passos executam também quando é rejeitado, ou sem resposta no prazo"),
				Hint:    form.Label(fmt.Sprintf("ask for `steps.%s.data.approved` behind it", s.ID), fmt.Sprintf("pergunte por `steps.%s.data.approved` depois dele", s.ID)),
			})
		}
	})
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
