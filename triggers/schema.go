package triggers

import (
	"errors"
	"fmt"
	"strings"

	"gancho/engine/form"

	"github.com/santhosh-tekuri/jsonschema/v6"
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
	text := strings.ReplaceAll(err.Error(), schemaURL, "")
	return problem(path, "bad_schema", "is not a JSON Schema that can be used: "+text, "não é um JSON Schema que possa ser usado: "+text)
}

// misfit says where a body does not fit its schema, without its values.
func misfit(err error) string {
	var v *jsonschema.ValidationError
	if !errors.As(err, &v) {
		return "the body does not fit the schema"
	}
	for len(v.Causes) > 0 {
		v = v.Causes[0]
	}
	at := "/" + strings.Join(v.InstanceLocation, "/")
	if keyword := v.ErrorKind.KeywordPath(); len(keyword) > 0 {
		return fmt.Sprintf("the body does not fit the schema at %s (%s)", at, strings.Join(keyword, "/"))
	}
	return "the body does not fit the schema at " + at
}
