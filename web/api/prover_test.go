package api_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"gancho/engine/connections"
	"gancho/triggers"
)

// sendSample sends a sample of a preset, signed with a secret, to a trigger URL.
func (h *house) sendSample(preset, url, secret string) (status int, answer string) {
	h.Helper()
	p, ok := triggers.BuiltIn().Find(preset)
	if !ok {
		h.Fatalf("there is no preset %s", preset)
	}
	s, err := p.Sample(triggers.SampleConfig{URL: url, Secrets: triggers.OneSecret(secret)})
	check(h, err)
	r := httptest.NewRequestWithContext(h.Context(), s.Method, s.URL, bytes.NewReader(s.Body))
	r.Header = s.Header
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// TestASenderIsProvedWhileAConnectionCannotAct: a connection without its access token, its sign-in or the provider's
// good will parks runs; the deliveries that its secret proves are taken all the same.
func TestASenderIsProvedWhileAConnectionCannotAct(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ preset, kind, fields string }{
		{"hubspot", "hubspot:token", `{"client_secret": "s3cret"}`},
		{"nuvemshop", "nuvemshop:oauth", `{"client_id": "7", "client_secret": "s3cret", "contact": "ana@example.com"}`},
		{"mercadopago", "mercadopago:token", `{"access_token": "revoked", "webhook_secret": "s3cret"}`},
	} {
		h.want(201, "POST", "/connections", `{"name": "`+c.preset+`", "kind": "`+c.kind+`", "fields": `+c.fields+`}`)
		h.want(201, "POST", "/flows", presetFlow(c.preset, c.preset, c.preset))
		h.want(200, "POST", "/flows/"+c.preset+"/publish", "")
		if c.preset == "mercadopago" {
			check(t, h.engine.Connections.SetState(t.Context(), c.preset, connections.Broken))
		}
		url, _ := h.want(200, "GET", "/flows/"+c.preset, "")["url"].(string)
		if status, answer := h.sendSample(c.preset, url, "s3cret"); status != http.StatusOK {
			t.Errorf("%s: %d %s", c.preset, status, answer)
		}
		if status, answer := h.sendSample(c.preset, url, "other"); status != http.StatusUnauthorized {
			t.Errorf("%s with another secret: %d %s", c.preset, status, answer)
		}
	}
}
