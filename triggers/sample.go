package triggers

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// SampleConfig says which sample of a preset is wanted. Everything but the URL may be left
// out; without Secrets a sample of a preset that is verified cannot be signed.
type SampleConfig struct {
	Event    string // ID of one of the preset's events; the first one when empty
	URL      string // where it goes: some providers sign it
	Secrets  Secrets
	Key      crypto.Signer // for providers that sign with a private key; made on the spot when nil
	At       time.Time     // of the signature; now when zero
	Unsigned bool          // without a signature
	Wrong    bool          // with a signature that does not hold
	Copy     int           // above 0: as another event, with other identifiers
}

// Sample is a delivery as the provider would send it.
type Sample struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte
	// PublicKey is what the connection must hold for this sample, as the preset's field takes
	// it, where the key was made on the spot.
	PublicKey string
}

// OneSecret gives the same text for every field, and user and password where it is written as
// user:password.
func OneSecret(text string) Secrets {
	return func(field string) ([]string, error) {
		user, password, ok := strings.Cut(text, ":")
		switch {
		case text == "":
			return nil, nil
		case ok && field == "username":
			return []string{user}, nil
		case ok && field == "password":
			return []string{password}, nil
		}
		return []string{text}, nil
	}
}

// Sample makes a signed delivery of one of the preset's events.
func (p *Preset) Sample(c SampleConfig) (*Sample, error) {
	event, ok := p.Event(c.Event)
	if !ok {
		ids := make([]string, len(p.file.Events))
		for i, e := range p.file.Events {
			ids[i] = e.ID
		}
		return nil, fmt.Errorf("preset %s has no event %q; it has %s", p.ID(), c.Event, strings.Join(ids, ", "))
	}
	if c.At.IsZero() {
		c.At = time.Now()
	}
	r, err := event.request(p.file.Methods[0], c)
	if err != nil {
		return nil, err
	}
	p.vary(&event, r, c.Copy)
	s := &Sample{}
	if err := p.sign(r, &c, s); err != nil {
		return nil, fmt.Errorf("sign a sample of %s: %w", p.ID(), err)
	}
	s.Method, s.URL, s.Header, s.Body = r.Method, r.URL, r.Header, r.Body
	return s, nil
}

// request is the event as it is sent, before it is signed.
func (e *PresetEvent) request(method string, c SampleConfig) (*Request, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("read the URL to send to: %w", err)
	}
	if len(e.Query) > 0 {
		q := u.Query()
		for name, value := range e.Query {
			q.Set(name, value)
		}
		u.RawQuery = q.Encode()
	}
	r := &Request{Method: method, URL: u.String(), Header: http.Header{}, At: c.At}
	r.Header.Set("Content-Type", jsonType)
	if r.Body = []byte(e.Form); e.Form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		var compact bytes.Buffer
		if err := json.Compact(&compact, e.Body); err != nil {
			return nil, fmt.Errorf("sample %s: %w", e.ID, err)
		}
		r.Body = compact.Bytes()
	}
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	return r, nil
}

// sign proves the sample by the first way that the secrets at hand allow.
func (p *Preset) sign(r *Request, c *SampleConfig, into *Sample) error {
	verify := p.use().verify
	if len(verify) == 0 || c.Unsigned {
		return nil
	}
	if c.Secrets == nil {
		c.Secrets = func(string) ([]string, error) { return nil, nil }
	}
	v := verify[0]
	if i := slices.IndexFunc(verify, func(v *Verifier) bool { return !v.asymmetric() }); i >= 0 {
		v = verify[i]
	}
	key := c.Key
	if v.asymmetric() && key == nil {
		var err error
		if key, into.PublicKey, err = v.newKey(); err != nil {
			return err
		}
	}
	if c.Wrong {
		return v.SignWrong(r, c.Secrets, key)
	}
	return v.Sign(r, c.Secrets, key)
}

func (v *Verifier) asymmetric() bool {
	return v.kind == "ed25519" || v.kind == "ecdsa" || v.kind == "rsa"
}

// newKey makes a key pair; the public one is written as the verifier's field takes it.
func (v *Verifier) newKey() (crypto.Signer, string, error) {
	var key crypto.Signer
	var err error
	switch v.kind {
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "ecdsa":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		return nil, "", fmt.Errorf("make a key: %w", err)
	}
	if public, ok := key.Public().(ed25519.PublicKey); ok && v.key != "spki" && v.key != "pem" {
		if v.key == "hex" {
			return key, hex.EncodeToString(public), nil
		}
		return key, base64.StdEncoding.EncodeToString(public), nil
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, "", fmt.Errorf("write a key: %w", err)
	}
	if v.key == "pem" {
		return key, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
	}
	return key, base64.StdEncoding.EncodeToString(der), nil
}
