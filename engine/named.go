package engine

import (
	"context"
	"regexp"
	"strings"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// FlowName is what people call a flow.
func (e *Engine) FlowName(id string) string {
	if entry, ok := e.Flows.Find(id); ok && entry.Draft != nil && entry.Draft.Name != "" {
		return entry.Draft.Name
	}
	return id
}

// StepName is what the step at a path of a run is called, to whom ctx says (WithLang).
func (e *Engine) StepName(ctx context.Context, r store.Run, path string) string {
	return e.stepWords(ctx, r, path).In(langOf(ctx))
}

// stepWords are what people call the step at a path of a run.
func (e *Engine) stepWords(ctx context.Context, r store.Run, path string) form.Words {
	f := new(flow.Flow)
	if p, err := e.planOf(ctx, r); err == nil {
		f = p.flow
	}
	return e.Catalogue.stepWords(f, path)
}

// stepWords are what people call the step at a path: its own name, else what its action does, else its id.
func (c *Catalogue) stepWords(f *flow.Flow, path string) form.Words {
	if path == resourceFrame+resourceStep {
		return form.Label("Fetch the event from its provider", "Buscar o evento no provedor")
	}
	id := idOf(path)
	words := form.Label(id, id)
	flow.Walk(f.Steps, "", func(_ string, s *flow.Step) {
		if s.ID != id {
			return
		}
		if words = form.Label(s.Name, s.Name); s.Name == "" {
			words = form.Label(id, id)
			if a, ok := c.Find(s.Action); ok && !a.Title.IsZero() {
				words = a.Title
			}
		}
	})
	return words
}

// nameStep says what the step is called at which a run failed or was filtered, and in the error what
// its field is, to whom ctx says (WithLang).
func (e *Engine) nameStep(ctx context.Context, r *store.Run, v *RunView) {
	if r.Status == store.RunFiltered && r.Error.Step != "" {
		v.StoppedAt = &StopView{r.Error.Step, e.StepName(ctx, *r, r.Error.Step)}
	}
	if v.Error == nil || v.Error.Step == "" {
		return
	}
	v.Error.Name = e.StepName(ctx, *r, v.Error.Step)
	if p, err := e.planOf(ctx, *r); err == nil && ofField.MatchString(v.Error.Message) {
		flow.Walk(p.flow.Steps, "", func(_ string, s *flow.Step) {
			if s.ID == idOf(v.Error.Step) {
				e.Catalogue.nameField(ctx, v.Error, s.Action)
			}
		})
	}
}

// ofField is an error of a field of a step, as it is kept: by the name that documents have for it.
var ofField = regexp.MustCompile(`^(field|campo) /?(\w+)((?:/[^:]*)?: )`)

// nameField says in an error of a step what people call its field.
func (c *Catalogue) nameField(ctx context.Context, v *said.ErrorView, kind string) {
	if v == nil {
		return
	}
	found := ofField.FindStringSubmatch(v.Message)
	a, ok := c.Find(kind)
	if found == nil || !ok || langOf(ctx) == "" { // what is kept is told in any language later
		return
	}
	if f := a.New().Fields().Find(found[2]); f != nil {
		v.Message = strings.Join([]string{found[1], " “", f.Label().In(langOf(ctx)), "”", found[3], v.Message[len(found[0]):]}, "")
	}
}

// nameFields does so in the story of a run, to whom ctx says.
func (c *Catalogue) nameFields(ctx context.Context, v *RunView) {
	for i := range v.Steps {
		s := &v.Steps[i]
		c.nameField(ctx, s.Error, s.Action)
		for j := range s.Attempts {
			c.nameField(ctx, s.Attempts[j].Error, s.Action)
		}
		if v.Error != nil && v.Error.Step == s.Path {
			c.nameField(ctx, v.Error, s.Action)
		}
	}
}
