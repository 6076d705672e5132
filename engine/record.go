package engine

import (
	"fmt"
	"time"

	"gancho/engine/form"
	"gancho/engine/store"
)

// The statuses of a step.
const (
	stepRunning   = "running"
	stepWaiting   = "waiting"
	stepSucceeded = "succeeded"
	stepFailed    = "failed"
	stepSkipped   = "skipped"
	stepFiltered  = "filtered"
	stepUnknown   = "unknown"
)

// record is what the store keeps of one step: enough to go on after a crash and to tell what
// happened. Its JSON is a saved format: members are added, never changed.
type record struct {
	Path     string         `json:"path"`
	Action   string         `json:"action,omitempty"`
	Status   string         `json:"status"`
	Started  time.Time      `json:"started,omitzero"`
	Ended    time.Time      `json:"ended,omitzero"`
	Input    map[string]any `json:"input,omitempty"`
	Request  any            `json:"request,omitempty"`
	Output   any            `json:"output,omitempty"`
	Error    *stepError     `json:"error,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Attempts []attempt      `json:"attempts,omitempty"`
	Lines    []string       `json:"lines,omitempty"`
	Marked   bool           `json:"marked,omitempty"`   // at_most_once: an attempt may be under way
	Due      time.Time      `json:"due,omitzero"`       // when a parked step goes on by itself
	For      string         `json:"for,omitempty"`      // what it waits for
	Left     bool           `json:"left,omitempty"`     // it waits, and the block around it has failed
	Signal   string         `json:"signal,omitempty"`   // awaited name
	Text     string         `json:"text,omitempty"`     // of an approval page
	By       string         `json:"by,omitempty"`       // who answered it, where that is known
	Key      string         `json:"key,omitempty"`      // dedupe key that this run has taken
	Once     string         `json:"once,omitempty"`     // the flow's own, taken after its where
	Child    string         `json:"child,omitempty"`    // spawned run
	Quota    int            `json:"quota,omitempty"`    // attempts that do not count
	Promised bool           `json:"promised,omitempty"` // Due is a place in a limit that all flows share
	Answered int            `json:"answered,omitempty"` // attempts whose answer was a success but not what was asked for
	Chosen   []int          `json:"chosen,omitempty"`   // branches taken
	Mocked   bool           `json:"mocked,omitempty"`
	Reopened int            `json:"reopened,omitempty"` // attempt of the run at which it failed, or began anew since
	Doubtful bool           `json:"may_have_happened_twice,omitempty"`
	DoneBy   string         `json:"done_by,omitempty"` // of a replay: the former run that did it
	History  int            `json:"history,omitempty"` // of a turn: bytes of the records below it, once they are history

	lacks    *stepError // of a trial: what a run would stop for here
	together []func(*store.Commit)
	flight   *flight // its attempt that is under way
}

// with adds what becomes durable together with the record, when it is saved next, and not without it.
func (r *record) with(add func(c *store.Commit)) { r.together = append(r.together, add) }

type stepError struct {
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Status  int         `json:"status,omitempty"`
	Step    string      `json:"step,omitempty"`
	Hint    *form.Words `json:"hint,omitempty"`
}

type attempt struct {
	At       time.Time  `json:"at"`
	Ms       int64      `json:"duration_ms"`
	Error    *stepError `json:"error,omitempty"`
	Request  any        `json:"request,omitempty"`
	Response any        `json:"response,omitempty"`

	sent func() any // shows the request that is under way
}

func (r *record) finished() bool {
	switch r.Status {
	case stepSucceeded, stepFailed, stepSkipped, stepFiltered:
		return true
	}
	return false
}

func errorOf(f *Fault) *stepError {
	e := &stepError{Code: f.Code, Message: form.Cut(hideTokens(f.Error()), 2000), Status: f.Status}
	if !f.Hint.IsZero() {
		e.Hint = &f.Hint
	}
	return e
}

// value is what expressions see of a failure.
func (e *stepError) value() map[string]any {
	return map[string]any{"code": e.Code, "message": e.Message, "status": e.Status}
}

func (e *stepError) fault() *Fault {
	return &Fault{Code: e.Code, Message: e.Message, Status: e.Status, Permanent: true}
}

// mostUncounted of the attempts that do not count are told: a step may wait for its turn for weeks.
const mostUncounted = 20

// uncounted notes that the last attempt does not count. Of many that ended alike the newest takes
// the place of the one before it.
func (r *record) uncounted() {
	r.Quota++
	n := len(r.Attempts)
	if r.Quota <= mostUncounted || n < 3 {
		return
	}
	last, former := r.Attempts[n-1].Error, r.Attempts[n-2].Error
	if last != nil && former != nil && last.Code == former.Code && last.Status == former.Status {
		r.Attempts = append(r.Attempts[:n-2], r.Attempts[n-1])
		r.Quota--
	}
}

// yields are the fields whose value a step gives on as its output. It is kept once.
var yields = map[string]string{"set": "values", "transform": "value"}

// inputOf is what a step was given.
func inputOf(r *record) map[string]any {
	if field, ok := yields[r.Action]; ok && r.Input == nil && r.Status == stepSucceeded {
		return map[string]any{field: r.Output}
	}
	return r.Input
}

func readRecord(path string, data []byte) (*record, error) {
	r := new(record)
	if err := decodeExact(data, r); err != nil {
		return nil, fmt.Errorf("record of step %s: %w", path, err)
	}
	if r.Output != nil {
		r.Output = exact(r.Output)
	}
	return r, nil
}

func (r *record) bytes() ([]byte, error) {
	j := newObject(512)
	j.text("path", r.Path)
	j.textIf("action", r.Action)
	j.text("status", r.Status)
	j.timeIf("started", r.Started)
	j.timeIf("ended", r.Ended)
	if len(r.Input) > 0 {
		j.value("input", r.Input)
	}
	j.valueIf("request", r.Request)
	j.valueIf("output", r.Output)
	if r.Error != nil {
		j.value("error", r.Error)
	}
	j.textIf("reason", r.Reason)
	j.list("attempts", len(r.Attempts), func(i int) { r.Attempts[i].members(j) })
	if len(r.Lines) > 0 {
		j.value("lines", r.Lines)
	}
	j.boolIf("marked", r.Marked)
	j.timeIf("due", r.Due)
	j.textIf("for", r.For)
	j.boolIf("left", r.Left)
	j.textIf("signal", r.Signal)
	j.textIf("text", r.Text)
	j.textIf("by", r.By)
	j.textIf("key", r.Key)
	j.textIf("once", r.Once)
	j.textIf("child", r.Child)
	j.intIf("quota", int64(r.Quota))
	j.boolIf("promised", r.Promised)
	j.intIf("answered", int64(r.Answered))
	if len(r.Chosen) > 0 {
		j.value("chosen", r.Chosen)
	}
	j.boolIf("mocked", r.Mocked)
	j.intIf("reopened", int64(r.Reopened))
	j.boolIf("may_have_happened_twice", r.Doubtful)
	j.textIf("done_by", r.DoneBy)
	j.intIf("history", int64(r.History))
	data, err := j.end()
	if err != nil {
		return nil, fmt.Errorf("record of step %s: %w", r.Path, err)
	}
	return data, nil
}

func (a *attempt) members(j *object) {
	j.time("at", a.At)
	j.int("duration_ms", a.Ms)
	if a.Error != nil {
		j.value("error", a.Error)
	}
	j.valueIf("request", a.Request)
	j.valueIf("response", a.Response)
}
