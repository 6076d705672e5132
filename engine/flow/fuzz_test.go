package flow_test

import (
	"testing"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// FuzzDuration: what can be read is written so that it reads the same.
func FuzzDuration(f *testing.F) {
	for _, seed := range []string{"1h30m", "30d", "0s", "1.5h", "100ms", " 5s ", "-1s", "106751d", "9e9h", "1h1h", "00000000000000000000001s", ".5s", "1µs"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := form.ParseDuration(text)
		if err != nil {
			return
		}
		again, err := form.ParseDuration(flow.Duration(d).String())
		if d < 0 || err != nil || again != d {
			t.Errorf("%q is %v, written as %q: %v %v", text, d, flow.Duration(d), again, err)
		}
	})
}
