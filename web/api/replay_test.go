package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gancho/engine/store"
	"gancho/web/session"
)

// ended waits for a run's end and gives it.
func (h *house) ended(id string) map[string]any {
	h.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(2 * time.Minute); ; {
		run := h.want(200, "GET", "/runs/"+id, "")
		if store.Status(run["status"].(string)).Final() {
			return run
		}
		select {
		case <-tick.C:
		case <-limit:
			h.Fatalf("the run does not end: %v", run)
		}
	}
}

// started starts a flow by hand and gives the run.
func (h *house) started(id, body string) map[string]any {
	h.Helper()
	receipt := h.want(200, "POST", "/flows/"+id+"/events", `{"event": {"body": `+body+`}}`)
	return h.ended(receipt["run"].(string))
}

func steps(run map[string]any) string {
	var list []string
	for _, s := range run["steps"].([]any) {
		step := s.(map[string]any)
		list = append(list, step["path"].(string)+" "+step["status"].(string))
	}
	return strings.Join(list, ", ")
}

const divides = `{"id": "div", "name": "Divide", "trigger": {"kind": "manual"}, "steps": [
	{"id": "count", "action": "state.increment", "with": {"key": "runs"}},
	{"id": "each", "action": "loop", "with": {"over": "[1, 2]"}, "steps": [
		{"id": "part", "action": "transform", "with": {"value": "{{ trigger.body.n + item }}"}},
		{"id": "check", "action": "transform", "with": {"value": "{{ MISSING }}"}}]},
	{"id": "say", "action": "log", "with": {"message": "done {{ steps.each.count }}"}}]}`

func TestReplay(t *testing.T) {
	h := newHouse(t)
	failing := strings.Replace(divides, "MISSING", "vars.limit", 1)
	h.want(201, "POST", "/flows", failing)
	h.want(200, "POST", "/flows/div/publish", "")
	run := h.started("div", `{"n": 1}`)
	id := run["id"].(string)
	if run["status"] != "failed" {
		t.Fatalf("%v", run)
	}
	// A quiet flow shows only what needs somebody.
	count := func(query string) int { return len(h.want(200, "GET", "/runs"+query, "")["items"].([]any)) }
	if got := count("?quiet=div"); got != 1 {
		t.Errorf("a quiet flow that failed shows %d runs, want 1", got)
	}
	// From the failed step, on the revision that ran: the same run goes on.
	h.want(200, "PUT", "/vars", `{"limit": 7}`)
	for _, all := range []string{`{}`, `{"quiet": []}`, `{"quiet": ["x"]}`} {
		if p := h.want(422, "POST", "/runs/replay", `{"query": `+all+`}`); p["code"] != "which" {
			t.Errorf("all runs that ever were: %v", p)
		}
	}
	if dry := h.want(202, "POST", "/runs/replay", `{"ids": ["`+id+`"], "from": "failed", "revision": "original", "dry_run": true}`); dry["replayed"] != 0.0 {
		t.Errorf("%v", dry)
	}
	h.want(202, "POST", "/runs/replay", `{"ids": ["`+id+`"], "from": "failed", "revision": "original"}`)
	run = h.ended(id)
	if run["status"] != "succeeded" {
		t.Errorf("%v: %s", run["error"], steps(run))
	}
	if got := h.want(200, "GET", "/state/runs", ""); got["value"] != 1.0 {
		t.Errorf("a finished step happened again: %v", got)
	}
	if got, all, other := count("?quiet=other,div"), count(""), count("?quiet=other"); got != 0 || all != 1 || other != 1 {
		t.Errorf("a quiet flow that succeeded shows %d runs of %d, beside another %d", got, all, other)
	}
	if dry := h.want(202, "POST", "/runs/replay", `{"query": {"quiet": ["div"]}, "dry_run": true}`); dry["matched"] != 0.0 {
		t.Errorf("a quiet flow counts: %v", dry)
	}
	// From the start: a new run.
	again := h.want(202, "POST", "/runs/replay", `{"query": {"flow": "div"}}`)
	fresh := again["items"].([]any)[0].(map[string]any)["run"].(string)
	run = h.ended(fresh)
	if fresh == id || run["replay_of"] != id || run["status"] != "succeeded" || run["trigger"].(map[string]any)["body"].(map[string]any)["n"] != 1.0 {
		t.Errorf("%v", run)
	}
	if got := h.want(200, "GET", "/state/runs", ""); got["value"] != 2.0 {
		t.Errorf("%v", got)
	}
	h.want(409, "POST", "/runs/replay", `{"ids": ["`+id+`"], "from": "failed"}`)
	h.want(404, "POST", "/runs/replay", `{"ids": ["absent"]}`)
	h.want(422, "POST", "/runs/replay", `{}`)
}

// TestRunSaysWhereItsSignalIsGiven holds that who may edit is led to the page of a run that waits.
func TestRunSaysWhereItsSignalIsGiven(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [{"id": "ask", "action": "wait", "with": {"signal": "x", "timeout": "1d"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	id := h.want(200, "POST", "/flows/a/events", `{"event": {"body": {}}}`)["run"].(string)
	run := h.until("/runs/"+id, func(run map[string]any) bool { return run["status"] == "waiting" })
	if url, _ := run["steps"].([]any)[0].(map[string]any)["wait_url"].(string); !strings.Contains(url, "/w/") {
		t.Errorf("the run does not say where its signal is given: %v", run["steps"])
	}
	viewer := h.want(201, "POST", "/tokens", `{"name": "look", "role": "viewer"}`)["token"].(string)
	if _, seen := h.ask("GET", "/runs/"+id, viewer, ""); strings.Contains(mustJSON(t, seen), "wait_url") {
		t.Error("a viewer sees where the signal is given")
	}
}

func TestReplayOnTheRevisionThatMendedIt(t *testing.T) {
	h := newHouse(t)
	broken := `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "count", "action": "state.increment", "with": {"key": "runs"}},
		{"id": "say", "action": "log", "with": {"message": "{{ trigger.body.absent }}"}}]}`
	h.want(201, "POST", "/flows", broken)
	h.want(200, "POST", "/flows/a/publish", "")
	id := h.started("a", `{"n": 1, "email": "ana@example.com"}`)["id"].(string)
	mended := strings.NewReplacer("absent", "n", `"id": "count"`, `"id": "counted", "formerly": ["count"]`).Replace(broken)
	h.want(200, "PUT", "/flows/a", mended)
	h.want(200, "POST", "/flows/a/publish", "")
	out := h.want(202, "POST", "/runs/replay", `{"ids": ["`+id+`"], "from": "failed", "revision": "published"}`)
	run := h.ended(out["items"].([]any)[0].(map[string]any)["run"].(string))
	if run["status"] != "succeeded" || run["revision"] != 2.0 || run["replay_of"] != id {
		t.Errorf("%v", run)
	}
	if got := h.want(200, "GET", "/state/runs", ""); got["value"] != 1.0 {
		t.Errorf("a kept checkpoint happened again: %v", got)
	}
	if first := run["steps"].([]any)[0].(map[string]any); first["done_by"] != id {
		t.Errorf("a step that was taken over is told as done by %v, want %s", first["done_by"], id)
	}
	if counts := h.want(200, "GET", "/flows/a/steps", "")["steps"].(map[string]any); counts["counted"] != nil {
		t.Errorf("what was taken over counts twice: %v", counts)
	}
	person := h.want(200, "GET", "/people/ana@example.com", "")["items"].([]any)
	newest, oldest := person[0].(map[string]any), person[1].(map[string]any)
	if newest["event"] != nil || oldest["event"] == nil {
		t.Errorf("a replay is told as another event: %v", person)
	}
	if old := h.want(200, "GET", "/runs/"+id, ""); old["status"] != "failed" {
		t.Errorf("the first run changed: %v", old["status"])
	}
}

func TestUndo(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", flow)
	h.want(409, "POST", "/flows/a/undo", "")
	for _, name := range []string{"B", "C"} {
		h.want(200, "PUT", "/flows/a", strings.Replace(flow, `"A"`, `"`+name+`"`, 1))
	}
	name := func(v map[string]any) any { return v["flow"].(map[string]any)["name"] }
	if v := h.want(200, "POST", "/flows/a/undo", ""); name(v) != "B" || v["can_redo"] != true || v["draft_rev"] != 4.0 {
		t.Errorf("%v", v)
	}
	if v := h.want(200, "POST", "/flows/a/undo", ""); name(v) != "A" || v["can_undo"] != false {
		t.Errorf("%v", v)
	}
	if v := h.want(200, "POST", "/flows/a/redo", ""); name(v) != "B" {
		t.Errorf("%v", v)
	}
	h.want(200, "PUT", "/flows/a", strings.Replace(flow, `"A"`, `"D"`, 1))
	h.want(409, "POST", "/flows/a/redo", "")
	if v := h.want(200, "POST", "/flows/a/undo", ""); name(v) != "B" {
		t.Errorf("%v", v)
	}
}

// TestUndoOfSomebodyElse holds that an undo asked for one's own change never takes back another's.
func TestUndoOfSomebodyElse(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", flow)
	h.want(200, "PUT", "/flows/a", strings.Replace(flow, `"A"`, `"Mine"`, 1))
	bia, _, err := h.people.AddToken(t.Context(), "Bia", session.Editor, nil)
	check(t, err)
	if res, v := h.ask("PUT", "/api/v1/flows/a", bia, strings.Replace(flow, `"A"`, `"Bia's"`, 1)); res.StatusCode != 200 {
		t.Fatalf("%v", v)
	}
	v := h.want(409, "POST", "/flows/a/undo", `{"mine": true}`)
	if v["code"] != "changed_by_other" || !strings.Contains(v["detail"].(string), "Bia") {
		t.Errorf("%v", v)
	}
	if v := h.want(200, "GET", "/flows/a", ""); v["flow"].(map[string]any)["name"] != "Bia's" {
		t.Errorf("%v", v)
	}
	h.want(200, "POST", "/flows/a/undo", `{}`)
	if v := h.want(200, "POST", "/flows/a/undo", `{"mine": true}`); v["flow"].(map[string]any)["name"] != "A" {
		t.Errorf("%v", v)
	}
}

func TestExpressionOfAStep(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "sum", "action": "transform", "with": {"value": "{{ trigger.body.n + 1 }}"}},
		{"id": "each", "action": "loop", "with": {"over": "[5, 6]"}, "steps": [{"id": "say", "action": "log", "with": {"message": "x"}}]}]}`)
	for _, c := range []struct{ body, kind string }{
		{`{"source": "steps.sum * 2", "flow": "a", "event": {"body": {"n": 20}}}`, "number 42"},
		{`{"source": "item + index", "flow": "a", "step": "each.1.say", "event": {"body": {"n": 20}}}`, "number 7"},
		{`{"source": "n = {{ trigger.body.n }}", "mode": "template", "flow": "a", "event": {"body": {"n": 20}}}`, "text n = 20"},
		{`{"source": "1 + 1"}`, "number 2"},
	} {
		got := h.want(200, "POST", "/expression", c.body)
		if s := strings.TrimSpace(got["type"].(string) + " " + strings.Trim(mustJSON(t, got["value"]), `"`)); s != c.kind || len(got["problems"].([]any)) != 0 {
			t.Errorf("%s: %v", c.body, got)
		}
	}
	for _, body := range []string{`{"source": "1 +"}`, `{"source": "{{ trigger.body.absent }}", "mode": "template"}`} {
		if got := h.want(200, "POST", "/expression", body); len(got["problems"].([]any)) != 1 {
			t.Errorf("%s: %v", body, got)
		}
	}
}

// TestAnApprovalIsBuiltWithoutTheManual holds that its link and its answer are offered by name, that a
// preview shows them, and that a test goes on behind it, but for one with real effects.
func TestAnApprovalIsBuiltWithoutTheManual(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "say", "action": "log", "with": {"message": "x"}},
		{"id": "boss", "name": "A chefe", "action": "wait", "with": {"approve": {"text": "Pay?"}}},
		{"id": "pay", "action": "log", "when": "steps.boss.data.approved", "with": {"message": "x"}},
		{"id": "paid", "name": "Pago", "action": "wait", "with": {"signal": "paid", "timeout": "1h"}},
		{"id": "end", "action": "log", "with": {"message": "x"}}]}`)
	signal := h.want(200, "GET", "/signals", "")["items"].([]any)
	if len(signal) != 1 || signal[0].(map[string]any)["name"] != "paid" || signal[0].(map[string]any)["called"] != "A" {
		t.Errorf("the signals: %v", signal)
	}
	for _, c := range []struct{ body, insert, title string }{
		{`{"flow": "a", "step": "say", "mode": "template", "source": "{{aprova"}`, `run.wait_url("boss")`, "Approval link (A chefe)"},
		{`{"flow": "a", "step": "say", "mode": "template", "source": "{{link"}`, `run.wait_url("boss")`, "Approval link (A chefe)"},
		{`{"flow": "a", "step": "pay", "source": "aprov"}`, "steps.boss.data.approved", "Approved? (A chefe)"},
		{`{"flow": "a", "step": "pay", "source": "rejei"}`, "steps.boss.data.approved", "Approved? (A chefe)"},
		{`{"flow": "a", "step": "pay", "source": "chefe"}`, "steps.boss.data.approved", "Approved? (A chefe)"},
		{`{"flow": "a", "step": "end", "source": "signal"}`, "steps.paid.received", "Did the signal come? (Pago)"},
	} {
		items := h.want(200, "POST", "/expression", c.body)["completions"].(map[string]any)["items"].([]any)
		if !slices.ContainsFunc(items, func(x any) bool { i := x.(map[string]any); return i["insert"] == c.insert && i["title"] == c.title }) {
			t.Errorf("%s: %v", c.body, items)
		}
	}
	for _, c := range []struct{ step, path, kind, label string }{{"say", `run.wait_url("boss")`, "text", "Approval link (A chefe)"}, {"pay", "steps.boss.data.approved", "boolean", "Approved? (A chefe)"}, {"end", "steps.paid.received", "boolean", "Did the signal come? (Pago)"}} {
		fields := h.want(200, "GET", "/flows/a/schema?step="+c.step, "")["fields"].([]any)
		if !slices.ContainsFunc(fields, func(x any) bool {
			f := x.(map[string]any)
			return f["path"] == c.path && f["type"] == c.kind && f["label"] == c.label
		}) {
			t.Errorf("%s: %v", c.step, fields)
		}
	}
	got := h.want(200, "POST", "/expression", `{"flow": "a", "step": "say", "mode": "template", "source": "{{ run.wait_url(\"boss\") }}"}`)
	if value, _ := got["value"].(string); !strings.Contains(value, "/w/") || len(got["problems"].([]any)) != 0 {
		t.Errorf("the link: %v", got)
	}
	for effects, status := range map[string]string{"simulate": "succeeded", "real": "waiting"} {
		run := h.want(200, "POST", "/flows/a/test", `{"event": {"body": {}}, "effects": "`+effects+`"}`)
		if run["status"] != status {
			t.Errorf("a test with effects %s: %v", effects, run)
		}
	}
}

// The last 200 changes of a draft can be undone.
func TestTwoHundredUndos(t *testing.T) {
	h := newHouse(t)
	document := func(n int) string {
		return fmt.Sprintf(`{"id": "a", "name": "N%d", "trigger": {"kind": "manual"}, "steps": []}`, n)
	}
	h.want(201, "POST", "/flows", document(0))
	for n := 1; n <= 205; n++ {
		h.want(200, "PUT", "/flows/a", document(n))
	}
	for n := 204; n >= 5; n-- {
		if got := h.want(200, "POST", "/flows/a/undo", "")["flow"].(map[string]any)["name"]; got != fmt.Sprintf("N%d", n) {
			t.Fatalf("got %v, want N%d", got, n)
		}
	}
	if p := h.want(409, "POST", "/flows/a/undo", ""); p["code"] != "nothing_to_undo" {
		t.Errorf("%v", p)
	}
	h.want(200, "POST", "/flows/a/redo", "")
	h.want(200, "PUT", "/flows/a", document(300)) // what was forgotten does not come back
	for n, more := 2, true; more; n-- {
		v := h.want(200, "POST", "/flows/a/undo", "")
		if more = v["can_undo"] == true; n < 1 || !more && n != 1 {
			t.Fatalf("%d undos left: can_undo is %v", n-1, v["can_undo"])
		}
	}
}

// Unknown outcomes are settled by a query; what has none is told of, and nothing is settled by mistake.
func TestUnknownOutcomesAreSettledByQuery(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", orderFlow)
	h.want(200, "POST", "/flows/orders/publish", "")
	run := h.want(200, "POST", "/flows/orders/events", `{"event": {"body": {"id": 7, "items": []}}}`)["run"].(string)
	h.until("/runs/"+run, func(v map[string]any) bool { return v["ended"] != nil })
	for _, body := range []string{`{"as": "done"}`, `{"as": "done", "query": {}}`, `{"as": "done", "query": {"status": "failed"}}`, `{"as": "skip", "query": {"flow": "orders"}}`, `{"as": "done", "ids": ["x"], "query": {"flow": "orders"}}`} {
		h.want(422, "POST", "/runs/resolve", body)
	}
	if v := h.want(200, "POST", "/runs/resolve", `{"as": "repeat", "query": {"flow": "orders"}}`); v["resolved"] != 0.0 || v["matched"] != 0.0 || v["more"] != false || len(v["items"].([]any)) != 0 {
		t.Errorf("%v", v)
	}
	v := h.want(200, "POST", "/runs/resolve", `{"as": "done", "output": {"id": 1}, "ids": ["`+run+`"]}`, "Accept-Language", "pt-BR")
	if said := mustJSON(t, v["items"]); v["refused"] != 1.0 || v["matched"] != 1.0 || !strings.Contains(said, "já foi decidido") {
		t.Errorf("%v", v)
	}
}

func TestAFlowMadeAnewIsAnother(t *testing.T) {
	h := newHouse(t)
	anew := func(message string) float64 {
		h.want(201, "POST", "/flows", strings.Replace(strings.Replace(divides, "MISSING", "1", 1), "done", message, 1))
		return h.want(200, "POST", "/flows/div/publish", "")["published_rev"].(float64)
	}
	anew("old")
	id := h.started("div", `{"n": 1}`)["id"].(string)
	h.want(204, "DELETE", "/flows/div", "")
	if rev := anew("new"); rev != 2 {
		t.Errorf("the new flow's first revision is %v: that number was taken", rev)
	}
	again := func(status int, revision string) map[string]any {
		return h.want(status, "POST", "/runs/replay", `{"ids": ["`+id+`"], "from": "start", "revision": "`+revision+`"}`)
	}
	if p := again(409, "original"); p["code"] != "no_revision" {
		t.Errorf("the old run would run the new flow: %v", p)
	}
	again(202, "published")
}

// TestARunNamedTwiceIsOneRun where runs are done again, and where what nobody knows of them is settled.
func TestARunNamedTwiceIsOneRun(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": []}`)
	h.want(200, "POST", "/flows/a/publish", "")
	one, other := h.started("a", `{}`)["id"].(string), h.started("a", `{}`)["id"].(string)
	ids := mustJSON(t, []string{one, other, one})
	for _, c := range []struct {
		path, body string
		status     int
	}{{"/runs/replay", `{"ids": ` + ids + `}`, 202}, {"/runs/replay", `{"dry_run": true, "ids": ` + ids + `}`, 202}, {"/runs/resolve", `{"as": "repeat", "dry_run": true, "ids": ` + ids + `}`, 200}} {
		got := h.want(c.status, "POST", c.path, c.body)
		if items := got["items"].([]any); got["matched"] != 2.0 || len(items) != 2 {
			t.Errorf("%s %s: %v runs, %v", c.path, c.body, got["matched"], items)
		}
	}
}
