package engine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gancho/engine/refusal"
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

// BeginSignIn gives the address at the provider where a person allows this instance to use an
// account. The person has to be the one who comes back; "" asks for nobody.
func (e *Engine) BeginSignIn(ctx context.Context, name, person string) (string, error) {
	bound := e.Connections.bound(name)
	c, kind, err := e.Connections.Open(name)
	if err != nil {
		_, err := e.Connections.Get(name)
		return "", err
	}
	if kind.SignIn == nil {
		return "", refusal.New(refusal.Invalid, "no_sign_in", fmt.Sprintf("nobody signs in for a connection of the kind %s", c.Kind), fmt.Sprintf("ninguém entra em uma conta para uma conexão do tipo %s", c.Kind))
	}
	state, verifier := random(), random()
	address, err := kind.SignIn(ctx, c, e.callback(), state, verifier)
	if err != nil {
		return "", fmt.Errorf("sign in for %s: %w", name, err)
	}
	data, err := json.Marshal(savedSignIn{name, person, e.Box.Seal([]byte(verifier), signInSpace), bound})
	if err == nil {
		_, err = e.Store.PutKey(ctx, signInSpace, stateKey(state), data, 0, signInFor)
	}
	if err != nil {
		return "", fmt.Errorf("sign in for %s: %w", name, err)
	}
	return address, nil
}

func (e *Engine) callback() string { return e.Instance().PublicURL + CallbackPath }

// FinishSignIn takes what the provider sent a person back with; the new session is durable
// when it returns. A state counts once.
func (e *Engine) FinishSignIn(ctx context.Context, state, code, person string) (name string, err error) {
	key := stateKey(state)
	entry, err := e.Store.GetKey(ctx, signInSpace, key)
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
	if err := e.endSignIn(ctx, key, saved, entry.Version); err != nil {
		return saved.Connection, err
	}
	if code == "" {
		return saved.Connection, ErrNoSignIn
	}
	verifier, err := e.Box.Open(sealed, signInSpace)
	if err != nil {
		return saved.Connection, fmt.Errorf("read the sign-in: %w", err)
	}
	c, kind, err := e.Connections.Open(saved.Connection)
	if err != nil || kind.Finish == nil {
		return saved.Connection, ErrNoSignIn
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	session, err := kind.Finish(ctx, c, e.callback(), code, string(verifier))
	if err != nil {
		return saved.Connection, err
	}
	return saved.Connection, e.Connections.StoreSession(ctx, saved.Connection, session, saved.Bound)
}

// endSignIn lets a state count no more; of two who come back with it at once one gets ErrNoSignIn.
func (e *Engine) endSignIn(ctx context.Context, key string, saved savedSignIn, version int64) error {
	saved.Verifier = ""
	data, err := json.Marshal(saved)
	if err == nil {
		_, err = e.Store.PutKey(ctx, signInSpace, key, data, version, signInFor)
	}
	if errors.Is(err, store.ErrConflict) {
		return ErrNoSignIn
	}
	if err != nil {
		return fmt.Errorf("end the sign-in: %w", err)
	}
	return nil
}

func random() string {
	data := make([]byte, 32)
	rand.Read(data)
	return base64.RawURLEncoding.EncodeToString(data)
}

func stateKey(state string) string {
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:])
}
