package triggers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"gancho/engine/store"
)

// onceKeys keep what may come only once, over restarts.
type onceKeys interface {
	GetKey(ctx context.Context, space, key string) (store.Entry, error)
	PutKey(ctx context.Context, space, key string, value []byte, expected int64, expires time.Duration) (version int64, err error)
}

const onceSpace = "once"

// onces are the values of verifiers' once. One is kept after its event is durable, so that a
// crash in between loses nothing: the sender tries again, and is not taken for a replay.
// Until then it is held in memory, so that no copy slips in beside it.
type onces struct {
	keys onceKeys // may be nil: nothing is kept, then

	mu   sync.Mutex
	held map[string]*heldOnce
}

type heldOnce struct {
	body  [sha256.Size]byte
	count int
}

// oneOnce is a delivery's hold on a value.
type oneOnce struct {
	key   string
	body  [sha256.Size]byte
	keep  time.Duration
	again bool // the same bytes have come before, or come now: a sender's own repeat
	kept  bool
}

func replayedBefore() *Refused {
	return refused("replayed", "this was delivered before", "isto já foi entregue")
}

// enter takes hold of a value, or refuses it when it came with another body.
func (o *onces) enter(ctx context.Context, flow string, proof Proof, body []byte) (*oneOnce, error) {
	sum := sha256.Sum256([]byte(flow + "\x00" + proof.Once))
	x := &oneOnce{key: hex.EncodeToString(sum[:]), body: sha256.Sum256(body), keep: proof.For}
	if !o.hold(x) {
		return nil, replayedBefore()
	}
	if o.keys == nil {
		return x, nil
	}
	before, err := o.keys.GetKey(ctx, onceSpace, x.key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return x, nil
	case err != nil:
		err = fmt.Errorf("look for a value that may come once: %w", err)
	case !bytes.Equal(before.Value, x.body[:]):
		err = replayedBefore()
	}
	if err != nil {
		o.leave(x)
		return nil, err
	}
	x.again, x.kept = true, true
	return x, nil
}

func (o *onces) hold(x *oneOnce) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	h := o.held[x.key]
	if h == nil {
		h = &heldOnce{body: x.body}
		o.held[x.key] = h
	}
	if h.body != x.body {
		return false
	}
	x.again = h.count > 0
	h.count++
	return true
}

// leave lets go of a value.
func (o *onces) leave(x *oneOnce) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if h := o.held[x.key]; h != nil {
		if h.count--; h.count == 0 {
			delete(o.held, x.key)
		}
	}
}

// keep makes a value durable, once its event is.
func (o *onces) keep(ctx context.Context, x *oneOnce) error {
	if x.kept || o.keys == nil {
		return nil
	}
	_, err := o.keys.PutKey(context.WithoutCancel(ctx), onceSpace, x.key, x.body[:], -1, x.keep)
	return err
}

// replayed refuses what came before, where no dedupe key tells that it is the same event.
func (x *delivery) replayed(parts []*delivery) *refusal {
	if x.once == nil || !x.once.again || x.door.observe {
		return nil
	}
	for _, part := range parts {
		if part.in.Outcome == store.Accepted && part.in.Key == "" {
			return x.notVerified(replayedBefore())
		}
	}
	return nil
}

// letGo ends what a delivery holds.
func (x *delivery) letGo() {
	x.letGoBody()
	if x.leave != nil {
		x.leave()
	}
	if x.once != nil {
		x.onces.leave(x.once)
	}
}

// letGoBody leaves the memory of a body to others.
func (x *delivery) letGoBody() {
	x.budget.give(x.reading.held)
	x.reading.held, x.in.Body, x.value, x.scope = 0, nil, nil, nil
}

// keepOnce notes that a value has come. The event is safe already: a failure is logged.
func (x *delivery) keepOnce() {
	if x.once == nil {
		return
	}
	if err := x.onces.keep(x.r.Context(), x.once); err != nil {
		x.Log.Error("keep a value that may come once", "flow", x.e.flow, "error", err)
	}
}
