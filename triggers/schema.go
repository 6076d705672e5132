package triggers

import (
	"errors"
	"fmt"
	"strings"

	"gancho/engine/form"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// noLoader lets no schema read files or addresses.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s cannot be loaded: a schema must hold all that it refers to", url)
}

const schemaURL = "urn:gancho:schema"

// compileSchema reads a JSON Schema. Nothing outside of it is ever loaded.
func compileSchema(schema map[string]any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	if err := c.AddResource(schemaURL, map[string]any(schema)); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	s, err := c.Compile(schemaURL)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return s, nil
}

func badSchema(path string, err error) form.Problem {
	if bad := new(jsonschema.SchemaValidationError); errors.As(err, &bad) {
		if where := placeOf(bad.Err); !where.IsZero() {
			return problem(path, "bad_schema", "is not a JSON Schema that can be used"+where.EN, "não é um JSON Schema que possa ser usado"+where.PT)
		}
	}
	text := strings.ReplaceAll(err.Error(), schemaURL, "")
	return problem(path, "bad_schema", "is not a JSON Schema that can be used: "+text, "não é um JSON Schema que possa ser usado: "+text)
}

// misfit says where a body does not fit its schema and what is wrong there, without its values.
func misfit(err error) form.Words {
	words := form.Label("the body does not fit the schema", "o corpo não segue o schema")
	where := placeOf(err)
	return form.Label(words.EN+where.EN, words.PT+where.PT)
}

// placeOf is the place that breaks a schema, and how; nothing for another error.
func placeOf(err error) form.Words {
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return form.Words{}
	}
	for len(v.Causes) > 0 {
		v = v.Causes[0]
	}
	at, what := "/"+strings.Join(v.InstanceLocation, "/"), fault(v.ErrorKind)
	return form.Label(": at "+at+", "+what.EN, ": em "+at+", "+what.PT)
}

// fault says what is wrong, by the keyword of the schema.
func fault(k jsonschema.ErrorKind) form.Words {
	switch k := k.(type) {
	case *kind.Required:
		names := strings.Join(k.Missing, ", ")
		return form.Label(names+" is missing", "falta "+names)
	case *kind.Type:
		want := strings.Join(k.Want, " or ")
		return form.Label("there is "+k.Got+" where "+want+" should be", "há "+k.Got+" no lugar de "+want)
	case *kind.AdditionalProperties:
		names := strings.Join(k.Properties, ", ")
		return form.Label(names+" is not allowed", names+" não é permitido")
	}
	keyword := strings.Join(k.KeywordPath(), "/")
	return form.Label("the value breaks the rule "+keyword, "o valor não segue a regra "+keyword)
}
