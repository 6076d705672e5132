package bolt

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gancho/engine/store"
)

// rejects keeps the newest refused deliveries of each flow in memory, and now and then in a
// file, without a sync: strangers can neither fill the disk nor keep it busy. A kill loses
// those of the last seconds, and a file that cannot be read all of them.
type rejects struct {
	path string
	log  *slog.Logger

	saving sync.Mutex // held while the file is written

	mu      sync.Mutex // guards what follows
	number  uint64
	kept    map[string][]store.EventInfo
	bytes   int // of all bodies
	changed bool
}

const (
	mostRejects     = 200      // of a flow
	mostRejectBytes = 4 << 20  // of the bodies of a flow; the oldest go first
	mostAllRejects  = 64 << 20 // of the bodies of all flows
	rejectsEvery    = 5 * time.Second
)

// savedRejects is the file. Members are added, never changed.
type savedRejects struct {
	Number uint64
	Kept   map[string][]store.EventInfo
}

func newRejects(dir string, log *slog.Logger) *rejects {
	r := &rejects{path: filepath.Join(dir, "rejected"), log: log, kept: map[string][]store.EventInfo{}}
	if err := r.load(); err != nil {
		log.Warn("refused deliveries of before cannot be read and are forgotten", "error", err)
	}
	return r
}

func (r *rejects) load() error {
	data, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var saved savedRejects
	if err := unseal(data, &saved); err != nil {
		return err
	}
	r.number = saved.Number
	for flow, list := range saved.Kept {
		r.kept[flow] = list
		for i := range list {
			r.bytes += len(list[i].Body)
		}
	}
	return nil
}

func (r *rejects) saveNowAndThen(ctx context.Context) {
	t := time.NewTicker(rejectsEvery)
	defer t.Stop()
	for done := false; !done; {
		select {
		case <-t.C:
		case <-ctx.Done():
			done = true
		}
		if err := r.save(false); err != nil {
			r.log.Debug("refused deliveries are in memory alone", "error", err)
		}
	}
}

// save writes the file anew where something changed. What was erased must be gone for good.
func (r *rejects) save(forGood bool) error {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.mu.Lock()
	changed := r.changed
	saved := savedRejects{r.number, make(map[string][]store.EventInfo, len(r.kept))}
	for flow, list := range r.kept {
		saved.Kept[flow] = slices.Clone(list)
	}
	r.changed = false
	r.mu.Unlock()
	if !changed {
		return nil
	}
	data, err := seal(saved)
	if err == nil {
		err = replaceFile(r.path, data, forGood)
	}
	if err != nil {
		r.touch()
	}
	return err
}

func (r *rejects) touch() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changed = true
}

func (r *rejects) add(events []store.Event) (added []store.EventInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		r.number++
		info := store.EventInfo{
			ID: newID(e.At, 2, r.number), Flow: e.Flow, At: e.At, Outcome: store.Rejected, Name: e.Name, Title: e.Title,
			Reason: e.Reason, Size: len(e.Body),
		}
		added = append(added, info)
		info.Meta, info.Body = e.Meta, e.Body
		r.bytes += len(info.Body)
		r.kept[e.Flow] = append(r.kept[e.Flow], info)
		r.bound(e.Flow)
	}
	r.changed = true
	return added
}

// bound drops the oldest of a flow, and bodies of the oldest that are left.
func (r *rejects) bound(flow string) {
	list := r.kept[flow]
	for len(list) > mostRejects {
		r.bytes -= len(list[0].Body)
		list[0] = store.EventInfo{} // nothing holds on to it any more
		list = list[1:]
	}
	own := 0
	for i := range list {
		own += len(list[i].Body)
	}
	for i := 0; i < len(list) && (own > mostRejectBytes || r.bytes > mostAllRejects); i++ {
		own, r.bytes = own-len(list[i].Body), r.bytes-len(list[i].Body)
		list[i].Body = nil
	}
	r.kept[flow] = list
}

// expire drops what is older than a flow keeps it.
func (r *rejects) expire(now time.Time, keep func(flow string) store.Keep) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for flow, list := range r.kept {
		k := complete(keep(flow))
		left := list[:0:0]
		for _, e := range list {
			age := now.Sub(e.At)
			if age > k.Bodies && e.Body != nil || age > k.Runs {
				r.bytes -= len(e.Body)
				e.Body, r.changed = nil, true
			}
			if age <= k.Runs {
				left = append(left, e)
			}
		}
		if r.kept[flow] = left; len(left) == 0 {
			delete(r.kept, flow)
		}
	}
}

// erase takes out what some hold. That they came stays.
func (r *rejects) erase(ids []string, at time.Time) error {
	r.mu.Lock()
	found := false
	for _, kept := range r.kept {
		for i := range kept {
			if slices.Contains(ids, kept[i].ID) {
				r.bytes -= len(kept[i].Body)
				eraseInfo(&kept[i], at)
				found = true
			}
		}
	}
	r.changed = r.changed || found
	r.mu.Unlock()
	if !found {
		return nil
	}
	return r.save(true)
}

func (r *rejects) list(q store.Query, what *sought) []store.EventInfo {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []store.EventInfo
	for flow, kept := range r.kept {
		for i := len(kept) - 1; i >= 0 && (q.Flow == "" || q.Flow == flow); i-- {
			e := kept[i]
			if what != nil && !what.inEvent(&savedEvent{EventInfo: e}) {
				continue
			}
			e.Meta, e.Body = nil, nil
			if !outside(q, e.At) {
				list = append(list, e)
			}
		}
	}
	slices.SortFunc(list, func(a, b store.EventInfo) int { return cmp.Compare(rejectNumber(b), rejectNumber(a)) })
	return list
}

func (r *rejects) get(id string) (store.EventInfo, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, kept := range r.kept {
		for _, e := range kept {
			if e.ID == id {
				return e, true
			}
		}
	}
	return store.EventInfo{}, false
}
