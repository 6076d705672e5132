package engine_test

import (
	"context"
	"testing"
	"time"

	"gancho/engine/store"
)

// slowList does something else after the variables were read, before they are in force.
type slowList struct {
	store.Store
	then func()
}

func (l *slowList) ListDocs(ctx context.Context, kind, prefix string) ([]store.Doc, error) {
	docs, err := l.Store.ListDocs(ctx, kind, prefix)
	if f := l.then; f != nil && kind == "vars" {
		l.then = nil
		f()
	}
	return docs, err
}

// TestVarsSetAtOnce: of two who set the variables, what the store holds is in force.
func TestVarsSetAtOnce(t *testing.T) {
	slow := &slowList{}
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { slow.Store = s; return slow }})
	defer func() { h.stop() }()
	second := make(chan error)
	slow.then = func() {
		done := make(chan struct{})
		go func() {
			err := h.SetVars(t.Context(), map[string]any{"a": "second"})
			close(done)
			second <- err
		}()
		select {
		case <-done: // nothing kept it out
		case <-time.After(50 * time.Millisecond): // it waits for its turn
		}
	}
	err := h.SetVars(t.Context(), map[string]any{"a": "first"})
	if secondErr := <-second; err != nil || secondErr != nil {
		t.Fatal(err, secondErr)
	}
	docs, err := slow.ListDocs(t.Context(), "vars", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Vars()["a"]; got != "second" || string(docs[0].Value) != `"second"` {
		t.Errorf("%v is in force, %s in the store", got, docs[0].Value)
	}
}
