package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asProgram makes the test binary the program itself, so that tests can start and kill it.
const asProgram = "GANCHO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		program()
	}
	testscript.Main(m, map[string]func(){"gancho": program})
}

func program() {
	os.Exit(untilSignal(os.Args[1:]))
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		example, err := os.ReadFile("../../flows.example.json")
		if err != nil {
			return err
		}
		return os.WriteFile(e.WorkDir+"/flows.example.json", example, 0o600)
	}})
}
