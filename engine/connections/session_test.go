package connections_test

import (
	"context"
	"errors"
	"testing"

	"gancho/engine/connections"
)

// A session that was asked for before a connection was bound to other hosts is not kept for it.
func TestASessionIsNotKeptForOtherHosts(t *testing.T) {
	v := openVault(t)
	v.kinds = []connections.Kind{{Kind: "crm", NeedsHosts: true, Fields: []connections.Field{{ID: "token", Secret: true}}}}
	v.again()
	put := func(host string) { v.put("crm", "crm", map[string]any{"token": "x"}, host) }
	put("crm.example.com")
	used, err := v.Resolve("crm")
	check(t, err)
	renew := func(meanwhile func()) error {
		_, err := used.Renew(t.Context(), "", func(context.Context, connections.Session) (connections.Session, error) {
			meanwhile()
			return connections.Session{Access: "fresh"}, nil
		})
		return err
	}
	if err := renew(func() { put("attacker.example.com") }); !errors.Is(err, connections.ErrNoConnection) {
		t.Errorf("got %v", err)
	}
	if s, err := used.Session(); err == nil && s.Access != "" {
		t.Errorf("the other hosts got %q", s.Access)
	}
	check(t, renew(func() {}))
	if s, err := used.Session(); err != nil || s.Access != "fresh" {
		t.Errorf("got %+v, %v", s, err)
	}
}
