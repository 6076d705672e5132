package session

import (
	"sync"
	"time"
)

// limits slow down who guesses passwords: five tries a minute from an address, ten an hour
// for an account. Nobody is locked out for ever.
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

// wait is how long this address or account must wait; 0 lets it try.
func (l *limits) wait(address, account string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(l.left("a "+address, perAddress, time.Minute), l.left("u "+account, perAccount, time.Hour))
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

func (l *limits) failed(address, account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tries == nil || len(l.tries) > mostTries {
		l.tries = map[string][]time.Time{}
	}
	for _, name := range []string{"a " + address, "u " + account} {
		l.tries[name] = append(l.tries[name], l.now())
	}
}

func (l *limits) good(account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.tries, "u "+account)
}
