package actions

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
	"gancho/engine/form"
	"gancho/engine/own"
)

//go:embed connectors/*.json
var connectorFiles embed.FS

// builtInConnectors are those of this program, by ID.
var builtInConnectors = engine.Embedded(connectorFiles, "connectors/*.json", trustedConnector)

// BuiltInConnectors are those of this program, without own ones.
func BuiltInConnectors() []*Connector { return slices.Clone(builtInConnectors()) }

// Connectors are an operator's own connectors, the files DIR/*.json.
type Connectors = own.Files[Connector]

// LoadConnectors reads the own connectors; what is wrong with a file is in Problems.
func LoadConnectors(dir string) (*Connectors, error) {
	return own.Read(dir, own.Kind[Connector]{
		Noun: form.Label("connector", "conector"), ID: (*Connector).ID,
		Parse: func(data []byte) (*Connector, []form.Problem) { return ParseConnector(data, true) },
	})
}

// Actions are the actions of connectors.
func Actions(out *Outbound, connectors []*Connector) []engine.Action {
	var list []engine.Action
	for _, c := range connectors {
		for _, id := range c.actions {
			if !c.file.Actions[id].Internal {
				list = append(list, c.engineAction(out, id))
			}
		}
	}
	return list
}

func (c *Connector) engineAction(out *Outbound, id string) engine.Action {
	f := c.file.Actions[id]
	a := engine.Action{
		Kind: c.ID() + "." + id, Title: form.Label(c.file.Name.EN+": "+f.Name.EN, c.file.Name.PT+": "+f.Name.PT), Summary: f.Description,
		Words: form.Label(strings.TrimSpace(c.file.Name.EN+" "+f.Words.EN), strings.TrimSpace(c.file.Name.PT+" "+f.Words.PT)), Group: orText(c.file.Group, "other"), Mark: c.mark(),
		Careful: f.writes() && !f.repeats() && f.Idempotency == nil,
		New:     func() engine.Doer { return &connectorDoer{c: c, id: id, out: out} },
		Effect:  f.writes(), Repeatable: f.repeats(), Remembers: f.remembers(), Help: f.Help, Deprecated: f.Deprecated,
		SampleOf: sync.OnceValue(func() any { return c.sample(id) }),
	}
	if a.Summary.IsZero() {
		a.Summary = a.Title
	}
	for _, alias := range f.Aliases {
		a.Aliases = append(a.Aliases, c.ID()+"."+alias)
	}
	for _, choice := range c.choices(id) {
		if c.file.Auth[choice].open() {
			a.Optional = true
			continue
		}
		a.Connection = append(a.Connection, c.ID()+":"+choice)
	}
	if slices.ContainsFunc(f.Fields, func(field fieldFile) bool { return field.OptionsFrom != nil }) {
		a.Options = func(ctx context.Context, ask engine.OptionsAsk) ([]form.Choice, error) {
			return c.askOptions(ctx, out, id, ask)
		}
	}
	return a
}

// Kinds are the kinds of connection of connectors.
func Kinds(out *Outbound, connectors []*Connector) []connections.Kind {
	var list []connections.Kind
	for _, c := range connectors {
		for _, id := range c.auths {
			if !c.file.Auth[id].open() {
				list = append(list, c.kind(out, id))
			}
		}
	}
	return list
}

func (c *Connector) kind(out *Outbound, id string) connections.Kind {
	f := c.file.Auth[id]
	k := connections.Kind{
		Kind: c.ID() + ":" + id, Title: form.Label(c.file.Name.EN+": "+f.Name.EN, c.file.Name.PT+": "+f.Name.PT), For: f.For, Help: f.Help, Docs: c.file.Docs, Mark: c.mark(),
		Fields: c.connectionFields(f), Hosts: c.fixedHosts(), KeepAlive: time.Duration(f.KeepAlive),
		HostsOf: func(fields map[string]string) []string { return c.hosts(context.Background(), asValues(fields)) },
	}
	if c.hasBaseField() {
		k.HostField = baseField
	}
	switch f.Kind {
	case "oauth2":
		k.Session = connections.PersonSession
		k.SignIn = func(ctx context.Context, conn *connections.Connection, callback, state, verifier string) (string, error) {
			return c.signIn(ctx, conn, c.auth(id), callback, state, verifier)
		}
		k.Finish = func(ctx context.Context, conn *connections.Connection, callback, code, verifier string) (connections.Session, error) {
			return c.finish(ctx, out, conn, c.auth(id), callback, code, verifier)
		}
		if f.RevokeURL != nil {
			k.Revoke = func(ctx context.Context, conn *connections.Connection, s connections.Session) error {
				return c.revoke(ctx, out, conn, c.auth(id), s)
			}
		}
	case "oauth2_cc", "jwt_bearer", "two_step":
		k.Session = connections.OwnSession
	}
	if k.Session != connections.NoSession {
		k.Renew = func(ctx context.Context, conn *connections.Connection) error {
			return c.renewNow(ctx, out, conn, c.auth(id))
		}
	}
	if f.Test != nil || k.Session != connections.NoSession {
		k.Test = func(ctx context.Context, conn *connections.Connection) (string, error) {
			return c.tryConnection(ctx, out, conn)
		}
	}
	return k
}

// renewNow replaces a session whatever its state is.
func (c *Connector) renewNow(ctx context.Context, out *Outbound, conn *connections.Connection, a *madeAuth) error {
	old, err := conn.Session()
	if err != nil {
		return engine.Permanent(err)
	}
	_, err = c.renewFrom(ctx, out, conn, a, old.Access)
	return err
}

// renewFrom replaces a session whose access token is stale.
func (c *Connector) renewFrom(ctx context.Context, out *Outbound, conn *connections.Connection, a *madeAuth, stale string) (connections.Session, error) {
	session, err := conn.Renew(ctx, stale, func(ctx context.Context, old connections.Session) (connections.Session, error) {
		return c.token(ctx, out, conn, a, old)
	})
	if errors.Is(err, connections.ErrRenewing) { // the call itself was not sent
		return session, &engine.Fault{Code: "timeout", Message: "no new token: " + c.file.Name.EN + " did not answer in time"}
	}
	return session, err
}

// fixedHosts are those that no connection changes.
func (c *Connector) fixedHosts() []string {
	var list []string
	for _, h := range c.file.Hosts {
		if text, ok := h.(string); ok {
			list = append(list, text)
		}
	}
	if base, ok := c.file.Base.(string); ok && !slices.Contains(list, hostOfText(base)) {
		list = append(list, hostOfText(base))
	}
	return list
}

// elsewhere says that an address, which is a secret, is at none of the provider's hosts.
func (c *Connector) elsewhere(address string, plain map[string]string) form.Words {
	u, err := readAddress(strings.TrimSpace(address))
	hosts := c.hosts(context.Background(), asValues(plain))
	if err == nil && hostListed(hosts, u) {
		return form.Words{}
	}
	list := strings.Join(hosts, ", ")
	return form.Label(fmt.Sprintf("this is no address of %s: those are at %s", c.file.Name.EN, list), fmt.Sprintf("%s não atende neste endereço: os endereços ficam em %s", c.file.Name.PT, list))
}

func (c *Connector) connectionFields(f *authFile) []connections.Field {
	var fields []connections.Field
	if f.Kind == "oauth2" || f.Kind == "oauth2_cc" {
		fields = append(fields, connections.Field{ID: "client_id", Label: form.Label("Client ID", "Client ID"), Required: true},
			connections.Field{ID: "client_secret", Label: form.Label("Client secret", "Client secret"), Secret: true, Required: f.Kind == "oauth2_cc" || !(f.PKCE == nil || *f.PKCE)})
	}
	for _, x := range f.Fields {
		field := connections.Field{
			ID: x.ID, Label: x.Label, Help: x.Help, Placeholder: x.Placeholder, Pattern: x.Pattern, Type: x.Type, Min: x.Min, Max: x.Max, Secret: x.Type == "secret", Required: x.Required,
			Advanced: x.Advanced, Long: x.Type == "longtext", OneLine: f.Kind == "bearer" || f.Kind == "header",
		}
		if f.Kind == "url" && x.ID == f.Secret {
			field.Wrong = c.elsewhere
		}
		if x.ID == baseField && field.Help.IsZero() {
			field.Help = baseHelp
		}
		if x.Default != nil {
			field.Default = fmt.Sprint(x.Default)
		}
		for _, o := range x.Options {
			field.Options, field.OptionLabels = append(field.Options, o.Value), append(field.OptionLabels, o.Label)
		}
		fields = append(fields, field)
	}
	if c.hasBaseField() && f.find(baseField) == nil {
		fields = append(fields, connections.Field{
			ID: baseField, Type: "url", Advanced: true, Label: form.Label("Address of the API, when it is not the provider's own", "Endereço da API, quando não é o do próprio provedor"),
			Help: baseHelp, Placeholder: fmt.Sprint(c.file.Base),
		})
	}
	return fields
}

// baseHelp says when a connection needs an address of its own: what is known of a provider may
// have changed since.
var baseHelp = form.Label("A sandbox, another region or version, or where the provider has moved to: up to what comes before the paths of its documentation. The keys go to this address alone.",
	"Um sandbox, outra região ou versão, ou para onde o provedor mudou: até o que vem antes dos caminhos da documentação dele. As chaves só vão a este endereço.")
