package session

import (
	"maps"
	"sync"
	"time"
)

// limits slow down who guesses passwords: five tries a minute from an address, and for an account a
// delay that grows after ten in an hour, counted apart at places from which somebody signed in to it.
// It never grows so long that a stranger who guesses keeps its owner out.
type limits struct {
	now func() time.Time

	mu    sync.Mutex
	tries map[string][]time.Time
}

const (
	perAddress = 5
	perAccount = 10

	mostTries   = 10_000 // remembered names
	enoughTries = 9_000  // of them, where some are forgotten

	firstDelay   = 15 * time.Second
	longestDelay = 5 * time.Minute
)

// try takes one try of this address and account, or says how long to wait for it. It counts at
// once, so that many who come together do not try more often than one after the other.
func (l *limits) try(address, account string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait = max(l.left("a "+address, perAddress, time.Minute), l.delay("u "+account))
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

// forget keeps the memory bounded: what is over goes first, then the names with the fewest tries, so that
// a stranger with many addresses does not empty the count of an account.
func (l *limits) forget() {
	if len(l.tries) <= mostTries {
		return
	}
	maps.DeleteFunc(l.tries, func(_ string, tries []time.Time) bool { return l.now().Sub(tries[len(tries)-1]) > time.Hour })
	for fewest := 1; len(l.tries) > enoughTries; fewest++ {
		maps.DeleteFunc(l.tries, func(_ string, tries []time.Time) bool { return len(tries) <= fewest && len(l.tries) > enoughTries })
	}
}

// within are the tries of the last while.
func (l *limits) within(name string, window time.Duration) []time.Time {
	tries := l.tries[name]
	for len(tries) > 0 && l.now().Sub(tries[0]) > window {
		tries = tries[1:]
	}
	if len(tries) == 0 {
		delete(l.tries, name)
		return nil
	}
	l.tries[name] = tries
	return tries
}

func (l *limits) left(name string, most int, window time.Duration) time.Duration {
	tries := l.within(name, window)
	if len(tries) < most {
		return 0
	}
	return window - l.now().Sub(tries[len(tries)-most])
}

// delay is how long the next try of an account has to wait after the one before.
func (l *limits) delay(name string) time.Duration {
	tries := l.within(name, time.Hour)
	if len(tries) < perAccount {
		return 0
	}
	wait := firstDelay
	for range len(tries) - perAccount {
		wait = min(2*wait, longestDelay)
	}
	return max(0, wait-l.now().Sub(tries[len(tries)-1]))
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
