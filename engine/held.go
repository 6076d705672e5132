package engine

import "strings"

// What a run may hold and tell; more ends it with too_big.
const (
	maxHeld  = 16 << 20 // its records, without those of finished turns
	maxStory = 48 << 20 // all of its records
)

// held are the records of a run that it goes on from. What it held of a finished turn is let
// go of: it is history, of which only the size still counts.
type held struct {
	records map[string]*record
	sizes   map[string]int             // of the records as they were last saved
	within  map[string]map[string]bool // the paths right below one
	size    int                        // of all in sizes
	history int                        // of all that was let go of
	whole   bool                       // records are kept all the same, for a story that is told from memory
}

func newHeld() *held {
	return &held{records: map[string]*record{}, sizes: map[string]int{}, within: map[string]map[string]bool{}}
}

// restore takes a record as it was saved.
func (h *held) restore(rec *record, size int) {
	h.add(rec)
	h.resize(rec.Path, size)
	h.history += rec.History
}

func (h *held) add(rec *record) {
	h.records[rec.Path] = rec
	path := rec.Path
	for up := above(path); up != ""; path, up = up, above(up) {
		if h.within[up][path] {
			return
		}
		if h.within[up] == nil {
			h.within[up] = map[string]bool{}
		}
		h.within[up][path] = true
	}
}

func (h *held) resize(path string, size int) {
	h.size += size - h.sizes[path]
	h.sizes[path] = size
}

// letGo lets go of all below the path of a finished turn and gives the size that it had.
func (h *held) letGo(turn string) int {
	size := 0
	for path := range h.within[turn] {
		size += h.sizes[path] + h.letGo(path)
		h.size -= h.sizes[path]
		h.history += h.sizes[path]
		delete(h.sizes, path)
		if rec := h.records[path]; rec != nil {
			size += rec.History
		}
		if !h.whole {
			delete(h.records, path)
		}
	}
	delete(h.within, turn)
	return size
}

// fault says why a run that holds so much cannot go on.
func (h *held) fault() *Fault {
	if h.size > maxHeld {
		return Faultf("too_big", "the run's outputs are over 16 MiB")
	}
	if h.size+h.history > maxStory {
		return Faultf("too_big", "the run's outputs, with those of finished turns, are over 48 MiB")
	}
	return nil
}

// above is the path that another lies right below: the turn of a step, or the loop of a turn.
func above(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }
