package engine

import (
	"bytes"
	"encoding/json"

	"gancho/engine/expression"
)

// decodeExact reads JSON and keeps the digits of numbers; exact turns those into values.
func decodeExact(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}

// exact gives a decoded JSON value the kinds that expressions have: int where it fits 64
// bits, else float64, else the same digits as text.
func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		return expression.Number(v.String())
	case map[string]any:
		for key, member := range v {
			v[key] = exact(member)
		}
	case []any:
		for i, element := range v {
			v[i] = exact(element)
		}
	}
	return v
}
