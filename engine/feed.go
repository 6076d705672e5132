package engine

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gancho/engine/flows"
	"gancho/engine/store"
)

// News is one thing that happened. Exactly one member but ID is set.
type News struct {
	ID     string // a reader that comes back goes on after it
	Gap    bool   // some that happened are not told
	Run    *store.Run
	Event  *store.EventInfo
	Step   *StepNews
	Flow   string // that changed, or is gone
	Alert  *AlertView
	Replay *Replaying
}

// Of is the flow that the news is about; "" is all.
func (n *News) Of() string {
	switch {
	case n.Run != nil:
		return n.Run.Flow
	case n.Event != nil:
		return n.Event.Flow
	case n.Step != nil:
		return n.Step.Flow
	case n.Alert != nil:
		return n.Alert.Flow
	case n.Replay != nil:
		return n.Replay.Query.Flow
	}
	return n.Flow
}

// StepNews is where a step of a run stands.
type StepNews struct {
	Run     string     `json:"run" doc:"id of the run"`
	Flow    string     `json:"flow" doc:"id of its flow"`
	Path    string     `json:"path" doc:"as in GET /runs/{id}"`
	Action  string     `json:"action" doc:"kind of its action"`
	Status  string     `json:"status" enum:"running,waiting,succeeded,failed,skipped,filtered,unknown" doc:"how the step stands"`
	Started *time.Time `json:"started,omitempty" doc:"when its first attempt began"`
	Ended   *time.Time `json:"ended,omitempty" doc:"left out until it has"`
}

const (
	feedSize   = 4096            // news that a slow reader, or one that comes back, may be behind
	feedReturn = 2 * time.Minute // in which a reader that went may come back and miss no step
)

// feed keeps the latest news, numbered, for any number of readers. Nobody who writes waits for
// one who reads.
type feed struct {
	id    string        // of this process: numbers of another say nothing
	begun chan struct{} // closed when nothing is missed any more
	once  sync.Once

	steps atomic.Bool // what steps do is told too, which costs; only while somebody listens

	mu      sync.Mutex
	ring    []News
	last    uint64        // number of the newest
	more    chan struct{} // closed when there is one more; nil while nobody waits for that
	since   uint64        // newest when the steps began to be told
	readers int           // of steps
	left    time.Time     // when the last of them went
}

func newFeed() *feed {
	return &feed{id: strings.ToLower(rand.Text()[:8]), begun: make(chan struct{}), ring: make([]News, feedSize)}
}

func (f *feed) idOf(number uint64) string { return f.id + "-" + strconv.FormatUint(number, 10) }

func (f *feed) add(n News) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.ring[f.last%feedSize] = n
	if f.more != nil {
		close(f.more)
		f.more = nil
	}
}

// gather fills the feed until ctx is done.
func (e *Engine) gather(ctx context.Context) {
	f := e.feed
	defer e.Flows.Follow(func(id string, _ *flows.Entry) { f.add(News{Flow: id}) })()
	defer e.FollowAlerts(func(v AlertView) { f.add(News{Alert: &v}) })()
	defer e.FollowReplays(func(r *Replaying) { f.add(News{Replay: r}) })()
	err := e.Store.Live(ctx, func(c store.Change) {
		f.once.Do(func() { close(f.begun) }) // the first says only that it has begun
		if c.Gap || c.Run != nil || c.Event != nil {
			f.add(News{Gap: c.Gap, Run: withoutAnswer(c.Run), Event: c.Event})
		}
	})
	if err != nil && ctx.Err() == nil {
		e.Log.Error("follow what changes", "error", err)
	}
}

// withoutAnswer leaves out what lists do not show and may be large.
func withoutAnswer(r *store.Run) *store.Run {
	if r == nil || r.Answer == nil {
		return r
	}
	bare := *r
	bare.Answer = nil
	return &bare
}

// tellSteps notes what a commit says of steps, while somebody listens.
func (f *feed) tellSteps(flow string, c *store.Commit) {
	if !f.steps.Load() {
		return
	}
	for _, s := range c.Steps {
		var r struct {
			Action, Status string
			Started, Ended time.Time
		}
		if err := json.Unmarshal(s.Data, &r); err == nil && r.Action != "turn" {
			f.add(News{Step: &StepNews{c.Lease.Run, flow, s.Path, r.Action, r.Status, moment(r.Started), moment(r.Ended)}})
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.readers == 0 && time.Since(f.left) > feedReturn {
		f.steps.Store(false)
	}
}

// Reader reads news in order, until it is closed. It is not safe for use by several at once.
type Reader struct {
	f    *feed
	e    *Engine
	at   uint64 // the newest that was read
	lost bool   // what came after the reader's last is not known any more

	steps bool // it asked for what steps do
}

// Follow gives a reader of what happens from now on, or after the news of that ID; when that
// is not kept any more the first is a Gap. It waits until the engine works.
func (e *Engine) Follow(ctx context.Context, after string) (*Reader, error) {
	return e.read(ctx, after, true)
}

// FollowRuns is Follow for a reader that does not ask what steps do: nothing is told of them for
// its sake.
func (e *Engine) FollowRuns(ctx context.Context, after string) (*Reader, error) {
	return e.read(ctx, after, false)
}

func (e *Engine) read(ctx context.Context, after string, steps bool) (*Reader, error) {
	f := e.feed
	select {
	case <-f.begun:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if steps {
		f.readers++
		if !f.steps.Swap(true) {
			f.since = f.last
		}
	}
	r := &Reader{f: f, e: e, at: f.last, steps: steps}
	if after == "" {
		return r, nil
	}
	id, text, _ := strings.Cut(after, "-")
	number, err := strconv.ParseUint(text, 10, 64)
	if r.lost = err != nil || id != f.id || number > f.last || (steps && number < f.since); !r.lost {
		r.at = number
	}
	return r, nil
}

// Close ends the reading.
func (r *Reader) Close() {
	if !r.steps {
		return
	}
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	r.f.readers--
	r.f.left = time.Now()
}

// At is the ID of what was read last.
func (r *Reader) At() string { return r.f.idOf(r.at) }

// ErrQuiet says that nothing happened for as long as a reader wanted to wait.
var ErrQuiet = errors.New("nothing happened")

// Next gives the next news. It waits for it: at most so long, until ctx is done or the engine
// stops. A reader that is too far behind gets a Gap and goes on with what is new.
func (r *Reader) Next(ctx context.Context, most time.Duration) (News, error) {
	n, more := r.take()
	if more == nil {
		return n, nil
	}
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-more:
		n, _ = r.take()
		return n, nil
	case <-t.C:
		return News{}, ErrQuiet
	case <-ctx.Done():
		return News{}, ctx.Err()
	case <-r.e.Stopping():
		return News{}, fmt.Errorf("follow: %w", store.ErrClosed)
	}
}

// take gives the next news, or what is closed when there is one.
func (r *Reader) take() (News, <-chan struct{}) {
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	if r.lost || r.f.last-r.at > feedSize {
		r.lost, r.at = false, r.f.last
		return News{ID: r.At(), Gap: true}, nil
	}
	if r.at == r.f.last {
		if r.f.more == nil {
			r.f.more = make(chan struct{})
		}
		return News{}, r.f.more
	}
	r.at++
	n := r.f.ring[r.at%feedSize]
	n.ID = r.At()
	return n, nil
}
