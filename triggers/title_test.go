package triggers

import "testing"

func TestTitleIn(t *testing.T) {
	for _, c := range []struct {
		name string
		body any
		want string
	}{
		{"an id", map[string]any{"id": 1200, "email": "ana@example.com"}, "1200"},
		{"a number before an id", map[string]any{"id": "x", "number": "A-7"}, "A-7"},
		{"inside data", map[string]any{"event": "paid", "data": map[string]any{"code": "P1"}}, "P1"},
		{"nothing that tells", map[string]any{"email": "ana@example.com", "id": nil}, ""},
		{"no members", []any{1}, ""},
	} {
		if got := titleIn(c.body); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
