package actions

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gancho/engine"
	"gancho/engine/store"
	"gancho/triggers"
)

// thin says, for each preset whose events are fetched, with what connection, and what comes to
// the provider.
var thin = map[string]struct {
	kind   string
	fields map[string]any
	host   string
	want   string
	signed string // the header that signs the fetch, and its value
	events int    // in one delivery
}{
	"mercadopago": {
		"mercadopago:token",
		map[string]any{"access_token": "APP_USR-1", "webhook_secret": "hook"},
		"api.mercadopago.com", "api.mercadopago.com GET /v1/payments/4000000001 ", "Authorization: Bearer APP_USR-1", 1,
	},
	"nuvemshop": {
		"nuvemshop:token",
		map[string]any{"access_token": "tok-1", "store_id": "300001", "contact": "dev@example.com", "client_secret": "hook"},
		"api.nuvemshop.com.br", "api.nuvemshop.com.br GET /v1/300001/orders/500000001 ", "Authentication: bearer tok-1", 1,
	},
	"hubspot": {
		"hubspot:token",
		map[string]any{"access_token": "pat-1", "client_secret": "hook"},
		"api.hubapi.com", "api.hubapi.com GET /crm/v3/objects/contacts/5001?properties=", "Authorization: Bearer pat-1", 2,
	},
	"vtex": {
		"vtex:key",
		map[string]any{"account": "minhaloja", "app_key": "vtexappkey-1", "app_token": "tok-1", "webhook_token": "hook"},
		"minhaloja.vtexcommercestable.com.br", "minhaloja.vtexcommercestable.com.br GET /api/oms/pvt/orders/1000000000001-01 ", "X-VTEX-API-AppToken: tok-1", 1,
	},
}

// TestThinEventsAreFetched: for every preset that fetches, a signed delivery is answered at
// once, completed through its connector, and stands still while the provider refuses the
// connection.
func TestThinEventsAreFetched(t *testing.T) {
	for _, p := range triggers.BuiltIn().All() {
		if p.HydrateAction() == "" {
			continue
		}
		c, ok := thin[p.ID()]
		if !ok {
			t.Errorf("nothing tries the fetch of %s", p.ID())
			continue
		}
		dir := t.TempDir()
		t.Run(p.ID(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				var mu sync.Mutex // of what follows: a delivery of many events asks at once
				refused, signed := true, []string{}
				resource, err := json.Marshal(p.Events()[0].Resource)
				check(t, err)
				w.site(c.host, func(r *http.Request, _ string) (int, string) {
					mu.Lock()
					defer mu.Unlock()
					name, _, _ := strings.Cut(c.signed, ": ")
					signed = append(signed, name+": "+r.Header.Get(name))
					if refused {
						return 401, `{"message": "invalid token"}`
					}
					return 200, string(resource)
				})
				r := w.open(dir)
				defer r.leave()
				r.connect("shop", c.kind, c.fields)
				r.draw(`{"id": "sale", "trigger": {"kind": "webhook", "connection": "shop", "with": {"preset": "` + p.ID() + `"}}, "steps": [
					{"id": "all", "action": "transform", "with": {"value": "{{ trigger.resource }}"}}]}`)
				if status, answer := r.deliver(p, 0, "guessed"); status != http.StatusUnauthorized {
					t.Errorf("a wrong signature: %d %s", status, answer)
				}
				if status, answer := r.deliver(p, 0, "hook"); status != http.StatusOK {
					t.Fatalf("%d %s", status, answer)
				}
				synctest.Wait()
				if got := w.requests(); len(got) == 0 || len(got) > c.events || !strings.HasPrefix(got[0], c.want) {
					t.Fatalf("requests: %q", got)
				}
				if signed[0] != c.signed {
					t.Errorf("signed by %q", signed[0])
				}
				if runs := r.runs("sale"); len(runs) != c.events || runs[0].WaitingFor != "connection" {
					t.Fatalf("a refused fetch: %+v", runs)
				}
				refused = false
				r.connect("shop", c.kind, c.fields) // pasted again
				time.Sleep(time.Minute)
				r.deliver(p, 0, "hook") // the provider repeats itself
				synctest.Wait()
				r.holdResource(t, c.events, string(resource))
			})
		})
	}
}

// deliver sends a preset's sample to the flow "sale", signed with a secret.
func (r *resident) deliver(p *triggers.Preset, nth int, secret string) (int, string) {
	r.t.Helper()
	entry, err := r.flows.Get("sale")
	check(r.t, err)
	s, err := p.Sample(triggers.SampleConfig{URL: "https://gancho.example.com/h/" + entry.Token, Secrets: triggers.OneSecret(secret), Copy: nth})
	check(r.t, err)
	req := httptest.NewRequestWithContext(r.t.Context(), s.Method, s.URL, strings.NewReader(string(s.Body)))
	req.Header = s.Header
	answer := httptest.NewRecorder()
	r.door.ServeHTTP(answer, req)
	text, err := io.ReadAll(answer.Body)
	check(r.t, err)
	return answer.Code, string(text)
}

// holdResource wants so many runs of "sale", which have what the provider told.
func (r *resident) holdResource(t *testing.T, n int, want string) {
	t.Helper()
	done := r.runs("sale", store.Succeeded)
	if all := r.runs("sale"); len(done) != n || len(all) != n {
		t.Fatalf("runs: %+v", all)
	}
	var wanted any
	check(t, json.Unmarshal([]byte(want), &wanted))
	for i := range done {
		run, err := r.Run(t.Context(), done[i].ID)
		check(t, err)
		same(t, "resource", stepOutput(&run, "all"), wanted)
	}
}

func stepOutput(run *engine.RunView, path string) any {
	for _, s := range run.Steps {
		if s.Path == path {
			return s.Output
		}
	}
	return nil
}
