package engine

import (
	"context"
	"strings"

	"gancho/engine/form"
	"gancho/engine/store"
)

// between stands in a kept reason between its English and its Portuguese. Reasons kept by
// earlier versions have English alone.
const between = "\x1f"

// BothWords is a reason as it is kept: in both languages.
func BothWords(w form.Words) string {
	if w.PT == "" || w.PT == w.EN {
		return w.EN
	}
	return w.EN + between + w.PT
}

func bothWords(en, pt string) string { return BothWords(form.Label(en, pt)) }

// told is a kept reason in one language.
func told(reason, lang string) string {
	en, pt, both := strings.Cut(reason, between)
	if both && lang == "pt-BR" {
		return pt
	}
	return en
}

// Told is a kept reason, or a fault, in the language of whoever asks.
func Told(ctx context.Context, reason string) string {
	return Said(reason, langOf(ctx))
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
	v.Reason = Said(v.Reason, lang)
	v.Error.speak(lang)
	for i := range v.Steps {
		s := &v.Steps[i]
		s.Reason = Said(s.Reason, lang)
		s.Error.speak(lang)
		for j := range s.Attempts {
			s.Attempts[j].Error.speak(lang)
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
	v.Reason = Said(v.Reason, langOf(ctx))
	return v
}
