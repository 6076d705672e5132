package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/store"
)

// deaf takes no signals for a while.
type deaf struct {
	store.Store
	left atomic.Int32
}

func (d *deaf) Signal(ctx context.Context, signals []store.Signal) []error {
	if d.left.Add(-1) >= 0 {
		return []error{errors.New("the disk is full")}
	}
	return d.Store.Signal(ctx, signals)
}

// A connection that is there now wakes the runs that wait for it, though the store could not say so at first.
func TestRunsAreWokenThoughTheStoreFailedAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &deaf{}
		h := open(t, t.TempDir(), &sink{around: func(s store.Store) store.Store { d.Store = s; return d }})
		defer h.stop()
		h.publish(`{"id": "f", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "connection": "crm", "with": {"text": "a"}}]}`)
		run := h.send("f", `{}`)
		h.until(run, func(v engine.RunView) bool { return v.WaitingFor == "connection" })
		d.left.Store(3)
		_, err := h.Connections.Put(t.Context(), "crm", "slack:incoming", map[string]any{"url": "x"}, nil)
		check(t, err)
		time.Sleep(time.Minute)
		if v, err := h.Run(t.Context(), run); err != nil || v.Status != store.Succeeded {
			t.Errorf("the run is %s for %q, %v", v.Status, v.WaitingFor, err)
		}
	})
}
