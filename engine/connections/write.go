package connections

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"
)

// Create is Put of a connection that is not there yet; of two that come at once one is refused.
func (c *Connections) Create(ctx context.Context, name, kind string, fields map[string]any, hosts []string) (View, error) {
	if _, there := c.Kind(name); there {
		return View{}, errTaken
	}
	return c.put(ctx, name, kind, fields, hosts, true)
}

var errTaken = refusal.New(refusal.Conflict, "taken", "there is a connection of this name already", "já existe uma conexão com este nome")

// Put creates or replaces a connection. A secret field that is left out keeps its value; a
// list holds several, for rotation, the newest first. When the kind or the hosts change,
// secrets that are not given anew are emptied, so that nobody can point them elsewhere.
func (c *Connections) Put(ctx context.Context, name, kind string, fields map[string]any, hosts []string) (View, error) {
	return c.put(ctx, name, kind, fields, hosts, false)
}

func (c *Connections) put(ctx context.Context, name, kind string, fields map[string]any, hosts []string, isNew bool) (View, error) {
	known, _ := c.kindOf(kind)
	hosts, fields = tidyHosts(hosts), known.apart(fields)
	if problems := c.check(name, kind, fields, hosts); len(problems) > 0 {
		return View{}, &refusal.Refusal{Kind: refusal.Invalid, Code: "invalid", Problems: problems, Message: form.Label("the connection has errors", "a conexão tem erros")}
	}
	mended, err := c.replace(ctx, name, kind, fields, hosts, isNew)
	if err != nil {
		return View{}, err
	}
	c.tell(ctx, name, mended)
	return c.Get(name)
}

// replace writes a connection anew, and says whether what failed with it may go well now.
func (c *Connections) replace(ctx context.Context, name, kind string, fields map[string]any, hosts []string, isNew bool) (mended bool, err error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	c.mu.RLock()
	before, there := c.kept[name]
	s := c.next(name, kind, fields, hosts)
	mended = before.State == Broken || c.differ(name, before, s)
	c.mu.RUnlock()
	if isNew && there {
		return false, errTaken
	}
	return mended, c.write(ctx, name, s, replaced)
}

// next is the saved form after a Put. The caller holds the lock.
func (c *Connections) next(name, kind string, fields map[string]any, hosts []string) savedConnection {
	k, before := c.kinds[kind], c.kept[name]
	s := savedConnection{Kind: kind, Fields: map[string]string{}, Secrets: map[string][]string{}, State: Untested, Hosts: hosts}
	if !k.NeedsHosts {
		s.Hosts = slices.Clone(k.Hosts)
		if host, ok := fields[k.HostField].(string); ok {
			s.Hosts = append(s.Hosts, tidyHosts([]string{hostOf(host)})...)
		}
	}
	for _, f := range k.Fields {
		if value := fields[f.ID]; !f.Secret && value != nil {
			text, _ := form.Scalar(value)
			s.Fields[f.ID] = f.without(text)
		} else if !f.Secret && f.Default != "" {
			s.Fields[f.ID] = f.Default
		}
	}
	if k.HostsOf != nil && !k.NeedsHosts {
		s.Hosts = tidyHosts(k.HostsOf(s.Fields))
	}
	keeps := before.Kind == kind && slices.Equal(slices.Sorted(slices.Values(before.Hosts)), slices.Sorted(slices.Values(s.Hosts)))
	for _, id := range k.BoundFields() {
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
				s.Secrets[f.ID] = append(s.Secrets[f.ID], c.box.Seal([]byte(f.without(plain)), about(kind, name, f.ID)))
			}
		}
	}
	return s
}

// differ says whether two saved forms of a connection have other settings or secrets.
func (c *Connections) differ(name string, a, b savedConnection) bool {
	if a.Kind != b.Kind || !maps.Equal(a.Fields, b.Fields) || !slices.Equal(a.Hosts, b.Hosts) {
		return true
	}
	for _, f := range c.kinds[b.Kind].Fields {
		same := func(x, y string) bool { return x == y || c.samePlain(x, y, about(b.Kind, name, f.ID)) }
		if !slices.EqualFunc(a.Secrets[f.ID], b.Secrets[f.ID], same) {
			return true
		}
	}
	return false
}

// samePlain says whether two seals hold the same.
func (c *Connections) samePlain(a, b, about string) bool {
	x, errX := c.box.Open(a, about)
	y, errY := c.box.Open(b, about)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// Keep puts values that a provider gave in a handshake in front of those that secret fields
// of a connection hold already.
func (c *Connections) Keep(ctx context.Context, name string, values map[string]string) error {
	written, err := c.change(ctx, name, func(s *savedConnection) change {
		s.Secrets = maps.Clone(s.Secrets)
		for field, plain := range values {
			sealed := c.box.Seal([]byte(plain), about(s.Kind, name, field))
			s.Secrets[field] = append([]string{sealed}, s.Secrets[field]...)[:min(2, len(s.Secrets[field])+1)]
		}
		return replaced
	})
	if err == nil && !written {
		return fmt.Errorf("%w: %s", ErrNoConnection, name)
	}
	if err == nil {
		c.tell(ctx, name, false) // what a provider proves itself with changes no try
	}
	return err
}

// Delete removes a connection; runs that need it will wait. The provider is told that its
// session ends, where it takes that: what it answers changes nothing.
func (c *Connections) Delete(ctx context.Context, name string) error {
	if _, err := c.Get(name); err != nil {
		return err
	}
	revoke := c.revocation(name)
	if err := c.remove(ctx, name); err != nil {
		return fmt.Errorf("delete connection %s: %w", name, err)
	}
	revoke(ctx)
	return nil
}

func (c *Connections) remove(ctx context.Context, name string) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	if _, err := c.docs.PutDocs(ctx, []store.Doc{{Kind: connectionDoc, ID: name, Revision: -1}}); err != nil {
		return err //nolint:wrapcheck // Delete says what was being done
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, name)
	c.turns[name]++ // one of the same name has not been used yet
	return nil
}

// change is what came of a look at a connection.
type change int

const (
	unchanged change = iota // nothing is to be written
	noted                   // something is known of it; what it holds is the same
	replaced                // what was opened before is out of date
)

// change lets f change a connection, if it is there, and says whether that was written. Who reads
// waits only for f, which is quick and must not take the lock, and not for the disk.
func (c *Connections) change(ctx context.Context, name string, f func(s *savedConnection) change) (written bool, err error) {
	c.changing.Lock()
	defer c.changing.Unlock()
	c.mu.RLock()
	s, there := c.kept[name]
	what := unchanged
	if there {
		what = f(&s)
	}
	c.mu.RUnlock()
	if what == unchanged {
		return false, nil
	}
	err = c.write(ctx, name, s, what)
	return err == nil, err
}

// write makes a connection durable and then the one in force. The caller is the one that changes.
func (c *Connections) write(ctx context.Context, name string, s savedConnection, what change) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("write connection %s: %w", name, err)
	}
	if _, err := c.docs.PutDocs(ctx, []store.Doc{{Kind: connectionDoc, ID: name, Revision: -1, Value: data}}); err != nil {
		return fmt.Errorf("write connection %s: %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[name] = s
	if what == replaced {
		c.turns[name]++
	}
	return nil
}

// tell calls the watchers. The caller must not hold the lock: they may ask for connections.
func (c *Connections) tell(ctx context.Context, name string, mended bool) {
	c.mu.RLock()
	watchers := slices.Clone(c.watchers)
	c.mu.RUnlock()
	for _, f := range watchers {
		f(context.WithoutCancel(ctx), name, mended)
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
		if text, _ := form.Scalar(element); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}
