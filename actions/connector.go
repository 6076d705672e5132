package actions

import (
	"net/url"
	"strings"

	"gancho/engine/form"
)

// Connector describes what can be done at a provider: how a connection signs in, which limits
// hold, what an answer means, and the actions. It is read from a file of the format
// gancho.connector/1 and never changes.
type Connector struct {
	file    connectorFile
	auths   []string // choices and actions, in the order of the file
	actions []string
	made    made
}

// ID is the connector's name in flows: the kind of an action is <connector>.<action>.
func (c *Connector) ID() string { return c.file.ID }

// Name is the provider's, for people.
func (c *Connector) Name() form.Words { return c.file.Name }

// mark is the provider's: by its name, with the drawing of its file where there is one.
func (c *Connector) mark() *form.Mark {
	m := form.MarkOf(c.ID(), c.file.Name.EN)
	if i := c.file.Icon; i != nil {
		m.Path, m.Color = i.Path, i.Color
	}
	return m
}

func hostOfText(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
