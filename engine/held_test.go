package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/store"
)

// bulky is a flow whose turns keep 1.8 MB each; where they wait, the run is read anew
// from the store at each.
func bulky(turns int, wait string) string {
	return fmt.Sprintf(`{"id": "bulky", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "each", "action": "loop", "with": {"over": "1..%d"}, "steps": [
			{"id": "big", "action": "transform", "with": {"value": "{{ repeat(\"x\", 900000) }}"}}%s]}]}`, turns, wait)
}

const aWait = `, {"id": "pause", "action": "delay", "with": {"for": "5s"}}`

// TestFinishedTurnsMakeARunNoBigger: what a loop has let go of counts for the story alone.
func TestFinishedTurnsMakeARunNoBigger(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(bulky(12, ""))
	if v := h.finished(h.send("bulky", `{}`)); v.Status != store.Succeeded {
		t.Errorf("got %s %+v", v.Status, v.Error)
	}
}

// TestAStoryIsBounded, though the run is read anew from the store at each turn.
func TestAStoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, t.TempDir(), &sink{})
		h.publish(bulky(30, aWait))
		run := h.send("bulky", `{}`)
		for range 31 {
			synctest.Wait()
			time.Sleep(5 * time.Second)
		}
		v := h.finished(run)
		h.stop()
		if v.Status != store.Failed || v.Error.Code != "too_big" || v.Error.Step != "each.27.big" {
			t.Errorf("got %s %+v, want too_big at each.27.big", v.Status, v.Error)
		}
	})
}

// TestATrialTellsFinishedTurns, and ends where the run would.
func TestATrialTellsFinishedTurns(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	for turns, want := range map[int]store.Status{12: store.Succeeded, 30: store.Failed} {
		for _, wait := range []string{"", aWait} {
			f, _ := flow.ParseFlow([]byte(bulky(turns, wait)))
			v, err := engine.Trial(t.Context(), engine.TrialConfig{Catalogue: h.Catalogue, Flow: f})
			check(t, err)
			if v.Status != want || len(v.Steps) < 12 {
				t.Errorf("%d turns, wait %q: got %s %+v with %d steps, want %s", turns, wait, v.Status, v.Error, len(v.Steps), want)
			}
		}
	}
}
