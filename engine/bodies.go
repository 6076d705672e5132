package engine

import "context"

// bodies are those that somebody takes up again, of an event from before. One that was read before it was erased is kept
// in a new run later: who erases waits for it, and looks once more. Nobody waits for who erases.
type bodies struct {
	taken   chan struct{} // one of those who take up, each
	erasing chan struct{} // has one while somebody erases
}

// takenAtOnce is how many may take up bodies at once.
const takenAtOnce = 16

func newBodies() bodies {
	return bodies{make(chan struct{}, takenAtOnce), make(chan struct{}, 1)}
}

// TakeUp says that a body is about to be read again. done is called when what was read has been kept, or is not
// to be. ctx being done is the only error.
func (e *Engine) TakeUp(ctx context.Context) (done func(), err error) {
	return take(ctx, e.bodies.taken, 1)
}

// Erasing waits for its turn: one erasure at a time. ctx being done is the only error.
func (e *Engine) Erasing(ctx context.Context) (done func(), err error) {
	return take(ctx, e.bodies.erasing, 1)
}

// TakenUp waits until all that is being taken up now has been kept; only who is Erasing asks. ctx being done is the only
// error.
func (e *Engine) TakenUp(ctx context.Context) error {
	done, err := take(ctx, e.bodies.taken, takenAtOnce)
	if err == nil {
		done()
	}
	return err
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
