package bolt

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"testing"
)

// Who reads at a moment sees nothing newer, while newer versions of what is read are added.
func TestReadersOfATableSeeNothingNewer(t *testing.T) {
	var l list
	l.clear()
	key := []byte("run")
	var durable atomic.Uint64
	put := func(seq uint64) { l.put(key, binary.BigEndian.AppendUint64(nil, seq), false, seq) }
	put(1)
	durable.Store(1)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for seq := durable.Load(); seq < 100_000; seq = durable.Load() {
				if n := l.get(key, seq); n == nil || n.seq > seq {
					t.Errorf("at %d there is %+v", seq, n)
					return
				}
			}
		})
	}
	for seq := uint64(2); seq <= 100_000; seq++ {
		put(seq)
		durable.Store(seq)
	}
	readers.Wait()
}
