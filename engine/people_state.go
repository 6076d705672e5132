package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gancho/engine/store"
)

// Kept is what a flow keeps under one key.
type Kept struct {
	Key     string     `json:"key"`
	Value   any        `json:"value"`
	Expires *time.Time `json:"expires"`
}

// stateOf finds what flows keep of a person.
func (e *Engine) stateOf(ctx context.Context, key string) ([]Kept, error) {
	found, person := []Kept{}, store.ValueOf(key)
	for after := ""; person != nil; {
		entries, err := e.Store.ListKeys(ctx, StateSpace, "", after, 200)
		if err != nil {
			return nil, fmt.Errorf("look for what flows keep: %w", err)
		}
		if len(entries) == 0 {
			break
		}
		for _, entry := range entries {
			after = entry.Key
			if !person.In([]byte(entry.Key)) && !person.In(entry.Value) {
				continue
			}
			k := Kept{Key: entry.Key, Expires: moment(entry.Expires)}
			if err := decodeExact(entry.Value, &k.Value); err != nil {
				return nil, fmt.Errorf("key %s: %w", entry.Key, err)
			}
			found = append(found, k)
		}
	}
	return found, nil
}

// eraseState deletes what flows keep of a person, and has the store leave no byte of it.
func (e *Engine) eraseState(ctx context.Context, key string, receipt *Erasure) error {
	found, err := e.stateOf(ctx, key)
	if err != nil || len(found) == 0 {
		return err
	}
	person := store.ValueOf(key)
	for _, k := range found {
		if err := e.Store.DeleteKey(ctx, StateSpace, k.Key); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("erase what flows keep: %w", err)
		}
		receipt.State = append(receipt.State, nameless(person, k.Key))
	}
	if err := e.Store.Erase(ctx, nil); err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

// nameless is a key without the person's value in it.
func nameless(person *store.Value, key string) string {
	text := string(person.Text)
	if lower := strings.ToLower(key); len(lower) == len(key) && strings.Contains(lower, text) {
		before, _, _ := strings.Cut(lower, text)
		return key[:len(before)] + "…" + key[len(before)+len(text):]
	}
	if person.In([]byte(key)) {
		return "…"
	}
	return key
}
