package bolt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
)

// rowsAt are the rows of a bucket after each op: what a reader of a moment must see, and no more.
type rowsAt struct {
	mu      sync.Mutex // guards what follows; ops hold live's lock too
	moments []uint64
	rows    [][]pair
}

func (r *rowsAt) keep(moment uint64, rows []pair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.moments, r.rows = append(r.moments, moment), append(r.rows, rows)
}

func (r *rowsAt) at(moment uint64) []pair {
	r.mu.Lock()
	defer r.mu.Unlock()
	i, there := slices.BinarySearch(r.moments, moment)
	if !there {
		i--
	}
	return r.rows[i]
}

func sorted(rows map[string][]byte) []pair {
	list := make([]pair, 0, len(rows))
	for key, value := range rows {
		list = append(list, pair{key, value})
	}
	slices.SortFunc(list, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	return list
}

// quick makes a folder, in memory where that is possible: there more happens at once.
func quick(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "gancho-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

var errTakenBack = errors.New("taken back")

const scanned = "keys" // the bucket

// TestAReaderSeesOneMoment compares whole scans, forward and backward, walks to and fro, those of a
// prefix and single rows with a plain map, beside ops, ops that are taken back, checkpoints and
// rewrites of live.db. An op sees what it wrote itself.
func TestAReaderSeesOneMoment(t *testing.T) {
	s, err := Open(t.Context(), quick(t), Options{})
	must(t, err)
	defer s.Close()
	history, now := &rowsAt{}, map[string][]byte{}
	history.keep(0, nil)
	write := func(r *rand.Rand) {
		err := s.live.do(func(tx *tx) error {
			rows := maps.Clone(now)
			for range 1 + r.IntN(4) {
				key := fmt.Sprintf("%c%02d", 'a'+rune(r.IntN(3)), r.IntN(20))
				if r.IntN(3) == 0 {
					delete(rows, key)
					must(t, tx.bucket(scanned).delete([]byte(key)))
					continue
				}
				rows[key] = fmt.Appendf(nil, "%d.%d", tx.seq, r.Uint32())
				must(t, tx.bucket(scanned).put([]byte(key), rows[key]))
			}
			list := sorted(rows)
			compare(t, tx, list, r)
			if r.IntN(4) == 0 {
				return errTakenBack
			}
			now = rows
			history.keep(tx.seq, list)
			return nil
		}, nil)
		if err != nil && !errors.Is(err, errTakenBack) {
			t.Error(err)
		}
	}
	var writers, others sync.WaitGroup
	for seed := range uint64(8) {
		writers.Go(func() {
			for r, i := rand.New(rand.NewPCG(seed, 1)), 0; i < 60; i++ {
				write(r)
			}
		})
	}
	ended := make(chan struct{})
	meanwhile := func(do func(i int)) {
		others.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-ended:
					return
				default:
					do(i)
				}
			}
		})
	}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 2))
		meanwhile(func(int) {
			must(t, s.live.view(func(tx *tx) error {
				rows := history.at(tx.seq)
				for range 1 + r.IntN(3) {
					compare(t, tx, rows, r)
				}
				return nil
			}))
		})
	}
	meanwhile(func(i int) {
		err := s.live.flush()
		if i%8 == 0 {
			err = errors.Join(err, s.Rewrite())
		}
		if err != nil {
			t.Error(err)
		}
	})
	writers.Wait()
	close(ended)
	others.Wait()
}

// compare a moment with the rows that it has.
func compare(t *testing.T, tx *tx, rows []pair, r *rand.Rand) {
	t.Helper()
	same := func(how string, got, want []pair) {
		t.Helper()
		if !slices.EqualFunc(got, want, func(a, b pair) bool { return a.key == b.key && bytes.Equal(a.value, b.value) }) {
			t.Errorf("%s at %d: got %s, want %s", how, tx.seq, got, want)
		}
	}
	b := tx.bucket(scanned)
	var got []pair
	c := b.cursor()
	for key, value := c.first(); key != nil; key, value = c.next() {
		got = append(got, pair{string(key), bytes.Clone(value)})
	}
	same("forward", got, rows)
	got = nil
	for key, value := c.last(); key != nil; key, value = c.prev() {
		got = append(got, pair{string(key), bytes.Clone(value)})
	}
	slices.Reverse(got)
	same("backward", got, rows)
	within := string(rune('a' + r.IntN(3)))
	got = nil
	must(t, each(tx, scanned, []byte(within), func(rest string, value []byte) error {
		got = append(got, pair{within + rest, bytes.Clone(value)})
		return nil
	}))
	same("within "+within, got, slices.DeleteFunc(slices.Clone(rows), func(p pair) bool { return p.key[:1] != within }))
	key := fmt.Sprintf("%c%02d", 'a'+rune(r.IntN(3)), r.IntN(20))
	i, there := slices.BinarySearchFunc(rows, key, func(p pair, key string) int { return cmp.Compare(p.key, key) })
	if value := b.get([]byte(key)); there != (value != nil) || there && !bytes.Equal(value, rows[i].value) {
		t.Errorf("%s at %d is %q", key, tx.seq, value)
	}
	at, value := c.seek([]byte(key))
	for range 20 {
		if end := i < 0 || i >= len(rows); end != (at == nil) || !end && (rows[i].key != string(at) || !bytes.Equal(rows[i].value, value)) {
			t.Errorf("to and fro at %d: got %s %q, want place %d of %s", tx.seq, at, value, i, rows)
		}
		if at == nil {
			return
		}
		if r.IntN(2) == 0 {
			i++
			at, value = c.next()
		} else {
			i--
			at, value = c.prev()
		}
	}
}
