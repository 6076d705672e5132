package triggers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/url"
	"os"
	"strings"
	"testing"

	"gancho/engine/flow"
	"gancho/engine/store"
	"gancho/triggers"

	"github.com/google/go-cmp/cmp"
)

// envelope are the members of trigger, and of what is kept of a delivery, that a body might
// try to write.
var envelope = strings.Fields(`id event status headers query method path ip at resource body trigger kind type note fault flow key title reason outcome run
	Flow Meta Key Name Title Reason Outcome meta name order_by __proto__ constructor`)

// forgeries are bodies of every type that name every member of the envelope.
func forgeries(t *testing.T) map[string]string {
	t.Helper()
	values, form := map[string]any{}, url.Values{}
	var parts bytes.Buffer
	m := multipart.NewWriter(&parts)
	xml := "<trigger>"
	for _, name := range envelope {
		values[name] = map[string]any{"x-forged": "forged"}
		for _, spelled := range []string{name, "trigger[" + name + "]", "trigger." + name, name + "[x-forged]"} {
			form.Set(spelled, "forged")
			if err := m.WriteField(spelled, "forged"); err != nil {
				t.Fatal(err)
			}
		}
		xml += "<" + name + ">forged</" + name + ">"
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"trigger": values, "method": "forged", "headers": values, "ip": "forged", "event": "forged", "resource": values, "id": "forged"})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"application/json": string(data), "application/cloudevents+json": string(data), "application/x-www-form-urlencoded": form.Encode(),
		m.FormDataContentType(): parts.String(), "application/xml": xml + "</trigger>", "text/plain": string(data), "application/octet-stream": string(data),
	}
}

func TestNoBodyWritesTheEnvelope(t *testing.T) {
	asks := `trigger.method == 'POST' and trigger.path == '/a' and trigger.ip == '192.0.2.1' and trigger.headers['x-real'] == 'yes' and trigger.headers['x-forged'] == nil
		and trigger.query.q == '1' and len(trigger.query) == 1 and trigger.event == '' and trigger.resource == nil and trigger.id == '' and trigger.at startsWith '2017-04-21'`
	for contentType, body := range forgeries(t) {
		t.Run(contentType, func(t *testing.T) {
			h := newHouse(t, map[string]any{"auth": map[string]any{"kind": "none"}}, where(asks))
			wantStatus(t, h.send("POST", "/h/tok-orders/a?q=1", body, "X-Real: yes", "Content-Type: "+contentType), 200)
			in := h.events[0]
			if in.Outcome != store.Accepted || in.Name != "" || in.Title != "" || in.Key != "" || in.OrderBy != "" || in.Flow != "orders" || in.Meta.Fault != "" {
				t.Errorf("%s, name %q, title %q, key %q, fault %q", in.Outcome, in.Name, in.Title, in.Key, in.Meta.Fault)
			}
			if diff := cmp.Diff(map[string]string{"x-real": "yes", "content-type": contentType}, in.Meta.Headers); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(map[string]string{"q": "1"}, in.Meta.Query); diff != "" {
				t.Error(diff)
			}
			if in.Meta.Method != "POST" || in.Meta.IP != "192.0.2.1" || in.Meta.Path != "/a" || in.Meta.Kind != "webhook" || string(in.Body) != body {
				t.Errorf("%+v", in.Meta)
			}
		})
	}
}

// No part of a split delivery writes it either.
func TestNoPartWritesTheEnvelope(t *testing.T) {
	h := presetHouse(t, "hubspot", nil, func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.With["verify"] = "observe" })
	wantStatus(t, h.post("["+forgeries(t)["application/json"]+"]"), 200)
	in := h.events[0]
	if in.Outcome != store.Accepted || in.Name != "" || in.Key != "" || in.Meta.Method != "POST" || in.Meta.Headers["x-forged"] != "" {
		t.Errorf("%s, name %q, key %q, %+v", in.Outcome, in.Name, in.Key, in.Meta)
	}
}

// FuzzPreset: no file of an operator stops the program.
func FuzzPreset(f *testing.F) {
	for _, id := range []string{"mercadopago", "whatsapp", "zoom", "generic"} {
		data, err := os.ReadFile("presets/" + id + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, problems := triggers.ParsePreset(data)
		if (p == nil) == (len(problems) == 0) {
			t.Errorf("preset %v with problems %v", p, problems)
		}
	})
}

// FuzzDelivery: whatever a stranger sends to a flow with a preset is answered, never by a
// server error, and what is kept can be read.
func FuzzDelivery(f *testing.F) {
	f.Add("slack", "application/json", "", "v0=00", `{"type":"url_verification","challenge":"x"}`)
	f.Add("whatsapp", "application/json", "hub.mode=subscribe", "", `{"entry":[{"changes":[{"value":{"messages":[{}]}}]}]}`)
	f.Add("hubspot", "application/json", "", "", `[[],{},null,1]`)
	f.Add("twilio", "application/x-www-form-urlencoded", "a=1&a=2", "=,=;", `a[b]=1&a=2`)
	f.Add("mailgun", "application/json", "", "", `{"signature":{"timestamp":-1}}`)
	f.Fuzz(func(t *testing.T, preset, contentType, query, proof, body string) {
		p, ok := triggers.BuiltIn().Find(preset)
		if !ok || strings.ContainsAny(contentType+proof, "\r\n\x00") {
			return
		}
		h := presetHouse(t, preset, presetSecrets(p), func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.With["verify"] = "observe" })
		headers := []string{"Content-Type: " + contentType}
		for _, name := range []string{"x-slack-signature", "x-hub-signature-256", "x-twilio-signature", "stripe-signature", "webhook-signature", "authorization"} {
			headers = append(headers, fmt.Sprintf("%s: %s", name, proof))
		}
		w := h.send("POST", "/h/tok-orders?"+url.PathEscape(query), body, headers...)
		if w.Code >= 500 {
			t.Errorf("answered %d: %s", w.Code, w.Body)
		}
		for _, in := range h.events {
			if err := triggers.CheckBody(in.Meta.Type, in.Body); err != nil {
				t.Errorf("kept what cannot be read: %v", err)
			}
		}
	})
}
