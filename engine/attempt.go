package engine

import (
	"context"
	"errors"
	"time"

	"gancho/engine/connections"
	"gancho/engine/flow"
	"gancho/engine/form"
)

// attempt acts once, within the step's time-out. What others wait for is durable before, for it may take long.
func (w *walker) attempt(ctx context.Context, n *node, f *frame, rec *record, doer Doer, c *connections.Connection) (Output, error) {
	if err := w.keepWord(ctx); err != nil {
		return nil, err
	}
	try := attempt{At: w.hands.now()}
	call := w.call(n, f, rec, c, &try)
	if err := w.admit(ctx, rec, doer, call, try); err != nil {
		return nil, err
	}
	if err := w.begin(ctx, n, rec, call, &try); err != nil {
		if a, ok := doer.(Admitter); ok {
			a.Leave(call)
		}
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, call.Timeout)
	defer cancel()
	output, err := w.safely(call, func() (Output, error) { return w.hands.act(limited, w, n, rec, doer, call) })
	return output, w.attempted(n, rec, call, &try, err)
}

func (w *walker) call(n *node, f *frame, rec *record, c *connections.Connection, try *attempt) *Call {
	var first time.Time
	if len(rec.Attempts) > 0 {
		first = rec.Attempts[0].At
	}
	var promised time.Time
	if rec.Promised && rec.For == waitQuota {
		promised = rec.Due
	}
	number := len(rec.Attempts) - rec.Quota + 1
	return &Call{
		First: first, Promised: promised,
		Flow: w.run.Flow, Run: w.run.ID, Step: rec.Path, Attempt: number, Last: number >= scheduleOf(n.step.Retry, n.action.Waits).attempts, Answered: rec.Answered,
		Key: w.keyOf + "-" + rec.Path, AtMostOnce: n.step.Delivery == flow.AtMostOnce && n.action.Effect && !n.action.Repeatable, Connection: c,
		Timeout: min(n.step.Timeout.Or(defaultTimeout), w.until.Sub(w.hands.now())),
		Now:     w.run.At, Zone: w.zone,
		Eval: func(ctx context.Context, source string, more map[string]any) (any, error) {
			p, err := w.plan.program(source)
			if err != nil {
				return nil, err
			}
			return p.Run(ctx, w.fork(f, f.prefix, more).scope)
		},
		Log:  func(line string) { rec.Lines = append(rec.Lines, form.Cut(line, 2000)) },
		Sent: func(request func() any) { try.sent = request },
	}
}

// admit asks what must be so before an attempt begins.
func (w *walker) admit(ctx context.Context, rec *record, doer Doer, call *Call, try attempt) error {
	_, err := w.safely(call, func() (Output, error) { return nil, w.hands.admit(ctx, rec, doer, call) })
	if errors.Is(err, errCutOff) {
		return &Fault{Code: "stopped", Err: err}
	}
	if err != nil {
		return w.notBegun(rec, fault(err), try)
	}
	return nil
}

// notBegun records why an attempt could not begin. Waiting for a turn is no attempt.
func (w *walker) notBegun(rec *record, cause *Fault, try attempt) error {
	if cause.Quota {
		rec.Reason, rec.Promised, cause.held = cause.Error(), cause.Code == "limit", true // a dead host promises no place
		return cause
	}
	try.Ms, try.Error, try.sent = w.hands.now().Sub(try.At).Milliseconds(), errorOf(cause), nil
	rec.Attempts = append(rec.Attempts, try)
	w.save(rec)
	return cause
}

// begin makes durable what must be so before an effect, and takes off.
func (w *walker) begin(ctx context.Context, n *node, rec *record, call *Call, try *attempt) error {
	rec.Status, rec.Reason, rec.Promised = stepRunning, "", false
	if call.AtMostOnce {
		rec.Marked = true
		w.save(rec)
		w.owe()
	}
	if n.action.Effect {
		if err := w.pay(ctx); err != nil {
			return err
		}
	}
	try.At = w.hands.now()
	return w.takeOff(n, rec, call, try.At)
}

// safely makes a fault of an action that panics: a process that died of it would claim the run
// again, and die again.
func (w *walker) safely(call *Call, do func() (Output, error)) (output Output, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.hands.panicked(call, p)
			output, err = nil, &Fault{Code: "internal", Message: "the action broke off because of a fault of this program; its log says more", Permanent: true, Maybe: true}
		}
	}()
	return do()
}

// attempted records what came of an attempt. One that succeeded is saved with the step's output.
func (w *walker) attempted(n *node, rec *record, call *Call, try *attempt, err error) error {
	rec.Marked = false
	if n.action.Effect {
		w.owe()
	}
	try.Ms = w.hands.now().Sub(try.At).Milliseconds()
	if err != nil {
		cause := w.causeOf(n, rec, call, err)
		try.Error, try.Response = errorOf(cause), cause.Response
		if try.sent != nil {
			try.Request = try.sent()
		}
		err = cause
	}
	try.sent = nil
	rec.Attempts = append(rec.Attempts, *try)
	if err != nil {
		w.save(rec)
	}
	return err
}

// causeOf says why an attempt failed, and whether it may have done what it should.
func (w *walker) causeOf(n *node, rec *record, call *Call, err error) *Fault {
	cause := fault(err)
	if call.AtMostOnce && errors.Is(err, context.DeadlineExceeded) && !cause.Permanent {
		cause.Maybe = true
	}
	if errors.Is(err, errCutOff) { // as after a crash
		rec.Quota++
		rec.Doubtful = rec.Doubtful || n.action.Effect
		cause.Maybe = call.AtMostOnce && !w.remembered(n, rec)
	}
	return cause
}
