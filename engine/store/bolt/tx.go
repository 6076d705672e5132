package bolt

import (
	"bytes"
	"errors"
	"fmt"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// tx is a view of one moment, or a change under way. It looks in the tables first, newest
// first, and then in the file.
type tx struct {
	base   *bbolt.Tx // begun when it is needed
	db     *bbolt.DB
	tables []*table
	seq    uint64
	into   *delta                        // where writes go; nil for a view, and for a plain transaction of the file
	err    error                         // why the file could not be read
	idle   [len(liveBuckets) + 1]*cursor // cursors that each has made, for the next time
}

// delta is what ops wrote that become durable together.
type delta struct {
	table   *table
	seq     uint64
	journal []byte
	added   []added
	undo    []sequence
}

// added is a node, with the list to take it out of again.
type added struct {
	list *list
	node *node
}

type sequence struct {
	table  *table
	bucket byte
	before uint64
}

// mark is how far a change has come.
type mark struct{ journal, added, undo int }

func (c *delta) mark() mark { return mark{len(c.journal), len(c.added), len(c.undo)} }

// plain is a transaction of the file alone.
func plain(base *bbolt.Tx) *tx { return &tx{base: base} }

// file gives the transaction of the file.
func (t *tx) file() *bbolt.Tx {
	if t.base == nil && t.err == nil {
		t.base, t.err = t.db.Begin(false)
	}
	return t.base
}

// end lets go of the file.
func (t *tx) end() error {
	if t.base == nil {
		return t.err
	}
	return errors.Join(t.err, t.base.Rollback())
}

// bucket is one part of the keys.
type bucket struct {
	t    *tx
	name string
	id   byte
}

func (t *tx) bucket(name string) bucket {
	if t.tables == nil {
		return bucket{t, name, 0}
	}
	return bucket{t, name, bucketID(name)}
}

// bucketID is the number of a bucket in the journal: its place in liveBuckets, from 1.
func bucketID(name string) byte {
	for i, n := range liveBuckets {
		if n == name {
			return byte(i + 1)
		}
	}
	panic("no bucket " + name) // a mistake in this package
}

func (b bucket) file() *bbolt.Bucket {
	if f := b.t.file(); f != nil {
		return f.Bucket([]byte(b.name))
	}
	return nil
}

// get gives a value; nil where there is none. It must not be changed, and dies with the
// transaction.
func (b bucket) get(key []byte) []byte {
	value, _ := b.find(key)
	return value
}

// find is get; lasting says that the value outlives the transaction.
func (b bucket) find(key []byte) (value []byte, lasting bool) {
	for _, t := range b.t.tables {
		if n := t.lists[b.id].get(key, b.t.seq); n != nil {
			return n.value, true
		}
	}
	if f := b.file(); f != nil {
		return f.Get(key), false
	}
	return nil, false
}

// The kinds of a change in the journal.
const (
	changePut byte = iota + 1
	changeDelete
	changeSequence
)

// put keeps key and value, which must not be changed any more.
func (b bucket) put(key, value []byte) error {
	c := b.t.into
	if c == nil {
		return b.file().Put(key, value)
	}
	c.journal = append(c.journal, changePut, b.id)
	c.journal = appendBytes(appendBytes(c.journal, key), value)
	c.add(b.id, key, value, false)
	return nil
}

func (b bucket) delete(key []byte) error {
	c := b.t.into
	if c == nil {
		return b.file().Delete(key)
	}
	c.journal = append(c.journal, changeDelete, b.id)
	c.journal = appendBytes(appendBytes(c.journal, key), nil)
	c.add(b.id, key, nil, true)
	return nil
}

func (c *delta) add(id byte, key, value []byte, gone bool) {
	l := &c.table.lists[id]
	if n := l.put(key, value, gone, c.seq); n != nil {
		c.added = append(c.added, added{l, n})
	}
	c.table.bytes.Add(int64(len(key) + len(value) + nodeBytes))
}

// sequence gives the last number that was drawn from a bucket.
func (b bucket) sequence() uint64 {
	for _, t := range b.t.tables {
		if n := t.sequences[b.id]; n > 0 {
			return n
		}
	}
	if f := b.file(); f != nil {
		return f.Sequence()
	}
	return 0
}

func (b bucket) setSequence(n uint64) error {
	c := b.t.into
	if c == nil {
		return b.file().SetSequence(n)
	}
	c.journal = append(c.journal, changeSequence, b.id)
	c.journal = appendBytes(appendBytes(c.journal, number(n)), nil)
	c.undo = append(c.undo, sequence{c.table, b.id, c.table.sequences[b.id]})
	c.table.sequences[b.id] = n
	return nil
}

func (b bucket) nextSequence() (uint64, error) {
	n := b.sequence() + 1
	return n, b.setSequence(n)
}

// takeBack undoes what was written since a mark, newest first.
func (c *delta) takeBack(to mark) {
	for i := len(c.added) - 1; i >= to.added; i-- {
		c.added[i].list.remove(c.added[i].node)
	}
	for i := len(c.undo) - 1; i >= to.undo; i-- {
		c.undo[i].table.sequences[c.undo[i].bucket] = c.undo[i].before
	}
	c.journal, c.added, c.undo = c.journal[:to.journal], c.added[:to.added], c.undo[:to.undo]
}

// forEach visits all rows in order.
func (b bucket) forEach(f func(key, value []byte) error) error {
	c := b.cursor()
	for key, value := c.first(); key != nil; key, value = c.next() {
		if err := f(key, value); err != nil {
			return err
		}
	}
	return b.t.err
}

// cursor walks the rows of a bucket in order, tables and file as one.
type cursor struct {
	b      bucket
	seq    uint64
	nodes  []*node // where it stands in each table
	file   *bbolt.Cursor
	fileAt [2][]byte
	key    []byte
	within []byte // rows forward have this prefix; it is not looked past them, where many deleted ones may lie
	back   bool   // the sources stand at or before key, not at or after it

	lasting bool // the value here outlives the transaction
}

func (b bucket) cursor() *cursor {
	c := &cursor{b: b, seq: b.t.seq, nodes: make([]*node, len(b.t.tables))}
	if f := b.file(); f != nil {
		c.file = f.Cursor()
	}
	return c
}

func (c *cursor) list(i int) *list { return &c.b.t.tables[i].lists[c.b.id] }

func (c *cursor) setFile(key, value []byte) { c.fileAt = [2][]byte{key, value} }

func (c *cursor) first() (key, value []byte) { return c.seek(nil) }

// seek goes to the first row at or after a key.
func (c *cursor) seek(key []byte) ([]byte, []byte) {
	for i := range c.nodes {
		c.nodes[i] = c.list(i).from(key, c.seq)
	}
	if c.file != nil && key == nil {
		c.setFile(c.file.First())
	} else if c.file != nil {
		c.setFile(c.file.Seek(key))
	}
	c.back = false
	return c.least()
}

// least gives the smallest row of all sources, the newest of equal ones, past deleted ones.
func (c *cursor) least() ([]byte, []byte) {
	for {
		best := c.fileAt[0]
		for _, n := range c.nodes {
			if n != nil && (best == nil || bytes.Compare(n.key, best) < 0) {
				best = n.key
			}
		}
		if !bytes.HasPrefix(best, c.within) {
			best = nil
		}
		if c.key = best; best == nil {
			return nil, nil
		}
		if value, there := c.here(); there {
			return best, value
		}
		c.forward()
	}
}

// here gives the value of the row that the cursor stands at.
func (c *cursor) here() (value []byte, there bool) {
	for _, n := range c.nodes {
		if n != nil && bytes.Equal(n.key, c.key) {
			c.lasting = true
			return n.value, n.value != nil
		}
	}
	c.lasting = false
	return c.fileAt[1], true
}

// forward moves what stands at key past it.
func (c *cursor) forward() {
	key := c.key
	for i, n := range c.nodes {
		if n != nil && bytes.Equal(n.key, key) {
			c.nodes[i] = n.after(c.seq)
		}
	}
	if c.fileAt[0] != nil && bytes.Equal(c.fileAt[0], key) {
		c.setFile(c.file.Next())
	}
}

func (c *cursor) next() ([]byte, []byte) {
	if c.key == nil {
		return nil, nil
	}
	if c.back {
		return c.seek(append(bytes.Clone(c.key), 0))
	}
	c.forward()
	return c.least()
}

// last goes to the last row.
func (c *cursor) last() ([]byte, []byte) {
	if c.file != nil {
		c.setFile(c.file.Last())
	}
	return c.backFrom(nil)
}

// backFrom puts the tables before a key, and gives the greatest row.
func (c *cursor) backFrom(key []byte) ([]byte, []byte) {
	for i := range c.nodes {
		c.nodes[i] = c.list(i).upTo(key, c.seq)
	}
	c.back = true
	return c.greatest()
}

func (c *cursor) greatest() ([]byte, []byte) {
	for {
		best := c.fileAt[0]
		for _, n := range c.nodes {
			if n != nil && (best == nil || bytes.Compare(n.key, best) > 0) {
				best = n.key
			}
		}
		if c.key = best; best == nil {
			return nil, nil
		}
		if value, there := c.here(); there {
			return best, value
		}
		c.backward()
	}
}

// backward moves what stands at key before it.
func (c *cursor) backward() {
	key := c.key
	for i, n := range c.nodes {
		if n != nil && bytes.Equal(n.key, key) {
			c.nodes[i] = c.list(i).upTo(key, c.seq)
		}
	}
	if c.fileAt[0] != nil && bytes.Equal(c.fileAt[0], key) {
		c.setFile(c.file.Prev())
	}
}

// prev goes to the row before; what is before the first is the end.
func (c *cursor) prev() ([]byte, []byte) {
	if c.key == nil {
		return nil, nil
	}
	if !c.back {
		key := c.key
		if c.file != nil {
			if at, _ := c.file.Seek(key); at == nil {
				c.setFile(c.file.Last())
			} else {
				c.setFile(c.file.Prev())
			}
		}
		return c.backFrom(key)
	}
	c.backward()
	return c.greatest()
}

func put(t *tx, name string, key []byte, v any) error {
	data, err := seal(v)
	if err != nil {
		return err
	}
	return t.bucket(name).put(key, data)
}

func get(t *tx, name string, key []byte, into any) error {
	data, lasting := t.bucket(name).find(key)
	if data == nil && t.err != nil {
		return t.err
	}
	if data == nil {
		return store.ErrNotFound
	}
	plain, err := unframed(data, lasting)
	if err == nil {
		err = read(data[0]&^asIs, plain, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// each visits the keys with a prefix; f gets what follows it, and bytes that die with the
// transaction. f must not walk through the same bucket.
func each(t *tx, name string, prefix []byte, f func(rest string, value []byte) error) error {
	return eachHere(t, name, prefix, func(rest string, c *cursor, value []byte) error { return f(rest, value) })
}

// eachPlain visits the keys with a prefix, with what their frames hold.
func eachPlain(t *tx, name string, prefix []byte, f func(rest string, plain []byte)) error {
	return eachHere(t, name, prefix, func(rest string, c *cursor, value []byte) error {
		plain, err := unframed(value, c.lasting)
		if err == nil {
			f(rest, plain)
		}
		return err
	})
}

func eachHere(t *tx, name string, prefix []byte, f func(rest string, c *cursor, value []byte) error) error {
	b := t.bucket(name)
	c := t.idle[b.id]
	if c == nil || c.b.name != name {
		c = b.cursor()
	}
	t.idle[b.id], c.within = nil, prefix
	for key, value := c.seek(prefix); key != nil; key, value = c.next() {
		if err := f(string(key[len(prefix):]), c, value); err != nil {
			return err
		}
	}
	t.idle[b.id] = c
	return t.err
}
