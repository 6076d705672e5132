package engine

import (
	"sync"
	"time"

	"gancho/engine/expression"
)

const (
	mostTried  = 4 << 20 // bytes of bodies of one flow's newest events
	flowsTried = 3
	triedFor   = time.Minute
)

// tried keeps what somebody who writes an expression asks for at each key: the newest events
// of the flow, and what its steps made of them. It forgets them a minute after the last one.
type tried struct {
	mu     sync.Mutex
	flows  []*triedFlow // the newest first
	scopes map[string]*expression.Scope
	timer  *time.Timer
}

type triedFlow struct {
	id      string
	version int
	list    []map[string]any
}

// events gives what was kept of a flow, if nothing came since.
func (t *tried) events(id string, version int) ([]map[string]any, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.flows {
		if f.id == id && f.version == version {
			return f.list, true
		}
	}
	return nil, false
}

func (t *tried) keep(id string, version int, list []map[string]any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := []*triedFlow{{id, version, list}}
	for _, f := range t.flows {
		if f.id != id && len(kept) < flowsTried {
			kept = append(kept, f)
		}
	}
	t.flows = kept
	if t.timer == nil {
		t.timer = time.AfterFunc(triedFor, t.forget)
	}
	t.timer.Reset(triedFor)
}

func (t *tried) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.flows, t.scopes = nil, nil
}

// scope gives what was kept under a key, or makes it.
func (t *tried) scope(key string, make func() (*expression.Scope, error)) (*expression.Scope, error) {
	t.mu.Lock()
	s := t.scopes[key]
	t.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := make()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.scopes == nil || len(t.scopes) > 2*newestAsked {
		t.scopes = map[string]*expression.Scope{}
	}
	t.scopes[key] = s
	return s, nil
}
