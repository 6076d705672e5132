package triggers

import (
	"context"
	"net/http"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
	"gancho/engine/store"
)

// answer tells the sender what became of a delivery that is on disk.
func (x *delivery) answer(w http.ResponseWriter, got engine.Receipt) {
	r := &x.door.respond
	waits := got.Outcome == store.Accepted || got.Outcome == store.Duplicate
	if r.finished && waits && got.Run != "" {
		x.answerFinished(w, got)
		return
	}
	run := got.Run
	if got.Outcome != store.Accepted {
		run = ""
	}
	if x.answerFilled(w, got.Event, string(got.Outcome), run) || x.answerPreset(w) {
		return
	}
	x.plain(w, http.StatusOK, got.Event, string(got.Outcome), run, "")
}

// plain writes the default answer. IDs and words need no escaping.
func (x *delivery) plain(w http.ResponseWriter, status int, event, word, run, url string) {
	body := make([]byte, 0, 128)
	body = append(body, `{"event":"`...)
	body = append(body, event...)
	body = append(body, `","status":"`...)
	body = append(body, word...)
	if run != "" {
		body = append(body, `","run":"`...)
		body = append(body, run...)
	}
	if url != "" {
		body = append(body, `","status_url":"`...)
		body = append(body, url...)
	}
	body = append(body, `"}`...)
	w.Header()["Content-Type"] = x.fixed.json
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// answerFilled gives the answer that the flow's settings describe, with the default body where
// they have none; false when they describe nothing, or it cannot be made.
func (x *delivery) answerFilled(w http.ResponseWriter, event, word, run string) bool {
	r := &x.door.respond
	if r.status == nil && r.headers == nil && r.body == nil {
		return false
	}
	ctx, done := context.WithTimeout(x.r.Context(), 3*doorTime)
	defer done()
	scope := new(expression.Scope)
	if !r.fixed {
		var err error
		if scope, err = x.values(event); err != nil {
			return false
		}
	}
	status, err := r.status.fill(ctx, scope)
	if err != nil {
		return false
	}
	headers, err := r.headers.fill(ctx, scope)
	if err != nil {
		return false
	}
	body, err := r.body.fill(ctx, scope)
	if err != nil {
		return false
	}
	if r.body == nil {
		plain := map[string]any{"event": event, "status": word}
		if run != "" {
			plain["run"] = run
		}
		body = plain
	}
	writeAnswer(w, statusOf(status), textHeaders(headers), body)
	return true
}

func statusOf(value any) int {
	if n, ok := asNumber(value); ok && n >= 200 && n <= 599 {
		return int(n)
	}
	return http.StatusOK
}

func textHeaders(value any) map[string]string {
	m, _ := value.(map[string]any)
	out := make(map[string]string, len(m))
	for name, v := range m {
		if text, ok := form.Scalar(v); ok && v != nil {
			out[name] = text
		}
	}
	return out
}

// answerFinished waits for the run's answer. It is stored by the time it is sent, and a
// duplicate gets the same one. When it takes too long, or the server stops, the sender is
// told where to ask. While it waits, only an answer that is made of the body holds the body.
func (x *delivery) answerFinished(w http.ResponseWriter, got engine.Receipt) {
	if x.door.respond.fixed {
		x.letGoBody()
	}
	ctx, done := context.WithTimeout(x.r.Context(), x.door.respond.timeout)
	defer done()
	go func() {
		select {
		case <-x.Engine.Stopping():
			done()
		case <-ctx.Done():
		}
	}()
	a, err := x.Engine.Await(ctx, got.Run)
	switch {
	case err != nil:
		url := x.public() + "/h/" + x.token + "/runs/" + got.Run
		x.plain(w, http.StatusAccepted, got.Event, string(got.Outcome), got.Run, url)
	case a.Status != 0:
		writeAnswer(w, statusOf(a.Status), a.Headers, a.Body)
	case a.Ended == store.Failed:
		writeAnswer(w, http.StatusInternalServerError, nil, map[string]any{
			"event": got.Event, "run": got.Run, "status": string(a.Ended), "error": map[string]any{"code": a.Error.Code},
		})
	default:
		if !x.answerFilled(w, got.Event, string(a.Ended), got.Run) {
			x.plain(w, http.StatusOK, got.Event, string(a.Ended), got.Run, "")
		}
	}
}
