package actions

import (
	"reflect"
	"testing"

	"gancho/engine"
)

// TestReset: nothing of a request is left for the next.
func TestReset(t *testing.T) {
	h := &httpRequest{out: &Outbound{}}
	v := reflect.ValueOf(h).Elem()
	fields := h.Fields()
	problems := fields.Fill(map[string]any{
		"method": "POST", "url": "https://api.example.com", "query": map[string]any{"a": 1}, "headers": map[string]any{"b": "c"}, "json": 1,
		"success": "true", "response": "text", "follow": 1, "paginate": map[string]any{"next": "x"}, "max_response": 5, "idempotency_key": true, "repeatable": true,
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var again engine.Reusable = h
	again.Reset()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; name != "out" && !v.Field(i).IsZero() {
			t.Errorf("%s is left", name)
		}
	}
	if h.out == nil {
		t.Error("it cannot send any more")
	}
	if problems = fields.Fill(map[string]any{"url": "https://api.example.com"}); len(problems) > 0 || h.url == "" || h.method != "GET" {
		t.Errorf("the fields are not bound any more: %v", problems)
	}
}
