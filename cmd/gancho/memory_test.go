package main

import "testing"

// TestHeapGrows: a small heap has the room that P5 leaves it, one of many flows is not scanned all
// the time, and a large one is never more than twice what is in use.
func TestHeapGrows(t *testing.T) {
	const mb = 1 << 20
	before := uint64(0)
	for live := uint64(10); live <= 400; live++ {
		grows := live + live*uint64(percentFor(live*mb))/100
		if grows < before {
			t.Errorf("with %d MB in use it grows to %d MB, less than the %d MB of less", live, grows, before)
		}
		before = max(before, grows-1) // percents are whole
		switch {
		case live <= 56 && (grows < 110 || grows > 112), live >= 74 && live <= 128 && grows < live+126, live > 128 && grows != 2*live, grows > 2*live && grows > live+128:
			t.Errorf("with %d MB in use it grows to %d MB", live, grows)
		}
	}
}
