package triggers

import (
	"fmt"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// Catalogue lists what can start a flow, in the order in which people look for it. Webhooks
// know the presets that are handed in; without any, those of this program.
func Catalogue(presets ...*Presets) []engine.Trigger {
	known := BuiltIn()
	if len(presets) > 0 && presets[0] != nil {
		known = presets[0]
	}
	return []engine.Trigger{webhookTrigger(known), scheduleTrigger(), manualTrigger(), callTrigger(), failureTrigger()}
}

func problem(path, code, en, pt string) form.Problem {
	return form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)}
}

func warning(path, code, en, pt string) form.Problem {
	return form.Problem{Severity: form.Warning, Path: path, Code: code, Message: form.Label(en, pt)}
}

// checkWhere finds door expressions that read what is not there before a run begins.
func checkWhere(f *flow.Flow, _ flow.Known) []form.Problem {
	return checkDoor("/trigger/where", f.Trigger.Where)
}

func checkDoor(path, source string) []form.Problem {
	if source == "" {
		return nil
	}
	p, err := expression.Compile(source)
	if err != nil {
		return nil // said by the check of all expressions
	}
	for _, chain := range p.Paths() {
		switch chain[0] {
		case "steps", "errors", "item", "index", "loops", "vars", "run":
			return []form.Problem{problem(path, "only_trigger", fmt.Sprintf("%s is not known here: only trigger is", chain[0]),
				fmt.Sprintf("%s não existe aqui: só trigger", chain[0]))}
		}
	}
	return nil
}
