package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

const (
	volumeLimit    = 256 << 20 // a file of this size is sealed
	volumePageSize = 16384
)

// volume is one pair of archive files, of rows and of bodies, of one day. It is written until
// it is large or the day is over, and only read from then on.
//
//	index   number         block (4 bytes), 1 if it has a run, CRC32C of the flow (4 bytes); rows only
//	blocks  block          frame
//	words   block          Bloom filter of the words of rows and bodies; rows only
type volume struct {
	dir  string
	seq  uint64
	note volumeNote

	deleted bool // its files are gone

	faults sync.Mutex
	faulty []string // files that a reader could not read

	mu     sync.Mutex // guards what follows
	rows   *bbolt.DB
	bodies *bbolt.DB
	write  bool
	bad    error
}

// volumeNote is what live.db keeps of a volume, so that what a damaged file held is known.
type volumeNote struct {
	Day      string
	First    uint64
	Last     uint64
	Flows    map[string]time.Time // when the newest event of each was received
	NoBodies bool                 `json:",omitempty"`
	Bare     map[string]time.Time `json:",omitempty"` // flows whose bodies are gone, up to the event of then
	Stale    bool                 `json:",omitempty"` // its files may still hold bytes of what was erased
}

const (
	rowsExt   = ".rows.db"
	bodiesExt = ".bodies.db"
)

func (v *volume) path(ext string) string {
	return filepath.Join(v.dir, fmt.Sprintf("%s-%06d%s", v.note.Day, v.seq, ext))
}

// openRows gives the rows, opened on first use.
func (v *volume) openRows() (*bbolt.DB, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.rows != nil || v.bad != nil {
		return v.rows, v.bad
	}
	db, err := openSealed(v.path(rowsExt))
	if err != nil {
		v.bad = v.damaged(rowsExt, err)
		return nil, v.bad
	}
	v.rows = db
	return db, nil
}

func (v *volume) openBodies() (*bbolt.DB, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.bodies != nil {
		return v.bodies, nil
	}
	db, err := openSealed(v.path(bodiesExt))
	if err != nil {
		return nil, v.damaged(bodiesExt, err)
	}
	v.bodies = db
	return db, nil
}

// openSealed opens a file to read. A file that is shorter than its own account of itself is
// refused here, for reading past its end would end the process.
func openSealed(path string) (db *bbolt.DB, err error) {
	err = guard(func() error {
		db, err = openToRead(path)
		if err != nil {
			return err
		}
		return whole(db)
	})
	if err != nil && db != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, err
}

// whole says whether a file is as long as it should be.
func whole(db *bbolt.DB) error {
	info, err := os.Stat(db.Path())
	if err != nil {
		return err
	}
	return db.View(func(tx *bbolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("it is cut off at %d of %d bytes", info.Size(), tx.Size())
		}
		return nil
	})
}

// guard turns what a damaged page leads to into an error.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return f()
}

// openToWrite makes the files, or goes on with them.
func (v *volume) openToWrite() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.write {
		return nil
	}
	if err := v.closeFiles(); err != nil {
		return err
	}
	for _, f := range []struct {
		db  **bbolt.DB
		ext string
	}{{&v.rows, rowsExt}, {&v.bodies, bodiesExt}} {
		db, err := openArchive(v.path(f.ext))
		if err != nil {
			return err
		}
		*f.db = db
	}
	v.write, v.bad = true, nil
	return nil
}

func openArchive(path string) (db *bbolt.DB, err error) {
	o := &bbolt.Options{Timeout: openTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, PageSize: volumePageSize}
	if _, err := os.Stat(path); err == nil { // one that is cut off must not be written to
		sealed, err := openSealed(path)
		if err != nil {
			return nil, err
		}
		if err := sealed.Close(); err != nil {
			return nil, err
		}
	}
	if err := createWith(path, []string{"index", "blocks", "words"}, o); err != nil {
		return nil, err
	}
	err = guard(func() error {
		db, err = bbolt.Open(path, 0o600, o)
		return err
	})
	return db, err
}

// full says whether the volume has to be sealed.
func (v *volume) full() bool {
	for _, ext := range []string{rowsExt, bodiesExt} {
		if n, err := fileSize(v.path(ext)); err == nil && n >= volumeLimit {
			return true
		}
	}
	return false
}

// packed is a block on its way into a volume.
type packed struct {
	flow         string
	all          []kept
	rows, bodies []byte
	words        []byte
}

// add makes blocks durable in a volume that is open for writing: bodies first, so that no row is without its body.
func (v *volume) add(blocks []packed) error {
	first, err := v.nextBlock()
	if err != nil {
		return err
	}
	err = v.bodies.Update(func(tx *bbolt.Tx) error {
		return putBlocks(tx, first, blocks, func(b *packed) []byte { return b.bodies })
	})
	if err != nil {
		return fmt.Errorf("archive bodies: %w", err)
	}
	err = v.rows.Update(func(tx *bbolt.Tx) error {
		if err := putBlocks(tx, first, blocks, func(b *packed) []byte { return b.rows }); err != nil {
			return err
		}
		if err := putWords(tx, first, blocks); err != nil {
			return err
		}
		return putIndex(tx, first, blocks)
	})
	if err != nil {
		return fmt.Errorf("archive rows: %w", err)
	}
	return nil
}

// nextBlock gives the number of the next block.
func (v *volume) nextBlock() (first uint32, err error) {
	err = v.rows.View(func(tx *bbolt.Tx) error {
		if key, _ := tx.Bucket([]byte("blocks")).Cursor().Last(); key != nil {
			first = binary.BigEndian.Uint32(key) + 1
		}
		return nil
	})
	return first, err
}

func putBlocks(tx *bbolt.Tx, first uint32, blocks []packed, part func(*packed) []byte) error {
	b := tx.Bucket([]byte("blocks"))
	b.FillPercent = 0.95
	for i := range blocks {
		if err := b.Put(binary.BigEndian.AppendUint32(nil, first+uint32(i)), part(&blocks[i])); err != nil {
			return err
		}
	}
	return nil
}

// putWords adds the filters, in a file that may be from before there were any.
func putWords(tx *bbolt.Tx, first uint32, blocks []packed) error {
	b, err := tx.CreateBucketIfNotExists([]byte("words"))
	if err != nil {
		return err
	}
	b.FillPercent = 0.95
	for i := range blocks {
		if err := b.Put(binary.BigEndian.AppendUint32(nil, first+uint32(i)), blocks[i].words); err != nil {
			return err
		}
	}
	return nil
}

func putIndex(tx *bbolt.Tx, first uint32, blocks []packed) error {
	b := tx.Bucket([]byte("index"))
	b.FillPercent = 0.95
	for i := range blocks {
		for _, k := range blocks[i].all {
			if err := b.Put(number(k.event.Number), indexValue(first+uint32(i), k.run != nil, blocks[i].flow)); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexValue says of an event which block it is in, whether it has a run, and of which flow it is.
func indexValue(block uint32, run bool, flow string) []byte {
	has := byte(0)
	if run {
		has = 1
	}
	return binary.BigEndian.AppendUint32(append(binary.BigEndian.AppendUint32(nil, block), has), flowSum(flow))
}

func flowSum(flow string) uint32 { return crc32.Checksum([]byte(flow), castagnoli) }

// viewer reads a file. Who reads already must go on in the same transaction: bbolt lets no other
// begin while its writer, which needs more of the file in memory, waits for those that are there.
type viewer func(func(*bbolt.Tx) error) error

// readBlock gives the plain bytes of a block; store.ErrNotFound where there is none.
func readBlock(view viewer, at uint32) (plain []byte, err error) {
	err = guard(func() error {
		return view(func(tx *bbolt.Tx) error {
			data := tx.Bucket([]byte("blocks")).Get(binary.BigEndian.AppendUint32(nil, at))
			if data == nil {
				return store.ErrNotFound
			}
			plain, err = unframe(data)
			return err
		})
	})
	return plain, err
}

// replace writes a block once more.
func (v *volume) replace(at uint32, block *packed) error {
	if err := v.reopen(v.note.NoBodies); err != nil {
		return err
	}
	one := []packed{*block}
	if v.bodies != nil {
		err := v.bodies.Update(func(tx *bbolt.Tx) error {
			return putBlocks(tx, at, one, func(b *packed) []byte { return b.bodies })
		})
		if err != nil {
			return err
		}
	}
	return v.rows.Update(func(tx *bbolt.Tx) error {
		return errors.Join(putBlocks(tx, at, one, func(b *packed) []byte { return b.rows }), putWords(tx, at, one))
	})
}

// reopen opens the files for writing, the rows alone where the bodies are gone.
func (v *volume) reopen(rowsOnly bool) error {
	if !rowsOnly {
		return v.openToWrite()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	err := v.closeFiles()
	if err == nil {
		v.rows, err = openArchive(v.path(rowsExt))
	}
	return err
}

func (v *volume) close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.closeFiles()
}

func (v *volume) closeFiles() error {
	var err error
	for _, db := range []**bbolt.DB{&v.rows, &v.bodies} {
		if *db != nil {
			err = errors.Join(err, (*db).Close())
			*db = nil
		}
	}
	v.write = false
	return err
}

// closeBodies lets go of the bodies before their file is deleted.
func (v *volume) closeBodies() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.bodies == nil {
		return nil
	}
	db := v.bodies
	v.bodies = nil
	return db.Close()
}
