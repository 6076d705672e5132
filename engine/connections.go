package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

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
	Hosts      []string // known; a person lists them where NeedsHosts is set
	NeedsHosts bool
	HostField  string // the host that a connection is bound to is the value of this field
}

// ConnectionField is one thing to fill in. A secret one is write-only.
type ConnectionField struct {
	ID       string     `json:"id"`
	Label    form.Words `json:"label"`
	Secret   bool       `json:"secret,omitempty"`
	Required bool       `json:"required,omitempty"`
	Options  []string   `json:"options,omitempty"`
	Default  string     `json:"default,omitempty"`
}

// ConnectionView is a connection as people may see it: secrets say only whether they are set.
type ConnectionView struct {
	Name   string         `json:"name"`
	Kind   string         `json:"kind"`
	Fields map[string]any `json:"fields"`
	Hosts  []string       `json:"hosts"`
	State  string         `json:"state"`
}

// saved form of a connection. Members are added, never changed.
type savedConnection struct {
	Kind    string              `json:"kind"`
	Fields  map[string]string   `json:"fields"`
	Secrets map[string][]string `json:"secrets"` // sealed, newest first
	Hosts   []string            `json:"hosts"`
	State   string              `json:"state"`
}

const connectionDoc = "connection"

// Connections are the sealed credentials of this instance.
type Connections struct {
	docs  store.Docs
	box   *seal.Box
	kinds map[string]ConnectionKind

	mu       sync.RWMutex
	kept     map[string]savedConnection
	watchers []func(name string)
}

// OpenConnections loads all connections. Secrets stay sealed until they are used.
func OpenConnections(ctx context.Context, docs store.Docs, box *seal.Box, kinds []ConnectionKind) (*Connections, error) {
	c := &Connections{docs: docs, box: box, kinds: map[string]ConnectionKind{}, kept: map[string]savedConnection{}}
	for _, k := range kinds {
		c.kinds[k.Kind] = k
	}
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

// Resolve gives a connection to act with; ErrNoConnection while there is none that works.
func (c *Connections) Resolve(name string) (*Connection, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	s, ok := c.kept[name]
	if !ok || s.State == "broken" {
		return nil, fmt.Errorf("%w: %s", ErrNoConnection, name)
	}
	return &Connection{Name: name, Kind: s.Kind, Fields: s.Fields, Hosts: s.Hosts, Secret: func(field string) ([]string, error) {
		var values []string
		for _, sealed := range s.Secrets[field] {
			plain, err := c.box.Open(sealed, about(s.Kind, name, field))
			if err != nil {
				return nil, fmt.Errorf("connection %s, field %s: %w", name, field, err)
			}
			values = append(values, string(plain))
		}
		return values, nil
	}}, nil
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
	return v
}

// Put creates or replaces a connection. A secret field that is left out keeps its value; a
// list holds several, for rotation. When the hosts change, secrets that are not given anew
// are emptied, so that nobody can point them elsewhere.
func (c *Connections) Put(ctx context.Context, name, kind string, fields map[string]any, hosts []string) (ConnectionView, error) {
	if problems := c.check(name, kind, fields, hosts); len(problems) > 0 {
		return ConnectionView{}, &Refusal{Kind: Invalid, Code: "invalid", Problems: problems, Message: form.Label("the connection has errors", "a conexão tem erros")}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	k, before := c.kinds[kind], c.kept[name]
	s := savedConnection{Kind: kind, Fields: map[string]string{}, Secrets: map[string][]string{}, State: "untested", Hosts: slices.Clone(hosts)}
	if !k.NeedsHosts {
		s.Hosts = slices.Clone(k.Hosts)
		if host, ok := fields[k.HostField].(string); ok {
			s.Hosts = append(s.Hosts, host)
		}
	}
	keeps := before.Kind == kind && slices.Equal(before.Hosts, s.Hosts)
	for _, f := range k.Fields {
		value, given := fields[f.ID]
		switch {
		case !f.Secret && given:
			s.Fields[f.ID] = fmt.Sprint(value)
		case !f.Secret && f.Default != "":
			s.Fields[f.ID] = f.Default
		case f.Secret && (!given || isSet(value)) && keeps:
			s.Secrets[f.ID] = before.Secrets[f.ID]
		case f.Secret && given:
			for _, plain := range secrets(value) {
				s.Secrets[f.ID] = append(s.Secrets[f.ID], c.box.Seal([]byte(plain), about(kind, name, f.ID)))
			}
		}
	}
	data, err := json.Marshal(s)
	if err != nil {
		return ConnectionView{}, err
	}
	if _, err := c.docs.PutDocs(ctx, []store.Doc{{Kind: connectionDoc, ID: name, Revision: -1, Value: data}}); err != nil {
		return ConnectionView{}, fmt.Errorf("write connection %s: %w", name, err)
	}
	c.kept[name] = s
	for _, f := range c.watchers {
		f(name)
	}
	return c.view(name, s), nil
}

// isSet recognises the {"set": …} that answers hold in place of a secret.
func isSet(value any) bool {
	_, ok := value.(map[string]any)
	return ok
}

func secrets(value any) []string {
	var list []string
	switch v := value.(type) {
	case string:
		list = append(list, v)
	case []any:
		for _, element := range v {
			if text, ok := element.(string); ok {
				list = append(list, text)
			}
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

func (c *Connections) check(name, kind string, fields map[string]any, hosts []string) []form.Problem {
	var problems []form.Problem
	bad := func(path, code, en, pt string) {
		problems = append(problems, form.Problem{Severity: form.Error, Path: path, Code: code, Message: form.Label(en, pt)})
	}
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || len(name) > 63 {
		bad("/name", "bad_name", "a name has lower case letters, digits, - and _, at most 63", "um nome tem letras minúsculas, números, - e _, no máximo 63")
	}
	k, ok := c.kinds[kind]
	if !ok {
		bad("/kind", "unknown_kind", fmt.Sprintf("there is no kind of connection %q", kind), fmt.Sprintf("não existe o tipo de conexão %q", kind))
		return problems
	}
	known := map[string]bool{}
	for _, f := range k.Fields {
		known[f.ID] = true
		value, given := fields[f.ID]
		path := "/fields/" + form.Escape(f.ID)
		if text, isText := value.(string); f.Required && !f.Secret && (!given || (isText && text == "")) {
			bad(path, "required", "is required", "é obrigatório")
		}
		if text, isText := value.(string); given && isText && len(f.Options) > 0 && !slices.Contains(f.Options, text) {
			bad(path, "not_an_option", "must be one of "+strings.Join(f.Options, ", "), "deve ser um destes: "+strings.Join(f.Options, ", "))
		}
	}
	for id := range fields {
		if !known[id] {
			bad("/fields/"+form.Escape(id), "unknown_member", fmt.Sprintf("this kind has no field %q", id), fmt.Sprintf("este tipo não tem o campo %q", id))
		}
	}
	if k.NeedsHosts && len(hosts) == 0 {
		bad("/hosts", "required", "list the hosts that this may be sent to, such as api.example.com", "liste os servidores para onde isto pode ir, como api.example.com")
	}
	return problems
}

// Delete removes a connection; runs that need it will wait.
func (c *Connections) Delete(ctx context.Context, name string) error {
	if _, err := c.Get(name); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.docs.PutDocs(ctx, []store.Doc{{Kind: connectionDoc, ID: name, Revision: -1}}); err != nil {
		return fmt.Errorf("delete connection %s: %w", name, err)
	}
	delete(c.kept, name)
	return nil
}

// SetState notes that a credential works ("ok") or was refused ("broken"). One that works
// again lets the runs that wait for it go on.
func (c *Connections) SetState(ctx context.Context, name, state string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.kept[name]
	if !ok || s.State == state {
		return nil
	}
	mended := s.State == "broken"
	s.State = state
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := c.docs.PutDocs(ctx, []store.Doc{{Kind: connectionDoc, ID: name, Revision: -1, Value: data}}); err != nil {
		return fmt.Errorf("write connection %s: %w", name, err)
	}
	c.kept[name] = s
	if mended {
		for _, f := range c.watchers {
			f(name)
		}
	}
	return nil
}
