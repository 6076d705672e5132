package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

type ledgerOutput struct{ Body engine.Ledger }

func (s *server) ledger(ctx context.Context, _ *nothing) (*ledgerOutput, error) {
	l, err := s.Engine.Ledger(ctx)
	return &ledgerOutput{l}, err
}

type varsOutput struct{ Body map[string]any }

func (s *server) getVars(context.Context, *nothing) (*varsOutput, error) {
	return &varsOutput{s.Engine.Vars()}, nil
}

func (s *server) putVars(ctx context.Context, in *struct {
	Body map[string]json.RawMessage
},
) (*varsOutput, error) {
	values := map[string]any{}
	for name, raw := range in.Body {
		value, err := expression.Decode(raw)
		if err != nil {
			return nil, problemOf(http.StatusUnprocessableEntity, "bad_value", name+": "+err.Error(), name+": "+said.In(err.Error(), "pt-BR"))
		}
		values[name] = value
	}
	if err := s.Engine.SetVars(ctx, values); err != nil {
		return nil, err
	}
	return &varsOutput{s.Engine.Vars()}, nil
}

// KeyPath names kept state.
type KeyPath struct {
	Key string `path:"key" doc:"escaped where it needs to be"`
}

// StateView is one value that flows keep.
type StateView struct {
	Key     string     `json:"key" doc:"its name"`
	Value   any        `json:"value" doc:"JSON of any kind"`
	Expires *time.Time `json:"expires" doc:"when it ends; null if never"`
}

type stateOutput struct{ Body StateView }

func (s *server) getState(ctx context.Context, in *KeyPath) (*stateOutput, error) {
	e, err := s.Store.GetKey(ctx, engine.StateSpace, in.Key)
	if err != nil {
		return nil, found(err, "key", "esta chave")
	}
	value, err := expression.Decode(e.Value)
	if err != nil {
		return nil, err
	}
	v := StateView{Key: in.Key, Value: value}
	if !e.Expires.IsZero() {
		at := e.Expires.UTC().Round(time.Second) // it was given as a time to go
		v.Expires = &at
	}
	return &stateOutput{v}, nil
}

type putStateInput struct {
	KeyPath
	Body struct {
		Value   json.RawMessage `json:"value" doc:"JSON of any kind"`
		Expires *string         `json:"expires,omitempty" doc:"when it ends, as a time (RFC 3339) or as a duration from now (2h, 7d); never if left out"`
	}
}

const (
	longestStateKey = 500
	biggestState    = 1 << 20
)

func (s *server) putState(ctx context.Context, in *putStateInput) (*stateOutput, error) {
	if _, err := expression.Decode(in.Body.Value); err != nil {
		return nil, problemOf(http.StatusUnprocessableEntity, "bad_value", "value: "+err.Error(), "value: "+said.In(err.Error(), "pt-BR"))
	}
	expires, err := untilEnd(in.Body.Expires)
	if err != nil {
		return nil, err
	}
	switch { // as much as a step may keep and read
	case len(in.Key) > longestStateKey:
		return nil, problemOf(http.StatusUnprocessableEntity, "bad_key", "a key has at most 500 bytes", "uma chave tem no máximo 500 bytes")
	case len(in.Body.Value) > biggestState:
		return nil, problemOf(http.StatusUnprocessableEntity, "too_big", "a value has at most 1 MiB", "um valor tem no máximo 1 MiB")
	}
	if _, err := s.Store.PutKey(ctx, engine.StateSpace, in.Key, in.Body.Value, -1, expires); err != nil {
		return nil, err
	}
	return s.getState(ctx, &in.KeyPath)
}

// untilEnd is how long something is kept whose end is given as a time or as a duration; 0 is for ever.
func untilEnd(end *string) (time.Duration, error) {
	if end == nil {
		return 0, nil
	}
	d, err := form.ParseDuration(*end)
	if at, instant := time.Parse(time.RFC3339, *end); instant == nil {
		d, err = time.Until(at), nil
	}
	switch {
	case err != nil:
		return 0, problemOf(http.StatusUnprocessableEntity, "bad_time", "expires must be a time such as 2030-01-31T12:00:00Z, or a duration such as 2h or 7d", "expires deve ser um instante como 2030-01-31T12:00:00Z, ou uma duração como 2h ou 7d")
	case d == 0:
		return 0, problemOf(http.StatusUnprocessableEntity, "bad_time", "expires must be longer than 0s; leave it out to keep the value, or delete the key", "expires deve ser maior que 0s; deixe de fora para guardar o valor, ou apague a chave")
	case d < 0:
		return 0, problemOf(http.StatusUnprocessableEntity, "bad_time", "expires is in the past", "expires está no passado")
	}
	return d, nil
}

func (s *server) deleteState(ctx context.Context, in *KeyPath) (*nothing, error) {
	if err := s.Store.DeleteKey(ctx, engine.StateSpace, in.Key); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return nil, nil
}
