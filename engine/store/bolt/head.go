package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"

	bbolt "go.etcd.io/bbolt"
)

// A bbolt file has two heads, and is read by the newer one that is whole. A head is written at
// once, so that no crash leaves half of one: when one is damaged, the other may be that of an
// older state, in which something is missing.
const (
	headAt   = 16 // in its page
	headRoot = 16 // in the head: page of the root bucket
	headEnd  = 40 // how many pages there are
	headTime = 48 // number of the transaction
	headSum  = 56 // where its sum is, an FNV-64a of what comes before
)

// soundHeads holds an open file to two whole heads.
func soundHeads(db *bbolt.DB) error {
	f, err := os.Open(db.Path())
	if err != nil {
		return err
	}
	for i := range int64(2) {
		head := make([]byte, headSum+8)
		if _, e := f.ReadAt(head, i*int64(db.Info().PageSize)+headAt); e != nil {
			err = errors.Join(err, e)
			continue
		}
		sum := fnv.New64a()
		_, _ = sum.Write(head[:headSum]) //nolint:errcheck // a hash takes everything
		if sum.Sum64() != binary.NativeEndian.Uint64(head[headSum:]) {
			err = fmt.Errorf("one of its heads is damaged: %w", errDamaged)
		}
	}
	return errors.Join(err, f.Close())
}

// soundTree walks a file from page to page. bbolt believes what a page says of itself: one that
// claims a billion more pages, or leads back to itself, would keep it busy for ever.
func soundTree(db *bbolt.DB) error {
	f, err := os.Open(db.Path())
	if err != nil {
		return err
	}
	t := &treeWalk{f: f, page: make([]byte, db.Info().PageSize)}
	ahead, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ahead)
		readAhead(f, done)
	}()
	err = t.walk()
	close(done)
	<-ahead
	return errors.Join(err, f.Close())
}

// readAhead brings a file into memory from its beginning to its end, until done.
func readAhead(f *os.File, done <-chan struct{}) {
	const part = 1 << 20 // no system takes much more at once
	info, err := f.Stat()
	for at := int64(0); err == nil && at < info.Size(); at += part {
		select {
		case <-done:
			return
		default:
			err = soon(f, at, part)
		}
	}
}

type treeWalk struct {
	f     *os.File
	page  []byte
	owned []bool // by page
	todo  []uint64
}

func (t *treeWalk) at(id uint64) int64 { return int64(id) * int64(len(t.page)) } //nolint:gosec // within the file

func (t *treeWalk) walk() error {
	if err := t.begin(); err != nil {
		return err
	}
	for len(t.todo) > 0 {
		id := t.todo[len(t.todo)-1]
		t.todo = t.todo[:len(t.todo)-1]
		if err := t.visit(id); err != nil {
			return err
		}
	}
	return nil
}

// begin reads the newer head.
func (t *treeWalk) begin() error {
	var root, end, newest uint64
	for id := range uint64(2) {
		head := make([]byte, headSum)
		if _, err := t.f.ReadAt(head, t.at(id)+headAt); err != nil {
			return err
		}
		if moment := binary.NativeEndian.Uint64(head[headTime:]); moment >= newest {
			root, end, newest = binary.NativeEndian.Uint64(head[headRoot:]), binary.NativeEndian.Uint64(head[headEnd:]), moment
		}
	}
	info, err := t.f.Stat()
	if err != nil {
		return err
	}
	if end < 2 || end > uint64(info.Size())/uint64(len(t.page)) { //nolint:gosec // a size
		return fmt.Errorf("it is cut off: %w", errDamaged)
	}
	t.owned, t.todo = make([]bool, end), []uint64{root}
	t.owned[0], t.owned[1] = true, true
	return nil
}

// visit takes a page, which nothing else may have led to, and notes where it leads.
func (t *treeWalk) visit(id uint64) error {
	if id >= uint64(len(t.owned)) {
		return fmt.Errorf("page %d is past the end: %w", id, errDamaged)
	}
	if _, err := t.f.ReadAt(t.page, t.at(id)); err != nil {
		return err
	}
	kind, count, more := binary.NativeEndian.Uint16(t.page[8:]), int(binary.NativeEndian.Uint16(t.page[10:])), uint64(binary.NativeEndian.Uint32(t.page[12:]))
	if more >= uint64(len(t.owned))-id {
		return fmt.Errorf("page %d claims %d more: %w", id, more, errDamaged)
	}
	for i := id; i <= id+more; i++ {
		if t.owned[i] {
			return fmt.Errorf("page %d belongs to two: %w", i, errDamaged)
		}
		t.owned[i] = true
	}
	for i := range min(count, len(t.page)/16-1) {
		if err := t.element(id, kind, 16+16*i); err != nil {
			return err
		}
	}
	return nil
}

// element notes the page that an element of a page leads to: a branch's, or a bucket's root.
func (t *treeWalk) element(id uint64, kind uint16, at int) error {
	const branch, leaf, bucket = 1, 2, 1
	e := t.page[at:]
	switch {
	case kind == branch:
		t.todo = append(t.todo, binary.NativeEndian.Uint64(e[8:]))
	case kind == leaf && binary.NativeEndian.Uint32(e)&bucket != 0:
		root := make([]byte, 8)
		value := int64(at) + int64(binary.NativeEndian.Uint32(e[4:])) + int64(binary.NativeEndian.Uint32(e[8:]))
		if _, err := t.f.ReadAt(root, t.at(id)+value); err != nil {
			return fmt.Errorf("page %d: %w", id, errors.Join(err, errDamaged))
		}
		if r := binary.NativeEndian.Uint64(root); r != 0 { // a small bucket stands in the element itself
			t.todo = append(t.todo, r)
		}
	}
	return nil
}
