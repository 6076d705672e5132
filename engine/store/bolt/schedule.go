package bolt

import (
	"container/heap"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"gancho/engine/store"
)

// scheduler knows in memory which runs can be claimed. It changes only after the
// transaction that causes the change is durable.
type scheduler struct {
	mu     sync.Mutex
	runs   map[uint64]*place
	flows  map[string]*lane
	ring   []*lane // that have due runs, in turn; one of which none can be taken now may be missing
	turn   int
	places int     // runs that are advanced at once; 0 is not known
	active int     // runs with a lease
	held   []*lane // that have due runs, and as many leases as there are free places
	due    dueHeap
	groups map[string][]uint64      // flow and order_by -> unfinished runs, in order
	called map[uint64][]uint64      // a run -> the unfinished ones whose result it waits for
	news   bell                     // rings when something may have become due
	heard  map[uint64]chan struct{} // a leased run -> closed when something comes for it, where its holder waits for that
	done   bool
}

// place is one unfinished run. There may be a million: it holds on to nothing of the record.
type place struct {
	lane    *lane
	group   string
	token   uint64 // of its lease, 0 when free
	due     int64  // of a timed park, in Unix nanoseconds; 0 is none
	parked  bool
	unclean bool // the process before this one may have been in the middle of it
}

// lane holds the due runs of one flow, oldest first.
type lane struct {
	gate   store.Gate
	known  bool
	active int
	ready  []uint64
	queued bool // it is in the ring
}

func newScheduler() *scheduler {
	return &scheduler{runs: map[uint64]*place{}, flows: map[string]*lane{}, groups: map[string][]uint64{}, called: map[uint64][]uint64{}, heard: map[uint64]chan struct{}{}}
}

func groupKey(flow, orderBy string) string {
	if orderBy == "" {
		return ""
	}
	return flow + "\x00" + orderBy
}

func (s *scheduler) lane(flow string) *lane {
	l := s.flows[flow]
	if l == nil {
		l = &lane{}
		s.flows[strings.Clone(flow)] = l
	}
	return l
}

// add takes in a run that may be claimed, unless others of its group come first.
func (s *scheduler) add(n uint64, flow, orderBy string, unclean bool) {
	p, first := s.put(n, flow, orderBy)
	if p.unclean = unclean; first {
		s.ready(n, p)
	}
}

// addParked takes in a run that waits.
func (s *scheduler) addParked(n uint64, flow, orderBy string, due time.Time) {
	s.put(n, flow, orderBy)
	s.park(n, due)
}

// doubt notes of a parked run that it may have been claimed by the process before this one, since a claim writes nothing.
func (s *scheduler) doubt(n uint64) {
	if p := s.runs[n]; p != nil {
		p.unclean = true
	}
}

// put makes the place of a run, and says whether it is the first of its group.
func (s *scheduler) put(n uint64, flow, orderBy string) (p *place, first bool) {
	p = &place{lane: s.lane(flow), group: groupKey(flow, orderBy)}
	s.runs[n] = p
	if p.group == "" {
		return p, true
	}
	s.groups[p.group] = append(s.groups[p.group], n)
	return p, s.groups[p.group][0] == n
}

func (s *scheduler) ready(n uint64, p *place) {
	p.parked, p.due = false, 0
	p.lane.ready = append(p.lane.ready, n)
	if !p.lane.shut() { // else nobody can take it yet, and need not be woken
		s.queue(p.lane)
		s.news.ring()
	}
}

// shut says whether nothing of a lane may be taken now, however many places are free.
func (l *lane) shut() bool {
	return !l.known || l.gate.Paused || (l.gate.Concurrency > 0 && l.active >= l.gate.Concurrency)
}

// queue gives a lane its turn, once something may have become possible.
func (s *scheduler) queue(l *lane) {
	if !l.queued && len(l.ready) > 0 {
		l.queued, s.ring = true, append(s.ring, l)
	}
}

// park gives a lease back. A zero due waits for a signal alone.
func (s *scheduler) park(n uint64, due time.Time) {
	p := s.runs[n]
	if p == nil {
		return
	}
	s.release(n, p)
	if p.parked, p.due = true, 0; !due.IsZero() {
		p.due = due.UnixNano()
		s.dropStale()
		heap.Push(&s.due, dueItem{p.due, n})
		s.news.ring()
	}
}

// dropStale takes out of due what was woken or has ended before its time, once that is most of it.
func (s *scheduler) dropStale() {
	if len(s.due) < 2*len(s.runs)+1024 {
		return
	}
	s.due = slices.DeleteFunc(s.due, func(item dueItem) bool {
		p := s.runs[item.n]
		return p == nil || !p.parked || p.due != item.at
	})
	heap.Init(&s.due)
}

func (s *scheduler) release(n uint64, p *place) {
	if p.token != 0 {
		p.token = 0
		s.tell(n)
		p.lane.active--
		s.active--
		s.queue(p.lane)
		s.letGo()
		s.news.ring()
	}
}

// letGo gives those their turn again who had to leave room for others.
func (s *scheduler) letGo() {
	for _, l := range s.held {
		s.queue(l)
	}
	s.held = s.held[:0]
}

// wake makes a parked run due at once, and tells who holds another.
func (s *scheduler) wake(n uint64) {
	if p := s.runs[n]; p != nil && p.parked {
		s.ready(n, p)
	}
	s.tell(n)
}

// listen gives what is closed when something next comes for a leased run, or its lease ends.
func (s *scheduler) listen(n uint64) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heard[n] == nil {
		s.heard[n] = make(chan struct{})
	}
	return s.heard[n]
}

// tell wakes who listens.
func (s *scheduler) tell(n uint64) {
	if c := s.heard[n]; c != nil {
		close(c)
		delete(s.heard, n)
	}
}

// remove forgets a run that has ended and lets the next of its group go.
func (s *scheduler) remove(n uint64) {
	p := s.runs[n]
	if p == nil {
		return
	}
	s.release(n, p)
	delete(s.runs, n)
	if p.group == "" {
		return
	}
	group := s.groups[p.group]
	switch i := slices.Index(group, n); {
	case len(group) == 1:
		delete(s.groups, p.group)
	case i == 0: // the usual one: nothing is moved, for a group may be long
		s.groups[p.group] = group[1:]
		s.ready(group[1], s.runs[group[1]])
	default:
		s.groups[p.group] = slices.Delete(group, i, i+1)
	}
}

func (s *scheduler) holds(n, token uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.runs[n]
	return p != nil && token != 0 && p.token == token
}

// claimed is what claim picked.
type claimed struct {
	number, token uint64
	unclean       bool
}

// claim blocks until something can be claimed.
func (s *scheduler) claim(ctx context.Context, most int, now func() time.Time, token func() uint64) ([]claimed, error) {
	for {
		s.mu.Lock()
		if s.done {
			s.mu.Unlock()
			return nil, store.ErrClosed
		}
		t := now()
		s.expire(t)
		if picked := s.pick(most, token); len(picked) > 0 {
			s.mu.Unlock()
			return picked, nil
		}
		news, next := s.news.wait(), s.nextDue(t)
		s.mu.Unlock()
		if err := waitFor(ctx, news, next); err != nil {
			return nil, err
		}
	}
}

func waitFor(ctx context.Context, news <-chan struct{}, next time.Duration) error {
	var timer <-chan time.Time
	if next >= 0 {
		t := time.NewTimer(next)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-news:
	case <-timer:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// expire makes what is due by now ready. An item whose run was woken meanwhile is stale.
func (s *scheduler) expire(now time.Time) {
	for len(s.due) > 0 && s.due[0].at <= now.UnixNano() {
		item := heap.Pop(&s.due).(dueItem)
		if p := s.runs[item.n]; p != nil && p.parked && p.due == item.at {
			s.ready(item.n, p)
		}
	}
}

func (s *scheduler) nextDue(now time.Time) time.Duration {
	if len(s.due) == 0 {
		return -1
	}
	// Clocks step and machines sleep: look again at least once a minute.
	return min(max(0, time.Duration(s.due[0].at-now.UnixNano())), time.Minute)
}

// pick takes runs in turn over flows.
func (s *scheduler) pick(most int, token func() uint64) []claimed {
	var picked []claimed
	for len(picked) < most && len(s.ring) > 0 {
		s.turn %= len(s.ring)
		l := s.ring[s.turn]
		n, ok := s.take(l)
		if !ok {
			s.ring, l.queued = slices.Delete(s.ring, s.turn, s.turn+1), false
			continue
		}
		s.turn++
		p := s.runs[n]
		p.token = token()
		l.active++
		s.active++
		picked = append(picked, claimed{n, p.token, p.unclean})
		p.unclean = false
	}
	return picked
}

func (s *scheduler) take(l *lane) (uint64, bool) {
	if l.shut() {
		return 0, false
	}
	if s.places > 0 && l.active >= max(1, s.places-s.active) {
		s.held = append(s.held, l)
		return 0, false
	}
	for len(l.ready) > 0 {
		n := l.ready[0]
		l.ready = l.ready[1:]
		if p := s.runs[n]; p != nil && p.token == 0 && !p.parked {
			return n, true
		}
	}
	return 0, false
}

// leased says whether any run is in somebody's hands.
func (s *scheduler) leased() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active > 0
}

func (s *scheduler) setPlaces(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places = n
	s.letGo()
	s.news.ring()
}

func (s *scheduler) setGates(gates []store.Gate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range gates {
		l := s.lane(g.Flow)
		l.gate, l.known = g, true
		s.queue(l)
	}
	s.news.ring()
}

func (s *scheduler) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
	s.news.ring()
}

type dueItem struct {
	at int64
	n  uint64
}

type dueHeap []dueItem

func (h dueHeap) Len() int { return len(h) }
func (h dueHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || (h[i].at == h[j].at && h[i].n < h[j].n)
}
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)   { *h = append(*h, x.(dueItem)) }
func (h *dueHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
