package bolt

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"gancho/engine/store"
)

func spaceKey(space, key string) []byte { return []byte(space + "\x00" + key) }

// entry gives a key that has not ended.
func (s *Store) entry(tx *tx, space, key string) (store.Entry, error) {
	var e store.Entry
	if err := get(tx, "keys", spaceKey(space, key), &e); err != nil {
		return e, err
	}
	if !e.Expires.IsZero() && !s.now().Before(e.Expires) {
		return store.Entry{}, store.ErrNotFound
	}
	e.Key = key
	return e, nil
}

// GetKey implements store.Keys.
func (s *Store) GetKey(_ context.Context, space, key string) (e store.Entry, err error) {
	err = s.live.view(func(tx *tx) error {
		e, err = s.entry(tx, space, key)
		return err
	})
	return e, err
}

// PutKey implements store.Keys.
func (s *Store) PutKey(_ context.Context, space, key string, value []byte, expected int64, expires time.Duration) (version int64, err error) {
	var own error
	err = s.live.do(func(tx *tx) error {
		own = nil
		e, err := s.entry(tx, space, key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if expected >= 0 && e.Version != expected {
			own = store.ErrConflict
			return nil
		}
		version = e.Version + 1
		return put(tx, "keys", spaceKey(space, key), store.Entry{Value: value, Version: version, Expires: s.end(expires)})
	}, nil)
	return version, cmp.Or(err, own)
}

// AddKey implements store.Keys.
func (s *Store) AddKey(_ context.Context, space, key string, by int64, expires time.Duration) (sum int64, err error) {
	var r store.KeyResult
	err = s.live.do(func(tx *tx) error {
		var err error
		r, err = s.keyOp(tx, &store.KeyOp{Kind: store.KeyAdd, Space: space, Key: key, By: json.Number(strconv.FormatInt(by, 10)), Expires: expires}, "", 0, "")
		return err
	}, nil)
	if err := errors.Join(err, r.Err); err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(r.Value), 10, 64)
}

// DeleteKey implements store.Keys.
func (s *Store) DeleteKey(_ context.Context, space, key string) error {
	return s.live.do(func(tx *tx) error { return tx.bucket("keys").delete(spaceKey(space, key)) }, nil)
}

// ListKeys implements store.Keys.
func (s *Store) ListKeys(_ context.Context, space, prefix, after string, limit int) (list []store.Entry, err error) {
	err = s.live.view(func(tx *tx) error {
		from := spaceKey(space, prefix)
		start := from
		if after > prefix {
			start = append(spaceKey(space, after), 0)
		}
		c := tx.bucket("keys").cursor()
		for key, value := c.seek(start); bytes.HasPrefix(key, from) && len(list) < limit; key, value = c.next() {
			name := string(key[len(space)+1:])
			var e store.Entry
			if err := unseal(value, &e); err != nil {
				return err
			}
			if !e.Expires.IsZero() && !s.now().Before(e.Expires) {
				continue
			}
			e.Key = name
			list = append(list, e)
		}
		return nil
	})
	return list, err
}
