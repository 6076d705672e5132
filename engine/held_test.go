package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/store"
)

// bulky is a flow whose turns keep 0.9 MB each; where they wait, the run is read anew
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
		h.publish(bulky(60, aWait))
		run := h.send("bulky", `{}`)
		for range 61 {
			synctest.Wait()
			time.Sleep(5 * time.Second)
		}
		v := h.finished(run)
		h.stop()
		if v.Status != store.Failed || v.Error.Code != "too_big" || v.Error.Step != "each.55.big" {
			t.Errorf("got %s %+v, want too_big at each.55.big", v.Status, v.Error)
		}
	})
}

// TestATrialTellsFinishedTurns, and ends where the run would.
func TestATrialTellsFinishedTurns(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	for turns, want := range map[int]store.Status{12: store.Succeeded, 60: store.Failed} {
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

// TestNothingCatchesTooMuch: what would go on after a failure ends all the same.
func TestNothingCatchesTooMuch(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "bulky", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "each", "action": "loop", "with": {"over": "1..80", "on_item_error": "continue"}, "on_error": "continue", "steps": [
			{"id": "big", "action": "transform", "with": {"value": "{{ repeat(\"x\", 900000) }}"}, "catch": [{"id": "note", "action": "set", "with": {"values": {"x": 1}}}]}]},
		{"id": "after", "action": "test.send", "with": {"text": "after"}}]}`)
	v := h.finished(h.send("bulky", `{}`))
	if v.Status != store.Failed || v.Error.Code != "too_big" || v.Error.Step != "each.55.big" {
		t.Errorf("got %s %+v, want too_big at each.55.big", v.Status, v.Error)
	}
	for _, s := range v.Steps {
		if s.Path == "each.55.big" && (s.Status != "failed" || s.Output != nil) {
			t.Errorf("the step is %s and keeps what was too much", s.Status)
		}
	}
}

// TestAValueIsKeptOnce, and shown as what the step was given and as what it gave.
func TestAValueIsKeptOnce(t *testing.T) {
	h := open(t, t.TempDir(), &sink{})
	h.publish(`{"id": "order", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "keep", "action": "set", "with": {"values": {"total": "{{ trigger.body.total }}"}}}, {"id": "make", "action": "transform", "with": {"value": "{{ steps.keep }}"}}]}`)
	v := h.finished(h.send("order", `{"total": 1234567}`))
	if fmt.Sprint(v.Steps[0].Input, v.Steps[1].Input) != "map[values:map[total:1234567]] map[value:map[total:1234567]]" {
		t.Errorf("they are shown with %v and %v", v.Steps[0].Input, v.Steps[1].Input)
	}
	story, err := h.store.GetRun(t.Context(), v.ID)
	check(t, err)
	for _, s := range story.Steps {
		if n := strings.Count(string(s.Data), "1234567"); n != 1 {
			t.Errorf("%s keeps its value %d times", s.Path, n)
		}
	}
}
