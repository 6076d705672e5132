package triggers

import (
	"fmt"
	"strconv"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// failureTrigger is a run of another flow that failed for good. A run that it starts never
// starts another failure flow.
func failureTrigger() engine.Trigger {
	return engine.Trigger{
		Kind: "failure", Title: form.Label("When a run fails", "Quando uma execução falha"),
		Summary: form.Label("Started when a run of other flows fails for good", "Iniciado quando uma execução de outros fluxos falha de vez"),
		Fields: func() form.Fields {
			var flows []string
			return form.Of(form.Texts("flows", &flows, form.Label("Flows", "Fluxos")).Required().Literal().Example("*").
				Help(form.Label("ids of flows, or * for all", "ids de fluxos, ou * para todos")))
		},
		Check: checkFailure,
		Sample: map[string]any{
			"flow": "paid-order", "run": "0190a1b2-0000-7000-8000-000000000001", "step": "tell_sales",
			"error": map[string]any{"code": "http_404", "message": "not found", "status": 404},
		},
	}
}

func checkFailure(f *flow.Flow, known flow.Known) []form.Problem {
	problems := checkWhere(f, known)
	list, _ := f.Trigger.With["flows"].([]any) //nolint:errcheck // what is no list names none
	for i, element := range list {
		id, ok := element.(string)
		if !ok || id == "*" || known.Flow == nil || known.Flow(id) {
			continue
		}
		problems = append(problems, warning("/trigger/with/flows/"+strconv.Itoa(i), "no_flow_yet",
			fmt.Sprintf("there is no flow %q yet", id), fmt.Sprintf("ainda não existe o fluxo %q", id)))
	}
	return problems
}
