package flows_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
)

// between does something else between the reading of a kept draft and what follows.
type between struct {
	store.Keys
	then func()
}

func (b *between) GetKey(ctx context.Context, space, key string) (store.Entry, error) {
	e, err := b.Keys.GetKey(ctx, space, key)
	if f := b.then; f != nil && strings.HasPrefix(space, "draft/") {
		b.then = nil
		f()
	}
	return e, err
}

// TestUndoOfOneOwnSparesOthers: what another saves while I undo stays.
func TestUndoOfOneOwnSparesOthers(t *testing.T) {
	h := openShelf(t)
	keys := &between{Keys: h.keys}
	h.keys = keys
	h.Flows = h.again()
	ana, rui := flows.WithPerson(t.Context(), "ana"), flows.WithPerson(t.Context(), "rui")
	doc := func(name string) *flow.Flow {
		f, _ := flow.ParseFlow([]byte(`{"id":"a","name":"` + name + `","trigger":{"kind":"manual"},"steps":[]}`))
		return f
	}
	if _, err := h.Create(ana, doc("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Update(ana, "a", doc("two"), -1); err != nil {
		t.Fatal(err)
	}
	saved := make(chan error)
	keys.then = func() {
		done := make(chan struct{})
		go func() {
			_, err := h.Update(rui, "a", doc("of rui"), -1)
			close(done)
			saved <- err
		}()
		select {
		case <-done: // nothing kept it out
		case <-time.After(50 * time.Millisecond): // it waits for its turn
		}
	}
	_, err := h.UndoMine(ana, "a")
	if saveErr := <-saved; err != nil || saveErr != nil {
		t.Fatal(err, saveErr)
	}
	if e, err := h.Get("a"); err != nil || e.Draft.Name != "of rui" {
		t.Errorf("rui's change was taken back: the draft is %q, %v", e.Draft.Name, err)
	}
}
