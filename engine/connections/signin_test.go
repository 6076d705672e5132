package connections_test

import (
	"context"
	"errors"
	"testing"

	"gancho/engine/connections"
	"gancho/engine/store"
)

// between does something after a sign-in was read and before it is ended.
type between struct {
	store.Keys
	do func()
}

func (b *between) GetKey(ctx context.Context, space, key string) (store.Entry, error) {
	entry, err := b.Keys.GetKey(ctx, space, key)
	if do := b.do; space == "signin" && do != nil {
		b.do = nil
		do()
	}
	return entry, err
}

// TestASignInsStateCountsOnce, though a browser loads the page of the callback twice at once: a
// provider takes back what it gave for a code that it sees again.
func TestASignInsStateCountsOnce(t *testing.T) {
	v := openVault(t)
	race := &between{Keys: v.db}
	v.keys = race
	v.again()
	state, exchanged := "", 0
	v.SetKinds([]connections.Kind{{
		Kind: "mail:account",
		SignIn: func(_ context.Context, _ *connections.Connection, _, s, _ string) (string, error) {
			state = s
			return "https://mail.example.com/allow", nil
		},
		Finish: func(context.Context, *connections.Connection, string, string, string) (connections.Session, error) {
			exchanged++
			return connections.Session{Access: "token"}, nil
		},
	}})
	_, err := v.Create(t.Context(), "mail", "mail:account", nil, nil)
	check(t, err)
	_, err = v.BeginSignIn(t.Context(), "mail", "ana", "https://gancho.example.com")
	check(t, err)
	race.do = func() {
		_, err := v.FinishSignIn(t.Context(), state, "code", "ana", "https://gancho.example.com")
		check(t, err)
	}
	for range 2 {
		if name, err := v.FinishSignIn(t.Context(), state, "code", "ana", "https://gancho.example.com"); !errors.Is(err, connections.ErrNoSignIn) || name != "mail" {
			t.Errorf("the state counted again for %q: %v", name, err)
		}
	}
	if exchanged != 1 {
		t.Errorf("the code was exchanged %d times", exchanged)
	}
}
