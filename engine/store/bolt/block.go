package bolt

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/klauspost/compress/s2"
)

// kept is one event that is over, with all that came of it, on its way between live state
// and the archive.
type kept struct {
	event   savedEvent
	run     *savedRun // nil for an event without one
	steps   []pair    // keys begin with 0, or 1 where they were forgotten
	results []pair
	inbox   []pair
	given   []pair
}

// pair is a row below a run: what follows the number in its key, and its plain value.
type pair struct {
	key   string
	value []byte
}

// entry is one event in a block of rows, cut but not decoded.
type entry struct {
	number uint64
	at     time.Time
	event  []byte
	run    []byte // nil for an event without one
	below  []byte // steps, results, inbox, given
}

// encodeRows appends a block of one flow's events without their bodies: the flow, then each
// entry. Numbers are uvarints; bytes are preceded by their length and one, 0 being nil. An
// event and a run begin with their version; where they begin as JSON does they are of an
// earlier format.
func encodeRows(out []byte, flow string, all []kept) []byte {
	out = appendBytes(out, []byte(flow))
	var below []byte
	for i := range all {
		k := &all[i]
		e := k.event
		e.Meta, e.Body = nil, nil
		event := e.sealed()
		event = event[:len(event)-4]
		event[0] = asEventFields
		var run []byte
		if k.run != nil {
			run = k.run.appendTo([]byte{asRunFields})
		}
		below = below[:0]
		for _, list := range [][]pair{k.steps, k.results, k.inbox, k.given} {
			below = appendPairs(below, list)
		}
		out = binary.AppendUvarint(out, e.Number)
		out = binary.AppendVarint(out, e.At.UnixMilli())
		for _, part := range [][]byte{event, run, below} {
			out = appendBytes(out, part)
		}
	}
	return out
}

// encodeBodies appends the envelopes and bodies of the events of a block.
func encodeBodies(out []byte, all []kept) []byte {
	for i := range all {
		out = binary.AppendUvarint(out, all[i].event.Number)
		out = appendBytes(out, all[i].event.Meta)
		out = appendBytes(out, all[i].event.Body)
	}
	return out
}

func appendBytes(out, b []byte) []byte {
	if b == nil {
		return append(out, 0)
	}
	return append(binary.AppendUvarint(out, uint64(len(b))+1), b...)
}

func appendPairs(out []byte, list []pair) []byte {
	out = binary.AppendUvarint(out, uint64(len(list)))
	for _, p := range list {
		out = appendBytes(appendBytes(out, []byte(p.key)), p.value)
	}
	return out
}

// cutter reads what append wrote; after a fault it gives zeros and says so.
type cutter struct {
	rest []byte
	bad  bool
}

func (c *cutter) uint() uint64 {
	v, n := binary.Uvarint(c.rest)
	return c.took(v, n)
}

func (c *cutter) int() int64 {
	v, n := binary.Varint(c.rest)
	c.took(0, n)
	return v
}

func (c *cutter) took(v uint64, n int) uint64 {
	if n <= 0 {
		c.rest, c.bad = nil, true
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

func (c *cutter) bytes() []byte {
	n := c.uint()
	if n == 0 {
		return nil
	}
	if n--; n > uint64(len(c.rest)) {
		c.rest, c.bad = nil, true
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

func (c *cutter) pairs() []pair {
	var list []pair
	for n := c.uint(); n > 0 && !c.bad; n-- {
		list = append(list, pair{string(c.bytes()), c.bytes()})
	}
	return list
}

// block is a block of rows, cut into entries.
type block struct {
	flow    string
	entries map[uint64]*entry
}

func decodeRows(plain []byte) (*block, error) {
	c := &cutter{rest: plain}
	b := &block{flow: string(c.bytes()), entries: map[uint64]*entry{}}
	for len(c.rest) > 0 && !c.bad {
		e := &entry{number: c.uint(), at: time.UnixMilli(c.int()), event: c.bytes(), run: c.bytes(), below: c.bytes()}
		b.entries[e.number] = e
	}
	if c.bad {
		return nil, errDamaged
	}
	return b, nil
}

// decodeBodies gives the envelope and body of one event of a block.
func decodeBodies(plain []byte, n uint64) (meta, body []byte, err error) {
	c := &cutter{rest: plain}
	for len(c.rest) > 0 {
		number := c.uint()
		meta, body = c.bytes(), c.bytes()
		if number == n && !c.bad {
			return meta, body, nil
		}
	}
	return nil, nil, errDamaged
}

// rowOf gives a frame of an event or run of a block, as live state keeps it.
func rowOf(part []byte) []byte {
	if part[0] == '{' {
		return frame(part)
	}
	return frameAs(part[0], part[1:])
}

// readRow gives the meaning of an event or run of a block.
func readRow(part []byte, into any) error {
	if len(part) > 0 && part[0] != '{' {
		return read(part[0], part[1:], into)
	}
	return read(asBytes, part, into)
}

// decode gives the whole of an entry but its envelope and body.
func (e *entry) decode() (*kept, error) {
	k := &kept{}
	if err := readRow(e.event, &k.event); err != nil {
		return nil, err
	}
	if e.run != nil {
		k.run = &savedRun{}
		if err := readRow(e.run, k.run); err != nil {
			return nil, err
		}
	}
	c := &cutter{rest: e.below}
	k.steps, k.results, k.inbox, k.given = c.pairs(), c.pairs(), c.pairs(), c.pairs()
	if c.bad {
		return nil, errDamaged
	}
	return k, nil
}

// packer makes blocks of events of one flow, in room that it uses again.
type packer struct {
	plain, small []byte
	words        words
}

func (p *packer) pack(flow string, all []kept) packed {
	b := packed{flow: flow, all: all, words: p.words.filterFor(all)}
	p.plain = encodeRows(p.plain[:0], flow, all)
	b.rows = p.sealed()
	p.plain = encodeBodies(p.plain[:0], all)
	b.bodies = p.sealed()
	return b
}

// sealed makes a frame of what is plain.
func (p *packer) sealed() []byte {
	most := s2.MaxEncodedLen(len(p.plain))
	if p.small = p.small[:0]; cap(p.small) < 1+most+4 {
		p.small = make([]byte, 0, 1+most+4)
	}
	n := 1 + len(s2.Encode(p.small[1:1+most], p.plain))
	p.small = p.small[:n]
	p.small[0] = asBytes
	return bytes.Clone(binary.BigEndian.AppendUint32(p.small, sumOf(asBytes, p.plain)))
}
