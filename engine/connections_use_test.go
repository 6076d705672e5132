package engine

import (
	"testing"
	"time"

	"gancho/engine/seal"
	"gancho/engine/store/bolt"
)

// A connection that was used and is deleted stays deleted, and a new one of its name was not used yet.
func TestADeletedConnectionWasUsed(t *testing.T) {
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
	c, err := OpenConnections(t.Context(), db, box, []ConnectionKind{{Kind: "slack:bot", Hosts: []string{"slack.com"}, Fields: []ConnectionField{{ID: "token", Secret: true}}}})
	must(err)
	put := func() {
		_, err := c.Put(t.Context(), "sales", "slack:bot", map[string]any{"token": "x"}, nil)
		must(err)
	}
	put()
	used, err := c.Resolve("sales")
	must(err)
	c.uses.note(used, time.Now())
	must(c.Delete(t.Context(), "sales"))
	must(c.keepUses(t.Context()))
	if list := c.List(); len(list) != 0 {
		t.Errorf("it came back: %+v", list)
	}
	c.uses.note(used, time.Now()) // a step that was still under way
	put()
	must(c.keepUses(t.Context()))
	c.mu.RLock()
	defer c.mu.RUnlock()
	if at := c.usedAt("sales"); !at.IsZero() {
		t.Errorf("the new one was used at %v", at)
	}
}
