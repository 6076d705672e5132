package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sync"

	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// vars are the instance's variables, as expressions see them.
type vars struct {
	mu     sync.RWMutex
	values map[string]any
}

func (v *vars) get() map[string]any {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.values
}

const varsDoc = "vars"

func (e *Engine) loadVars(ctx context.Context) error {
	values := map[string]any{}
	docs, err := e.Store.ListDocs(ctx, varsDoc, "")
	if err != nil {
		return fmt.Errorf("read variables: %w", err)
	}
	for _, d := range docs {
		var value any
		if err := decodeExact(d.Value, &value); err != nil {
			return fmt.Errorf("read variable %s: %w", d.ID, err)
		}
		values[d.ID] = exact(value)
	}
	e.vars.mu.Lock()
	defer e.vars.mu.Unlock()
	e.vars.values = values
	return nil
}

// Vars gives the instance's variables by name.
func (e *Engine) Vars() map[string]any { return e.vars.get() }

// SetVars replaces all of the instance's variables, all or none. Of two calls at once the one
// that ends last is in force.
func (e *Engine) SetVars(ctx context.Context, values map[string]any) error {
	if err := checkVarNames(values); err != nil {
		return err
	}
	e.changing.Lock()
	defer e.changing.Unlock()
	var docs []store.Doc
	for name := range e.Vars() {
		if _, stays := values[name]; !stays {
			docs = append(docs, store.Doc{Kind: varsDoc, ID: name, Revision: -1})
		}
	}
	for name, value := range values {
		data, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("variable %s: %w", name, err)
		}
		docs = append(docs, store.Doc{Kind: varsDoc, ID: name, Revision: -1, Value: data})
	}
	if _, err := e.Store.PutDocs(ctx, docs); err != nil {
		return fmt.Errorf("write variables: %w", err)
	}
	return e.loadVars(ctx)
}

var varName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkVarNames refuses names that no expression could write after vars.
func checkVarNames(values map[string]any) error {
	r := refusal.New(refusal.Invalid, "bad_name", "a variable has a name that flows cannot write", "uma variável tem um nome que os fluxos não conseguem escrever")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if varName.MatchString(name) {
			continue
		}
		r.Problems = append(r.Problems, form.Problem{
			Severity: form.Error, Path: "/" + form.Escape(name), Code: "bad_name",
			Message: form.Label("a variable is named with letters, digits and _, and does not begin with a digit", "o nome de uma variável tem letras sem acento, números e _, e não começa com número"),
			Hint:    form.Label("write it as in shop_city, which expressions read by vars.shop_city", "use um nome como cidade_da_loja, que as expressões leem por vars.cidade_da_loja"),
		})
	}
	if len(r.Problems) == 0 {
		return nil
	}
	return r
}
