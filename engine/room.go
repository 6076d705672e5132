package engine

import (
	"context"
	"math"
	"runtime/metrics"
	"sync"
	"time"
)

// room lets runs of one flow begin. What is ready to go on waits for a processor when more is
// under way than there is computing for; then fewer runs of a flow begin at once, so that an
// event of another flow need not queue behind all of them. A run counts until it ends, or for
// youth: beyond that it waits for somebody else, and may.
type room struct {
	mu    sync.Mutex
	limit int
	flows map[string]*queue
	news  chan struct{} // runs began
}

// queue holds those who begin later, in order.
type queue struct {
	inside int
	behind []chan struct{}
}

const (
	roomEvery = 100 * time.Millisecond
	youth     = 50 * time.Millisecond
	crowded   = 500 * time.Microsecond // a longer wait for a processor, and fewer begin at once
	fewest    = 12
)

func newRoom() *room {
	return &room{limit: math.MaxInt, flows: map[string]*queue{}, news: make(chan struct{}, 1)}
}

// enter waits until a run of a flow may begin. leave is called once it has ended.
func (r *room) enter(flow string) (leave func()) {
	r.mu.Lock()
	q := r.flows[flow]
	if q == nil {
		q = &queue{}
		r.flows[flow] = q
	}
	if q.inside < r.limit {
		q.inside++
		r.mu.Unlock()
	} else {
		turn := make(chan struct{})
		q.behind = append(q.behind, turn)
		r.mu.Unlock()
		<-turn
	}
	old := time.AfterFunc(youth, func() { r.leave(flow, q) })
	return func() {
		if old.Stop() {
			r.leave(flow, q)
		}
	}
}

func (r *room) leave(flow string, q *queue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q.inside--
	r.next(q)
	if q.inside == 0 && len(q.behind) == 0 {
		delete(r.flows, flow)
	}
}

// next lets those in who may. The caller holds the lock.
func (r *room) next(q *queue) {
	for q.inside < r.limit && len(q.behind) > 0 {
		q.inside++
		close(q.behind[0])
		q.behind = q.behind[1:]
	}
}

func (r *room) set(limit int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limit = limit
	for _, q := range r.flows {
		r.next(q)
	}
}

// busy says whether a run begins, or is young.
func (r *room) busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.flows) > 0
}

// keep sets the limit by how long goroutines wait for a processor, while there are young runs,
// until ctx is done.
func (r *room) keep(ctx context.Context, most int) {
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
			wait(ctx, roomEvery)
			if waits.p90() > crowded {
				limit = max(fewest, limit*3/4)
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
