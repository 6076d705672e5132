package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gancho/engine/store"
)

const reserveSize = 16 << 20

// reserve is a file that holds disk space for the day on which there is none left. Then it
// is given up, so that what is under way can end, and nothing more is accepted until there is
// room for it again.
type reserve struct {
	path string
	news chan struct{}

	mu   sync.Mutex
	held bool // the file is there
	full bool
}

func newReserve(dir string) *reserve {
	return &reserve{path: filepath.Join(dir, "reserve"), news: make(chan struct{}, 1)}
}

// err is store.ErrFull while the disk is.
func (r *reserve) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full {
		return store.ErrFull
	}
	return nil
}

// giveUp says that the disk is full. It answers true when that has made room.
func (r *reserve) giveUp() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	room := r.held && os.Remove(r.path) == nil
	r.held, r.full = false, true
	select {
	case r.news <- struct{}{}:
	default:
	}
	return room
}

// take holds the space, and says so.
func (r *reserve) take() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.held {
		if err := allocate(r.path, reserveSize); err != nil {
			return errors.Join(err, os.Remove(r.path))
		}
	}
	r.held, r.full = true, false
	return nil
}

// keepReserve takes the reserve, and takes it again after it was given up.
func (s *Store) keepReserve(ctx context.Context) {
	if err := s.reserve.take(); err != nil {
		s.log.Warn("there is no room for the reserve of disk space", "error", err)
	}
	for {
		select {
		case <-s.reserve.news:
		case <-ctx.Done():
			return
		}
		s.log.Error("the disk is full: nothing is accepted until there is room")
		for s.reserve.err() != nil {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
				return
			}
			if s.live.flush() == nil && s.reserve.take() == nil {
				s.log.Info("there is room on the disk again")
			}
		}
	}
}
