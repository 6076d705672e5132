package triggers_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"gancho/engine/flow"
	"gancho/engine/flows"
	"gancho/engine/store"
	"gancho/triggers"
)

const (
	vectorSecret = "segredo-de-teste"
	vectorTime   = 1492774577
	vectorURL    = "https://hooks.example.com/h/abc"
	vectorBody   = `{"id":1,"email":"maria@example.com.br","valor":"R$ 10,50 ção"}`
)

// vector is a description with a request that passes.
type vector struct {
	name, description, secret string
	headers                   map[string]string
	url, body                 string
}

var twilioBody = "Body=SIM+quero+o+boleto&From=%2B5511900000000&MessageSid=SM00000000000000000000000000000001&To=%2B551150000000"

var mercadoPago = `{"kind":"hmac","from":{"header":"x-signature"},"pairs":{"split":",","value":"v1","ts":"ts"},"secret":"s","ts":{"unit":"auto","tolerance":"off"},
	"signed":[{"part":"id:{query:data.id|lower};","optional":true},{"part":"request-id:{header:x-request-id};","optional":true},"ts:{ts};"]}`

func vectors() []vector {
	stamp := strconv.Itoa(vectorTime)
	return []vector{
		{
			name: "shopify", description: `{"kind":"hmac","from":{"header":"x-shopify-hmac-sha256"},"encoding":"base64","secret":"s"}`,
			headers: map[string]string{"X-Shopify-Hmac-Sha256": "4KwuPMz7JFgTc3yQaOn+88GJX/JGWhWy4CoRNkp98I4="},
		},
		{
			name: "github", description: `{"kind":"hmac","from":{"header":"x-hub-signature-256"},"prefix":"sha256=","secret":"s"}`,
			headers: map[string]string{"X-Hub-Signature-256": "sha256=e0ac2e3cccfb245813737c9068e9fef3c1895ff2465a15b2e02a11364a7df08e"},
		},
		{
			name: "github published", description: `{"kind":"hmac","from":{"header":"x-hub-signature-256"},"prefix":"sha256=","secret":"s"}`,
			secret: "It's a Secret to Everybody", body: "Hello, World!",
			headers: map[string]string{"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
		},
		{name: "kiwify", description: `{"kind":"hmac","hash":"sha1","from":{"query":"signature"},"secret":"s"}`, url: vectorURL + "?signature=eeeb08efba0a448bf20d2f628eea6fda7ac22b78"},
		{
			name: "calendly", description: `{"kind":"hmac","from":{"header":"calendly-webhook-signature"},"pairs":{"split":",","value":"v1","ts":"t"},"signed":["{ts}.{body}"],"secret":"s","ts":{"unit":"s","tolerance":"3m"}}`,
			headers: map[string]string{"Calendly-Webhook-Signature": "t=" + stamp + ", v1=14a66b7d53973e919cfa15f299e0df6d3d2f4ef5bff32fffe6b888d98a85dcc1"},
		},
		{
			name: "stripe", description: `{"kind":"hmac","from":{"header":"stripe-signature"},"pairs":{"split":",","value":"v1","ts":"t"},"signed":["{ts}.{body}"],"secret":"s","ts":{"unit":"s"}}`,
			secret: "whsec_test_secret", headers: map[string]string{"Stripe-Signature": "t=" + stamp + ",v1=adec249f95516d08be5a5a55190a5fdd6b73b47c070351b2547a74ce3e98aa24"},
		},
		{
			name: "slack", description: `{"kind":"hmac","from":{"header":"x-slack-signature"},"prefix":"v0=","signed":["v0:{ts}:{body}"],"secret":"s","ts":{"from":{"header":"x-slack-request-timestamp"},"unit":"s","tolerance":"5m"}}`,
			headers: map[string]string{"X-Slack-Signature": "v0=d0d6ea3df178cf8b80cce9957b548d8048aee598fda7144b074833e3ae59979c", "X-Slack-Request-Timestamp": stamp},
		},
		{
			name: "paddle", description: `{"kind":"hmac","from":{"header":"paddle-signature"},"pairs":{"split":";","value":"h1","ts":"ts"},"signed":["{ts}:{body}"],"secret":"s","ts":{"unit":"s","tolerance":"5m"}}`,
			headers: map[string]string{"Paddle-Signature": "ts=" + stamp + ";h1=1b3eb2f28d7507acfb6e5b9f1e5e246b9c73c3afc9589de2bbb596955fc1a285"},
		},
		{
			name: "square", description: `{"kind":"hmac","from":{"header":"x-square"},"encoding":"base64","signed":["{url}{body}"],"secret":"s"}`,
			headers: map[string]string{"X-Square": "ybXxv5m2+c3NlH+KbxMZNsJjlwkW5+1pDzwuz5LyjJM="},
		},
		{
			name: "trello", description: `{"kind":"hmac","hash":"sha1","from":{"header":"x-trello-webhook"},"encoding":"base64","signed":["{body}","{url}"],"secret":"s"}`,
			headers: map[string]string{"X-Trello-Webhook": "yfP91xUmxpxHD7GQDJdsIrDTJYs="},
		},
		{
			name: "hubspot v3", description: `{"kind":"hmac","from":{"header":"x-hubspot-signature-v3"},"encoding":"base64","signed":["{method}{url}{body}{ts}"],"secret":"s","ts":{"from":{"header":"x-hubspot-request-timestamp"},"unit":"ms","tolerance":"5m"}}`,
			headers: map[string]string{"X-Hubspot-Signature-V3": "fiK2ivv9w/aIaIwtuAPMcYUikhxwDGl5khE/zVBZAPY=", "X-Hubspot-Request-Timestamp": stamp + "000"},
		},
		{
			name: "hubspot v2", description: `{"kind":"digest","from":{"header":"x-hubspot-signature"},"signed":["{secret}{method}{url}{body}"],"secret":"s"}`,
			headers: map[string]string{"X-Hubspot-Signature": "8d0f1ce80691d9c56eb841526ab812aac2b6e198f09936393ab965e856eb39eb"},
		},
		{
			name: "hubspot v1", description: `{"kind":"digest","from":{"header":"x-hubspot-signature"},"signed":["{secret}{body}"],"secret":"s"}`,
			headers: map[string]string{"X-Hubspot-Signature": "46de025cda30254e2eb478b8eaf69575d6392d37ea9ada191a7461660f137077"},
		},
		{
			name: "mercado pago", description: mercadoPago, url: vectorURL + "?data.id=ABC123",
			headers: map[string]string{"X-Signature": "ts=" + stamp + ",v1=63dcba52333a0b8f7ec1d1fdec4ebff082ffb0c9700df3942bd0c2d8f065567f", "X-Request-Id": "r-1"},
		},
		{
			name: "mercado pago without id", description: mercadoPago,
			headers: map[string]string{"X-Signature": "ts=" + stamp + ",v1=0efc84036d5e90a7f0bc4acbc0df088392b8b467a555dd875ff36b5baad420ad", "X-Request-Id": "r-1"},
		},
		{
			name: "twilio", description: `{"kind":"hmac","hash":"sha1","from":{"header":"x-twilio-signature"},"encoding":"base64","signed":["{url|noport}{form}"],"secret":"s"}`,
			body: twilioBody, headers: map[string]string{"X-Twilio-Signature": "RJoAX0/Eozv4HzVm8xNHg5/w9cw="},
		},
		{
			name: "twilio json", secret: "12345", description: `{"kind":"hmac","hash":"sha1","from":{"header":"x-twilio-signature"},"encoding":"base64","signed":["{url}"],"secret":"s","equals":[["{query:bodySHA256}","{sha256:body}"]]}`,
			url:  "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
			body: `{"property": "value", "boolean": true}`, headers: map[string]string{"X-Twilio-Signature": "a9nBmqA0ju/hNViExpshrM61xv4="},
		},
		{
			name: "standard webhooks", secret: "whsec_OyvBfayyIWeVFohHIEjPHxigWrbVorxmgcmsnMNjShk=",
			description: `{"kind":"hmac","from":{"header":"webhook-signature"},"list":" ","prefix":"v1,","encoding":"base64","key":"whsec","secret":"s","signed":["{header:webhook-id}.{ts}.{body}"],"ts":{"from":{"header":"webhook-timestamp"},"unit":"s","tolerance":"5m"}}`,
			headers:     map[string]string{"Webhook-Id": "msg_1", "Webhook-Timestamp": stamp, "Webhook-Signature": "v1a,xx v1,AAAA v1,+VIOxGB0lEljGcOUPgsapIeqblrBjnARndOfb1kGmiM="},
		},
		{
			name: "discord", secret: "bc0d20af8025c3217049dc270c89c650d75a65d628a645c1a8cbc32e30449512",
			description: `{"kind":"ed25519","from":{"header":"x-signature-ed25519"},"signed":["{ts}{body}"],"secret":"s","key":"hex","ts":{"from":{"header":"x-signature-timestamp"},"unit":"s","tolerance":"5m"}}`,
			headers: map[string]string{
				"X-Signature-Timestamp": stamp,
				"X-Signature-Ed25519":   "676938ad22e6518f505017e8b73b3628ad376f2d6ae0b3d1110165e4c1dc738d62ed577ad81b05a0b8238c5743fdcc5306db2aa148afacb2de53cda8703cde03",
			},
		},
		{
			name: "sendgrid", secret: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8AvYBFuPDqEJ2HN7ce5w7e3++ttsznFYmBwwIuMcJlXfFeYULE+9VQKZ8nw3G/DLWSLS+4Y5UbGJfzmF6dLjPg==",
			description: `{"kind":"ecdsa","from":{"header":"x-twilio-email-event-webhook-signature"},"encoding":"base64","key":"spki","signed":["{ts}{body}"],"secret":"s","ts":{"from":{"header":"x-twilio-email-event-webhook-timestamp"},"unit":"s"}}`,
			headers: map[string]string{
				"X-Twilio-Email-Event-Webhook-Timestamp": stamp,
				"X-Twilio-Email-Event-Webhook-Signature": "MEQCIGOAH2j5TIlsQ+Q1+5K22REy/A39n4bzMCrs6aaDYWgVAiA9mXHv9gECiWbvIKhn3v8qnmhpPrTyIiAiWWB4Ceb9cA==",
			},
		},
		{
			name: "mailgun", description: `{"kind":"hmac","from":{"json":"/signature/signature"},"signed":["{ts}{json:/signature/token}"],"secret":"s","ts":{"from":{"json":"/signature/timestamp"},"unit":"s","tolerance":"5m"},"once":"{json:/signature/token}"}`,
			body: `{"signature":{"timestamp":"` + stamp + `","token":"abc123","signature":"bcb9c2a99ced88c9fd17cb40fd35263ab04c65e7b47838885b06bf2f3d4e44ee"}}`,
		},
		{name: "token", description: `{"kind":"token","from":{"header":"asaas-access-token"},"secret":"s"}`, headers: map[string]string{"Asaas-Access-Token": vectorSecret}},
		{name: "bearer", description: `{"kind":"token","from":{"header":"authorization"},"prefix":"Bearer ","secret":"s"}`, headers: map[string]string{"Authorization": "Bearer " + vectorSecret}},
		{name: "hottok", description: `{"kind":"token","from":{"json":"/hottok"},"secret":"s"}`, body: `{"hottok":"` + vectorSecret + `"}`},
		{name: "basic", description: `{"kind":"basic"}`, headers: map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("ana:segredo-de-teste"))}},
	}
}

func description(t *testing.T, source string) *triggers.Verifier {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(source), &m); err != nil {
		t.Fatal(err)
	}
	v, problems := triggers.ParseVerifier(m, "")
	if len(problems) > 0 {
		t.Fatalf("%s: %v", source, problems)
	}
	return v
}

func (v vector) request() *triggers.Request {
	r := &triggers.Request{Method: "POST", URL: vectorURL, Header: http.Header{}, Body: []byte(vectorBody), At: time.Unix(vectorTime, 0)}
	for name, value := range v.headers {
		r.Header.Set(name, value)
	}
	if v.url != "" {
		r.URL = v.url
	}
	if v.body != "" {
		r.Body = []byte(v.body)
	}
	return r
}

func (v vector) secrets() triggers.Secrets {
	secret := v.secret
	if secret == "" {
		secret = vectorSecret
	}
	return some(secret)
}

// some gives secrets for any field; the user of Basic is ana.
func some(values ...string) triggers.Secrets {
	return func(field string) ([]string, error) {
		if field == "username" {
			return []string{"ana"}, nil
		}
		return values, nil
	}
}

func TestVectors(t *testing.T) {
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			verifier := description(t, v.description)
			check := func(r *triggers.Request, s triggers.Secrets) error {
				_, err := triggers.Verify([]*triggers.Verifier{verifier}, r, s)
				return err
			}
			refuse := func(what string, r *triggers.Request, s triggers.Secrets) {
				t.Helper()
				err := check(r, s)
				var no *triggers.Refused
				if !errors.As(err, &no) {
					t.Fatalf("%s passes", what)
				}
				if no.Message.EN == "" || no.Message.PT == "" || no.Code == "" {
					t.Errorf("%s: no words in both languages: %+v", what, no)
				}
			}
			if err := check(v.request(), v.secrets()); err != nil {
				t.Fatal(err)
			}
			own, _ := v.secrets()("s")
			other := "other" + own[0][5:]
			if verifier.Kind() != "ed25519" && verifier.Kind() != "ecdsa" {
				if err := check(v.request(), some(other, own[0])); err != nil {
					t.Errorf("a second secret: %v", err)
				}
			}
			refuse("no secret", v.request(), some())
			refuse("empty secret", v.request(), some(""))
			refuse("other secret", v.request(), some(other))
			for name, values := range v.request().Header {
				if name == "X-Request-Id" {
					continue
				}
				for what, changed := range map[string][]string{"": nil, "doubled": {values[0], values[0]}, "cut": {values[0][:max(1, len(values[0])-6)]}, "joined": {values[0] + values[0]}, "other": {flip(values[0])}, "empty": {""}} {
					if what == "joined" && (strings.Contains(v.description, `"pairs"`) || strings.Contains(v.description, `"list"`)) {
						continue // the right one is among the candidates
					}
					r := v.request()
					r.Header[name] = changed
					refuse(name+" "+what, r, v.secrets())
				}
			}
			if v.signsBody() {
				r := v.request()
				r.Body[0] ^= 1
				refuse("other body", r, v.secrets())
			}
			if strings.Contains(v.description, "{url") {
				r := v.request()
				r.URL = strings.Replace(r.URL, "https://", "https://evil.", 1)
				refuse("other host", r, v.secrets())
			}
		})
	}
}

func (v vector) signsBody() bool {
	return !strings.Contains(v.description, `"kind":"token"`) && !strings.Contains(v.description, `"kind":"basic"`) && !strings.HasPrefix(v.name, "mercado")
}

// flip changes one letter in the middle of the last value.
func flip(s string) string {
	b := []byte(s)
	i := max(0, len(b)-8)
	if b[i] == 'a' {
		b[i] = 'b'
	} else {
		b[i] = 'a'
	}
	return string(b)
}

func TestTimeWindow(t *testing.T) {
	for _, v := range vectors() {
		if !strings.Contains(v.description, `"tolerance":"5m"`) {
			continue
		}
		verifier := description(t, v.description)
		for off, ok := range map[time.Duration]bool{-301 * time.Second: false, -300 * time.Second: true, 300 * time.Second: true, 301 * time.Second: false, 24 * time.Hour: false} {
			r := v.request()
			r.At = r.At.Add(off)
			_, err := triggers.Verify([]*triggers.Verifier{verifier}, r, v.secrets())
			if (err == nil) != ok {
				t.Errorf("%s, %s off: %v", v.name, off, err)
			}
			if !ok && !strings.Contains(err.Error(), strconv.Itoa(int(off.Seconds()))) {
				t.Errorf("%s does not say how far the clock is off: %v", v.name, err)
			}
		}
	}
}

func TestUpperCaseHex(t *testing.T) {
	v := vectors()[1]
	r := v.request()
	r.Header.Set("X-Hub-Signature-256", "sha256="+strings.ToUpper("e0ac2e3cccfb245813737c9068e9fef3c1895ff2465a15b2e02a11364a7df08e"))
	if _, err := triggers.Verify([]*triggers.Verifier{description(t, v.description)}, r, v.secrets()); err != nil {
		t.Error(err)
	}
}

func TestAlternatives(t *testing.T) {
	list := []*triggers.Verifier{
		description(t, `{"kind":"token","from":{"header":"x-hotmart-hottok"},"secret":"s"}`), description(t, `{"kind":"token","from":{"json":"/hottok"},"secret":"s"}`),
	}
	v := vector{body: `{"hottok":"segredo-de-teste"}`}
	if _, err := triggers.Verify(list, v.request(), v.secrets()); err != nil {
		t.Error(err)
	}
	if _, err := triggers.Verify(nil, v.request(), v.secrets()); err == nil {
		t.Error("no alternative passes")
	}
}

func TestSignRunsDescriptionsBackwards(t *testing.T) {
	for _, v := range vectors() {
		if strings.Contains(v.description, `"json"`) || strings.Contains(v.description, `"from":{"json`) {
			continue
		}
		verifier := description(t, v.description)
		var key crypto.Signer
		secrets := v.secrets()
		switch verifier.Kind() {
		case "ed25519", "ecdsa":
			continue
		}
		r := v.request()
		for _, name := range []string{"X-Signature", "Authorization"} {
			r.Header.Del(name)
		}
		r.At = time.Unix(1_700_000_000, 0)
		if err := verifier.Sign(r, secrets, key); err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		if _, err := triggers.Verify([]*triggers.Verifier{verifier}, r, secrets); err != nil {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

func TestPublicKeys(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r2, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for kind, key := range map[string]crypto.Signer{"ed25519": ed, "ecdsa": ec, "rsa": r2} {
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			t.Fatal(err)
		}
		for form, secret := range map[string]string{"spki": base64.StdEncoding.EncodeToString(der), "pem": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))} {
			v := description(t, `{"kind":"`+kind+`","from":{"header":"x-sig"},"encoding":"base64","key":"`+form+`","secret":"s"}`)
			r := vector{}.request()
			if err := v.Sign(r, some(secret), key); err != nil {
				t.Fatal(err)
			}
			if _, err := triggers.Verify([]*triggers.Verifier{v}, r, some(secret)); err != nil {
				t.Errorf("%s %s: %v", kind, form, err)
			}
			r.Body[3] ^= 1
			if _, err := triggers.Verify([]*triggers.Verifier{v}, r, some(secret)); err == nil {
				t.Errorf("%s %s: another body passes", kind, form)
			}
		}
	}
	der, err := x509.MarshalPKIXPublicKey(small.Public())
	if err != nil {
		t.Fatal(err)
	}
	v := description(t, `{"kind":"ecdsa","from":{"header":"x-sig"},"encoding":"base64","key":"spki","secret":"s"}`)
	r, secret := vector{}.request(), some(base64.StdEncoding.EncodeToString(der))
	if err := v.Sign(r, secret, small); err != nil {
		t.Fatal(err)
	}
	if _, err := triggers.Verify([]*triggers.Verifier{v}, r, secret); err == nil {
		t.Error("a key that is not P-256 passes")
	}
}

func TestDescriptionProblems(t *testing.T) {
	for source, path := range map[string]string{
		`{}`:                              "/x/kind",
		`{"kind":"hmac"}`:                 "/x/from",
		`{"kind":"magic"}`:                "/x/kind",
		`{"kind":"basic","usernam":"a"}`:  "/x/usernam",
		`{"kind":"hmac","from":"header"}`: "/x/from",
		`{"kind":"hmac","from":{"header":"a"},"secret":"s","signed":["{nope}"]}`:                      "/x/signed/0",
		`{"kind":"hmac","from":{"header":"a"},"secret":"s","signed":["{body"]}`:                       "/x/signed/0",
		`{"kind":"hmac","from":{"header":"a"},"secret":"s","signed":["{secret}"]}`:                    "/x/signed",
		`{"kind":"digest","from":{"header":"a"},"secret":"s","signed":["{body}"]}`:                    "/x/signed",
		`{"kind":"hmac","from":{"header":"a"},"secret":"s","ts":{"unit":"s"}}`:                        "/x/ts/from",
		`{"kind":"hmac","from":{"header":"a"},"secret":"s","ts":{"from":{"query":"t"},"unit":"day"}}`: "/x/ts/unit",
		`{"kind":"hmac","from":{"header":"a"},"secret":"s","once":"{body}"}`:                          "/x/once",
		`{"kind":"hmac","from":{"header":"a"},"secret":"s","pairs":{"split":","}}`:                    "/x/pairs/value",
		`{"kind":"rsa","from":{"header":"a"},"secret":"s"}`:                                           "/x/key",
		`{"kind":"hmac","from":{"header":"a"},"secret":[1]}`:                                          "/x/secret",
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(source), &m); err != nil {
			t.Fatal(err)
		}
		v, problems := triggers.ParseVerifier(m, "/x")
		if v != nil || len(problems) == 0 {
			t.Errorf("%s is read", source)
			continue
		}
		found := false
		for _, p := range problems {
			found = found || p.Path == path
			if p.Message.EN == "" || p.Message.PT == "" {
				t.Errorf("%s: no words: %+v", source, p)
			}
		}
		if !found {
			t.Errorf("%s: no problem at %s: %+v", source, path, problems)
		}
	}
}

func TestVerifyAtTheDoor(t *testing.T) {
	auth := func(source string) map[string]any {
		var m map[string]any
		if err := json.Unmarshal([]byte(source), &m); err != nil {
			t.Fatal(err)
		}
		return map[string]any{"auth": m}
	}
	token := auth(`{"kind":"token","from":{"header":"x-token"},"secret":"secret"}`)
	h := newHouse(t, token)
	w := h.post(`{"a":"canary"}`, "X-Token: wrong")
	wantStatus(t, w, 401)
	if got := h.lastRejected(t); got.Body != nil || got.Reason != "not verified: the token is wrong\x1fnão verificado: o token está errado" || got.Meta.Headers["x-token"] != "***" {
		t.Errorf("the record is %+v", got)
	}
	if other := h.post(`{}`); other.Body.String() != w.Body.String() {
		t.Errorf("causes can be told apart: %s and %s", other.Body, w.Body)
	}
	wantStatus(t, h.post(`{}`, "X-Token: segredo-de-teste"), 200)
	if got := h.events[0].Meta.Headers["x-token"]; got != "***" {
		t.Errorf("the token was kept: %q", got)
	}
	observe := auth(`{"kind":"token","from":{"query":"key"},"secret":"secret"}`)
	observe["verify"] = "observe"
	h = newHouse(t, observe)
	wantStatus(t, h.send("POST", "/h/tok-orders?key=canary", `{}`), 200)
	if m := h.events[0].Meta; !strings.Contains(m.Note, "not verified") || m.Query["key"] != "***" {
		t.Errorf("the envelope is %+v", m)
	}
	h = newHouse(t, auth(`{"kind":"basic"}`))
	w = h.post(`{}`)
	wantStatus(t, w, 401)
	if w.Header().Get("WWW-Authenticate") == "" {
		t.Error("no challenge")
	}
	wantStatus(t, h.post(`{}`, "Authorization: Basic YW5hOnNlbmhh"), 200)
	h = newHouse(t, auth(`{"kind":"token","from":{"json":"/hottok"},"secret":"secret"}`))
	wantStatus(t, h.post(`{"hottok":"segredo-de-teste","data":{"hottok":"segredo-de-teste"}}`), 200)
	wantStatus(t, h.post(`{"hottok":"segredo\u002dde-teste","n":1}`), 200)
	for _, e := range h.events {
		if strings.Contains(string(e.Body), "segredo") || !strings.Contains(string(e.Body), "***") {
			t.Errorf("the token was kept: %s", e.Body)
		}
	}
	h = newHouse(t, token, func(t *flow.Trigger, _ *triggers.WebhookConfig) { t.Connection = "gone" })
	wantStatus(t, h.post(`{}`, "X-Token: segredo-de-teste"), 401)
}

// What a person must do about a sender that is not proved stands in the record.
func TestWhyASenderIsNotProved(t *testing.T) {
	token := map[string]any{"auth": map[string]any{"kind": "token", "from": map[string]any{"header": "x-token"}, "secret": "secret"}}
	h := newHouse(t, token, func(t *flow.Trigger, _ *triggers.WebhookConfig) { t.Connection = "gone" })
	wantStatus(t, h.post(`{}`, "X-Token: segredo-de-teste"), 401)
	if got := h.lastRejected(t).Reason; got != "not verified: there is no connection gone yet\x1fnão verificado: ainda não existe a conexão gone" {
		t.Errorf("got %q", got)
	}
	h.flows.put("orders", flows.StateNew, flow.Trigger{Kind: "webhook", With: token, Connection: "hook"})
	for secret, reason := range map[string]string{"segredo-de-teste": "", "wrong": "not verified: the token is wrong\x1fnão verificado: o token está errado"} {
		wantStatus(t, h.post(`{}`, "X-Token: "+secret), 200)
		captured := h.accepted(store.Captured)
		if got := captured[len(captured)-1].Reason; got != reason {
			t.Errorf("with %s: got %q, want %q", secret, got, reason)
		}
	}
}

func TestOnceAtTheDoor(t *testing.T) {
	v := vectors()[len(vectors())-5]
	var m map[string]any
	if err := json.Unmarshal([]byte(v.description), &m); err != nil || v.name != "mailgun" {
		t.Fatal(err, v.name)
	}
	m["secret"] = "secret"
	keys := &fakeKeys{values: map[string][]byte{}}
	start := func() *house {
		return newHouse(t, map[string]any{"auth": m}, func(_ *flow.Trigger, c *triggers.WebhookConfig) { c.Keys = keys })
	}
	h := start()
	keys.err = errors.New("no disk")
	wantStatus(t, h.post(v.body), 503)
	keys.err, h.err = nil, errors.New("no disk")
	wantStatus(t, h.post(v.body), 503)
	h.err = nil
	wantStatus(t, h.post(v.body), 200)
	wantStatus(t, h.post(v.body), 401)
	wantStatus(t, start().post(v.body), 401)
}

// A value that may come only once lets a sender repeat the same bytes, which its key tells
// from a new event, and nobody send others with it: not at once, and not after a restart.
func TestOnceOfAPreset(t *testing.T) {
	mailgun, _ := triggers.BuiltIn().Find("mailgun")
	keys, secrets := &fakeKeys{values: map[string][]byte{}}, presetSecrets(mailgun)
	start := func() *house {
		return presetHouse(t, "mailgun", secrets, func(_ *flow.Trigger, c *triggers.WebhookConfig) { c.Keys = keys })
	}
	h := start()
	sample := sampleOf(t, mailgun, triggers.SampleConfig{}, secrets, h)
	forged := *sample
	forged.Body = bytes.Replace(sample.Body, []byte("delivered"), []byte("unsubscribed"), 1)
	for range 2 {
		wantStatus(t, h.deliver(sample), 200)
		wantStatus(t, h.deliver(&forged), 401)
	}
	if n, m := len(h.accepted(store.Accepted)), len(h.accepted(store.Duplicate)); n != 1 || m != 1 {
		t.Errorf("%d accepted and %d duplicates, want one of each", n, m)
	}
	h = start()
	wantStatus(t, h.deliver(&forged), 401)
	if reason := h.lastRejected(t).Reason; reason != "not verified: this was delivered before\x1fnão verificado: isto já foi entregue" {
		t.Errorf("the reason is %q", reason)
	}
}

func FuzzVerify(f *testing.F) {
	var list []*triggers.Verifier
	for _, v := range vectors() {
		var m map[string]any
		if err := json.Unmarshal([]byte(v.description), &m); err != nil {
			f.Fatal(err)
		}
		verifier, _ := triggers.ParseVerifier(m, "")
		list = append(list, verifier)
		for _, value := range v.headers {
			f.Add(value, []byte(v.body), vectorURL)
		}
	}
	sum := sha256.Sum256([]byte("nobody knows this"))
	f.Fuzz(func(t *testing.T, header string, body []byte, url string) {
		for _, v := range list {
			r := &triggers.Request{Method: "POST", URL: url, Header: http.Header{}, Body: body, At: time.Unix(vectorTime, 0)}
			for _, x := range vectors() {
				for name := range x.headers {
					r.Header.Set(name, header)
				}
			}
			if _, err := triggers.Verify([]*triggers.Verifier{v}, r, some(string(sum[:]))); err == nil {
				t.Fatalf("%q passes", header)
			}
		}
	})
}
