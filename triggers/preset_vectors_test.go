package triggers_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gancho/triggers"
)

// signed is a request as a provider signs it, made by code that shares nothing with the
// verifier.
type signed struct {
	header map[string]string
	query  url.Values
	body   string
}

// scheme is how one provider signs. proof names the header, or with a ? the query parameter,
// that holds the signature.
type scheme struct {
	preset    string
	proof     string
	tolerance time.Duration // 0: no time is checked
	unsigned  bool          // the body is not signed
	sign      func(s *signed, secret string, at time.Time)
}

const hookURL = publicURL + "/h/tok-orders"

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func headerMAC(name, prefix, hash string, write func(hash, key, message string) string) func(*signed, string, time.Time) {
	return func(s *signed, secret string, _ time.Time) { s.header[name] = prefix + write(hash, secret, s.body) }
}

func headerToken(name string) func(*signed, string, time.Time) {
	return func(s *signed, secret string, _ time.Time) { s.header[name] = secret }
}

func stampedPairs(name, format, between string) func(*signed, string, time.Time) {
	return func(s *signed, secret string, at time.Time) {
		mac := hmacHex("sha256", secret, seconds(at)+between+s.body)
		s.header[name] = strings.NewReplacer("T", seconds(at), "M", mac).Replace(format)
	}
}

func basic(s *signed, secret string, _ time.Time) {
	s.header["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(secret+":"+secret))
}

func slackLike(signature, stamp string) func(*signed, string, time.Time) {
	return func(s *signed, secret string, at time.Time) {
		s.header[stamp] = seconds(at)
		s.header[signature] = "v0=" + hmacHex("sha256", secret, "v0:"+seconds(at)+":"+s.body)
	}
}

func standard(prefix string) func(*signed, string, time.Time) {
	return func(s *signed, secret string, at time.Time) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			panic(err)
		}
		s.header[prefix+"-timestamp"] = seconds(at)
		s.header[prefix+"-signature"] = "v1," + hmacBase64("sha256", string(key), s.header[prefix+"-id"]+"."+seconds(at)+"."+s.body)
	}
}

func twilioSign(s *signed, secret string, _ time.Time) {
	form, err := url.ParseQuery(s.body)
	if err != nil {
		panic(err)
	}
	text := hookURL
	var names []string
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text += name + form.Get(name)
	}
	s.header["X-Twilio-Signature"] = hmacBase64("sha1", secret, text)
}

var schemes = []scheme{
	{preset: "mercadopago", proof: "x-signature", unsigned: true, sign: func(s *signed, secret string, at time.Time) {
		text := "id:" + s.query.Get("data.id") + ";request-id:" + s.header["x-request-id"] + ";ts:" + seconds(at) + ";"
		s.header["x-signature"] = "ts=" + seconds(at) + ",v1=" + hmacHex("sha256", secret, text)
	}},
	{preset: "asaas", proof: "asaas-access-token", unsigned: true, sign: headerToken("asaas-access-token")},
	{preset: "pagarme", proof: "Authorization", unsigned: true, sign: basic},
	{preset: "hotmart", proof: "X-HOTMART-HOTTOK", unsigned: true, sign: headerToken("X-HOTMART-HOTTOK")},
	{preset: "kiwify", proof: "?signature", sign: func(s *signed, secret string, _ time.Time) {
		s.query.Set("signature", hmacHex("sha1", secret, s.body))
	}},
	{preset: "rdstation", proof: "X-Gancho-Token", unsigned: true, sign: headerToken("X-Gancho-Token")},
	{preset: "nuvemshop", proof: "x-linkedstore-hmac-sha256", sign: headerMAC("x-linkedstore-hmac-sha256", "", "sha256", hmacHex)},
	{preset: "vtex", proof: "X-Gancho-Token", unsigned: true, sign: headerToken("X-Gancho-Token")},
	{preset: "woovi", proof: "X-OpenPix-Signature", sign: headerMAC("X-OpenPix-Signature", "", "sha1", hmacBase64)},
	{preset: "stripe", proof: "Stripe-Signature", tolerance: 5 * time.Minute, sign: stampedPairs("Stripe-Signature", "t=T,v1=M", ".")},
	{preset: "shopify", proof: "X-Shopify-Hmac-Sha256", sign: headerMAC("X-Shopify-Hmac-Sha256", "", "sha256", hmacBase64)},
	{preset: "woocommerce", proof: "X-WC-Webhook-Signature", sign: headerMAC("X-WC-Webhook-Signature", "", "sha256", hmacBase64)},
	{preset: "paddle", proof: "Paddle-Signature", tolerance: 5 * time.Minute, sign: stampedPairs("Paddle-Signature", "ts=T;h1=M", ":")},
	{preset: "square", proof: "x-square-hmacsha256-signature", sign: func(s *signed, secret string, _ time.Time) {
		s.header["x-square-hmacsha256-signature"] = hmacBase64("sha256", secret, hookURL+s.body)
	}},
	{preset: "github", proof: "X-Hub-Signature-256", sign: headerMAC("X-Hub-Signature-256", "sha256=", "sha256", hmacHex)},
	{preset: "gitlab", proof: "X-Gitlab-Token", unsigned: true, sign: headerToken("X-Gitlab-Token")},
	{preset: "slack", proof: "X-Slack-Signature", tolerance: 5 * time.Minute, sign: slackLike("X-Slack-Signature", "X-Slack-Request-Timestamp")},
	{preset: "whatsapp", proof: "X-Hub-Signature-256", sign: headerMAC("X-Hub-Signature-256", "sha256=", "sha256", hmacHex)},
	{preset: "twilio", proof: "X-Twilio-Signature", sign: twilioSign},
	{preset: "typeform", proof: "Typeform-Signature", sign: headerMAC("Typeform-Signature", "sha256=", "sha256", hmacBase64)},
	{preset: "calendly", proof: "Calendly-Webhook-Signature", tolerance: 3 * time.Minute, sign: stampedPairs("Calendly-Webhook-Signature", "t=T,v1=M", ".")},
	{preset: "zoom", proof: "x-zm-signature", tolerance: 5 * time.Minute, sign: slackLike("x-zm-signature", "x-zm-request-timestamp")},
	{preset: "hubspot", proof: "X-HubSpot-Signature-v3", tolerance: 5 * time.Minute, sign: func(s *signed, secret string, at time.Time) {
		stamp := strconv.FormatInt(at.UnixMilli(), 10)
		s.header["X-HubSpot-Request-Timestamp"] = stamp
		s.header["X-HubSpot-Signature-v3"] = hmacBase64("sha256", secret, "POST"+hookURL+s.body+stamp)
	}},
	{preset: "pipedrive", proof: "Authorization", unsigned: true, sign: basic},
	{preset: "mailchimp", proof: "X-Mailchimp-Signature", tolerance: 5 * time.Minute, sign: stampedPairs("X-Mailchimp-Signature", "t=T,v1=M", ".")},
	{preset: "mailgun", unsigned: true, tolerance: 8 * time.Hour, sign: func(s *signed, secret string, at time.Time) {
		mac := hmacHex("sha256", secret, seconds(at)+"abc123")
		s.body = `{"signature":{"timestamp":"` + seconds(at) + `","token":"abc123","signature":"` + mac + `"},"event-data":{"event":"opened","id":"1","recipient":"a@example.com"}}`
	}},
	{preset: "standard_webhooks", proof: "webhook-signature", tolerance: 5 * time.Minute, sign: standard("webhook")},
	{preset: "svix", proof: "svix-signature", tolerance: 5 * time.Minute, sign: standard("svix")},
}

// request makes the provider's request of a preset's first sample.
func (c scheme) request(t *testing.T, secret string, at time.Time) *signed {
	t.Helper()
	p, _ := triggers.BuiltIn().Find(c.preset)
	e, _ := p.Event("")
	s := &signed{header: map[string]string{"Content-Type": "application/json"}, query: url.Values{}, body: string(e.Body)}
	if e.Form != "" {
		s.body, s.header["Content-Type"] = e.Form, "application/x-www-form-urlencoded"
	}
	for name, value := range e.Headers {
		s.header[name] = value
	}
	for name, value := range e.Query {
		s.query.Set(name, value)
	}
	c.sign(s, secret, at)
	return s
}

func (s *signed) send(h *house, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/h/tok-orders", strings.NewReader(s.body))
	if len(s.query) > 0 {
		r.URL.RawQuery = s.query.Encode()
	}
	for name, value := range s.header {
		r.Header.Set(name, value)
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.door.ServeHTTP(w, r)
	return w
}

// flipped changes one bit in the middle, so that padding does not hide it.
func flipped(s string) string {
	b := []byte(s)
	b[len(b)/2] ^= 1
	return string(b)
}

var anotherSecret = strings.NewReplacer("do", "fo", "ay", "az")

// S9: every preset against vectors of an independent implementation, and what must not pass.
func TestEveryPresetsSignatures(t *testing.T) {
	for _, c := range schemes {
		t.Run(c.preset, func(t *testing.T) {
			p, _ := triggers.BuiltIn().Find(c.preset)
			secrets := presetSecrets(p)
			secret := "segredo-de-teste"
			for _, list := range secrets {
				secret = list[0]
			}
			fresh := func(more map[string][]string) *house { return presetHouse(t, c.preset, more) }
			now := fresh(nil).now
			want := func(what string, status int, w *httptest.ResponseRecorder) {
				t.Helper()
				if w.Code != status {
					t.Errorf("%s: got %d, want %d: %s", what, w.Code, status, w.Body)
				}
			}
			want("as it is", 200, c.request(t, secret, now).send(fresh(secrets)))
			rotated := map[string][]string{}
			for field, list := range secrets {
				rotated[field] = append([]string{anotherSecret.Replace(list[0])}, list...)
			}
			want("with a newer secret in front", 200, c.request(t, secret, now).send(fresh(rotated)))
			empty := map[string][]string{}
			for field := range secrets {
				empty[field] = []string{""}
			}
			want("empty secret", 401, c.request(t, secret, now).send(fresh(empty)))
			if c.preset != "standard_webhooks" && c.preset != "svix" {
				want("signed with nothing", 401, c.request(t, "", now).send(fresh(empty)))
			}
			want("no secret", 401, c.request(t, secret, now).send(fresh(nil)))
			other := anotherSecret.Replace(secret)
			want("another secret", 401, c.request(t, other, now).send(fresh(secrets)))
			want("another host", 200, c.request(t, secret, now).send(fresh(secrets), func(r *http.Request) { r.Host = "evil.example" }))
			c.forged(t, secret, secrets, now, want)
			if c.tolerance == 0 {
				return
			}
			for _, off := range []time.Duration{c.tolerance + time.Second, -c.tolerance - time.Second} {
				want("stale by "+off.String(), 401, c.request(t, secret, now.Add(off)).send(fresh(secrets)))
			}
			want("just in time", 200, c.request(t, secret, now.Add(-c.tolerance)).send(fresh(secrets)))
		})
	}
}

func (c scheme) forged(t *testing.T, secret string, secrets map[string][]string, now time.Time, want func(string, int, *httptest.ResponseRecorder)) {
	t.Helper()
	fresh := func() *house { return presetHouse(t, c.preset, secrets) }
	if !c.unsigned {
		s := c.request(t, secret, now)
		s.body = strings.Replace(s.body, "1", "2", 1)
		want("another body", 401, s.send(fresh()))
	}
	if c.proof == "" {
		return
	}
	if name, inQuery := strings.CutPrefix(c.proof, "?"); inQuery {
		s := c.request(t, secret, now)
		proof := s.query.Get(name)
		s.query.Set(name, flipped(proof))
		want("one bit of the signature", 401, s.send(fresh()))
		s.query[name] = []string{proof, proof}
		want("the parameter twice", 401, s.send(fresh()))
		s.query.Del(name)
		want("no signature", 401, s.send(fresh()))
		return
	}
	proof := c.request(t, secret, now).header[c.proof]
	for what, value := range map[string]string{"one bit of the signature": flipped(proof), "cut short": proof[:len(proof)-4], "doubled": proof + proof, "empty": ""} {
		if what == "doubled" && strings.ContainsAny(proof, ",;") {
			continue // in a list of pairs that is one more candidate
		}
		s := c.request(t, secret, now)
		s.header[c.proof] = value
		want(what, 401, s.send(fresh()))
	}
	want("the header twice", 401, c.request(t, secret, now).send(fresh(), func(r *http.Request) { r.Header.Add(c.proof, proof) }))
	want("no signature", 401, c.request(t, secret, now).send(fresh(), func(r *http.Request) { r.Header.Del(c.proof) }))
}

func TestEveryVerifiedPresetHasAVector(t *testing.T) {
	asymmetric := []string{"discord", "sendgrid"}
	for _, p := range triggers.BuiltIn().All() {
		has := slices.Contains(asymmetric, p.ID()) || slices.ContainsFunc(schemes, func(c scheme) bool { return c.preset == p.ID() })
		if p.View().Verified != has {
			t.Errorf("%s: verified %v, has a vector %v", p.ID(), p.View().Verified, has)
		}
	}
}

// Senders that sign with a private key.
func TestAsymmetricPresets(t *testing.T) {
	body := `[{"email":"a@example.com","event":"open","sg_event_id":"1"}]` + "\r\n"
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	spki := func(key any) []byte {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	digest := func(text string) []byte { sum := sha256.Sum256([]byte(text)); return sum[:] }
	signECDSA, err := ecdsa.SignASN1(rand.Reader, ecKey, digest("1492774577"+body))
	if err != nil {
		t.Fatal(err)
	}
	signRSA, err := rsa.SignPKCS1v15(rand.Reader, rsaKey, crypto.SHA256, digest(body))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		preset, field, key, proof, signature, stamp string
		encode                                      func([]byte) string
		raw                                         []byte
	}{
		{preset: "sendgrid", field: "public_key", key: base64.StdEncoding.EncodeToString(spki(&ecKey.PublicKey)), proof: "X-Twilio-Email-Event-Webhook-Signature", stamp: "X-Twilio-Email-Event-Webhook-Timestamp", raw: signECDSA, encode: base64.StdEncoding.EncodeToString},
		{preset: "discord", field: "public_key", key: hex.EncodeToString(public), proof: "X-Signature-Ed25519", stamp: "X-Signature-Timestamp", raw: ed25519.Sign(private, []byte("1492774577"+body)), encode: hex.EncodeToString},
		{preset: "woovi", field: "public_key", key: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki(&rsaKey.PublicKey)})), proof: "X-Webhook-Signature", raw: signRSA, encode: base64.StdEncoding.EncodeToString},
		{preset: "woovi", field: "public_key", key: base64.StdEncoding.EncodeToString(spki(&rsaKey.PublicKey)), proof: "X-Webhook-Signature", raw: signRSA, encode: base64.StdEncoding.EncodeToString},
	}
	for _, c := range cases {
		t.Run(c.preset, func(t *testing.T) {
			good := map[string][]string{c.field: {c.key}}
			send := func(secrets map[string][]string, body string, raw []byte, twice bool) int {
				s := &signed{header: map[string]string{"Content-Type": "application/json", c.proof: c.encode(raw)}, body: body}
				if c.stamp != "" {
					s.header[c.stamp] = "1492774577"
				}
				return s.send(presetHouse(t, c.preset, secrets), func(r *http.Request) {
					if twice {
						r.Header.Add(c.proof, c.encode(raw))
					}
				}).Code
			}
			wrong := slices.Clone(c.raw)
			wrong[len(wrong)/2] ^= 1
			for what, got := range map[string][2]int{
				"good":             {send(good, body, c.raw, false), 200},
				"another body":     {send(good, strings.Replace(body, "1", "2", 1), c.raw, false), 401},
				"one bit":          {send(good, body, wrong, false), 401},
				"twice":            {send(good, body, c.raw, true), 401},
				"empty key":        {send(map[string][]string{c.field: {""}}, body, c.raw, false), 401},
				"a key of no kind": {send(map[string][]string{c.field: {"abc"}}, body, c.raw, false), 401},
			} {
				if got[0] != got[1] {
					t.Errorf("%s: got %d, want %d", what, got[0], got[1])
				}
			}
		})
	}
}

// Vectors that providers publish. They prove that a preset's scheme is right.
func TestPublishedVectorsOfPresets(t *testing.T) {
	cases := []struct {
		preset  string
		secrets map[string][]string
		at      int64
		query   string
		body    string
		headers []string
	}{
		{"standard_webhooks", map[string][]string{"secret": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}, 1614265330, "", `{"test": 2432232314}`, []string{"webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330", "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
		{"svix", map[string][]string{"secret": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}, 1614265330, "", `{"test": 2432232314}`, []string{"svix-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "svix-timestamp: 1614265330", "svix-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
		{"github", map[string][]string{"secret": {"mysecret"}}, 0, "", `{"foo":"bar"}`, []string{"X-Hub-Signature-256: sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3"}},
		{
			"slack",
			map[string][]string{"signing_secret": {"8f742231b10e8888abcd99yyyzzz85a5"}},
			1531420618, "", "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
			[]string{"Content-Type: application/x-www-form-urlencoded", "X-Slack-Request-Timestamp: 1531420618", "X-Slack-Signature: v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"},
		},
		{"woovi", map[string][]string{"secret": {"hmac-secret-key"}}, 0, "", `{"data_criacao":"2021-08-10T20:32:14.429Z","evento":"teste_webhook"}`, []string{"X-OpenPix-Signature: jgR2XF0PKDiAwHP1s+TryvxMySQ="}},
		{
			"sendgrid",
			map[string][]string{"public_key": {"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="}},
			0, "",
			`[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]` + "\r\n",
			[]string{"X-Twilio-Email-Event-Webhook-Timestamp: 1600112502", "X-Twilio-Email-Event-Webhook-Signature: MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="},
		},
		{
			"mercadopago",
			map[string][]string{"webhook_secret": {"your_secret_key_here"}},
			0, "?data.id=ord01jq4s4ky8hwq6na5pxb65b3d3&type=payment", `{"id":1,"type":"payment","action":"payment.updated","data":{"id":"another"}}`,
			[]string{"x-request-id: 2066ca19-c6f1-498a-be75-1923005edd06", "x-signature: ts=1742505638683,v1=633f91233312dd391ec75fa0bea539cfc2d6c4918873305b84a96cc1c58db71c"},
		},
	}
	for _, c := range cases {
		t.Run(c.preset, func(t *testing.T) {
			h := presetHouse(t, c.preset, c.secrets)
			if c.at != 0 {
				h.now = time.Unix(c.at, 0)
			}
			wantStatus(t, h.send("POST", "/h/tok-orders"+c.query, c.body, c.headers...), 200)
			changed := strings.Replace(c.query, "b3d3", "b3d4", 1)
			body := c.body
			if changed == c.query {
				body = strings.NewReplacer("a", "b", "o", "a", "2", "3").Replace(body)
			}
			wantStatus(t, h.send("POST", "/h/tok-orders"+changed, body, c.headers...), 401)
		})
	}
}

// A public key in the field of a secret must not become an HMAC key that everybody knows.
func TestAPublicKeyIsNoSecret(t *testing.T) {
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := base64.StdEncoding.EncodeToString(public)
	c := schemes[slices.IndexFunc(schemes, func(c scheme) bool { return c.preset == "svix" })]
	h := presetHouse(t, "svix", map[string][]string{"secret": {"whpk_" + key}})
	wantStatus(t, c.request(t, "whsec_"+key, h.now).send(h), 401)
}
