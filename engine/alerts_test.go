package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/alerts"
	"gancho/engine/connections"
	"gancho/engine/form"
	"gancho/engine/store"
)

// messenger is an action that carries alerts.
func (s *sink) messenger() engine.Action {
	return engine.Action{Kind: "slack.webhook", Title: form.Label("Tell", "Avisar"), Effect: true, Connection: []string{"slack:incoming"}, New: func() engine.Doer { return &message{sink: s} }}
}

type message struct {
	sink *sink
	text string
}

func (m *message) Fields() form.Fields {
	return form.Of(form.Text("text", &m.text, form.Label("Text", "Texto")).Required())
}

func (m *message) Do(_ context.Context, call *engine.Call) (engine.Output, error) {
	m.sink.mu.Lock()
	defer m.sink.mu.Unlock()
	if m.sink.deaf > 0 {
		m.sink.deaf--
		return nil, errors.New("nobody listens")
	}
	m.sink.told = append(m.sink.told, call.Connection.Name+": "+m.text)
	return nil, nil
}

// messages gives what was told since it was last asked.
func (s *sink) messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.told
	s.told = nil
	return told
}

// tellOps makes a connection that alerts go to.
func (h *house) tellOps() {
	h.t.Helper()
	_, err := h.Connections.Put(h.t.Context(), "ops", "slack:incoming", map[string]any{"url": "https://hooks.slack.com/x"}, nil)
	check(h.t, err)
	_, err = h.Alarms().SetSettings(h.t.Context(), alerts.Settings{To: []string{"ops"}})
	check(h.t, err)
}

func (h *house) alerts(q alerts.Query) []engine.AlertView {
	h.t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	list, _, err := h.Engine.Alerts(h.t.Context(), q)
	check(h.t, err)
	return list
}

const failingFlow = `{"id": "orders", "name": "Paid orders", "trigger": {"kind": "webhook"}, "settings": {"mask": ["/cpf"], "timezone": "America/Sao_Paulo"}, "steps": [
	{"id": "crm", "action": "test.fetch", "with": {"id": "{{ trigger.body.id }}"}, "retry": {"attempts": 1}}]}`

func TestFailuresAreToldAtOnceAndThenOnceAnHour(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		defer func() { h.stop() }()
		h.tellOps()
		h.publish(failingFlow)
		run := h.send("orders", `{"id": "gone"}`)
		h.finished(run)
		time.Sleep(5 * time.Second)
		told := s.messages()
		if len(told) != 1 || !strings.Contains(told[0], `"Paid orders" failed at step "Fetch"`) || !strings.Contains(told[0], run) {
			t.Fatalf("told %q, want one message that names flow, step and run", told)
		}
		for range 9 {
			h.finished(h.send("orders", `{"id": "gone"}`))
			time.Sleep(time.Minute)
		}
		if told := s.messages(); len(told) > 0 {
			t.Errorf("told again within the hour: %q", told)
		}
		time.Sleep(52 * time.Minute)
		if told := s.messages(); len(told) != 1 || !strings.Contains(told[0], "failed 10 times since 31 Dec 1999 22:00 at") {
			t.Errorf("told %q, want one message with the count 10 and the time of the flow's own clock", told)
		}
		if open := h.alerts(alerts.Query{Open: true}); len(open) != 1 || open[0].Count != 10 || len(open[0].Told) != 2 || open[0].Error.Step != "crm" {
			t.Errorf("open: %+v", open)
		}
		// A stop forgets nothing, and a calm hour ends the episode without a word.
		h.stop()
		h = open(t, dir, s)
		if open := h.alerts(alerts.Query{Open: true, Kind: alerts.Failure}); len(open) != 1 {
			t.Fatalf("after the stop %d are open, want 1", len(open))
		}
		time.Sleep(2 * time.Hour)
		if open := h.alerts(alerts.Query{Open: true}); len(open) != 0 || len(s.messages()) != 0 {
			t.Errorf("still open: %+v", open)
		}
		h.finished(h.send("orders", `{"id": "gone"}`))
		time.Sleep(5 * time.Second)
		if told := s.messages(); len(told) != 1 || len(h.alerts(alerts.Query{Flow: "orders"})) != 2 {
			t.Errorf("a new episode told %q", told)
		}
	})
}

func TestAFailureJustBeforeACrashIsTold(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		h.tellOps()
		h.publish(failingFlow)
		h.finished(h.send("orders", `{"id": "gone"}`))
		h.stop() // mostly within the second in which nobody has looked yet
		h = open(t, dir, s)
		defer h.stop()
		time.Sleep(5 * time.Second)
		if told := s.messages(); len(told) != 1 {
			t.Errorf("told %q, want one message", told)
		}
		if open := h.alerts(alerts.Query{Open: true}); len(open) != 1 || open[0].Count != 1 {
			t.Errorf("open: %+v", open)
		}
	})
}

func TestAnAlertThatDoesNotArriveIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{deaf: 2}
		h := open(t, dir, s)
		defer h.stop()
		h.tellOps()
		h.publish(failingFlow)
		h.finished(h.send("orders", `{"id": "gone"}`))
		time.Sleep(10 * time.Minute)
		if told := s.messages(); len(told) != 1 {
			t.Errorf("told %q, want one message", told)
		}
		open := h.alerts(alerts.Query{Open: true})
		if len(open) != 1 || len(open[0].Told) != 3 || open[0].Told[0].Error == "" || open[0].Told[2].Error != "" {
			t.Errorf("tries: %+v", open)
		}
	})
}

func TestManyFlowsThatFailAreOneMessage(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		defer h.stop()
		h.tellOps()
		for _, id := range []string{"a", "b", "c"} {
			h.publish(strings.Replace(failingFlow, "orders", id, 1))
			h.send(id, `{"id": "gone"}`)
		}
		h.publish(strings.NewReplacer("orders", "quiet", `"mask"`, `"alerts": "none", "mask"`).Replace(failingFlow))
		h.send("quiet", `{"id": "gone"}`)
		time.Sleep(5 * time.Second)
		if told := s.messages(); len(told) != 1 || strings.Count(told[0], "failed") != 3 {
			t.Errorf("told %q, want one message about three flows", told)
		}
		if open := h.alerts(alerts.Query{Open: true}); len(open) != 4 {
			t.Errorf("%d alerts are open, want 4: the log and the API know of all", len(open))
		}
	})
}

func TestSilenceIsToldOnceAndItsEnd(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		defer func() { h.stop() }()
		h.tellOps()
		h.publish(`{"id": "alarm", "trigger": {"kind": "failure", "with": {"flows": ["*"]}}, "steps": [
			{"id": "tell", "action": "test.send", "with": {"text": "{{ trigger.body.flow }} {{ trigger.body.error.code }}"}}]}`)
		h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "settings": {"silence": {"expect_every": "2h"}}, "steps": []}`)
		time.Sleep(90 * time.Minute)
		h.finished(h.send("orders", `{}`))
		time.Sleep(90 * time.Minute)
		if told := s.messages(); len(told) != 0 {
			t.Fatalf("told %q though events came", told)
		}
		// What strangers send is no sign of life.
		h.Reject(engine.Incoming{Flow: "orders", At: time.Now(), Meta: engine.Meta{Kind: "webhook"}, Reason: "no signature"})
		time.Sleep(31 * time.Minute)
		if told := s.messages(); len(told) != 1 || !strings.Contains(told[0], "no event") || h.SilentSince("orders").IsZero() {
			t.Fatalf("told %q, want the silence", told)
		}
		h.stop()
		h = open(t, dir, s)
		time.Sleep(10 * time.Hour)
		if told := s.messages(); len(told) != 0 || len(s.sent()) != 1 || s.sent()[0] != "orders silence" {
			t.Errorf("told %q and started %q, want no more and one failure flow", told, s.sent())
		}
		if runs, _, err := h.Runs(t.Context(), store.Query{Flow: "alarm", Limit: 1}); err != nil || len(runs) != 1 || runs[0].Title != `"orders" has had no event, though one is expected every 2h` {
			t.Errorf("the failure flow's run is %+v, %v", runs, err)
		}
		h.finished(h.send("orders", `{}`))
		time.Sleep(time.Minute)
		if told := s.messages(); len(told) != 1 || !strings.Contains(told[0], "gets events again") || !h.SilentSince("orders").IsZero() {
			t.Errorf("told %q, want that it is over", told)
		}
		list := h.alerts(alerts.Query{Kind: alerts.Silence})
		if len(list) != 1 || list[0].Ended == nil {
			t.Errorf("alerts: %+v", list)
		}
	})
}

func TestARefusedConnectionIsToldAndItsRunsWait(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		defer h.stop()
		h.tellOps()
		_, err := h.Connections.Put(t.Context(), "crm", "slack:incoming", map[string]any{"url": "x"}, nil)
		check(t, err)
		check(t, h.Connections.SetState(t.Context(), "crm", connections.Broken))
		time.Sleep(62 * time.Second)
		if told := s.messages(); len(told) != 1 || !strings.Contains(told[0], `connection "crm" was refused`) {
			t.Fatalf("told %q", told)
		}
		_, err = h.Connections.Put(t.Context(), "crm", "slack:incoming", map[string]any{"url": "y"}, nil)
		check(t, err)
		time.Sleep(2 * time.Second)
		if open := h.alerts(alerts.Query{Open: true}); len(open) != 0 {
			t.Errorf("two seconds after it was mended: %+v", open)
		}
		time.Sleep(time.Minute)
		if told := s.messages(); len(told) != 1 || !strings.Contains(told[0], "mended") {
			t.Errorf("told %q", told)
		}
	})
}

func TestFailuresThatWereAllDoneAgainAreOver(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{failures: 2}
		h := open(t, dir, s)
		defer h.stop()
		h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "steps": [{"id": "tell", "action": "test.send", "with": {"text": "a"}, "retry": {"attempts": 1}}]}`)
		failed := []string{h.send("orders", `{}`), h.send("orders", `{}`)}
		for i, how := range []string{engine.ReplayPublished, engine.ReplayOriginal} {
			h.finished(failed[i])
			time.Sleep(5 * time.Second)
			if open := h.alerts(alerts.Query{Open: true}); len(open) != 1 {
				t.Fatalf("before replay %d: %d alerts are open, want 1", i, len(open))
			}
			_, err := h.Replay(t.Context(), engine.ReplayOptions{IDs: failed[i : i+1], ReplayHow: engine.ReplayHow{From: engine.ReplayFailed, Revision: how}})
			check(t, err)
			time.Sleep(time.Minute)
		}
		if open := h.alerts(alerts.Query{Open: true}); len(open) != 0 {
			t.Errorf("still open: %+v", open)
		}
	})
}

func TestAnAlertThatWasSeenIsOver(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		h := open(t, dir, s)
		defer h.stop()
		h.publish(failingFlow)
		h.finished(h.send("orders", `{"id": "gone"}`))
		time.Sleep(5 * time.Second)
		open := h.alerts(alerts.Query{Open: true})
		if len(open) != 1 {
			t.Fatalf("%d open, want 1", len(open))
		}
		v, err := h.SeeAlert(t.Context(), open[0].ID, "ana@example.com")
		check(t, err)
		if v.SeenBy == nil || *v.SeenBy != "ana@example.com" || v.Ended == nil || len(h.alerts(alerts.Query{Open: true})) != 0 {
			t.Errorf("seen: %+v", v)
		}
		if _, err := h.SeeAlert(t.Context(), "none", "ana"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown one: %v", err)
		}
	})
}

// TestASilenceThatIsSeenAtOnce: whoever marks an alert as seen in the moment in which it is raised
// disturbs nobody.
func TestASilenceThatIsSeenAtOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, &sink{})
		defer func() { h.stop() }()
		seen := 0
		h.FollowAlerts(func(v engine.AlertView) {
			if v.Kind == alerts.Silence && v.Ended == nil {
				if _, err := h.SeeAlert(t.Context(), v.ID, "ana"); err != nil {
					t.Error(err)
				}
				seen++
			}
		})
		h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "settings": {"silence": {"expect_every": "2h"}}, "steps": []}`)
		time.Sleep(4*time.Hour + time.Second)
		synctest.Wait()
		if seen == 0 {
			t.Error("no silence was told")
		}
	})
}

// TestASilenceIsAskedWhileFlowsChange is for the race detector.
func TestASilenceIsAskedWhileFlowsChange(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := open(t, dir, &sink{})
		defer func() { h.stop() }()
		h.publish(`{"id": "orders", "trigger": {"kind": "webhook"}, "settings": {"silence": {"expect_every": "2h"}}, "steps": []}`)
		for range 20 {
			time.Sleep(15 * time.Second)
			if _, err := h.Flows.RotateURL(t.Context(), "orders", time.Hour); err != nil {
				t.Fatal(err)
			}
		}
	})
}
