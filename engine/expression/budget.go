package expression

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// The budget of one evaluation. A unit of cost is about 50 ns of work: one operator, one
// value looked at. What is slow or large is charged before it is done.
const (
	maxCost    = 2_000_000
	maxBytes   = 16 << 20
	maxTime    = 100 * time.Millisecond
	clockEvery = 8_000 // units between two looks at the clock
	turnCost   = 4
	maxWait    = time.Second // for a slot; after that it counts as too slow
)

var (
	errCost  = errors.New("over the budget of work")
	errBytes = errors.New("over the budget of memory")
	errTime  = errors.New("over the budget of time")
)

// objectBytes is what an object takes at least, whatever it holds.
const objectBytes = 320

// slots let as many long evaluations work at once as there are processors; an evaluation that
// never looks at the clock needs none. Those at the door have their own.
var slots = [2]chan struct{}{make(chan struct{}, runtime.GOMAXPROCS(0)), make(chan struct{}, runtime.GOMAXPROCS(0))}

// evaluation is what functions know of the evaluation under way, and what it has spent.
type evaluation struct {
	ctx       context.Context // of the one evaluation: functions that expr calls take none
	scope     *Scope
	program   *Program
	condition bool // what is missing counts as false
	brief     bool // a tenth of the budget
	cost      int
	bytes     int
	look      int // the cost at which the clock is looked at next
	end       time.Time
	slot      chan struct{}
}

func (e *evaluation) begin(ctx context.Context, s *Scope) {
	*e = evaluation{ctx: ctx, scope: s, look: clockEvery}
}

// finish gives the slot back and forgets the values.
func (e *evaluation) finish() {
	if e.slot != nil {
		<-e.slot
	}
	*e = evaluation{}
}

// share is the part of the budget that this place has: the door and trials have a tenth.
func (e *evaluation) share(whole int) int {
	if e.scope.Door || e.brief {
		return whole / 10
	}
	return whole
}

// charge spends units of work. A nil evaluation has no budget.
func (e *evaluation) charge(units int) error {
	if e == nil {
		return nil
	}
	if e.cost += units; e.cost < e.look {
		return nil
	}
	return e.check()
}

// take spends bytes of what is made.
func (e *evaluation) take(bytes int) error {
	if e == nil {
		return nil
	}
	if e.bytes += bytes; e.bytes > e.share(maxBytes) {
		return errBytes
	}
	return e.charge(1 + bytes/64)
}

func (e *evaluation) check() error {
	if e.cost > e.share(maxCost) {
		return errCost
	}
	if e.slot == nil {
		if err := e.enter(); err != nil {
			return err
		}
	}
	if err := e.ctx.Err(); err != nil {
		return err //nolint:wrapcheck // the caller's own
	}
	if time.Now().After(e.end) {
		return errTime
	}
	e.look = e.cost + clockEvery
	return nil
}

func (e *evaluation) enter() error {
	slot := slots[0]
	if e.scope.Door {
		slot = slots[1]
	}
	late := time.NewTimer(time.Duration(e.share(int(maxWait))))
	defer late.Stop()
	select {
	case slot <- struct{}{}:
	case <-late.C:
		return errTime
	case <-e.ctx.Done():
		return e.ctx.Err() //nolint:wrapcheck // the caller's own
	}
	e.slot, e.end = slot, time.Now().Add(time.Duration(e.share(int(maxTime))))
	return nil
}
