package api

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
)

// ConnectionView is a connection, and which flows use it.
type ConnectionView struct {
	connections.View
	UsedBy []string `json:"used_by" doc:"ids of the flows that name it"`
}

type connectionOutput struct{ Body ConnectionView }

// NamePath names a connection.
type NamePath struct {
	Name string `path:"name" doc:"of the connection"`
}

func (s *server) listConnections(ctx context.Context, in *Page) (*listOutput[ConnectionView], error) {
	if err := in.check(aName); err != nil {
		return nil, err
	}
	used, all := s.usedBy(), []ConnectionView{}
	for _, c := range s.Connections.List() {
		c.Problem = engine.Told(ctx, c.Problem)
		all = append(all, ConnectionView{c, orEmpty(used[c.Name])})
	}
	return pageOf(*in, all, func(c ConnectionView) string { return c.Name }), nil
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// usedBy says for each connection which flows name it.
func (s *server) usedBy() map[string][]string {
	used := map[string][]string{}
	for _, e := range s.Flows.List() {
		names := connectionsOf(e.Draft)
		maps.Copy(names, connectionsOf(e.Published))
		for name := range names {
			used[name] = append(used[name], e.ID)
		}
	}
	return used
}

// publishedWith are the flows of which what is published names a connection.
func (s *server) publishedWith(name string) []string {
	var ids []string
	for _, e := range s.Flows.List() {
		if connectionsOf(e.Published)[name] {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// connectionsOf are the connections that a flow names; f may be nil.
func connectionsOf(f *flow.Flow) map[string]bool {
	names := map[string]bool{}
	if f == nil {
		return names
	}
	names[f.Trigger.Connection] = true
	flow.Walk(f.Steps, "", func(_ string, step *flow.Step) { names[step.Connection] = true })
	delete(names, "")
	return names
}

// refusedIn are the connections of a published flow that their providers refuse.
func (s *server) refusedIn(f *flow.Flow) []string {
	var names []string
	for name := range connectionsOf(f) {
		var refused *connections.Refused
		if _, err := s.Connections.Resolve(name); errors.As(err, &refused) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (s *server) connectionOutput(ctx context.Context) func(connections.View, error) (*connectionOutput, error) {
	return func(v connections.View, err error) (*connectionOutput, error) {
		if err != nil {
			return nil, err
		}
		v.Problem = engine.Told(ctx, v.Problem)
		return &connectionOutput{ConnectionView{v, orEmpty(s.usedBy()[v.Name])}}, nil
	}
}

func (s *server) getConnection(ctx context.Context, in *NamePath) (*connectionOutput, error) {
	return s.connectionOutput(ctx)(s.Connections.Get(in.Name))
}

type connectionBody struct {
	Name   string                     `json:"name,omitempty" doc:"lower case letters, digits, _ and -; of a PUT that of the path"`
	Kind   string                     `json:"kind,omitempty" doc:"one of GET /connection-kinds; it never changes"`
	Fields map[string]json.RawMessage `json:"fields,omitempty" doc:"a secret left out keeps its value; a list holds several"`
	Hosts  []string                   `json:"hosts,omitempty" doc:"the only hosts that its secrets may go to"`
}

// fields reads them exactly. A fault must not repeat the value: it may be a secret.
func (b *connectionBody) fields() (map[string]any, error) {
	fields := map[string]any{}
	for id, raw := range b.Fields {
		value, err := expression.Decode(raw)
		if err != nil {
			return nil, problemOf(http.StatusUnprocessableEntity, "bad_field", "field "+id+" cannot be read", "o campo "+id+" não pode ser lido")
		}
		fields[id] = value
	}
	return fields, nil
}

func (s *server) createConnection(ctx context.Context, in *struct{ Body connectionBody }) (*connectionOutput, error) {
	fields, err := in.Body.fields()
	if err != nil {
		return nil, err
	}
	return s.connectionOutput(ctx)(s.Connections.Create(ctx, in.Body.Name, in.Body.Kind, fields, in.Body.Hosts))
}

func (s *server) putConnection(ctx context.Context, in *struct {
	NamePath
	Body connectionBody
},
) (*connectionOutput, error) {
	fields, err := in.Body.fields()
	if err != nil {
		return nil, err
	}
	if in.Body.Name != "" && in.Body.Name != in.Name {
		return nil, problemOf(http.StatusUnprocessableEntity, "bad_name", "a connection cannot be renamed: flows name it", "uma conexão não pode mudar de nome: os fluxos a citam")
	}
	before, err := s.Connections.Get(in.Name)
	if in.Body.Kind == "" && err == nil {
		in.Body.Kind = before.Kind
	}
	if in.Body.Hosts == nil && err == nil && in.Body.Kind == before.Kind {
		in.Body.Hosts = before.Hosts
	}
	return s.connectionOutput(ctx)(s.Connections.Put(ctx, in.Name, in.Body.Kind, fields, in.Body.Hosts))
}

// deleteConnection refuses while published flows name the connection, unless forced: their senders
// could not be proved, and their runs would wait.
func (s *server) deleteConnection(ctx context.Context, in *struct {
	NamePath
	Force flag `query:"force" doc:"although published flows use it"`
},
) (*nothing, error) {
	if _, err := s.Connections.Get(in.Name); err != nil {
		return nil, err
	}
	if used := s.publishedWith(in.Name); len(used) > 0 && !bool(in.Force) {
		flows := strings.Join(used, ", ")
		p := problemOf(http.StatusConflict, "in_use", "published flows use this connection: "+flows+"; take it out of them, or delete it with force",
			"há fluxos publicados que usam esta conexão: "+flows+"; tire-a deles, ou apague-a com force")
		p.UsedBy = used
		return nil, p
	}
	return nil, s.Connections.Delete(ctx, in.Name)
}

type testConnectionOutput struct {
	Body struct {
		State   string `json:"state" enum:"untested,ok,broken" doc:"of the connection, after the test"`
		Account string `json:"account,omitempty" doc:"whose account it is"`
		Works   bool   `json:"works" doc:"what was tried just now went well; a server that cannot be reached says nothing about the state"`
		Detail  string `json:"detail" doc:"what was found, in words"`

		Fields []string `json:"fields" doc:"of the connection, that a failure speaks of"`
	}
}

// testConnection makes the harmless request of the connection's kind, and notes the outcome.
func (s *server) testConnection(ctx context.Context, in *NamePath) (*testConnectionOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	test, err := s.Connections.Test(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	out := &testConnectionOutput{}
	b := &out.Body
	b.State, b.Account, b.Works, b.Detail = test.State, test.Account, test.Works, test.Detail.In(langOf(ctx))
	b.Fields = orEmpty(test.Fields)
	return out, nil
}
