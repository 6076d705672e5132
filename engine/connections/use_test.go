package connections_test

import (
	"testing"
	"time"
)

// A connection that was used and is deleted stays deleted, and a new one of its name was not used yet.
func TestADeletedConnectionWasUsed(t *testing.T) {
	v := openVault(t)
	put := func() { v.put("sales", "slack:bot", map[string]any{"bot_token": "x"}) }
	put()
	used, err := v.Resolve("sales")
	check(t, err)
	v.NoteUse(used, time.Now())
	check(t, v.Delete(t.Context(), "sales"))
	check(t, v.KeepUses(t.Context()))
	if list := v.List(); len(list) != 0 {
		t.Errorf("it came back: %+v", list)
	}
	v.NoteUse(used, time.Now()) // a step that was still under way
	put()
	check(t, v.KeepUses(t.Context()))
	again, err := v.Get("sales")
	check(t, err)
	if again.Used != nil {
		t.Errorf("the new one was used at %v", again.Used)
	}
}
