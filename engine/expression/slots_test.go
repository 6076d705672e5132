package expression

import "testing"

// A long evaluation that finds no slot ends as too slow, rather than waiting for ever.
func TestSlotsAreNotWaitedForEver(t *testing.T) {
	for range cap(slots[1]) {
		slots[1] <- struct{}{}
	}
	defer func() {
		for range cap(slots[1]) {
			<-slots[1]
		}
	}()
	p, err := Compile("count(1..9999, # > 0)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(t.Context(), &Scope{Door: true}); !TooSlow(err) {
		t.Errorf("got %v, want too_slow", err)
	}
}
