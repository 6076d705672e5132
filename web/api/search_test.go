package api_test

import (
	"net/url"
	"testing"
)

// A value is found as people read and type it: lines, quotes and blanks are not as JSON writes them.
func TestValuesAreFoundAsPeopleReadThem(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": []}`)
	h.want(200, "POST", "/flows/a/publish", "")
	h.started("a", `{"address": "Rua A, 12\nCentro", "note": "she said \"yes\"", "name": "  Maria  Clara "}`)
	for q, want := range map[string]int{
		"centro": 1, "ncentro": 0, "rua a, 12 centro": 1, "Rua A, 12\nCentro": 1, `said "yes"`: 1, " maria clara ": 1,
		"address = Rua A, 12\nCentro": 1, "name = maria clara": 1, `name = "Maria Clara"`: 1, "address = centro": 0,
	} {
		for _, list := range []string{"/runs", "/events"} {
			if items := h.want(200, "GET", list+"?q="+url.QueryEscape(q), "")["items"].([]any); len(items) != want {
				t.Errorf("%s %q: %d are found, want %d", list, q, len(items), want)
			}
		}
	}
}
