package bolt

import (
	"errors"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// checkpoints writes tables to live.db when they are large, and when nothing else happens.
func (f *live) checkpoints() {
	defer close(f.flushed)
	idle := time.NewTicker(idleEvery)
	defer idle.Stop()
	f.attempt(func() error { return f.judge(f.journal.ready()) })
	for {
		select {
		case <-f.asked:
			if f.large() {
				if before := f.before.Load(); before != nil {
					(*before)()
				}
				f.attempt(f.flush)
			}
		case <-idle.C:
			if !f.touched.Swap(false) {
				f.attempt(f.rest)
				f.shrink()
			} else if f.erased.Load() > 0 && f.small() {
				f.attempt(f.purge)
				f.shrink()
			}
		case <-f.quit:
			return
		}
	}
}

// attempt repeats until it is done, the disk fails or live is closed. A full disk may have
// room again.
func (f *live) attempt(do func() error) {
	for {
		err := do()
		f.mind(err)
		if err == nil || errors.Is(err, store.ErrBroken) {
			return
		}
		f.log.Error("write a checkpoint", "error", err)
		if errors.Is(err, store.ErrFull) && f.giveUp() {
			continue
		}
		select {
		case <-time.After(time.Second):
		case <-f.quit:
			return
		}
	}
}

// mind what became of a checkpoint: who waits for it must know that it may never end.
func (f *live) mind(err error) {
	f.stuck.Store(err != nil)
	f.moved.ring()
}

// rest gives back the space of the journal while nothing is written.
func (f *live) rest() error {
	if f.journal.unused() {
		return nil
	}
	if err := f.flush(); err != nil {
		return err
	}
	return f.judge(f.clear())
}

// purge brings what was erased out of the journal while something is written all the time: it
// is gone when this was called twice, and something came between.
func (f *live) purge() error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.judge(f.journal.outwear(f.erased.Load()))
}

// clear begins the journal anew, unless something came meanwhile, or is being written.
func (f *live) clear() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.touched.Load() || f.writing != nil || len(f.group.after) > 0 || f.active.bytes.Load() > 0 {
		return nil
	}
	if err := f.journal.empty(f.until); err != nil {
		return err
	}
	return f.journal.ready()
}

// flush brings what is durable into live.db. Afterwards the segments that held it are free.
func (f *live) flush() error {
	f.checkpoint.Lock()
	defer f.checkpoint.Unlock()
	return f.flushHeld()
}

// flushHeld is flush for who holds checkpoint. A table that an earlier one could not write goes
// first.
func (f *live) flushHeld() error {
	if f.sealed != nil {
		if err := f.flushTable(); err != nil {
			return err
		}
	}
	return f.flushTable()
}

func (f *live) flushTable() error {
	sealed, moment := f.seal()
	if sealed == nil {
		return nil
	}
	if err := f.judge(f.bring(sealed, moment)); err != nil {
		f.mind(err)
		return err
	}
	f.tables.Lock()
	f.sealed = nil
	f.tables.Unlock()
	f.mind(nil)
	return f.judge(f.journal.release(moment))
}

// seal begins another table, and waits until the former is durable. One that an earlier
// checkpoint could not write is given once more.
func (f *live) seal() (*table, uint64) {
	f.mu.Lock()
	if f.sealed == nil && f.active.bytes.Load() > 0 {
		f.tables.Lock()
		f.sealed, f.active, f.until = f.active, newTable(), f.seq
		f.tables.Unlock()
		f.group.table = f.active
		f.moved.ring()
	}
	sealed, moment, last := f.sealed, f.until, f.writing
	if len(f.group.after) > 0 {
		last = f.group
	}
	f.mu.Unlock()
	if sealed != nil && last != nil {
		<-last.done
	}
	return sealed, moment
}

// bring writes a table into live.db, in transactions of bounded size. Until the last one a
// crash finds all of it in the journal still.
func (f *live) bring(t *table, moment uint64) error {
	w := &bringing{f: f}
	for id, name := range liveBuckets {
		w.bucket = name
		for n := t.lists[id+1].from(nil, moment); n != nil; n = n.after(moment) {
			if err := w.row(n); err != nil {
				return errors.Join(err, w.abandon())
			}
		}
	}
	if err := w.begin(); err != nil {
		return err
	}
	for id, name := range liveBuckets {
		if n := t.sequences[id+1]; n > 0 {
			if err := w.tx.Bucket([]byte(name)).SetSequence(n); err != nil {
				return errors.Join(err, w.abandon())
			}
		}
	}
	if err := f.mark(w.tx.Bucket([]byte("meta")), moment); err != nil {
		return errors.Join(err, w.abandon())
	}
	return w.commit()
}

// mark notes what live.db holds, and what there was beside it then.
func (f *live) mark(meta *bbolt.Bucket, moment uint64) error {
	return errors.Join(meta.Put(momentKey, number(moment)), meta.Put(turnKey, number(f.journal.turn())), meta.Put(docsKey, number(f.docs())))
}

// bringing is a table on its way into live.db.
type bringing struct {
	f      *live
	tx     *bbolt.Tx
	bucket string
	bytes  int
	rooms  [][]byte // for what is written; each transaction begins with the first again
	next   int      // of rooms
	left   []byte   // of the one before it
}

const shrinkRoom = 256 << 10

func (w *bringing) begin() (err error) {
	if w.tx == nil {
		w.bytes = 0
		w.tx, err = w.f.db.Begin(true)
	}
	return err
}

func (w *bringing) row(n *node) error {
	if err := w.begin(); err != nil {
		return err
	}
	b := w.tx.Bucket([]byte(w.bucket))
	if rising[w.bucket] {
		b.FillPercent = 0.95
	}
	if n.value == nil {
		return b.Delete(n.key)
	}
	if len(w.left) < shrinkRoom/8 {
		w.left = w.room()
	}
	var value []byte
	value, w.left = shrink(n.value, w.left)
	if w.bytes += len(n.key) + len(value); w.bytes > flushPart {
		if err := b.Put(n.key, value); err != nil {
			return err
		}
		return w.commit()
	}
	return b.Put(n.key, value)
}

func (w *bringing) room() []byte {
	if w.next == len(w.rooms) {
		w.rooms = append(w.rooms, make([]byte, shrinkRoom))
	}
	w.next++
	return w.rooms[w.next-1]
}

// rising are the buckets whose keys only rise.
var rising = map[string]bool{"events": true, "runs": true, "steps": true, "results": true}

func (w *bringing) commit() error {
	tx := w.tx
	w.tx, w.next, w.left = nil, 0, nil
	return tx.Commit()
}

func (w *bringing) abandon() error {
	if w.tx == nil {
		return nil
	}
	return w.tx.Rollback()
}

// copyTo writes a copy of all that was durable when it was called.
func (f *live) copyTo(path string) error {
	if f.only {
		return f.copyRead(path)
	}
	base, err := f.flushAndBegin()
	if err != nil {
		return err
	}
	return errors.Join(base.CopyFile(path, 0o600), base.Rollback())
}

// flushAndBegin reads live.db as it is when a flush is done. It is whole only between
// checkpoints: another one may have written a part of its table.
func (f *live) flushAndBegin() (*bbolt.Tx, error) {
	f.checkpoint.Lock()
	defer f.checkpoint.Unlock()
	if err := f.flushHeld(); err != nil {
		return nil, err
	}
	return f.db.Begin(false)
}

// copyRead writes a copy where nothing else may be written: what the journal holds is brought
// into the copy.
func (f *live) copyRead(path string) error {
	if err := f.db.View(func(base *bbolt.Tx) error { return base.CopyFile(path, 0o600) }); err != nil {
		return err
	}
	db, err := open(path)
	if err != nil {
		return err
	}
	to := newLive(path, db, f.log)
	to.journal, to.docs = f.journal, f.docs
	err = to.bring(f.active, f.seq)
	return errors.Join(err, db.Close())
}
