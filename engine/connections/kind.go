package connections

import (
	"cmp"
	"context"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"gancho/engine/form"
)

// Kind is what connections of one kind hold.
type Kind struct {
	Kind       string
	Title      form.Words
	Fields     []Field
	For        form.Words // whom it is for, where a provider has several; its first is the usual one
	Help       form.Words
	Docs       string     // a page of the provider
	Mark       *form.Mark // of the provider; nil where there is none
	Hosts      []string   // known; a person lists them where NeedsHosts is set
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

// without takes off a value what is not part of it: the ends of lines around it, as they come along when
// one is copied, spaces where it has a form of its own, and the scheme.
func (f Field) without(value string) string {
	value = strings.Trim(value, "\r\n")
	if f.Pattern != "" || f.Type != "" && !f.Secret && !f.Long {
		value = strings.TrimSpace(value)
	}
	if word, rest, _ := strings.Cut(strings.TrimSpace(value), " "); f.Scheme != "" && strings.EqualFold(word, f.Scheme) && rest != "" {
		return strings.TrimSpace(rest)
	}
	return value
}

// BoundFields are the plain fields that say where secrets go.
func (k Kind) BoundFields() []string {
	fields := []string{}
	for _, f := range k.Fields {
		if f.ID == k.HostField || slices.Contains(k.Bound, f.ID) || k.HostsOf != nil && !f.Secret && k.hostsFollow(f) {
			fields = append(fields, f.ID)
		}
	}
	return fields
}

// hostsFollow says whether another value of a field gives other hosts.
func (k Kind) hostsFollow(f Field) bool {
	values := f.Options
	if len(values) < 2 {
		values = []string{"one", "two"}
	}
	with := func(value string) []string {
		fields := map[string]string{}
		for _, other := range k.Fields {
			fields[other.ID] = cmp.Or(other.Default, "one")
		}
		fields[f.ID] = value
		return k.HostsOf(fields)
	}
	return slices.ContainsFunc(values[1:], func(value string) bool { return !slices.Equal(with(value), with(values[0])) })
}

// apart takes the port off a host, as providers print them, where a kind has a field for each.
func (k Kind) apart(fields map[string]any) map[string]any {
	text, _ := fields[k.HostField].(string) //nolint:errcheck // what is no text is refused later
	host, port, err := net.SplitHostPort(strings.TrimSpace(text))
	hasPort := slices.ContainsFunc(k.Fields, func(f Field) bool { return f.ID == "port" })
	if err != nil || !hasPort || fields["port"] != nil && fields["port"] != "" && fields["port"] != port {
		return fields
	}
	fields = maps.Clone(fields)
	fields[k.HostField], fields["port"] = host, port
	return fields
}

func (k Kind) session(s savedConnection) SessionKind {
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

// Field is one thing to fill in. A secret one is write-only.
type Field struct {
	ID          string     `json:"id" doc:"its member of fields"`
	Label       form.Words `json:"label" doc:"its name on the screen"`
	Help        form.Words `json:"help,omitzero" doc:"where it is found at the provider"`
	Placeholder string     `json:"placeholder,omitempty" doc:"shown in the empty field"`
	Pattern     string     `json:"pattern,omitempty" doc:"regular expression that its value must match"`
	Type        string     `json:"-"` // how its value is read, as a kind of field of package form; empty is text
	Min, Max    *float64   `json:"-"` // of the number, or of the length of the text
	// Wrong says what is wrong with a value, beside these plain fields; nothing if it is zero. May be nil.
	Wrong    func(value string, plain map[string]string) form.Words `json:"-"`
	Secret   bool                                                   `json:"secret,omitempty" doc:"is never shown again"`
	Required bool                                                   `json:"required,omitempty" doc:"must be set"`
	Advanced bool                                                   `json:"advanced,omitempty" doc:"shown only when asked for"`
	Long     bool                                                   `json:"long,omitempty" doc:"may have many lines"`
	Options  []string                                               `json:"options,omitempty" doc:"what it may be, where that is a closed set"`
	Default  string                                                 `json:"default,omitempty" doc:"its value when it is left out"`
	OneLine  bool                                                   `json:"-"` // a secret that is sent in a header
	Unset    form.Words                                             `json:"-"` // what a test that went well adds while the field has no value
	Scheme   string                                                 `json:"-"` // a word that is printed before the value, and often pasted with it, but not part of it
	// OptionLabels say what the options are, in their order; without them the options speak for
	// themselves.
	OptionLabels []form.Words `json:"option_labels,omitempty" doc:"of the options, in their order"`
}
