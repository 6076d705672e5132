package actions

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gancho/engine"
	"gancho/engine/connections"
)

func webhookOf(t *testing.T, out *Outbound, call *engine.Call, with map[string]any) (engine.Output, error) {
	t.Helper()
	w := &webhookSend{out: out}
	if problems := w.Fields().Fill(with); len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	return w.Do(t.Context(), call)
}

func hmacConnection(fields map[string]string, secrets ...string) *connections.Connection {
	c := connection("hmac", fields, nil, "127.0.0.1")
	c.Secret = func(string) ([]string, error) { return secrets, nil }
	return c
}

func TestWebhookIsSignedAndTheSameEachTime(t *testing.T) {
	p, out := newPlay(t, says(500, "text/plain", "no"), says(204, "", ""))
	call := newCall(hmacConnection(nil, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "old"), nil)
	call.Now = time.Date(2026, 5, 25, 16, 1, 5, 0, time.UTC)
	with := map[string]any{"url": p.URL + "/hook", "type": "order.paid", "data": map[string]any{"id": 1}, "headers": map[string]any{"X-Tenant": "loja"}}
	if _, err := webhookOf(t, out, call, with); faultOf(t, err).Permanent || faultOf(t, err).Maybe {
		t.Fatalf("%+v", err)
	}
	output, err := webhookOf(t, out, call, with)
	if err != nil || output.(map[string]any)["id"] != "msg_r-s" || output.(map[string]any)["status"] != 204 {
		t.Fatalf("%v %v", output, err)
	}
	got := p.got()
	if want := `{"data":{"id":1},"timestamp":"2026-05-25T16:01:05Z","type":"order.paid"}`; got[0].body != want || got[1].body != want || got[1].method != "POST" || got[1].path != "/hook" {
		t.Errorf("got %+v, want %s", got, want)
	}
	for _, s := range got {
		if s.header.Get("Webhook-Id") != "msg_r-s" || s.header.Get("X-Tenant") != "loja" || s.header.Get("Webhook-Timestamp") == "" {
			t.Errorf("headers %v", s.header)
		}
	}
	signatures := strings.Fields(got[1].header.Get("Webhook-Signature"))
	signed := got[1].header.Get("Webhook-Id") + "." + got[1].header.Get("Webhook-Timestamp") + "." + got[1].body
	if want := "v1," + encode("base64", mac("sha256", []byte("old"), []byte(signed))); len(signatures) != 2 || signatures[1] != want {
		t.Errorf("got %v, want the second %s", signatures, want)
	}
}

func TestWebhookAnswers(t *testing.T) {
	for _, c := range []struct {
		status    int
		headers   []string
		code      string
		permanent bool
		after     time.Duration
	}{
		{410, nil, "gone", true, 0},
		{400, nil, "http_400", false, 0},
		{302, []string{"Location", "https://example.com"}, "http_302", false, 0},
		{429, []string{"Retry-After", "120"}, "http_429", false, 2 * time.Minute},
		{503, nil, "http_503", false, 0},
	} {
		p, out := newPlay(t, says(c.status, "text/plain", "", c.headers...))
		_, err := webhookOf(t, out, newCall(hmacConnection(nil, "s"), nil), map[string]any{"url": p.URL, "data": []any{1}})
		if f := faultOf(t, err); f.Code != c.code || f.Permanent != c.permanent || f.After != c.after || len(p.got()) != 1 {
			t.Errorf("%d: got %+v in %d requests", c.status, f, len(p.got()))
		}
	}
}

func TestWebhookKeepsItsSecretAndItsHosts(t *testing.T) {
	p, out := newPlay(t, says(200, "text/plain", ""))
	var sent any
	call := newCall(hmacConnection(map[string]string{"scheme": "header", "header": "X-Signature", "prefix": "sha256="}, "hush"), &sent)
	if _, err := webhookOf(t, out, call, map[string]any{"url": p.URL, "data": map[string]any{"a": 1}}); err != nil {
		t.Fatal(err)
	}
	shown, _ := json.Marshal(sent)
	if got := p.got()[0].header.Get("X-Signature"); got != "sha256="+encode("hex", mac("sha256", []byte("hush"), []byte(`{"a":1}`))) || strings.Contains(string(shown), got) {
		t.Errorf("%s, shown %s", got, shown)
	}
	call.Connection.Hosts = []string{"partner.example.com"}
	if _, err := webhookOf(t, out, call, map[string]any{"url": p.URL, "data": 1}); faultOf(t, err).Code != "host_not_allowed" || len(p.got()) != 1 {
		t.Errorf("%v", err)
	}
}
