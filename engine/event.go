package engine

import (
	"fmt"
	"time"

	"gancho/engine/expression"
	"gancho/engine/store"
)

// Meta is the envelope of an event: how it came. No body can write any of it.
type Meta struct {
	Kind    string            `json:"kind"` // of the trigger
	Method  string            `json:"method,omitempty"`
	Path    string            `json:"path,omitempty"` // what follows the token
	IP      string            `json:"ip,omitempty"`
	Type    string            `json:"type,omitempty"`    // declared content type
	Headers map[string]string `json:"headers,omitempty"` // by lower-case name, first values
	Query   map[string]string `json:"query,omitempty"`   // first values
	Note    string            `json:"note,omitempty"`    // what the door noticed, for people
	KeyOf   string            `json:"key_of,omitempty"`  // run whose idempotency keys a replay uses
	Fault   string            `json:"fault,omitempty"`   // why a door expression failed: the run fails with it

	OfFailure bool `json:"of_failure,omitempty"` // called by a run that a failure started: its own failure starts none
}

// bytes is the JSON of an envelope: a saved format.
func (m *Meta) bytes() []byte {
	j := newObject(512)
	j.text("kind", m.Kind)
	j.textIf("method", m.Method)
	j.textIf("path", m.Path)
	j.textIf("ip", m.IP)
	j.textIf("type", m.Type)
	j.texts("headers", m.Headers)
	j.texts("query", m.Query)
	j.textIf("note", m.Note)
	j.textIf("key_of", m.KeyOf)
	j.textIf("fault", m.Fault)
	j.boolIf("of_failure", m.OfFailure)
	return append(j.out, '}')
}

// ofFailure says that a failure started the event, or a run that one had started.
func (m *Meta) ofFailure() bool { return m.Kind == "failure" || m.OfFailure }

// readMeta reads an envelope.
func readMeta(data []byte) (m Meta, err error) {
	value, err := expression.Decode(data)
	if err != nil {
		return m, fmt.Errorf("envelope: %w", err)
	}
	members, ok := value.(map[string]any)
	if !ok {
		return m, fmt.Errorf("envelope: it is no object")
	}
	for name, value := range members {
		text, _ := value.(string)
		switch name {
		case "kind":
			m.Kind = text
		case "method":
			m.Method = text
		case "path":
			m.Path = text
		case "ip":
			m.IP = text
		case "type":
			m.Type = text
		case "headers":
			m.Headers = textMembers(value)
		case "query":
			m.Query = textMembers(value)
		case "note":
			m.Note = text
		case "key_of":
			m.KeyOf = text
		case "fault":
			m.Fault = text
		case "of_failure":
			m.OfFailure = value == true
		}
	}
	return m, nil
}

// textMembers are those members of an object that are texts.
func textMembers(value any) map[string]string {
	members, _ := value.(map[string]any)
	texts := make(map[string]string, len(members))
	for name, member := range members {
		if text, ok := member.(string); ok {
			texts[name] = text
		}
	}
	return texts
}

// Incoming is a delivery that the door lets in.
type Incoming struct {
	Flow    string
	Meta    Meta
	Body    []byte // raw; the engine keeps it, the caller must not change it
	At      time.Time
	After   time.Time // of schedules: accepted only if later than the flow's last
	Key     string    // dedupe key, "" is none
	KeyFor  time.Duration
	OrderBy string
	Name    string // of the event, where a preset gives one
	Title   string
	Reason  string // why it was filtered or rejected
	Outcome store.Outcome
}

// Receipt says what became of a delivery. Run is empty unless there is one.
type Receipt struct {
	Event   string
	Run     string
	Outcome store.Outcome
}

// Answer is what the sender of an event with respond.when finished gets. It is stored
// before it is given, so that a duplicate gets the same one.
type Answer struct {
	Status  int               `json:"status" doc:"HTTP status; 0 when the run ended without a respond step"`
	Headers map[string]string `json:"headers,omitempty" doc:"by name"`
	Body    any               `json:"body,omitempty" doc:"JSON, or a text"`
	Ended   store.Status      `json:"-"` // status of the run, when it has ended
	Error   store.RunError    `json:"-"`
}

// TriggerScope is the value of the root `trigger` in expressions.
func TriggerScope(m *Meta, body any, at time.Time, name, eventID string) map[string]any {
	return map[string]any{
		"id": eventID, "body": body, "headers": texts(m.Headers), "query": texts(m.Query),
		"method": m.Method, "path": m.Path, "ip": m.IP,
		"at": at.UTC().Format(time.RFC3339Nano), "event": name, "resource": nil,
	}
}

func texts(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
