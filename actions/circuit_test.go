package actions

import (
	"testing"
	"testing/synctest"
	"time"
)

// However many requests were under way when a host went down, the first pause is short; each
// try that fails then doubles it, and an answer ends it.
func TestPausesOfADeadHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c circuits
		for range 200 {
			if d := c.wait("h"); d != 0 {
				t.Fatalf("the first requests wait %s", d)
			}
		}
		for range 200 {
			c.bad("h")
		}
		for _, pause := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			if d := c.wait("h"); d < pause || d > pause+time.Second/10 {
				t.Errorf("those who come meanwhile wait %s, want %s", d, pause)
			}
			time.Sleep(pause)
			if d := c.wait("h"); d != 0 {
				t.Errorf("after %s nobody tries: %s", pause, d)
			}
			if c.wait("h") == 0 {
				t.Error("a second one tries at the same time")
			}
			c.bad("h")
		}
		c.good("h")
		if d := c.wait("h"); d != 0 {
			t.Errorf("after an answer a request waits %s", d)
		}
	})
}
