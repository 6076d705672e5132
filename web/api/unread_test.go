package api_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
	"gancho/engine/store/bolt"
)

// archived makes a folder whose archive holds one run of flow a.
func archived(t *testing.T, dir string) (run string) {
	synctest.Test(t, func(t *testing.T) {
		s, err := bolt.Open(t.Context(), dir, bolt.Options{})
		check(t, err)
		s.SetGates([]store.Gate{{Flow: "a"}})
		a, err := s.Accept(t.Context(), []store.Event{{Flow: "a", At: time.Now(), Outcome: store.Accepted, Body: []byte("{}")}})
		check(t, err)
		work, err := s.Claim(t.Context(), "t", 1)
		check(t, err)
		check(t, s.Commit(t.Context(), []store.Commit{{Lease: work[0].Lease, Decision: store.Decision{End: &store.End{Status: store.Succeeded}}}})[0].Err)
		run = a[0].Run
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		check(t, s.Close())
	})
	return run
}

// A file of the history that is gone is spoken of where people look: in lists, in the run itself
// and in an alert.
func TestHistoryThatCannotBeReadIsSpokenOf(t *testing.T) {
	dir := t.TempDir()
	run := archived(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "archive", "*.rows.db"))
	check(t, err)
	rows := "archive/" + filepath.Base(files[0])
	check(t, os.Remove(files[0]))
	h := newHouseOn(t, dir)
	list := h.want(200, "GET", "/runs?flow=a", "")
	if unread, _ := list["unread"].([]any); len(unread) != 1 || unread[0] != rows {
		t.Errorf("the list is %v", list)
	}
	if other := h.want(200, "GET", "/runs?flow=b", ""); other["unread"] != nil {
		t.Errorf("the list of another flow says %v", other["unread"])
	}
	if events := h.want(200, "GET", "/events?flow=a", ""); events["unread"] == nil {
		t.Errorf("the list of events is %v", events)
	}
	p := h.want(503, "GET", "/runs/"+run, "")
	if p["code"] != "history_unread" || !strings.Contains(fmt.Sprint(p["detail"]), rows) {
		t.Errorf("the run answers %v", p)
	}
	h.want(503, "DELETE", "/people/ana@example.com", "") // a receipt would not be true
	alerts := h.until("/alerts?open=true", func(a map[string]any) bool { return len(a["items"].([]any)) > 0 })
	if a := alerts["items"].([]any)[0].(map[string]any); a["kind"] != "history" || !strings.Contains(fmt.Sprint(a["message"]), rows) {
		t.Errorf("the alert is %v", a)
	}
}
