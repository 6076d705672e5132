package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gancho/engine/flow"
	"gancho/engine/said"
	"gancho/engine/store"
)

// Backtest is a draft held against the published revision on events that came. Where nothing is
// published yet, it is held against nothing: each event changes.
type Backtest struct {
	Events      int           `json:"events" doc:"how many were looked at"`
	Same        int           `json:"same" doc:"events of which both revisions make the same"`
	Changed     int           `json:"changed" doc:"events of which the draft makes something else, without a failure that is new or mended"`
	NewlyFailed int           `json:"newly_failed" doc:"events with which the draft fails, and the published revision does not"`
	NewlyMended int           `json:"newly_mended" doc:"events with which the published revision fails, and the draft does not"`
	Rows        []BacktestRow `json:"rows" doc:"the events that differ, newest first"`
}

// BacktestRow is one event for which the two do not do the same.
type BacktestRow struct {
	Event       string          `json:"event" doc:"id of the event"`
	Run         string          `json:"run,omitempty" doc:"id of the run that the event made"`
	Title       string          `json:"title,omitempty" doc:"what the run is called"`
	Before      store.Status    `json:"before" enum:",pending,running,waiting,unknown,succeeded,failed,filtered,canceled,duplicate" doc:"how the run ends with the published revision; empty where there is none"`
	After       store.Status    `json:"after" enum:"pending,running,waiting,unknown,succeeded,failed,filtered,canceled,duplicate" doc:"how the run ends with the draft"`
	Error       *said.ErrorView `json:"error,omitempty" doc:"why it fails on one of the two only"`
	Differences []Difference    `json:"differences" doc:"what differs: want is of the published revision, got of the draft"`
}

const mostRows = 500

// MaxBacktest is how many events one back-test takes.
const MaxBacktest = 5000

// Backtest runs the draft and the published revision on the newest n events of a flow whose
// bodies are kept, with effects held back on both; the draft alone before the first is published. A step that is held back yields what was
// recorded at its path, if kind and input are equal, else its sample. Nothing is written. When the
// time that ctx gives is over, it tells of the events that were compared by then.
func (e *Engine) Backtest(ctx context.Context, draft *flow.Flow, q store.Query, n int) (Backtest, error) {
	b := Backtest{Rows: []BacktestRow{}}
	entry, err := e.Flows.Get(draft.ID)
	if err != nil {
		return b, err
	}
	q.Flow, q.Limit = draft.ID, 200
	if err := e.backtestAll(ctx, &b, entry.Published, draft, q, n); err != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return b, err
	}
	b.speak(ctx)
	return b, nil
}

func (e *Engine) backtestAll(ctx context.Context, b *Backtest, published, draft *flow.Flow, q store.Query, n int) error {
	for next := "more"; next != "" && b.Events < n; q.Cursor = next {
		var events []store.EventInfo
		var err error
		if events, next, err = e.Store.ListEvents(ctx, q); err != nil {
			return err
		}
		for i := range events {
			if b.Events == n {
				break
			}
			if err := e.backtestOne(ctx, b, published, draft, &events[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) backtestOne(ctx context.Context, b *Backtest, published, draft *flow.Flow, info *store.EventInfo) error {
	if info.Outcome == store.Rejected || info.Outcome == store.Duplicate || info.Outcome == store.Captured && info.Reason != "" {
		return nil // what was captured of a sender that could not be verified is refused once the flow is published
	}
	v, err := e.WholeEvent(ctx, info.ID)
	if errors.Is(err, store.ErrNotFound) || (err == nil && v.Trigger == nil) {
		return nil // it is gone, or its body is
	}
	if err != nil {
		return err
	}
	recorded, repeats, err := e.recorded(ctx, info.Run)
	if err != nil || repeats {
		return err
	}
	before := &RunView{}
	if published != nil {
		if before, err = e.retrial(ctx, published, info, v.Trigger, recorded); err != nil {
			return err
		}
	}
	after, err := e.retrial(ctx, draft, info, v.Trigger, recorded)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // half a comparison is none
	}
	b.Events++
	if veil := e.veilOf(info.Flow, info.At); veil != nil {
		if published != nil {
			veil.run(before, e.originsOf(published, veil))
		}
		veil.run(after, e.originsOf(draft, veil))
	}
	b.count(info, before, after)
	return nil
}

func (b *Backtest) count(info *store.EventInfo, before, after *RunView) {
	differences := runDifferences(before, after)
	if len(differences) == 0 {
		b.Same++
		return
	}
	b.Changed++
	if after.Status == store.Failed && before.Status != store.Failed {
		b.NewlyFailed++
	}
	if before.Status == store.Failed && after.Status != store.Failed {
		b.NewlyMended++
	}
	if len(b.Rows) == mostRows {
		return
	}
	row := BacktestRow{Event: info.ID, Run: info.Run, Title: info.Title, Before: before.Status, After: after.Status, Differences: differences}
	switch {
	case after.Status == store.Failed:
		row.Error = after.Error
	case before.Status == store.Failed:
		row.Error = before.Error
	default:
		row.Error = newFault(before, after)
	}
	b.Rows = append(b.Rows, row)
}

// newFault is why a step fails that did not, in a run that goes on all the same.
func newFault(before, after *RunView) *said.ErrorView {
	failed := map[string]bool{}
	for _, s := range before.Steps {
		failed[s.Path] = s.Status == stepFailed
	}
	for _, s := range after.Steps {
		if s.Status == stepFailed && !failed[s.Path] && s.Error != nil {
			fault := *s.Error
			fault.Step = s.Path
			return &fault
		}
	}
	return nil
}

// speak says the errors of the rows in the language of whoever asks.
func (b *Backtest) speak(ctx context.Context) {
	for i, row := range b.Rows {
		if row.Error == nil {
			continue
		}
		own := *row.Error
		own.Speak(langOf(ctx))
		b.Rows[i].Error = &own
	}
}

// recorded gives what the steps of a run yielded, by path; repeats says that the run repeats
// another, whose event is compared.
func (e *Engine) recorded(ctx context.Context, run string) (steps map[string]*record, repeats bool, err error) {
	steps = map[string]*record{}
	if run == "" {
		return steps, false, nil
	}
	story, err := e.Store.GetRun(ctx, run)
	if errors.Is(err, store.ErrNotFound) {
		return steps, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	for _, s := range story.Steps {
		rec, err := readRecord(s.Path, s.Data)
		if err != nil {
			return nil, false, err
		}
		steps[s.Path] = rec
	}
	return steps, story.Run.ReplayOf != "", nil
}

// retrial runs a flow on what came, as it came.
func (e *Engine) retrial(ctx context.Context, f *flow.Flow, info *store.EventInfo, trigger map[string]any, recorded map[string]*record) (*RunView, error) {
	c := TrialConfig{
		kept: func(ctx context.Context, space, key string) ([]byte, error) {
			entry, err := e.Store.GetKey(ctx, space, key)
			return entry.Value, err
		},
		Catalogue: e.Catalogue, Flow: f, Vars: e.Vars(), Timezone: e.Instance().Timezone, At: info.At, MaxWakings: 1000, Known: e.Connections.Known, Log: e.Log,
		Trigger: trigger,
		recorded: func(path, kind string, input map[string]any) (any, bool) {
			rec := recorded[path]
			if rec == nil || rec.Action != kind || rec.Status != stepSucceeded || !reflect.DeepEqual(asJSON(rec.Input), asJSON(input)) {
				return nil, false
			}
			return rec.Output, true
		},
	}
	run, err := Trial(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", info.ID, err)
	}
	return run, nil
}

// runDifferences finds where two runs of one event do not do the same: how they end, which
// steps run, what would go out, what fails.
func runDifferences(before, after *RunView) []Difference {
	d := &differences{found: []Difference{}, then: true}
	if before.Status != after.Status {
		d.add("status", string(before.Status), string(after.Status))
	}
	old, fresh := doings(before), doings(after)
	paths := slices.Sorted(maps.Keys(old))
	for path := range fresh {
		if _, ok := old[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		if a, b := old[path], fresh[path]; !reflect.DeepEqual(a, b) {
			d.both(path, a, b)
		}
	}
	return d.found
}

// doings is what each step did, as far as it matters to the world outside.
func doings(r *RunView) map[string]any {
	out := map[string]any{}
	for _, s := range r.Steps {
		if s.Status == stepSkipped {
			continue
		}
		does := map[string]any{"status": s.Status, "action": s.Action}
		if s.Request != nil {
			does["request"] = withoutKeys(asJSON(s.Request))
		} else if s.Mocked {
			does["input"] = asJSON(s.Input)
		}
		if s.Error != nil {
			does["error"] = s.Error.Code
		}
		out[s.Path] = does
	}
	return out
}

// withoutKeys leaves out of a request what belongs to the run and not to the flow.
func withoutKeys(request any) any {
	members, ok := request.(map[string]any)
	if !ok {
		return request
	}
	delete(members, "message_id")
	if headers, ok := members["headers"].(map[string]any); ok {
		delete(headers, "idempotency-key")
	}
	return members
}

// both compares members of two values, telling the innermost that differ.
func (d *differences) both(path string, a, b any) {
	x, isX := a.(map[string]any)
	y, isY := b.(map[string]any)
	if !isX || !isY {
		d.add(path, a, b)
		return
	}
	names := slices.Collect(maps.Keys(x))
	for name := range y {
		if _, ok := x[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !reflect.DeepEqual(x[name], y[name]) {
			d.both(strings.TrimPrefix(path+"/"+name, "/"), x[name], y[name])
		}
	}
}
