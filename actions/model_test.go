package actions

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

const askFlow = `{"id": "ask", "trigger": {"kind": "webhook"}, "steps": [
	{"id": "ask", "action": "openai.chat", "connection": "ai", "with": {"model": "m", "prompt": "x", "format": "json"}}]}`

// TestAModelIsAskedTwiceForJSON: failures of the server before the first answer, and between
// the two, are no answers.
func TestAModelIsAskedTwiceForJSON(t *testing.T) {
	const good, bad = `{"model": "m", "choices": [{"finish_reason": "stop", "message": {"content": "{\"a\": 1}"}}]}`, `{"model": "m", "choices": [{"finish_reason": "stop", "message": {"content": "Claro!"}}]}`
	for _, c := range []struct {
		name    string
		answers []string // "" is a 503
		status  store.Status
	}{
		{"bad after a failure", []string{"", bad, good}, store.Succeeded},
		{"bad twice, with a failure between", []string{bad, "", bad, good}, store.Failed},
		{"bad twice", []string{bad, bad, good}, store.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				asked := 0
				w.site("api.openai.com", func(*http.Request, string) (int, string) {
					answer := c.answers[asked]
					if asked++; answer == "" {
						return 503, `{}`
					}
					return 200, answer
				})
				r := w.open(dir)
				defer r.leave()
				r.connect("ai", "openai:key", map[string]any{"api_key": "sk-1"})
				r.draw(askFlow)
				r.knock("ask", `{}`, nil)
				time.Sleep(time.Hour)
				synctest.Wait()
				if r.count(t, "ask", c.status) != 1 || asked == len(c.answers) && c.status == store.Failed {
					t.Errorf("asked %d times, want %s", asked, c.status)
				}
			})
		})
	}
}
