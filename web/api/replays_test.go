package api_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"gancho/web/session"
)

// until asks for a path until f is content with the answer.
func (h *house) until(path string, f func(map[string]any) bool) map[string]any {
	h.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); ; {
		answer := h.want(200, "GET", path, "")
		if f(answer) {
			return answer
		}
		select {
		case <-tick.C:
		case <-limit:
			h.Fatalf("%s does not come to it: %v", path, answer)
		}
	}
}

func over(v map[string]any) bool { return v["ended"] != nil }

const picky = `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
	{"id": "part", "action": "transform", "with": {"value": "{{ 10 / trigger.body.n }}"}},
	{"id": "say", "action": "log", "with": {"message": "{{ vars.word }} {{ trigger.body.n }}"}}]}`

// TestReplayOfMany replays more runs by a query than one call waits for: they are replayed in
// the order in which they came, each once, with counts to follow.
func TestReplayOfMany(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", picky)
	h.want(200, "POST", "/flows/a/publish", "")
	const many = 230
	for i := range many {
		h.want(200, "POST", "/flows/a/events", fmt.Sprintf(`{"event": {"body": {"n": %d}}}`, i))
	}
	h.until("/ledger", func(v map[string]any) bool { return v["finished"] == float64(many) })
	h.want(200, "PUT", "/vars", `{"word": "hello"}`)

	dry := h.want(202, "POST", "/runs/replay", `{"query": {"flow": "a", "status": "failed"}, "dry_run": true}`)
	if dry["matched"] != float64(many) || dry["more"] != false || dry["replay"] != nil || len(dry["items"].([]any)) != many {
		t.Fatalf("dry run: %v %v", dry["matched"], dry["more"])
	}
	out := h.want(202, "POST", "/runs/replay", `{"query": {"flow": "a", "status": "failed"}, "from": "start"}`)
	r, _ := out["replay"].(map[string]any)
	if r == nil || r["status"] != "counting" || r["matched"] != nil || r["from"] != "start" || r["revision"] != "published" {
		t.Fatalf("%v", out)
	}
	done := h.until("/replays/"+r["id"].(string), over)
	if done["status"] != "finished" || done["matched"] != float64(many) || done["done"] != float64(many) || done["replayed"] != float64(many) || done["refused"] != 0.0 {
		t.Errorf("%v", done)
	}
	ledger := h.until("/ledger", func(v map[string]any) bool { return v["finished"] == 2.0*many })
	if stats := h.want(200, "GET", "/stats?flow=a", "")["flows"].(map[string]any)["a"].(map[string]any); ledger["accepted"] != 2.0*many || ledger["replayed"] != float64(many) || stats["replayed"] != float64(many) {
		t.Errorf("replays are not counted apart: %v, %v", ledger, stats)
	}
	came := map[any]int{}
	h.each("/events?flow=a", func(e map[string]any) { came[e["replay_of"] != nil]++ })
	if came[true] != many || came[false] != many {
		t.Errorf("events that replays made and that came: %v", came)
	}
	if list := h.want(200, "GET", "/replays", "")["items"].([]any); len(list) != 1 || list[0].(map[string]any)["id"] != r["id"] {
		t.Errorf("%v", list)
	}
	seen, place := map[any]bool{}, many-1
	h.each("/runs?flow=a&status=succeeded", func(run map[string]any) {
		full := h.want(200, "GET", "/runs/"+run["id"].(string), "")
		if n := full["trigger"].(map[string]any)["body"].(map[string]any)["n"]; n != float64(place) {
			t.Errorf("place %d: %v", place, n)
		}
		seen[run["replay_of"]], place = true, place-1
	})
	if len(seen) != many-1 { // n = 0 fails again
		t.Errorf("%d runs were replayed", len(seen))
	}
	h.want(409, "POST", "/replays/"+r["id"].(string)+"/cancel", "")
	h.want(404, "GET", "/replays/absent", "")
}

// each gives every item of a list, by its pages.
func (h *house) each(path string, f func(map[string]any)) {
	h.Helper()
	for cursor := ""; ; {
		page := h.want(200, "GET", path+"&limit=200&cursor="+cursor, "")
		for _, item := range page["items"].([]any) {
			f(item.(map[string]any))
		}
		next, ok := page["next"].(string)
		if !ok {
			return
		}
		cursor = next
	}
}

func TestCountsOfSteps(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "big", "action": "filter", "with": {"where": "trigger.body.n > 1"}},
		{"id": "each", "action": "loop", "with": {"over": "trigger.body.list"}, "steps": [
			{"id": "part", "action": "transform", "with": {"value": "{{ 10 / item }}"}}]},
		{"id": "ask", "action": "delay", "when": "trigger.body.n > 2", "with": {"for": "1h"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	for _, body := range []string{`{"n": 1}`, `{"n": 2, "list": [1, 2, 5]}`, `{"n": 2, "list": [2, 0]}`, `{"n": 3, "list": []}`} {
		h.want(200, "POST", "/flows/a/events", `{"event": {"body": `+body+`}}`)
	}
	h.until("/ledger", func(v map[string]any) bool { return v["finished"] == 3.0 && v["waiting"] == 1.0 })
	v := h.want(200, "GET", "/flows/a/steps", "")
	if v["runs"] != 4.0 || v["whole"] != true {
		t.Errorf("%v", v)
	}
	var got []string
	for _, path := range []string{"big", "each", "each.*.part", "ask"} {
		s, _ := v["steps"].(map[string]any)[path].(map[string]any)
		got = append(got, fmt.Sprint(path, " ", s["reached"], s["passed"], s["failed"], s["filtered"], s["waiting"], s["skipped"], s["median_ms"] != nil))
	}
	want := "big 4 3 0 1 0 0 true; each 3 2 1 0 0 0 true; each.*.part 5 4 1 0 0 0 true; ask 1 0 0 0 1 1 false"
	if strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
	if v := h.want(200, "GET", "/flows/a/steps?to=2020-01-01T00:00:00Z", ""); v["runs"] != 0.0 || len(v["steps"].(map[string]any)) != 0 {
		t.Errorf("%v", v)
	}
	h.want(404, "GET", "/flows/absent/steps", "")
	h.want(422, "GET", "/flows/a/steps?from=today", "")
}

// A link that is misspelt leads nowhere: no answer is thanked for and lost.
func TestALinkOfNoWait(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [
		{"id": "tell", "action": "log", "with": {"message": "{{ run.wait_url(\"asc\") }} {{ run.wait_url(\"tell\") }} {{ run.wait_url(\"ask\") }}"}}, {"id": "ask", "action": "wait", "with": {"signal": "x"}}]}`)
	h.want(200, "POST", "/flows/a/publish", "")
	run := "/runs/" + h.want(200, "POST", "/flows/a/events", `{"event": {"body": {}}}`)["run"].(string)
	seen := h.until(run, func(v map[string]any) bool { return v["status"] == "waiting" })
	links := regexp.MustCompile(`/w/[\w-]+`).FindAllString(fmt.Sprint(seen["steps"].([]any)[0]), 3)
	for i, want := range []int{404, 404, 200} {
		for _, method := range []string{"GET", "POST"} {
			if res, _ := h.ask(method, links[i], "", ""); res.StatusCode != want {
				t.Errorf("%s of link %d: %d, want %d", method, i, res.StatusCode, want)
			}
		}
	}
	h.until(run, func(v map[string]any) bool { return v["status"] == "succeeded" })
	h.want(204, "DELETE", "/flows/a", "")
	if res, _ := h.ask("GET", links[2], "", ""); res.StatusCode != 410 {
		t.Errorf("of a flow that is gone: %d, want 410", res.StatusCode)
	}
}

// TestApprovals: a wait takes a text and nothing else, and who may edit answers it in the run, which says who did.
func TestApprovals(t *testing.T) {
	h := newHouse(t)
	wait := func(before, approve string) string {
		return `{"id": "a", "name": "A", "trigger": {"kind": "manual"}, "steps": [` + before + `{"id": "ask", "action": "wait", "with": {"approve": ` + approve + `}}]}`
	}
	h.want(201, "POST", "/flows", wait("", `{"pergunta": "{{ trigger.body.n }}?"}`))
	problems := fmt.Sprint(h.want(200, "GET", "/flows/a", "")["problems"])
	for _, want := range []string{"/steps/0/with/approve/pergunta", "unknown_member", "approve takes text", "/steps/0/with/approve/text"} {
		if !strings.Contains(problems, want) {
			t.Errorf("no %q in %s", want, problems)
		}
	}
	h.want(200, "PUT", "/flows/a", wait(`{"id": "tell", "action": "log", "with": {"message": "answer at {{ run.wait_url(\"ask\") }} by its-{{ split(run.wait_url(\"ask\"), \"/w/\")[1] }}!"}}, `, `{"text": "{{ trigger.body.n }}?"}`))
	h.want(200, "POST", "/flows/a/publish", "")
	run := "/runs/" + h.want(200, "POST", "/flows/a/events", `{"event": {"body": {"n": 7}}}`)["run"].(string)
	seen := h.until(run, func(v map[string]any) bool { return v["status"] == "waiting" })
	if !strings.Contains(fmt.Sprint(seen["steps"]), "/w/") {
		t.Errorf("no link for an editor: %v", seen)
	}
	viewer, _, err := h.people.AddToken(t.Context(), "v", session.Viewer, nil)
	check(t, err)
	if _, told := h.ask("GET", "/api/v1"+run, viewer, ""); told["status"] != "waiting" || strings.Count(fmt.Sprint(told), "/w/") != strings.Count(fmt.Sprint(told), "answer at https://gancho.example.com/w/…") {
		t.Errorf("a viewer is told %v", told)
	}
	link := regexp.MustCompile(`https://[^ ]+/w/[\w-]+`).FindString(fmt.Sprint(seen["steps"]))
	_, token, _ := strings.Cut(link, "/w/")
	if _, told := h.ask("GET", "/api/v1"+run, viewer, ""); !strings.Contains(fmt.Sprint(seen), "by its-"+token+"!") || !strings.Contains(fmt.Sprint(told), "by its-…!") {
		t.Errorf("a viewer is told the token of %s: %v", link, told)
	}
	other := h.want(200, "POST", "/flows/a/events", `{"event": {"body": {"n": 8, "answer_at": "`+link+`"}}}`)
	for _, path := range []string{"/events/" + other["event"].(string), "/flows/a/samples"} {
		if _, told := h.ask("GET", "/api/v1"+path, viewer, ""); link == "" || !strings.Contains(fmt.Sprint(told), "answer_at") || strings.Contains(fmt.Sprint(told), token) {
			t.Errorf("a viewer is told where to answer in %s: %v", path, told)
		}
	}
	h.want(201, "POST", "/flows", `{"id": "b", "name": "B", "trigger": {"kind": "manual"}, "steps": [{"id": "end", "action": "stop", "with": {"as": "failed", "message": "no {{ trigger.body.title }}"}}]}`)
	h.want(200, "POST", "/flows/b/publish", "")
	stopped := "/runs/" + h.want(200, "POST", "/flows/b/events", `{"event": {"body": {"title": "`+link+`"}}}`)["run"].(string)
	h.until(stopped, func(v map[string]any) bool { return v["status"] == "failed" })
	for _, path := range []string{stopped, "/runs", "/events", "/failures"} {
		if _, told := h.ask("GET", "/api/v1"+path, viewer, ""); told["code"] != nil || strings.Contains(fmt.Sprint(told), token) {
			t.Errorf("a viewer is told where to answer in %s: %v", path, told)
		}
	}
	h.want(404, "POST", run+"/steps/other/answer", `{"approved": true}`)
	h.want(200, "POST", run+"/steps/ask/answer", `{"approved": true}`)
	done := h.until(run, func(v map[string]any) bool { return v["status"] == "succeeded" })
	if !strings.Contains(fmt.Sprint(done["steps"]), "approved:true") {
		t.Errorf("not approved: %v", done)
	}
	if told := fmt.Sprint(done["steps"]); done["approval"] != "approved" || done["answered_by"] != "GANCHO_API_TOKEN" || !strings.Contains(told, "answered_by:GANCHO_API_TOKEN") || !strings.Contains(told, "data:map[approved:true] received") {
		t.Errorf("who approved: %v", done)
	}
	refused := h.want(200, "POST", "/flows/a/events", `{"event": {"body": {"n": 9}}}`)["run"].(string)
	h.until("/runs/"+refused, func(v map[string]any) bool { return v["status"] == "waiting" && v["approval"] == nil })
	link = regexp.MustCompile(`/w/[\w-]+`).FindString(fmt.Sprint(h.want(200, "GET", "/runs/"+refused, "")["steps"]))
	if res, _ := h.ask("POST", link, "", `{"approved": false}`); res.StatusCode != 200 {
		t.Fatalf("reject by the link: %d", res.StatusCode)
	}
	h.until("/runs?flow=a", func(v map[string]any) bool {
		row := v["items"].([]any)[0].(map[string]any)
		return row["id"] == refused && row["approval"] == "rejected" && row["answered_by"] == nil
	})
	h.want(409, "POST", run+"/steps/ask/answer", `{"approved": true}`)
}
