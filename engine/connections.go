package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gancho/engine/form"
	"gancho/engine/seal"
	"gancho/engine/store"
)

// ErrNoConnection says that a connection does not exist, or is broken: runs wait for it.
var ErrNoConnection = errors.New("no such connection")

// ConnectionKind is what connections of one kind hold.
type ConnectionKind struct {
	Kind       string
	Title      form.Words
	Fields     []ConnectionField
	Help       form.Words
	Docs       string   // a page of the provider
	Mark       *Mark    // of the provider; nil where there is none
	Hosts      []string // known; a person lists them where NeedsHosts is set
	NeedsHosts bool
	HostField  string // the host that a connection is bound to is the value of this field
	// HostsOf gives the hosts that follow from plain fields, in place of Hosts; may be nil.
	HostsOf func(fields map[string]string) []string
	// Bound are plain fields that say where secrets go: changing one empties the secrets.
	Bound []string
	// Session says that a person, or the program, has to sign in before it can be used.
	Session SessionKind
	// SessionOf says the same where it depends on plain fields; may be nil.
	SessionOf func(fields map[string]string) SessionKind
	// SignIn begins a sign-in in the browser; Finish ends it with what the provider gave back.
	// Nil where nobody has to.
	SignIn func(ctx context.Context, c *Connection, callback, state, verifier string) (address string, err error)
	Finish func(ctx context.Context, c *Connection, callback, code, verifier string) (Session, error)
	// KeepAlive renews a session that has lain unused for so long; 0 is never.
	KeepAlive time.Duration
	Renew     func(ctx context.Context, c *Connection) error
	// Revoke tells the provider that a session will not be used again; nil where it takes no
	// such word.
	Revoke func(ctx context.Context, c *Connection, s Session) error

	// Test makes a harmless call and says whose account it is; nil where none is known.
	Test func(ctx context.Context, c *Connection) (account string, err error)
}

func (k ConnectionKind) session(s savedConnection) SessionKind {
	if k.SessionOf != nil {
		return k.SessionOf(s.Fields)
	}
	return k.Session
}

// SessionKind says what sessions a kind of connection has.
type SessionKind int

// The kinds of session: none, one that the program gets by itself, one that a person begins.
const (
	NoSession SessionKind = iota
	OwnSession
	PersonSession
)

// ConnectionField is one thing to fill in. A secret one is write-only.
type ConnectionField struct {
	ID          string     `json:"id"`
	Label       form.Words `json:"label"`
	Help        form.Words `json:"help,omitzero"`
	Placeholder string     `json:"placeholder,omitempty"`
	Pattern     string     `json:"pattern,omitempty"`
	Secret      bool       `json:"secret,omitempty"`
	Required    bool       `json:"required,omitempty"`
	Advanced    bool       `json:"advanced,omitempty"`
	Long        bool       `json:"long,omitempty"` // may have many lines
	Options     []string   `json:"options,omitempty"`
	Default     string     `json:"default,omitempty"`
	// OptionLabels say what the options are, in their order; without them the options speak for
	// themselves.
	OptionLabels []form.Words `json:"option_labels,omitempty" doc:"of the options, in their order"`
}

// ConnectionView is a connection as people may see it: secrets say only whether they are set.
type ConnectionView struct {
	Name   string         `json:"name"`
	Kind   string         `json:"kind"`
	Fields map[string]any `json:"fields"`
	Hosts  []string       `json:"hosts"`
	State  string         `json:"state"`

	Account  string     `json:"account,omitempty" doc:"whose account it is, as the last test found"`
	Problem  string     `json:"problem,omitempty" doc:"why it is broken"`
	SignIn   bool       `json:"sign_in,omitempty" doc:"a person signs in at the provider"`
	SignedIn bool       `json:"signed_in,omitempty"`
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
}

const connectionDoc = "connection"

// The states of a connection.
const (
	ConnectionUntested = "untested"
	ConnectionOK       = "ok"
	ConnectionBroken   = "broken" // refused by the provider
)

// Connections are the sealed credentials of this instance.
type Connections struct {
	// Failed is told of what went wrong with a connection and changes nothing; may be nil.
	Failed func(name string, err error)

	docs  store.Docs
	box   *seal.Box
	kinds map[string]ConnectionKind

	mu       sync.RWMutex
	kept     map[string]savedConnection
	turns    map[string]int         // counts the writes of each
	renewals map[string]*sync.Mutex // one renewal of each at a time
	watchers []func(name string)
}

// OpenConnections loads all connections. Secrets stay sealed until they are used.
func OpenConnections(ctx context.Context, docs store.Docs, box *seal.Box, kinds []ConnectionKind) (*Connections, error) {
	c := &Connections{docs: docs, box: box, kept: map[string]savedConnection{}, turns: map[string]int{}, renewals: map[string]*sync.Mutex{}}
	c.SetKinds(kinds)
	list, err := docs.ListDocs(ctx, connectionDoc, "")
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
func (c *Connections) SetKinds(kinds []ConnectionKind) {
	known := map[string]ConnectionKind{}
	for _, k := range kinds {
		known[k.Kind] = k
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kinds = known
}

// Watch calls f after a connection was written, with its name.
func (c *Connections) Watch(f func(name string)) {
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

// Keep puts values that a provider gave in a handshake in front of those that secret fields
// of a connection hold already.
func (c *Connections) Keep(ctx context.Context, name string, values map[string]string) error {
	c.mu.Lock()
	s, ok := c.kept[name]
	if !ok {
		c.mu.Unlock()
		return fmt.Errorf("%w: %s", ErrNoConnection, name)
	}
	s.Secrets = maps.Clone(s.Secrets)
	for field, plain := range values {
		sealed := c.box.Seal([]byte(plain), about(s.Kind, name, field))
		s.Secrets[field] = append([]string{sealed}, s.Secrets[field]...)[:min(2, len(s.Secrets[field])+1)]
	}
	err := c.write(ctx, name, s)
	c.mu.Unlock()
	if err == nil {
		c.tell(name)
	}
	return err
}

// Resolve gives a connection to act with; ErrNoConnection while there is none that can work:
// it does not exist, was refused by the provider, or lacks a secret that its kind requires.
func (c *Connections) Resolve(name string) (*Connection, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	if !ok || s.State == ConnectionBroken || !c.complete(s) {
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
// in where a person has to.
func (c *Connections) complete(s savedConnection) bool {
	if c.kinds[s.Kind].session(s) == PersonSession && s.Session == nil {
		return false
	}
	return !slices.ContainsFunc(c.kinds[s.Kind].Fields, func(f ConnectionField) bool {
		return f.Secret && f.Required && len(s.Secrets[f.ID]) == 0
	})
}

func about(kind, name, field string) string { return kind + "\x00" + name + "\x00" + field }

// List gives all connections, by name.
func (c *Connections) List() []ConnectionView {
	c.mu.RLock()
	defer c.mu.RUnlock()
	views := []ConnectionView{}
	for _, name := range slices.Sorted(maps.Keys(c.kept)) {
		views = append(views, c.view(name, c.kept[name]))
	}
	return views
}

// Get gives one connection.
func (c *Connections) Get(name string) (ConnectionView, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	if !ok {
		return ConnectionView{}, refuse(NotFound, "no_connection", fmt.Sprintf("there is no connection %q", name), fmt.Sprintf("não existe a conexão %q", name))
	}
	return c.view(name, s), nil
}

func (c *Connections) view(name string, s savedConnection) ConnectionView {
	v := ConnectionView{Name: name, Kind: s.Kind, Fields: map[string]any{}, Hosts: s.Hosts, State: s.State}
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
	v.SignIn, v.SignedIn = c.kinds[s.Kind].session(s) == PersonSession, s.Session != nil
	if s.Session != nil && !s.Session.Ends.IsZero() {
		v.Ends = &s.Session.Ends
	}
	return v
}

// Put creates or replaces a connection. A secret field that is left out keeps its value; a
// list holds several, for rotation, the newest first. When the kind or the hosts change,
// secrets that are not given anew are emptied, so that nobody can point them elsewhere.
func (c *Connections) Put(ctx context.Context, name, kind string, fields map[string]any, hosts []string) (ConnectionView, error) {
	hosts = tidyHosts(hosts)
	if problems := c.check(name, kind, fields, hosts); len(problems) > 0 {
		return ConnectionView{}, &Refusal{Kind: Invalid, Code: "invalid", Problems: problems, Message: form.Label("the connection has errors", "a conexão tem erros")}
	}
	c.mu.Lock()
	s := c.next(name, kind, fields, hosts)
	err := c.write(ctx, name, s)
	c.mu.Unlock()
	if err != nil {
		return ConnectionView{}, err
	}
	c.tell(name)
	return c.Get(name)
}

// next is the saved form after a Put.
func (c *Connections) next(name, kind string, fields map[string]any, hosts []string) savedConnection {
	k, before := c.kinds[kind], c.kept[name]
	s := savedConnection{Kind: kind, Fields: map[string]string{}, Secrets: map[string][]string{}, State: ConnectionUntested, Hosts: hosts}
	if !k.NeedsHosts {
		s.Hosts = slices.Clone(k.Hosts)
		if host, ok := fields[k.HostField].(string); ok {
			s.Hosts = append(s.Hosts, tidyHosts([]string{hostOf(host)})...)
		}
	}
	for _, f := range k.Fields {
		if value := fields[f.ID]; !f.Secret && value != nil {
			s.Fields[f.ID], _ = scalar(value)
		} else if !f.Secret && f.Default != "" {
			s.Fields[f.ID] = f.Default
		}
	}
	if k.HostsOf != nil && !k.NeedsHosts {
		s.Hosts = tidyHosts(k.HostsOf(s.Fields))
	}
	keeps := before.Kind == kind && slices.Equal(slices.Sorted(slices.Values(before.Hosts)), slices.Sorted(slices.Values(s.Hosts)))
	for _, id := range append([]string{k.HostField}, k.Bound...) {
		keeps = keeps && before.Fields[id] == s.Fields[id]
	}
	if keeps {
		s.Session, s.Account = before.Session, before.Account
	}
	for _, f := range k.Fields {
		value, given := fields[f.ID]
		switch {
		case !f.Secret:
		case !given || isSet(value):
			if keeps {
				s.Secrets[f.ID] = before.Secrets[f.ID]
			}
		default:
			for _, plain := range secrets(value) {
				s.Secrets[f.ID] = append(s.Secrets[f.ID], c.box.Seal([]byte(plain), about(kind, name, f.ID)))
			}
		}
	}
	return s
}

// write makes a connection durable and then the one in force. The caller holds the lock.
func (c *Connections) write(ctx context.Context, name string, s savedConnection) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write connection %s: %w", name, err)
	}
	if _, err := c.docs.PutDocs(ctx, []store.Doc{{Kind: connectionDoc, ID: name, Revision: -1, Value: data}}); err != nil {
		return fmt.Errorf("write connection %s: %w", name, err)
	}
	c.kept[name] = s
	c.turns[name]++
	return nil
}

// tell calls the watchers. The caller must not hold the lock: they may ask for connections.
func (c *Connections) tell(name string) {
	c.mu.RLock()
	watchers := slices.Clone(c.watchers)
	c.mu.RUnlock()
	for _, f := range watchers {
		f(name)
	}
}

// tidyHosts writes host names in one way.
func tidyHosts(hosts []string) []string {
	var tidy []string
	for _, h := range hosts {
		if h = strings.ToLower(strings.TrimSpace(h)); h != "" && !slices.Contains(tidy, h) {
			tidy = append(tidy, h)
		}
	}
	return tidy
}

// hostOf gives the host of a field that holds a host or an address.
func hostOf(text string) string {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return text
}

// scalar is the text of a plain field.
func scalar(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool, int, int64, json.Number:
		return fmt.Sprint(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

// isSet recognises the {"set": …} that answers hold in place of a secret.
func isSet(value any) bool {
	_, ok := value.(map[string]any)
	return ok
}

func secrets(value any) []string {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var texts []string
	for _, element := range list {
		if text, _ := scalar(element); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// Delete removes a connection; runs that need it will wait. The provider is told that its
// session ends, where it takes that: what it answers changes nothing.
func (c *Connections) Delete(ctx context.Context, name string) error {
	if _, err := c.Get(name); err != nil {
		return err
	}
	revoke := c.revocation(name)
	c.mu.Lock()
	_, err := c.docs.PutDocs(ctx, []store.Doc{{Kind: connectionDoc, ID: name, Revision: -1}})
	if err == nil {
		delete(c.kept, name)
	}
	c.mu.Unlock()
	if err != nil {
		return fmt.Errorf("delete connection %s: %w", name, err)
	}
	revoke(ctx)
	return nil
}

// SetState notes that a credential works ("ok") or was refused ("broken"). One that works
// again lets the runs that wait for it go on.
func (c *Connections) SetState(ctx context.Context, name, state string) error {
	c.mu.Lock()
	s, ok := c.kept[name]
	if !ok || s.State == state {
		c.mu.Unlock()
		return nil
	}
	s.State, s.Problem = state, ""
	err := c.write(ctx, name, s)
	c.mu.Unlock()
	if err == nil {
		c.tell(name)
	}
	return err
}

// broken lists the connections that were refused.
func (c *Connections) broken() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var names []string
	for name, s := range c.kept {
		if s.State == ConnectionBroken {
			names = append(names, name)
		}
	}
	return names
}

// Break notes that a provider refused a connection as it was used, and says whether it is
// broken now: not when it has been mended since.
func (c *Connections) Break(ctx context.Context, used *Connection, problem string) (bool, error) {
	c.mu.Lock()
	s, ok := c.kept[used.Name]
	if !ok || s.State == ConnectionBroken || c.turns[used.Name] != used.turn {
		c.mu.Unlock()
		return !ok || s.State == ConnectionBroken, nil
	}
	s.State, s.Problem = ConnectionBroken, problem
	err := c.write(ctx, used.Name, s)
	c.mu.Unlock()
	if err == nil {
		c.tell(used.Name)
	}
	return true, err
}

// ConnectionTest is what trying a connection found.
type ConnectionTest struct {
	State   string
	Account string
	Works   bool
	Detail  form.Words
}

// Test makes the harmless call of a connection's kind and notes the outcome. A failure that
// says nothing about the credential leaves the state as it was.
func (c *Connections) Test(ctx context.Context, name string) (ConnectionTest, error) {
	c.mu.RLock()
	s, ok := c.kept[name]
	c.mu.RUnlock()
	if !ok {
		_, err := c.Get(name)
		return ConnectionTest{}, err
	}
	if !c.complete(s) {
		return ConnectionTest{State: s.State, Detail: form.Label("a secret is missing", "falta um segredo")}, nil
	}
	c.mu.RLock()
	test, opened := c.kinds[s.Kind].Test, c.open(name, s)
	c.mu.RUnlock()
	if test == nil {
		return ConnectionTest{State: s.State, Detail: form.Label("saved; there is no harmless call to try it with", "salva; não há chamada inofensiva para testar")}, nil
	}
	account, err := test(ctx, opened)
	if err == nil {
		return ConnectionTest{State: ConnectionOK, Account: account, Works: true, Detail: form.Label("it works", "funciona")}, c.works(ctx, name, account)
	}
	f := fault(err)
	if !f.Broken {
		return ConnectionTest{State: s.State, Detail: said(f)}, nil
	}
	_, err = c.Break(ctx, opened, f.Error())
	return ConnectionTest{State: ConnectionBroken, Detail: said(f)}, err
}

// said is a failure with its hint, in both languages.
func said(f *Fault) form.Words {
	words := form.Label(f.Error(), Said(f.Error(), "pt-BR"))
	if !f.Hint.IsZero() {
		words.EN, words.PT = words.EN+": "+f.Hint.EN, words.PT+": "+f.Hint.PT
	}
	return words
}

// works notes that a connection was tried with success, and whose account it is.
func (c *Connections) works(ctx context.Context, name, account string) error {
	c.mu.Lock()
	s, ok := c.kept[name]
	if ok && s.Account != account {
		s.Account = account
		if err := c.write(ctx, name, s); err != nil {
			c.mu.Unlock()
			return err
		}
	}
	c.mu.Unlock()
	return c.SetState(ctx, name, ConnectionOK)
}
