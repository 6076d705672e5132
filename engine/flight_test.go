package engine_test

import (
	"errors"
	"testing"

	"gancho/engine"
	"gancho/engine/store"
)

func TestWhatIsUnderWayIsTold(t *testing.T) {
	s := &sink{void: make(chan struct{})}
	h := open(t, t.TempDir(), s)
	defer close(s.void)
	h.publish(`{"id": "asks", "trigger": {"kind": "webhook"}, "steps": [
		{"id": "ask", "action": "wait", "with": {"signal": "go", "timeout": "1h"}},
		{"id": "tell", "action": "test.send", "with": {"text": "into the void"}}]}`)
	run := h.send("asks", `{}`)
	h.until(run, func(v engine.RunView) bool { return v.Status == store.Waiting })
	check(t, errors.Join(h.store.Signal(t.Context(), []store.Signal{{Name: "go", Data: []byte(`{}`)}})...))
	view := h.until(run, func(v engine.RunView) bool {
		return len(v.Steps) == 2 && v.Steps[0].Status == "succeeded" && v.Steps[1].Status == "running" && len(v.Steps[1].Attempts) == 1
	})
	view.Steps[1].Input["text"] = "changed by a view"
	check(t, h.Cancel(t.Context(), run, "enough"))
	v := h.finished(run)
	if v.Status != store.Canceled || v.Reason != "enough" || len(v.Steps) != 2 || v.Steps[1].Status != "unknown" || len(v.Steps[1].Attempts) != 1 || v.Steps[1].Reason == "" || v.Steps[1].Input["text"] != "into the void" {
		t.Errorf("a run that was canceled while a step acted tells %s %q %+v", v.Status, v.Reason, v.Steps)
	}
}
