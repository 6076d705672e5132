package bolt

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"sync/atomic"
)

// table is what was written since the last checkpoint, by bucket. One goroutine at a time
// writes; readers need no lock: each row keeps its versions, and a reader passes over those
// that are newer than its moment.
type table struct {
	lists     [len(liveBuckets) + 1]list
	sequences [len(liveBuckets) + 1]uint64 // 0 where unchanged
	bytes     atomic.Int64
}

func newTable() *table {
	t := &table{}
	for i := range t.lists {
		t.lists[i].clear()
	}
	return t
}

// list is a skip list in order of key, newest version first.
type list struct {
	head node
	last [mostLevels]*node // the last node of each level: most rows are added at the end
}

const mostLevels = 12

type node struct {
	head  uint64 // of the key: mostly it decides, and the key need not be looked at
	key   []byte
	value []byte // nil where it is deleted
	seq   uint64
	next  []atomic.Pointer[node]
	one   [1]atomic.Pointer[node] // what next is of most
}

// nodeBytes is about what a row takes beside its key and value.
const nodeBytes = 120

func (l *list) clear() {
	l.head.next = make([]atomic.Pointer[node], mostLevels)
	for i := range l.last {
		l.last[i] = &l.head
	}
}

// version is where a version of a key stands in a list.
type version struct {
	head uint64
	key  []byte
	seq  uint64
}

func versionOf(key []byte, seq uint64) *version { return &version{headOf(key), key, seq} }

// headOf gives what a key begins with: heads are in the order of their keys.
func headOf(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var head [8]byte
	copy(head[:], key)
	return binary.BigEndian.Uint64(head[:])
}

// before says whether a node comes before a version.
func (n *node) before(v *version) bool {
	return n.head < v.head || n.head == v.head && n.beforeAlike(v)
}

// beforeAlike is before where the heads are the same.
func (n *node) beforeAlike(v *version) bool {
	c := bytes.Compare(n.key, v.key)
	return c < 0 || c == 0 && n.seq > v.seq
}

// seek gives the first version of a key, or of what comes after it, that is not newer than seq
// where the key is the same. Each link is read once: a newer version may come before what was
// compared.
func (l *list) seek(key []byte, seq uint64) (n *node) {
	v, at := versionOf(key, seq), &l.head
	for level := mostLevels - 1; level >= 0; level-- {
		for n = at.next[level].Load(); n != nil && n.before(v); n = at.next[level].Load() {
			at = n
		}
	}
	return n
}

// path gives for each level the last node before a version of a key.
func (l *list) path(key []byte, seq uint64) (path [mostLevels]*node) {
	v := versionOf(key, seq)
	if tail := l.last[0]; tail == &l.head || tail.before(v) {
		return l.last
	}
	at := &l.head
	for level := mostLevels - 1; level >= 0; level-- {
		for n := at.next[level].Load(); n != nil && n.before(v); n = at.next[level].Load() {
			at = n
		}
		path[level] = at
	}
	return path
}

// put adds a version; a second one of the same moment replaces the first, and nil is
// returned then.
func (l *list) put(key, value []byte, gone bool, seq uint64) *node {
	if gone {
		value = nil
	} else if value == nil {
		value = []byte{}
	}
	path := l.path(key, seq)
	if same := path[0].next[0].Load(); same != nil && same.seq == seq && bytes.Equal(same.key, key) {
		same.value = value
		return nil
	}
	levels := 1
	for levels < mostLevels && rand.Uint32()&3 == 0 { //nolint:gosec // a shape, no secret
		levels++
	}
	n := &node{head: headOf(key), key: key, value: value, seq: seq}
	if n.next = n.one[:]; levels > 1 {
		n.next = make([]atomic.Pointer[node], levels)
	}
	for level := range n.next {
		n.next[level].Store(path[level].next[level].Load())
	}
	for level := range n.next {
		path[level].next[level].Store(n)
		if l.last[level] == path[level] {
			l.last[level] = n
		}
	}
	return n
}

// take out a node that nobody was to see.
func (l *list) remove(n *node) {
	path := l.path(n.key, n.seq)
	for level := range n.next {
		if path[level].next[level].Load() != n {
			continue
		}
		path[level].next[level].Store(n.next[level].Load())
		if l.last[level] == n {
			l.last[level] = path[level]
		}
	}
}

// get gives the version of a key at a moment; nil when the table says nothing of it.
func (l *list) get(key []byte, seq uint64) *node {
	if n := l.seek(key, seq); n != nil && bytes.Equal(n.key, key) {
		return n
	}
	return nil
}

// from gives the first row at or after a key, as it was at a moment.
func (l *list) from(key []byte, seq uint64) *node {
	return visible(l.seek(key, seq), seq)
}

// visible passes over versions that are newer than a moment.
func visible(n *node, seq uint64) *node {
	for n != nil && n.seq > seq {
		n = n.next[0].Load()
	}
	return n
}

// after gives the row after another.
func (n *node) after(seq uint64) *node {
	for m := visible(n.next[0].Load(), seq); m != nil; m = visible(m.next[0].Load(), seq) {
		if !bytes.Equal(m.key, n.key) {
			return m
		}
	}
	return nil
}

// upTo gives the last row before a key, as it was at a moment; the very last for nil.
func (l *list) upTo(key []byte, seq uint64) *node {
	for {
		v, at := versionOf(key, math.MaxUint64), &l.head
		for level := mostLevels - 1; level >= 0; level-- {
			for n := at.next[level].Load(); n != nil && (key == nil || n.before(v)); n = at.next[level].Load() {
				at = n
			}
		}
		if at == &l.head {
			return nil
		}
		if n := l.get(at.key, seq); n != nil {
			return n
		}
		key = at.key
	}
}
