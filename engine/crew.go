package engine

import (
	"runtime"
	"sync"

	"gancho/engine/store"
)

// crew does work, each piece in a goroutine of its own. Some that are done rest until the next
// piece comes: the stack of a new one would have to grow again for each run.
type crew struct {
	do    func(*store.Work)
	next  chan *store.Work
	rests chan struct{} // places to rest
	all   sync.WaitGroup
}

func newCrew(do func(*store.Work)) *crew {
	return &crew{do: do, next: make(chan *store.Work), rests: make(chan struct{}, 32*runtime.GOMAXPROCS(0))}
}

// take gives work to who rests, or to somebody new.
func (c *crew) take(work *store.Work) {
	select {
	case c.next <- work:
	default:
		c.all.Go(func() { c.serve(work) })
	}
}

func (c *crew) serve(work *store.Work) {
	for ok := true; ok; {
		c.do(work)
		select {
		case c.rests <- struct{}{}:
		default:
			return
		}
		work, ok = <-c.next
		<-c.rests
	}
}

// end waits until all that was taken is done. Nothing is taken any more.
func (c *crew) end() {
	close(c.next)
	c.all.Wait()
}
