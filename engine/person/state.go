package person

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// Kept is what a flow keeps of a person under one key.
type Kept struct {
	Key     string     `json:"key" doc:"name of the entry, as in GET /state"`
	Value   any        `json:"value" doc:"of a list, and of an object whose members are called by people, what is theirs"`
	Expires *time.Time `json:"expires" doc:"when it ends; null if never"`

	others  any  // what of the value is not theirs
	shared  bool // something is not
	version int64
}

// stateOf finds what flows keep of a person.
func stateOf(ctx context.Context, e *engine.Engine, key string) ([]Kept, error) {
	found, person := []Kept{}, store.ValueOf(key)
	for after := ""; person != nil; {
		entries, err := e.Store.ListKeys(ctx, engine.StateSpace, "", after, 200)
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
			k := Kept{Key: entry.Key, version: entry.Version}
			if at := entry.Expires.UTC(); !at.IsZero() {
				k.Expires = &at
			}
			exact := json.NewDecoder(bytes.NewReader(entry.Value))
			exact.UseNumber()
			if err := exact.Decode(&k.Value); err != nil {
				return nil, fmt.Errorf("key %s: %w", entry.Key, err)
			}
			if !person.In([]byte(entry.Key)) {
				k.Value, k.others, k.shared = part(person, k.Value)
			}
			found = append(found, k)
		}
	}
	return found, nil
}

// eraseState takes out what flows keep of a person, and says whether there was any. Of a
// list, and of an object whose members are called by people, others keep what is theirs.
func eraseState(ctx context.Context, e *engine.Engine, key string, receipt *Erasure) (changed bool, err error) {
	person, erased := store.ValueOf(key), map[string]bool{}
	for range 10 {
		found, err := stateOf(ctx, e, key)
		if err != nil {
			return changed, err
		}
		for _, k := range found {
			changed = true
			if err := eraseEntry(ctx, e, k); err != nil && !errors.Is(err, store.ErrConflict) { // who is written meanwhile is looked at again
				return changed, fmt.Errorf("erase what flows keep: %w", err)
			}
			if name := nameless(person, k.Key); !erased[name] {
				erased[name] = true
				receipt.State = append(receipt.State, name)
			}
		}
		if len(found) == 0 {
			break
		}
	}
	return changed, nil
}

func eraseEntry(ctx context.Context, e *engine.Engine, k Kept) error {
	if !k.shared {
		if err := e.Store.DeleteKey(ctx, engine.StateSpace, k.Key); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return nil
	}
	value, err := json.Marshal(k.others)
	if err != nil {
		return err
	}
	var expires time.Duration
	if k.Expires != nil {
		expires = max(time.Millisecond, k.Expires.Sub(e.Now()))
	}
	_, err = e.Store.PutKey(ctx, engine.StateSpace, k.Key, value, k.version, expires)
	return err
}

// part parts what of a value is a person's from what is not; shared is false where all of it is.
func part(person *store.Value, value any) (theirs, others any, shared bool) {
	holds := func(v any) bool {
		data, err := json.Marshal(v)
		return err != nil || person.In(data)
	}
	switch v := value.(type) {
	case []any:
		own := slices.DeleteFunc(slices.Clone(v), func(x any) bool { return !holds(x) })
		return own, slices.DeleteFunc(slices.Clone(v), holds), true
	case map[string]any:
		named := func(name string, _ any) bool { return person.In([]byte(name)) }
		own, rest := maps.Clone(v), maps.Clone(v)
		maps.DeleteFunc(own, func(name string, x any) bool { return !named(name, x) })
		maps.DeleteFunc(rest, named)
		if len(own) > 0 && !holds(rest) {
			return own, rest, true
		}
	}
	return value, nil, false
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
