package engine

import (
	"reflect"
	"testing"
)

// TestReset: nothing of a former step is left for the next, and its fields stay bound.
func TestReset(t *testing.T) {
	given := map[string]map[string]any{"filter": {"where": "true"}, "set": {"values": map[string]any{"a": 1}}, "transform": {"value": 1}}
	for _, a := range Builtins() {
		r, ok := a.New().(Reusable)
		if !ok {
			continue
		}
		fields := r.Fields()
		for range 2 {
			if problems := fields.Fill(given[a.Kind]); len(problems) > 0 || reflect.ValueOf(r).Elem().IsZero() {
				t.Errorf("%s is not filled: %v", a.Kind, problems)
			}
			if r.Reset(); !reflect.ValueOf(r).Elem().IsZero() {
				t.Errorf("%s keeps %+v", a.Kind, r)
			}
		}
		delete(given, a.Kind)
	}
	if len(given) > 0 {
		t.Errorf("not reusable: %v", given)
	}
}
