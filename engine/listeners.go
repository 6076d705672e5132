package engine

import (
	"maps"
	"slices"
	"sync"
)

// listeners are told of every change of something. The zero value has none.
type listeners[T any] struct {
	mu   sync.Mutex
	next int
	all  map[int]func(T)
}

// add lets f be called with every change until stop is called. f must be quick.
func (l *listeners[T]) add(f func(T)) (stop func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[int]func(T){}
	}
	l.next++
	n := l.next
	l.all[n] = f
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.all, n)
	}
}

// tell calls them with what change gives, which is asked for only where there are some.
func (l *listeners[T]) tell(change func() T) {
	l.mu.Lock()
	all := slices.Collect(maps.Values(l.all))
	l.mu.Unlock()
	if len(all) == 0 {
		return
	}
	v := change()
	for _, f := range all {
		f(v)
	}
}
