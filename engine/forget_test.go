package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/person"
)

// What the program notes by itself quotes people too: who is erased is in none of it, and what else it says stays.
func TestAPersonIsErasedFromWhatTheProgramNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, t.TempDir(), &sink{})
		defer h.stop()
		h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "failed", "message": "{{ trigger.body.name }} <{{ trigger.body.email }}>"}}]}`)
		h.draft(`{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [{"id": "no", "action": "stop", "with": {"as": "succeeded"}}]}`)
		h.publish(`{"id": "other", "trigger": {"kind": "webhook"}, "steps": []}`)
		h.draft(`{"id": "other", "trigger": {"kind": "webhook"}, "steps": [{"id": "one", "action": "filter", "with": {"where": "trigger.body.email == \"ana@example.com\""}}]}`)
		for _, id := range []string{"orders", "other"} {
			_, err := h.StartShadow(t.Context(), id, "ana@example.com")
			check(t, err)
		}
		run := h.send("orders", `{"email": "ana@example.com", "name": "Ana Lima"}`)
		h.finished(run)
		h.finished(h.send("orders", `{"email": "bia@example.com", "name": "Bia Reis"}`))
		h.finished(h.send("orders", `{"email": "ana@example.com", "name": "Ana Lima"}`))
		time.Sleep(3 * time.Minute) // the drafts were compared, and the alert was raised
		notes := map[string]string{
			"replays/1": `{"id":"1","by":"ana@example.com","query":{"q":"ana@example.com"},"status":"finished","replayed":1,"refusals":{},"last":4}`,
			"audit/1":   `{"id":"1","who":"ana@example.com","action":"update-flow","target":"/flows/orders","before":{"step a":{"with":{"to":["ana@example.com","bia@example.com"]}}}}`,
			"audit/2":   `{"id":"2","who":"root","action":"delete-state","target":"/state/of:ana%40example.com"}`,
			"audit/3":   `{"id":"3","who":"root","action":"change-user","target":"/users/ana@example.com"}`,
		}
		for name, note := range notes {
			space, key, _ := strings.Cut(name, "/")
			_, err := h.store.PutKey(t.Context(), space, key, []byte(note), -1, time.Hour)
			check(t, err)
		}
		kept := func(space string) (all string) {
			entries, err := h.store.ListKeys(t.Context(), space, "", "", 200)
			check(t, err)
			for _, e := range entries {
				all += string(e.Value)
			}
			return all
		}
		if before := kept("shadow") + kept("alerts"); !strings.Contains(kept("alerts"), "Ana Lima") || !strings.Contains(kept("shadow"), "Bia Reis") || strings.Count(before, "Ana Lima") < 2 {
			t.Fatalf("noted before: %s", before)
		}
		receipt, err := person.Erase(t.Context(), h.Engine, "ana@example.com", "root", false)
		check(t, err)
		if len(receipt.Erased) != 2 || len(receipt.Shadows) != 1 || receipt.Shadows[0] != "other" {
			t.Errorf("the receipt: %+v", receipt)
		}
		all := kept("shadow") + kept("alerts") + kept("replays") + kept("audit")
		all = strings.ReplaceAll(all, `"by":"ana@example.com"`, "")
		all = strings.ReplaceAll(all, `"who":"ana@example.com"`, "")
		all = strings.ReplaceAll(all, "/users/ana@example.com", "") // an account is no history
		if strings.Contains(all, "ana@example.com") || strings.Contains(all, "ana%40") || strings.Contains(all, "Ana Lima") {
			t.Errorf("still noted: %s", all)
		}
		for _, stays := range []string{"bia@example.com", "Bia Reis", `"last":4`, "its data was erased", "update-flow"} {
			if !strings.Contains(all, stays) {
				t.Errorf("%q is gone: %s", stays, all)
			}
		}
		v, err := h.Shadow(t.Context(), "orders")
		check(t, err)
		if !v.On || v.Events != 3 || v.Changed != 3 || len(v.Rows) != 3 || v.Rows[0].Before != "failed" || v.Rows[0].After != "succeeded" {
			t.Errorf("the comparison: %+v", v)
		}
	})
}
