package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The heap may grow to heapRoom before garbage is looked for, and to twice what is in use
// beyond that: a busy small heap is not scanned all the time, and a large one not wasteful.
const (
	heapRoom    = 96 << 20
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
	if live >= heapRoom/2 {
		return 100
	}
	return min(mostPercent, int((heapRoom-live)*100/max(live, 1))) //nolint:gosec // small
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
