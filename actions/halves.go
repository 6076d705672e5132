package actions

import (
	"sync"
	"time"
)

// halves keep what was read of lists whose next page has to wait: a run that comes back goes
// on there. They live in memory; without them a list is read from its start.
type halves struct {
	mu   sync.Mutex
	kept map[string]half
}

const (
	mostHalves = 100
	halfFor    = 6 * time.Hour
)

func (h *halves) put(key string, v half) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kept == nil {
		h.kept = map[string]half{}
	}
	for k, old := range h.kept {
		if len(h.kept) >= mostHalves || time.Since(old.at) > halfFor {
			delete(h.kept, k)
		}
	}
	h.kept[key] = v
}

func (h *halves) take(key string) (half, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, ok := h.kept[key]
	delete(h.kept, key)
	return v, ok
}
