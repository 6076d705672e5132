//go:build linux

package bolt_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gancho/engine/store"
)

// failingDir, when set, makes TestWriter play the program whose syncs fail.
const failingDir = "GANCHO_FAILING"

// TestWriter tells what became of each document that it writes.
func TestWriter(t *testing.T) {
	dir := os.Getenv(failingDir)
	if dir == "" {
		t.Skip("it is run by the test of failed syncs")
	}
	s := open(t, dir)
	value := make([]byte, 2<<20)
	rand.Read(value) // nothing makes it smaller: the file grows
	for i := range 3 {
		answer := "written"
		_, err := s.PutDocs(t.Context(), []store.Doc{{Kind: "flow", ID: strconv.Itoa(i), Value: value}})
		if errors.Is(err, store.ErrBroken) && errors.Is(s.Health(), store.ErrBroken) {
			answer = "broken"
		} else if err != nil {
			answer = err.Error()
		}
		fmt.Printf("answer %s\n", answer)
	}
	os.Exit(0)
}

// After any sync that failed nothing more is written, whatever it failed of: what is on disk is
// not known any more, also where the disk is full.
func TestAFailedSyncIsTheEnd(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: install it, or run `make test`, which does")
	}
	for name, fault := range map[string]string{
		"of pages":                 "fdatasync:error=EIO",
		"of pages, without room":   "fdatasync:error=ENOSPC",
		"of pages, beyond a quota": "fdatasync:error=EDQUOT",
		"of what grows":            "fsync:error=EIO",
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			check(t, open(t, dir).Close())
			cmd := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-o", os.DevNull, "-P", filepath.Join(dir, "gancho.db"),
				"-e", "trace=fdatasync,fsync", "-e", "inject="+fault, os.Args[0], "-test.run=^TestWriter$")
			cmd.Env = append(os.Environ(), failingDir+"="+dir)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var answers []string
			for line := range strings.Lines(string(out)) {
				if answer, is := strings.CutPrefix(line, "answer "); is {
					answers = append(answers, strings.TrimSpace(answer))
				}
			}
			if got := strings.Join(answers, ", "); got != "broken, broken, broken" {
				t.Errorf("answers: %s", got)
			}
		})
	}
}
