package api

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

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
