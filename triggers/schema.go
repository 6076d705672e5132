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
	p := problem(path, "bad_schema", "is not a JSON Schema that can be used", "não é um JSON Schema que possa ser usado")
	if missing := new(jsonschema.JSONPointerNotFoundError); errors.As(err, &missing) {
		at := strings.TrimPrefix(missing.URL, schemaURL)
		p.Message = form.Label(p.Message.EN+": it refers to "+at+", which is not in it", p.Message.PT+": ele cita "+at+", que não está nele")
	}
	if away := new(jsonschema.LoadURLError); errors.As(err, &away) {
		p.Message = form.Label(p.Message.EN+": it refers to "+away.URL+", and must hold all that it refers to", p.Message.PT+": ele cita "+away.URL+", e deve conter tudo que cita")
	}
	return p
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

// typeWords names a type of JSON Schema.
func typeWords(name string) form.Words {
	switch name {
	case "null":
		return form.Label("nothing", "nada")
	case "boolean":
		return form.Label("yes or no", "sim ou não")
	case "integer":
		return form.Label("a whole number", "um número inteiro")
	case "number":
		return form.Label("a number", "um número")
	case "string":
		return form.Label("a text", "um texto")
	case "array":
		return form.Label("a list", "uma lista")
	}
	return form.Label("an object", "um objeto")
}

// fault says what is wrong, by the keyword of the schema.
func fault(k jsonschema.ErrorKind) form.Words {
	switch k := k.(type) {
	case *kind.Required:
		names := strings.Join(k.Missing, ", ")
		return form.Label(names+" is missing", "falta "+names)
	case *kind.Type:
		got, want := typeWords(k.Got), form.Words{}
		for i, name := range k.Want {
			w := typeWords(name)
			if i == 0 {
				want = w
				continue
			}
			want = form.Label(want.EN+" or "+w.EN, want.PT+" ou "+w.PT)
		}
		return form.Label("there is "+got.EN+" where "+want.EN+" should be", "há "+got.PT+" no lugar de "+want.PT)
	case *kind.AdditionalProperties:
		names := strings.Join(k.Properties, ", ")
		return form.Label(names+" is not allowed", names+" não é permitido")
	}
	keyword := strings.Join(k.KeywordPath(), "/")
	return form.Label("the value breaks the rule "+keyword, "o valor não segue a regra "+keyword)
}
