package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"gancho/engine/store"
)

const (
	archiveEvery = 5 * time.Second
	archiveAfter = 5 * time.Second // what ended so long ago is archived once it fills a block
	archiveLate  = time.Minute     // and then in any case
	blockEvents  = 64
	blockBytes   = 256 << 10
	mostEnded    = 16_384 // rows looked at in one pass
	mostMoved    = 2_048  // events moved in one transaction of the archive
	mostNow      = 2      // such transactions before a checkpoint, which more is waiting for
)

// noteEnd remembers that an event is over, for the archiver.
func (s *Store) noteEnd(tx *tx, n uint64, flow string) error {
	value := binary.BigEndian.AppendUint64(nil, uint64(s.now().UnixMilli()))
	return tx.bucket("ended").put(number(n), append(value, flow...))
}

// noteEnds does so for all events of a live.db that was written before there was an archive.
func (s *Store) noteEnds(tx *tx) error {
	runs := tx.bucket("runs")
	return tx.bucket("events").forEach(func(key, value []byte) error {
		var r savedRun
		if row := runs.get(key); row != nil {
			if unseal(row, &r) != nil || !r.Status.Final() {
				return nil // a damaged one stays where it is
			}
		}
		var e savedEvent
		if unseal(value, &e) != nil {
			return nil
		}
		return s.noteEnd(tx, binary.BigEndian.Uint64(key), e.Flow)
	})
}

// archiveNowAndThen moves what has ended, as long as there is any.
func (s *Store) archiveNowAndThen(ctx context.Context) {
	for {
		select {
		case <-s.archive.news:
		case <-ctx.Done():
			return
		}
		for more := true; more; {
			select {
			case <-time.After(archiveEvery):
			case <-ctx.Done():
				return
			}
			var err error
			if more, err = s.archivePass(ctx, pick{after: archiveAfter, late: archiveLate}, math.MaxInt); err != nil && !errors.Is(err, store.ErrClosed) {
				s.log.Error("archive what has ended", "error", err)
				more = true
			}
		}
	}
}

// archiveNow moves the newest that fills blocks, so that a checkpoint need not write it to
// live.db first.
func (s *Store) archiveNow(ctx context.Context) {
	for range mostNow {
		if s.live.over(tableMost) {
			return // the checkpoint is late already
		}
		if left, err := s.archivePass(ctx, pick{newest: true}, 1); !left || err != nil {
			if err != nil && !errors.Is(err, store.ErrClosed) {
				s.log.Error("archive what has ended", "error", err)
			}
			return
		}
	}
}

// pick says what is to be archived.
type pick struct {
	after  time.Duration // only what ended so long ago
	late   time.Duration // and so long ago in any case, though it fills no block
	newest bool          // the newest first
}

// archivePass moves all blocks of what is picked, and says whether anything is left.
func (s *Store) archivePass(ctx context.Context, p pick, rounds int) (left bool, err error) {
	for ; ctx.Err() == nil && rounds > 0; rounds-- {
		if left, more, err := s.archiveRound(p); !more || err != nil {
			return left, err
		}
	}
	return true, nil
}

// archiveRound moves some blocks. It says whether anything is left, and whether another round
// would move more. Who else waits for a round has the next one. A checkpoint does not wait for who
// has the files for itself, as a backup has for long.
func (s *Store) archiveRound(p pick) (left, more bool, err error) {
	if !p.newest {
		s.archive.files.RLock()
	} else if !s.archive.files.TryRLock() {
		return false, false, nil
	}
	defer s.archive.files.RUnlock()
	s.archive.passing.Lock()
	defer s.archive.passing.Unlock()
	ready, left, err := s.ready(p)
	if err != nil || len(ready) == 0 {
		return left, false, err
	}
	return true, true, s.move(ready)
}

// ready picks groups of events of one flow that are to become blocks.
func (s *Store) ready(p pick) (ready [][]uint64, rest bool, err error) {
	now, moved := s.now(), 0
	type group struct {
		numbers []uint64
		oldest  time.Time
	}
	open := map[string]*group{}
	err = s.live.view(func(tx *tx) error {
		c := tx.bucket("ended").cursor()
		scanned := 0
		begin, step := c.first, c.next
		if p.newest {
			begin, step = c.last, c.prev
		}
		for key, value := begin(); key != nil && scanned < mostEnded && moved < mostMoved; key, value = step() {
			scanned++
			rest = true
			at, flow := time.UnixMilli(int64(binary.BigEndian.Uint64(value))), string(value[8:])
			if now.Sub(at) < p.after {
				continue
			}
			g := open[flow]
			if g == nil {
				g = &group{oldest: at}
				open[flow] = g
			}
			if at.Before(g.oldest) {
				g.oldest = at
			}
			if g.numbers = append(g.numbers, binary.BigEndian.Uint64(key)); len(g.numbers) == blockEvents {
				ready, moved = append(ready, g.numbers), moved+blockEvents
				delete(open, flow)
			}
		}
		for _, g := range open {
			if !p.newest && (now.Sub(g.oldest) >= p.late || scanned == mostEnded) {
				ready = append(ready, g.numbers)
			}
		}
		return nil
	})
	for _, numbers := range ready {
		slices.Sort(numbers)
	}
	return ready, rest, err
}

// move copies groups into the archive, and when they are durable there deletes them from
// live state. Callers hold files and passing.
func (s *Store) move(groups [][]uint64) error {
	var blocks []packed
	var pack packer
	stamps := map[uint64][]byte{}
	var skip []uint64
	err := s.live.view(func(tx *tx) error {
		for _, numbers := range groups {
			all := make([]kept, 0, len(numbers))
			for _, n := range numbers {
				stamps[n] = stamp(tx, n)
				k, err := s.collect(tx, n)
				if err != nil {
					s.log.Error("a run cannot be archived and stays where it is", "number", n, "error", err)
					skip = append(skip, n)
					continue
				}
				all = append(all, *k)
			}
			blocks = append(blocks, pack.all(all)...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	v, err := s.archive.current()
	if err != nil {
		return err
	}
	if len(blocks) > 0 {
		err := s.archive.writable(v)
		if err == nil {
			err = v.add(blocks)
		}
		if err != nil {
			return s.archive.abandon(v, err)
		}
		s.archive.noted(v, blocks)
	}
	return s.leave(v, blocks, stamps, skip)
}

// collect reads an event with all that came of it.
func (s *Store) collect(tx *tx, n uint64) (*kept, error) {
	k := &kept{}
	if err := get(tx, "events", number(n), &k.event); err != nil {
		return nil, err
	}
	if tx.bucket("runs").get(number(n)) != nil {
		k.run = &savedRun{}
		if err := get(tx, "runs", number(n), k.run); err != nil {
			return nil, err
		}
		if !k.run.Status.Final() {
			return nil, fmt.Errorf("it is %s", k.run.Status)
		}
	}
	for _, part := range []struct {
		bucket string
		rows   *[]pair
	}{{"steps", &k.steps}, {"results", &k.results}, {"inbox", &k.inbox}} {
		err := eachPlain(tx, part.bucket, number(n), func(rest string, plain []byte) { *part.rows = append(*part.rows, pair{rest, plain}) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.bucket, err)
		}
	}
	return k, each(tx, "given", number(n), func(rest string, _ []byte) error {
		k.given = append(k.given, pair{key: rest})
		return nil
	})
}

// stamp tells whether an event or its run was written to since: the sums of both records.
func stamp(tx *tx, n uint64) []byte {
	var sums []byte
	for _, bucket := range []string{"events", "runs"} {
		row := tx.bucket(bucket).get(number(n))
		sums = append(sums, row[max(0, len(row)-4):]...)
	}
	return sums
}

// all makes the blocks of events of one flow, each of a bounded size.
func (p *packer) all(all []kept) []packed {
	var blocks []packed
	for len(all) > 0 {
		n, bytes := 0, 0
		for n < len(all) && (n == 0 || bytes < blockBytes) {
			bytes += all[n].size()
			n++
		}
		part := all[:n]
		all = all[n:]
		blocks = append(blocks, p.pack(part[0].event.Flow, part))
	}
	return blocks
}

func (k *kept) size() int {
	n := len(k.event.Body) + len(k.event.Meta)
	for _, p := range k.steps {
		n += len(p.value)
	}
	return n
}

// current is the volume that is written today.
func (a *archive) current() (*volume, error) {
	day := a.s.now().UTC().Format(time.DateOnly)
	a.mu.RLock()
	var last *volume
	if len(a.volumes) > 0 {
		last = a.volumes[len(a.volumes)-1]
	}
	a.mu.RUnlock()
	if last != nil && last.note.Day == day && !last.note.NoBodies {
		if last.note.Last == 0 {
			return last, last.anew()
		}
		if !last.sealed() && !last.full() {
			return last, nil
		}
	}
	if err := makeFolder(a.dir); err != nil {
		return nil, err
	}
	v := &volume{dir: a.dir, note: volumeNote{Day: day, Flows: map[string]time.Time{}}}
	// It is noted before there is a file: no file is ever unknown.
	err := a.s.live.do(func(tx *tx) error {
		var err error
		if v.seq, err = tx.bucket("volumes").nextSequence(); err != nil {
			return err
		}
		return put(tx, "volumes", number(v.seq), v.note)
	}, nil)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.volumes = append(a.volumes, v)
	return v, nil
}

// writable opens a volume for writing while nobody reads it.
func (a *archive) writable(v *volume) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return v.openToWrite()
}

// sealed says whether a volume must not be written any more because it was found damaged.
func (v *volume) sealed() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.bad != nil
}

// anew takes up a volume that could not be written and of which nothing is noted: all that its
// files may hold is still in live state.
func (v *volume) anew() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.bad == nil {
		return nil
	}
	for _, ext := range []string{rowsExt, bodiesExt} {
		if err := removeIfThere(v.path(ext)); err != nil {
			return err
		}
	}
	v.bad = nil
	return nil
}

// abandon seals a volume that cannot be written, so that the next pass begins a new one. On
// a full disk it stays as it is: nothing was written.
func (a *archive) abandon(v *volume, err error) error {
	if err = a.s.live.judge(err); errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrBroken) {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.bad = v.damaged(rowsExt, err)
	return errors.Join(err, v.closeFiles())
}

// noted makes blocks findable, before they leave live state.
func (a *archive) noted(v *volume, blocks []packed) {
	a.mu.Lock()
	defer a.mu.Unlock()
	flows := maps.Clone(v.note.Flows)
	if flows == nil {
		flows = map[string]time.Time{}
	}
	for i := range blocks {
		for _, k := range blocks[i].all {
			n := k.event.Number
			if v.note.First == 0 || n < v.note.First {
				v.note.First = n
			}
			v.note.Last = max(v.note.Last, n)
			if k.event.At.After(flows[blocks[i].flow]) {
				flows[blocks[i].flow] = k.event.At
			}
		}
	}
	v.note.Flows = flows
}

// leave deletes from live state what is durable in the archive, unless it was written to
// meanwhile. The first transaction notes what the volume holds.
func (s *Store) leave(v *volume, blocks []packed, stamps map[uint64][]byte, skip []uint64) error {
	first := true
	for i := 0; i < len(blocks) || first; i += 4 {
		part := blocks[min(i, len(blocks)):min(i+4, len(blocks))]
		head := first
		err := s.live.do(func(tx *tx) error {
			if head {
				if err := s.archive.putNote(tx, v); err != nil {
					return err
				}
				if err := passOver(tx, skip, stamps); err != nil {
					return err
				}
			}
			return leaveBlocks(tx, part, stamps)
		}, nil)
		if err != nil {
			return err
		}
		first = false
	}
	return nil
}

// passOver takes what cannot be archived out of what has ended, unless it has ended since.
func passOver(tx *tx, skip []uint64, stamps map[uint64][]byte) error {
	for _, n := range skip {
		if !bytes.Equal(stamp(tx, n), stamps[n]) {
			continue
		}
		if err := tx.bucket("ended").delete(number(n)); err != nil {
			return err
		}
	}
	return nil
}

func leaveBlocks(tx *tx, blocks []packed, stamps map[uint64][]byte) error {
	for i := range blocks {
		for _, k := range blocks[i].all {
			n := k.event.Number
			if !bytes.Equal(stamp(tx, n), stamps[n]) {
				continue
			}
			if err := dropEvent(tx, number(n)); err != nil {
				return err
			}
		}
	}
	return nil
}
