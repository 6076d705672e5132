// Package room shares what a machine can compute among flows: when it is short, less of one flow
// begins at once, so that an event of another need not queue behind all of it.
package room

import (
	"context"
	"math"
	"runtime/metrics"
	"slices"
	"sync"
	"time"
)

// Room lets work of each flow begin. What is ready to go on waits for a processor when more is
// under way than there is computing for; then less of a flow begins at once, so that an event
// of another flow need not queue behind all of it. Work counts until it ends, or for youth:
// beyond that it waits for somebody else, and may.
type Room struct {
	fewest int           // of a flow, however long the waits
	alone  bool          // a flow that is alone may have all
	news   chan struct{} // work began

	mu    sync.Mutex
	limit int
	flows map[string]*queue
}

// queue holds those of a flow who begin later, in order.
type queue struct {
	inside int
	young  []*turn // who went in, oldest first; some have ended
	behind []*turn
	rest   int  // how often the limit was set since the last came
	watch  bool // somebody looks again when the oldest is no longer young
}

// turn is that of one who asked to go in.
type turn struct {
	since  time.Time     // when it went in
	inside bool          // it counts
	come   chan struct{} // closed when it may go in; nil where it might at once
}

const (
	roomEvery = 100 * time.Millisecond
	youth     = 50 * time.Millisecond
	crowded   = 500 * time.Microsecond // a longer wait for a processor, and fewer begin at once
	gone      = 10                     // a flow of which nothing came for so many roomEvery is not there
)

// ForRuns is a room for runs. Fewer at once cost nothing even where a flow is alone.
func ForRuns() *Room { return newRoom(12, false) }

// ForDeliveries is a room for deliveries, which share the syncs of the store: a flow that is alone
// is fastest with many at once.
func ForDeliveries() *Room { return newRoom(6, true) }

func newRoom(fewest int, alone bool) *Room {
	return &Room{fewest: fewest, alone: alone, limit: math.MaxInt, flows: map[string]*queue{}, news: make(chan struct{}, 1)}
}

// Enter waits until work of a flow may begin, or ctx is done, which is the only error. leave is
// called once the work has ended.
func (r *Room) Enter(ctx context.Context, flow string) (leave func(), err error) {
	q, t := r.queue(flow)
	if t.come != nil {
		select {
		case <-t.come:
		case <-ctx.Done():
			r.giveUp(q, t)
			return nil, ctx.Err()
		}
	}
	select {
	case r.news <- struct{}{}:
	default:
	}
	return func() { r.leave(q, t) }, nil
}

// queue gives a turn in a flow's queue.
func (r *Room) queue(flow string) (*queue, *turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q, t := r.flows[flow], &turn{}
	if q == nil {
		q = &queue{}
		r.flows[flow] = q
	}
	q.rest = 0
	q.behind = append(q.behind, t)
	if r.next(q); !t.inside {
		t.come = make(chan struct{})
	}
	return q, t
}

// giveUp a turn, which may have come at the same moment.
func (r *Room) giveUp(q *queue, t *turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(q.behind, t); i >= 0 {
		q.behind = slices.Delete(q.behind, i, i+1)
		return
	}
	q.out(t)
	r.next(q)
}

// has says whether one more of a flow may begin. The caller holds the lock.
func (r *Room) has(q *queue) bool {
	return q.inside < r.limit || r.alone && len(r.flows) == 1
}

func (r *Room) leave(q *queue, t *turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q.out(t); len(q.behind) > 0 {
		r.next(q)
	}
}

// out counts a turn no more.
func (q *queue) out(t *turn) {
	if t.inside {
		t.inside = false
		q.inside--
	}
}

// age counts those no more who are not young.
func (q *queue) age(now time.Time) {
	for len(q.young) > 0 && (!q.young[0].inside || now.Sub(q.young[0].since) >= youth) {
		q.out(q.young[0])
		q.young[0], q.young = nil, q.young[1:]
	}
}

// next lets those in who may, and looks again when more may. The caller holds the lock.
func (r *Room) next(q *queue) {
	now := time.Now()
	q.age(now)
	for len(q.behind) > 0 && r.has(q) {
		t := q.behind[0]
		q.behind[0], q.behind = nil, q.behind[1:]
		t.since, t.inside = now, true
		q.inside, q.young = q.inside+1, append(q.young, t)
		if t.come != nil {
			close(t.come)
		}
	}
	if len(q.behind) > 0 && len(q.young) > 0 && !q.watch {
		q.watch = true
		time.AfterFunc(youth-now.Sub(q.young[0].since), func() { r.again(q) })
	}
}

func (r *Room) again(q *queue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q.watch = false
	r.next(q)
}

func (r *Room) set(limit int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limit = limit
	for flow, q := range r.flows {
		q.age(time.Now())
		if q.rest++; q.rest > gone && q.inside == 0 && len(q.behind) == 0 {
			delete(r.flows, flow)
		}
	}
	for _, q := range r.flows {
		r.next(q)
	}
}

// busy says whether there is or lately was work.
func (r *Room) busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.flows) > 0
}

// Keep sets how much of a flow begins at once, at most so much, by how long goroutines wait for a
// processor, until ctx is done. Before and after it all may begin.
func (r *Room) Keep(ctx context.Context, most int) {
	var waits processorWaits
	limit := most
	defer r.set(math.MaxInt)
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.news:
		}
		for waits.p90(); ctx.Err() == nil && (r.busy() || limit < most); {
			select {
			case <-ctx.Done():
			case <-time.After(roomEvery):
			}
			if waits.p90() > crowded {
				limit = max(r.fewest, limit*3/4)
			} else {
				limit = min(most, limit+limit/4+1)
			}
			if limit == most {
				r.set(math.MaxInt)
			} else {
				r.set(limit)
			}
		}
	}
}

// processorWaits are the times that goroutines were ready to run and did not, as the runtime
// counts them.
type processorWaits struct {
	sample [1]metrics.Sample
	before []uint64
}

// p90 is of the times since the last call, rounded down; 0 when there are none.
func (w *processorWaits) p90() time.Duration {
	w.sample[0].Name = "/sched/latencies:seconds"
	metrics.Read(w.sample[:])
	if w.sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return 0
	}
	h := w.sample[0].Value.Float64Histogram()
	if w.before == nil {
		w.before = make([]uint64, len(h.Counts))
	}
	var all, seen uint64
	for i, n := range h.Counts {
		w.before[i], all = n-w.before[i], all+n-w.before[i]
	}
	at := -1
	for i, n := range w.before {
		if seen += n; at < 0 && all > 0 && seen*10 >= all*9 {
			at = i
		}
	}
	copy(w.before, h.Counts)
	if at < 0 {
		return 0
	}
	return time.Duration(math.Max(0, h.Buckets[at]) * float64(time.Second))
}
