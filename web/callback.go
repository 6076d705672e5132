package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"gancho/engine/connections"
	"gancho/web/api"
	"gancho/web/session"

	"github.com/labstack/echo/v4"
)

// callbackPage tells a person what became of a sign-in. It has no script and no style.
var callbackPage = template.Must(template.New("callback").Parse(`<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Gancho: {{.Title}}</title><main><h1>{{.Title}}</h1><p>{{.Text}}</p><p><a href="{{.Base}}/connections">{{.Link}}</a></p></main></html>
`))

type callbackText struct{ Lang, Title, Text, Link, Base string }

// callback ends a sign-in: the provider has sent a person back with a code.
func (s *Server) callback(c echo.Context) error {
	r := c.Request()
	lang := api.LanguageOf(r)
	query := r.URL.Query()
	code := query.Get("code")
	if query.Get("error") != "" {
		code = ""
	}
	ctx, cancel := context.WithTimeout(r.Context(), 25*time.Second)
	defer cancel()
	person, err := s.API.People.Who(r)
	name := ""
	if err == nil && person.Name != "" && !person.Role.May(session.Edit) { // no longer
		err = connections.ErrNoSignIn
	}
	if err == nil {
		name, err = s.API.Connections.FinishSignIn(ctx, query.Get("state"), code, person.Name, s.API.Public())
	}
	status, text := http.StatusOK, callbackWords(lang, name, "")
	switch {
	case err == nil:
	case query.Get("error") != "":
		status, text = http.StatusForbidden, callbackWords(lang, name, "refused")
	case errors.Is(err, connections.ErrNoSignIn):
		status, text = http.StatusBadRequest, callbackWords(lang, name, "over")
	default:
		s.Log.Warn("a sign-in failed", "connection", name, "error", err)
		status, text = http.StatusBadGateway, callbackWords(lang, name, "failed")
	}
	text.Base = s.API.Public()
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	// The window that opened this one may see that it is done.
	h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	c.Response().WriteHeader(status)
	if err := callbackPage.Execute(c.Response(), text); err != nil {
		s.Log.Debug("write an answer", "error", err)
	}
	return nil
}

func callbackWords(lang, name, what string) callbackText {
	texts := map[string][4]string{
		"":        {"Signed in", "The connection " + name + " may use the account now. You can close this window.", "Conta conectada", "A conexão " + name + " já pode usar a conta. Você pode fechar esta janela."},
		"refused": {"Not signed in", "The provider says that access was not allowed. Nothing was changed.", "Não conectada", "O provedor diz que o acesso não foi permitido. Nada foi alterado."},
		"over":    {"Not signed in", "This sign-in was not begun here by you, was used already, or took too long. Begin again from the connection.", "Não conectada", "Esta autorização não foi iniciada aqui por você, já foi usada ou demorou demais. Comece de novo pela conexão."},
		"failed":  {"Not signed in", "The provider did not give a token. Check client ID, client secret and the callback URL at the provider, and begin again.", "Não conectada", "O provedor não deu um token. Confira client ID, client secret e a URL de retorno no provedor e comece de novo."},
	}
	t := texts[what]
	if lang == "pt-BR" {
		return callbackText{Lang: lang, Title: t[2], Text: t[3], Link: "Voltar às conexões"}
	}
	return callbackText{Lang: lang, Title: t[0], Text: t[1], Link: "Back to the connections"}
}
