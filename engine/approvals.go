package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gancho/engine/store"
)

// The answers of an approval.
const (
	approvalGiven   = "approved"
	approvalRefused = "rejected"
	approvalExpired = "expired"
)

// bySigner begins an answer that was given in the product, by somebody known. No data of a signal
// begins so: it is JSON.
const bySigner = "\x1e"

// AnswerWait says of the step that a run waits at whether it is approved, as its page does, and who
// says so: store.ErrNotFound when no such step asks for an approval, store.ErrUsed when it was
// answered.
func (e *Engine) AnswerWait(ctx context.Context, run, path string, approved bool, by string) error {
	token := e.waitToken(run, path)
	page, err := e.WaitPage(ctx, token)
	if err != nil {
		return err
	}
	if !page.Approve {
		return store.ErrNotFound
	}
	data, err := json.Marshal(map[string]any{"approved": approved})
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return e.giveWait(ctx, token, []byte(bySigner+by+bySigner+string(data)))
}

// signed takes apart an answer and who gave it; by is empty where nobody known did.
func signed(data []byte) (answer []byte, by string) {
	rest, ok := strings.CutPrefix(string(data), bySigner)
	if !ok {
		return data, ""
	}
	by, plain, _ := strings.Cut(rest, bySigner)
	return []byte(plain), by
}

// approval is how an approval was answered; empty for other steps, and as long as it waits.
func (r *record) approval() string {
	if r.Text == "" || r.Status != stepSucceeded {
		return ""
	}
	output, _ := r.Output.(map[string]any)
	return approvalIn(output)
}

// approvalIn is how an approval was answered that yields this.
func approvalIn(output map[string]any) string {
	data, _ := output["data"].(map[string]any)
	switch {
	case output["received"] == false:
		return approvalExpired
	case data["approved"] == true:
		return approvalGiven
	case data["approved"] == false:
		return approvalRefused
	}
	return ""
}

// toldRun is what lists tell of a run besides what every run has, as the store keeps it.
type toldRun struct {
	Approval   string `json:"approval"` // how its newest approval was answered
	AnsweredBy string `json:"answered_by,omitempty"`
}

// tellApproval lets lists tell how an approval was answered.
func (r *record) tellApproval(output map[string]any) {
	t := toldRun{approvalIn(output), r.By}
	if data, err := json.Marshal(t); err == nil && t.Approval != "" {
		r.with(func(c *store.Commit) { c.Told = data })
	}
}

// readTold fills in what was told.
func (v *RunView) readTold(r *store.Run) {
	var t toldRun
	if json.Unmarshal(r.Told, &t) == nil {
		v.Approval, v.AnsweredBy = t.Approval, t.AnsweredBy
	}
}
