package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// journal is where writes become durable, before a checkpoint brings them into live.db. It
// is a folder of segments, each filled with zeros before use and used again afterwards, so
// that a sync has nothing but data to write.
//
//	segment  record…          the rest is zeros, or left of an earlier use
//	record   length (4 bytes) | CRC32C of all that follows (4) | mark (8) | moment (8) | changes
//	change   kind | bucket | key | value      key and value as appendBytes writes them
//
// The mark is the segment's number, exclusive or with a number of 64 bits that is made for the
// folder and never leaves it: what somebody sent, and lies in the journal as they wrote it,
// can never be read as a record.
//
// A segment begins with a record without changes, whose moment is 0: one that was cleared is
// seen. Which segments there must be stands in an inventory.
//
// A record is written when the one before it is on disk. So only the last one can be cut
// off, by a crash, and nobody was told of it.
type journal struct {
	dir    string
	secret uint64
	only   bool // it is only read

	mu    sync.Mutex // guards what follows
	used  []*segment // oldest first; the last one is written
	spare []*segment // ready for use, in this order
	small bool       // the next segment may be small: little is going on
	next  uint64

	listed inventory
	moment uint64 // up to which live.db is known to hold everything
}

type segment struct {
	number uint64
	mark   uint64
	file   *os.File
	size   int64
	end    int64  // where the next record goes
	from   uint64 // moment of the first record; 0 is not known
	moment uint64 // of the last record
	count  int    // records that were found in it
}

// The sizes of segments: of the first one, and of all later ones while there is much to write.
const smallSize, largeSize = 1 << 20, 8 << 20

var smallSegment, largeSegment int64 = smallSize, largeSize // less in tests

const (
	recordHead = 24
	segmentExt = ".log"
)

// openJournal opens the segments of an inventory. Others hold nothing that anybody was told of,
// or that live.db does not hold too.
func openJournal(dir string, secret uint64, only bool, listed inventory) (*journal, error) {
	if !only {
		if err := dropUnfinished(filepath.Join(dir, "journal")); err != nil {
			return nil, err
		}
	}
	j := &journal{dir: filepath.Join(dir, "journal"), secret: secret, only: only, small: true, next: max(1, listed.From), listed: listed, moment: listed.Moment}
	numbers, err := segmentsOf(j.dir)
	if err != nil {
		return nil, err
	}
	mode := os.O_RDWR
	if only {
		mode = os.O_RDONLY
	}
	for _, n := range numbers {
		j.next = max(j.next, n+1)
		if !slices.Contains(listed.Segments, n) {
			if !only {
				err = errors.Join(err, removeIfThere(j.path(n)))
			}
			continue
		}
		f, e := os.OpenFile(j.path(n), mode, 0)
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		j.used = append(j.used, &segment{number: n, mark: n ^ secret, file: f})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the journal: %w", err), j.close())
	}
	return j, nil
}

func segmentsOf(dir string) (numbers []uint64, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	for _, f := range files {
		name, ok := strings.CutSuffix(f.Name(), segmentExt)
		if n, err := strconv.ParseUint(name, 10, 64); ok && err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

func (j *journal) path(n uint64) string {
	return filepath.Join(j.dir, segmentName(n))
}

func segmentName(n uint64) string { return fmt.Sprintf("%08d%s", n, segmentExt) }

// replay gives all changes after a moment, in order.
func (j *journal) replay(after uint64, f func(moment uint64, changes []byte) error) error {
	for i := range j.used {
		if err := j.replayOne(i, after, f); err != nil {
			return fmt.Errorf("journal/%s: %w", segmentName(j.used[i].number), err)
		}
	}
	return j.clearTorn()
}

// clearTorn takes away what a crash left of a record at the journal's end. Nobody was told of
// it; once others stand in the next segment, it would look like one that was lost.
func (j *journal) clearTorn() error {
	if j.only {
		return nil
	}
	for _, s := range j.used {
		if s.cutOff() {
			if err := errors.Join(s.clearNext(), syncData(s.file)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *journal) replayOne(i int, after uint64, f func(moment uint64, changes []byte) error) error {
	s := j.used[i]
	data, err := os.ReadFile(s.file.Name())
	if err != nil {
		return err
	}
	s.size = int64(len(data))
	rest, err := s.records(data, func(moment uint64, changes []byte) error {
		s.moment, s.count = moment, s.count+1
		if moment <= after {
			return nil
		}
		return f(moment, changes)
	})
	s.end = int64(len(data) - len(rest))
	switch {
	case err != nil:
		return err
	case s.count == 0 && s.number >= j.listed.From:
		return fmt.Errorf("it lacks its beginning: %w", errLost)
	case s.shortened():
		return fmt.Errorf("it is cut off at %d bytes: %w", s.size, errLost)
	case i > 0 && s.moment > 0 && j.used[i-1].cutOff():
		return fmt.Errorf("a record of journal/%s is damaged: %w", segmentName(j.used[i-1].number), errLost)
	case j.only:
		return nil
	}
	return syncData(s.file) // what is believed now must stay
}

// clearNext takes away the beginning of a record that was not written whole.
func (s *segment) clearNext() error {
	_, err := s.file.WriteAt(make([]byte, recordHead), s.end)
	return err
}

// unwritten says whether no segment holds a record.
func (j *journal) unwritten() bool {
	return !slices.ContainsFunc(j.used, func(s *segment) bool { return s.moment > 0 })
}

// use gives a journal without a record its secret.
func (j *journal) use(secret uint64) {
	j.secret = secret
	for _, s := range slices.Concat(j.used, j.spare) {
		s.mark = s.number ^ secret
	}
}

// shortened says whether a segment lost its end. It is whole before it gets its name; one of
// another size was made for a single record.
func (s *segment) shortened() bool {
	usual := []int64{smallSegment, largeSegment, smallSize, largeSize}
	return !slices.Contains(usual, s.size) && (s.size < smallSegment || s.count > 0 && s.end < s.size)
}

// cutOff says whether something stands where the next record of a segment goes that is none.
func (s *segment) cutOff() bool {
	head := make([]byte, recordHead)
	n, err := s.file.ReadAt(head, s.end)
	return n == recordHead && err == nil && binary.BigEndian.Uint64(head[8:]) == s.mark
}

// records reads what a segment holds. What follows the last record must be no record of it.
func (s *segment) records(data []byte, f func(moment uint64, changes []byte) error) (rest []byte, err error) {
	for {
		moment, changes, size := s.record(data)
		if size == 0 {
			break
		}
		if err := f(moment, changes); err != nil {
			return data, err
		}
		data = data[size:]
	}
	mark := binary.BigEndian.AppendUint64(nil, s.mark)
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], mark)
		if i < 0 {
			return data, nil
		}
		if at += i; at >= 8 {
			if _, _, size := s.record(data[at-8:]); size > 0 {
				return data, fmt.Errorf("a record is damaged: %w", errLost)
			}
		}
	}
}

// record cuts one record off; its size is 0 where there is none.
func (s *segment) record(data []byte) (moment uint64, changes []byte, size int) {
	if len(data) < recordHead {
		return 0, nil, 0
	}
	size = int(binary.BigEndian.Uint32(data))
	if size < recordHead || size > len(data) || binary.BigEndian.Uint64(data[8:]) != s.mark ||
		crc32.Checksum(data[8:size], castagnoli) != binary.BigEndian.Uint32(data[4:]) {
		return 0, nil, 0
	}
	return binary.BigEndian.Uint64(data[16:]), data[recordHead:size], size
}

// append makes a record durable. It begins with room for its head.
func (j *journal) append(record []byte, moment uint64) error {
	s, err := j.room(int64(len(record)))
	if err != nil {
		return err
	}
	s.head(record, moment)
	if _, err := s.file.WriteAt(record, s.end); err != nil {
		return fmt.Errorf("write the journal: %w", errors.Join(err, s.clearNext()))
	}
	if err := syncData(s.file); err != nil {
		return &syncError{err}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if s.moment == 0 {
		s.from = moment
	}
	s.end, s.moment = s.end+int64(len(record)), moment
	return nil
}

// head writes what a record begins with.
func (s *segment) head(record []byte, moment uint64) {
	binary.BigEndian.PutUint32(record, uint32(len(record))) //nolint:gosec // bounded by the queue
	binary.BigEndian.PutUint64(record[8:], s.mark)
	binary.BigEndian.PutUint64(record[16:], moment)
	binary.BigEndian.PutUint32(record[4:], crc32.Checksum(record[8:], castagnoli))
}

// first writes the record that a segment begins with.
func (s *segment) first(f *os.File) error {
	record := make([]byte, recordHead)
	s.head(record, 0)
	_, err := f.WriteAt(record, 0)
	s.end = recordHead
	return err
}

// syncError is a sync that failed: what is on disk is not known.
type syncError struct{ cause error }

func (e *syncError) Error() string { return "sync: " + e.cause.Error() }
func (e *syncError) Unwrap() error { return e.cause }

// room gives a segment that a record fits into.
func (j *journal) room(size int64) (*segment, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if n := len(j.used); n > 0 && j.used[n-1].end+size <= j.used[n-1].size {
		return j.used[n-1], nil
	}
	var s *segment
	if len(j.spare) > 0 && j.spare[0].size >= recordHead+size {
		s, j.spare = j.spare[0], j.spare[1:]
	} else {
		if err := j.dropSpare(); err != nil { // their numbers come before that of the new one
			return nil, err
		}
		least := largeSegment
		if j.small {
			least = smallSegment
		}
		var err error
		if s, err = j.make(max(least, recordHead+size)); err != nil {
			return nil, err
		}
		j.used = append(j.used, s)
		if err := j.list(); err != nil {
			j.used = j.used[:len(j.used)-1]
			return nil, j.forsake(err, s)
		}
		j.small = false
		return s, nil
	}
	j.used, j.small = append(j.used, s), false
	return s, nil
}

// segment is the next one, which has no file yet.
func (j *journal) segment(size int64) *segment {
	return &segment{number: j.next, mark: j.next ^ j.secret, size: size}
}

// make a segment. It is whole before it gets its name.
func (j *journal) make(size int64) (*segment, error) {
	s := j.segment(size)
	fresh := j.path(s.number) + ".new"
	f, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("begin a journal: %w", err)
	}
	zeros := make([]byte, 256<<10)
	for at := int64(0); at < size && err == nil; at += int64(len(zeros)) {
		_, err = f.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at)
	}
	if err == nil {
		err = errors.Join(s.first(f), syncNew(f))
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("begin a journal: %w", err), os.Remove(fresh))
	}
	if err := j.name(s, fresh); err != nil {
		return nil, err
	}
	return s, nil
}

// name gives a file the name of a segment, and opens it.
func (j *journal) name(s *segment, from string) error {
	err := os.Rename(from, j.path(s.number))
	if err == nil {
		err = syncDir(j.dir)
	}
	if err == nil {
		s.file, err = os.OpenFile(j.path(s.number), os.O_RDWR, 0)
	}
	if err != nil {
		return fmt.Errorf("begin a journal: %w", err)
	}
	j.next++
	return nil
}

const mostSpare = 3

// release lets go of segments that hold nothing after a moment. Some are used again.
func (j *journal) release(moment uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	all, n := j.used, 0
	for n+1 < len(all) && all[n].moment <= moment {
		n++
	}
	if n == 0 {
		return nil
	}
	j.used, j.moment = all[n:], max(j.moment, moment)
	if err := j.list(); err != nil {
		j.used = all
		return err
	}
	var fresh []*segment
	var err error
	for _, old := range all[:n] {
		if len(j.spare)+len(fresh) == mostSpare || old.size != largeSegment || err != nil {
			err = errors.Join(err, j.drop(old))
			continue
		}
		s, e := j.recycle(old)
		if err = errors.Join(err, e); e == nil {
			fresh = append(fresh, s)
		}
	}
	return errors.Join(err, j.keep(fresh))
}

// recycle makes a segment that is ready for use of one that holds nothing any more.
func (j *journal) recycle(old *segment) (*segment, error) {
	s := j.segment(old.size)
	return s, errors.Join(s.first(old.file), syncNew(old.file), old.file.Close(), j.name(s, old.file.Name()))
}

// keep makes segments spare ones. None is used before an inventory on disk names it.
func (j *journal) keep(fresh []*segment) error {
	if len(fresh) == 0 {
		return nil
	}
	before := j.spare
	j.spare = slices.Concat(before, fresh)
	err := j.list()
	if err != nil {
		j.spare = before
		err = j.forsake(err, fresh...)
	}
	return err
}

// forsake lets go of segments that no inventory names, because of an error. Where it is not
// known whether one does, the files stay.
func (j *journal) forsake(err error, all ...*segment) error {
	var unsynced *syncError
	for _, s := range all {
		if errors.As(err, &unsynced) {
			err = errors.Join(err, s.file.Close())
		} else {
			err = errors.Join(err, j.drop(s))
		}
	}
	return err
}

// empty lets go of all segments; live.db holds everything up to a moment.
func (j *journal) empty(moment uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.moment = max(j.moment, moment)
	err := j.dropAll(&j.spare, &j.used)
	j.small = err == nil
	return errors.Join(err, syncDir(j.dir))
}

// outwear sees to it that segments which hold records up to a moment take no more, and are not
// used again once they are let go of, nor those that were let go of before.
func (j *journal) outwear(moment uint64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.used {
		if s.holds(moment) {
			s.size, j.small = 0, true
		}
	}
	return j.dropSpare()
}

// holds says whether a segment in use has records up to a moment.
func (j *journal) holds(moment uint64) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.ContainsFunc(j.used, func(s *segment) bool { return s.holds(moment) })
}

func (s *segment) holds(moment uint64) bool { return s.moment > 0 && s.from <= moment }

func (j *journal) dropSpare() error {
	if len(j.spare) == 0 {
		return nil
	}
	return j.dropAll(&j.spare)
}

// dropAll takes segments out of the inventory, and then away.
func (j *journal) dropAll(lists ...*[]*segment) error {
	used, spare := j.used, j.spare
	var all []*segment
	for _, list := range lists {
		all, *list = append(all, *list...), nil
	}
	if err := j.list(); err != nil {
		j.used, j.spare = used, spare
		return err
	}
	var err error
	for _, s := range all {
		err = errors.Join(err, j.drop(s))
	}
	return err
}

func (j *journal) drop(s *segment) error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// unused says whether it holds nothing, and is ready for a little.
func (j *journal) unused() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.used) == 0 && len(j.spare) == 1
}

// ready makes a small segment, so that the first write need not wait for it.
func (j *journal) ready() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.used)+len(j.spare) > 0 {
		return nil
	}
	s, err := j.make(smallSegment)
	if err != nil {
		return err
	}
	if err := j.keep([]*segment{s}); err != nil {
		return err
	}
	j.small = false
	return nil
}

func (j *journal) close() error {
	var err error
	for _, s := range slices.Concat(j.used, j.spare) {
		err = errors.Join(err, s.file.Close())
	}
	return err
}
