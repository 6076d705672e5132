package triggers

import (
	"gancho/engine"
	"gancho/engine/form"
)

// manualTrigger is a person, or the API, with an input body.
func manualTrigger() engine.Trigger {
	return engine.Trigger{
		Kind: "manual", Title: form.Label("By hand", "Manual"),
		Summary: form.Label("Started by a person or the API", "Iniciado por uma pessoa ou pela API"),
		Fields:  func() form.Fields { return form.Of() },
		Check:   checkWhere,
		Sample:  map[string]any{},
	}
}
