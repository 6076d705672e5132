package engine

import (
	"context"
	"fmt"

	"gancho/engine/store"
)

const kindPrefix = "\x00kind/"

// kindSignal is the name that a run waits for until an action of this kind is there again.
func kindSignal(kind string) string { return kindPrefix + kind }

// missing lets a step wait for its action, which an operator's own connector had and may have again. A
// run in memory has nobody who would bring it back, and fails. That to a connector is told as a connection, in
// the words that there are; the reason says what is missing.
func (w *walker) missing(n *node, rec *record) (Output, verdict, error) {
	if _, ok := w.hands.(*live); !ok {
		return nil, next, Faultf("unknown_action", "there is no action %q in this version", n.step.Action)
	}
	if rec.Status == stepUnknown {
		if v, stop, err := w.resume(n, rec); stop {
			return rec.Output, v, err
		}
	}
	w.received(rec)
	rec.Reason = bothWords(fmt.Sprintf("there is no action %q now: the run goes on when it is back", n.step.Action),
		fmt.Sprintf("a ação %q não existe agora: a execução continua quando ela voltar", n.step.Action))
	return nil, w.wait(rec, opening{waitingFor: "connection", reason: rec.Reason, wait: &store.Wait{Path: rec.Path, Name: kindSignal(n.step.Action)}}), nil
}

// wakeKinds lets the runs go on whose action is back, at the start and whenever the catalogue has changed.
func (e *Engine) wakeKinds(ctx context.Context) {
	for {
		e.wakeKind(ctx, e.Catalogue.names()...)
		select {
		case <-e.kinds:
		case <-ctx.Done():
			return
		}
	}
}

func (e *Engine) wakeKind(ctx context.Context, kinds ...string) {
	signals := make([]store.Signal, len(kinds))
	for i, kind := range kinds {
		signals[i] = store.Signal{Name: kindSignal(kind), Data: []byte("null")}
	}
	e.wake(ctx, signals)
}
