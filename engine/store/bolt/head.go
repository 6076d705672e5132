package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"os"

	bbolt "go.etcd.io/bbolt"
)

// A bbolt file has two heads, and is read by the newer one that is whole. A head is written at
// once, so that no crash leaves half of one: when one is damaged, the other may be that of an
// older state, in which something is missing.
const (
	headAt  = 16 // in its page
	headSum = 56 // where its sum is, an FNV-64a of what comes before
)

// soundHeads holds an open file to two whole heads.
func soundHeads(db *bbolt.DB) error {
	f, err := os.Open(db.Path())
	if err != nil {
		return err
	}
	for i := range int64(2) {
		head := make([]byte, headSum+8)
		if _, e := f.ReadAt(head, i*int64(db.Info().PageSize)+headAt); e != nil {
			err = errors.Join(err, e)
			continue
		}
		sum := fnv.New64a()
		_, _ = sum.Write(head[:headSum]) //nolint:errcheck // a hash takes everything
		if sum.Sum64() != binary.NativeEndian.Uint64(head[headSum:]) {
			err = fmt.Errorf("one of its heads is damaged: %w", errDamaged)
		}
	}
	return errors.Join(err, f.Close())
}
