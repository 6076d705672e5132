package engine

import (
	"context"
	"errors"
	"testing"

	"gancho/engine/seal"
	"gancho/engine/store/bolt"
)

// A session that was asked for before a connection was bound to other hosts is not kept for it.
func TestASessionIsNotKeptForOtherHosts(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := bolt.Open(t.Context(), t.TempDir(), bolt.Options{})
	must(err)
	defer func() { must(db.Close()) }()
	box, err := seal.Open(t.Context(), db, make([]byte, seal.KeySize))
	must(err)
	c, err := OpenConnections(t.Context(), db, box, []ConnectionKind{{Kind: "crm", NeedsHosts: true, Fields: []ConnectionField{{ID: "token", Secret: true}}}})
	must(err)
	put := func(host string) {
		_, err := c.Put(t.Context(), "crm", "crm", map[string]any{"token": "x"}, []string{host})
		must(err)
	}
	put("crm.example.com")
	used, err := c.Resolve("crm")
	must(err)
	renew := func(meanwhile func()) error {
		_, err := used.Renew(t.Context(), "", func(context.Context, Session) (Session, error) {
			meanwhile()
			return Session{Access: "fresh"}, nil
		})
		return err
	}
	if err := renew(func() { put("attacker.example.com") }); !errors.Is(err, ErrNoConnection) {
		t.Errorf("got %v", err)
	}
	if s, err := c.session("crm"); err == nil && s.Access != "" {
		t.Errorf("the other hosts got %q", s.Access)
	}
	must(renew(func() {}))
	if s, err := c.session("crm"); err != nil || s.Access != "fresh" {
		t.Errorf("got %+v, %v", s, err)
	}
}
