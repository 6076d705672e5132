package bolt

import "sync"

// bell tells all who wait that something has changed, and that they may look again.
type bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// wait gives what is closed when the bell next rings. Who asks before looking misses no change.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}
