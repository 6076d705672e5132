package engine

import (
	"context"
	"errors"
	"strings"

	"gancho/engine/store"
)

const connectionPrefix = "\x00connection/"

// connectionSignal is the name that a run waits for until a connection is there or mended.
// People's signal names never begin with a zero byte.
func connectionSignal(name string) string { return connectionPrefix + name }

// wakeConnection lets the runs that wait for a connection go on, if it can be used. The signal
// is not kept: a run that comes to wait looks again once its wait is written (wakeParked), so
// that none is missed, and none is woken by what it has seen already.
func (e *Engine) wakeConnection(name string) {
	if _, err := e.Connections.Resolve(name); err != nil {
		return // nothing to go on with
	}
	err := e.Store.Signal(context.Background(), []store.Signal{{Name: connectionSignal(name), Data: []byte("null")}})
	if err := errors.Join(err...); err != nil {
		e.Log.Error("wake runs that wait for a connection", "connection", name, "error", err)
	}
}

// wakeParked wakes a run whose connection was mended while its wait was being written.
func (e *Engine) wakeParked(p *store.Park) {
	for _, w := range p.Waits {
		if name, ok := strings.CutPrefix(w.Name, connectionPrefix); ok {
			e.wakeConnection(name)
		}
	}
}

// wakeConnections wakes the runs whose connection was mended just before a process ended.
func (e *Engine) wakeConnections(ctx context.Context) {
	for _, c := range e.Connections.List() {
		if ctx.Err() != nil {
			return
		}
		e.wakeConnection(c.Name)
	}
}
