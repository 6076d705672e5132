package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// archive makes what live.db knows of the archive fit what is there: files that it forgot with
// the journal are known again, and those that are gone are forgotten.
func (r *repair) archive(tx *bbolt.Tx) error {
	a := &archive{dir: filepath.Join(r.dir, "archive"), only: true}
	if err := a.load(plain(tx)); err != nil {
		return err
	}
	notes := tx.Bucket([]byte("volumes"))
	known := map[uint64]volumeNote{}
	for _, v := range a.volumes {
		known[v.seq] = v.note
		if err := r.forget(notes, v); err != nil {
			return err
		}
	}
	files, err := fs.Glob(os.DirFS(a.dir), "*"+rowsExt)
	if err != nil {
		return err
	}
	for _, name := range files {
		v := &volume{dir: a.dir}
		if _, err := fmt.Sscanf(strings.TrimSuffix(name[min(len(name), len(time.DateOnly)+1):], rowsExt), "%d", &v.seq); err != nil {
			continue
		}
		v.note = known[v.seq]
		v.note.Day = name[:len(time.DateOnly)]
		err := guard(func() error { return r.renote(notes, v) })
		if err = errors.Join(err, v.close()); err != nil {
			r.say("archive/%s stays as it is: %v", name, err)
		}
	}
	return nil
}

// forget takes out the note of a volume whose files are gone.
func (r *repair) forget(notes *bbolt.Bucket, v *volume) error {
	gone := func(ext string) bool {
		_, err := os.Stat(v.path(ext))
		return errors.Is(err, os.ErrNotExist)
	}
	switch {
	case v.note.Last == 0:
		return nil
	case gone(rowsExt):
		r.say("archive/%s is missing: the history of %s that it held, of at most %d events, is gone", filepath.Base(v.path(rowsExt)), v.note.Day, v.note.Last-v.note.First+1)
		return notes.Delete(number(v.seq))
	case !v.note.NoBodies && gone(bodiesExt):
		r.say("archive/%s is missing: the bodies of the events of %s are gone", filepath.Base(v.path(bodiesExt)), v.note.Day)
		v.note.NoBodies = true
		return r.putNote(notes, v)
	}
	return nil
}

func (r *repair) putNote(notes *bbolt.Bucket, v *volume) error {
	if v.seq > notes.Sequence() {
		if err := notes.SetSequence(v.seq); err != nil {
			return err
		}
	}
	return put(plain(notes.Tx()), "volumes", number(v.seq), v.note)
}

// renote reads what a file of rows holds beyond what is known of it.
func (r *repair) renote(notes *bbolt.Bucket, v *volume) error {
	rows, err := v.openRows()
	if err != nil {
		return err
	}
	flows := map[string]time.Time{}
	first, last := uint64(0), uint64(0)
	err = rows.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte("index")).Cursor()
		if key, _ := c.First(); len(key) == 8 {
			first = binary.BigEndian.Uint64(key)
		}
		if key, _ := c.Last(); len(key) == 8 {
			last = binary.BigEndian.Uint64(key)
		}
		r.most = max(r.most, last)
		if last <= v.note.Last {
			return nil
		}
		for key, _ := c.Seek(number(v.note.Last + 1)); len(key) == 8; key, _ = c.Next() {
			r.kept[binary.BigEndian.Uint64(key)] = true
		}
		return tx.Bucket([]byte("blocks")).ForEach(func(_, value []byte) error {
			plain, err := unframe(value)
			if err != nil {
				return nil //nolint:nilerr // the check names it
			}
			b, err := decodeRows(plain)
			if err != nil {
				return nil //nolint:nilerr // as above
			}
			for _, e := range b.entries {
				if e.at.After(flows[b.flow]) {
					flows[b.flow] = e.at
				}
			}
			return nil
		})
	})
	if err != nil || last <= v.note.Last {
		return err
	}
	if v.note.First == 0 || first < v.note.First {
		v.note.First = first
	}
	v.note.Last = last
	all := maps.Clone(v.note.Flows)
	if all == nil {
		all = map[string]time.Time{}
	}
	maps.Copy(all, flows)
	v.note.Flows = all
	if _, err := os.Stat(v.path(bodiesExt)); err != nil {
		v.note.NoBodies = true
	}
	r.say("archive/%s holds more than live.db knew; it is known again", filepath.Base(v.path(rowsExt)))
	return r.putNote(notes, v)
}
