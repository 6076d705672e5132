package api_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schema is what the description says of a value, as far as requests are checked by it.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Minimum    *float64          `json:"minimum"`
	Maximum    *float64          `json:"maximum"`
	MaxLength  *int              `json:"maxLength"`
	Enum       []any             `json:"enum"`
	Format     string            `json:"format"`
}

// harmless are keywords that refuse nothing by themselves, or are tried below.
var harmless = []string{
	"$ref", "type", "properties", "required", "additionalProperties", "items", "anyOf", "description", "examples", "default", "deprecated", "readOnly", "$schema",
	"minimum", "maximum", "maxLength", "enum", "format",
}

// wrong are values that the schema refuses, one for each way.
func (s *schema) wrong() []string {
	kinds, list := s.Type.([]any)
	if !list {
		kinds = []any{s.Type}
	}
	var values []string
	for kind, value := range map[string]string{"boolean": `"x"`, "integer": `"x"`, "number": `"x"`, "string": `{}`, "array": `"x"`, "object": `7`} {
		if slices.Contains(kinds, any(kind)) {
			values = append(values, value)
		}
	}
	if s.Minimum != nil {
		values = append(values, fmt.Sprint(*s.Minimum-1))
	}
	if s.Maximum != nil {
		values = append(values, fmt.Sprint(*s.Maximum+1))
	}
	if s.MaxLength != nil {
		values = append(values, `"`+strings.Repeat("x", *s.MaxLength+1)+`"`)
	}
	if len(s.Enum) > 0 || s.Format == "date-time" {
		values = append(values, `"none"`)
	}
	return values
}

// TestWhatIsCheckedIsSaidInBothLanguages sends each call what its description refuses.
func TestWhatIsCheckedIsSaidInBothLanguages(t *testing.T) {
	h := newHouse(t)
	_, answer := h.ask("GET", "/api/v1/openapi.json", "", "")
	var description struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
				Schema   schema
			}
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	check(t, json.Unmarshal([]byte(mustJSON(t, answer)), &description))
	library := regexp.MustCompile(`"message":"[^"]*(expected|invalid|required)`)
	tried := 0
	refused := func(method, path, body string) {
		tried++
		res, answer := h.ask(method, "/api/v1"+path, root, body, "Accept-Language", "pt-BR")
		if said := mustJSON(t, answer["problems"]); res.StatusCode != 422 || said == "null" || library.MatchString(said) {
			t.Errorf("%s %s %.60s: %d %s", method, path, body, res.StatusCode, said)
		}
	}
	for path, operations := range description.Paths {
		path = regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "x")
		for method, o := range operations {
			method = strings.ToUpper(method)
			for _, p := range o.Parameters {
				for _, value := range p.Schema.wrong() {
					if p.In == "query" && value != "{}" && p.Schema.Type != "boolean" && p.Schema.Type != "array" {
						refused(method, path+"?"+p.Name+"="+strings.Trim(value, `"`), "")
					}
				}
			}
			s := o.RequestBody.Content["application/json"].Schema
			for name, member := range description.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")].Properties {
				for _, value := range member.wrong() {
					refused(method, path, fmt.Sprintf(`{%q: %s}`, name, value))
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d were tried", tried)
	}
}

// TestNothingElseIsChecked: what the description may refuse is tried above.
func TestNothingElseIsChecked(t *testing.T) {
	h := newHouse(t)
	_, description := h.ask("GET", "/api/v1/openapi.json", "", "")
	var look func(where string, value any)
	look = func(where string, value any) {
		s, ok := value.(map[string]any)
		if !ok {
			return
		}
		for keyword, inner := range s {
			if !slices.Contains(harmless, keyword) {
				t.Errorf("%s: %s", where, keyword)
			}
			if members, ok := inner.(map[string]any); ok && keyword == "properties" {
				for name, member := range members {
					look(where+"."+name, member)
				}
			}
		}
		look(where+"[]", s["items"])
	}
	for name, s := range description["components"].(map[string]any)["schemas"].(map[string]any) {
		look(name, s)
	}
}
