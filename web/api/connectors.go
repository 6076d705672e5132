package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/own"
)

// fileProblems shows what is wrong with own files, each with its place.
func fileProblems(ctx context.Context, problems []own.Problem) []ProblemView {
	views := []ProblemView{}
	for _, p := range problems {
		view := viewProblems([]form.Problem{p.Problem}, langOf(ctx))[0]
		view.Message = fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Col, view.Message)
		views = append(views, view)
	}
	return views
}

type optionsInput struct {
	Kind  string `path:"kind" doc:"of the action"`
	Field string `path:"field" doc:"id of the field"`
	Body  struct {
		Connection string                     `json:"connection,omitempty" doc:"name of the connection that is asked"`
		Input      map[string]json.RawMessage `json:"input,omitempty" doc:"the other fields as they are filled in so far"`
	}
}

type optionView struct {
	Value string `json:"value" doc:"what is stored"`
	Label string `json:"label" doc:"what people read"`
}

type optionsOutput struct {
	Body struct {
		Items []optionView `json:"items" doc:"in the provider's order"`
	}
}

// options reads the options of a field from the provider.
func (s *server) options(ctx context.Context, in *optionsInput) (*optionsOutput, error) {
	action, ok := s.Catalogue.Find(in.Kind)
	if !ok || action.Options == nil {
		return nil, problemOf(http.StatusNotFound, "no_options", "no field of this action has options at the provider", "nenhum campo desta ação tem opções no provedor")
	}
	ask := engine.OptionsAsk{Field: in.Field, Input: map[string]any{}, Lang: langOf(ctx)}
	for name, raw := range in.Body.Input {
		if value, err := expression.Decode(raw); err == nil {
			ask.Input[name] = value
		}
	}
	if in.Body.Connection != "" {
		c, err := s.Connections.Resolve(in.Body.Connection)
		if err != nil {
			return nil, problemOf(http.StatusUnprocessableEntity, "no_connection", "the connection does not exist, is not complete or was refused", "a conexão não existe, não está completa ou foi recusada")
		}
		ask.Connection = c
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	choices, err := action.Options(ctx, ask)
	if err != nil {
		return nil, optionsTrouble(err)
	}
	out := &optionsOutput{}
	out.Body.Items = []optionView{}
	for _, c := range choices {
		out.Body.Items = append(out.Body.Items, optionView{c.Value, c.Label.In(ask.Lang)})
	}
	return out, nil
}

// optionsTrouble says why there are no options; the field takes a typed value all the same.
func optionsTrouble(err error) error {
	var f *engine.Fault
	if !errors.As(err, &f) {
		return err
	}
	en, pt := f.Error(), f.Error()
	if !f.Hint.IsZero() {
		en, pt = en+": "+f.Hint.EN, pt+": "+f.Hint.PT
	}
	return problemOf(http.StatusUnprocessableEntity, f.Code, en, pt)
}

type authorizeOutput struct {
	Body struct {
		URL string `json:"url" doc:"of the provider's page; it sends the person back to /oauth/callback"`
	}
}

// authorize begins a sign-in at the provider of a connection.
func (s *server) authorize(ctx context.Context, in *NamePath) (*authorizeOutput, error) {
	person := ""
	if p := who(ctx); p.User {
		person = p.Name
	}
	url, err := s.Connections.BeginSignIn(ctx, in.Name, person, s.Public())
	if err != nil {
		return nil, err
	}
	out := &authorizeOutput{}
	out.Body.URL = url
	return out, nil
}
