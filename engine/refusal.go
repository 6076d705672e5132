package engine

import "gancho/engine/form"

// Refusal is an answer to a person who asked for what cannot be done, and why.
type Refusal struct {
	Code     string
	Kind     RefusalKind
	Message  form.Words
	Problems []form.Problem
	Current  *FlowEntry // for Stale: what is there now
}

// RefusalKind says what sort of no it is; the edge makes a status of it.
type RefusalKind int

// The kinds of refusal.
const (
	NotFound RefusalKind = iota + 1
	Conflict             // taken, or in a state that does not allow it
	Stale                // somebody else changed it meanwhile
	Invalid              // a document with errors
)

func (r *Refusal) Error() string { return r.Message.EN }

func refuse(kind RefusalKind, code, en, pt string) *Refusal {
	return &Refusal{Code: code, Kind: kind, Message: form.Label(en, pt)}
}
