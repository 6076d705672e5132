package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

type versionCommand struct{}

// Run prints the version and what it was built with.
func (versionCommand) Run(to streams) error {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	fmt.Fprintf(to.out, "gancho %s%s %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// versionFlag is the same as the command, for those who try it first.
type versionFlag bool

// BeforeReset prints the version and ends the program.
func (versionFlag) BeforeReset(app *kong.Kong, to streams) error {
	err := versionCommand{}.Run(to)
	app.Exit(exitDone)
	return err
}

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

const words = "serve check test run backtest send docs import export diff db user token version completion"

// Run prints the script; source it from the shell's profile.
func (c *completionCommand) Run(to streams) error {
	switch c.Shell {
	case "fish":
		fmt.Fprintf(to.out, "complete -c gancho -n __fish_use_subcommand -f -a '%s'\n", words)
	case "zsh":
		fmt.Fprintf(to.out, "#compdef gancho\n_gancho() { if (( CURRENT == 2 )); then compadd %s; else _files; fi }\ncompdef _gancho gancho\n", words)
	default:
		fmt.Fprintf(to.out, "_gancho() { if [ \"$COMP_CWORD\" = 1 ]; then COMPREPLY=($(compgen -W '%s' -- \"$2\")); else COMPREPLY=($(compgen -f -- \"$2\")); fi; }\ncomplete -F _gancho gancho\n", words)
	}
	return nil
}
