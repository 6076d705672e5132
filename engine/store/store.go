// Package store is the seam between the engine and durable state: four small
// interfaces, in batches, that know nothing of what flows mean.
//
// The promises that every implementation keeps, and that storetest checks:
//
//   - nil means durable: what a call acknowledged survives kill -9 and power loss.
//   - one call is one transaction: all of it happened, or none.
//   - a write under an old lease changes nothing and answers ErrLeaseLost.
//   - any error that is not one of the sentinels below means unknown: the call may
//     or may not have happened, and repeating it is safe.
//   - delays are durations on the store's clock; order, fairness and cursors use the
//     number that the store gives as it accepts, never a clock.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"
)

// The sentinels. An error that wraps none of them means that the outcome is unknown.
var (
	ErrNotFound  = errors.New("not found")
	ErrLeaseLost = errors.New("lease lost")           // the run was claimed again, canceled or has ended; nothing was written
	ErrConflict  = errors.New("revision conflict")    // Docs.Put or Keys.Put expected another revision
	ErrBusy      = errors.New("store is busy")        // the queue of writes is full; nothing was written, try again later
	ErrFull      = errors.New("disk is full")         // nothing was written; reading goes on
	ErrUsed      = errors.New("signal already given") // this wait of a run has been signaled before, or is over
	ErrBroken    = errors.New("disk failed")          // a sync failed: this process must not write again
	ErrClosed    = errors.New("store is closed")      // nothing was written
	ErrFormat    = errors.New("unknown format")       // the folder was written by a newer version, or is none of ours
	ErrLocked    = errors.New("in use by another process")
	ErrUnread    = errors.New("a file of the history cannot be read")
)

// Store is everything durable. Close waits for writes under way.
type Store interface {
	Runs
	Keys
	Docs
	History
	Close() error
}

// Outcome is what became of a delivery.
type Outcome string

// The outcomes of an event.
const (
	Accepted  Outcome = "accepted"
	Filtered  Outcome = "filtered"
	Duplicate Outcome = "duplicate"
	Rejected  Outcome = "rejected"
	Captured  Outcome = "captured"
)

// Status is where a run stands.
type Status string

// The statuses of a run. Those from Succeeded on are final.
const (
	Pending      Status = "pending"
	Running      Status = "running"
	Waiting      Status = "waiting"
	Unknown      Status = "unknown"
	Succeeded    Status = "succeeded"
	Failed       Status = "failed"
	RunFiltered  Status = "filtered"
	Canceled     Status = "canceled"
	RunDuplicate Status = "duplicate"
)

// Final says whether a run of this status has ended.
func (s Status) Final() bool {
	switch s {
	case Succeeded, Failed, RunFiltered, Canceled, RunDuplicate:
		return true
	}
	return false
}

// Event is one delivery. The store gives it an ID (UUIDv7) and a number.
type Event struct {
	Flow    string
	At      time.Time     // when it was received, to the millisecond
	Outcome Outcome       // what the door decided; an Accepted one may become a Duplicate
	Key     string        // dedupe key within the flow; "" is none
	KeyFor  time.Duration // how long Key is remembered
	After   time.Time     // set: accepted only if later than the flow's last After, else a Duplicate (schedules)
	OrderBy string        // runs of one flow with equal OrderBy never overlap and keep the order of acceptance
	Name    string        // the event's name where a preset gives one
	Title   string        // for people, in lists
	Reason  string        // why it was filtered or rejected
	Meta    []byte        // opaque to the store: how it came (headers, query, type, …)
	Body    []byte        // raw, as received
	Source  string        // ID of the event that this one repeats (replays); "" for an original
	Parent  Parent        // for a run that another run spawned
	Depth   int           // of nested calls

	ReplayOf string   // the run that its run repeats; "" for none
	Revision int      // that its run is pinned to; 0 is pinned when it begins
	Steps    []Record // checkpoints that its run begins with
}

// Parent is the run, and the place in it, that waits for a spawned run.
// At the end of the spawned run its Result is given to that place as a signal.
type Parent struct {
	Run  string
	Path string // "" when nobody waits
}

// Accept is what became of one event. A Duplicate names the run of the first.
type Accept struct {
	Event   string // ID
	Run     string // ID, empty unless the event has a run
	Outcome Outcome
}

// Gate says which runs of a flow may be claimed.
type Gate struct {
	Flow        string
	Paused      bool // nothing is claimed; events are still accepted
	Concurrency int  // claimed at once, 0 is no limit; parked runs do not count
}

// Runs is the way of an event: accepted, claimed, committed until its run ends.
type Runs interface {
	// Accept makes events durable, all or none, in the order given, and makes one run
	// for each Accepted one. An event whose Key is remembered is recorded as Duplicate.
	// Repeating a call whose outcome is unknown is safe for events that carry a Key.
	Accept(ctx context.Context, events []Event) ([]Accept, error)

	// Reject records deliveries that were refused, in a ring of 200 for each flow, and
	// counts them. It returns at once and may be lost in a crash.
	Reject(events []Event)

	// Claim leases up to max runs that are due to node: in turn over flows, in order
	// within OrderBy, within each flow's gate. It blocks until there is one or ctx is
	// done. Leases end with the process that claimed.
	Claim(ctx context.Context, node string, max int) ([]Work, error)

	// Holds says whether a lease is good: nothing was given back under it, and the run has neither been
	// canceled nor claimed again since. It looks at memory alone.
	Holds(lease Lease) bool

	// Commit writes progress, each Commit all or nothing and under its own lease.
	Commit(ctx context.Context, commits []Commit) []Committed

	// Signal wakes those who wait: see Signal. One error for each.
	Signal(ctx context.Context, signals []Signal) []error

	// Cancel ends runs, whatever they do, as Canceled with this reason. A lease on one is
	// lost. ErrNotFound for a run that is unknown, ErrConflict for one that has ended.
	Cancel(ctx context.Context, runs []string, reason string) []error

	// Orphans gives the runs that have not ended though nobody waits for their Result any more: the
	// run that did has ended, or left the place. Those of this run, of all for "". One that was
	// resumed goes on for itself.
	Orphans(ctx context.Context, run string) ([]string, error)

	// Resume puts a run that Failed back among the due ones, with its checkpoints; the records of
	// the steps at the paths in forget, and those below them, are moved to history first. All of its
	// places may be signaled once more. ErrConflict when it has not failed, was erased, or when this is
	// not its attempt any more: of two that resume the same attempt, one does.
	Resume(ctx context.Context, run string, attempt int, forget []string) error

	// SetGates replaces the gates of these flows. Flows that were never named are paused:
	// nothing is claimed for a flow that the engine does not know. Not durable.
	SetGates(gates []Gate)

	// SetPlaces says how many runs this process advances at once. From then on a flow is
	// given no more of them than it leaves free, and one at least: whatever its runs wait
	// for, those of others find a place. Not durable; 0, as at first, is no such rule.
	SetPlaces(n int)
}

// Run is what lists show of a run.
type Run struct {
	ID         string
	Number     uint64 // rises with acceptance
	Flow       string
	Revision   int // 0 until it has begun
	Event      string
	EventName  string
	Title      string
	Status     Status
	WaitingFor string // delay, signal, retry, quota, connection, call
	At         time.Time
	Started    time.Time
	Ended      time.Time
	Due        time.Time // when a parked run goes on by itself; zero if only a signal wakes it
	Error      RunError
	Reason     string
	ErasedAt   time.Time `json:",omitzero"` // when Erase took out what it held; zero for what was erased before that was kept
	ReplayOf   string
	Attempt    int       // 1, and one more each time that it was resumed
	Resumed    string    // path of the step at which it had failed when it was last resumed
	ResumedAt  time.Time `json:",omitzero"` // when that was
	OrderBy    string
	Parent     Parent
	Depth      int
	Answer     []byte // opaque; what a deferred answer said, stored before it was sent
	Told       []byte // opaque; what lists tell of it besides
}

// RunError says what ended a run. Step is a step path.
type RunError struct {
	Code    string
	Message string
	Step    string
	Status  int
}

// Lease is the right to commit to a run.
type Lease struct {
	Run    string
	Number uint64
	Token  uint64
}

// Work is one claimed run with all that is needed to go on.
type Work struct {
	Lease    Lease
	Run      Run
	Meta     []byte
	Body     []byte
	Frontier []byte            // as last committed
	Steps    []Record          // in order of path; those that were forgotten are left out
	Inbox    map[string][]byte // signals that came for a path and were not taken yet
	Unclean  bool              // a former lease ended with its process: effects without record may have happened
}

// Record is what is kept of one step, opaque to the store, by its path.
type Record struct {
	Path string
	Data []byte
}

// Commit is one step forward of a run, all or nothing.
type Commit struct {
	Lease    Lease
	Revision int      // pins the revision, once
	Steps    []Record // replace those of equal path
	Forget   []string // path prefixes whose records (those of Steps too) go to history and are not claimed again
	Frontier []byte   // nil leaves it
	Keys     []KeyOp
	Take     []string // paths whose inbox was read
	Leave    []string // paths at which no Result is waited for any more: a Signal to them answers ErrUsed
	Signals  []Signal
	Spawn    []Event // each makes an event and a run; their IDs are in Committed.Spawned
	Answer   []byte  // nil leaves it
	Told     []byte  // nil leaves it
	Title    string  // of the run and of its event, where it is known only now; "" leaves it
	Waits    []Wait  // of a run that goes on: places that wait meanwhile, instead of those that did; nil leaves them
	Decision Decision
}

// Decision is what happens to the run next. Exactly one of GoOn, Park and End is set.
type Decision struct {
	GoOn bool // the lease is kept
	Park *Park
	End  *End
}

// Park gives the lease back and waits, at no cost.
type Park struct {
	Status     Status        // Waiting or Unknown
	WaitingFor string        // word for people
	In         time.Duration // due so long after the commit; ignored unless Timed
	Timed      bool
	Waits      []Wait // due at once when one of them has, or gets, a signal
	Error      RunError
	Reason     string
}

// Wait is a place in a run that waits. Name is "" where only a Signal to that Path, or the
// end of a spawned run, can wake it.
type Wait struct {
	Path string
	Name string
}

// End finishes the run.
type End struct {
	Status Status
	Error  RunError
	Reason string
	Result []byte // given to the waiting Parent's inbox
}

// Signal wakes runs. With Run and Path set it is given to that place, now or when it
// comes to wait; a second one, or one for a run that has ended, answers ErrUsed. Otherwise it
// is given to every wait of that Name in any flow, and kept for waits to come for Keep:
// each wait takes it once, the oldest first.
type Signal struct {
	Name  string
	Keep  time.Duration
	Run   string
	Path  string
	Again bool // the place may be given another once this one was taken
	Data  []byte
}

// KeyOp is a change of the key-value part inside a Commit. Its Result is recorded under ID,
// a step path, in the same transaction: an operation whose ID has a result already is not
// done again and gives that result.
type KeyOp struct {
	ID      string
	Kind    KeyKind
	Space   string
	Key     string
	Value   []byte
	By      json.Number   // of KeyAdd
	Expires time.Duration // 0 never
}

// KeyKind is what a KeyOp does.
type KeyKind int

// The kinds of KeyOp.
const (
	KeyGet    KeyKind = iota + 1 // Result is the value, nil if absent
	KeyPut                       // Result is Value
	KeyAdd                       // Result is the Sum of the value and By; Err is set where there is none
	KeyDelete                    // Result is the former value, nil if absent
	KeyOnce                      // Result is "true" the first time, "false" while the key lives
	KeyDedupe                    // remembers Key for the run's flow like Event.Key; Result is "true" when new or this run's own, else the first run's ID
)

// KeyResult is what a KeyOp gave. Err is set where the operation could not be done; the
// rest of the commit stands.
type KeyResult struct {
	ID    string
	Value []byte
	Err   error
}

// Committed is the answer to one Commit. When Err is set nothing of it happened, or, if
// Err is no sentinel, it is unknown whether it did.
type Committed struct {
	Keys    []KeyResult
	Spawned []string          // run IDs
	Inbox   map[string][]byte // of one with Waits: signals that came for a path and were not taken yet
	News    <-chan struct{}   // of one with Waits: closed when more has come, or the lease is lost
	Err     error
}

// Erased is the reason of runs and events that Erase has taken out.
const Erased = "erased"

// Keys is durable key-value in named spaces, outside of runs.
type Keys interface {
	GetKey(ctx context.Context, space, key string) (Entry, error)
	// PutKey writes if the entry's version is as expected (0: must be absent, -1: any).
	PutKey(ctx context.Context, space, key string, value []byte, expected int64, expires time.Duration) (version int64, err error)
	AddKey(ctx context.Context, space, key string, by int64, expires time.Duration) (int64, error)
	DeleteKey(ctx context.Context, space, key string) error
	ListKeys(ctx context.Context, space, prefix, after string, limit int) ([]Entry, error)
}

// NewestFirst makes a key of a time in nanoseconds: keys sort backwards in time.
func NewestFirst(nano int64) string { return fmt.Sprintf("%020d", (int64(1)<<62)-nano) }

// Entry is one key with its value. Expires is zero for one that stays.
type Entry struct {
	Key     string
	Value   []byte
	Version int64
	Expires time.Time
}

// Docs are few, small, and kept in memory by every node that follows them.
type Docs interface {
	// PutDocs writes all or none. Each Doc's Revision is the expected one: 0 for a new one,
	// -1 for any; a nil Value deletes. The answer holds the new revisions.
	PutDocs(ctx context.Context, docs []Doc) ([]int64, error)
	GetDoc(ctx context.Context, kind, id string) (Doc, error)
	ListDocs(ctx context.Context, kind, prefix string) ([]Doc, error)
	// Follow yields every document, then Doc{} once, then changes without gaps until ctx
	// is done. A deleted one has a nil Value.
	Follow(ctx context.Context, kinds ...string) iter.Seq[Doc]
}

// Doc is one document. The revision counts its changes, from 1.
type Doc struct {
	Kind     string
	ID       string
	Revision int64
	Value    []byte
}

// Query narrows a list. Zero members do not narrow.
type Query struct {
	Flow   string
	Status string
	Error  string // code
	From   time.Time
	To     time.Time
	Text   string          // whole values and words in bodies, outputs and errors
	Pick   func(*Run) bool // of runs: takes only those
	After  uint64          // only what has a greater number: nothing below is looked at
	Cursor string
	Limit  int // 1 to 200
}

// History is what happened: in live state and in the archive alike, newest first.
type History interface {
	ListRuns(ctx context.Context, q Query) (runs []Run, next string, err error)
	ListEvents(ctx context.Context, q Query) (events []EventInfo, next string, err error)
	// RunInfo gives what lists show of a run, and its Answer; cheap.
	RunInfo(ctx context.Context, id string) (Run, error)
	// GetRun rebuilds the whole story of a run.
	GetRun(ctx context.Context, id string) (Story, error)
	GetEvent(ctx context.Context, id string) (EventInfo, error)
	// Counts is the ledger: for each flow, what was accepted and where it is now.
	Counts(ctx context.Context) (map[string]Count, error)
	// Live calls f with an empty Change, from which on nothing is missed, and then after each
	// change that is visible, in order, until ctx is done. It drops changes for a slow f and
	// says so with a Change whose Gap is set.
	Live(ctx context.Context, f func(Change)) error
	// Expire deletes what is older than keep says, and dedupe keys, signals and state that
	// have ended. It is called now and then and works in small transactions.
	Expire(ctx context.Context, keep func(flow string) Keep) error
	// Erase takes out what ended runs and their events hold, and events that made none, by
	// their IDs: bodies, envelopes, titles and step records. That they happened stays.
	// Their reason is Erased. ErrConflict when a run has not ended.
	Erase(ctx context.Context, runs []string) error
	// Backup writes a consistent copy of everything to a new folder.
	Backup(ctx context.Context, dir string) error
	// Unread names the files of a flow's history that cannot be read, so that lists lack what
	// they hold; of all flows for "".
	Unread(flow string) []string
	// Health says why the store cannot accept, or nil.
	Health() error
}

// EventInfo is an event as lists show it; GetEvent also fills Meta and Body (nil once they
// were dropped).
type EventInfo struct {
	ID      string
	Number  uint64
	Flow    string
	At      time.Time
	Outcome Outcome
	Name    string
	Title   string
	Reason  string
	Run     string
	Source  string `json:",omitempty"` // ID of the event that it repeats (replays); "" for one that came
	Size    int
	Meta    []byte
	Body    []byte

	ErasedAt time.Time `json:",omitzero"` // when Erase took out what it held; zero for what was erased before that was kept
}

// Story is everything that is kept of one run.
type Story struct {
	Run     Run
	Meta    []byte
	Body    []byte
	Steps   []Record // in order of path, forgotten ones included
	Waits   []Wait
	Leased  bool
	Results map[string][]byte // of key operations, by path
	Inbox   map[string][]byte // signals that came for a path and were not taken yet, of a run that goes on
}

// Count is one flow's part of the ledger: Accepted = Finished + Waiting + Pending.
type Count struct {
	Accepted, Finished, Waiting, Pending     int64
	Replayed                                 int64 // of Accepted: those that repeat another event
	Succeeded, Failed                        int64
	Filtered, Duplicates, Rejected, Captured int64     // events without a run
	LastEvent                                time.Time // that came, and was not rejected
}

// Change is news of a run or an event.
type Change struct {
	Gap   bool
	Run   *Run
	Event *EventInfo
}

// Keep is how long a flow's history stays. Zero means the default.
type Keep struct {
	Bodies, Runs time.Duration
}

// The defaults of Keep.
const (
	KeepBodies = 30 * 24 * time.Hour
	KeepRuns   = 90 * 24 * time.Hour
)
