package engine

import (
	"context"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/store"
)

// stepWords are what people call the step at a path of a run: its own name, else what its
// action does, else its id.
func (e *Engine) stepWords(ctx context.Context, r store.Run, path string) form.Words {
	if path == resourceFrame+resourceStep {
		return form.Label("Fetch the event from its provider", "Buscar o evento no provedor")
	}
	id := idOf(path)
	words := form.Label(id, id)
	p, err := e.planOf(ctx, r)
	if err != nil {
		return words
	}
	flow.Walk(p.flow.Steps, "", func(_ string, s *flow.Step) {
		if s.ID != id {
			return
		}
		if words = form.Label(s.Name, s.Name); s.Name == "" {
			words = form.Label(id, id)
			if a, ok := e.Catalogue.Find(s.Action); ok && !a.Title.IsZero() {
				words = a.Title
			}
		}
	})
	return words
}

// nameStep says in an error what its step is called, to whom ctx says (WithLang).
func (e *Engine) nameStep(ctx context.Context, r *store.Run, v *ErrorView) {
	if v != nil && v.Step != "" {
		v.Name = e.stepWords(ctx, *r, v.Step).In(langOf(ctx))
	}
}
