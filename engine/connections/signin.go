package connections

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gancho/engine/refusal"
	"gancho/engine/seal"
	"gancho/engine/store"
)

// ErrNoSignIn says that a sign-in was not begun here, is over, or took too long.
var ErrNoSignIn = errors.New("this sign-in was not begun here, or took too long")

const (
	signInSpace = "signin"
	signInFor   = 15 * time.Minute
)

// CallbackPath is where a provider sends a person back to.
const CallbackPath = "/oauth/callback"

// savedSignIn is a sign-in under way. The verifier is sealed; there is none once the state has counted.
type savedSignIn struct {
	Connection string `json:"connection"`
	Person     string `json:"person,omitempty"` // who has to come back; "" for anybody
	Verifier   string `json:"verifier"`
	Bound      string `json:"bound"` // what the connection was when it began
}

// BeginSignIn gives the address at the provider where a person allows this instance, whose own address
// is public, to use an account. The person has to be the one who comes back; "" asks for nobody.
func (c *Connections) BeginSignIn(ctx context.Context, name, person, public string) (string, error) {
	bound := c.bound(name)
	opened, kind, err := c.Open(name)
	if err != nil {
		_, err := c.Get(name)
		return "", err
	}
	if kind.SignIn == nil {
		return "", refusal.New(refusal.Invalid, "no_sign_in", fmt.Sprintf("nobody signs in for a connection of the kind %s", opened.Kind), fmt.Sprintf("ninguém entra em uma conta para uma conexão do tipo %s", opened.Kind))
	}
	state, verifier := seal.Random(32), seal.Random(32)
	address, err := kind.SignIn(ctx, opened, public+CallbackPath, state, verifier)
	if err != nil {
		return "", fmt.Errorf("sign in for %s: %w", name, err)
	}
	data, err := json.Marshal(savedSignIn{name, person, c.box.Seal([]byte(verifier), signInSpace), bound})
	if err == nil {
		_, err = c.keys.PutKey(ctx, signInSpace, stateKey(state), data, 0, signInFor)
	}
	if err != nil {
		return "", fmt.Errorf("sign in for %s: %w", name, err)
	}
	return address, nil
}

// FinishSignIn takes what the provider sent a person back with; the new session is durable
// when it returns. A state counts once; public is as it was when that began.
func (c *Connections) FinishSignIn(ctx context.Context, state, code, person, public string) (name string, err error) {
	key := stateKey(state)
	entry, err := c.keys.GetKey(ctx, signInSpace, key)
	if errors.Is(err, store.ErrNotFound) {
		return "", ErrNoSignIn
	}
	if err != nil {
		return "", fmt.Errorf("find the sign-in: %w", err)
	}
	var saved savedSignIn
	if err := json.Unmarshal(entry.Value, &saved); err != nil {
		return "", fmt.Errorf("read the sign-in: %w", err)
	}
	if saved.Person != "" && saved.Person != person {
		return saved.Connection, ErrNoSignIn
	}
	sealed := saved.Verifier
	if sealed == "" {
		return saved.Connection, ErrNoSignIn
	}
	if err := c.endSignIn(ctx, key, saved, entry.Version); err != nil {
		return saved.Connection, err
	}
	if code == "" {
		return saved.Connection, ErrNoSignIn
	}
	verifier, err := c.box.Open(sealed, signInSpace)
	if err != nil {
		return saved.Connection, fmt.Errorf("read the sign-in: %w", err)
	}
	opened, kind, err := c.Open(saved.Connection)
	if err != nil || kind.Finish == nil {
		return saved.Connection, ErrNoSignIn
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	session, err := kind.Finish(ctx, opened, public+CallbackPath, code, string(verifier))
	if err != nil {
		return saved.Connection, err
	}
	return saved.Connection, c.StoreSession(ctx, saved.Connection, session, saved.Bound)
}

// endSignIn lets a state count no more; of two who come back with it at once one gets ErrNoSignIn.
func (c *Connections) endSignIn(ctx context.Context, key string, saved savedSignIn, version int64) error {
	saved.Verifier = ""
	data, err := json.Marshal(saved)
	if err == nil {
		_, err = c.keys.PutKey(ctx, signInSpace, key, data, version, signInFor)
	}
	if errors.Is(err, store.ErrConflict) {
		return ErrNoSignIn
	}
	if err != nil {
		return fmt.Errorf("end the sign-in: %w", err)
	}
	return nil
}

func stateKey(state string) string {
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:])
}
