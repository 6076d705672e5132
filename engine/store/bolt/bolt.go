// Package bolt is the embedded store: two bbolt files in one folder, with a journal.
//
//	FORMAT     version of the folder
//	gancho.db  documents
//	live.db    events, runs, steps, signals, keys, dedupe keys, counters
//	journal/   what live.db will hold after the next checkpoint: see live and inventory
//	reserve    disk space for when there is none left
//	archive/   what has ended, in files of a day: see volume
//
// Calls that come together become durable together. What is due is known in memory and rebuilt
// at Open.
//
// Layout of live.db (numbers are 8 bytes, big endian; every value is sealed by frame):
//
//	events   number                       envelope and body
//	runs     number                       run, its lease-free state and waits
//	steps    number 0 path | number 1 path    records; 1: forgotten, kept for the story
//	results  number path                  results of key operations
//	inbox    number path                  signals given and not taken
//	given    number path                  places of a run that were signaled by URL
//	waits    name 0 number path           who waits for a name
//	signals  name 0 number                kept signals
//	keys     space 0 key                  key-value
//	dedupe   flow 0 hash                  first event and end
//	after    flow                         last Event.After
//	counters flow                         the ledger
//	ended    number                       when (8 bytes, ms) and flow of what waits to be archived
//	volumes  number                       what each pair of archive files holds
package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Options of a store. The zero value is usable.
type Options struct {
	Log     *slog.Logger
	MaxSize int64 // of live.db, in bytes; beyond it the disk counts as full. 0 is none
}

// Store is the embedded store. It is the only process on its folder.
type Store struct {
	log     *slog.Logger
	dir     string
	live    *live
	docs    *file
	sched   *scheduler
	counts  *ledger
	archive *archive
	reserve *reserve
	started bool
	clean   bool   // the process before this one ended in good order
	boot    uint64 // number of this start: the high part of lease tokens
	leases  atomic.Uint64
	next    uint64 // number of the next event; touched by ops of live alone

	changes atomic.Uint64 // of documents, that are durable
	follow  followers
	watch   watchers
	rejects *rejects
	swept   map[string][]byte // by bucket: where the next sweep begins; nil at its start
	cancel  context.CancelFunc
	loops   sync.WaitGroup
}

// liveBuckets are numbered in the journal by their place: more are added at the end.
var liveBuckets = [...]string{"meta", "events", "runs", "steps", "results", "inbox", "given", "waits", "signals", "keys", "dedupe", "after", "counters", "ended", "volumes"}

// oldLive are the buckets that every live.db has, also one from before there was an archive.
var oldLive = liveBuckets[:len(liveBuckets)-2]

var docBuckets = []string{"docs", "meta"}

// hasBuckets holds a file to the buckets that it was made with: a damaged count in its first
// page hides some.
func hasBuckets(tx *bbolt.Tx, names []string) error {
	for _, name := range names {
		if tx.Bucket([]byte(name)) == nil {
			return fmt.Errorf("%s lacks %s: %w", filepath.Base(tx.DB().Path()), name, errDamaged)
		}
	}
	return nil
}

// Open opens the folder, or makes it. It answers store.ErrLocked while another process has
// it, and store.ErrFormat for a folder of a newer version.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	fresh, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{log: o.Log, dir: dir, swept: map[string][]byte{}}
	s.archive, s.reserve = newArchive(s), newReserve(dir)
	if fresh {
		err = errors.Join(create(filepath.Join(dir, "gancho.db"), docBuckets), create(filepath.Join(dir, "live.db"), liveBuckets[:]))
	}
	if err != nil {
		return nil, err
	}
	if s.docs, err = openFile(filepath.Join(dir, "gancho.db"), docBuckets); err != nil {
		return nil, err
	}
	if s.live, err = openLive(dir, o.Log); err != nil {
		return nil, errors.Join(err, s.docs.db.Close())
	}
	if err := errors.Join(renewFormat(dir), dropUnfinished(dir)); err != nil { // bbolt has locked both files: the folder is ours
		return nil, errors.Join(err, s.live.db.Close(), s.docs.db.Close())
	}
	s.counts, s.live.maxSize, s.live.docs = s.live.ledger, o.MaxSize, s.changes.Load
	s.live.giveUp, s.docs.giveUp = s.reserve.giveUp, s.reserve.giveUp
	s.rejects = newRejects(dir, o.Log)
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.started = true
	return s, nil
}

// replaceFile puts a file in the place of another, whole or not at all. With synced it is on
// disk when it returns; without, a loss of power may leave a damaged one.
func replaceFile(path string, data []byte, synced bool) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err == nil && synced {
		err = syncNew(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	if synced {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return &syncError{err}
		}
	}
	return nil
}

// dropUnfinished removes what kills have left of files that had no name yet.
func dropUnfinished(dir string) error {
	left, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, entry := range left {
		if strings.HasPrefix(entry.Name(), ".new-") || strings.HasSuffix(entry.Name(), segmentExt+".new") {
			err = errors.Join(err, removeIfThere(filepath.Join(dir, entry.Name())))
		}
	}
	return err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// makeFolder makes a folder that is there after a power loss too.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// file is one bbolt file with its writer.
type file struct {
	path string
	db   *bbolt.DB
	ops  chan *op
	gone chan struct{} // closed when the writer has ended

	giveUp func() bool // the disk is full; true when another try may do

	mu     sync.RWMutex
	closed bool
	broken error
}

// op is one part of a transaction. apply may run twice, the first time in vain; it must leave the transaction fit for others: what goes
// wrong for it alone it keeps to itself. after runs once the whole transaction is durable.
type op struct {
	apply func(t *tx) error
	after func()
	done  chan error
}

const (
	queue       = 8192
	openTimeout = time.Second
)

func openFile(path string, buckets []string) (*file, error) {
	db, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	if err := guard(func() error { return db.View(func(tx *bbolt.Tx) error { return hasBuckets(tx, buckets) }) }); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &file{path: path, db: db, ops: make(chan *op, queue), gone: make(chan struct{})}, nil
}

// openLocked opens a file for writing, which no other process can meanwhile.
func openLocked(path string) (db *bbolt.DB, err error) {
	err = guard(func() error {
		read, err := openToRead(path) // bbolt walks the pages as soon as it opens a file for writing
		if err != nil {
			return err
		}
		if err := errors.Join(soundTree(read), read.Close()); err != nil {
			return err
		}
		db, err = open(path)
		return err
	})
	if errors.Is(err, berrors.ErrTimeout) || errors.Is(err, store.ErrLocked) {
		return nil, fmt.Errorf("the data folder %s is %w", filepath.Dir(path), store.ErrLocked)
	}
	if errors.Is(err, berrors.ErrInvalid) || errors.Is(err, berrors.ErrChecksum) || errors.Is(err, berrors.ErrVersionMismatch) {
		return nil, fmt.Errorf("%s is damaged: %w. %s", path, err, restoreIt)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return db, nil
}

func open(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: openTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapped})
	if err == nil {
		db.AllocSize = growBy
	}
	return db, err
}

// growBy is how much a file grows beyond its need.
const growBy = 1 << 20

// create makes a file with its buckets under another name and renames it, so that a power cut
// never leaves half a file.
func create(path string, buckets []string) error {
	return createWith(path, buckets, &bbolt.Options{Timeout: openTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
}

func createWith(path string, buckets []string, o *bbolt.Options) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	fresh := path + ".new"
	if err := removeIfThere(fresh); err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	db, err := bbolt.Open(fresh, 0o600, o)
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// write drains the queue until it is closed.
func (f *file) write() {
	defer close(f.gone)
	for first := range f.ops {
		batch := []*op{first}
		for len(batch) < 1024 && len(f.ops) > 0 {
			batch = append(batch, <-f.ops)
		}
		err := f.transact(batch)
		if errors.Is(err, store.ErrFull) && f.giveUp() {
			err = f.transact(batch)
		}
		if alone := err == nil || len(batch) == 1 || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrBroken); alone {
			finish(batch, err)
			continue
		}
		// One of them cannot be done, because of a damaged record perhaps: the others can.
		for i := range batch {
			one := batch[i : i+1]
			finish(one, f.transact(one))
		}
	}
}

// transact applies all ops in one transaction, or none.
func (f *file) transact(batch []*op) error {
	err := judged(f.db.Update(func(base *bbolt.Tx) error {
		t := plain(base)
		for _, o := range batch {
			if err := o.apply(t); err != nil {
				return err
			}
		}
		return nil
	}))
	if errors.Is(err, store.ErrBroken) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.broken = err
	}
	return err
}

func finish(batch []*op, err error) {
	for _, o := range batch {
		if err == nil && o.after != nil {
			o.after()
		}
		o.done <- err
	}
}

// judged tells a full disk, after which nothing was written and all goes on, from a failed
// write or sync, after which this process must not write again.
func judged(err error) error {
	switch {
	case err == nil, errors.Is(err, store.ErrFull), errors.Is(err, store.ErrBroken):
		return err
	case unsynced(err), errors.Is(err, syscall.EIO), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", store.ErrBroken, err)
	case full(err), errors.Is(err, berrors.ErrMaxSizeReached):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return err
}

func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// unsynced says whether it was a sync that failed: what is on disk is not known then, even where
// there was no room. Every other call says what it was; of bbolt's, fdatasync gives a bare number,
// and the sync of a file that grows comes as words alone.
func unsynced(err error) bool {
	var sync *syncError
	var call *fs.PathError
	var rename *os.LinkError
	switch {
	case errors.As(err, &sync), strings.HasPrefix(err.Error(), "file sync error"):
		return true
	case errors.As(err, &call):
		return call.Op == "sync"
	}
	return full(err) && !errors.As(err, &rename)
}

// syncNew syncs a file that nothing counts on yet: one for which there is no room takes nothing
// with it.
func syncNew(f *os.File) error {
	err := f.Sync()
	if full(err) {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return err
}

// copyTo writes a consistent copy.
func (f *file) copyTo(path string) error {
	return f.db.View(func(base *bbolt.Tx) error { return base.CopyFile(path, 0o600) })
}

// view reads what is durable now.
func (f *file) view(read func(t *tx) error) error {
	return f.db.View(func(base *bbolt.Tx) error { return read(plain(base)) })
}

// send queues an op; a full queue answers store.ErrBusy at once.
func (f *file) send(o *op) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return store.ErrClosed
	}
	if f.broken != nil {
		return f.broken
	}
	select {
	case f.ops <- o:
		return nil
	default:
		return store.ErrBusy
	}
}

// do queues an op and waits until it is durable. It does not give up when a caller does: an
// op that is queued happens.
func (f *file) do(apply func(t *tx) error, after func()) error {
	o := &op{apply: apply, after: after, done: make(chan error, 1)}
	if err := f.send(o); err != nil {
		return err
	}
	return <-o.done
}

func (f *file) close() error {
	f.mu.Lock()
	already := f.closed
	f.closed = true
	f.mu.Unlock()
	if already {
		return nil
	}
	close(f.ops)
	<-f.gone
	f.db.NoFreelistSync = false
	return f.db.Close()
}

// health says why nothing can be written, or nil.
func (f *file) health() error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.broken == nil && f.closed {
		return store.ErrClosed
	}
	return f.broken
}

// Health says why the store cannot accept, or nil.
func (s *Store) Health() error {
	for _, f := range []interface{ health() error }{s.live, s.docs} {
		if err := f.health(); err != nil {
			return err
		}
	}
	return s.reserve.err()
}

// Close ends the writers after what is queued, and closes the files.
func (s *Store) Close() error {
	if s.cancel != nil {
		s.cancel()
	}
	if s.sched != nil {
		s.sched.close()
	}
	s.loops.Wait()
	var unmarked error
	if s.started {
		unmarked = s.markClean()
	}
	if errors.Is(unmarked, store.ErrClosed) {
		unmarked = nil
	}
	err := s.live.close()
	return errors.Join(unmarked, err, s.docs.close(), s.archive.close())
}

var _ store.Store = (*Store)(nil)
