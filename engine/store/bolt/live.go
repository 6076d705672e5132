package bolt

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// live is what is unfinished: live.db, before it a table in memory of what was written since
// the last checkpoint, and the journal that makes that durable.
//
// An op is applied to the table at once, by who asks for it, one at a time. A goroutine takes
// all that was applied while the disk was busy, writes it to the journal in one record, and
// then tells all of them. Readers see what is durable. When the table is large, another one is
// begun, and the first is written to live.db.
type live struct {
	path      string
	db        *bbolt.DB
	journal   *journal
	log       *slog.Logger
	only      bool        // it is only read
	inventory bool        // the journal has one
	maxSize   int64       // 0 is none
	giveUp    func() bool // the disk is full; true when another try may do
	ledger    *ledger
	docs      func() uint64          // changes of documents that are durable
	before    atomic.Pointer[func()] // called before a checkpoint: what can leave live state, leaves it

	mu      sync.Mutex // held while an op is applied
	seq     uint64     // of the last op
	group   *group     // what was applied and is not yet in the journal
	spare   []byte
	closed  bool
	broken  error
	writing *group // what is being written to the journal; nil when nothing is
	running bool
	durable atomic.Uint64
	kick    chan struct{} // something is in group
	ended   chan struct{} // the journal's writer has ended

	tables sync.RWMutex // guards which tables there are, and what live.db holds of them
	active *table
	sealed *table // being written to live.db; nil when none
	until  uint64 // the last moment of sealed

	checkpoint sync.Mutex
	former     sync.WaitGroup // closes of what live.db was before it was rewritten
	asked      chan struct{}  // a checkpoint is wanted
	quit       chan struct{}
	flushed    chan struct{} // the checkpointer has ended
	touched    atomic.Bool   // something was written since the idle check
	stuck      atomic.Bool   // live.db takes nothing
	moved      bell          // rings when another table was begun, or a checkpoint has ended, well or not
	erased     atomic.Uint64 // the moment of the last erasure that free pages of live.db may hold; 0 is none
}

// group is what becomes durable together.
type group struct {
	delta
	from  uint64 // no op in it is of a moment before
	after []func()
	done  chan struct{}
	err   error
}

const (
	tableLimit  = 16 << 20 // a table of this size is written to live.db
	tableMost   = 2 * tableLimit
	tableFull   = 4 * tableLimit  // nothing is accepted while one is larger
	fullWait    = 3 * time.Second // how long who accepts waits for that
	pendingMost = 32 << 20        // bytes that may wait for the disk
	queueMost   = 8192            // ops that may
	flushPart   = 4 << 20         // bytes of one transaction of a checkpoint
	idleEvery   = 10 * time.Second
)

var secretKey = []byte("secret") // in meta: what the marks of the journal are made with

// In meta: up to which moment live.db holds everything, and how many inventories of the journal
// and changes of documents there were then.
var momentKey, turnKey, docsKey = []byte("moment"), []byte("turn"), []byte("docs")

func openLive(dir string, log *slog.Logger) (*live, error) {
	path := filepath.Join(dir, "live.db")
	if err := removeIfThere(path + ".new"); err != nil {
		return nil, err
	}
	db, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	return newLive(path, db, log), nil
}

func newLive(path string, db *bbolt.DB, log *slog.Logger) *live {
	return &live{
		path: path, db: db, log: log, ledger: newLedger(), giveUp: func() bool { return false }, active: newTable(), spare: newRecord(), inventory: true,
		kick: make(chan struct{}, 1), ended: make(chan struct{}), asked: make(chan struct{}, 1), quit: make(chan struct{}), flushed: make(chan struct{}),
	}
}

// keepSecret makes the secret of the journal, before anything is written to it.
func (f *live) keepSecret() error {
	secret := make([]byte, 8)
	rand.Read(secret)
	err := f.db.Update(func(base *bbolt.Tx) error { return base.Bucket([]byte("meta")).Put(secretKey, secret) })
	f.journal.use(binary.BigEndian.Uint64(secret))
	return err
}

// begin reads the journal and begins writing.
func (f *live) begin() (err error) {
	var secret, turn, docs uint64
	err = f.db.View(func(base *bbolt.Tx) error {
		for key, value := range map[string]*uint64{string(momentKey): &f.seq, string(secretKey): &secret, string(turnKey): &turn, string(docsKey): &docs} {
			if v := base.Bucket([]byte("meta")).Get([]byte(key)); len(v) == 8 {
				*value = binary.BigEndian.Uint64(v)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if f.docs() < docs {
		return fmt.Errorf("gancho.db is older than live.db: %w", errMixed)
	}
	dir := filepath.Dir(f.path)
	listed, err := inventoryOf(dir, f.inventory)
	if err == nil {
		err = listed.holds(dir, f.seq, turn)
	}
	if err == nil {
		f.journal, err = openJournal(dir, secret, f.only, listed)
	}
	if err != nil {
		return err
	}
	f.until = f.seq
	err = f.journal.replay(f.seq, func(moment uint64, changes []byte) error {
		f.seq = moment
		return f.active.replay(moment, changes)
	})
	if err != nil {
		return err
	}
	if f.only {
		f.durable.Store(f.seq)
		return nil
	}
	if f.seq > f.until {
		f.erased.Store(f.seq) // a crash may have come between an erasure and its end
	}
	if secret == 0 && f.journal.unwritten() {
		if err := f.keepSecret(); err != nil {
			return err
		}
	}
	f.durable.Store(f.seq)
	f.group, f.running = f.newGroup(), true
	go f.write()
	go f.checkpoints()
	return nil
}

// replay applies the changes of a journal record.
func (t *table) replay(moment uint64, changes []byte) error {
	c := &cutter{rest: changes}
	for len(c.rest) > 1 && !c.bad {
		kind, id := c.rest[0], c.rest[1]
		c.rest = c.rest[2:]
		key, value := c.bytes(), c.bytes()
		if int(id) >= len(t.lists) || id == 0 {
			return errDamaged
		}
		switch kind {
		case changePut, changeDelete:
			t.lists[id].put(key, value, kind == changeDelete, moment)
			t.bytes.Add(int64(len(key) + len(value) + nodeBytes))
		case changeSequence:
			if len(key) != 8 {
				return errDamaged
			}
			t.sequences[id] = binary.BigEndian.Uint64(key)
		default:
			return fmt.Errorf("%w: a change of kind %d", store.ErrFormat, kind)
		}
	}
	if c.bad || len(c.rest) > 0 {
		return errDamaged
	}
	return nil
}

func newRecord() []byte { return make([]byte, recordHead, 64<<10) }

func (f *live) newGroup() *group {
	record := f.spare
	if f.spare = nil; record == nil {
		record = newRecord()
	}
	return &group{delta: delta{table: f.active, journal: record}, from: f.seq + 1, done: make(chan struct{})}
}

// do applies an op and waits until it is durable. It does not give up when a caller does: an
// op that is applied happens. apply must leave live state fit for others: what goes wrong for
// it alone it keeps to itself; an error undoes it. after runs once it is durable.
func (f *live) do(apply func(t *tx) error, after func()) error {
	g, err := f.send(apply, after)
	if err != nil {
		return err
	}
	<-g.done
	return g.err
}

// each applies ops, in order, and waits until all are durable; they share syncs. What ends one
// undoes no other.
func (f *live) each(n int, apply func(i int, t *tx) error, after func(i int)) []error {
	groups, errs := make([]*group, n), make([]error, n)
	for i := range n {
		groups[i], errs[i] = f.send(func(t *tx) error { return apply(i, t) }, func() { after(i) })
	}
	for i, g := range groups {
		if g != nil {
			<-g.done
			errs[i] = g.err
		}
	}
	return errs
}

// send applies an op, and says with which group it becomes durable; too much at once answers
// store.ErrBusy.
func (f *live) send(apply func(t *tx) error, after func()) (*group, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	g := f.group
	switch {
	case f.closed:
		return nil, store.ErrClosed
	case f.broken != nil:
		return nil, f.broken
	case len(g.journal) > pendingMost || len(g.after) > queueMost:
		return nil, store.ErrBusy
	}
	if err := f.apply(g, apply); err != nil {
		return nil, err
	}
	g.after = append(g.after, after)
	select {
	case f.kick <- struct{}{}:
	default:
	}
	return g, nil
}

// apply lets an op write into a group, or takes back what it wrote.
func (f *live) apply(g *group, apply func(t *tx) error) error {
	from := g.mark()
	g.seq = f.seq + 1
	t := &tx{db: f.db, tables: f.current(), seq: g.seq, into: &g.delta}
	f.ledger.begin()
	if err := errors.Join(apply(t), t.end()); err != nil {
		g.takeBack(from)
		return err
	}
	f.ledger.keep()
	f.seq = g.seq
	return nil
}

// current gives the tables, newest first.
func (f *live) current() []*table {
	f.tables.RLock()
	defer f.tables.RUnlock()
	return f.currentHeld()
}

func (f *live) currentHeld() []*table {
	if f.sealed == nil {
		return []*table{f.active}
	}
	return []*table{f.active, f.sealed}
}

// view reads what is durable now. Its moment comes after that of the file: what a checkpoint brings
// into that meanwhile may be newer than what was durable a moment ago.
func (f *live) view(read func(t *tx) error) (err error) {
	f.tables.RLock()
	t := &tx{db: f.db, tables: f.currentHeld()}
	t.file()
	t.seq = f.durable.Load()
	f.tables.RUnlock()
	defer func() { err = errors.Join(err, t.end()) }()
	if t.err != nil {
		return nil
	}
	return read(t)
}

// write makes groups durable until live is closed.
func (f *live) write() {
	defer close(f.ended)
	for range f.kick {
		runtime.Gosched() // who is about to apply something comes along
		f.commit()
	}
	f.commit()
}

// commit writes what was applied since the last time.
func (f *live) commit() {
	f.mu.Lock()
	g := f.group
	if len(g.after) == 0 {
		f.mu.Unlock()
		return
	}
	counted := func() {}
	err := f.apply(g, func(t *tx) (err error) {
		counted, err = f.ledger.flush(t)
		return err
	})
	moment := f.seq
	f.group, f.writing = f.newGroup(), g
	f.mu.Unlock()
	if f.large() {
		f.ask()
	}
	if err == nil {
		err = f.append(g, moment)
	}
	if err != nil {
		f.fail(g, err)
		return
	}
	f.durable.Store(moment)
	f.touched.Store(true)
	counted()
	for _, after := range g.after {
		if after != nil {
			after()
		}
	}
	close(g.done)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing = nil
	if cap(g.journal) <= 1<<20 {
		f.spare = g.journal[:recordHead]
	}
}

// free says what to do before a checkpoint.
func (f *live) free(before func()) { f.before.Store(&before) }

// ask for a checkpoint.
func (f *live) ask() {
	select {
	case f.asked <- struct{}{}:
	default:
	}
}

// append writes a group to the journal; a full disk is given one more try.
func (f *live) append(g *group, moment uint64) error {
	if f.behind(g) {
		return fmt.Errorf("%w: live.db cannot take what the journal holds", store.ErrFull)
	}
	err := f.judge(f.journal.append(g.journal, moment))
	if errors.Is(err, store.ErrFull) && f.giveUp() {
		err = f.judge(f.journal.append(g.journal, moment))
	}
	return err
}

// large says whether a checkpoint is due.
func (f *live) large() bool { return f.over(tableLimit) }

// over says whether the table is larger than so many bytes.
func (f *live) over(bytes int64) bool {
	f.tables.RLock()
	defer f.tables.RUnlock()
	return f.active.bytes.Load() > bytes
}

// roomy waits until there is room for more events; store.ErrBusy when it takes too long.
func (f *live) roomy(ctx context.Context) error {
	if !f.over(tableFull) {
		return nil
	}
	late := time.NewTimer(fullWait)
	defer late.Stop()
	for {
		moved := f.moved.wait()
		if !f.over(tableFull) {
			return nil
		}
		select {
		case <-moved:
		case <-late.C:
			return store.ErrBusy
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// behind lets a group wait for a checkpoint that is late. It says true when none succeeds. What is
// in the checkpoint itself does not wait: that waits for it.
func (f *live) behind(g *group) bool {
	for {
		moved := f.moved.wait()
		f.tables.RLock()
		late := f.sealed != nil && g.from > f.until && f.active.bytes.Load() > tableMost
		f.tables.RUnlock()
		if !late || f.stuck.Load() {
			return late
		}
		select {
		case <-moved:
		case <-f.flushed:
			return true
		}
	}
}

// fail undoes a group that is not durable, and what was applied after it.
func (f *live) fail(g *group, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	later := f.group
	f.writing = nil
	for _, undone := range []*group{later, g} {
		undone.takeBack(mark{journal: recordHead})
		undone.err = err
	}
	f.ledger.forget()
	for _, undone := range []*group{later, g} { // a checkpoint may wait for either
		close(undone.done)
	}
	f.group = f.newGroup()
}

// judge tells a full disk, after which nothing was written and all goes on, from a failed
// write or sync, after which this process must not write again.
func (f *live) judge(err error) error {
	if err = judged(err); errors.Is(err, store.ErrBroken) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.broken = err
	}
	return err
}

// health says why nothing can be written, or nil.
func (f *live) health() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken == nil && f.closed {
		return store.ErrClosed
	}
	return f.broken
}

// size is what live state takes on disk, or will.
func (f *live) size() int64 {
	f.tables.RLock()
	defer f.tables.RUnlock()
	n := f.active.bytes.Load()
	if f.sealed != nil {
		n += f.sealed.bytes.Load()
	}
	if size, err := fileSize(f.path); err == nil {
		n += size - int64(f.db.Stats().FreeAlloc)
	}
	return n
}

// close makes durable what was applied, writes it to live.db, and closes that.
func (f *live) close() error {
	f.mu.Lock()
	already := f.closed
	f.closed = true
	f.mu.Unlock()
	if already {
		return nil
	}
	if !f.running {
		if f.journal != nil {
			return errors.Join(f.journal.close(), f.db.Close())
		}
		return f.db.Close()
	}
	close(f.quit)
	<-f.flushed
	close(f.kick)
	<-f.ended
	err := f.health()
	if errors.Is(err, store.ErrClosed) {
		if err = f.flushLast(); err == nil {
			f.shrink()
		}
	}
	f.former.Wait()
	return errors.Join(err, f.journal.close(), f.db.Close())
}

// flushLast brings all into live.db, after a backup that still does so, and empties the journal.
func (f *live) flushLast() error {
	f.checkpoint.Lock()
	defer f.checkpoint.Unlock()
	f.db.NoFreelistSync = false
	if err := f.flushHeld(); err != nil {
		return err
	}
	return f.journal.empty(f.until)
}
