package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"time"

	bbolt "go.etcd.io/bbolt"
)

// outlived frees the space of flows whose events of a volume are all over while others stay,
// and of what an erasure could not free.
// Callers hold files.
func (a *archive) outlived(ctx context.Context, v *volume) error {
	if v.deleted {
		return nil
	}
	a.mu.RLock()
	rows, bodies := map[string]bool{}, map[string]bool{}
	for flow, at := range v.note.Flows {
		if a.over(flow, at, false) {
			rows[flow] = true
		} else if a.over(flow, at, true) && !v.note.NoBodies && at.After(v.note.Bare[flow]) {
			bodies[flow] = true
		}
	}
	stale := v.note.Stale
	a.mu.RUnlock()
	if len(rows)+len(bodies) == 0 && !stale {
		return nil
	}
	return a.rewrite(ctx, v, rows, bodies)
}

// rewrite copies the files of a volume without the rows of some flows and the bodies of
// others, and without bytes that were written over, and puts the copies in their place: rows first,
// so that no row ever lacks a body that it should have. Callers hold files.
func (a *archive) rewrite(ctx context.Context, v *volume, noRows, noBodies map[string]bool) error {
	rows, blocks, err := v.openBlocks()
	if err != nil {
		return err
	}
	err = copyVolume(ctx, rows, v.path(rowsExt), func(at uint32) bool { return !noRows[blocks[at]] })
	if err == nil && !v.note.NoBodies {
		var bodies *bbolt.DB
		if bodies, err = v.openBodies(); err == nil {
			err = copyVolume(ctx, bodies, v.path(bodiesExt), func(at uint32) bool { return !noRows[blocks[at]] && !noBodies[blocks[at]] })
		}
	}
	if err != nil {
		return fmt.Errorf("rewrite: %w", errors.Join(err, v.dropCopies()))
	}
	// It is noted which bodies may be missing before any is.
	a.note(v, noBodies, nil)
	note := func(tx *tx) error { return a.putNote(tx, v) }
	if err := a.s.live.do(note, nil); err != nil {
		return errors.Join(err, v.dropCopies())
	}
	if err := a.swap(v); err != nil {
		return fmt.Errorf("rewrite: %w", err)
	}
	a.note(v, nil, noRows)
	return a.s.live.do(note, nil)
}

// note changes what is known of a volume: whose bodies are gone, and whose rows.
func (a *archive) note(v *volume, noBodies, noRows map[string]bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	flows, bare := maps.Clone(v.note.Flows), maps.Clone(v.note.Bare)
	for flow := range noRows {
		delete(flows, flow)
		delete(bare, flow)
	}
	for flow := range noBodies {
		if bare == nil {
			bare = map[string]time.Time{}
		}
		bare[flow] = flows[flow]
	}
	v.note.Flows, v.note.Bare = flows, bare
}

// swap puts the copies in place while nobody reads.
func (a *archive) swap(v *volume) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := v.close(); err != nil {
		return err
	}
	clear(a.blocks)
	clear(a.bodies)
	err := os.Rename(v.path(rowsExt)+".new", v.path(rowsExt))
	if err == nil && !v.note.NoBodies {
		err = os.Rename(v.path(bodiesExt)+".new", v.path(bodiesExt))
	}
	if err = errors.Join(err, syncDir(a.dir)); err == nil {
		v.note.Stale = false
	}
	return err
}

func (v *volume) dropCopies() error {
	var all error
	for _, ext := range []string{rowsExt, bodiesExt} {
		if err := removeIfThere(v.path(ext) + ".new"); err != nil {
			all = errors.Join(all, err)
		}
	}
	return all
}

// openBlocks gives the rows of a volume, and the flow of each of its blocks.
func (v *volume) openBlocks() (rows *bbolt.DB, flows map[uint32]string, err error) {
	if rows, err = v.openRows(); err != nil {
		return nil, nil, err
	}
	if flows, err = flowsOfBlocks(rows); err != nil {
		return nil, nil, v.damaged(rowsExt, err)
	}
	return rows, flows, nil
}

// flowsOfBlocks gives the flow of each block.
func flowsOfBlocks(rows *bbolt.DB) (flows map[uint32]string, err error) {
	flows = map[uint32]string{}
	err = guard(func() error {
		return rows.View(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("blocks")).ForEach(func(key, value []byte) error {
				plain, err := unframe(value)
				if err != nil {
					return err
				}
				c := &cutter{rest: plain}
				flows[binary.BigEndian.Uint32(key)] = string(c.bytes())
				return nil
			})
		})
	})
	return flows, err
}

// copyVolume writes a file beside another, with those of its blocks that stay.
func copyVolume(ctx context.Context, from *bbolt.DB, path string, stays func(at uint32) bool) error {
	fresh := path + ".new"
	if err := removeIfThere(fresh); err != nil {
		return err
	}
	to, err := bbolt.Open(fresh, 0o600, &bbolt.Options{Timeout: openTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, PageSize: volumePageSize})
	if err != nil {
		return err
	}
	to.NoSync = true // one sync at the end: until then it has no name that counts
	to.AllocSize = growBy
	err = guard(func() error {
		return from.View(func(tx *bbolt.Tx) error {
			for _, name := range []string{"index", "blocks", "words"} {
				if err := copyBucket(ctx, tx, to, name, stays); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return errors.Join(err, to.Sync(), to.Close())
}

const copied = 2000 // rows of one transaction of a copy

func copyBucket(ctx context.Context, from *bbolt.Tx, to *bbolt.DB, name string, stays func(at uint32) bool) error {
	source := from.Bucket([]byte(name))
	if source == nil { // of a file from before there were filters
		return nil
	}
	c := source.Cursor()
	key, value := c.First()
	for more := true; more; {
		err := to.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte(name))
			if err != nil {
				return err
			}
			b.FillPercent = 0.95
			for n := 0; key != nil && n < copied; key, value = c.Next() {
				at := key
				if name == "index" {
					at = value
				}
				if !stays(binary.BigEndian.Uint32(at)) {
					continue
				}
				if err := b.Put(key, value); err != nil {
					return err
				}
				n++
			}
			more = key != nil
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}
