package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"gancho/web/api"
)

// description is what the tests read of the description of the API.
type description struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]described }
}

type operation struct {
	Description string
	Parameters  []struct{ In, Name, Description string }
	RequestBody content
	Responses   map[string]content
}

type content struct {
	Headers map[string]struct{ Schema described }
	Content map[string]struct{ Schema described }
}

type described struct {
	Ref                 string `json:"$ref"`
	Description         string
	Enum                []any
	Properties          map[string]described
	Items               *described
	AnyOf, OneOf, AllOf []described
}

func describedAPI(t *testing.T) (d description) {
	h := newHouse(t)
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/openapi.json", nil))
	check(t, json.Unmarshal(w.Body.Bytes(), &d))
	return d
}

func TestEveryRouteIsDescribed(t *testing.T) {
	var served, found []string
	for _, r := range api.Routes() {
		served = append(served, r.Method+" "+r.Path)
	}
	for path, item := range describedAPI(t).Paths {
		for method := range maps.Keys(item) {
			found = append(found, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(served)
	slices.Sort(found)
	if !slices.Equal(served, found) {
		t.Errorf("described: %q\nserved: %q", found, served)
	}
}

// TestTheDescriptionSaysWhatThingsAre: every operation, parameter, header and member.
func TestTheDescriptionSaysWhatThingsAre(t *testing.T) {
	d := describedAPI(t)
	for path, item := range d.Paths {
		for method, op := range item {
			place := method + " " + path
			if len(op.Description) < 10 {
				t.Error("not described:", place)
			}
			for _, p := range op.Parameters {
				if p.Description == "" {
					t.Error("not described:", place, p.In, p.Name)
				}
			}
			for status, body := range op.Responses {
				body.each(place+" "+status, func(place string) { t.Error("not described:", place) })
			}
			op.RequestBody.each(place, func(place string) { t.Error("not described:", place) })
		}
	}
	for name, s := range d.Components.Schemas {
		s.each(name, func(place string) { t.Error("not described:", place) })
	}
}

func (c content) each(place string, silent func(place string)) {
	for name, h := range c.Headers {
		if h.Schema.Description == "" {
			silent(place + " " + name)
		}
	}
	for kind, c := range c.Content {
		c.Schema.each(place+" "+kind, silent)
	}
}

// each finds the members that say nothing of themselves.
func (s described) each(place string, silent func(place string)) {
	for name, member := range s.Properties {
		if member.Description == "" {
			silent(place + "." + name)
		}
		member.each(place+"."+name, silent)
	}
	if s.Items != nil {
		s.Items.each(place+"[]", silent)
	}
	for _, part := range slices.Concat(s.AnyOf, s.OneOf, s.AllOf) {
		part.each(place, silent)
	}
}

// TestCatalogueKeepsToItsEnums: what the catalogues hold is among what the description says that it can be.
func TestCatalogueKeepsToItsEnums(t *testing.T) {
	h, schemas := newHouse(t), describedAPI(t).Components.Schemas
	among := func(schema, member string, item any) {
		t.Helper()
		if got := item.(map[string]any)[member]; !slices.Contains(schemas[schema].Properties[member].Enum, got) {
			t.Errorf("%s.%s is %v, which is not among what it can be", schema, member, got)
		}
	}
	for path, of := range map[string]string{"/actions": "ActionView", "/triggers": "TriggerView", "/presets": "PresetView", "/functions": "Function"} {
		for _, item := range h.want(200, "GET", path, "")["items"].([]any) {
			for member, is := range schemas[of].Properties {
				if is.Enum != nil {
					among(of, member, item)
				}
			}
			fields, _ := item.(map[string]any)["fields"].([]any)
			for _, field := range fields {
				among("Description", "type", field)
			}
			secrets, _ := item.(map[string]any)["secrets"].([]any)
			for _, secret := range secrets {
				among("PresetField", "type", secret)
			}
		}
	}
}

// Who asks for the catalogue learns how often each action is tried.
func TestAttemptsOfActions(t *testing.T) {
	h := newHouse(t)
	got := map[string]any{}
	for _, a := range h.want(200, "GET", "/actions", "")["items"].([]any) {
		a := a.(map[string]any)
		got[a["kind"].(string)] = a["attempts"]
	}
	if got["http.request"] != 8.0 || got["webhook.send"] != 10.0 {
		t.Errorf("http.request is tried %v times, webhook.send %v; want 8 and 10", got["http.request"], got["webhook.send"])
	}
}
