package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/store"
)

type branchStep struct {
	inner
	mode string
}

func (s *branchStep) Fields() form.Fields {
	return form.Of(form.Select("mode", &s.mode, form.Label("Take", "Seguir"),
		form.Option("first", form.Label("the first that is true", "o primeiro verdadeiro")),
		form.Option("all", form.Label("all that are true", "todos os verdadeiros"))).Default("first"))
}

// control takes the branches that were chosen when the step was first reached, in order.
func (s *branchStep) control(ctx context.Context, w *walker, n *node, f *frame, rec *record) (Output, verdict, error) {
	if rec.Chosen == nil {
		chosen, err := s.choose(ctx, w, n, f)
		if i := w.seek.branch(n.step, f); i >= 0 && !slices.Contains(chosen, i) {
			chosen, err = []int{i}, nil
		}
		if err != nil {
			return nil, next, err
		}
		rec.Chosen = chosen
		w.save(rec)
	}
	names := []any{}
	for _, i := range rec.Chosen {
		names = append(names, n.step.Branches[i].Name)
		if v, err := w.block(ctx, n.step.Branches[i].Steps, f); err != nil || v != next {
			return nil, v, err
		}
	}
	return map[string]any{"branches": names}, next, nil
}

func (s *branchStep) choose(ctx context.Context, w *walker, n *node, f *frame) ([]int, error) {
	chosen, otherwise := []int{}, -1
	for i, b := range n.step.Branches {
		if b.When == "" {
			otherwise = i
			continue
		}
		ok, _, err := w.orFalse(ctx, b.When, n.step.Missing.For("when"), f)
		if err != nil {
			return nil, fmt.Errorf("branch %q: %w", b.Name, err)
		}
		if ok {
			chosen = append(chosen, i)
			if s.mode != "all" {
				return chosen, nil
			}
		}
	}
	if len(chosen) == 0 && otherwise >= 0 {
		chosen = append(chosen, otherwise)
	}
	return chosen, nil
}

type parallelStep struct{ inner }

func (s *parallelStep) Fields() form.Fields { return form.Of() }

// control runs all branches at once. Each sees its own steps and what came before; what
// comes after sees the steps of all.
func (s *parallelStep) control(ctx context.Context, w *walker, n *node, f *frame, _ *record) (Output, verdict, error) {
	type outcome struct {
		v   verdict
		err error
	}
	frames := make([]*frame, len(n.step.Branches))
	outcomes := make([]outcome, len(frames))
	var group sync.WaitGroup
	sure, all := f.order.began.Load(), newPaths(len(frames))
	for i, b := range n.step.Branches {
		order := f.order.apart(sure)
		group.Go(func() {
			v, err := w.path(ctx, all, f.prefix, b.Steps, func() (verdict, error) {
				frames[i] = w.fork(f, f.prefix, nil)
				frames[i].order = order
				return w.block(ctx, b.Steps, frames[i])
			})
			if outcomes[i] = (outcome{v, err}); v == next && err == nil {
				all.leave()
			}
		})
	}
	group.Wait()
	verdict, names := next, []any{}
	var failed error
	for i, o := range outcomes {
		maps.Copy(f.steps, frames[i].steps)
		maps.Copy(f.errors, frames[i].errors)
		names = append(names, n.step.Branches[i].Name)
		if o.err != nil && (failed == nil || errors.Is(o.err, errLost)) {
			failed = o.err
		}
		verdict = max(verdict, o.v)
	}
	if failed != nil && verdict != ended {
		return nil, next, failed
	}
	return map[string]any{"branches": names}, verdict, nil
}

type loopStep struct {
	inner
	over, collect string
	concurrency   int
	onItemError   string
}

func (s *loopStep) Fields() form.Fields {
	return form.Of(
		form.Expression("over", &s.over, form.Label("List to go through", "Lista a percorrer")).List().Required().Example("trigger.body.items"),
		form.Int("concurrency", &s.concurrency, form.Label("At once", "Ao mesmo tempo")).Default(1).Min(1).Max(100).Advanced(),
		form.Expression("collect", &s.collect, form.Label("Collect", "Coletar")).Example("steps.send.id").Advanced(),
		form.Select("on_item_error", &s.onItemError, form.Label("When an item fails", "Quando um item falha"),
			form.Option("fail", form.Label("fail", "falhar")), form.Option("continue", form.Label("go on", "continuar"))).Default("fail").Advanced())
}

const maxTurns = 10_000

// control runs the turns in order, at most concurrency of them open at once. A turn that is
// finished leaves one record of its own.
func (s *loopStep) control(ctx context.Context, w *walker, n *node, f *frame, rec *record) (Output, verdict, error) {
	list, err := s.list(ctx, w, f)
	if len(list) == 0 && w.seek.within(n.step.Steps, f) {
		list, err = []any{nil}, nil
	}
	if err != nil {
		return nil, next, err
	}
	l := &loop{loopStep: s, w: w, n: n, f: f, path: rec.Path, list: list, turns: make([]turn, len(list))}
	l.run(ctx)
	return l.result()
}

func (s *loopStep) list(ctx context.Context, w *walker, f *frame) ([]any, error) {
	p, err := w.plan.program(s.over)
	if err != nil {
		return nil, err
	}
	var value any
	err = w.patiently(ctx, func() (err error) {
		value, err = p.Run(ctx, f.scope)
		return err
	})
	if errors.Is(err, errLost) {
		return nil, err
	}
	if err != nil {
		return nil, Permanent(err)
	}
	list, ok := value.([]any)
	if !ok {
		over := form.Cut(s.over, 80)
		if value == nil {
			return nil, Faultf("not_a_list", "over: %s is missing; write %s ?? [] where it may be", over, over)
		}
		return nil, Faultf("not_a_list", "over: %s is %s, not a list", over, expression.KindOf(value).EN)
	}
	if len(list) > maxTurns {
		return nil, Faultf("too_big", "over has %d elements; a loop takes at most %d", len(list), maxTurns)
	}
	return list, nil
}

// loop is one visit of a loop step.
type loop struct {
	*loopStep
	w     *walker
	n     *node
	f     *frame
	path  string
	list  []any
	turns []turn
	all   *paths
	order func() *sequence

	mu    sync.Mutex
	begun int // turns
}

type turn struct {
	begun   bool
	verdict verdict
	item    map[string]any
	failed  *failure
	err     error
}

// run goes through the turns on as many paths as may be open at once. All turns that are open already
// begin, whatever comes of one of them.
func (l *loop) run(ctx context.Context) {
	l.all, l.order = newPaths(l.concurrency), l.orders()
	var begin []func()
	for range l.concurrency {
		if i, order := l.next(); order != nil {
			begin = append(begin, func() { l.pass(ctx, i, order) })
		} else {
			l.all.leave()
		}
	}
	if len(begin) == 1 {
		begin[0]()
		return
	}
	var group sync.WaitGroup
	for _, path := range begin {
		group.Go(path)
	}
	group.Wait()
}

// pass goes through turns, one after the other, until none is left or one waits.
func (l *loop) pass(ctx context.Context, i int, order *sequence) {
	for ; order != nil; i, order = l.next() {
		t := &l.turns[i]
		t.verdict, t.err = l.w.path(ctx, l.all, l.record(i).Path+".", l.n.step.Steps, func() (verdict, error) {
			*t = l.turn(ctx, i, order)
			return t.verdict, t.err
		})
		if t.verdict == parked {
			return
		}
		if t.failed != nil && l.onItemError != "continue" {
			l.all.halt()
		}
	}
	l.all.leave()
}

// next gives the turn that begins next and the sequence that it belongs to; nil when none does. Those that
// have ended before are restored.
func (l *loop) next() (i int, order *sequence) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for ; l.begun < len(l.list) && !l.all.halted(); l.begun++ {
		if rec := l.record(l.begun); rec.finished() {
			l.turns[l.begun] = restored(rec)
			continue
		}
		l.begun++
		return l.begun - 1, l.order()
	}
	return 0, nil
}

// orders gives the sequence of each turn that is not finished, asked for in their order. A process before
// this one may have begun as many of them as are open at once.
func (l *loop) orders() func() *sequence {
	if l.concurrency == 1 {
		return func() *sequence { return l.f.order }
	}
	sure, open := l.f.order.began.Load(), 0
	return func() *sequence {
		open++
		return l.f.order.apart(sure || open > l.concurrency)
	}
}

func (l *loop) record(i int) *record { return l.w.record(l.path+"."+strconv.Itoa(i), "turn") }

// turn runs one turn, or goes on with it.
func (l *loop) turn(ctx context.Context, i int, order *sequence) turn {
	rec := l.record(i)
	path := rec.Path
	above, _ := l.f.scope.Values["loops"].(map[string]any)
	loops := maps.Clone(above)
	loops[l.n.step.ID] = map[string]any{"item": l.list[i], "index": i}
	f := l.w.fork(l.f, path+".", map[string]any{"item": l.list[i], "index": i, "loops": loops})
	f.order = order
	v, err := l.w.block(ctx, l.n.step.Steps, f)
	var failed *failure
	if errors.As(err, &failed) {
		err = nil
	}
	if err != nil || v != next {
		return turn{begun: true, verdict: v, err: err}
	}
	var value any
	if failed == nil && l.collect != "" {
		if value, err = l.collected(ctx, f); errors.Is(err, errLost) {
			return turn{begun: true, err: err}
		}
		if err != nil {
			failed = &failure{path, fault(fmt.Errorf("collect: %w", err))}
		}
	}
	return l.done(ctx, rec, i, value, failed)
}

func (l *loop) collected(ctx context.Context, f *frame) (value any, err error) {
	p, err := l.w.plan.program(l.collect)
	if err != nil {
		return nil, err
	}
	err = l.w.patiently(ctx, func() (err error) {
		value, err = p.Run(ctx, f.scope)
		return err
	})
	return value, err
}

// done records a finished turn; its steps go to history with the next commit.
func (l *loop) done(ctx context.Context, rec *record, i int, value any, failed *failure) turn {
	item := map[string]any{"index": i, "ok": failed == nil, "value": value, "error": nil}
	rec.Status, rec.Ended = stepSucceeded, l.w.hands.now()
	if failed != nil {
		if l.onItemError != "continue" {
			return turn{begun: true, failed: failed}
		}
		rec.Error = errorOf(failed.fault)
		rec.Error.Step = failed.path
		item["error"] = rec.Error.value()
	}
	rec.Output = item
	l.w.letGo(rec)
	return turn{begun: true, item: item, err: l.w.relieve(ctx)}
}

func restored(rec *record) turn {
	item, _ := rec.Output.(map[string]any)
	return turn{begun: true, item: item}
}

func (l *loop) result() (Output, verdict, error) {
	verdict, failures := next, 0
	items := make([]any, 0, len(l.turns))
	for _, t := range l.turns {
		if t.err != nil {
			return nil, parked, t.err
		}
		if !t.begun && verdict == next {
			verdict = parked
		}
		verdict = max(verdict, t.verdict)
		if ok, _ := t.item["ok"].(bool); t.item != nil && !ok {
			failures++
		}
		items = append(items, t.item)
	}
	if verdict == ended {
		return nil, ended, nil
	}
	if i := slices.IndexFunc(l.turns, func(t turn) bool { return t.failed != nil }); i >= 0 {
		return nil, next, l.turns[i].failed
	}
	if verdict != next {
		return nil, verdict, nil
	}
	return map[string]any{"count": len(items), "failed": failures, "items": items}, next, nil
}

type callStep struct {
	noticed
	flow  string
	input any
	wait  bool
}

func (s *callStep) Fields() form.Fields {
	return form.Of(
		form.Text("flow", &s.flow, form.Label("Flow", "Fluxo")).Required(),
		form.JSON("input", &s.input, form.Label("Input", "Entrada")),
		form.Bool("wait", &s.wait, form.Label("Wait for its answer", "Esperar a resposta")).Default(true))
}

const maxDepth = 8

func (s *callStep) control(ctx context.Context, w *walker, _ *node, _ *frame, rec *record) (Output, verdict, error) {
	if data, ok := w.received(rec); ok {
		return called(data)
	}
	if rec.Status == stepWaiting {
		return nil, w.wait(rec, opening{waitingFor: "call", wait: &store.Wait{Path: rec.Path}}), nil
	}
	if w.run.Depth >= maxDepth {
		return nil, next, Faultf("too_deep", "calls are nested more than %d deep", maxDepth)
	}
	child, err := w.hands.child(ctx, s.flow, s.input, w)
	if err != nil {
		return nil, next, err
	}
	child.Parent = store.Parent{Run: w.run.ID}
	if s.wait {
		child.Parent.Path = rec.Path
	}
	rec.with(func(c *store.Commit) { c.Spawn = append(c.Spawn, child) })
	if child.Outcome != store.Accepted {
		return nil, next, nil // the flow's where let it pass: there is no run to wait for
	}
	if !s.wait {
		return map[string]any{"flow": s.flow}, next, nil
	}
	return nil, w.wait(rec, opening{waitingFor: "call", wait: &store.Wait{Path: rec.Path}}), nil
}

// result of a sub-run, as it is handed to the run that waits for it.
type result struct {
	Status store.Status   `json:"status"`
	Output any            `json:"output,omitempty"`
	Error  store.RunError `json:"error,omitzero"`
}

func (r *result) bytes() ([]byte, error) {
	j := newObject(256)
	j.text("status", string(r.Status))
	j.valueIf("output", r.Output)
	if r.Error != (store.RunError{}) {
		j.value("error", r.Error)
	}
	return j.end()
}

// failed is the end of a run that gives nothing, with what its caller is told.
func failed(cause store.RunError) *store.End {
	return &store.End{Status: store.Failed, Error: cause, Result: resultOf(store.Failed, cause)}
}

// canceled is the end of a run that was ended from outside.
func canceled(reason string) *store.End {
	return &store.End{Status: store.Canceled, Reason: reason, Result: resultOf(store.Canceled, store.RunError{Code: "canceled", Message: reason})}
}

func resultOf(status store.Status, cause store.RunError) []byte {
	r := result{Status: status, Error: cause}
	data, _ := r.bytes() //nolint:errcheck // texts
	return data
}

func called(data []byte) (Output, verdict, error) {
	var r result
	if err := decodeExact(data, &r); err != nil {
		return nil, next, Permanent(fmt.Errorf("read the answer of a call: %w", err))
	}
	if r.Status == store.Failed || r.Status == store.Canceled {
		return nil, next, Faultf("call_failed", "the called flow %s: %s", r.Status, r.Error.Message)
	}
	return exact(r.Output), next, nil
}
