package api_test

import (
	"strings"
	"testing"

	"gancho/triggers"
)

func presetFlow(id, preset, connection string) string {
	return `{"id": "` + id + `", "name": "P", "trigger": {"kind": "webhook", "with": {"preset": "` + preset + `"}, "connection": "` + connection + `"}, "steps": []}`
}

func TestAPresetNeedsItsSecret(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", presetFlow("p", "stripe", "pay"))
	h.want(201, "POST", "/connections", `{"name": "other", "kind": "github:webhook", "fields": {"secret": "s"}}`)
	h.want(201, "POST", "/connections", `{"name": "pay", "kind": "stripe:webhook", "fields": {}}`)
	h.want(422, "POST", "/flows/p/publish", "")
	h.want(200, "PUT", "/connections/pay", `{"name": "pay", "kind": "stripe:webhook", "fields": {"signing_secret": "whsec_1"}}`)
	h.want(200, "POST", "/flows/p/publish", "")
	h.want(201, "POST", "/flows", presetFlow("q", "stripe", "other"))
	h.want(422, "POST", "/flows/q/publish", "")
}

// TestWhatBecomesOfDeliveriesWithoutAConnection: who names one that is not there hears what that means for the sender.
func TestWhatBecomesOfDeliveriesWithoutAConnection(t *testing.T) {
	h := newHouse(t)
	for with, want := range map[string]struct{ en, pt string }{
		`"preset": "stripe"`:                      {"are refused with 401", "são recusadas com 401"},
		`"preset": "stripe", "verify": "observe"`: {"are let in without proof", "entram sem verificação"},
		`"preset": "rdstation_crm"`:               {"runs will wait for it", "as execuções vão esperar por ela"},
		`"auth": {"kind": "basic"}`:               {"are refused with 401", "são recusadas com 401"},
	} {
		f := `{"id": "p", "trigger": {"kind": "webhook", "with": {` + with + `}, "connection": "nope"}, "steps": []}`
		for language, words := range map[string]string{"en": want.en, "pt-BR": want.pt} {
			_, doc := h.ask("POST", "/api/v1/flows/p/check", root, f, "Accept-Language", language)
			if got := mustJSON(t, doc["problems"]); strings.Count(got, `"severity"`) != 1 || !strings.Contains(got, `"code":"no_connection_yet"`) || !strings.Contains(got, words) {
				t.Errorf("%s, %s: %s, want %s", with, language, got, words)
			}
		}
	}
}

func TestSamplesComeThroughTheDoor(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", presetFlow("early", "stripe", "pay"))
	if got := h.want(200, "POST", "/flows/early/events", `{"sample": "checkout.session.completed"}`); got["status"] != "captured" {
		t.Errorf("before there is a connection: %v", got)
	}
	h.want(201, "POST", "/connections", `{"name": "pay", "kind": "stripe:webhook", "fields": {"signing_secret": "whsec_1"}}`)
	h.want(201, "POST", "/connections", `{"name": "mail", "kind": "sendgrid:webhook", "fields": {"public_key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="}}`)
	h.want(201, "POST", "/flows", presetFlow("p", "stripe", "pay"))
	h.want(201, "POST", "/flows", presetFlow("s", "sendgrid", "mail"))
	h.want(200, "POST", "/flows/p/publish", "")
	h.want(200, "POST", "/flows/s/publish", "")
	got := h.want(200, "POST", "/flows/p/events", `{"sample": "checkout.session.completed"}`)
	if got["status"] != "accepted" || got["run"] == nil || got["event"] == nil {
		t.Errorf("%v", got)
	}
	if again := h.want(200, "POST", "/flows/p/events", `{"sample": "checkout.session.completed"}`); again["status"] != "duplicate" {
		t.Errorf("%v", again)
	}
	if both := h.want(200, "POST", "/flows/s/events", `{"sample": "events"}`); len(both["events"].([]any)) != 2 {
		t.Errorf("%v", both)
	}
	h.want(422, "POST", "/flows/p/events", `{"sample": "nothing"}`)
}

// TestWhatBecameOfASample: it is told also where the sender is answered otherwise.
func TestWhatBecameOfASample(t *testing.T) {
	h := newHouse(t)
	for preset, c := range map[string]struct{ secret, value, with string }{
		"discord": {"public_key", strings.Repeat("00", 32), ""}, "twilio": {"auth_token", "00", ""}, "stripe": {"signing_secret", "whsec_1", `, "respond": {"status": 503, "body": "later"}`},
	} {
		h.want(201, "POST", "/connections", `{"name": "`+preset+`", "kind": "`+preset+`:webhook", "fields": {"`+c.secret+`": "`+c.value+`"}}`)
		h.want(201, "POST", "/flows", strings.Replace(presetFlow(preset, preset, preset), `"`+preset+`"}`, `"`+preset+`"`+c.with+`}`, 1))
		h.want(200, "POST", "/flows/"+preset+"/publish", "")
		p, _ := triggers.BuiltIn().Find(preset)
		if got := h.want(200, "POST", "/flows/"+preset+"/events", `{"sample": "`+p.Events()[0].ID+`"}`); got["status"] != "accepted" || got["event"] == "" || got["run"] == nil {
			t.Errorf("%s: %v", preset, got)
		}
	}
}

// TestSamplesThatAreSignedWithTheURL: providers that sign the URL sign the very one that the door checks.
func TestSamplesThatAreSignedWithTheURL(t *testing.T) {
	h := newHouse(t)
	for preset, c := range map[string]struct{ kind, secret string }{
		"twilio": {"twilio:webhook", "auth_token"}, "square": {"square:webhook", "signature_key"}, "hubspot": {"hubspot:token", "client_secret"},
	} {
		h.want(201, "POST", "/connections", `{"name": "`+preset+`", "kind": "`+c.kind+`", "fields": {"`+c.secret+`": "s3cret"}}`)
		h.want(201, "POST", "/flows", presetFlow(preset, preset, preset))
		h.want(200, "POST", "/flows/"+preset+"/publish", "")
		p, _ := triggers.BuiltIn().Find(preset)
		for _, event := range p.Events() {
			h.want(200, "POST", "/flows/"+preset+"/events", `{"sample": "`+event.ID+`"}`)
		}
	}
}

// What completes an event is known by the preset's sample until one event was completed: a
// captured one is not.
func TestAResourceIsKnownBeforeItIsFetched(t *testing.T) {
	h := newHouse(t)
	h.want(201, "POST", "/flows", presetFlow("m", "mercadopago", "mp"))
	known := func() (n int, origin any) {
		schema := h.want(200, "GET", "/flows/m/schema", "")
		for _, f := range schema["fields"].([]any) {
			if strings.HasPrefix(f.(map[string]any)["path"].(string), "trigger.resource.") {
				n++
			}
		}
		return n, schema["origin"]
	}
	before, _ := known()
	h.want(200, "POST", "/flows/m/events", `{"event": {"body": {"type": "payment", "action": "payment.updated", "data": {"id": "1"}}}}`)
	h.until("/flows/m/schema", func(v map[string]any) bool { return v["origin"] == "events" })
	if after, origin := known(); before < 5 || after != before || origin != "events" {
		t.Errorf("%d fields before the first event, %d after it (%v)", before, after, origin)
	}
}
