package bolt

import (
	"encoding/binary"
	"sync"
	"time"

	"gancho/engine/store"
)

// fields writes a record as members, each preceded by its tag: number and kind. Empty ones are
// left out, and unknown ones passed over. A tag is never used for anything else.
//
//	tag      number << 1, and 1 for bytes preceded by their length; else a varint follows
//	an ID    bytes: 0 and a UUID, or 1 and a text
//	a time   varint of Unix nanoseconds
type fields []byte

// rooms are where members are written before it is known how much room they take.
var rooms = sync.Pool{New: func() any { return new(fields) }}

func (f *fields) int(tag byte, n int64) {
	if n != 0 {
		*f = binary.AppendVarint(append(*f, tag<<1), n)
	}
}

func (f *fields) time(tag byte, t time.Time) {
	if !t.IsZero() {
		f.int(tag, t.UnixNano())
	}
}

func (f *fields) text(tag byte, s string) {
	if s != "" {
		*f = binary.AppendUvarint(append(*f, tag<<1|1), uint64(len(s)))
		*f = append(*f, s...)
	}
}

func (f *fields) bytes(tag byte, b []byte) {
	if b != nil {
		*f = binary.AppendUvarint(append(*f, tag<<1|1), uint64(len(b)))
		*f = append(*f, b...)
	}
}

func (f *fields) id(tag byte, id string) {
	if id == "" {
		return
	}
	raw, ok := parseUUID(id)
	if !ok {
		*f = binary.AppendUvarint(append(*f, tag<<1|1), uint64(len(id))+1)
		*f = append(append(*f, 1), id...)
		return
	}
	*f = append(*f, tag<<1|1, 17, 0)
	*f = append(*f, raw[:]...)
}

// parseUUID gives the bytes of an ID that uuid gives back to the letter.
func parseUUID(id string) (b [16]byte, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return b, false
	}
	at := 0
	for i := 0; i < len(id); i += 2 {
		if id[i] == '-' {
			i++
		}
		high, low := nibbles[id[i]], nibbles[id[i+1]]
		if high > 15 || low > 15 {
			return b, false
		}
		b[at], at = high<<4|low, at+1
	}
	return b, true
}

// nibbles are the values of hexadecimal digits; 16 for what is none.
var nibbles = func() (values [256]byte) {
	for c := range values {
		values[c] = 16
	}
	for value, c := range "0123456789abcdef" {
		values[c] = byte(value)
	}
	return values
}()

// member is one that was read.
type member struct {
	tag byte
	n   int64
	s   string
}

func (m member) time() time.Time { return time.Unix(0, m.n).UTC() }

// bytes gives nil for nothing, as JSON did.
func (m member) bytes() []byte { return []byte(m.s) }

func (m member) id() string {
	if len(m.s) != 17 || m.s[0] != 0 {
		return m.s[min(1, len(m.s)):]
	}
	return uuid([16]byte([]byte(m.s[1:])))
}

// readFields gives the members of a record.
func readFields(plain []byte, f func(m member)) error {
	rest := string(plain) // one copy, that all texts are part of
	for at := 0; at < len(rest); {
		m := member{tag: rest[at] >> 1}
		long := rest[at]&1 == 1
		at++
		if !long {
			n, size := binary.Varint(plain[at:])
			if size <= 0 {
				return errDamaged
			}
			m.n, at = n, at+size
			f(m)
			continue
		}
		n, size := binary.Uvarint(plain[at:])
		if size <= 0 || n > uint64(len(rest)-at-size) {
			return errDamaged
		}
		at += size
		m.s, at = rest[at:at+int(n)], at+int(n)
		f(m)
	}
	return nil
}

// The members of a run.
const (
	runID byte = iota + 1
	runNumber
	runFlow
	runRevision
	runEvent
	runEventName
	runTitle
	runStatus
	runWaitingFor
	runAt
	runStarted
	runEnded
	runDue
	runErrorCode
	runErrorMessage
	runErrorStep
	runErrorStatus
	runReason
	runReplayOf
	runAttempt
	runResumed
	runOrderBy
	runParent
	runParentPath
	runDepth
	runAnswer
	runFrontier
	runWait     // for each wait: its path
	runWaitName // and its name
	runTold
	runErasedAt
	runResumedAt
)

// sealed writes a run.
func (r *savedRun) sealed() []byte {
	plain := rooms.Get().(*fields)
	defer rooms.Put(plain)
	*plain = r.appendTo((*plain)[:0])
	return frameAs(asRunFields, *plain)
}

// appendTo appends the members of a run.
func (r *savedRun) appendTo(out []byte) []byte {
	f := fields(out)
	f.id(runID, r.ID)
	f.int(runNumber, int64(r.Number)) //nolint:gosec // 40 bits
	f.text(runFlow, r.Flow)
	f.int(runRevision, int64(r.Revision))
	f.id(runEvent, r.Event)
	f.text(runEventName, r.EventName)
	f.text(runTitle, r.Title)
	f.text(runStatus, string(r.Status))
	f.text(runWaitingFor, r.WaitingFor)
	f.time(runAt, r.At)
	f.time(runStarted, r.Started)
	f.time(runEnded, r.Ended)
	f.time(runDue, r.Due)
	f.text(runErrorCode, r.Error.Code)
	f.text(runErrorMessage, r.Error.Message)
	f.text(runErrorStep, r.Error.Step)
	f.int(runErrorStatus, int64(r.Error.Status))
	f.text(runReason, r.Reason)
	f.id(runReplayOf, r.ReplayOf)
	f.int(runAttempt, int64(r.Attempt))
	f.text(runResumed, r.Resumed)
	f.time(runResumedAt, r.ResumedAt)
	f.text(runOrderBy, r.OrderBy)
	f.id(runParent, r.Parent.Run)
	f.text(runParentPath, r.Parent.Path)
	f.int(runDepth, int64(r.Depth))
	f.bytes(runAnswer, r.Answer)
	f.bytes(runFrontier, r.Frontier)
	f.bytes(runTold, r.Told)
	f.time(runErasedAt, r.ErasedAt)
	for _, w := range r.Waits {
		f.bytes(runWait, []byte(w.Path))
		f.text(runWaitName, w.Name)
	}
	return f
}

func (r *savedRun) read(plain []byte) error {
	return readFields(plain, func(m member) {
		switch m.tag {
		case runID:
			r.ID = m.id()
		case runNumber:
			r.Number = uint64(m.n) //nolint:gosec // as it was written
		case runFlow:
			r.Flow = m.s
		case runRevision:
			r.Revision = int(m.n)
		case runEvent:
			r.Event = m.id()
		case runEventName:
			r.EventName = m.s
		case runTitle:
			r.Title = m.s
		case runStatus:
			r.Status = store.Status(m.s)
		case runWaitingFor:
			r.WaitingFor = m.s
		case runAt:
			r.At = m.time()
		case runStarted:
			r.Started = m.time()
		case runEnded:
			r.Ended = m.time()
		case runDue:
			r.Due = m.time()
		default:
			r.readMore(m)
		}
	})
}

func (r *savedRun) readMore(m member) {
	switch m.tag {
	case runErrorCode:
		r.Error.Code = m.s
	case runErrorMessage:
		r.Error.Message = m.s
	case runErrorStep:
		r.Error.Step = m.s
	case runErrorStatus:
		r.Error.Status = int(m.n)
	case runReason:
		r.Reason = m.s
	case runReplayOf:
		r.ReplayOf = m.id()
	case runAttempt:
		r.Attempt = int(m.n)
	case runResumed:
		r.Resumed = m.s
	case runOrderBy:
		r.OrderBy = m.s
	case runParent:
		r.Parent.Run = m.id()
	case runParentPath:
		r.Parent.Path = m.s
	case runDepth:
		r.Depth = int(m.n)
	case runAnswer:
		r.Answer = m.bytes()
	case runTold:
		r.Told = m.bytes()
	case runErasedAt:
		r.ErasedAt = m.time()
	case runResumedAt:
		r.ResumedAt = m.time()
	case runFrontier:
		r.Frontier = m.bytes()
	case runWait:
		r.Waits = append(r.Waits, store.Wait{Path: m.s})
	case runWaitName:
		if n := len(r.Waits); n > 0 {
			r.Waits[n-1].Name = m.s
		}
	}
}

// The members of an event.
const (
	eventID byte = iota + 1
	eventNumber
	eventFlow
	eventAt
	eventOutcome
	eventName
	eventTitle
	eventReason
	eventRun
	eventSize
	eventKey
	eventOrderBy
	eventSource
	eventParent
	eventParentPath
	eventFirst
	eventErasedAt
)

// sealed writes an event: its members, its envelope and its body.
func (e *savedEvent) sealed() []byte {
	f := rooms.Get().(*fields)
	defer rooms.Put(f)
	*f = (*f)[:0]
	f.id(eventID, e.ID)
	f.int(eventNumber, int64(e.Number)) //nolint:gosec // 40 bits
	f.text(eventFlow, e.Flow)
	f.time(eventAt, e.At)
	f.text(eventOutcome, string(e.Outcome))
	f.text(eventName, e.Name)
	f.text(eventTitle, e.Title)
	f.text(eventReason, e.Reason)
	f.id(eventRun, e.Run)
	f.int(eventSize, int64(e.Size))
	f.text(eventKey, e.Key)
	f.text(eventOrderBy, e.OrderBy)
	f.id(eventSource, e.Source)
	f.id(eventParent, e.Parent.Run)
	f.text(eventParentPath, e.Parent.Path)
	f.int(eventFirst, int64(e.First)) //nolint:gosec // 40 bits
	f.time(eventErasedAt, e.ErasedAt)
	out := newFrame(asEventFields, len(*f)+len(e.Meta)+len(e.Body)+3*binary.MaxVarintLen64)
	for _, part := range [][]byte{*f, e.Meta, e.Body} {
		out = appendBytes(out, part)
	}
	return endFrame(out)
}

func (e *savedEvent) read(plain []byte) error {
	c := &cutter{rest: plain}
	head, meta, body := c.bytes(), c.bytes(), c.bytes()
	if c.bad || len(c.rest) > 0 {
		return errDamaged
	}
	e.Meta, e.Body = meta, body
	return readFields(head, func(m member) {
		switch m.tag {
		case eventID:
			e.ID = m.id()
		case eventNumber:
			e.Number = uint64(m.n) //nolint:gosec // as it was written
		case eventFlow:
			e.Flow = m.s
		case eventAt:
			e.At = m.time()
		case eventOutcome:
			e.Outcome = store.Outcome(m.s)
		case eventName:
			e.Name = m.s
		case eventTitle:
			e.Title = m.s
		case eventReason:
			e.Reason = m.s
		case eventRun:
			e.Run = m.id()
		case eventSize:
			e.Size = int(m.n)
		case eventKey:
			e.Key = m.s
		case eventOrderBy:
			e.OrderBy = m.s
		case eventSource:
			e.Source = m.id()
		case eventParent:
			e.Parent.Run = m.id()
		case eventParentPath:
			e.Parent.Path = m.s
		case eventFirst:
			e.First = uint64(m.n) //nolint:gosec // as it was written
		case eventErasedAt:
			e.ErasedAt = m.time()
		}
	})
}
