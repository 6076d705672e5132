package engine_test

import (
	"context"
	"errors"
	"testing"

	"gancho/engine"
	"gancho/engine/store"
)

// between does something after a sign-in was read and before it is ended.
type between struct {
	store.Store
	do func()
}

func (b *between) GetKey(ctx context.Context, space, key string) (store.Entry, error) {
	entry, err := b.Store.GetKey(ctx, space, key)
	if do := b.do; space == "signin" && do != nil {
		b.do = nil
		do()
	}
	return entry, err
}

// TestASignInsStateCountsOnce, though a browser loads the page of the callback twice at once: a
// provider takes back what it gave for a code that it sees again.
func TestASignInsStateCountsOnce(t *testing.T) {
	race := &between{}
	h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store {
		race.Store = s
		return race
	}})
	state, exchanged := "", 0
	h.Connections.SetKinds([]engine.ConnectionKind{{
		Kind: "mail:account",
		SignIn: func(_ context.Context, _ *engine.Connection, _, s, _ string) (string, error) {
			state = s
			return "https://mail.example.com/allow", nil
		},
		Finish: func(context.Context, *engine.Connection, string, string, string) (engine.Session, error) {
			exchanged++
			return engine.Session{Access: "token"}, nil
		},
	}})
	_, err := h.Connections.Create(t.Context(), "mail", "mail:account", nil, nil)
	check(t, err)
	_, err = h.BeginSignIn(t.Context(), "mail", "ana")
	check(t, err)
	race.do = func() {
		_, err := h.FinishSignIn(t.Context(), state, "code", "ana")
		check(t, err)
	}
	for range 2 {
		if name, err := h.FinishSignIn(t.Context(), state, "code", "ana"); !errors.Is(err, engine.ErrNoSignIn) || name != "mail" {
			t.Errorf("the state counted again for %q: %v", name, err)
		}
	}
	if exchanged != 1 {
		t.Errorf("the code was exchanged %d times", exchanged)
	}
}
