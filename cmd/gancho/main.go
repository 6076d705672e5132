// Command gancho is the automation engine: one binary that serves, checks and tests flows.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // every zone, in an empty container too

	"gancho/engine/store"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

// The exit codes.
const (
	exitDone  = 0
	exitNo    = 1 // the answer is no, or it could not be done
	exitUsage = 2
	exitDisk  = 74 // the disk failed
)

type commands struct {
	Serve      serveCommand      `cmd:"" help:"Serve the editor, the API and the trigger URLs."`
	Check      checkCommand      `cmd:"" help:"Validate and type-check bundles of flows."`
	Test       testCommand       `cmd:"" help:"Run the flows' own tests."`
	Run        runCommand        `cmd:"" help:"Run a flow once in memory and print what it did."`
	Backtest   backtestCommand   `cmd:"" help:"Hold a bundle against the flows of a server, on events that came."`
	Send       sendCommand       `cmd:"" help:"Send signed samples of a provider's webhooks to a trigger URL."`
	Docs       docsCommand       `cmd:"" help:"Write the reference of actions, triggers and functions, and the schema of flows."`
	Import     importCommand     `cmd:"" help:"Take a bundle into a server (--server) or a data folder."`
	Export     exportCommand     `cmd:"" help:"Write flows of a server (--server) or a data folder as a bundle: their drafts."`
	Diff       diffCommand       `cmd:"" help:"Show what changed between two bundles, or a bundle and a server."`
	DB         dbCommand         `cmd:"" name:"db" help:"Check, compact, back up or restore a data folder."`
	User       userCommand       `cmd:"" help:"Users of a stopped data folder."`
	Token      tokenCommand      `cmd:"" help:"API tokens of a stopped data folder."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
	Completion completionCommand `cmd:"" help:"Print a completion script for a shell."`

	ShowVersion versionFlag `name:"version" help:"Print the version." env:"-"`
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// silent ends a command with exit code 1; what there is to say was said.
var errNo = errors.New("no")

func main() {
	spareGC()
	os.Exit(untilSignal(os.Args[1:]))
}

// untilSignal is the program as its process runs it: a first signal ends it in good order, a second
// at once.
func untilSignal(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, args, streams{os.Stdin, os.Stdout, os.Stderr})
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, to streams) int {
	var c commands
	left, bare := -1, len(args) == 0
	if bare { // who forgot the command reads which there are, and a script does not take it for done
		to.out = to.err
	}
	parser, err := kong.New(&c, kong.Name("gancho"), kong.Description("Gancho: a self-hosted, no-code automation engine."),
		kong.Writers(to.out, to.err), kong.Exit(func(code int) { left = code }), kong.DefaultEnvars("GANCHO"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.ValueFormatter(flagHelp), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(to))
	if err != nil {
		fmt.Fprintln(to.err, "gancho:", err)
		return exitUsage
	}
	switch {
	case bare:
		args = []string{"--help"}
	case args[0] == "help": // as other programs take it
		args = append(args[1:], "--help")
	}
	parsed, err := parser.Parse(args)
	if bare {
		return exitUsage
	}
	if left >= 0 {
		return left
	}
	if err != nil {
		fmt.Fprintf(to.err, "gancho: %v\nTry: gancho --help\n", err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		return failed(err, to)
	}
	return exitDone
}

// flagHelp is what the help says of a flag: with what it is when left out.
func flagHelp(v *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(v)
	if v.HasDefault && v.Default != "" && v.Default != "0" {
		help += " [" + v.Default + "]"
	}
	return help
}

func failed(err error, to streams) int {
	if !errors.Is(err, errNo) {
		fmt.Fprintln(to.err, "gancho:", explain(err))
	}
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, store.ErrBroken), errors.Is(err, syscall.EIO):
		return exitDisk
	}
	return exitNo
}

// usageError is a wrong use that the parser could not see.
type usageError struct{ text string }

func (u usageError) Error() string { return u.text }

// explain adds what to do to errors that people meet.
func explain(err error) string {
	switch {
	case errors.Is(err, store.ErrLocked):
		return fmt.Sprintf("%v; stop the other process, talk to it with --server URL where the command takes that, or choose another folder with --data", err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Sprintf("%v; make room on the disk and start again", err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Sprintf("%v; check who owns the folder", err)
	}
	return err.Error()
}
