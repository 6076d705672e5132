// Package connections keeps what an instance acts at providers with: secrets sealed at rest, sessions
// that are renewed, states, and the sign-ins of people.
package connections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/seal"
	"gancho/engine/store"
)

// ErrNoConnection says that a connection does not exist, or is broken: runs wait for it.
var ErrNoConnection = errors.New("no such connection")

// Refused is an ErrNoConnection that says why: the provider did not take the connection.
type Refused struct{ Name, Problem string }

func (r *Refused) Error() string { return "refused connection: " + r.Name }

// Is makes it one of those that runs wait for.
func (r *Refused) Is(target error) bool { return target == ErrNoConnection }

// View is a connection as people may see it: secrets say only whether they are set.
type View struct {
	Name   string         `json:"name" doc:"as steps and triggers name it"`
	Kind   string         `json:"kind" doc:"one of GET /connection-kinds"`
	Fields map[string]any `json:"fields" doc:"by id; a secret is {\"set\": true} or {\"set\": false}, never its value"`
	Hosts  []string       `json:"hosts" doc:"the only hosts that its secrets may go to"`
	State  string         `json:"state" enum:"untested,ok,broken" doc:"broken: its provider refused it, and runs wait until it is mended"`

	Used     *time.Time `json:"used,omitempty" doc:"when a step last succeeded with it as it is now, at least to the minute"`
	Account  string     `json:"account,omitempty" doc:"whose account it is, as the last test found"`
	Problem  string     `json:"problem,omitempty" doc:"why it is broken, or why its last test could not reach it"`
	SignIn   bool       `json:"sign_in,omitempty" doc:"a person signs in at the provider"`
	SignedIn bool       `json:"signed_in,omitempty" doc:"somebody has signed in, and the provider has not ended it"`
	Ends     *time.Time `json:"ends,omitempty" doc:"when its token ends, if it is not renewed before"`
}

// saved form of a connection. Members are added, never changed.
type savedConnection struct {
	Kind    string              `json:"kind"`
	Fields  map[string]string   `json:"fields"`
	Secrets map[string][]string `json:"secrets"` // sealed, newest first
	Hosts   []string            `json:"hosts"`
	State   string              `json:"state"`
	Account string              `json:"account,omitempty"`
	Problem string              `json:"problem,omitempty"`
	Session *savedSession       `json:"session,omitempty"`
	Used    time.Time           `json:"used,omitzero"`
}

const connectionDoc = "connection"

// Connections are those of this instance, with their secrets sealed.
type Connections struct {
	// Failed is told of what went wrong with a connection and changes nothing; may be nil.
	Failed func(name string, err error)

	docs    store.Docs
	keys    store.Keys
	box     *seal.Box
	trouble func(error) Trouble
	kinds   map[string]Kind

	changing sync.Mutex   // held over the store: one write at a time
	mu       sync.RWMutex // of what is in memory
	kept     map[string]savedConnection
	turns    map[string]int      // counts the writes of each
	renewals map[string]*renewal // those that are under way
	watchers []func(ctx context.Context, name string, mended bool)
	uses     uses
}

// Config is what Connections are made of.
type Config struct {
	Docs    store.Docs
	Keys    store.Keys // of sign-ins under way; nil where nobody signs in
	Box     *seal.Box
	Kinds   []Kind
	Trouble func(error) Trouble // reads what a test or a renewal failed with
}

// Trouble is what a failure says of a connection.
type Trouble struct {
	Code    string     // unknown_host, network or timeout where the provider was not reached
	Message string     // in English, as it is kept
	Hint    form.Words // what may help
	Broken  bool       // the provider refused the connection
}

// Open loads all connections. Secrets stay sealed until they are used.
func Open(ctx context.Context, made Config) (*Connections, error) {
	c := &Connections{
		docs: made.Docs, keys: made.Keys, box: made.Box, trouble: made.Trouble,
		kept: map[string]savedConnection{}, turns: map[string]int{}, renewals: map[string]*renewal{},
	}
	c.SetKinds(made.Kinds)
	list, err := c.docs.ListDocs(ctx, connectionDoc, "")
	if err != nil {
		return nil, fmt.Errorf("read connections: %w", err)
	}
	for _, d := range list {
		var s savedConnection
		if err := json.Unmarshal(d.Value, &s); err != nil {
			return nil, fmt.Errorf("read connection %s: %w", d.ID, err)
		}
		c.kept[d.ID] = s
	}
	return c, nil
}

// SetKinds replaces the kinds of connection that there are.
func (c *Connections) SetKinds(kinds []Kind) {
	known := map[string]Kind{}
	for _, k := range kinds {
		known[k.Kind] = k
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kinds = known
}

// kindOf gives what connections of one kind hold.
func (c *Connections) kindOf(kind string) (Kind, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	k, ok := c.kinds[kind]
	return k, ok
}

func (c *Connections) kindNames() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Sorted(maps.Keys(c.kinds))
}

// Watch calls f after a connection was written, with its name, and whether it is broken no more or has other
// settings or secrets: what failed with it may go well now. The context does not end when the writer gives up.
func (c *Connections) Watch(f func(ctx context.Context, name string, mended bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watchers = append(c.watchers, f)
}

// Kind gives the kind of a connection.
func (c *Connections) Kind(name string) (string, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	return s.Kind, ok
}

// Holds says whether a field of a connection, secret or plain, has a value.
func (c *Connections) Holds(name, field string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s := c.kept[name]
	return len(s.Secrets[field]) > 0 || s.Fields[field] != ""
}

// Resolve gives a connection to act with; ErrNoConnection while there is none that can work:
// it does not exist, was refused by the provider, or lacks a secret that its kind requires.
func (c *Connections) Resolve(name string) (*Connection, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	if ok && s.State == Broken {
		return nil, &Refused{name, s.Problem}
	}
	if !ok || !c.complete(s) {
		return nil, fmt.Errorf("%w: %s", ErrNoConnection, name)
	}
	return c.open(name, s), nil
}

// Prover gives a connection to prove senders with: what it holds counts for that also while it cannot act,
// so that no delivery is lost meanwhile. ErrNoConnection where it does not exist.
func (c *Connections) Prover(name string) (*Connection, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNoConnection, name)
	}
	return c.open(name, s), nil
}

// open makes a connection to act with of a saved one.
func (c *Connections) open(name string, s savedConnection) *Connection {
	made := &Connection{Name: name, Kind: s.Kind, Fields: s.plain(), Hosts: s.Hosts, secret: slices.Sorted(maps.Keys(s.Secrets)), turn: c.turns[name]}
	made.Secret = func(field string) ([]string, error) {
		var values []string
		for _, sealed := range s.Secrets[field] {
			plain, err := c.box.Open(sealed, about(s.Kind, name, field))
			if err != nil {
				return nil, fmt.Errorf("connection %s, field %s: %w", name, field, err)
			}
			values = append(values, string(plain))
		}
		return values, nil
	}
	made.Session = func() (Session, error) { return c.session(name) }
	made.Renew = func(ctx context.Context, stale string, ask func(context.Context, Session) (Session, error)) (Session, error) {
		return c.renew(ctx, name, stale, ask)
	}
	return made
}

// complete says that every secret that the kind requires is set, and that somebody has signed
// in where a person has to. The caller holds the lock.
func (c *Connections) complete(s savedConnection) bool {
	if c.kinds[s.Kind].session(s) == PersonSession && s.Session == nil {
		return false
	}
	return !slices.ContainsFunc(c.kinds[s.Kind].Fields, func(f Field) bool {
		return f.Secret && f.Required && len(s.Secrets[f.ID]) == 0
	})
}

func about(kind, name, field string) string { return kind + "\x00" + name + "\x00" + field }

// List gives all connections, by name.
func (c *Connections) List() []View {
	c.mu.RLock()
	defer c.mu.RUnlock()
	views := []View{}
	for _, name := range slices.Sorted(maps.Keys(c.kept)) {
		views = append(views, c.view(name, c.kept[name]))
	}
	return views
}

// Get gives one connection.
func (c *Connections) Get(name string) (View, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	if !ok {
		return View{}, refusal.New(refusal.NotFound, "no_connection", fmt.Sprintf("there is no connection %q", name), fmt.Sprintf("não existe a conexão %q", name))
	}
	return c.view(name, s), nil
}

func (c *Connections) view(name string, s savedConnection) View {
	v := View{Name: name, Kind: s.Kind, Fields: map[string]any{}, Hosts: s.Hosts, State: s.State}
	for id, value := range s.Fields {
		v.Fields[id] = value
	}
	for _, f := range c.kinds[s.Kind].Fields {
		if f.Secret {
			v.Fields[f.ID] = map[string]any{"set": len(s.Secrets[f.ID]) > 0}
		}
	}
	if v.Hosts == nil {
		v.Hosts = []string{}
	}
	v.Account, v.Problem = s.Account, s.Problem
	if used := c.usedAt(name).UTC(); !used.IsZero() {
		v.Used = &used
	}
	v.SignIn, v.SignedIn = c.kinds[s.Kind].session(s) == PersonSession, s.Session != nil
	if s.Session != nil && !s.Session.Ends.IsZero() {
		v.Ends = &s.Session.Ends
	}
	return v
}
