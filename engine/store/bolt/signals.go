package bolt

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"time"

	"gancho/engine/store"
)

// keptSignal waits for waits to come.
type keptSignal struct {
	Data  []byte
	Until time.Time
}

// Signal implements store.Runs.
func (s *Store) Signal(_ context.Context, signals []store.Signal) []error {
	own, woken := make([]error, len(signals)), make([][]uint64, len(signals))
	errs := s.live.each(len(signals), func(i int, tx *tx) (err error) {
		woken[i], err = s.signal(tx, &signals[i])
		if errors.Is(err, store.ErrUsed) || errors.Is(err, store.ErrNotFound) {
			own[i], err = err, nil
		}
		return err
	}, func(i int) {
		s.sched.mu.Lock()
		defer s.sched.mu.Unlock()
		for _, n := range woken[i] {
			s.sched.wake(n)
		}
	})
	for i := range errs {
		errs[i] = cmp.Or(errs[i], own[i])
	}
	return errs
}

// signal gives one signal and says which runs to wake. store.ErrUsed and store.ErrNotFound
// are answers; nothing was written then.
func (s *Store) signal(tx *tx, g *store.Signal) ([]uint64, error) {
	if g.Run != "" {
		return s.give(tx, g)
	}
	var woken []uint64
	from := []byte(g.Name + "\x00")
	c := tx.bucket("waits").cursor()
	for key, _ := c.seek(from); bytes.HasPrefix(key, from); key, _ = c.next() {
		n, path := binary.BigEndian.Uint64(key[len(from):]), string(key[len(from)+8:])
		at := join(n, path)
		if tx.bucket("inbox").get(at) != nil {
			continue
		}
		if err := tx.bucket("inbox").put(at, frame(g.Data)); err != nil {
			return nil, err
		}
		woken = append(woken, n)
	}
	if g.Keep <= 0 {
		return woken, nil
	}
	bucket := tx.bucket("signals")
	n, err := bucket.nextSequence()
	if err != nil {
		return nil, err
	}
	return woken, put(tx, "signals", append(from, number(n)...), keptSignal{g.Data, s.now().Add(g.Keep)})
}

// give hands a signal to one place of one run, once.
func (s *Store) give(tx *tx, g *store.Signal) ([]uint64, error) {
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
	if r.Status.Final() || tx.bucket("inbox").get(at) != nil || tx.bucket("given").get(at) != nil {
		return nil, store.ErrUsed
	}
	if !g.Again {
		if err := tx.bucket("given").put(at, []byte{1}); err != nil {
			return nil, err
		}
	}
	return []uint64{n}, tx.bucket("inbox").put(at, frame(g.Data))
}

// await registers a wait. It says true when there is a signal for it already.
func (s *Store) await(tx *tx, n uint64, w store.Wait) (bool, error) {
	inbox := tx.bucket("inbox")
	if inbox.get(join(n, w.Path)) != nil {
		return true, nil
	}
	if w.Name == "" {
		return false, nil
	}
	from := []byte(w.Name + "\x00")
	c := tx.bucket("signals").cursor()
	for key, value := c.seek(from); bytes.HasPrefix(key, from); key, value = c.next() {
		var kept keptSignal
		if err := unseal(value, &kept); err != nil {
			return false, err
		}
		if s.now().Before(kept.Until) {
			return true, inbox.put(join(n, w.Path), frame(kept.Data))
		}
	}
	return false, tx.bucket("waits").put(waitKey(n, w), []byte{1})
}

func waitKey(n uint64, w store.Wait) []byte {
	return append([]byte(w.Name+"\x00"), join(n, w.Path)...)
}

func (s *Store) dropWaits(tx *tx, n uint64, r *savedRun) error {
	for _, w := range r.Waits {
		if w.Name == "" {
			continue
		}
		if err := tx.bucket("waits").delete(waitKey(n, w)); err != nil {
			return err
		}
	}
	r.Waits = nil
	return nil
}
