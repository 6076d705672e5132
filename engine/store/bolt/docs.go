package bolt

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"

	"gancho/engine/store"
)

// followers are told of changed documents, in order and without gaps.
type followers struct {
	mu   sync.Mutex
	each map[*follower]bool
}

// follower queues what its reader has not seen; documents are few and small.
type follower struct {
	kinds []string
	news  chan struct{}
	queue []told
}

// told is a document as a change left it.
type told struct {
	change uint64
	doc    store.Doc
}

func (f *follower) wants(kind string) bool {
	return len(f.kinds) == 0 || slices.Contains(f.kinds, kind)
}

func (f *followers) tell(change uint64, docs []store.Doc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range f.each {
		for _, d := range docs {
			if r.wants(d.Kind) {
				r.queue = append(r.queue, told{change, d})
			}
		}
		select {
		case r.news <- struct{}{}:
		default:
		}
	}
}

func docKey(kind, id string) []byte { return []byte(kind + "\x00" + id) }

// PutDocs implements store.Docs.
func (s *Store) PutDocs(_ context.Context, docs []store.Doc) ([]int64, error) {
	var own error
	revisions := make([]int64, len(docs))
	written := slices.Clone(docs)
	changes := uint64(0)
	err := s.docs.do(func(tx *tx) error {
		own = nil
		for i, d := range docs {
			var before store.Doc
			err := get(tx, "docs", docKey(d.Kind, d.ID), &before)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			if d.Revision >= 0 && before.Revision != d.Revision {
				own = fmt.Errorf("%w: %s %s", store.ErrConflict, d.Kind, d.ID)
				return nil
			}
			revisions[i] = before.Revision + 1
			written[i].Revision = revisions[i]
		}
		var err error
		if changes, err = tx.bucket("docs").nextSequence(); err != nil {
			return err
		}
		return putDocs(tx, written)
	}, func() {
		if own == nil {
			s.changes.Store(changes)
			s.follow.tell(changes, written)
		}
	})
	if err := cmp.Or(err, own); err != nil {
		return nil, err
	}
	return revisions, nil
}

func putDocs(tx *tx, docs []store.Doc) error {
	for _, d := range docs {
		key := docKey(d.Kind, d.ID)
		if d.Value == nil {
			if err := tx.bucket("docs").delete(key); err != nil {
				return err
			}
			continue
		}
		if err := put(tx, "docs", key, d); err != nil {
			return err
		}
	}
	return nil
}

// GetDoc implements store.Docs.
func (s *Store) GetDoc(_ context.Context, kind, id string) (d store.Doc, err error) {
	err = s.docs.view(func(tx *tx) error { return get(tx, "docs", docKey(kind, id), &d) })
	return d, err
}

// ListDocs implements store.Docs.
func (s *Store) ListDocs(_ context.Context, kind, prefix string) (list []store.Doc, err error) {
	var sealed [][]byte
	err = s.docs.view(func(tx *tx) error {
		return each(tx, "docs", docKey(kind, prefix), func(_ string, value []byte) error {
			sealed = append(sealed, bytes.Clone(value))
			return nil
		})
	})
	if err != nil || len(sealed) == 0 {
		return nil, err
	}
	list = make([]store.Doc, len(sealed))
	errs := make([]error, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for part := range errs {
		group.Go(func() {
			for i := part; i < len(sealed) && errs[part] == nil; i += len(errs) {
				errs[part] = unseal(sealed[i], &list[i])
			}
		})
	}
	group.Wait()
	return list, errors.Join(errs...)
}

// Follow implements store.Docs. The reader is registered before the snapshot is taken; what
// the snapshot holds already is not told again.
func (s *Store) Follow(ctx context.Context, kinds ...string) iter.Seq[store.Doc] {
	return func(yield func(store.Doc) bool) {
		f := &follower{kinds: kinds, news: make(chan struct{}, 1)}
		s.follow.add(f)
		defer s.follow.drop(f)
		seen, ok := s.snapshot(f, yield)
		if !ok || !yield(store.Doc{}) {
			return
		}
		for {
			for _, t := range s.follow.take(f) {
				if t.change > seen && !yield(t.doc) {
					return
				}
			}
			select {
			case <-f.news:
			case <-ctx.Done():
				return
			}
		}
	}
}

// snapshot yields what there is, and says up to which change that is.
func (s *Store) snapshot(f *follower, yield func(store.Doc) bool) (change uint64, ok bool) {
	var all []store.Doc
	err := s.docs.view(func(tx *tx) error {
		change = tx.bucket("docs").sequence()
		return tx.bucket("docs").forEach(func(key, value []byte) error {
			kind, _, _ := strings.Cut(string(key), "\x00")
			if !f.wants(kind) {
				return nil
			}
			var d store.Doc
			err := unseal(value, &d)
			all = append(all, d)
			return err
		})
	})
	if err != nil {
		s.log.Error("read documents", "error", err)
		return 0, false
	}
	for _, d := range all {
		if !yield(d) {
			return 0, false
		}
	}
	return change, true
}

func (f *followers) add(r *follower) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.each == nil {
		f.each = map[*follower]bool{}
	}
	f.each[r] = true
}

func (f *followers) drop(r *follower) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.each, r)
}

func (f *followers) take(r *follower) []told {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := r.queue
	r.queue = nil
	return taken
}
