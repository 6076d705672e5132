package session

import (
	"sync"
	"time"
)

// limits slow down who guesses passwords: five tries a minute from an address, ten an hour
// for an account, counted apart at places from which somebody signed in to it.
type limits struct {
	now func() time.Time

	mu    sync.Mutex
	tries map[string][]time.Time
}

const (
	perAddress = 5
	perAccount = 10
	mostTries  = 10_000 // remembered names
)

// try takes one try of this address and account, or says how long to wait for it. It counts at
// once, so that many who come together do not try more often than one after the other.
func (l *limits) try(address, account string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait = max(l.left("a "+address, perAddress, time.Minute), l.left("u "+account, perAccount, time.Hour))
	if wait > 0 {
		return wait
	}
	if l.tries == nil {
		l.tries = map[string][]time.Time{}
	}
	for _, name := range []string{"a " + address, "u " + account} {
		l.tries[name] = append(l.tries[name], l.now())
	}
	l.forget()
	return 0
}

// forget keeps the memory bounded: what is over goes first, then whatever comes to hand.
func (l *limits) forget() {
	if len(l.tries) <= mostTries {
		return
	}
	for name, tries := range l.tries {
		if l.now().Sub(tries[len(tries)-1]) > time.Hour {
			delete(l.tries, name)
		}
	}
	for name := range l.tries {
		if len(l.tries) <= mostTries {
			return
		}
		delete(l.tries, name)
	}
}

func (l *limits) left(name string, most int, window time.Duration) time.Duration {
	now := l.now()
	tries := l.tries[name]
	for len(tries) > 0 && now.Sub(tries[0]) > window {
		tries = tries[1:]
	}
	if len(tries) == 0 {
		delete(l.tries, name)
		return 0
	}
	l.tries[name] = tries
	if len(tries) < most {
		return 0
	}
	return window - now.Sub(tries[len(tries)-most])
}

// good gives a try back that was right: it counts neither for the account nor the address.
func (l *limits) good(address, account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.tries, "u "+account)
	if tries := l.tries["a "+address]; len(tries) > 1 {
		l.tries["a "+address] = tries[:len(tries)-1]
	} else {
		delete(l.tries, "a "+address)
	}
}
