package engine

import (
	"context"
	"time"

	"gancho/engine/store"
)

// hearing is what a run knows of what comes for it while it is under way. The walker's mu guards it.
type hearing struct {
	inbox   map[string][]byte
	taking  map[string]bool // paths whose inbox was read, as long as the store may not know it
	asked   int             // how often some path wanted to hear
	asking  int             // how many of them the commit that is on its way tells
	told    int             // how many were told
	news    <-chan struct{} // closed when the inbox is out of date
	stirred chan struct{}   // closed when something else has changed for those who wait
}

func newHearing() hearing {
	return hearing{inbox: map[string][]byte{}, taking: map[string]bool{}, stirred: make(chan struct{})}
}

// hear takes in what the store answers to a commit.
func (h *hearing) hear(c *store.Commit, done *store.Committed) {
	for _, path := range c.Take {
		delete(h.taking, path)
	}
	if c.Waits == nil {
		return
	}
	h.told, h.news = h.asking, done.News
	for path, data := range done.Inbox {
		if !h.taking[path] {
			h.inbox[path] = data
		}
	}
}

// received gives what came for a step. It stays in the inbox until a record of the step is saved,
// which tells what became of it.
func (w *walker) received(rec *record) ([]byte, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	data, ok := w.inbox[rec.Path]
	if ok {
		delete(w.inbox, rec.Path)
		w.taking[rec.Path] = true
		rec.with(func(c *store.Commit) { c.Take = append(c.Take, rec.Path) })
	}
	return data, ok
}

// listen makes durable where the run waits while more of it is under way, and takes in what has come. It
// gives what is closed when more has, or the run is lost; nil in a trial.
func (w *walker) listen(ctx context.Context) (<-chan struct{}, error) {
	w.mu.Lock()
	w.asked++
	mine := w.asked
	w.mu.Unlock()
	if !w.hold(ctx) {
		return nil, errLost
	}
	w.mu.Lock()
	with, known, news := goOn(), w.told >= mine, w.news
	with.Waits, w.asking = w.waits(), w.asked
	w.mu.Unlock()
	if known {
		w.release()
		return news, nil
	}
	done, err := w.write(ctx, with)
	return done.News, err
}

// waits are the places where the run waits. The caller holds mu.
func (w *walker) waits() []store.Wait {
	waits := []store.Wait{}
	for _, o := range w.open {
		for _, wait := range []*store.Wait{o.wait, o.also} {
			if wait != nil {
				waits = append(waits, *wait)
			}
		}
	}
	return waits
}

// dueOf is when the first of some paths that wait may go on, at the latest when the run is over; a zero
// time when something came for one. It may be sooner once stirred is closed.
func (w *walker) dueOf(mine func(path string) bool) (due time.Time, stirred <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	due = w.until
	for _, o := range w.open {
		if !mine(o.path) {
			continue
		}
		if _, came := w.inbox[o.path]; came && o.wait != nil {
			due = time.Time{}
		}
		if !o.due.IsZero() && o.due.Before(due) {
			due = o.due
		}
	}
	return due, w.stirred
}

// stir lets those who wait look again.
func (w *walker) stir() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.stirred)
	w.stirred = make(chan struct{})
}
