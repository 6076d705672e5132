package actions

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

const convertFlow = `{"id": "lead", "trigger": {"kind": "webhook"}, "settings": {"timeout": "30d"}, "steps": [
	{"id": "convert", "action": "rdstation.convert", "connection": "rd", "delivery": "at_most_once", "with": {"identifier": "x", "email": "{{ trigger.body.email }}"}}]}`

const chatFlow = `{"id": "chat", "trigger": {"kind": "webhook"}, "steps": [
	{"id": "say", "action": "slack.post_message", "connection": "team", "with": {"channel": "{{ trigger.body.to }}", "text": "x"}}]}`

// leads opens a program that sends leads to RD Station, and says things on Slack.
func (w *world) leads(dir string) *resident {
	r := w.open(dir)
	r.connect("rd", "rdstation:api_key", map[string]any{"api_key": "rd-secret"})
	r.connect("team", "slack:bot", map[string]any{"bot_token": "xoxb-1"})
	r.draw(convertFlow)
	r.draw(chatFlow)
	return r
}

func (w *world) rdAnswers() {
	w.site("api.rd.services", func(*http.Request, string) (int, string) { return 200, `{"event_uuid": "u1"}` })
}

func (w *world) slackAnswers() {
	w.site("slack.com", func(*http.Request, string) (int, string) { return 200, `{"ok": true}` })
}

// TestAThousandRunsKeepOneBudget: a flood waits parked, is let through as the limit says, each
// run in one attempt and asked once, while another provider is not kept waiting.
func TestAThousandRunsKeepOneBudget(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.rdAnswers()
		w.slackAnswers()
		r := w.leads(dir)
		defer r.leave()
		begun := time.Now()
		const many = 1000
		for i := range many {
			if status, answer := r.knock("lead", fmt.Sprintf(`{"email": "a%d@example.com"}`, i), nil); status != 200 {
				t.Fatalf("%d %s", status, answer)
			}
		}
		synctest.Wait()
		if n := len(w.requests()); n != 120 {
			t.Errorf("%d requests at once, want the 120 of a minute", n)
		}
		ledger, err := r.Ledger(t.Context())
		check(t, err)
		// Those whose turn comes within two seconds stay in memory.
		if ledger.Waiting+ledger.Pending != many-120 || ledger.Pending > 4 {
			t.Errorf("the flood is not parked: %+v", ledger)
		}
		if status, _ := r.knock("chat", `{"to": "C1"}`, nil); status != 200 {
			t.Error("another flow is not answered")
		}
		synctest.Wait()
		if got := w.requests(); len(got) != 1 || !strings.HasPrefix(got[0], "slack.com") {
			t.Errorf("another provider waits too: %q", got)
		}
		time.Sleep(8 * time.Minute)
		synctest.Wait()
		if n := len(w.requests()); n != many-120 {
			t.Errorf("%d requests came later, want %d", n, many-120)
		}
		// 120 at once, then one each half second.
		last := w.times[len(w.times)-1].Sub(begun)
		if least := (many - 120) * 500 * time.Millisecond; last < least-time.Second || last > least+20*time.Second {
			t.Errorf("the last one came after %s, want about %s", last, least)
		}
		for i := range w.times {
			if j := i + 241; j < len(w.times) && w.times[j].Sub(w.times[i]) < time.Minute {
				t.Fatalf("more than a burst and a minute's worth within %s", w.times[j].Sub(w.times[i]))
			}
		}
		if done := r.count(t, "lead", store.Succeeded); done != many {
			t.Errorf("%d runs succeeded", done)
		}
	})
}

// count counts runs of a flow in a state.
func (r *resident) count(t *testing.T, id string, status store.Status) int {
	t.Helper()
	n, cursor := 0, ""
	for {
		list, next, err := r.Runs(t.Context(), store.Query{Flow: id, Status: string(status), Limit: 200, Cursor: cursor})
		check(t, err)
		n += len(list)
		if cursor = next; cursor == "" {
			return n
		}
	}
}

// TestALimitOfADaySurvivesARestart: 24 conversions of one person a day, whatever happens to
// the program in between; other people are not held back.
func TestALimitOfADaySurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.rdAnswers()
		r := w.leads(dir)
		for range 24 {
			r.knock("lead", `{"email": "ana@example.com"}`, nil)
		}
		time.Sleep(10 * time.Second)
		r.leave()
		if n := len(w.requests()); n != 24 {
			t.Fatalf("%d requests", n)
		}
		w.out.budgets = newBudgets() // memory is gone
		r = w.open(dir)
		defer func() { r.leave() }()
		r.knock("lead", `{"email": "Ana@example.com "}`, nil)
		r.knock("lead", `{"email": "bia@example.com"}`, nil)
		time.Sleep(10 * time.Second)
		if got := w.requests(); len(got) != 1 || !strings.Contains(got[0], "bia@") {
			t.Fatalf("after the restart came %q", got)
		}
		waiting := r.runs("lead", store.Waiting)
		if len(waiting) != 1 || waiting[0].WaitingFor != "quota" || waiting[0].Due == nil || time.Until(*waiting[0].Due) > time.Hour {
			t.Errorf("waiting: %+v", waiting)
		}
		time.Sleep(time.Hour)
		if got := w.requests(); len(got) != 1 || !strings.Contains(got[0], "ana@") {
			t.Errorf("an hour later came %q", got)
		}
	})
}

// TestADeadHostSlowsOnlyItsOwnFlows: runs to a host that is down stop knocking and lose
// nothing, while others go their way; when it is back, all of them arrive.
func TestADeadHostSlowsOnlyItsOwnFlows(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.slackAnswers()
		r := w.leads(dir)
		defer r.leave()
		const many = 20
		for i := range many {
			r.knock("lead", fmt.Sprintf(`{"email": "a%d@example.com"}`, i), nil)
		}
		time.Sleep(5 * time.Minute)
		if knocks := w.missed("api.rd.services:443"); knocks < circuitAfter || knocks > 50 {
			t.Errorf("a dead host was knocked at %d times in 5 minutes", knocks)
		}
		before := time.Now()
		r.knock("chat", `{"to": "C1"}`, nil)
		synctest.Wait()
		if got := w.requests(); len(got) != 1 || !time.Now().Equal(before) {
			t.Errorf("another host's flow: %q after %s", got, time.Since(before))
		}
		if n := r.count(t, "lead", store.Failed); n > 0 {
			t.Errorf("%d runs gave up", n)
		}
		w.rdAnswers()
		time.Sleep(time.Hour)
		if n := r.count(t, "lead", store.Succeeded); n != many {
			t.Errorf("%d of %d runs succeeded once it was back", n, many)
		}
	})
}

// TestARunSaysWhyItsConnectionWasRefused, and stands in a group of those that stand still.
func TestARunSaysWhyItsConnectionWasRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.site("api.rd.services", func(*http.Request, string) (int, string) { return http.StatusUnauthorized, `{}` })
		r := w.leads(t.TempDir())
		defer func() { r.leave() }()
		r.knock("lead", `{"email": "ana@example.com"}`, nil)
		time.Sleep(10 * time.Second)
		waiting := r.runs("lead", store.Waiting)
		if len(waiting) != 1 || waiting[0].WaitingFor != "connection" || waiting[0].Error == nil || waiting[0].Error.Status != http.StatusUnauthorized {
			t.Fatalf("waiting: %+v", waiting)
		}
		if f, err := r.Failures(t.Context(), store.Query{Flow: "lead"}); err != nil || len(f.Retrying) != 1 {
			t.Errorf("groups: %+v %v", f, err)
		}
	})
}
