package engine

import (
	"context"
	"strings"

	"gancho/engine/store"
)

const connectionPrefix = "\x00connection/"

// connectionSignal is the name that a run waits for until a connection is there or mended.
// People's signal names never begin with a zero byte.
func connectionSignal(name string) string { return connectionPrefix + name }

// mendedSignal is the name that a step waits for which tries again: its connection has other settings, or is broken no more.
func mendedSignal(name string) string { return "\x00mended/" + name }

// mendedNews tells a try that a mended connection, and nobody else, brings it forward.
const mendedNews = `"mended"`

// connectionChanged lets the runs go on that wait for a connection, and those try at once that would
// have tried later, if it was mended.
func (e *Engine) connectionChanged(ctx context.Context, name string, mended bool) {
	also := []store.Signal{}
	if mended {
		also = append(also, store.Signal{Name: mendedSignal(name), Data: []byte(mendedNews)})
	}
	e.wakeConnection(ctx, name, also...)
	poke(e.watched.news) // its alert begins or ends
}

// wakeConnection lets the runs that wait for a connection go on, if it can be used. The signal
// is not kept: a run that comes to wait looks again once its wait is written (wakeParked), so
// that none is missed, and none is woken by what it has seen already.
func (e *Engine) wakeConnection(ctx context.Context, name string, also ...store.Signal) {
	if _, err := e.Connections.Resolve(name); err != nil {
		return // nothing to go on with
	}
	e.wake(ctx, append([]store.Signal{{Name: connectionSignal(name), Data: []byte("null")}}, also...))
}

// wakeParked wakes a run whose connection was mended, or whose action came back, while its waits were being written.
func (e *Engine) wakeParked(ctx context.Context, waits []store.Wait) {
	for _, w := range waits {
		if name, ok := strings.CutPrefix(w.Name, connectionPrefix); ok {
			e.wakeConnection(ctx, name)
		}
		if kind, ok := strings.CutPrefix(w.Name, kindPrefix); ok {
			if _, there := e.Catalogue.Find(kind); there {
				e.wakeKind(ctx, kind)
			}
		}
	}
}

// wakeConnections wakes the runs whose connection was mended just before a process ended.
func (e *Engine) wakeConnections(ctx context.Context) {
	for _, c := range e.Connections.List() {
		if ctx.Err() != nil {
			return
		}
		e.wakeConnection(ctx, c.Name)
	}
}
