package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gancho/engine/flows"
	"gancho/engine/refusal"
	"gancho/engine/said"
	"gancho/engine/store"
)

// Selection says which runs, as it can be kept.
type Selection struct {
	Flow   string    `json:"flow,omitempty" doc:"id"`
	Status string    `json:"status,omitempty" doc:"of the runs"`
	Text   string    `json:"q,omitempty" doc:"whole values in bodies, outputs and errors"`
	From   time.Time `json:"from,omitzero" doc:"oldest, inclusive"`
	To     time.Time `json:"to,omitzero" doc:"newest, exclusive"`
	Error  string    `json:"error,omitempty" doc:"code of the error"`
	Group  string    `json:"group,omitempty" doc:"of GET /failures"`
	Quiet  []string  `json:"quiet,omitempty" doc:"flows whose runs count only when they need somebody"`
}

// LeaveQuiet picks the runs of a list in which some flows only count when a run failed, waits or may
// have done something: what flows do about failures would bury the failures.
func LeaveQuiet(flows []string) func(*store.Run) bool {
	return func(r *store.Run) bool {
		return !slices.Contains(flows, r.Flow) || slices.Contains([]store.Status{store.Failed, store.Waiting, store.Unknown}, r.Status)
	}
}

// queryOf is a selection for the store.
func (e *Engine) queryOf(ctx context.Context, q *Selection) (s store.Query, err error) {
	s = store.Query{Flow: q.Flow, Status: q.Status, Text: q.Text, From: q.From, To: q.To, Error: q.Error, Limit: 200}
	if q.Group != "" {
		s.Status = string(store.Failed) // the group's other runs try again by themselves
	}
	return s, e.Narrow(ctx, &s, q.Group, q.Quiet)
}

// Narrow lets a query pick what it cannot ask the store for: runs of a group or, without one, those
// that flows are not quiet about; and of an error, runs that show it.
func (e *Engine) Narrow(ctx context.Context, q *store.Query, group string, quiet []string) (err error) {
	switch {
	case group != "":
		q.Pick, err = e.InGroup(ctx, group)
	case len(quiet) > 0:
		q.Pick = LeaveQuiet(quiet)
	}
	if pick := q.Pick; q.Error != "" {
		q.Pick = func(r *store.Run) bool { return showsError(r) && (pick == nil || pick(r)) }
	}
	return err
}

// Replaying is a replay of many runs, which goes on by itself until it is over.
type Replaying struct {
	ID    string    `json:"id" doc:"names it: for GET /replays/{id}"`
	At    time.Time `json:"at" doc:"when it was asked for"`
	By    string    `json:"by" doc:"who asked for it"`
	Query Selection `json:"query" doc:"to is when it was asked for: what came later is not replayed"`
	ReplayHow
	Status   string         `json:"status" enum:"counting,running,finished,canceled,failed" doc:"how it stands"`
	Matched  *int           `json:"matched" doc:"runs that the query found; null until they are counted"`
	Done     int            `json:"done" doc:"runs that were looked at"`
	Replayed int            `json:"replayed" doc:"runs that were made or go on"`
	Refused  int            `json:"refused" doc:"runs that were not"`
	Refusals map[string]int `json:"refusals" doc:"by code"`
	Example  *ReplayRefusal `json:"example" doc:"the first that was refused"`
	Ended    *time.Time     `json:"ended" doc:"when it ended; null while it goes on"`
	Error    string         `json:"error" doc:"why it failed"`
}

// ReplayRefusal is one run that was not done again.
type ReplayRefusal struct {
	Run     string `json:"run" doc:"id of the run"`
	Code    string `json:"code" doc:"for machines"`
	Message string `json:"message" doc:"why, in the asker's language"`
}

// keptReplay is a replay as it is kept. Members are added, never changed.
type keptReplay struct {
	Replaying
	Last uint64 `json:"last"` // number of the newest run that was done; older ones come first
}

const (
	replaySpace  = "replays"
	replayFor    = 90 * 24 * time.Hour // that one is told of
	replayKeyFor = 30 * 24 * time.Hour // that a run is not done again by the same replay after a crash
	countFor     = 2 * time.Second
	replayPause  = time.Second

	replayCounting = "counting"
	replayRunning  = "running"
	replayFinished = "finished"
	replayCanceled = "canceled"
	replayFaulty   = "failed"
)

func (r *keptReplay) over() bool { return r.Status != replayCounting && r.Status != replayRunning }

// replays knows which are under way, and who is told.
type replays struct {
	mu   sync.Mutex // held while one is changed
	news chan struct{}
	told listeners[*Replaying]
}

// matching lists the runs that a query finds, the oldest first, until there are more than most.
func (e *Engine) matching(ctx context.Context, q *Selection, most int) (ids []string, more bool, err error) {
	err = e.eachMatching(ctx, q, func(r *store.Run) bool {
		if len(ids) == most {
			more = true
			return false
		}
		ids = append(ids, r.ID)
		return true
	})
	slices.Reverse(ids)
	return ids, more, err
}

// eachMatching gives what a list of the query shows, newest first, until f says that it is enough.
func (e *Engine) eachMatching(ctx context.Context, q *Selection, f func(*store.Run) bool) error {
	query, err := e.queryOf(ctx, q)
	if err != nil {
		return err
	}
	sought := soughtIn(q.Text)
	query.Text = sought.text
	return e.EachRun(ctx, query, func(r *store.Run) (bool, error) {
		missed, err := e.missed(ctx, r.Flow, r.Event, sought, func() (any, error) { return e.Run(ctx, r.ID) })
		if err != nil || missed {
			return true, err
		}
		return f(r), nil
	})
}

// countMatching counts what a query finds, for a while; more says that there is more.
func (e *Engine) countMatching(ctx context.Context, q *Selection, d time.Duration) (n int, more bool) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err := e.eachMatching(ctx, q, func(*store.Run) bool { n++; return ctx.Err() == nil })
	return n, err != nil || ctx.Err() != nil
}

// startReplay notes a replay of many, which then goes on by itself.
func (e *Engine) startReplay(ctx context.Context, q Selection, how ReplayHow) (*Replaying, error) {
	now := e.Now().UTC()
	if q.To.IsZero() || q.To.After(now) {
		q.To = now
	}
	r := &keptReplay{Replaying: Replaying{
		ID: store.NewestFirst(now.UnixNano()), At: now, By: flows.PersonOf(ctx), Query: q, ReplayHow: how, Status: replayCounting, Refusals: map[string]int{},
	}}
	e.replays.mu.Lock()
	defer e.replays.mu.Unlock()
	if err := e.keepReplay(ctx, r); err != nil {
		return nil, err
	}
	poke(e.replays.news)
	return r.told(langOf(ctx)), nil
}

// keepReplay writes a replay and tells who follows. The caller holds the lock.
func (e *Engine) keepReplay(ctx context.Context, r *keptReplay) error {
	keep := time.Duration(0)
	if r.over() {
		keep = replayFor
	}
	value, err := json.Marshal(r)
	if err == nil {
		_, err = e.Store.PutKey(ctx, replaySpace, r.ID, value, -1, keep)
	}
	if err != nil {
		return fmt.Errorf("keep replay %s: %w", r.ID, err)
	}
	e.replays.told.tell(func() *Replaying { return &r.Replaying })
	return nil
}

// changeReplay changes a replay that is not over; f is given what is kept. Nobody else changes
// it meanwhile.
func (e *Engine) changeReplay(ctx context.Context, id string, f func(*keptReplay) error) (*keptReplay, error) {
	e.replays.mu.Lock()
	defer e.replays.mu.Unlock()
	r, err := e.replayOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.over() {
		return r, refusal.New(refusal.Conflict, "ended", "the replay is over", "a repetição já terminou")
	}
	if err := f(r); err != nil {
		return r, err
	}
	return r, e.keepReplay(ctx, r)
}

func (e *Engine) replayOf(ctx context.Context, id string) (*keptReplay, error) {
	entry, err := e.Store.GetKey(ctx, replaySpace, id)
	if err != nil {
		return nil, err
	}
	return readReplay(entry)
}

func readReplay(entry store.Entry) (*keptReplay, error) {
	r := new(keptReplay)
	if err := json.Unmarshal(entry.Value, r); err != nil {
		return nil, fmt.Errorf("read replay %s: %w", entry.Key, err)
	}
	return r, nil
}

// told is a replay for people, in their language.
func (r *Replaying) told(lang string) *Replaying {
	v := *r
	v.Refusals, v.Error = maps.Clone(r.Refusals), said.Reason(r.Error, lang)
	if r.Example != nil {
		example := *r.Example
		example.Message = said.Reason(example.Message, lang)
		v.Example = &example
	}
	return &v
}

// ReplayOf tells of one replay of many.
func (e *Engine) ReplayOf(ctx context.Context, id string) (*Replaying, error) {
	r, err := e.replayOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return r.told(langOf(ctx)), nil
}

// Replays lists the replays of many, the newest first.
func (e *Engine) Replays(ctx context.Context, cursor string, limit int) (list []Replaying, next string, err error) {
	entries, err := e.Store.ListKeys(ctx, replaySpace, "", cursor, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list replays: %w", err)
	}
	for i := range entries {
		if i == limit {
			return list, list[i-1].ID, nil
		}
		r, err := readReplay(entries[i])
		if err != nil {
			return nil, "", err
		}
		list = append(list, *r.told(langOf(ctx)))
	}
	return list, "", nil
}

// CancelReplay ends a replay; what it has done stays done.
func (e *Engine) CancelReplay(ctx context.Context, id string) (*Replaying, error) {
	r, err := e.changeReplay(ctx, id, func(r *keptReplay) error { return r.end(replayCanceled, e.Now()) })
	if err != nil {
		return nil, err
	}
	return r.told(langOf(ctx)), nil
}

func (r *keptReplay) end(status string, at time.Time) error {
	r.Status, r.Ended = status, moment(at)
	return nil
}

// FollowReplays calls f after every change of a replay until stop is called. f must be quick.
func (e *Engine) FollowReplays(f func(r *Replaying)) (stop func()) {
	return e.replays.told.add(f)
}

// Told is a replay in the language of whoever asks.
func (r *Replaying) Told(ctx context.Context) *Replaying { return r.told(langOf(ctx)) }

// replayNowAndThen works through replays of many, one after the other, until ctx is done.
func (e *Engine) replayNowAndThen(ctx context.Context) {
	for ctx.Err() == nil {
		r, err := e.openReplay(ctx)
		if err == nil && r == nil {
			select {
			case <-e.replays.news:
			case <-ctx.Done():
			}
			continue
		}
		if err == nil {
			err = e.goThrough(ctx, r)
		}
		if err != nil && ctx.Err() == nil {
			e.Log.Error("replay runs", "error", err)
			wait(ctx, replayPause)
		}
	}
}

// openReplay gives the oldest replay that is not over; nil when there is none.
func (e *Engine) openReplay(ctx context.Context) (*keptReplay, error) {
	open, err := e.openReplays(ctx)
	if len(open) == 0 {
		return nil, err
	}
	return open[len(open)-1], nil
}

// openReplays are the replays that are not over, the newest first.
func (e *Engine) openReplays(ctx context.Context) (open []*keptReplay, err error) {
	for after := ""; ; {
		entries, err := e.Store.ListKeys(ctx, replaySpace, "", after, 200)
		if err != nil {
			return nil, fmt.Errorf("list replays: %w", err)
		}
		for _, entry := range entries {
			after = entry.Key
			r, err := readReplay(entry)
			if err != nil {
				return nil, err
			}
			if !r.over() {
				open = append(open, r)
			}
		}
		if len(entries) < 200 {
			return open, nil
		}
	}
}

// goThrough does the runs of a replay again, the oldest first, from where it was. It ends
// early, without an error, when somebody cancels the replay.
func (e *Engine) goThrough(ctx context.Context, r *keptReplay) error {
	var runs []numbered
	err := e.untilItPasses(ctx, r, func() (err error) {
		runs, err = e.todo(ctx, r)
		return err
	})
	if err != nil {
		return e.failReplay(ctx, r, err)
	}
	_, err = e.changeReplay(ctx, r.ID, func(r *keptReplay) error {
		if r.Status = replayRunning; r.Matched == nil {
			n := len(runs)
			r.Matched = &n
		}
		return nil
	})
	lump := replayLump
	if r.goesOn() {
		lump = 1 // each is its own write, so that what was done is known
	}
	for part := range slices.Chunk(runs, lump) {
		if err != nil {
			break
		}
		err = e.untilItPasses(ctx, r, func() error { return e.goThroughLump(ctx, r, part) })
	}
	if err == nil {
		_, err = e.changeReplay(ctx, r.ID, func(r *keptReplay) error { return r.end(replayFinished, e.Now()) })
	}
	if err = ignoreRefusal(err); err != nil {
		return e.failReplay(ctx, r, err)
	}
	return nil
}

// untilItPasses tries again, a moment later, what a store cannot do for a while.
func (e *Engine) untilItPasses(ctx context.Context, r *keptReplay, f func() error) error {
	for {
		err := f()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || !passes(err) {
			return err
		}
		e.Log.Warn("a replay waits for the store", "replay", r.ID, "error", err)
		wait(ctx, replayPause)
	}
}

// ignoreRefusal leaves out that a replay is over: whoever ended it knows.
func ignoreRefusal(err error) error {
	var refused *refusal.Refusal
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// numbered is a run with its place in the order of acceptance.
type numbered struct {
	number uint64
	id     string
}

// todo lists the runs that a replay has not come to, the oldest first.
func (e *Engine) todo(ctx context.Context, r *keptReplay) (runs []numbered, err error) {
	err = e.eachMatching(ctx, &r.Query, func(run *store.Run) bool {
		if run.Number <= r.Last {
			return false
		}
		runs = append(runs, numbered{run.Number, run.ID})
		return true
	})
	slices.Reverse(runs)
	return runs, err
}

// goThroughLump does some runs again and notes it. A cancel waits for it, so that what is told
// of a canceled replay is what it did.
func (e *Engine) goThroughLump(ctx context.Context, r *keptReplay, part []numbered) error {
	ids := make([]string, len(part))
	for i := range part {
		ids[i] = part[i].id
	}
	_, err := e.changeReplay(ctx, r.ID, func(r *keptReplay) error {
		results, err := e.replayLump(ctx, ids, r.ID, r.ReplayHow, false)
		if err != nil {
			return err
		}
		r.Last = part[len(part)-1].number
		for i := range results {
			r.count(&results[i])
		}
		return nil
	})
	return err
}

func (r *keptReplay) count(one *Replayed) {
	r.Done++
	if one.Refused == nil {
		r.Replayed++
		return
	}
	r.Refused++
	r.Refusals[one.Refused.Code]++
	if r.Example == nil {
		r.Example = &ReplayRefusal{one.Of, one.Refused.Code, said.Both(one.Refused.Message)}
	}
}

// failReplay ends a replay that cannot go on, unless that may be so for a while only.
func (e *Engine) failReplay(ctx context.Context, r *keptReplay, cause error) error {
	if ctx.Err() != nil || passes(cause) {
		return cause
	}
	_, err := e.changeReplay(ctx, r.ID, func(r *keptReplay) error {
		r.Error = bothWords("it could not go on: see the log of the server", "ela não pôde continuar: veja o log do servidor")
		return r.end(replayFaulty, e.Now())
	})
	return errors.Join(cause, ignoreRefusal(err))
}

// passes says whether what a store refused may go well later.
func passes(err error) bool {
	for _, passing := range []error{context.Canceled, context.DeadlineExceeded, store.ErrBusy, store.ErrFull, store.ErrClosed, store.ErrBroken} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
