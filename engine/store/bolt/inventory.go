package bolt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
)

// inventory says which segments a journal must have. It is written before one is used and
// before one is taken away, so that no segment goes missing unseen; and its turn and moment
// tell a journal and a live.db of different times apart.
type inventory struct {
	Turn     uint64   // rises with each one that is written
	Moment   uint64   // up to which live.db held everything
	From     uint64   // the first segment that begins with a record of its own
	Segments []uint64 // that must be there
	Backup   bool     `json:",omitempty"` // nobody has opened the folder since it was written
}

const inventoryName = "segments"

func inventoryPath(dir string) string { return filepath.Join(dir, "journal", inventoryName) }

func (i *inventory) write(path string) error {
	text, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return replaceFile(path, fmt.Appendf(nil, "%s\n%08x\n", text, crc32.Checksum(text, castagnoli)), true)
}

func readInventory(path string) (i inventory, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return i, fmt.Errorf("journal/%s is missing: %w", inventoryName, errLost)
	}
	if err != nil {
		return i, fmt.Errorf("open the journal: %w", err)
	}
	text, sum, _ := bytes.Cut(data, []byte("\n"))
	if string(sum) != fmt.Sprintf("%08x\n", crc32.Checksum(text, castagnoli)) || json.Unmarshal(text, &i) != nil {
		return i, fmt.Errorf("journal/%s is damaged: %w", inventoryName, errLost)
	}
	return i, nil
}

// errLost says what may be gone, and how to go on.
var errLost = errors.New("events that were accepted are lost with it. Put the file back, or restore the newest backup that `gancho db check` finds sound, or go on without them: gancho db repair")

// firstInventory is that of a folder which has none yet, with the segments that are there.
func firstInventory(dir string, turn uint64) (inventory, error) {
	numbers, err := segmentsOf(filepath.Join(dir, "journal"))
	first := inventory{Turn: turn, From: 1, Segments: numbers}
	if n := len(numbers); n > 0 {
		first.From = numbers[n-1] + 1
	}
	return first, err
}

// inventoryOf reads what a folder must have; one of a former format has what is there.
func inventoryOf(dir string, written bool) (inventory, error) {
	if !written {
		return firstInventory(dir, 0)
	}
	return readInventory(inventoryPath(dir))
}

// beginInventory writes the first one.
func beginInventory(dir string, turn uint64, backup bool) error {
	first, err := firstInventory(dir, turn)
	if err == nil {
		err = makeFolder(filepath.Join(dir, "journal"))
	}
	if err != nil {
		return fmt.Errorf("begin a journal: %w", err)
	}
	first.Backup = backup
	return first.write(inventoryPath(dir))
}

// IsBackup says whether a folder is a backup, which is kept without its master key.
func IsBackup(dir string) bool {
	listed, err := readInventory(inventoryPath(dir))
	return err == nil && listed.Backup
}

// holds compares an inventory with the journal's files, and with what live.db says of itself.
func (i *inventory) holds(dir string, moment, turn uint64) error {
	for _, n := range i.Segments {
		if _, err := os.Stat(filepath.Join(dir, "journal", segmentName(n))); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("journal/%s is missing: %w", segmentName(n), errLost)
		} else if err != nil {
			return fmt.Errorf("open the journal: %w", err)
		}
	}
	switch {
	case moment < i.Moment:
		return fmt.Errorf("live.db is older than the journal: %w", errLost)
	case i.Turn < turn:
		return fmt.Errorf("the journal is older than live.db: %w", errLost)
	}
	return nil
}

// list writes the inventory anew. Callers hold mu.
func (j *journal) list() error {
	next := inventory{Turn: j.listed.Turn + 1, Moment: j.moment, From: j.listed.From}
	for _, s := range slices.Concat(j.used, j.spare) {
		next.Segments = append(next.Segments, s.number)
	}
	if err := next.write(filepath.Join(j.dir, inventoryName)); err != nil {
		return err
	}
	j.listed = next
	return nil
}

// turn is that of the newest inventory.
func (j *journal) turn() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.listed.Turn
}
