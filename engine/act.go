package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/store"
)

// control is a Doer that the interpreter runs itself: blocks, waits and state.
type control interface {
	Doer
	control(ctx context.Context, w *walker, n *node, f *frame, rec *record) (Output, verdict, error)
}

// perform goes on with an open step.
func (w *walker) perform(ctx context.Context, n *node, f *frame, rec *record) (Output, verdict, error) {
	if n.action == nil {
		return w.missing(n, rec)
	}
	b := n.blank()
	output, v, err := w.performWith(ctx, n, f, rec, b)
	if err == nil && v == next {
		n.keep(b)
	}
	return output, v, err
}

func (w *walker) performWith(ctx context.Context, n *node, f *frame, rec *record, b *blank) (Output, verdict, error) {
	if err := w.fill(ctx, n, f, rec, b.fields); err != nil {
		return nil, next, err
	}
	if mock, ok := w.hands.mock(rec.Path, n.step.ID); ok && n.action.Shape == flow.Leaf {
		rec.Mocked = true
		if mock.Error != nil {
			return nil, next, &Fault{Code: mock.Error.Code, Message: mock.Error.Message, Status: mock.Error.Status, Permanent: true}
		}
		return exact(mock.Output), next, nil
	}
	if c, ok := b.doer.(control); ok {
		if output, ok := w.hands.held(rec, n.action); ok {
			rec.Mocked = true
			return output, next, nil
		}
		if w.rests(rec, c) {
			return nil, w.wait(rec, opening{waitingFor: waitRetry, due: w.hands.now(), reason: bothWords("the flow is paused", "o fluxo está pausado")}), nil
		}
		return c.control(ctx, w, n, f, rec)
	}
	return w.attempts(ctx, n, f, rec, b.doer)
}

// rests says whether a step that is noticed outside of its run must not begin now, since the flow is
// paused. One that rested begins as if it had not.
func (w *walker) rests(rec *record, c control) bool {
	if _, ok := c.(interface{ isNoticed() }); !ok {
		return false
	}
	if rec.triesLater() {
		rec.Status, rec.For, rec.Due = stepRunning, "", time.Time{}
	}
	return rec.Status == stepRunning && w.hands.paused()
}

// fill renders the step's settings and binds them.
func (w *walker) fill(ctx context.Context, n *node, f *frame, rec *record, fields form.Fields) error {
	var values map[string]any
	err := w.patiently(ctx, func() (err error) {
		values, err = w.plan.render(ctx, n, f.scope)
		return err
	})
	if err != nil {
		return err
	}
	if problems := fields.Fill(values); len(problems) > 0 {
		return badInput(problems)
	}
	if n.action.Shape == flow.Leaf && len(values) > 0 {
		rec.Input = values
	}
	return nil
}

func badInput(problems []form.Problem) error {
	p := problems[0]
	text := fmt.Sprintf("field %s: %s", p.Path, p.Message.EN)
	if len(problems) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(problems)-1)
	}
	return Faultf("bad_input", "%s", text)
}

// attempts tries an action until it succeeds, fails for good, or has to wait.
func (w *walker) attempts(ctx context.Context, n *node, f *frame, rec *record, doer Doer) (Output, verdict, error) {
	if v, stop, err := w.resume(n, rec); stop {
		return rec.Output, v, err
	}
	if n.action.Effect {
		w.doubt(f, rec)
	}
	plan := scheduleOf(n.step.Retry, n.action.Waits)
	for {
		if w.over() {
			return nil, rec.tooLate(), nil
		}
		connection, v, err := w.connect(n, rec)
		if err != nil || v != next {
			return nil, v, err
		}
		if w.hands.stopping() && n.action.Effect {
			return nil, w.tryLater(n, rec, waitRetry, w.hands.now()), nil
		}
		output, err := w.attempt(ctx, n, f, rec, doer, connection)
		if err == nil {
			if connection != nil {
				w.hands.worked(connection)
			}
			return output, next, nil
		}
		if v, err := w.again(ctx, n, rec, err, plan, connection); err != nil || v != next {
			return nil, v, err
		}
	}
}

// again says whether a step whose attempt gave nothing is tried once more now, for which it has waited.
func (w *walker) again(ctx context.Context, n *node, rec *record, failed error, plan schedule, c *connections.Connection) (verdict, error) {
	switch {
	case errors.Is(failed, errLost):
		return parked, failed
	case errors.Is(failed, errEnded):
		return rec.tooLate(), nil
	case errors.Is(failed, errRests):
		rec.Marked = false
		return w.tryLater(n, rec, waitRetry, w.hands.now()), nil
	}
	cause := fault(failed)
	v, wait, err := w.judge(ctx, n, rec, cause, plan, c)
	if err != nil && w.over() {
		return rec.tooLate(), nil
	}
	if err != nil || v != next {
		return v, err
	}
	if err := w.pay(ctx); err != nil {
		return parked, err
	}
	if w.hands.pause(ctx, wait) {
		return next, nil
	}
	what := waitRetry
	if cause.Quota {
		what = waitQuota
	}
	return w.tryLater(n, rec, what, w.hands.now().Add(wait)), nil
}

// tooLate leaves a step whose next attempt does not begin any more, since the run is over.
func (r *record) tooLate() verdict {
	r.Status, r.Marked = stepWaiting, false
	return ended
}

// resume looks at what an open action was doing when its run was last left.
func (w *walker) resume(n *node, rec *record) (v verdict, stop bool, err error) {
	data, woken := w.received(rec)
	if woken && rec.Status == stepUnknown {
		return w.resolved(rec, data)
	}
	if rec.Marked && w.remembered(n, rec) {
		rec.Marked, rec.Status = false, stepRunning
	}
	if rec.Marked || rec.Status == stepUnknown {
		return w.wait(rec, opening{unknown: true, wait: &store.Wait{Path: rec.Path}}), true, nil
	}
	if rec.triesLater() && !woken && w.hands.now().Before(rec.Due) {
		return w.tryLater(n, rec, rec.For, rec.Due), true, nil
	}
	if rec.triesLater() && string(data) == mendedNews {
		rec.Status = stepRunning
		rec.Quota++ // the next attempt is not one of the step's own
		w.save(rec)
	}
	return next, false, nil
}

// remembered says that the provider will recognise the idempotency key of the first attempt.
func (w *walker) remembered(n *node, rec *record) bool {
	first := rec.Started
	if len(rec.Attempts) > 0 {
		first = rec.Attempts[0].At
	}
	return n.action != nil && n.action.Remembers > 0 && w.hands.now().Sub(first) < n.action.Remembers
}

// doubt notes that an effect may have happened before, in a process that ended without a word.
func (w *walker) doubt(f *frame, rec *record) {
	if first := f.order.begin(); first && w.unclean {
		rec.Doubtful = true
	}
}

// resolved applies what a person said of an unknown outcome.
func (w *walker) resolved(rec *record, data []byte) (verdict, bool, error) {
	var said struct {
		As     string `json:"as"`
		Output any    `json:"output"`
	}
	if err := decodeExact(data, &said); err != nil {
		return next, true, fmt.Errorf("settle %s: %w", rec.Path, err)
	}
	rec.Marked = false
	if said.As == "done" {
		rec.Output = exact(said.Output)
		return next, true, nil
	}
	rec.Status = stepRunning
	return next, false, nil
}

// connect finds the step's connection; while it is not there the run waits for it.
func (w *walker) connect(n *node, rec *record) (*connections.Connection, verdict, error) {
	if n.step.Connection == "" && (len(n.action.Connection) == 0 || n.action.Optional) {
		return nil, next, nil
	}
	w.received(rec)
	c, err := w.hands.connection(rec.Path, n.step.Connection)
	var refused *connections.Refused
	if errors.As(err, &refused) {
		return nil, w.standAt(rec, refused.Name, refused.Problem, 0), nil
	}
	if errors.Is(err, connections.ErrNoConnection) && n.step.Connection == "" {
		return nil, next, unnamed()
	}
	if errors.Is(err, connections.ErrNoConnection) {
		wait := &store.Wait{Path: rec.Path, Name: connectionSignal(n.step.Connection)}
		rec.Reason = bothWords(fmt.Sprintf("waits for the connection %q", n.step.Connection), fmt.Sprintf("espera pela conexão %q", n.step.Connection))
		return nil, w.wait(rec, opening{waitingFor: "connection", wait: wait}), nil
	}
	if err != nil {
		return nil, next, err
	}
	rec.Reason = ""
	return c, next, nil
}

const (
	codeRefused     = "connection_refused" // of what stands at a refused connection
	codeUnconnected = "no_connection"
)

// unnamed is the fault of a step that needs a connection and names none.
func unnamed() *Fault { return Faultf(codeUnconnected, "the step names no connection") }

// standAt lets a step wait at a connection that was refused: all runs that stand at it tell the same trouble.
func (w *walker) standAt(rec *record, connection, problem string, status int) verdict {
	rec.Reason = form.Cut(hideTokens(problem), 2000)
	trouble := store.RunError{Code: codeRefused, Message: rec.Reason, Step: rec.Path, Status: status}
	return w.wait(rec, opening{waitingFor: "connection", wait: &store.Wait{Path: rec.Path, Name: connectionSignal(connection)}, trouble: trouble})
}

// judge decides the fate of a failed attempt: next means try again after wait.
func (w *walker) judge(ctx context.Context, n *node, rec *record, cause *Fault, plan schedule, c *connections.Connection) (v verdict, wait time.Duration, err error) {
	if cause.Maybe && n.step.Delivery == flow.AtMostOnce {
		rec.Error = errorOf(cause)
		return w.wait(rec, opening{unknown: true, wait: &store.Wait{Path: rec.Path}}), 0, nil
	}
	if errors.Is(cause, errCutOff) {
		return w.tryLater(n, rec, waitRetry, w.hands.now()), 0, nil
	}
	if cause.Broken && c != nil {
		broken, err := w.hands.refused(ctx, c, cause.Error())
		if err != nil || !broken {
			return next, 0, err
		}
		return w.standAt(rec, n.step.Connection, cause.Error(), cause.Status), 0, nil
	}
	if cause.Quota && !cause.held {
		rec.uncounted()
	}
	if !cause.Quota && cause.Status >= 200 && cause.Status < 300 {
		rec.Answered++
	}
	counted := len(rec.Attempts) - rec.Quota
	if cause.Permanent || (!cause.Quota && counted >= plan.attempts) {
		return next, 0, cause
	}
	wait = cause.After
	if wait <= 0 {
		wait = plan.pause(max(1, counted))
	}
	return next, wait, nil
}
