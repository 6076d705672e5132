package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/said"
	"gancho/engine/store"
)

// step runs one step, or restores what it did.
func (w *walker) step(ctx context.Context, n *node, f *frame) (verdict, error) {
	if ctx.Err() != nil {
		return parked, errLost
	}
	if w.over() {
		return ended, nil
	}
	path := f.prefix + n.step.ID
	if w.seek.at(path, f) {
		w.finish(&store.End{Status: store.Succeeded})
		return ended, nil
	}
	rec := w.record(path, n.step.Action)
	if rec.finished() && rec.Status != stepFailed {
		return w.restore(rec, n, f), nil
	}
	if rec.Status == stepFailed && w.reopens(rec, n) {
		rec.Status, rec.Error, rec.Ended = stepRunning, nil, time.Time{}
		rec.Reopened, rec.Quota, rec.Answered = w.run.Attempt, len(rec.Attempts), 0 // attempts before count no more
	}
	if rec.Status == stepFailed {
		return w.settle(ctx, n, f, rec, rec.Error.fault())
	}
	if rec.Status == "" {
		if skipped, err := w.skip(ctx, n, f, rec); skipped || err != nil {
			return next, err
		}
		rec.Started = w.hands.now()
		rec.Status = stepRunning
	}
	output, v, err := w.perform(ctx, n, f, rec)
	if v != parked {
		w.shut(func(open string) bool { return open == path })
	}
	if err == nil && v == next && w.seek.within(n.step.Catch, f) {
		err = exampleFault()
	}
	if errors.Is(err, errLost) {
		return parked, err
	}
	var inner *failure
	var skip *skipError
	if errors.As(err, &skip) {
		return next, w.skipped(rec, said.Both(form.Label(form.Cut(skip.reason.EN, 250), form.Cut(skip.reason.PT, 250))))
	}
	if errors.As(err, &inner) && inner.path != path { // a child of a block
		return w.settleBlock(ctx, n, f, rec, inner)
	}
	if err != nil {
		return w.settle(ctx, n, f, rec, fault(err))
	}
	if v == next {
		return w.succeed(ctx, rec, n, f, output)
	}
	w.save(rec)
	return v, nil
}

// skip says whether the step is passed over.
func (w *walker) skip(ctx context.Context, n *node, f *frame, rec *record) (bool, error) {
	if w.seek.inside(n.step, f) {
		return false, nil
	}
	if n.step.Disabled {
		return true, w.skipped(rec, bothWords("disabled", "desligado"))
	}
	if n.step.When == "" {
		return false, nil
	}
	ok, reason, err := w.orFalse(ctx, n.step.When, n.step.Missing.For("when"), f)
	if errors.Is(err, errLost) {
		return false, err
	}
	if err != nil {
		rec.Started = w.hands.now()
		_, err = w.settle(ctx, n, f, rec, fault(fmt.Errorf("when: %w", err)))
		return true, err
	}
	if ok {
		return false, nil
	}
	return true, w.skipped(rec, reason)
}

func (w *walker) skipped(rec *record, reason string) error {
	rec.Status, rec.Reason, rec.Ended = stepSkipped, reason, w.hands.now()
	w.save(rec)
	return nil
}

// orFalse is condition where the step says that a missing value does not fail it: nothing
// compares with nothing, and the condition is false.
func (w *walker) orFalse(ctx context.Context, source, policy string, f *frame) (bool, string, error) {
	ok, reason, err := w.condition(ctx, source, f)
	var missing *expression.MissingError
	if policy != "fail" && errors.As(err, &missing) {
		return false, bothWords(missing.Path+" is missing", "falta "+missing.Path), nil
	}
	return ok, reason, err
}

// condition asks an expression; the reason says why it is false.
func (w *walker) condition(ctx context.Context, source string, f *frame) (bool, string, error) {
	p, err := w.plan.program(source)
	if err != nil {
		return false, "", err
	}
	ok := false
	err = w.patiently(ctx, func() (err error) {
		ok, _, err = p.Bool(ctx, f.scope)
		return err
	})
	if errors.Is(err, errLost) {
		return false, "", err
	}
	if err != nil {
		return false, "", Permanent(err)
	}
	reason := ""
	if !ok {
		reason = said.Both(p.Why(ctx, f.scope))
	}
	return ok, reason, nil
}

// patiently evaluates again what took too long, since that may be the machine's fault. At a stop
// the run is left to the next process.
func (w *walker) patiently(ctx context.Context, evaluate func() error) error {
	for pause := slowFirst; ; pause *= 2 {
		err := evaluate()
		if err == nil || !expression.TooSlow(err) || pause > slowLast {
			return err
		}
		if !w.hands.pause(ctx, pause) {
			return errLost
		}
	}
}

const (
	slowFirst = 100 * time.Millisecond
	slowLast  = 1600 * time.Millisecond
)

func (w *walker) succeed(ctx context.Context, rec *record, n *node, f *frame, output any) (verdict, error) {
	most := expression.MaxOutput
	if large, ok := output.(Large); ok {
		output, most = large.Value, max(most, large.Most)
	}
	clean, err := expression.NormalizeTo(output, most)
	if err != nil {
		code := "bad_output"
		if errors.Is(err, expression.ErrTooBig) {
			code = "too_big"
		}
		return w.settle(ctx, n, f, rec, Faultf(code, "output: %v", err))
	}
	rec.Status, rec.Output, rec.Error, rec.Ended = stepSucceeded, clean, nil, w.hands.now()
	rec.Due, rec.For, rec.Marked = time.Time{}, "", false
	if _, twice := yields[rec.Action]; twice && !rec.Mocked {
		rec.Input = nil
	}
	w.save(rec)
	if tooBig := w.tooBig(); tooBig != nil {
		return w.overflow(rec, tooBig), nil
	}
	return w.restore(rec, n, f), nil
}

// overflow ends the run at the step with which it became too big, whatever would catch a failure:
// to go on would make it larger still.
func (w *walker) overflow(rec *record, tooBig *Fault) verdict {
	rec.Status, rec.Output, rec.Error, rec.Reopened = stepFailed, nil, errorOf(tooBig), w.run.Attempt
	w.save(rec)
	w.finish(w.failed(&failure{rec.Path, tooBig}).End)
	return ended
}

// restore puts a finished step's output into the scope.
func (w *walker) restore(rec *record, n *node, f *frame) verdict {
	if rec.Status == stepSucceeded {
		f.steps[n.step.ID] = rec.Output
		w.mu.Lock()
		w.last = rec.Output
		w.mu.Unlock()
	}
	return next
}

// settle decides what a failure for good means for the run.
func (w *walker) settle(ctx context.Context, n *node, f *frame, rec *record, cause *Fault) (verdict, error) {
	if rec.Status != stepFailed {
		rec.Status, rec.Error, rec.Ended, rec.Reopened = stepFailed, errorOf(cause), w.hands.now(), w.run.Attempt
		rec.Due, rec.For, rec.Marked = time.Time{}, "", false
		w.save(rec)
		w.leave(n, f)
	}
	return w.handled(ctx, n, f, &failure{rec.Path, cause})
}

// settleBlock does the same for a block whose child failed.
func (w *walker) settleBlock(ctx context.Context, n *node, f *frame, rec *record, inner *failure) (verdict, error) {
	if rec.Status != stepFailed {
		rec.Status, rec.Ended, rec.Reopened = stepFailed, w.hands.now(), w.run.Attempt
		rec.Error = errorOf(inner.fault)
		rec.Error.Step = inner.path
		w.save(rec)
		w.leave(n, f)
	}
	return w.handled(ctx, n, f, inner)
}

func (w *walker) handled(ctx context.Context, n *node, f *frame, fail *failure) (verdict, error) {
	f.errors[n.step.ID] = errorOf(fail.fault).value()
	if w.seek != nil {
		w.seek.pretend(n, f.prefix+n.step.ID, f)
	}
	if len(n.step.Catch) > 0 {
		return w.block(ctx, n.step.Catch, f)
	}
	if n.step.OnError == "continue" || w.seek != nil {
		return next, nil
	}
	return next, fail
}

// wait opens a place where the run waits.
func (w *walker) wait(rec *record, o opening) verdict {
	rec.Status, rec.For, rec.Due, rec.Left, o.path = stepWaiting, o.waitingFor, o.due, false, rec.Path
	if o.unknown {
		rec.Status = stepUnknown
	}
	w.save(rec)
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.IndexFunc(w.open, func(old opening) bool { return old.path == o.path }); i >= 0 {
		w.open[i] = o
	} else {
		w.open = append(w.open, o)
	}
	return parked
}

// reopens says whether a failed step, or block around it, begins anew because a person let the run
// go on: the one that ended the run does, and what failed beside it. What a catch or on_error took
// care of stays as it is; a catch that failed itself goes on where it did.
func (w *walker) reopens(rec *record, n *node) bool {
	if w.run.Attempt == 1 || rec.Reopened >= w.run.Attempt {
		return false
	}
	return rec.Path == w.run.Resumed || (len(n.step.Catch) == 0 && n.step.OnError != "continue")
}

// inside gives the lists of steps of a block.
func inside(block *flow.Step) [][]*flow.Step {
	lists := [][]*flow.Step{block.Steps, block.Catch}
	for _, b := range block.Branches {
		lists = append(lists, b.Steps)
	}
	return lists
}
