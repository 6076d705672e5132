package web

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/web/api"
	"gancho/web/session"

	"github.com/labstack/echo/v4"
)

// docsPage is the reference that people read in the browser. It has no script and no style.
var docsPage = template.Must(template.New("docs").Funcs(template.FuncMap{
	"in": form.Words.In,
	"json": func(value any) (string, error) {
		data, err := json.Marshal(value)
		return string(data), err
	},
}).Parse(`<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Gancho: {{in .Title .Lang}}</title><main><h1>{{in .Title .Lang}}</h1>
<nav><ul><li><a href="#functions">{{in .FunctionsTitle .Lang}}</a></li><li><a href="#actions">{{in .ActionsTitle .Lang}}</a></li><li><a href="#triggers">{{in .TriggersTitle .Lang}}</a></li></ul></nav>
<h2 id="functions">{{in .FunctionsTitle .Lang}}</h2>
{{- range .Functions}}
<section id="{{.Name}}"><h3><code>{{.Signature}}</code></h3><p>{{in .Doc $.Lang}}</p>
{{- if .Examples}}<ul>{{range .Examples}}<li><code>{{.Expression}}</code> → <code>{{json .Result}}</code></li>{{end}}</ul>{{end}}</section>
{{- end}}
<h2 id="actions">{{in .ActionsTitle .Lang}}</h2>
<dl>{{range .Actions}}<dt>{{in .Title $.Lang}} <code>{{.Kind}}</code></dt><dd>{{in .Summary $.Lang}}</dd>{{end}}</dl>
<h2 id="triggers">{{in .TriggersTitle .Lang}}</h2>
<dl>{{range .Triggers}}<dt>{{in .Title $.Lang}} <code>{{.Kind}}</code></dt><dd>{{in .Summary $.Lang}}</dd>{{end}}</dl>
</main></html>
`))

type docsText struct {
	Lang                                               string
	Title, FunctionsTitle, ActionsTitle, TriggersTitle form.Words
	Functions                                          []expression.Function
	Actions                                            []engine.Action
	Triggers                                           []engine.Trigger
}

// documented are the actions that the asker may read of: the operator's own are no stranger's.
func (s *Server) documented(c echo.Context) []engine.Action {
	all := s.API.Catalogue.Actions()
	person, err := s.API.People.Who(c.Request())
	if err != nil {
		s.Log.Error("it is not known who asks", "error", err) // so it may be a stranger
	}
	if person.Role.May(session.View) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(a engine.Action) bool { return a.Own() })
}

// docs shows the reference in the reader's language, or in the one that ?lang names.
func (s *Server) docs(c echo.Context) error {
	lang := c.QueryParam("lang")
	if lang == "" {
		lang = api.LanguageOf(c.Request())
	}
	if lang != "pt-BR" {
		lang = "en"
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Language, Authorization, Cookie")
	c.Response().WriteHeader(http.StatusOK)
	err := docsPage.Execute(c.Response(), docsText{
		Lang: lang, Title: form.Label("Reference", "Referência"), FunctionsTitle: form.Label("Functions of expressions", "Funções das expressões"),
		ActionsTitle: form.Label("Actions", "Ações"), TriggersTitle: form.Label("Triggers", "Gatilhos"),
		Functions: expression.Functions(), Actions: s.documented(c), Triggers: s.API.Catalogue.Triggers,
	})
	if err != nil {
		s.Log.Debug("write the reference", "error", err)
	}
	return nil
}
