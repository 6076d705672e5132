package engine

import (
	"context"

	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// bothWords is a reason as it is kept.
func bothWords(en, pt string) string { return said.Both(form.Label(en, pt)) }

// Told is a kept reason, or a fault, in the language of whoever asks.
func Told(ctx context.Context, reason string) string {
	return said.In(reason, langOf(ctx))
}

type langKey struct{}

// WithLang says in which language whoever asks is told why ("pt-BR", or anything else for
// English).
func WithLang(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

func langOf(ctx context.Context) string {
	lang, _ := ctx.Value(langKey{}).(string)
	return lang
}

func (v *RunView) speak(ctx context.Context) {
	lang := langOf(ctx)
	v.Reason = said.In(v.Reason, lang)
	v.Error.Speak(lang)
	for i := range v.Steps {
		s := &v.Steps[i]
		s.Reason = said.In(s.Reason, lang)
		s.Error.Speak(lang)
		s.Warning.Speak(lang)
		for j := range s.Attempts {
			s.Attempts[j].Error.Speak(lang)
		}
	}
}

// ViewRun shows a run without its steps, to whom ctx says (WithLang).
func ViewRun(ctx context.Context, r *store.Run) RunView {
	v := viewRun(r)
	v.speak(ctx)
	return v
}

// ViewEvent shows a delivery without its body, to whom ctx says (WithLang).
func ViewEvent(ctx context.Context, i *store.EventInfo) EventView {
	v := viewEvent(i)
	v.Reason = said.In(v.Reason, langOf(ctx))
	return v
}
