package actions

import (
	"sync"
	"time"
)

// circuits keep runs from knocking at a host that does not answer: after some failures in a
// row without one answer, requests wait; then one goes ahead, and the others follow it.
type circuits struct {
	mu    sync.Mutex
	hosts map[string]*circuit
}

type circuit struct {
	failures int
	until    time.Time
	waiting  int  // who has been told to come back
	tried    bool // one went ahead, and has not come back
}

const (
	circuitAfter = 5
	circuitFirst = time.Second
	circuitMax   = time.Minute
	circuitHosts = 10_000
	circuitApart = time.Millisecond
)

// wait is how long a request to host must wait; 0 lets it go.
func (c *circuits) wait(host string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.hosts[host]
	if k == nil || k.failures < circuitAfter {
		return 0
	}
	now := time.Now()
	if left := k.until.Sub(now); left > 0 {
		// A long row of those who wait comes back in order, not at once.
		k.waiting++
		return left + time.Duration(k.waiting)*circuitApart
	}
	k.waiting, k.tried = 0, true
	k.until = now.Add(k.pause())
	return 0
}

func (k *circuit) pause() time.Duration {
	d := circuitFirst << min(k.failures-circuitAfter, 10)
	return min(d, circuitMax)
}

// good notes an answer, whatever it said.
func (c *circuits) good(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.hosts, host)
}

// bad notes that there was none.
func (c *circuits) bad(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hosts == nil || len(c.hosts) >= circuitHosts {
		c.hosts = map[string]*circuit{}
	}
	k := c.hosts[host]
	if k == nil {
		k = new(circuit)
		c.hosts[host] = k
	}
	now := time.Now()
	if k.until.After(now) && !k.tried {
		return // requests that were under way when it opened say nothing new
	}
	k.tried = false
	if k.failures++; k.failures >= circuitAfter {
		k.until = now.Add(k.pause())
	}
}
