package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// walk goes through the rows of live state and archive as one list, newest number first.
// While it lives the archive is held for reading.
type walk struct {
	a     *archive
	live  *cursor
	key   []byte
	value []byte
	runs  bool   // rows without a run are left out
	flow  string // others may be left out; "" is all
	sum   uint32 // of it
	parts []*part
}

// part is one volume that is walked.
type part struct {
	v      *volume
	tx     *bbolt.Tx
	cursor *bbolt.Cursor
	key    uint64  // where the cursor stands, 0 at the end
	row    [9]byte // as indexValue makes it
	begun  bool
	failed bool

	judged []byte // block that was asked last whether it may hold what is sought
	may    bool
}

func (s *Store) walk(tx *tx, bucket, flow string) *walk {
	w := &walk{a: s.archive, live: tx.bucket(bucket).cursor(), runs: bucket == "runs", flow: flow, sum: flowSum(flow)}
	s.archive.mu.RLock()
	for _, v := range slices.Backward(s.archive.volumes) {
		if _, has := v.note.Flows[flow]; v.note.Last > 0 && (has || flow == "") {
			w.parts = append(w.parts, &part{v: v})
		}
	}
	w.key, w.value = w.live.last()
	return w
}

// end lets go of the archive.
func (w *walk) end() {
	for _, p := range w.parts {
		if p.tx != nil {
			if err := p.tx.Rollback(); err != nil {
				w.a.s.log.Error("end reading the archive", "error", err)
			}
		}
	}
	w.a.mu.RUnlock()
}

// row is where a walk stands.
type row struct {
	number uint64
	live   []byte
	part   *part
}

// before gives the newest row with a smaller number than n; its number is 0 at the end.
func (w *walk) before(n uint64) row {
	for w.key != nil && binary.BigEndian.Uint64(w.key) >= n {
		w.key, w.value = w.live.prev()
	}
	best := row{}
	if w.key != nil {
		best = row{number: binary.BigEndian.Uint64(w.key), live: w.value}
	}
	for _, p := range w.parts {
		if p.failed || p.v.note.First >= n || min(p.v.note.Last, n-1) <= best.number {
			continue
		}
		if err := guard(func() error { return p.down(n, w.runs) }); err != nil {
			p.failed = true
			if !errors.Is(err, store.ErrUnread) {
				err = p.v.damaged(rowsExt, err)
			}
			w.a.s.log.Error("leave an archive file out of a list", "error", err)
			continue
		}
		if p.key > best.number {
			best = row{number: p.key, part: p}
		}
	}
	return best
}

// start puts the walk before a number, without passing what is newer.
func (w *walk) start(n uint64) {
	if w.key, w.value = w.live.seek(number(n)); w.key == nil {
		w.key, w.value = w.live.last()
	}
}

// down moves to the newest row below n.
func (p *part) down(n uint64, runs bool) error {
	if p.tx == nil {
		db, err := p.v.openRows()
		if err != nil {
			return err
		}
		if p.tx, err = db.Begin(false); err != nil {
			return err
		}
		p.cursor = p.tx.Bucket([]byte("index")).Cursor()
	}
	if p.begun && p.key < n {
		return nil
	}
	var key, row []byte
	if p.begun {
		key, row = p.cursor.Prev()
	} else if key, row = p.cursor.Seek(number(n)); key == nil {
		key, row = p.cursor.Last()
	}
	p.begun, p.key = true, 0
	for ; key != nil; key, row = p.cursor.Prev() {
		if len(key) != 8 || len(row) != len(p.row) {
			return errDamaged
		}
		if k := binary.BigEndian.Uint64(key); k < n && (!runs || row[4] != 0) {
			p.key = k
			copy(p.row[:], row)
			return nil
		}
	}
	return nil
}

// mayBe says whether a row can be one of the flow.
func (w *walk) mayBe(r row) bool {
	return w.flow == "" || r.part == nil || binary.BigEndian.Uint32(r.part.row[5:]) == w.sum
}

// sealed gives the row as live state keeps it, and where it is in the archive, if there; no row
// when it is over or cannot be read.
func (w *walk) sealed(r row) ([]byte, *archived) {
	if r.part == nil {
		return r.live, nil
	}
	f, err := w.a.entry(r.part.v, binary.BigEndian.Uint32(r.part.row[:]), r.number, r.part.view)
	if err != nil {
		w.a.s.log.Error("leave a record out of a list", "number", r.number, "error", err)
		return nil, nil
	}
	if w.a.over(f.flow, f.entry.at, false) {
		return nil, nil
	}
	if w.runs {
		return rowOf(f.run), f
	}
	return rowOf(f.event), f
}

// view reads the volume at the moment of the walk.
func (p *part) view(read func(*bbolt.Tx) error) error { return read(p.tx) }

// mayHold says whether a row can hold what is sought; one that is not archived always can.
func (r row) mayHold(what *sought) bool {
	p := r.part
	if what == nil || p == nil || r.number == what.number {
		return true
	}
	if at := p.row[:4]; !bytes.Equal(at, p.judged) {
		p.judged = bytes.Clone(at)
		err := guard(func() error {
			p.may = what.mayBeIn(filterOf(p.tx, at))
			return nil
		})
		p.may = p.may || err != nil
	}
	return p.may
}
