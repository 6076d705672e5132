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
// A record is written when the one before it is on disk. So only the last one can be cut
// off, by a crash, and nobody was told of it.
type journal struct {
	dir    string
	secret uint64

	mu    sync.Mutex // guards what follows
	used  []*segment // oldest first; the last one is written
	spare []*segment // ready for use, in this order
	small bool       // the next segment may be small: little is going on
	next  uint64
}

type segment struct {
	number uint64
	mark   uint64
	file   *os.File
	size   int64
	end    int64  // where the next record goes
	moment uint64 // of the last record
	count  int    // records that were found in it
}

// The sizes of segments: of the first one, and of all later ones while there is much to write.
const smallSize, largeSize = 1 << 20, 8 << 20

var smallSegment, largeSegment int64 = smallSize, largeSize // less in tests

const (
	recordHead = 24
	segmentExt = ".log"
	journalDir = "journal"
)

func openJournal(dir string, secret uint64) (*journal, error) {
	if err := os.MkdirAll(filepath.Join(dir, journalDir), 0o700); err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	return openSegments(dir, secret, os.O_RDWR)
}

// openSegments opens what is there of a journal.
func openSegments(dir string, secret uint64, how int) (*journal, error) {
	j := &journal{dir: filepath.Join(dir, journalDir), secret: secret, small: true, next: 1}
	numbers, err := segmentsOf(j.dir)
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		f, err := os.OpenFile(j.path(n), how, 0)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the journal: %w", err), j.close())
		}
		j.used, j.next = append(j.used, &segment{number: n, mark: n ^ secret, file: f}), n+1
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
	return filepath.Join(j.dir, fmt.Sprintf("%08d%s", n, segmentExt))
}

// replay gives all changes after a moment, in order. What is believed then stays.
func (j *journal) replay(after uint64, f func(moment uint64, changes []byte) error) error {
	if err := j.read(after, f); err != nil {
		return err
	}
	for _, s := range j.used {
		if err := syncData(s.file); err != nil {
			return fmt.Errorf("sync the journal: %w", err)
		}
	}
	return nil
}

// read is replay without a write.
func (j *journal) read(after uint64, f func(moment uint64, changes []byte) error) error {
	for i, s := range j.used {
		data, err := os.ReadFile(s.file.Name())
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		s.size = int64(len(data))
		rest, err := s.records(data, func(moment uint64, changes []byte) error {
			s.moment, s.count = moment, s.count+1
			if moment <= after {
				return nil
			}
			return f(moment, changes)
		})
		if err != nil {
			return fmt.Errorf("journal %s: %w", filepath.Base(s.file.Name()), err)
		}
		s.end = int64(len(data) - len(rest))
		if s.shortened() {
			return fmt.Errorf("journal %s is cut off at %d bytes: %w", filepath.Base(s.file.Name()), s.size, errDamaged)
		}
		if i > 0 && s.moment > 0 && j.used[i-1].cutOff() {
			return fmt.Errorf("journal %s: %w", filepath.Base(j.used[i-1].file.Name()), errDamaged)
		}
	}
	return nil
}

// unwritten says whether no segment holds a record.
func (j *journal) unwritten() bool {
	return !slices.ContainsFunc(j.used, func(s *segment) bool { return s.end > 0 })
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
	return !slices.Contains(usual, s.size) && (s.size < smallSegment || s.count > 1 || s.count == 1 && s.end < s.size)
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
			return nil, err
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
				return nil, errDamaged
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
	binary.BigEndian.PutUint32(record, uint32(len(record))) //nolint:gosec // bounded by the queue
	binary.BigEndian.PutUint64(record[8:], s.mark)
	binary.BigEndian.PutUint64(record[16:], moment)
	binary.BigEndian.PutUint32(record[4:], crc32.Checksum(record[8:], castagnoli))
	if _, err := s.file.WriteAt(record, s.end); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	if err := syncData(s.file); err != nil {
		return &syncError{err}
	}
	s.end, s.moment = s.end+int64(len(record)), moment
	return nil
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
	if len(j.spare) > 0 && j.spare[0].size >= size {
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
		if s, err = j.make(max(least, size)); err != nil {
			return nil, err
		}
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
		err = f.Sync()
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
	for len(j.used) > 1 && j.used[0].moment <= moment {
		old := j.used[0]
		j.used = j.used[1:]
		if len(j.spare) == mostSpare || old.size != largeSegment {
			if err := j.drop(old); err != nil {
				return err
			}
			continue
		}
		s := j.segment(old.size)
		if err := errors.Join(old.file.Close(), j.name(s, old.file.Name())); err != nil {
			return err
		}
		j.spare = append(j.spare, s)
	}
	return nil
}

// empty lets go of all segments; live.db holds everything.
func (j *journal) empty() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.dropSpare()
	for _, s := range j.used {
		err = errors.Join(err, j.drop(s))
	}
	j.used, j.small = nil, true
	return errors.Join(err, syncDir(j.dir))
}

func (j *journal) dropSpare() error {
	var err error
	for _, s := range j.spare {
		err = errors.Join(err, j.drop(s))
	}
	j.spare = nil
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
	if err == nil {
		j.spare, j.small = append(j.spare, s), false
	}
	return err
}

func (j *journal) close() error {
	var err error
	for _, s := range slices.Concat(j.used, j.spare) {
		err = errors.Join(err, s.file.Close())
	}
	return err
}
