package alerts_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/connections"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/seal"
	"gancho/engine/store/bolt"
)

// house stands for the engine: it notes what it carries and is told.
type house struct {
	mu      sync.Mutex
	carried []string
	changes int
}

func (h *house) Say(a *alerts.Alert) (matter form.Words, at string) {
	words := string(a.Kind)
	if !a.Ended.IsZero() {
		words += " is over"
	}
	return form.Label(words, words), "https://gancho.example.com/" + a.Key
}

func (h *house) Lang(context.Context) string { return "en" }

func (h *house) Carry(_ context.Context, c *connections.Connection, action string, with map[string]any, _ string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	text, _ := with["text"].(string)
	h.carried = append(h.carried, c.Name+" "+action+" "+text)
	return nil
}

func (h *house) Changed(alerts.Alert) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changes++
}

// heard gives what was carried since it was last asked.
func (h *house) heard() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := strings.Join(h.carried, "\n---\n")
	h.carried = nil
	return all
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestAlarmsOfOneMatterAreOneAlert: they are counted, told once, with others of the same moment, and
// outlive the process until they are over.
func TestAlarmsOfOneMatterAreOneAlert(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		db, err := bolt.Open(ctx, dir, bolt.Options{})
		check(t, err)
		defer func() { check(t, db.Close()) }()
		box, err := seal.Open(ctx, db, make([]byte, seal.KeySize))
		check(t, err)
		kept, err := connections.Open(ctx, connections.Config{Docs: db, Box: box, Kinds: []connections.Kind{{Kind: "slack:incoming"}}})
		check(t, err)
		_, err = kept.Create(ctx, "ops", "slack:incoming", nil, nil)
		check(t, err)
		none, err := flows.Open(ctx, flows.Config{Docs: db, Box: box})
		check(t, err)
		h := &house{}
		open := func() *alerts.Alerts {
			a, err := alerts.Open(ctx, alerts.Config{Store: db, Flows: none, Connections: kept, Log: slog.New(slog.DiscardHandler), Now: time.Now, Engine: h})
			check(t, err)
			return a
		}
		a := open()
		_, err = a.SetSettings(ctx, alerts.Settings{To: []string{"ops"}})
		check(t, err)
		work, stop := context.WithCancel(ctx)
		go a.Work(work)
		for range 3 {
			a.Raise(ctx, alerts.Alarm{Kind: alerts.Drift, Key: "total"})
		}
		a.Raise(ctx, alerts.Alarm{Kind: alerts.Backup})
		time.Sleep(time.Second)
		if got := h.heard(); got != "ops slack.webhook backup\nhttps://gancho.example.com/\n\ndrift\nhttps://gancho.example.com/total" {
			t.Errorf("told %q", got)
		}
		stop()
		a = open()
		work, stop = context.WithCancel(ctx)
		defer stop()
		go a.Work(work)
		drift, there := a.Find(alerts.Alarm{Kind: alerts.Drift, Key: "total"})
		if !there || drift.Count != 3 || len(a.Going()) != 2 {
			t.Fatalf("after a stop: %+v of %d", drift, len(a.Going()))
		}
		a.Over(ctx, alerts.Alarm{Kind: alerts.Backup})
		seen, err := a.See(ctx, drift.ID, "ana")
		check(t, err)
		time.Sleep(time.Second)
		if got := h.heard(); got != "ops slack.webhook backup is over\nhttps://gancho.example.com/" {
			t.Errorf("told %q, want the end of what nobody has seen", got)
		}
		list, _, err := a.List(ctx, alerts.Query{Limit: 10})
		check(t, err)
		if seen.SeenBy != "ana" || len(a.Going()) != 0 || len(list) != 2 || h.changes != 6 {
			t.Errorf("seen by %q; %d go on, %d are kept; %d changes", seen.SeenBy, len(a.Going()), len(list), h.changes)
		}
	})
}
