package triggers

import (
	"errors"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// callTrigger is another flow, with an input.
func callTrigger() engine.Trigger {
	return engine.Trigger{
		Kind: "call", Title: form.Label("Called by another flow", "Chamado por outro fluxo"),
		Summary: form.Label("Started by a call step of another flow, with an input", "Iniciado por um passo call de outro fluxo, com uma entrada"),
		Fields: func() form.Fields {
			var input map[string]any
			return form.Of(form.Map("input", &input, form.Label("Input", "Entrada")).Literal().
				Help(form.Label("JSON Schema of what a call must give", "JSON Schema do que uma chamada deve dar")))
		},
		Check:   checkCall,
		Accepts: acceptCall,
		Sample:  map[string]any{},
	}
}

// acceptCall reads the schema once, for all calls of a revision.
func acceptCall(f *flow.Flow) func(input []byte) error {
	given, ok := f.Trigger.With["input"].(map[string]any)
	if !ok {
		return nil
	}
	schema, refused := compileSchema(given)
	return func(input []byte) error {
		if refused != nil {
			return refused
		}
		value, err := DecodeBody("application/json", input)
		if err != nil {
			return err
		}
		if err := schema.Validate(value); err != nil {
			return errors.New(misfit(err).EN)
		}
		return nil
	}
}

func checkCall(f *flow.Flow, known flow.Known) []form.Problem {
	problems := checkWhere(f, known)
	if schema, ok := f.Trigger.With["input"].(map[string]any); ok {
		if _, err := compileSchema(schema); err != nil {
			problems = append(problems, badSchema("/trigger/with/input", err))
		}
	}
	return problems
}
