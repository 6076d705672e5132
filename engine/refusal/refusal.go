// Package refusal says no to a person who asked for what cannot be done.
package refusal

import "gancho/engine/form"

// Refusal is why something was not done, in words for people and with a code for programs.
// Nothing was changed.
type Refusal struct {
	Code     string
	Kind     Kind
	Message  form.Words
	Problems []form.Problem
}

// Kind says what sort of no it is; the edge makes a status of it.
type Kind int

// The kinds of refusal.
const (
	NotFound Kind = iota + 1
	Conflict      // taken, or in a state that does not allow it
	Stale         // somebody else changed it meanwhile
	Invalid       // a document with errors
)

// New makes a refusal, in both languages.
func New(kind Kind, code, en, pt string) *Refusal {
	return &Refusal{Code: code, Kind: kind, Message: form.Label(en, pt)}
}

func (r *Refusal) Error() string { return r.Message.EN }
