package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// archive is what has ended, in volumes. Readers begin with a transaction of live.db and
// then look here, so that what moves meanwhile is seen at least once; seen twice, live
// counts, and then the newer volume.
type archive struct {
	s    *Store
	dir  string
	only bool          // nothing is written
	news chan struct{} // something has ended

	mu      sync.RWMutex // held for reading as long as volumes are read
	volumes []*volume    // oldest first
	keep    map[string]store.Keep
	erasing []string // runs

	cached sync.Mutex
	blocks map[blockKey]*block
	bodies map[blockKey][]byte

	unread  unread
	files   sync.RWMutex // held for reading while blocks are moved, and alone by whoever deletes files or needs all as they are
	passing sync.Mutex   // held while blocks are moved, after files
}

type blockKey struct {
	v  *volume
	at uint32
}

const mostCached = 16 // blocks

func newArchive(s *Store) *archive {
	return &archive{s: s, dir: filepath.Join(s.dir, "archive"), news: make(chan struct{}, 1), blocks: map[blockKey]*block{}, bodies: map[blockKey][]byte{}}
}

// load reads which volumes there are, and drops what a crash left of a rewrite. No volume is
// opened before somebody asks for it.
func (a *archive) load(tx *tx) error {
	return tx.bucket("volumes").forEach(func(key, value []byte) error {
		v := &volume{dir: a.dir, seq: binary.BigEndian.Uint64(key)}
		if err := unseal(value, &v.note); err != nil {
			return fmt.Errorf("volumes: %w", err)
		}
		a.volumes = append(a.volumes, v)
		if a.only {
			return nil
		}
		return v.dropCopies()
	})
}

func (a *archive) tell() {
	select {
	case a.news <- struct{}{}:
	default:
	}
}

// archived is one event found in the archive.
type archived struct {
	v     *volume
	block uint32
	flow  string
	*entry
}

// find gives the newest copy of an event; store.ErrNotFound when there is none. When a
// volume that may hold it cannot be read, the error says so.
func (a *archive) find(n uint64) (*archived, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	missing := store.ErrNotFound
	for _, v := range slices.Backward(a.volumes) {
		if n < v.note.First || n > v.note.Last {
			continue
		}
		found, err := a.findIn(v, n)
		switch {
		case err == nil && a.over(found.flow, found.at, false):
			return nil, store.ErrNotFound
		case err == nil:
			return found, nil
		case !errors.Is(err, store.ErrNotFound):
			missing = err
		}
	}
	return nil, missing
}

func (a *archive) findIn(v *volume, n uint64) (*archived, error) {
	db, err := v.openRows()
	if err != nil {
		return nil, err
	}
	var at uint32
	err = guard(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			value := tx.Bucket([]byte("index")).Get(number(n))
			if len(value) < 4 {
				return store.ErrNotFound
			}
			at = binary.BigEndian.Uint32(value)
			return nil
		})
	})
	if err != nil {
		return nil, v.unread(rowsExt, err)
	}
	return a.entry(v, at, n, db.View)
}

func (v *volume) unread(ext string, err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, berrors.ErrDatabaseNotOpen) { // it is not the file that is wrong
		return err
	}
	return v.damaged(ext, err)
}

// entry gives one event of a block.
func (a *archive) entry(v *volume, at uint32, n uint64, view viewer) (*archived, error) {
	b, err := a.block(v, at, view)
	if err != nil {
		return nil, v.unread(rowsExt, err)
	}
	e := b.entries[n]
	if e == nil {
		return nil, v.damaged(rowsExt, "a block lacks an event")
	}
	return &archived{v, at, b.flow, e}, nil
}

func (a *archive) block(v *volume, at uint32, view viewer) (*block, error) {
	key := blockKey{v, at}
	a.cached.Lock()
	b := a.blocks[key]
	a.cached.Unlock()
	if b != nil {
		return b, nil
	}
	plain, err := readBlock(view, at)
	if err != nil {
		return nil, err
	}
	if b, err = decodeRows(plain); err != nil {
		return nil, err
	}
	a.cached.Lock()
	defer a.cached.Unlock()
	for old := range a.blocks {
		if len(a.blocks) < mostCached {
			break
		}
		delete(a.blocks, old)
	}
	a.blocks[key] = b
	return b, nil
}

// over says whether what is this old is hidden: its rows, or only its body.
func (a *archive) over(flow string, at time.Time, body bool) bool {
	k, ok := a.keep[flow]
	if !ok {
		return false
	}
	if body {
		return a.s.now().Sub(at) > k.Bodies
	}
	return a.s.now().Sub(at) > k.Runs
}

// read gives the whole of an archived event, with its body where that is still kept.
func (a *archive) read(f *archived) (*kept, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.readHeld(f)
}

func (a *archive) readHeld(f *archived) (*kept, error) {
	if !a.over(f.flow, f.entry.at, true) {
		return a.whole(f)
	}
	k, err := f.decode()
	if err != nil {
		return nil, f.v.damaged(rowsExt, err)
	}
	return k, nil
}

// whole is the event without regard to what is over.
func (a *archive) whole(f *archived) (*kept, error) {
	k, err := f.decode()
	if err != nil {
		return nil, f.v.damaged(rowsExt, err)
	}
	if f.v.note.NoBodies {
		return k, nil
	}
	plain, err := a.bodiesOf(f.v, f.block)
	if _, bare := f.v.note.Bare[f.flow]; bare && errors.Is(err, store.ErrNotFound) {
		return k, nil
	}
	if err == nil {
		k.event.Meta, k.event.Body, err = decodeBodies(plain, f.number)
	}
	if err != nil {
		return nil, f.v.damaged(bodiesExt, err)
	}
	return k, nil
}

const mostBodies = 4 // blocks that are kept in memory

// bodiesOf gives a block of bodies.
func (a *archive) bodiesOf(v *volume, at uint32) ([]byte, error) {
	key := blockKey{v, at}
	a.cached.Lock()
	plain := a.bodies[key]
	a.cached.Unlock()
	if plain != nil {
		return plain, nil
	}
	db, err := v.openBodies()
	if err != nil {
		return nil, err
	}
	if plain, err = readBlock(db.View, at); err != nil {
		return nil, err
	}
	a.cached.Lock()
	defer a.cached.Unlock()
	if len(a.bodies) >= mostBodies {
		clear(a.bodies)
	}
	a.bodies[key] = plain
	return plain, nil
}

// event gives the archived event of a number.
func (a *archive) event(n uint64) (*kept, error) {
	f, err := a.find(n)
	if err != nil {
		return nil, err
	}
	return a.read(f)
}

// run gives what lists show of the archived run of an ID.
func (a *archive) run(id string) (*savedRun, *archived, error) {
	n, err := numberOf(id)
	if err != nil {
		return nil, nil, err
	}
	f, err := a.find(n)
	if err != nil {
		return nil, nil, err
	}
	k, err := f.decode()
	if err != nil {
		return nil, nil, f.v.damaged(rowsExt, err)
	}
	if k.run == nil || k.run.ID != id {
		return nil, nil, store.ErrNotFound
	}
	return k.run, f, nil
}

// story rebuilds the story of an archived run.
func (a *archive) story(id string) (store.Story, error) {
	_, f, err := a.run(id)
	if err != nil {
		return store.Story{}, err
	}
	k, err := a.read(f)
	if err != nil {
		return store.Story{}, err
	}
	story := store.Story{Run: k.run.Run, Meta: k.event.Meta, Body: k.event.Body, Waits: k.run.Waits, Results: map[string][]byte{}}
	for _, p := range k.steps {
		story.Steps = append(story.Steps, store.Record{Path: p.key[1:], Data: p.value})
	}
	for _, p := range k.results {
		story.Results[p.key] = p.value
	}
	return story, nil
}

// revive puts an archived event back into live state, where from now on it counts.
func (a *archive) revive(tx *tx, f *archived) error {
	k, err := a.read(f)
	if err != nil {
		return err
	}
	n := f.number
	if err := errors.Join(put(tx, "events", number(n), k.event), put(tx, "runs", number(n), k.run)); err != nil {
		return err
	}
	for _, part := range []struct {
		bucket string
		rows   []pair
	}{{"steps", k.steps}, {"results", k.results}, {"inbox", k.inbox}} {
		for _, p := range part.rows {
			if err := tx.bucket(part.bucket).put(join(n, p.key), frame(p.value)); err != nil {
				return err
			}
		}
	}
	for _, p := range k.given {
		if err := tx.bucket("given").put(join(n, p.key), []byte{1}); err != nil {
			return err
		}
	}
	return nil
}

// expire hides what is over at once, and deletes the files of volumes where all is. One that
// cannot be read does not keep the others.
func (a *archive) expire(ctx context.Context, keep func(flow string) store.Keep) error {
	a.files.Lock()
	defer a.files.Unlock()
	a.mu.Lock()
	a.keep = map[string]store.Keep{}
	for _, v := range a.volumes {
		for flow := range v.note.Flows {
			a.keep[flow] = complete(keep(flow))
		}
	}
	all := slices.Clone(a.volumes)
	a.mu.Unlock()
	var failed error
	for _, v := range all {
		if ctx.Err() != nil {
			return errors.Join(failed, ctx.Err())
		}
		if err := errors.Join(a.expireOne(v), a.outlived(ctx, v)); err != nil {
			failed = errors.Join(failed, fmt.Errorf("expire archive file of %s: %w", v.note.Day, err))
		}
	}
	return failed
}

// complete puts the defaults where a Keep says nothing.
func complete(k store.Keep) store.Keep {
	if k.Bodies <= 0 {
		k.Bodies = store.KeepBodies
	}
	if k.Runs <= 0 {
		k.Runs = store.KeepRuns
	}
	return k
}

// expireOne takes a volume, or its bodies, out of readers' sight, deletes the files and then
// the note of them: a crash in between deletes what is gone once more.
func (a *archive) expireOne(v *volume) error {
	a.mu.Lock()
	rows, bodies := len(v.note.Flows) > 0, len(v.note.Flows) > 0 && !v.note.NoBodies
	for flow, at := range v.note.Flows {
		rows, bodies = rows && a.over(flow, at, false), bodies && a.over(flow, at, true)
	}
	if !rows && !bodies {
		a.mu.Unlock()
		return nil
	}
	v.note.NoBodies = true
	err := v.closeBodies()
	if rows {
		a.volumes = slices.DeleteFunc(slices.Clone(a.volumes), func(o *volume) bool { return o == v })
		err = errors.Join(err, v.close())
	}
	a.mu.Unlock()
	exts := []string{bodiesExt}
	if rows {
		exts = append(exts, rowsExt)
	}
	for _, ext := range exts {
		if e := removeIfThere(v.path(ext)); e != nil {
			err = errors.Join(err, e)
		}
	}
	if err = errors.Join(err, v.dropCopies()); err != nil {
		return err
	}
	if rows {
		v.deleted = true
	}
	return a.s.live.do(func(tx *tx) error {
		if rows {
			return tx.bucket("volumes").delete(number(v.seq))
		}
		return a.putNote(tx, v)
	}, nil)
}

// putNote writes down what a volume holds.
func (a *archive) putNote(tx *tx, v *volume) error {
	a.mu.RLock()
	note := v.note
	note.Flows = maps.Clone(note.Flows)
	a.mu.RUnlock()
	return put(tx, "volumes", number(v.seq), note)
}

// backup copies the volumes; it is called after live.db was copied, which knows of no more.
func (a *archive) backup(dir string) error {
	a.mu.RLock()
	all := slices.Clone(a.volumes)
	a.mu.RUnlock()
	if len(all) == 0 {
		return nil
	}
	to := filepath.Join(dir, "archive")
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, v := range all {
		if err := v.copyTo(to); err != nil {
			return fmt.Errorf("back up %s: %w", filepath.Base(v.path(rowsExt)), err)
		}
	}
	return syncDir(to)
}

// copyTo copies the files of a volume; one that cannot be read is copied as it is, for the
// check of the backup to name.
func (v *volume) copyTo(dir string) error {
	for ext, open := range map[string]func() (*bbolt.DB, error){rowsExt: v.openRows, bodiesExt: v.openBodies} {
		if ext == bodiesExt && v.note.NoBodies {
			continue
		}
		from, to := v.path(ext), filepath.Join(dir, filepath.Base(v.path(ext)))
		db, err := open()
		if err == nil {
			err = db.View(func(tx *bbolt.Tx) error { return tx.CopyFile(to, 0o600) })
		} else {
			err = copyFile(from, to)
		}
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err = errors.Join(err, syncFile(to)); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var err error
	for _, v := range a.volumes {
		err = errors.Join(err, v.close())
	}
	a.volumes = nil
	return err
}
