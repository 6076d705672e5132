package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gancho/engine/connections"
	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/own"
	"gancho/engine/said"
)

// Action is what a step does: one entry of a catalogue.
type Action struct {
	Kind    string   // saved in people's flows: never renamed, only given an alias
	Aliases []string // former kinds
	Title   form.Words
	Summary form.Words // one sentence about what it does
	Group   string     // where a catalogue lists it: flow, data, state, http, message, crm, …
	Words   form.Words // further words that a search should find it by, separated by spaces
	Mark    *form.Mark // of the provider; nil where there is none

	New   func() Doer
	Shape flow.Shape // which children its steps have

	Effect     bool       // it changes the outside world: held back in tests, awaited by commits
	Repeatable bool       // doing it twice does what doing it once does
	Careful    bool       // somebody outside sees it when it is done twice: flows should say which delivery they mean
	Connection []string   // kinds of connection that it takes; empty means none
	Optional   bool       // it also works without a connection
	Sample     any        // declared output, for simulated steps and types
	SampleOf   func() any // the same where it has to be computed first

	Waits      []time.Duration // between the attempts of a step that says nothing about retry; nil: the engine's own
	Remembers  time.Duration   // the provider recognises the idempotency key of a call for so long: repeating within it is safe
	Help       form.Words      // more about it, for documentation
	Deprecated form.Words      // what to use instead
	// Options reads the options of a field that are the provider's own; nil where none are.
	Options func(ctx context.Context, ask OptionsAsk) ([]form.Choice, error)
}

// Attempts is how often a step that says nothing of it is tried.
func (a *Action) Attempts() int { return scheduleOf(nil, a.Waits).attempts }

// Own says that it is of a connector of the operator's.
func (a *Action) Own() bool { return strings.HasPrefix(a.Kind, own.Prefix) }

// Yields is the declared output.
func (a *Action) Yields() any {
	if a.SampleOf != nil {
		return a.SampleOf()
	}
	return a.Sample
}

// OptionsAsk names the field whose options are asked for.
type OptionsAsk struct {
	Field      string
	Connection *connections.Connection
	Input      map[string]any // what is filled in so far
	Lang       string
}

// Doer is one filled action. A fresh one is made for each step, or one that is as good as fresh.
type Doer interface {
	// Fields binds the settings to the struct.
	Fields() form.Fields
	// Do acts once. What it returns decides the fate of the attempt: nil succeeds; Permanent
	// fails for good; a Fault with After waits that long; Maybe says that the effect may have
	// happened; every other error is tried again.
	Do(ctx context.Context, call *Call) (Output, error)
}

// Reusable is a Doer that Reset makes what New gave: its Fields stay bound, so that another attempt
// need not make them again.
type Reusable interface {
	Doer
	Reset()
}

// Requester is a Doer that can show the request that Do would send, without sending it.
// Secrets are left out.
type Requester interface {
	Request(ctx context.Context, call *Call) (any, error)
}

// Checker is a Doer that finds, in settings as a document holds them, what each run would fail
// with. Paths begin at the settings; what is in {{ }} is not asked.
type Checker interface {
	Check(with map[string]any) []form.Problem
}

// Unfit is the problem of a document with which each run would fail like this.
func Unfit(path string, err error) form.Problem {
	var wrong *expression.Error
	if errors.As(err, &wrong) {
		return form.Problem{Severity: form.Error, Path: path, Code: wrong.Code, Message: wrong.Message, Hint: wrong.Hint, From: wrong.From, To: wrong.To, Fixes: wrong.Fixes}
	}
	f := fault(err)
	return form.Problem{Severity: form.Error, Path: path, Code: f.Code, Message: form.Label(f.Error(), said.In(f.Error(), "pt-BR")), Hint: f.Hint}
}

// Admitter is a Doer with something that must be so before it acts: a fresh token, room in
// shared limits. It is asked before an attempt is begun and before a step that must not be
// repeated is marked; a Fault with Quota parks the run without an attempt.
type Admitter interface {
	Admit(ctx context.Context, call *Call) error
	// Leave gives back what Admit took, where the attempt ends before it acts.
	Leave(call *Call)
}

// Output is what a step yields: JSON values with int, float64, text, bool, nil, lists and maps
// with text keys, at most 1 MiB as JSON.
type Output = any

// Large is the Output of an action that was told to yield more than others: up to Most bytes.
type Large struct {
	Value Output
	Most  int
}

// Call is one attempt of a step.
type Call struct {
	Flow       string
	Run        string
	Step       string    // path
	Attempt    int       // from 1; those that only waited for a quota do not count
	Last       bool      // what fails now for a while has failed for good
	Answered   int       // attempts before this one that were answered with a success, but not with what was asked for
	First      time.Time // when the first attempt began; zero before it
	Promised   time.Time // when a limit that all flows share told it to come back; zero if none did
	Key        string    // idempotency key, the same for every attempt: <run>-<step path>
	AtMostOnce bool      // repeating must be impossible: a doubtful failure is Maybe
	Connection *connections.Connection
	Timeout    time.Duration
	Now        time.Time // of the run, fixed
	Zone       *time.Location
	Lang       string
	Eval       func(ctx context.Context, source string, more map[string]any) (any, error) // an expression in the step's scope, with more roots
	Log        func(message string)                                                       // a line in the run
	Sent       func(request func() any)                                                   // tells how to show the request as it goes out, redacted; asked when the attempt fails
}

// Fault is an error of an action with a code for flows (errors.<id>) and words for people.
type Fault struct {
	Code      string // timeout, http_404, refused, …
	Message   string
	Hint      form.Words
	Detail    string // what the provider said, in one line
	Class     string // what its answer means: ok, retry, wait, auth, fail, unknown
	Scope     string // whose quota asked to wait: connection, target, contact
	Status    int    // HTTP status, if any
	Permanent bool
	After     time.Duration // set: try again after so long, without using up an attempt if Quota
	Quota     bool          // the provider or a shared limit asked to wait
	Maybe     bool          // the effect may have happened
	Broken    bool          // the connection was refused
	Response  any           // what was answered, redacted, for the history
	Err       error

	held bool // it came before an attempt had begun
}

func (f *Fault) Error() string {
	if f.Message != "" {
		return f.Message
	}
	if f.Err != nil {
		return f.Err.Error()
	}
	return f.Code
}

func (f *Fault) Unwrap() error { return f.Err }

// Permanent marks an error that another attempt cannot cure.
func Permanent(err error) error {
	f := fault(err)
	f.Permanent = true
	return f
}

// Maybe marks a failure after which the effect may have happened.
func Maybe(err error) error {
	f := fault(err)
	f.Maybe = true
	return f
}

// Faultf is a permanent Fault with a code.
func Faultf(code, format string, args ...any) *Fault {
	return &Fault{Code: code, Message: fmt.Sprintf(format, args...), Permanent: true}
}

// fault gives the Fault in err, as a copy that may be changed, or makes one around it.
func fault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		c := *f
		return &c
	}
	code := "error"
	var wrong *expression.Error
	var missing *expression.MissingError
	switch {
	case errors.As(err, &wrong):
		code = wrong.Code
	case errors.As(err, &missing):
		code = "missing"
	case errors.Is(err, context.DeadlineExceeded):
		code = "timeout"
	}
	return &Fault{Code: code, Message: err.Error(), Err: err}
}

// TroubleOf gives what a failure says of a connection.
func TroubleOf(err error) connections.Trouble {
	f := fault(err)
	return connections.Trouble{Code: f.Code, Message: f.Error(), Hint: f.Hint, Broken: f.Broken}
}

var _ json.Marshaler = (*Fault)(nil)

// MarshalJSON gives what flows and people see of a failure.
func (f *Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"code": f.Code, "message": f.Error(), "status": f.Status})
}
