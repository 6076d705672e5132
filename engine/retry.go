package engine

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/refusal"
	"gancho/engine/store"
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

// What a step waits for until it is tried again.
const (
	waitRetry = "retry"
	waitQuota = "quota"
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

// retrySignal is the name that the steps of a run wait for while they wait to be tried again.
func retrySignal(run string) string { return "\x00retry/" + run }

// triesLater says whether a step waits to be tried again.
func (r *record) triesLater() bool {
	return r.Status == stepWaiting && (r.For == waitRetry || r.For == waitQuota)
}

// tryLater lets a step wait for its next attempt. A person may bring it forward, as may a change of the
// connection that the last one used.
func (w *walker) tryLater(n *node, rec *record, what string, due time.Time) verdict {
	o := opening{waitingFor: what, due: due, wait: &store.Wait{Path: rec.Path, Name: retrySignal(w.run.ID)}, trouble: rec.trouble()}
	if what == waitRetry && n.step.Connection != "" {
		o.also = &store.Wait{Path: rec.Path, Name: mendedSignal(n.step.Connection)}
	}
	return w.wait(rec, o)
}

// trouble is the error of the last attempt.
func (r *record) trouble() store.RunError {
	if len(r.Attempts) == 0 || r.Attempts[len(r.Attempts)-1].Error == nil {
		return store.RunError{}
	}
	e := r.Attempts[len(r.Attempts)-1].Error
	return store.RunError{Code: e.Code, Message: form.Cut(e.Message, 2000), Step: r.Path, Status: e.Status}
}

// RetryNow brings forward the next attempt of the steps of a run that wait for one.
func (e *Engine) RetryNow(ctx context.Context, id string) error {
	story, err := e.Store.GetRun(ctx, id)
	if err != nil {
		return err
	}
	waits := func(s store.Record) bool {
		rec, err := readRecord(s.Path, s.Data)
		return err == nil && rec.triesLater()
	}
	if story.Run.Status != store.Waiting || !slices.ContainsFunc(story.Steps, waits) {
		return refusal.New(refusal.Conflict, "not_waiting", "no step of this run waits to be tried again", "nenhum passo desta execução espera para tentar de novo")
	}
	return errors.Join(e.Store.Signal(ctx, []store.Signal{{Name: retrySignal(id), Data: []byte("null")}})...)
}
