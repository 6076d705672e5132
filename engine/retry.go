package engine

import (
	"math"
	"math/rand/v2"
	"time"

	"gancho/engine/flow"
)

// The defaults of a step's retry and time-out.
const (
	defaultAttempts = 8
	defaultFirst    = 5 * time.Second
	defaultFactor   = 3.0
	defaultMax      = 6 * time.Hour
	defaultJitter   = 0.2
	defaultTimeout  = 30 * time.Second
)

// schedule of the attempts of one step.
type schedule struct {
	attempts   int
	first, max time.Duration
	factor     float64
	jitter     float64
	waits      []time.Duration // in place of all but the jitter
}

// scheduleOf is what a step says, else the waits of its action, else the engine's own.
func scheduleOf(r *flow.Retry, waits []time.Duration) schedule {
	s := schedule{defaultAttempts, defaultFirst, defaultMax, defaultFactor, defaultJitter, nil}
	if r == nil {
		if s.waits = waits; len(waits) > 0 {
			s.attempts = len(waits) + 1
		}
		return s
	}
	if r.Attempts != nil {
		s.attempts = max(1, *r.Attempts)
	}
	if r.First != nil {
		s.first = time.Duration(*r.First)
	}
	if r.Max != nil {
		s.max = time.Duration(*r.Max)
	}
	if r.Factor != nil {
		s.factor = *r.Factor
	}
	if r.Jitter != nil {
		s.jitter = *r.Jitter
	}
	return s
}

// pause before the attempt that follows the given one (from 1): first × factor^(n-1), at most
// max, spread by ± jitter so that many runs do not come back at once.
func (s schedule) pause(attempt int) time.Duration {
	d := float64(s.first) * math.Pow(s.factor, float64(attempt-1))
	d = min(d, float64(s.max))
	if attempt <= len(s.waits) {
		d = float64(s.waits[attempt-1])
	}
	d *= 1 + s.jitter*(2*rand.Float64()-1)
	return max(0, time.Duration(d))
}
