package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gancho/engine/store"

	"go.etcd.io/bbolt"
)

// Repair makes a stopped data folder that was refused one that opens, with all that is sound up
// to the first damage of the journal. It says in words what it found, did, and cannot know.
// What is damaged is kept aside, in a folder of its own.
func Repair(ctx context.Context, dir string, now time.Time) (said []string, err error) {
	found, err := formatOf(dir)
	if err != nil {
		return nil, err
	}
	if found != format {
		return nil, fmt.Errorf("%s is of an earlier format, or not a whole data folder: restore a backup, or let the version that wrote it open it", dir)
	}
	if err := hasFiles(dir); err != nil {
		return nil, err
	}
	faults, err := Check(ctx, dir)
	if err != nil || len(faults) == 0 {
		return nil, err
	}
	r := &repair{dir: dir, kept: map[uint64]bool{}, aside: filepath.Join(dir, "damaged-"+now.UTC().Format("20060102-150405"))}
	for _, fault := range faults {
		r.say("found: %s", fault)
	}
	err = r.run(ctx)
	return r.said, err
}

type repair struct {
	dir   string
	aside string
	said  []string
	docs  uint64
	f     *live
	seq   uint64 // live.db holds everything up to here
	turn  uint64
	most  uint64 // number of an event that was ever seen
	left  []leftEvent
	kept  map[uint64]bool // events that are in the archive, and that live.db did not know of
}

// leftEvent is an event that is sound, and comes after the damage.
type leftEvent struct {
	store.EventInfo
	Body string
}

func (r *repair) say(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *repair) run(ctx context.Context) error {
	docs, err := openSound(filepath.Join(r.dir, "gancho.db"), docBuckets)
	if err != nil {
		return fmt.Errorf("gancho.db cannot be repaired; %s: %w", restoreIt, err)
	}
	err = docs.View(func(tx *bbolt.Tx) error {
		r.docs = tx.Bucket([]byte("docs")).Sequence()
		return nil
	})
	if err := errors.Join(err, docs.Close()); err != nil {
		return err
	}
	db, err := openLocked(filepath.Join(r.dir, "live.db"))
	if err != nil {
		return fmt.Errorf("live.db cannot be repaired; %s: %w", restoreIt, err)
	}
	r.f = newLive(db.Path(), db, nil)
	r.f.docs = func() uint64 { return r.docs }
	err = guard(func() error { return errors.Join(db.View(r.begin), ctx.Err()) })
	if err == nil {
		err = r.journal()
	}
	return errors.Join(err, db.Close())
}

// begin reads what live.db says of itself.
func (r *repair) begin(tx *bbolt.Tx) error {
	if err := hasBuckets(tx, liveBuckets[:]); err != nil {
		return err
	}
	meta := tx.Bucket([]byte("meta"))
	for key, value := range map[string]*uint64{string(momentKey): &r.seq, string(turnKey): &r.turn} {
		if v := meta.Get([]byte(key)); len(v) == 8 {
			*value = binary.BigEndian.Uint64(v)
		}
	}
	var secret uint64
	if v := meta.Get(secretKey); len(v) == 8 {
		secret = binary.BigEndian.Uint64(v)
	}
	r.most = tx.Bucket([]byte("events")).Sequence()
	listed, err := readInventory(inventoryPath(r.dir))
	older := err == nil && r.seq < listed.Moment
	if err != nil {
		if listed, err = firstInventory(r.dir, r.turn); err != nil {
			return err
		}
	}
	r.f.journal, err = r.segments(secret, listed)
	if err == nil && older {
		r.say("live.db is older than the journal, which says nothing without what lies between")
	}
	if err == nil {
		r.replay(older)
	}
	return err
}

// segments opens what is there of the journal, up to the first that is missing.
func (r *repair) segments(secret uint64, listed inventory) (*journal, error) {
	there, err := segmentsOf(filepath.Join(r.dir, "journal"))
	if err != nil {
		return nil, err
	}
	has := map[uint64]bool{}
	for _, n := range there {
		has[n] = true
	}
	sound := listed
	sound.Segments = nil
	for _, n := range listed.Segments {
		if !has[n] {
			r.say("journal/%s is missing: what it held cannot be known", segmentName(n))
			break
		}
		sound.Segments = append(sound.Segments, n)
	}
	return openJournal(r.dir, secret, true, sound)
}

// replay takes the records up to the first damage, and looks through the others.
func (r *repair) replay(none bool) {
	j, taken, events := r.f.journal, 0, 0
	after := r.seq
	r.f.seq = r.seq
	damaged := none
	for i, s := range j.used {
		if damaged {
			break
		}
		err := j.replayOne(i, after, func(moment uint64, changes []byte) error {
			t := newTable()
			if err := t.replay(moment, changes); err != nil {
				return err
			}
			r.f.seq, taken = moment, taken+1
			events += len(eventsOf(t, moment))
			return r.f.active.replay(moment, changes)
		})
		if err != nil {
			damaged = true
			r.say("journal/%s is sound up to byte %d", segmentName(s.number), s.end)
		}
	}
	r.say("taken in from the journal: %d records, with %d events", taken, events)
	r.lookThrough()
}

// lookThrough finds the sound records of all segments that were not taken in.
func (r *repair) lookThrough() {
	j, records := r.f.journal, 0
	there, err := segmentsOf(j.dir)
	if err != nil {
		return
	}
	for _, n := range there {
		s := &segment{number: n, mark: n ^ j.secret}
		data, err := os.ReadFile(j.path(n))
		if err != nil {
			continue
		}
		mark := binary.BigEndian.AppendUint64(nil, s.mark)
		for at := 0; ; {
			i := bytes.Index(data[at:], mark)
			if i < 0 {
				break
			}
			at += i + 1
			if at < 9 {
				continue
			}
			moment, changes, size := s.record(data[at-9:])
			if size == 0 || moment <= r.f.seq {
				continue
			}
			t := newTable()
			if t.replay(moment, changes) == nil {
				records++
				r.left = append(r.left, eventsOf(t, moment)...)
			}
			at += size - 9
		}
	}
	if records > 0 {
		r.say("left out: %d sound records that come after the damage, for they build on what it held", records)
	}
}

// eventsOf gives the events that a table holds.
func eventsOf(t *table, moment uint64) (all []leftEvent) {
	for n := t.lists[eventsID].from(nil, moment); n != nil; n = n.after(moment) {
		var e savedEvent
		if n.value != nil && unseal(n.value, &e) == nil {
			all = append(all, leftEvent{e.EventInfo, string(e.Body)})
		}
	}
	return all
}

var eventsID = func() int {
	for id, name := range liveBuckets {
		if name == "events" {
			return id + 1
		}
	}
	return 0
}()

// journal brings what was taken into live.db, and puts the journal aside.
func (r *repair) journal() error {
	j := r.f.journal
	defer j.close() //nolint:errcheck // it was only read
	if err := os.MkdirAll(r.aside, 0o700); err != nil {
		return err
	}
	for _, e := range r.left {
		r.most = max(r.most, e.Number)
	}
	j.listed.Turn = max(j.listed.Turn, r.turn) + 1
	if err := r.f.bring(r.f.active, r.f.seq); err != nil {
		return err
	}
	err := r.f.db.Update(func(tx *bbolt.Tx) error {
		events := tx.Bucket([]byte("events"))
		return errors.Join(r.archive(tx), events.SetSequence(max(events.Sequence(), r.most)+numbersApart), tx.Bucket([]byte("meta")).Delete(cleanKey))
	})
	if err == nil {
		err = r.keepLeft()
	}
	if err != nil {
		return err
	}
	from := filepath.Join(r.dir, "journal")
	if err := os.Rename(from, filepath.Join(r.aside, "journal")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(from, 0o700); err != nil {
		return err
	}
	next := inventory{Turn: j.listed.Turn, From: j.next}
	if err := errors.Join(next.write(inventoryPath(r.dir)), syncDir(r.aside), syncDir(r.dir)); err != nil {
		return err
	}
	r.say("the journal as it was is kept in %s; what its damaged part held cannot be known, and flows are counted up to it", filepath.Join(r.aside, "journal"))
	return nil
}

// numbersApart is how far the numbers of new events stay from those that may have been lost.
const numbersApart = 1 << 20

// keepLeft writes down the events that were left out, so that they can be sent once more.
func (r *repair) keepLeft() error {
	if len(r.left) == 0 {
		return nil
	}
	last := map[string]int{}
	for i, e := range r.left {
		if !r.kept[e.Number] {
			last[e.ID] = i
		}
	}
	var out bytes.Buffer
	for i, e := range r.left {
		if at, ok := last[e.ID]; !ok || at != i {
			continue
		}
		line, err := json.Marshal(map[string]any{"id": e.ID, "flow": e.Flow, "at": e.At, "status": e.Outcome, "title": e.Title, "body": e.Body})
		if err != nil {
			return err
		}
		out.Write(append(line, '\n'))
	}
	if len(last) == 0 {
		return nil
	}
	path := filepath.Join(r.aside, "events.jsonl")
	r.say("events of these records that are nowhere else: %d, written to %s, one a line: some of their steps may have been done; send them once more where that is right", len(last), path)
	return replaceFile(path, out.Bytes(), true)
}
