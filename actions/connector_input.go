package actions

import (
	"context"
	"strings"

	"gancho/engine/expression"
)

// inputOf gives what expressions of a connector see as input: fields that are set and not
// hidden. A field that is required where it is shown, and is not there, is told.
func inputOf(ctx context.Context, fields []fieldFile, shown []*expression.Program, values []any, s *expression.Scope) (map[string]any, *fieldFile, error) {
	input := map[string]any{}
	for i := range fields {
		if set(values[i]) {
			input[fields[i].ID] = fields[i].finish(values[i])
		}
	}
	s.Values["input"] = input
	for i := range fields {
		f := &fields[i]
		if shown[i] != nil {
			show, err := shown[i].Ask(ctx, s)
			if err != nil {
				return nil, nil, err
			}
			if show != true {
				delete(input, f.ID)
				continue
			}
		}
		if _, ok := input[f.ID]; f.Required && !ok {
			return nil, f, nil
		}
	}
	return input, nil, nil
}

func set(value any) bool { return value != nil && value != "" }

// finish brings a value into the form that is sent.
func (f *fieldFile) finish(value any) any {
	if f.Type == "json" {
		if exact, err := expression.Normalize(value); err == nil {
			return exact
		}
	}
	m, ok := value.(map[string]any)
	if f.KeyPrefix == "" || !ok {
		return value
	}
	out := map[string]any{}
	for key, v := range m {
		if !strings.HasPrefix(key, f.KeyPrefix) {
			key = f.KeyPrefix + key
		}
		out[key] = v
	}
	return out
}
