package engine

import "context"

// bodies keeps apart who takes up again what an event held, and who erases people: a body that was
// read before an erasure is kept in a new run before it too, so that the erasure finds that run.
type bodies struct {
	taken   chan struct{} // one of those who take up, each; all while somebody erases
	erasing chan struct{} // has one while somebody erases
}

// takenAtOnce is how many may take up bodies at once.
const takenAtOnce = 16

func newBodies() bodies {
	return bodies{make(chan struct{}, takenAtOnce), make(chan struct{}, 1)}
}

// TakeUp waits while somebody erases. done is called when what was read has been kept, or is not
// to be. ctx being done is the only error.
func (e *Engine) TakeUp(ctx context.Context) (done func(), err error) {
	return take(ctx, e.bodies.taken, 1)
}

// Erasing waits for what was taken up, and lets nothing be until done is called. ctx being done is
// the only error.
func (e *Engine) Erasing(ctx context.Context) (done func(), err error) {
	turn, err := take(ctx, e.bodies.erasing, 1)
	if err != nil {
		return nil, err
	}
	all, err := take(ctx, e.bodies.taken, takenAtOnce)
	if err != nil {
		turn()
		return nil, err
	}
	return func() { all(); turn() }, nil
}

// take takes n places, or none.
func take(ctx context.Context, places chan struct{}, n int) (done func(), err error) {
	for i := range n {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			give(places, i)
			return nil, ctx.Err()
		}
	}
	return func() { give(places, n) }, nil
}

func give(places chan struct{}, n int) {
	for range n {
		<-places
	}
}
