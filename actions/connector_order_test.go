package actions

import (
	"slices"
	"testing"
)

func TestMemberNames(t *testing.T) {
	for data, want := range map[string][]string{
		`{"actions": {"b": {"x": [1, "}"]}, "a" : "\\\"", "c":null,"d":-1.5 , "b": 2}, "z": 1}`:       {"b", "a", "c", "d"},
		"{\n\t\"z\": {\"actions\": {\"no\": 1}},\n\t\"actions\": {\"\u00e9\\u0041\": {}, \"e\": []}}": {"éA", "e"},
		`{"actions": {}}`: nil,
		`{}`:              nil,
		`{"actions": {"a`: nil,
		`{"actions"`:      nil,
		``:                nil,
		`[1]`:             nil,
	} {
		if got := memberNames([]byte(data), "actions"); !slices.Equal(got, want) {
			t.Errorf("%s has the members %q, want %q", data, got, want)
		}
	}
}
