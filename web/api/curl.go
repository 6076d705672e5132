package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"gancho/actions"
	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
)

type curlInput struct {
	Body struct {
		Command    string                     `json:"command,omitempty" doc:"to read; it is not run"`
		With       map[string]json.RawMessage `json:"with,omitempty" doc:"fields of http.request, to write as a command"`
		Connection string                     `json:"connection,omitempty" doc:"of the step; its secret is a variable in the command"`
	}
}

// CurlView is a curl command and the fields of http.request that it stands for.
type CurlView struct {
	Command    string              `json:"command" doc:"the curl command; empty where the fields make none"`
	With       map[string]any      `json:"with" nullable:"true" doc:"null where the command is none"`
	Connection *CurlConnectionView `json:"connection" doc:"to be made in the place of the secret, which was left out; else null"`
	Problems   []ProblemView       `json:"problems" doc:"what of it could not be read or written"`
}

// CurlConnectionView is a connection that a command asks for.
type CurlConnectionView struct {
	Kind   string            `json:"kind" doc:"to be made"`
	Fields map[string]string `json:"fields" doc:"plain ones that the command has, by id"`
	Hosts  []string          `json:"hosts" doc:"that the command calls"`
}

type curlOutput struct{ Body CurlView }

// curl reads a command as fields, or writes fields as a command.
func (s *server) curl(ctx context.Context, in *curlInput) (*curlOutput, error) {
	if in.Body.With != nil {
		return s.writeCurl(in)
	}
	read := actions.ParseCurl(in.Body.Command)
	view := CurlView{Command: in.Body.Command, With: read.With, Problems: viewProblems(read.Problems, langOf(ctx))}
	if c := read.Connection; c != nil {
		view.Connection = &CurlConnectionView{c.Kind, c.Fields, c.Hosts}
		if c.Fields == nil {
			view.Connection.Fields = map[string]string{}
		}
		if c.Hosts == nil {
			view.Connection.Hosts = []string{}
		}
	}
	return &curlOutput{view}, nil
}

func (s *server) writeCurl(in *curlInput) (*curlOutput, error) {
	with := map[string]any{}
	for name, raw := range in.Body.With {
		value, err := expression.Decode(raw)
		if err != nil {
			return nil, problemOf(http.StatusUnprocessableEntity, "bad_input", "with: "+err.Error(), "with: "+err.Error())
		}
		with[name] = value
	}
	kind, fields := "", map[string]string{}
	if name := in.Body.Connection; name != "" {
		c, err := s.Connections.Get(name)
		if err != nil {
			return nil, err
		}
		kind = c.Kind
		for id, value := range c.Fields {
			if text, plain := value.(string); plain {
				fields[id] = text
			}
		}
	}
	command, err := actions.WriteCurl(with, kind, fields)
	if err != nil {
		var f *engine.Fault
		if errors.As(err, &f) {
			return nil, problemOf(http.StatusUnprocessableEntity, f.Code, f.Message, f.Message)
		}
		return nil, err
	}
	return &curlOutput{CurlView{Command: command, With: with, Problems: viewProblems([]form.Problem{}, "")}}, nil
}
