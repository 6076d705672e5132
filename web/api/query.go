package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gancho/engine/form"

	"github.com/danielgtaylor/huma/v2"
)

// paging are the parameters of lists. A list that is always whole takes them as well.
var paging = []string{"limit", "cursor"}

// knownQuery refuses a parameter that a call does not take, or takes once: a misspelt filter, or a
// second one, would filter nothing.
func (s *server) knownQuery(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		url := ctx.URL()
		if p := misasked(ctx.Operation(), url.Query()); p != nil {
			s.refuse(api, ctx, p)
			return
		}
		next(ctx)
	}
}

func misasked(op *huma.Operation, asked url.Values) *Problem {
	var takes, often []string
	for _, p := range op.Parameters {
		if p.In != "query" {
			continue
		}
		takes = append(takes, p.Name)
		if p.Explode != nil && *p.Explode {
			often = append(often, p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if !slices.Contains(takes, name) && !slices.Contains(paging, name) {
			return unknownParameter(name, takes)
		}
		if len(asked[name]) > 1 && !slices.Contains(often, name) {
			return problemOf(http.StatusBadRequest, "repeated_parameter",
				fmt.Sprintf("the parameter %q is given more than once; send it once", name), fmt.Sprintf("o parâmetro %q foi enviado mais de uma vez; envie uma só", name))
		}
	}
	return nil
}

func unknownParameter(name string, takes []string) *Problem {
	near := form.Nearest(name, takes)
	en, pt := "this call takes none", "esta chamada não aceita nenhum"
	switch {
	case near != "":
		en, pt = fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("você quis dizer %q?", near)
	case len(takes) > 0:
		en, pt = "it takes "+strings.Join(takes, ", "), "ela aceita "+strings.Join(takes, ", ")
	}
	return problemOf(http.StatusBadRequest, "unknown_parameter",
		fmt.Sprintf("there is no parameter %q here; %s", name, en), fmt.Sprintf("não existe o parâmetro %q aqui; %s", name, pt))
}

// IDPath names a run, an event, an alert or whatever else has an id.
type IDPath struct {
	ID string `path:"id" doc:"as the list names it"`
}

// flag is a query parameter that is true when it is there, whatever it holds but false or 0.
type flag bool

// UnmarshalText reads the parameter.
func (f *flag) UnmarshalText(text []byte) error {
	*f = string(text) != "false" && string(text) != "0"
	return nil
}

// Schema is that of a boolean.
func (flag) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeBoolean} }

// bareFlags lets a flag be given without a value, as in ?cancel: huma takes it for absent.
func bareFlags(ctx huma.Context, next func(huma.Context)) {
	next(bareContext{ctx})
}

type inner = huma.Context

type bareContext struct{ inner }

// Unwrap gives the context beneath.
func (c bareContext) Unwrap() huma.Context { return c.inner }

// Query gives "true" for a flag that is there without a value.
func (c bareContext) Query(name string) string {
	value := c.inner.Query(name)
	url := c.URL()
	if value == "" && url.Query().Has(name) && slices.ContainsFunc(c.Operation().Parameters, func(p *huma.Param) bool {
		return p.Name == name && p.In == "query" && p.Schema.Type == huma.TypeBoolean
	}) {
		return "true"
	}
	return value
}
