package engine

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gancho/engine/expression"
	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/engine/store"
)

// A wait token is base64url of: 16 bytes of MAC over run and path, 36 bytes of run ID, the
// step path. It needs no storage, cannot be made without the instance's key, and is good for
// one place of one run.
const (
	waitMAC = 16
	runID   = 36
)

// ShowWaitURLs says of each step that waits for a signal where it is given.
func (e *Engine) ShowWaitURLs(v *RunView) {
	for i := range v.Steps {
		if s := &v.Steps[i]; s.Waiting == "signal" && s.Status == string(store.Waiting) {
			s.WaitURL = e.waitURL(v.ID, s.Path)
		}
	}
}

// hideTokens leaves out of a text what would let its readers answer: titles, reasons and messages of
// errors are in lists and alerts, which are for everybody.
func hideTokens(text string) string {
	for from := 0; ; {
		start, end := findToken(text, from)
		if start < 0 {
			return text
		}
		text = text[:start] + "…" + text[end:]
		from = start
	}
}

// The length of a wait token without the step's path, and where the base64 of three hyphens of its
// run ID stands, by which it is found soon.
const (
	tokenLength = 70
	hyphen8     = 32 // L
	hyphen13    = 39 // t
	hyphen23    = 52 // L
)

var (
	tokenWord = regexp.MustCompile(`^[\w-]+`)
	uuid      = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// findToken finds a wait token in a text, however its URL is written; -1 where there is none.
func findToken(text string, from int) (start, end int) {
	for at := from + hyphen8; at < len(text); at++ {
		i := strings.IndexByte(text[at:], 'L')
		if i < 0 {
			break
		}
		at += i
		start = at - hyphen8
		if start+tokenLength > len(text) || text[start+hyphen13] != 't' || text[start+hyphen23] != 'L' {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(text[start : start+tokenLength])
		if err == nil && uuid.Match(raw[waitMAC:]) {
			return start, start + len(tokenWord.FindString(text[start:]))
		}
	}
	return -1, -1
}

// HideWaitURLs takes the tokens out of what steps were given, sent and got: who may only look
// must not be able to answer.
func HideWaitURLs(v *RunView) {
	hide := func(values ...*any) {
		for _, value := range values {
			*value = withoutTokens(*value)
		}
	}
	for key, value := range v.Trigger {
		v.Trigger[key] = withoutTokens(value)
	}
	if v.Answer != nil {
		hide(&v.Answer.Body)
	}
	for i := range v.Steps {
		s := &v.Steps[i]
		hide(&s.Request, &s.Output)
		for key, value := range s.Input {
			s.Input[key] = withoutTokens(value)
		}
		for j, line := range s.Lines {
			s.Lines[j] = hideTokens(line)
		}
		for j := range s.Attempts {
			hide(&s.Attempts[j].Request, &s.Attempts[j].Response)
		}
	}
}

// HideWaitURLsOf does the same for an event, which another flow may have been called with.
func HideWaitURLsOf(v *EventView) {
	for key, value := range v.Trigger {
		v.Trigger[key] = withoutTokens(value)
	}
	v.Raw = hideTokens(v.Raw)
	if raw, err := base64.StdEncoding.DecodeString(v.Base64); err == nil && hideTokens(string(raw)) != string(raw) {
		v.Base64 = ""
	}
}

func withoutTokens(value any) any {
	switch v := value.(type) {
	case string:
		return hideTokens(v)
	case []any:
		for i := range v {
			v[i] = withoutTokens(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = withoutTokens(v[key])
		}
	}
	return value
}

func (e *Engine) waitToken(run, path string) string {
	token := append(e.waitMAC(run, path), run+path...)
	return base64.RawURLEncoding.EncodeToString(token)
}

func (e *Engine) waitMAC(run, path string) []byte {
	return e.Box.MAC("wait", []byte(run+path))[:waitMAC:waitMAC]
}

// openWaitToken gives the place that a token is for; store.ErrNotFound for any other text.
func (e *Engine) openWaitToken(token string) (run, path string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= waitMAC+runID {
		return "", "", store.ErrNotFound
	}
	run, path = string(raw[waitMAC:waitMAC+runID]), string(raw[waitMAC+runID:])
	if !hmac.Equal(raw[:waitMAC], e.waitMAC(run, path)) {
		return "", "", store.ErrNotFound
	}
	return run, path, nil
}

// WaitView is what the page of a wait URL shows.
type WaitView struct {
	Open    bool // false once used or over
	Reached bool // the run has got there; its text is not known before
	Text    string
	Approve bool
	Flow    string
	Name    string    // of the flow
	Until   time.Time // when the wait is over by itself, in the flow's zone
	Answer  string    // of an approval: approved, rejected, or expired; empty as long as nobody has answered, and where nobody can any more
	Ended   time.Time // when the run took the answer or its time was over, in the flow's zone; zero before
}

// WaitPage describes the wait that a token is for. A token that this instance did not make, or
// that names a step which the run's flow has not, gives store.ErrNotFound.
func (e *Engine) WaitPage(ctx context.Context, token string) (WaitView, error) {
	run, path, err := e.openWaitToken(token)
	if err != nil {
		return WaitView{}, err
	}
	story, err := e.Store.GetRun(ctx, run)
	if err != nil {
		return WaitView{}, err
	}
	step, err := e.waitAt(ctx, story.Run, idOf(path))
	if err != nil {
		return WaitView{}, err
	}
	v := WaitView{Flow: story.Run.Flow, Open: !story.Run.Status.Final(), Approve: step.With["approve"] != nil}
	for _, s := range story.Steps {
		if s.Path != path {
			continue
		}
		rec, err := readRecord(s.Path, s.Data)
		if err != nil {
			return WaitView{}, err
		}
		v.Open = v.Open && rec.Status == stepWaiting && !rec.Left
		v.Reached, v.Text, v.Until = true, rec.Text, rec.Due
		if output, ok := rec.Output.(map[string]any); ok && v.Approve && rec.Status == stepSucceeded {
			v.Answer, v.Ended = approvalIn(output), rec.Ended
		}
	}
	if data, answered := story.Inbox[path]; answered && v.Open {
		v.Open = false
		v.Answer = answerIn(data)
	}
	v.Name = e.FlowName(v.Flow)
	f := &flow.Flow{}
	if entry, ok := e.Flows.Find(v.Flow); ok && entry.Draft != nil {
		f = entry.Draft
	}
	zone := zoneOf(f, e.Instance().Timezone)
	v.Until, v.Ended = v.Until.In(zone), v.Ended.In(zone)
	return v, nil
}

// answerIn is how an approval was answered that the run has not taken up yet.
func answerIn(data []byte) string {
	data, _ = signed(data)
	var value any
	if err := decodeExact(data, &value); err != nil {
		return ""
	}
	return approvalIn(map[string]any{"received": true, "data": value})
}

// waitAt gives such a wait of a run's flow; store.ErrNotFound when it has none. Of a flow that was
// deleted nobody knows any more, and its runs are over.
func (e *Engine) waitAt(ctx context.Context, run store.Run, id string) (wait flow.Step, err error) {
	p, err := e.planOf(ctx, run)
	if isGone(err) {
		return wait, nil
	}
	if err != nil {
		return wait, err
	}
	err = store.ErrNotFound
	flow.Walk(p.flow.Steps, "", func(_ string, s *flow.Step) {
		if s.ID == id && s.Action == "wait" {
			wait, err = *s, nil
		}
	})
	return wait, err
}

func (e *Engine) waitURL(run, path string) string {
	return e.Instance().PublicURL + "/w/" + e.waitToken(run, path)
}

// waitPlace is the path of a wait as steps below a prefix mean it: in the turns that both are in.
func (w *walker) waitPlace(prefix, id string) (string, error) {
	loops, _ := flow.LoopsAround(w.plan.flow.Steps, id)
	place, rest := "", prefix
	for _, loop := range loops {
		turn, ok := strings.CutPrefix(rest, loop+".")
		i := strings.IndexByte(turn, '.')
		if !ok || i < 0 {
			return "", expression.Wrong(form.Label(
				fmt.Sprintf("the step %q waits in turns of the loop %q, and its link can be made only there", id, loop),
				fmt.Sprintf("o passo %q espera nas voltas da repetição %q, e o link dele só pode ser criado ali", id, loop)))
		}
		place, rest = place+loop+"."+turn[:i+1], turn[i+1:]
	}
	return place + id, nil
}

// GiveWait wakes the wait that a token is for, once: store.ErrUsed when it was used before or
// is over. It may come before the run reaches the wait; nil means that it will not be lost.
func (e *Engine) GiveWait(ctx context.Context, token string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	return e.giveWait(ctx, token, raw)
}

func (e *Engine) giveWait(ctx context.Context, token string, raw []byte) error {
	run, path, err := e.openWaitToken(token)
	if err != nil {
		return err
	}
	page, err := e.WaitPage(ctx, token)
	if err != nil {
		return err
	}
	if !page.Open {
		return store.ErrUsed
	}
	return e.Store.Signal(ctx, []store.Signal{{Run: run, Path: path, Data: raw}})[0]
}
