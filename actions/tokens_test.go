package actions

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine/store"
)

// A step that waited in vain for a token has sent nothing: it is tried again, also where it must not happen
// twice, and the token that came meanwhile is used.
func TestAStepThatWaitedForATokenHasSentNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.site("login.example.com", func(*http.Request, string) (int, string) {
			time.Sleep(40 * time.Second)
			return 200, `{"access_token": "fresh", "expires_in": 36000}`
		})
		w.site("shop.example.com", func(*http.Request, string) (int, string) { return 200, `{}` })
		r := w.open(t.TempDir())
		defer r.leave()
		r.connect("shop", "oauth2", map[string]any{"client_id": "app", "client_secret": "the-app-secret", "token_url": "https://login.example.com/token"}, "shop.example.com")
		r.draw(`{"id": "pay", "trigger": {"kind": "webhook"}, "steps": [
			{"id": "charge", "action": "http.request", "connection": "shop", "delivery": "at_most_once", "timeout": "10s", "with": {"url": "https://shop.example.com/charge", "method": "POST"}}]}`)
		r.knock("pay", `{}`, nil)
		time.Sleep(12 * time.Second)
		if v := r.runs("pay")[0]; v.Status != store.Waiting || v.WaitingFor != "retry" || v.Error == nil || v.Error.Message != "no new token: The OAuth 2 server did not answer in time" {
			t.Errorf("after 12 seconds it is %s for %s: %+v", v.Status, v.WaitingFor, v.Error)
		}
		time.Sleep(time.Hour)
		if v := r.runs("pay")[0]; v.Status != store.Succeeded {
			t.Errorf("it is %s: %+v", v.Status, v.Error)
		}
		if got := strings.Join(w.requests(), "\n"); strings.Count(got, "login.example.com POST /token") != 1 || strings.Count(got, "shop.example.com POST /charge Bearer fresh") != 1 {
			t.Errorf("what was sent:\n%s", got)
		}
	})
}
