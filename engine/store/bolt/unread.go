package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gancho/engine/store"
)

// unread is what is known of files of the archive that cannot be read.
type unread struct {
	mu     sync.Mutex
	looked time.Time
	gone   map[*volume][]string // files that are missing, or empty
}

const unreadEvery = 5 * time.Second

// Unread implements store.History. Files are looked at now and then; what a reader stumbled
// over is known at once.
func (s *Store) Unread(flow string) []string {
	a := s.archive
	a.mu.RLock()
	defer a.mu.RUnlock()
	a.unread.mu.Lock()
	defer a.unread.mu.Unlock()
	if now := s.now(); a.unread.gone == nil || now.Sub(a.unread.looked) >= unreadEvery {
		a.unread.looked, a.unread.gone = now, map[*volume][]string{}
		for _, v := range a.volumes {
			if gone := v.gone(); len(gone) > 0 {
				a.unread.gone[v] = gone
			}
		}
	}
	var all []string
	for _, v := range a.volumes {
		if _, has := v.note.Flows[flow]; flow != "" && !has {
			continue
		}
		for _, name := range slices.Concat(a.unread.gone[v], v.stumbled()) {
			if name = filepath.ToSlash(filepath.Join("archive", name)); !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// there says whether a file is there, begins as it should, and is as long as both of its heads
// say. What cannot be told just now counts as there.
func there(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return true
	}
	const magic, size = 0xED0CDAED, 8 // and where the size of a page is
	head := make([]byte, headEnd+8)
	if _, err := f.ReadAt(head, headAt); err != nil || !info.Mode().IsRegular() || binary.NativeEndian.Uint32(head) != magic {
		return false
	}
	page, end := int64(binary.NativeEndian.Uint32(head[size:])), binary.NativeEndian.Uint64(head[headEnd:])
	if _, err := f.ReadAt(head, page+headAt); err != nil {
		return false
	}
	end = min(end, binary.NativeEndian.Uint64(head[headEnd:]))
	return page > 0 && end <= uint64(info.Size()/page) //nolint:gosec // a size
}

// gone names the files of a volume that are not there.
func (v *volume) gone() (names []string) {
	for _, ext := range []string{rowsExt, bodiesExt} {
		if v.note.Last == 0 || ext == bodiesExt && v.note.NoBodies {
			continue
		}
		if !there(v.path(ext)) {
			names = append(names, filepath.Base(v.path(ext)))
		}
	}
	return names
}

// stumbled names the files that a reader found damaged.
func (v *volume) stumbled() []string {
	v.faults.Lock()
	defer v.faults.Unlock()
	return slices.Clone(v.faulty)
}

// damaged notes that a file cannot be read, and gives the clear word about it.
func (v *volume) damaged(ext string, cause any) error {
	name := filepath.Base(v.path(ext))
	v.faults.Lock()
	defer v.faults.Unlock()
	if !slices.Contains(v.faulty, name) {
		v.faulty = append(v.faulty, name)
	}
	return fmt.Errorf("%w: archive/%s (%v): put the file back from a backup and start again, or live without what it held", store.ErrUnread, name, cause)
}
