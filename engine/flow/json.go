package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gancho/engine/form"
)

// UnmarshalJSON reads a text such as 1h30m; what is finer than a millisecond is rounded.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is a text such as 30s: %w", err)
	}
	parsed, err := form.ParseDuration(text)
	*d = Duration(parsed.Round(time.Millisecond))
	return err
}

// MarshalJSON writes the shortest form: 90m as 1h30m, 48h as 2d.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// String writes the shortest form.
func (d Duration) String() string {
	rest := time.Duration(d)
	if rest == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if n := rest / u.unit; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			rest -= n * u.unit
		}
	}
	return b.String()
}

// For gives the policy of a field.
func (m Missing) For(field string) string {
	if policy, ok := m.Fields[field]; ok {
		return policy
	}
	if m.All != "" {
		return m.All
	}
	return "fail"
}

// IsZero says that nothing was chosen.
func (m Missing) IsZero() bool { return m.All == "" && len(m.Fields) == 0 }

// UnmarshalJSON reads a text, or an object of texts by field.
func (m *Missing) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		return json.Unmarshal(data, &m.Fields)
	}
	return json.Unmarshal(data, &m.All)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (m Missing) MarshalJSON() ([]byte, error) {
	if len(m.Fields) > 0 {
		return json.Marshal(m.Fields)
	}
	return json.Marshal(m.All)
}

// Marshal writes a document in its fixed order of members, indented, with a line end.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	return b.Bytes(), nil
}
