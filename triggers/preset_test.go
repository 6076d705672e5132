package triggers_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"gancho/engine"
	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
	"gancho/triggers"
)

// presetIDs are those that flows may count on.
var presetIDs = strings.Fields(`asaas calendly discord generic github gitlab hotmart hubspot kiwify mailchimp mailgun mercadopago nuvemshop paddle pagarme
	pipedrive rdstation rdstation_crm sendgrid shopify slack square standard_webhooks stripe svix twilio typeform vtex whatsapp woocommerce woovi zoom`)

func TestBuiltInPresets(t *testing.T) {
	var ids []string
	for _, p := range triggers.BuiltIn().All() {
		ids = append(ids, p.ID())
		file, err := os.ReadFile("presets/" + p.ID() + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := triggers.ParsePreset(file); len(problems) > 0 {
			t.Errorf("%s: %+v", p.ID(), problems)
		}
		data, err := json.Marshal(p.View())
		if err != nil {
			t.Fatal(err)
		}
		var view map[string]any
		if err := json.Unmarshal(data, &view); err != nil || view["setup"] == nil || len(p.Events()) == 0 {
			t.Errorf("%s: %s, %v", p.ID(), data, err)
		}
		for _, f := range p.View().Secrets {
			if f.Label.PT == f.Label.EN && strings.Contains(f.Label.EN, " ") { // one word may be a name: Hottok
				t.Errorf("%s: %s is called %q in Portuguese too", p.ID(), f.ID, f.Label.EN)
			}
		}
	}
	if !slices.Equal(ids, presetIDs) {
		t.Errorf("presets are %v", ids)
	}
}

// presetSecrets are the secrets of a test: the same text for every field, but a key where a
// preset wants one.
func presetSecrets(p *triggers.Preset) map[string][]string {
	out := map[string][]string{}
	for _, f := range p.View().Secrets {
		out[f.ID] = []string{"segredo-de-teste"}
		if strings.Contains(f.Placeholder, "whsec_") {
			out[f.ID] = []string{"whsec_OyvBfayyIWeVFohHIEjPHxigWrbVorxmgcmsnMNjShk="}
		}
	}
	return out
}

// presetHouse is a door whose flow has a preset.
func presetHouse(t *testing.T, id string, secrets map[string][]string, more ...func(*flow.Trigger, *triggers.WebhookConfig)) *house {
	t.Helper()
	with := map[string]any{"preset": id}
	return newHouse(t, with, append([]func(*flow.Trigger, *triggers.WebhookConfig){func(_ *flow.Trigger, c *triggers.WebhookConfig) {
		c.Connections = fakeConnections(secrets)
	}}, more...)...)
}

// What a provider tells twice of one object has one key; what it tells of something else keeps the
// key of its delivery.
func TestOnceForEachObject(t *testing.T) {
	for _, p := range triggers.BuiltIn().All() {
		once := p.View().Once
		if once == nil {
			continue
		}
		own := func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.With["dedupe"] = map[string]any{"key": once.Key} }
		h, secrets := presetHouse(t, p.ID(), presetSecrets(p), own), presetSecrets(p)
		first := p.Events()[0]
		wantStatus(t, h.deliver(sampleOf(t, p, triggers.SampleConfig{Event: first.ID}, secrets, h)), 200)
		if got := h.events[0]; got.Meta.Fault != "" || !strings.HasPrefix(got.Key, p.ID()+":"+once.Name.EN+":") {
			t.Errorf("%s: key %q, fault %q", p.ID(), got.Key, got.Meta.Fault)
		}
	}
	p, _ := triggers.BuiltIn().Find("woocommerce")
	h := presetHouse(t, "woocommerce", presetSecrets(p), func(f *flow.Trigger, c *triggers.WebhookConfig) {
		f.With["dedupe"], f.With["verify"] = map[string]any{"key": p.View().Once.Key}, "observe"
		f.Where = "trigger.body.status != 'pending'"
	})
	for _, c := range []struct{ topic, body, key string }{
		{"order.updated", `{"id": 7, "status": "pending"}`, ""},
		{"order.updated", `{"id": 7, "status": "processing"}`, "woocommerce:order:7"},
		{"order.deleted", `{"id": 7}`, "woocommerce:order:7"},
		{"customer.updated", `{"id": 7}`, "woocommerce:d1"},
	} {
		wantStatus(t, h.send("POST", "/h/tok-orders", c.body, "x-wc-webhook-topic: "+c.topic, "x-wc-webhook-delivery-id: d1"), 200)
		if got := h.events[len(h.events)-1]; got.Key != c.key || got.Meta.Fault != "" {
			t.Errorf("%s %s: key %q, fault %q", c.topic, c.body, got.Key, got.Meta.Fault)
		}
	}
}

// A flow's own key is asked at the door, or by the engine where the filter reads what is fetched: never
// in both places, and the preset's does not come in its place.
func TestAFlowsOwnKeyIsAskedInOnePlace(t *testing.T) {
	p, _ := triggers.BuiltIn().Find("mercadopago")
	for where, key := range map[string]string{"trigger.body.type != 'x'": "own", "trigger.resource.status != 'pending'": ""} {
		h := presetHouse(t, p.ID(), presetSecrets(p), func(f *flow.Trigger, _ *triggers.WebhookConfig) {
			f.With["dedupe"], f.With["verify"], f.Where = map[string]any{"key": "'own'"}, "observe", where
		})
		wantStatus(t, h.send("POST", "/h/tok-orders", `{"id": 1, "type": "plan", "action": "updated"}`), 200)
		if got := h.events[0]; got.Key != key || got.Meta.Fault != "" {
			t.Errorf("%s: key %q, fault %q", where, got.Key, got.Meta.Fault)
		}
		hydrate := func(tr engine.Trigger) bool { return tr.Hydrate != nil }
		all := triggers.Catalogue()
		kind := all[slices.IndexFunc(all, hydrate)]
		made := kind.Hydrate(&flow.Flow{Trigger: flow.Trigger{Kind: "webhook", Where: where, With: map[string]any{"preset": p.ID(), "dedupe": map[string]any{"key": "'own'"}}}})
		if later := made.Once != nil; later != (key == "") {
			t.Errorf("%s: the engine asks the key: %v", where, later)
		}
	}
}

func (h *house) deliver(s *triggers.Sample) *httptest.ResponseRecorder {
	r := httptest.NewRequest(s.Method, strings.TrimPrefix(s.URL, publicURL), strings.NewReader(string(s.Body)))
	r.Header = s.Header.Clone()
	w := httptest.NewRecorder()
	h.door.ServeHTTP(w, r)
	return w
}

func sampleOf(t *testing.T, p *triggers.Preset, c triggers.SampleConfig, secrets map[string][]string, h *house) *triggers.Sample {
	t.Helper()
	c.URL, c.At = publicURL+"/h/tok-orders", h.now
	c.Secrets = func(field string) ([]string, error) { return secrets[field], nil }
	s, err := p.Sample(c)
	if err != nil {
		t.Fatal(err)
	}
	if s.PublicKey != "" {
		secrets["public_key"] = []string{s.PublicKey}
	}
	return s
}

// Every sample of every preset comes in once, with a name, a title in words and a key; a repeat is a
// duplicate, and a wrong signature is refused.
func TestSamplesOfEveryPreset(t *testing.T) {
	for _, p := range triggers.BuiltIn().All() {
		for _, e := range p.Events() {
			t.Run(p.ID()+"/"+e.ID, func(t *testing.T) {
				secrets := presetSecrets(p)
				h := presetHouse(t, p.ID(), secrets)
				s := sampleOf(t, p, triggers.SampleConfig{Event: e.ID}, secrets, h)
				wantStatus(t, h.deliver(s), 200)
				got := h.accepted(store.Accepted)
				if len(got) == 0 {
					t.Fatalf("nothing was accepted: %+v", h.events)
				}
				for _, in := range got {
					if p.ID() != "generic" && (in.Name == "" || in.Title == "" || in.Key == "") {
						t.Errorf("name %q, title %q, key %q", in.Name, in.Title, in.Key)
					}
					if named, known := p.Event(in.Name); in.Name != "" && known && strings.HasPrefix(in.Title, in.Name) {
						t.Errorf("the title %q is not in the words that the preset has: %q", in.Title, named.Label.EN)
					}
					if in.Meta.Fault != "" || in.Meta.Note != "" {
						t.Errorf("fault %q, note %q", in.Meta.Fault, in.Meta.Note)
					}
					if strings.Contains(string(in.Body), "segredo-de-teste") || strings.Contains(strings.Join(valuesOf(in.Meta.Headers), " "), "segredo-de-teste") {
						t.Error("the secret is kept")
					}
				}
				if p.ID() == "generic" || p.ID() == "mailgun" { // Mailgun's token comes only once
					return
				}
				wantStatus(t, h.deliver(s), 200)
				if n := len(h.accepted(store.Accepted)); n != len(got) {
					t.Errorf("a repeat was accepted: %d, then %d", len(got), n)
				}
				if !p.View().Verified {
					return
				}
				wrong := sampleOf(t, p, triggers.SampleConfig{Event: e.ID, Wrong: true}, presetSecrets(p), h)
				wantStatus(t, h.deliver(wrong), 401)
				if why := h.lastRejected(t); why.Reason == "" || why.Body != nil {
					t.Errorf("rejected for %q with body %q", why.Reason, why.Body)
				}
			})
		}
	}
}

func valuesOf(m map[string]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func TestSplitDelivery(t *testing.T) {
	hubspot, _ := triggers.BuiltIn().Find("hubspot")
	secrets := presetSecrets(hubspot)
	h := presetHouse(t, "hubspot", secrets, where("trigger.event == 'contact.creation'"))
	w := h.deliver(sampleOf(t, hubspot, triggers.SampleConfig{}, secrets, h))
	wantStatus(t, w, 200)
	if got, want := w.Body.String(), `{"events":[{"event":"e1","status":"accepted","run":"r1"},{"event":"e2","status":"filtered"}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	in := h.accepted(store.Accepted)[0]
	var body map[string]any
	if err := json.Unmarshal(in.Body, &body); err != nil || body["objectId"] != 5001.0 || in.Key != "hubspot:700001:9000000001" || in.Meta.Type != "application/json" {
		t.Errorf("event %s with key %q, %v", in.Body, in.Key, err)
	}
}

func TestSplitNeverLoses(t *testing.T) {
	h := presetHouse(t, "hubspot", nil, func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.With["verify"] = "observe" })
	wantStatus(t, h.post(`{"no":"list"}`), 200)
	if n := len(h.accepted(store.Accepted)); n != 1 {
		t.Errorf("%d were accepted", n)
	}
	wantStatus(t, h.post(`[]`), 200)
	if n := len(h.accepted(store.Filtered)); n != 1 {
		t.Errorf("%d were filtered", n)
	}
	wantStatus(t, h.post("["+strings.Repeat("{},", 1000)+"{}]"), 413)
}

// What comes wrapped in another envelope is an event as the others are.
func TestButtonsAndLeadsAreEvents(t *testing.T) {
	for _, c := range []struct{ preset, sample, name, key, holds string }{
		{"slack", "block_actions", "block_actions", "slack:1.1.00000002", `"action_id":"approve"`},
		{"whatsapp", "change.leadgen", "change.leadgen", "meta:lead:400000000000001", `"form_id":"500000000000001"`},
	} {
		preset, _ := triggers.BuiltIn().Find(c.preset)
		secrets := presetSecrets(preset)
		h := presetHouse(t, c.preset, secrets)
		wantStatus(t, h.deliver(sampleOf(t, preset, triggers.SampleConfig{Event: c.sample}, secrets, h)), 200)
		in := h.accepted(store.Accepted)
		if len(in) != 1 || in[0].Name != c.name || in[0].Key != c.key || !strings.Contains(string(in[0].Body), c.holds) || in[0].Meta.Type != "application/json" {
			t.Fatalf("%s: %+v", c.sample, in)
		}
		if strings.Contains(string(in[0].Body), "REDACTED") {
			t.Errorf("%s: the token was kept: %s", c.sample, in[0].Body)
		}
	}
}

func TestHandshakes(t *testing.T) {
	own := map[string]string{
		"x_trello":  `{"method": "HEAD"}`,
		"x_graph":   `{"when": "trigger.query.validationToken != nil", "verified": false, "reply": {"type": "text/plain", "text": {"=": "trigger.query.validationToken"}}}`,
		"x_twitter": `{"method": "GET", "when": "trigger.query.crc_token != nil", "reply": {"json": {"response_token": {"mac": {"secret": "s", "of": "trigger.query.crc_token", "encoding": "base64", "prefix": "sha256="}}}}}`,
	}
	files := map[string]string{}
	for id, shake := range own {
		files[id+".json"] = ownPreset(id, `"secrets": [{"id": "s", "type": "secret", "label": {"en": "S", "pt-BR": "S"}}], "verify": [{"kind": "hmac", "from": {"header": "x-s"}, "secret": "s"}], "handshake": [`+shake+`],`)
	}
	presets := loadOwn(t, files)
	cases := []struct {
		name, preset, method, query, body string
		headers                           []string
		status                            int
		want                              string
	}{
		{"slack", "slack", "POST", "", `{"type":"url_verification","challenge":"c-1"}`, []string{"x-slack-request-timestamp: 1492774577", "x-slack-signature: v0=" + hmacHex("sha256", "segredo-de-teste", `v0:1492774577:{"type":"url_verification","challenge":"c-1"}`)}, 200, "c-1"},
		{"slack unsigned", "slack", "POST", "", `{"type":"url_verification","challenge":"c-1"}`, nil, 401, ""},
		{"meta", "whatsapp", "GET", "?hub.mode=subscribe&hub.verify_token=segredo-de-teste&hub.challenge=<b>1</b>", "", nil, 200, "<b>1</b>"},
		{"meta, another token", "whatsapp", "GET", "?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1", "", nil, 403, ""},
		{"meta, no token", "whatsapp", "GET", "?hub.mode=subscribe&hub.challenge=1", "", nil, 403, ""},
		{"meta, long challenge", "whatsapp", "GET", "?hub.mode=subscribe&hub.verify_token=segredo-de-teste&hub.challenge=" + strings.Repeat("a", 1025), "", nil, 401, ""},
		{"meta, some other GET", "whatsapp", "GET", "", "", nil, 405, ""},
		{"zoom", "zoom", "POST", "", `{"event":"endpoint.url_validation","payload":{"plainToken":"plain-token"}}`, []string{"x-zm-request-timestamp: 1492774577", "x-zm-signature: v0=" + hmacHex("sha256", "segredo-de-teste", `v0:1492774577:{"event":"endpoint.url_validation","payload":{"plainToken":"plain-token"}}`)}, 200, `{"encryptedToken":"20bb74a8dca4169447beb7cd02373823b1293b2716c46f9c0dcde760d1a2dd6a","plainToken":"plain-token"}`},
		{"mailchimp GET", "mailchimp", "GET", "", "", nil, 200, ""},
		{"mailchimp HEAD", "mailchimp", "HEAD", "", "", nil, 200, ""},
		{"trello", "x_trello", "HEAD", "", "", nil, 200, ""},
		{"trello GET", "x_trello", "GET", "", "", nil, 405, ""},
		{"woocommerce", "woocommerce", "POST", "", "webhook_id=1", []string{"Content-Type: application/x-www-form-urlencoded"}, 200, ""},
		{"woocommerce, a delivery", "woocommerce", "POST", "", `{"webhook_id":1}`, []string{"x-wc-webhook-topic: order.created"}, 401, ""},
		{"vtex", "vtex", "POST", "", `{"hookConfig":"ping"}`, nil, 200, ""},
		{"vtex, a delivery", "vtex", "POST", "", `{"hookConfig":"ping","OrderId":"1"}`, nil, 401, ""},
		{"microsoft", "x_graph", "POST", "?validationToken=Validation%3A+1", "", []string{"Content-Type: text/plain"}, 200, "Validation: 1"},
		{"twitter", "x_twitter", "GET", "?crc_token=abc", "", nil, 200, `{"response_token":"sha256=` + hmacBase64("sha256", "segredo-de-teste", "abc") + `"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			secrets := map[string][]string{"s": {"segredo-de-teste"}}
			if p, ok := triggers.BuiltIn().Find(c.preset); ok {
				secrets = presetSecrets(p)
			}
			h := presetHouse(t, c.preset, secrets, func(_ *flow.Trigger, w *triggers.WebhookConfig) { w.Presets = presets })
			w := h.send(c.method, "/h/tok-orders"+c.query, c.body, c.headers...)
			wantStatus(t, w, c.status)
			if len(h.events) != 0 {
				t.Errorf("it was kept: %+v", h.events)
			}
			if c.status != 200 {
				return
			}
			if got := w.Body.String(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if kind := w.Header().Get("Content-Type"); c.want != "" && !strings.HasPrefix(kind, "text/plain") && kind != "application/json" {
				t.Errorf("content type %q", kind)
			}
		})
	}
}

func TestDiscordPing(t *testing.T) {
	discord, _ := triggers.BuiltIn().Find("discord")
	secrets := map[string][]string{}
	h := presetHouse(t, "discord", secrets)
	signed := sampleOf(t, discord, triggers.SampleConfig{}, secrets, h)
	wantStatus(t, h.deliver(signed), 200)
	ping := *signed
	ping.Body = []byte(`{"type":1}`)
	wantStatus(t, h.deliver(&ping), 401)
}

func TestMaskedBodies(t *testing.T) {
	hotmart, _ := triggers.BuiltIn().Find("hotmart")
	h := presetHouse(t, "hotmart", presetSecrets(hotmart))
	wantStatus(t, h.post(`{"id":"a","event":"X","hottok":"segredo-de-teste","n":12345678901234567890}`), 200)
	wantStatus(t, h.post("\xEF\xBB\xBF"+`{"id":"b","event":"X","hottok":"segredo-de-teste"}`), 200)
	for _, e := range h.events {
		if got := string(e.Body); strings.Contains(got, "segredo") || !strings.Contains(got, `"hottok":"***"`) {
			t.Errorf("kept %s", got)
		}
	}
	wantStatus(t, h.post(wide(`{"id":"c","event":"X","hottok":"segredo-de-teste"}`), "Content-Type: application/json; charset=utf-16"), 401)
}

func TestTypesOfBodies(t *testing.T) {
	h := presetHouse(t, "stripe", nil, func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.With["verify"] = "observe" })
	wantStatus(t, h.post(`{"id":"evt_1","type":"a"}`, "Content-Type: text/plain"), 200)
	if in := h.events[0]; in.Key != "stripe:evt_1" || in.Name != "a" {
		t.Errorf("key %q, name %q", in.Key, in.Name)
	}
	wantStatus(t, h.post(`a=1`, "Content-Type: application/x-www-form-urlencoded"), 415)
}

// What is kept is searched for and erased by its words, so it is kept in UTF-8.
func TestKeptInUTF8(t *testing.T) {
	h := presetHouse(t, "stripe", nil, func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.With["verify"] = "observe" })
	wantStatus(t, h.post(wide(`{"id":"evt_1","type":"a","email":"ana@example.com"}`), "Content-Type: application/json; charset=utf-16"), 200)
	if in := h.events[0]; !strings.Contains(string(in.Body), "ana@example.com") || in.Meta.Type != "application/json; charset=utf-8" {
		t.Errorf("kept %q as %s", in.Body, in.Meta.Type)
	}
}

func TestPresetOfNewFlow(t *testing.T) {
	h := presetHouse(t, "hubspot", nil)
	h.flows.put("orders", flows.StateNew, flow.Trigger{Kind: "webhook", With: map[string]any{"preset": "hubspot"}})
	wantStatus(t, h.post(`[{"eventId":1},{"eventId":2}]`), 200)
	if n := len(h.accepted(store.Captured)); n != 2 {
		t.Errorf("%d were captured", n)
	}
}

func TestUnknownPresetLetsNobodyIn(t *testing.T) {
	h := presetHouse(t, "nobody", nil)
	wantStatus(t, h.send(http.MethodPost, "/h/tok-orders", `{}`), 401)
}

// Copies of a sample are events of their own, so that many can be sent.
func TestCopiesOfSamples(t *testing.T) {
	for _, p := range triggers.BuiltIn().All() {
		for _, e := range p.Events() {
			if p.ID() == "generic" { // it has no key
				continue
			}
			t.Run(p.ID()+"/"+e.ID, func(t *testing.T) {
				secrets := presetSecrets(p)
				h := presetHouse(t, p.ID(), secrets)
				keys := map[string]bool{}
				for n := range 3 {
					wantStatus(t, h.deliver(sampleOf(t, p, triggers.SampleConfig{Event: e.ID, Copy: n}, secrets, h)), 200)
				}
				for _, in := range h.events {
					keys[in.Key] = true
				}
				if len(keys) != len(h.events) || len(keys) < 3 {
					t.Errorf("%d keys of %d events", len(keys), len(h.events))
				}
			})
		}
	}
}

// Before anything else a person must make the connection: whatever was sent, that is the reason.
func TestAConnectionThatIsMissingIsTheReason(t *testing.T) {
	h := presetHouse(t, "stripe", nil, func(f *flow.Trigger, _ *triggers.WebhookConfig) { f.Connection = "later" })
	for _, headers := range [][]string{nil, {"Stripe-Signature: t=1492774577,v1=00"}} {
		wantStatus(t, h.post(`{"id":"evt_1"}`, headers...), 401)
		if got := h.rejected[len(h.rejected)-1].Reason; !strings.Contains(got, "there is no connection later yet") || !strings.Contains(got, "ainda não existe a conexão later") {
			t.Errorf("with %v: %s", headers, got)
		}
	}
}
