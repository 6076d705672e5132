package flows

import (
	"hash/maphash"
	"sync"
)

// turns let one after the other change a flow: who names no revision means the newest draft,
// and is not refused because somebody else saved at the same moment.
type turns [64]sync.Mutex

var turnSeed = maphash.MakeSeed()

// of waits for the turn to change one flow.
func (t *turns) of(id string) (done func()) {
	m := &t[maphash.String(turnSeed, id)%uint64(len(t))]
	m.Lock()
	return m.Unlock
}

// all waits for the turn to change any flow.
func (t *turns) all() (done func()) {
	for i := range t {
		t[i].Lock()
	}
	return func() {
		for i := range t {
			t[i].Unlock()
		}
	}
}
