package bolt

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A segment is written to only when the inventory on disk names it, whatever fails between.
func TestNoSegmentIsUsedBeforeItIsListed(t *testing.T) {
	SmallSegments()
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(beginInventory(dir, 1, false))
	reopen := func() *journal {
		listed, err := readInventory(inventoryPath(dir))
		must(err)
		must(listed.holds(dir, 99, 0))
		j, err := openJournal(dir, 7, false, listed)
		must(err)
		return j
	}
	j := reopen()
	j.small = false
	record := func(moment uint64) { must(j.append(make([]byte, 20<<10), moment)) }
	for moment := range uint64(3) { // a segment each
		record(moment + 1)
	}
	hindrance := filepath.Join(j.path(5), "x") // the second one that is used again gets no name
	must(os.MkdirAll(hindrance, 0o700))
	if err := j.release(3); err == nil {
		t.Fatal("a segment took the place of a folder")
	}
	must(os.RemoveAll(j.path(5)))
	record(4)
	record(5)
	must(j.close())
	var moments []uint64
	j = reopen()
	must(j.replay(2, func(moment uint64, _ []byte) error { moments = append(moments, moment); return nil }))
	must(j.close())
	if !slices.Equal(moments, []uint64{3, 4, 5}) {
		t.Errorf("the journal holds %v", moments)
	}
}
