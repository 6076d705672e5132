package triggers

import (
	"fmt"
	"slices"
	"strings"

	"gancho/engine"
	"gancho/engine/form"
	"gancho/engine/own"
)

// Misfits is what own presets name of connectors, and is not there or not as they need it: each event
// would fail of it.
func (p *Presets) Misfits(known *engine.Catalogue) []own.Problem {
	return p.Ask(func(x *Preset) []form.Problem { return x.Misfits(known) })
}

// Misfits is the same of one preset.
func (p *Preset) Misfits(known *engine.Catalogue) []form.Problem {
	name := p.Connector()
	if name == "" {
		return nil
	}
	if !slices.ContainsFunc(known.Kinds(), func(kind string) bool { return strings.HasPrefix(kind, name+".") }) {
		return []form.Problem{unfit("/connector", "unknown_connector", fmt.Sprintf("there is no connector %q", name), fmt.Sprintf("não existe o conector %q", name))}
	}
	kind := p.HydrateAction()
	if kind == "" {
		return nil
	}
	action, ok := known.Find(kind)
	switch {
	case !ok:
		return []form.Problem{unfit("/hydrate/action", "unknown_action", fmt.Sprintf("there is no action %q", kind), fmt.Sprintf("não existe a ação %q", kind))}
	case action.Effect:
		return []form.Problem{unfit("/hydrate/action", "has_effect", kind+" changes something; name one that only reads", kind+" altera algo; cite uma que só leia")}
	}
	input := map[string]any{}
	for _, field := range p.HydrateFields() {
		input[field] = "{{ }}" // any value
	}
	problems := action.New().Fields().Check(input)
	for i := range problems {
		problems[i].Path = "/hydrate/input" + problems[i].Path
	}
	return problems
}

func unfit(path, code, en, pt string) form.Problem {
	return form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)}
}
