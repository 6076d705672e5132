package actions

import (
	"context"

	"gancho/engine"
	"gancho/engine/form"
)

func logAction() engine.Action {
	return engine.Action{
		Kind:       "log",
		Title:      form.Label("Write a line", "Escrever uma linha"),
		Summary:    form.Label("Writes a line into the run", "Escreve uma linha na execução"),
		Words:      form.Label("debug print note trace", "depurar imprimir anotar"),
		Group:      "flow",
		New:        func() engine.Doer { return new(logLine) },
		Repeatable: true,
		Sample:     map[string]any{"message": "Order 42 is paid"},
	}
}

type logLine struct{ message string }

func (l *logLine) Fields() form.Fields {
	return form.Of(form.LongText("message", &l.message, form.Label("Message", "Mensagem")).Required().Blank().Example("Order {{ trigger.body.id }}"))
}

// Reset leaves nothing of a former line.
func (l *logLine) Reset() { *l = logLine{} }

// Do writes the line; it has no effect outside of the run.
func (l *logLine) Do(_ context.Context, call *engine.Call) (engine.Output, error) {
	call.Log(l.message)
	return map[string]any{"message": l.message}, nil
}
