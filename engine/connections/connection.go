package connections

import (
	"context"
	"time"
)

// Connection is a connection as an action sees it. Its secrets are sealed, and opened on demand.
type Connection struct {
	Name   string
	Kind   string
	Fields map[string]string                    // plain fields
	Hosts  []string                             // the only hosts that its secrets may go to
	Secret func(field string) ([]string, error) // newest first; empty if not set

	// Session is what signing in gave; zero if nobody has. Nil where nothing is kept.
	Session func() (Session, error)
	// Renew replaces a session whose access token is stale, once for all who ask meanwhile. The new
	// one is durable before anybody sees it. Who gives up by its ctx gets ErrRenewing, and
	// the renewal goes on.
	Renew func(ctx context.Context, stale string, ask func(ctx context.Context, old Session) (Session, error)) (Session, error)

	secret []string // IDs of the secret fields that are set
	turn   int      // of the connection, so that a refusal of an old one does not break a new one
}

// Secrets are the values of all secret fields.
func (c *Connection) Secrets() []string {
	var all []string
	for _, field := range c.secret {
		if values, err := c.Secret(field); err == nil {
			all = append(all, values...)
		}
	}
	return all
}

// Session is what signing in to a provider gave.
type Session struct {
	Access  string            `json:"access"`
	Refresh string            `json:"refresh,omitempty"`
	Ends    time.Time         `json:"ends,omitzero"` // of the access token; zero: used until refused
	Since   time.Time         `json:"since,omitzero"`
	Plain   map[string]string `json:"plain,omitempty"` // captured, readable by expressions
	Lost    bool              `json:"-"`               // a former process ended while it was renewing this
}
