package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
)

// Action is what a step does: one entry of a catalogue.
type Action struct {
	Kind    string   // saved in people's flows: never renamed, only given an alias
	Aliases []string // former kinds
	Title   form.Words
	Summary form.Words // one sentence about what it does
	Group   string     // where a catalogue lists it: flow, data, state, http, message, crm, …
	Words   form.Words // further words that a search should find it by, separated by spaces

	New   func() Doer
	Shape flow.Shape // which children its steps have

	Effect     bool     // it changes the outside world: held back in tests, awaited by commits
	Repeatable bool     // doing it twice does what doing it once does
	Connection []string // kinds of connection that it takes; empty means none
	Optional   bool     // it also works without a connection
	Sample     any      // declared output, for simulated steps and types
}

// Doer is one filled action. A fresh one is made for each attempt.
type Doer interface {
	// Fields binds the settings to the struct.
	Fields() form.Fields
	// Do acts once. What it returns decides the fate of the attempt: nil succeeds; Permanent
	// fails for good; RetryAfter waits that long; Maybe says that the effect may have
	// happened; every other error is tried again.
	Do(ctx context.Context, call *Call) (Output, error)
}

// Requester is a Doer that can show the request that Do would send, without sending it.
// Secrets are left out.
type Requester interface {
	Request(ctx context.Context, call *Call) (any, error)
}

// Output is what a step yields: JSON values with int, float64, text, bool, nil, lists and maps
// with text keys, at most 1 MiB as JSON.
type Output = any

// Call is one attempt of a step.
type Call struct {
	Flow       string
	Run        string
	Step       string // path
	Attempt    int    // from 1
	Key        string // idempotency key, the same for every attempt: <run>-<step path>
	AtMostOnce bool   // repeating must be impossible: a doubtful failure is Maybe
	Connection *Connection
	Timeout    time.Duration
	Now        time.Time // of the run, fixed
	Zone       *time.Location
	Lang       string
	Eval       func(ctx context.Context, source string, more map[string]any) (any, error) // an expression in the step's scope, with more roots
	Log        func(message string)                                                       // a line in the run
	Sent       func(request func() any)                                                   // tells how to show the request as it goes out, redacted; asked when the attempt fails
}

// Connection is a sealed credential as an action sees it. Secrets are opened on demand.
type Connection struct {
	Name   string
	Kind   string
	Fields map[string]string                    // plain fields
	Hosts  []string                             // the only hosts that its secrets may go to
	Secret func(field string) ([]string, error) // newest first; empty if not set

	put int // which of its Puts in this process it comes from
}

// Fault is an error of an action with a code for flows (errors.<id>) and words for people.
type Fault struct {
	Code      string // timeout, http_404, refused, …
	Message   string
	Hint      form.Words
	Status    int // HTTP status, if any
	Permanent bool
	After     time.Duration // set: try again after so long, without using up an attempt if Quota
	Quota     bool          // the provider or a shared limit asked to wait
	Maybe     bool          // the effect may have happened
	Broken    bool          // the connection's credential was refused
	Response  any           // what was answered, redacted, for the history
	Err       error
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

// RetryAfter parks the run for d and then tries again.
func RetryAfter(err error, d time.Duration) error {
	f := fault(err)
	f.After = d
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
	if errors.Is(err, context.DeadlineExceeded) {
		code = "timeout"
	}
	return &Fault{Code: code, Message: err.Error(), Err: err}
}

var _ json.Marshaler = (*Fault)(nil)

// MarshalJSON gives what flows and people see of a failure.
func (f *Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"code": f.Code, "message": f.Error(), "status": f.Status})
}
