package engine

import (
	"bytes"
	"testing"
)

// TestWithout leaves texts and names that hold a person out of what is kept, and who did it in.
func TestWithout(t *testing.T) {
	g := &Gone{Holds: func(text []byte) bool { return bytes.Contains(text, []byte("ana@example.com")) }}
	for kept, want := range map[string]string{
		`{"who":"ana@example.com","action":"x","target":"/flows/f","after":{"step a":{"map":{"ana@example.com":"vip","b":1,"x ana@example.com":2}}}}`: `{"action":"x","after":{"step a":{"map":{"b":1,"… 1":"vip","… 3":2}}},"target":"/flows/f","who":"ana@example.com"}`,
		`{"action":"x","target":"/people?key=ana%40example.com"}`:                                                                                     `{"action":"x","target":"…"}`,
		`{"action":"x","target":"/users","after":{"email":"ana@example.com"}}`:                                                                        "",
		`{"action":"x","target":"/flows/f"}`:                                                                                                          "",
	} {
		if got := string(g.without([]byte(kept))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", kept, got, want)
		}
	}
}
