package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"gancho/engine/form"
	"gancho/engine/store"
)

// StateSpace holds the keys of state.*, shared by all flows.
const StateSpace = "state"

// mostAdded is up to where a float64 holds whole numbers exactly.
const mostAdded = 1<<53 - 1

// stateStep is durable key-value for flows. The change and its result are recorded in one
// transaction, so that it happens once whatever crashes.
type stateStep struct {
	noticed
	kind    store.KeyKind
	key     string
	value   any
	by      float64
	expires time.Duration
}

func (s *stateStep) Fields() form.Fields {
	fields := form.Of(form.Text("key", &s.key, form.Label("Key", "Chave")).Required().Max(500).Example("customer:{{ trigger.body.email }}"))
	switch s.kind {
	case store.KeyPut:
		fields = append(fields, form.JSON("value", &s.value, form.Label("Value", "Valor")).Required().Blank())
	case store.KeyAdd:
		fields = append(fields, form.Number("value", &s.by, form.Label("Add", "Somar")).Min(-mostAdded).Max(mostAdded).Default(1))
	}
	if s.kind == store.KeyPut || s.kind == store.KeyAdd || s.kind == store.KeyOnce {
		fields = append(fields, form.Duration("expires", &s.expires, form.Label("Forget after", "Esquecer depois de")).Example("30d").
			Help(form.Label("Without it, the value is kept until a step deletes it", "Sem isto, o valor fica guardado até um passo apagá-lo")).
			Lasting(form.Label("leave it out to keep the value, or delete it with state.delete", "deixe de fora para guardar o valor, ou apague-o com state.delete")))
	}
	return fields
}

func (s *stateStep) control(ctx context.Context, w *walker, _ *node, _ *frame, rec *record) (Output, verdict, error) {
	if s.kind == store.KeyGet {
		data, err := w.hands.getKey(ctx, rec, StateSpace, s.key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, next, err
		}
		return stateOutput(data)
	}
	op := store.KeyOp{ID: rec.Path, Kind: s.kind, Space: StateSpace, Key: s.key, By: json.Number(strconv.FormatFloat(s.by, 'f', -1, 64)), Expires: s.expires}
	if s.kind == store.KeyPut {
		data, err := json.Marshal(s.value)
		if err != nil {
			return nil, next, Permanent(err)
		}
		op.Value = data
	}
	w.save(rec)
	done, err := w.commit(ctx, goOn(op))
	if err != nil {
		return nil, parked, err
	}
	if len(done.Keys) != 1 {
		return nil, next, Faultf("state", "the store gave no result for key %q", s.key)
	}
	if err := done.Keys[0].Err; err != nil {
		return nil, next, Faultf("state", "key %q: %v", s.key, err)
	}
	return stateOutput(done.Keys[0].Value)
}

func stateOutput(data []byte) (Output, verdict, error) {
	var value any
	if len(data) > 0 {
		if err := decodeExact(data, &value); err != nil {
			return nil, next, Permanent(err)
		}
	}
	return map[string]any{"value": exact(value)}, next, nil
}
