package api

import (
	"context"
	"slices"

	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// ActionView is an action with all that its form needs.
type ActionView struct {
	Kind        string             `json:"kind" doc:"the action of a step"`
	Title       form.Words         `json:"title" doc:"its name on the screen"`
	Summary     form.Words         `json:"summary" doc:"what it does, in a sentence"`
	Group       string             `json:"group" enum:"flow,http,message,email,crm,marketing,commerce,payment,data,ai,code,other" doc:"where the menu shows it"`
	Words       form.Words         `json:"words" doc:"further words that a search finds it by"`
	Mark        *form.Mark         `json:"mark,omitempty" doc:"of the provider, where there is one"`
	Shape       string             `json:"shape" enum:"leaf,steps,branches" doc:"leaf: has no steps inside; steps: has some; branches: has paths with steps"`
	Effect      bool               `json:"effect" doc:"changes the outside world"`
	Repeatable  bool               `json:"repeatable" doc:"doing it twice does no harm, so that it is tried again when its outcome is not known"`
	Attempts    int                `json:"attempts" doc:"how often a step is tried that does not say so itself"`
	Connections []string           `json:"connections" doc:"kinds of connection that it takes; empty where it takes none"`
	Optional    bool               `json:"connection_optional" doc:"it may go without one"`
	Help        *form.Words        `json:"help,omitempty" doc:"more of what it does, in Markdown"`
	Deprecated  *form.Words        `json:"deprecated,omitempty" doc:"what to use instead"`
	Fields      []form.Description `json:"fields" doc:"its settings, in the order of the form"`
	Schema      map[string]any     `json:"schema" doc:"JSON Schema of its settings"`
	Sample      any                `json:"sample" doc:"what it yields, as an example"`
}

// CatalogueOutput is a whole catalogue, with the problems of own files.
type CatalogueOutput[T any] struct {
	Body struct {
		Items    []T           `json:"items" doc:"all of them"`
		Problems []ProblemView `json:"problems" doc:"of own files, which were left out"`
	}
}

func catalogueOf[T any](items []T) *CatalogueOutput[T] {
	out := &CatalogueOutput[T]{}
	out.Body.Items, out.Body.Problems = items, []ProblemView{}
	if items == nil {
		out.Body.Items = []T{}
	}
	return out
}

func shapeName(s flow.Shape) string {
	switch s {
	case flow.Steps:
		return "steps"
	case flow.Branches:
		return "branches"
	}
	return "leaf"
}

func (s *server) listActions(ctx context.Context, _ *nothing) (*CatalogueOutput[ActionView], error) {
	var views []ActionView
	for i := range s.Catalogue.Actions() {
		a := &s.Catalogue.Actions()[i]
		fields := a.New().Fields()
		v := ActionView{
			Kind: a.Kind, Title: a.Title, Summary: a.Summary, Group: a.Group, Words: a.Words, Mark: a.Mark, Shape: shapeName(a.Shape), Effect: a.Effect, Repeatable: a.Repeatable, Attempts: a.Attempts(),
			Connections: a.Connection, Optional: a.Optional, Fields: fields.Describe(), Schema: fields.Schema(), Sample: a.Yields(),
		}
		if v.Connections == nil {
			v.Connections = []string{}
		}
		if !a.Help.IsZero() {
			v.Help = &a.Help
		}
		if !a.Deprecated.IsZero() {
			v.Deprecated = &a.Deprecated
		}
		views = append(views, v)
	}
	out := catalogueOf(views)
	if s.OwnProblems != nil {
		out.Body.Problems = fileProblems(ctx, s.OwnProblems())
	}
	return out, nil
}

// TriggerView is what can start a flow.
type TriggerView struct {
	Kind        string             `json:"kind" doc:"the kind of a trigger"`
	Title       form.Words         `json:"title" doc:"its name on the screen"`
	Summary     form.Words         `json:"summary" doc:"what it does, in a sentence"`
	Connections []string           `json:"connections" doc:"kinds of connection that it takes; empty where it takes none"`
	Fields      []form.Description `json:"fields" doc:"its settings, in the order of the form"`
	Schema      map[string]any     `json:"schema" doc:"JSON Schema of its settings"`
	Sample      any                `json:"sample" doc:"what expressions know as trigger, as an example"`
}

func (s *server) listTriggers(context.Context, *nothing) (*CatalogueOutput[TriggerView], error) {
	var views []TriggerView
	for i := range s.Catalogue.Triggers {
		t := &s.Catalogue.Triggers[i]
		v := TriggerView{Kind: t.Kind, Title: t.Title, Summary: t.Summary, Connections: s.kinds(t.Connections), Sample: t.Sample, Fields: []form.Description{}}
		if t.Fields != nil {
			fields := t.Fields()
			v.Fields, v.Schema = fields.Describe(), fields.Schema()
		}
		views = append(views, v)
	}
	return catalogueOf(views), nil
}

// kinds gives the kinds of connection that are named: <provider>:* is every one of it.
func (s *server) kinds(named []string) []string {
	list := []string{}
	for _, want := range named {
		for _, k := range s.Catalogue.Connections() {
			if flow.OfKind(k.Kind, want) && !slices.Contains(list, k.Kind) {
				list = append(list, k.Kind)
			}
		}
	}
	return list
}

func (s *server) listFunctions(context.Context, *nothing) (*CatalogueOutput[expression.Function], error) {
	return catalogueOf(expression.Functions()), nil
}

// ConnectionField is one thing to fill in. A secret one is write-only.
type ConnectionField connections.Field

// KindView is a kind of connection.
type KindView struct {
	Kind       string            `json:"kind" doc:"the kind of a connection"`
	Title      form.Words        `json:"title" doc:"its name on the screen"`
	Mark       *form.Mark        `json:"mark,omitempty" doc:"of the provider, where there is one"`
	Fields     []ConnectionField `json:"fields" doc:"what a connection of this kind holds"`
	Hosts      []string          `json:"hosts" doc:"that its secrets go to"`
	NeedsHosts bool              `json:"needs_hosts" doc:"a person lists the hosts"`
	Bound      []string          `json:"bound" doc:"plain fields that say where secrets go: when one of them or the hosts change, secrets that are not given anew are emptied"`
	Testable   bool              `json:"testable" doc:"has a harmless call to try it with: POST /connections/{name}/test"`
	SignIn     bool              `json:"sign_in" doc:"a person signs in at the provider: POST /connections/{name}/authorize"`
	Callback   string            `json:"callback,omitempty" doc:"the redirect URL to enter at the provider"`
	For        *form.Words       `json:"for,omitempty" doc:"whom it is for, where a provider has several kinds; its first is the usual one"`
	Help       *form.Words       `json:"help,omitempty" doc:"how to get what it asks for, in Markdown"`
	Docs       string            `json:"docs,omitempty" doc:"address of the provider's page about it"`
}

func (s *server) listKinds(context.Context, *nothing) (*CatalogueOutput[KindView], error) {
	var views []KindView
	for _, k := range s.Catalogue.Connections() {
		v := KindView{Kind: k.Kind, Title: k.Title, Mark: k.Mark, Hosts: k.Hosts, NeedsHosts: k.NeedsHosts, Bound: k.BoundFields(), Testable: k.Test != nil, SignIn: k.SignIn != nil, Docs: k.Docs}
		for _, f := range k.Fields {
			v.Fields = append(v.Fields, ConnectionField(f))
		}
		if k.SignIn != nil {
			v.Callback = s.Public() + connections.CallbackPath
		}
		if !k.For.IsZero() {
			v.For = &k.For
		}
		if !k.Help.IsZero() {
			v.Help = &k.Help
		}
		if v.Hosts == nil {
			v.Hosts = []string{}
		}
		views = append(views, v)
	}
	return catalogueOf(views), nil
}
