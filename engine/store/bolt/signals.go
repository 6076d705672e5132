package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"time"

	"gancho/engine/store"

	bbolt "go.etcd.io/bbolt"
)

// keptSignal waits for waits to come.
type keptSignal struct {
	Data  []byte
	Until time.Time
}

// Signal implements store.Runs.
func (s *Store) Signal(_ context.Context, signals []store.Signal) []error {
	answers := make([]error, len(signals))
	for i := range signals {
		var own error
		var woken []uint64
		err := s.live.do(func(tx *bbolt.Tx) error {
			var err error
			own = nil
			woken, err = s.signal(tx, &signals[i])
			if errors.Is(err, store.ErrUsed) || errors.Is(err, store.ErrNotFound) {
				own, err = err, nil
			}
			return err
		}, func() {
			s.sched.mu.Lock()
			defer s.sched.mu.Unlock()
			for _, n := range woken {
				s.sched.wake(n)
			}
		})
		answers[i] = errors.Join(err, own)
	}
	return answers
}

// signal gives one signal and says which runs to wake. store.ErrUsed and store.ErrNotFound
// are answers; nothing was written then.
func (s *Store) signal(tx *bbolt.Tx, g *store.Signal) ([]uint64, error) {
	if g.Run != "" {
		return s.give(tx, g)
	}
	var woken []uint64
	from := []byte(g.Name + "\x00")
	c := tx.Bucket([]byte("waits")).Cursor()
	for key, _ := c.Seek(from); bytes.HasPrefix(key, from); key, _ = c.Next() {
		n, path := binary.BigEndian.Uint64(key[len(from):]), string(key[len(from)+8:])
		at := join(n, path)
		if tx.Bucket([]byte("inbox")).Get(at) != nil {
			continue
		}
		if err := tx.Bucket([]byte("inbox")).Put(at, frame(g.Data)); err != nil {
			return nil, err
		}
		woken = append(woken, n)
	}
	if g.Keep <= 0 {
		return woken, nil
	}
	bucket := tx.Bucket([]byte("signals"))
	n, err := bucket.NextSequence()
	if err != nil {
		return nil, err
	}
	return woken, put(tx, "signals", append(from, number(n)...), keptSignal{g.Data, s.now().Add(g.Keep)})
}

// give hands a signal to one place of one run, once.
func (s *Store) give(tx *bbolt.Tx, g *store.Signal) ([]uint64, error) {
	n, r, own, err := s.find(tx, g.Run)
	if errors.Is(own, store.ErrNotFound) {
		if _, _, err := s.archive.run(g.Run); err == nil {
			own = store.ErrUsed
		}
	}
	if own != nil || err != nil {
		return nil, errors.Join(own, err)
	}
	at := join(n, g.Path)
	if r.Status.Final() || tx.Bucket([]byte("inbox")).Get(at) != nil || tx.Bucket([]byte("given")).Get(at) != nil {
		return nil, store.ErrUsed
	}
	// A place whose outcome is unknown may be asked again after a repeat.
	if r.Status != store.Unknown {
		if err := tx.Bucket([]byte("given")).Put(at, []byte{1}); err != nil {
			return nil, err
		}
	}
	return []uint64{n}, tx.Bucket([]byte("inbox")).Put(at, frame(g.Data))
}

// await registers a wait. It says true when there is a signal for it already.
func (s *Store) await(tx *bbolt.Tx, n uint64, w store.Wait) (bool, error) {
	inbox := tx.Bucket([]byte("inbox"))
	if inbox.Get(join(n, w.Path)) != nil {
		return true, nil
	}
	if w.Name == "" {
		return false, nil
	}
	from := []byte(w.Name + "\x00")
	c := tx.Bucket([]byte("signals")).Cursor()
	for key, value := c.Seek(from); bytes.HasPrefix(key, from); key, value = c.Next() {
		var kept keptSignal
		if err := unseal(value, &kept); err != nil {
			return false, err
		}
		if s.now().Before(kept.Until) {
			return true, inbox.Put(join(n, w.Path), frame(kept.Data))
		}
	}
	return false, tx.Bucket([]byte("waits")).Put(waitKey(n, w), []byte{1})
}

func waitKey(n uint64, w store.Wait) []byte {
	return append([]byte(w.Name+"\x00"), join(n, w.Path)...)
}

func (s *Store) dropWaits(tx *bbolt.Tx, n uint64, r *savedRun) error {
	for _, w := range r.Waits {
		if w.Name == "" {
			continue
		}
		if err := tx.Bucket([]byte("waits")).Delete(waitKey(n, w)); err != nil {
			return err
		}
	}
	r.Waits = nil
	return nil
}
