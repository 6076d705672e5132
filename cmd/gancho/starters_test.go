package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// The starters of the editor have no fault and pass their own tests.
func TestStarters(t *testing.T) {
	files, err := filepath.Glob("../../web/editor/src/flows/starters/*.json")
	if err != nil || len(files) != 2 {
		t.Fatalf("got %v, %v; want one file a language", files, err)
	}
	for _, file := range files {
		for _, command := range []string{"check", "test"} {
			t.Run(command+" "+filepath.Base(file), func(t *testing.T) {
				var out, errs bytes.Buffer
				if code := run(t.Context(), []string{command, file}, streams{strings.NewReader(""), &out, &errs}); code != 0 {
					t.Errorf("exit %d\n%s%s", code, &out, &errs)
				}
				if command == "test" && strings.Count(out.String(), "passed") < 14 {
					t.Errorf("fewer tests than there are:\n%s", &out)
				}
			})
		}
	}
}
