package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The heap may grow to heapRoom before garbage is looked for: a busy small heap is not scanned all
// the time. Where more than half of that is in use, as of very many flows, each scan costs more,
// and garbage soon may take mostGarbage. A large heap grows to twice what is in use, which is not
// wasteful.
const (
	heapRoom    = 112 << 20
	mostGarbage = 128 << 20
	mostPercent = 1000
)

// spareGC sets when garbage is collected, after each collection anew, unless GOGC says so.
func spareGC() {
	if os.Getenv("GOGC") != "" {
		return
	}
	type token struct{ _ *int } // found to be garbage by each collection
	var again func(*token)
	watch := func() { runtime.SetFinalizer(&token{new(int)}, again) }
	again = func(*token) {
		debug.SetGCPercent(percentFor(liveHeap()))
		watch()
	}
	watch()
}

func percentFor(live uint64) int {
	garbage := heapRoom - min(live, heapRoom/2)
	if live > heapRoom/2 {
		garbage = max(live, min(mostGarbage, heapRoom/2+4*(live-heapRoom/2)))
	}
	return min(mostPercent, int(garbage*100/max(live, 1))) //nolint:gosec // small
}

// liveHeap is what the last collection left.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
