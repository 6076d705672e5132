package engine

import (
	"context"
	"regexp"

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

// What went wrong is kept in English, as expressions read it. These are the sentences of our
// own that people read in Portuguese; what a service said stays as it said it.
var inPortuguese = []struct {
	words *regexp.Regexp
	as    string
}{
	{regexp.MustCompile(`^(\S+) answered (\d{3}), but the condition of success is not true`), "$1 respondeu $2, mas a condição de sucesso não é verdadeira"},
	{regexp.MustCompile(`^(.{1,80}?) answered (\d{3})`), "$1 respondeu $2"},
	{regexp.MustCompile(`^no answer from (\S+) within `), "sem resposta de $1 em "},
	{regexp.MustCompile(`^no answer from (\S+)`), "sem resposta de $1"},
	{regexp.MustCompile(`^there is no host (\S+)`), "não existe o endereço $1"},
	{regexp.MustCompile(`^(\S+) has not answered lately; trying again soon$`), "$1 não tem respondido; nova tentativa em breve"},
	{regexp.MustCompile(`^(\S+) is at (\S+), inside a private network; to open it, start with `), "$1 está em $2, dentro de uma rede privada; para liberar, inicie com "},
	{regexp.MustCompile(`^the answer is larger than (\d+) bytes$`), "a resposta tem mais de $1 bytes"},
	{regexp.MustCompile(`^the mail server said `), "o servidor de e-mail disse "},
	{regexp.MustCompile(`^the mail server did not take the message: `), "o servidor de e-mail não aceitou a mensagem: "},
	{regexp.MustCompile(`^field (\S+): is required$`), "campo $1: é obrigatório"},
	{regexp.MustCompile(`^(?:field (\S+): )?(.+) is missing$`), "falta $2"},
	{regexp.MustCompile(`^the connection (\S+) has no (\S+)$`), "a conexão $1 não tem $2"},
	{regexp.MustCompile(`^(.+) does not accept this connection$`), "$1 não aceita esta conexão"},
}

// saidIn is the message of an error in a language.
func saidIn(message, lang string) string {
	if lang != "pt-BR" {
		return message
	}
	for _, p := range inPortuguese {
		if p.words.MatchString(message) {
			return p.words.ReplaceAllString(message, p.as)
		}
	}
	return message
}

func (v *ErrorView) speak(lang string) {
	if v != nil {
		v.Message = saidIn(v.Message, lang)
	}
}
