package bolt

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// journalOf opens the journal of a folder whose live.db holds all up to a moment.
func journalOf(t *testing.T, dir string, moment uint64) *journal {
	t.Helper()
	listed, err := readInventory(inventoryPath(dir))
	must(t, err)
	must(t, listed.holds(dir, moment, 0))
	j, err := openJournal(dir, 7, false, listed)
	must(t, err)
	return j
}

// A segment is written to only when the inventory on disk names it, whatever fails between.
func TestNoSegmentIsUsedBeforeItIsListed(t *testing.T) {
	SmallSegments()
	dir := t.TempDir()
	must(t, beginInventory(dir, 1, false))
	j := journalOf(t, dir, 99)
	j.small = false
	record := func(moment uint64) { must(t, j.append(make([]byte, 20<<10), moment)) }
	for moment := range uint64(3) { // a segment each
		record(moment + 1)
	}
	hindrance := filepath.Join(j.path(5), "x") // the second one that is used again gets no name
	must(t, os.MkdirAll(hindrance, 0o700))
	if err := j.release(3); err == nil {
		t.Fatal("a segment took the place of a folder")
	}
	must(t, os.RemoveAll(j.path(5)))
	record(4)
	record(5)
	must(t, j.close())
	var moments []uint64
	j = journalOf(t, dir, 99)
	must(t, j.replay(2, func(moment uint64, _ []byte) error { moments = append(moments, moment); return nil }))
	must(t, j.close())
	if !slices.Equal(moments, []uint64{3, 4, 5}) {
		t.Errorf("the journal holds %v", moments)
	}
}

// Power fails while a record is written, and its beginning is on disk. What is accepted after
// that may stand in another segment, and a further start must not take the rest for a loss.
func TestATornRecordIsNoLossLater(t *testing.T) {
	SmallSegments()
	dir := t.TempDir()
	must(t, beginInventory(dir, 1, false))
	start := func() (j *journal, records int) {
		j = journalOf(t, dir, 0)
		must(t, j.replay(0, func(uint64, []byte) error { records++; return nil }))
		return j, records
	}
	j, _ := start()
	must(t, j.append(make([]byte, 4<<10), 1))
	s, torn := j.used[len(j.used)-1], make([]byte, 6<<10)
	torn[5<<10] = 1
	s.head(torn, 2)
	_, err := s.file.WriteAt(torn[:4<<10], s.end)
	must(t, err)
	must(t, j.close())
	j, _ = start()
	must(t, j.append(make([]byte, 14<<10), 3)) // no room behind the first one
	must(t, j.close())
	j, records := start()
	must(t, j.close())
	if records != 2 {
		t.Errorf("%d records are left of 2", records)
	}
}
