package engine

import (
	"context"
	"strings"
	"sync"
	"time"

	"gancho/engine/flow"
)

// paths are what goes on at once in a block: its branches, or so many of its turns. A path that waits is
// taken up as soon as it may go on while another is under way. Once none is, all that wait leave that to
// the run, which parks: then nothing of it stays in memory.
type paths struct {
	mu    sync.Mutex
	going int           // that neither wait nor have ended
	still chan struct{} // closed once none is taken up any more
	over  bool          // it is closed
}

func newPaths(n int) *paths { return &paths{going: n, still: make(chan struct{})} }

// leave notes that a path waits, or has ended. It may be taken up again, unless all are over.
func (p *paths) leave() (over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.going--
	if p.going == 0 {
		p.close()
	}
	return p.over
}

// takeUp notes that a path goes on, unless it is too late for that.
func (p *paths) takeUp() (over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.going++
	return p.over
}

// halt lets none begin or be taken up any more.
func (p *paths) halt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.close()
}

// close is halt of who holds the lock.
func (p *paths) close() {
	if !p.over {
		p.over = true
		close(p.still)
	}
}

func (p *paths) halted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

// path walks one of several paths as far as it goes, and again whenever what it waits for is there while
// another is under way. Its steps are these, or below them. One that is parked has left the paths.
func (w *walker) path(ctx context.Context, all *paths, prefix string, steps []*flow.Step, walk func() (verdict, error)) (verdict, error) {
	for {
		v, err := walk()
		if err == nil && v == parked {
			var again bool
			if again, err = w.rest(ctx, all, prefix, steps); again {
				continue
			}
		}
		if err != nil || v == ended {
			all.halt()
		}
		return v, err
	}
}

// lookAgain is how long a path rests at most before it looks at the clock: clocks step, and machines sleep.
const lookAgain = time.Minute

// rest waits until a path may go on; false when it is not taken up in this walk, as in a trial, where time
// passes only once all wait.
func (w *walker) rest(ctx context.Context, all *paths, prefix string, steps []*flow.Step) (again bool, err error) {
	if all.leave() {
		return false, nil
	}
	mine := within(prefix, steps)
	for news := (<-chan struct{})(nil); ; {
		if news == nil {
			if news, err = w.listen(ctx); news == nil || err != nil {
				return false, err
			}
		}
		due, stirred := w.dueOf(mine)
		left := lookAgain
		if !w.hands.stopping() {
			left = min(left, due.Sub(w.hands.now()))
		}
		if left <= 0 {
			return !all.takeUp(), nil
		}
		select {
		case <-news:
			news = nil
		case <-time.After(left):
		case <-stirred:
		case <-all.still:
			return false, nil
		case <-ctx.Done():
			return false, errLost
		}
	}
}

// within says which paths are those of steps, or of what is inside of them.
func within(prefix string, lists ...[]*flow.Step) func(path string) bool {
	ids := map[string]bool{}
	for _, steps := range lists {
		flow.Walk(steps, "", func(_ string, s *flow.Step) { ids[s.ID] = true })
	}
	return func(path string) bool { return strings.HasPrefix(path, prefix) && ids[idOf(path)] }
}
