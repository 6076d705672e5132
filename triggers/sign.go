package triggers

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Sign runs a description backwards: it puts timestamp and signature into a request, so that
// Verify passes with the same secrets. The newest secret is used. Kinds with a public key
// need the private one in key. A value in a JSON body is set there; one in a form cannot be.
func (v *Verifier) Sign(r *Request, secrets Secrets, key crypto.Signer) error {
	return v.sign(r, secrets, key, func(proof string) string { return proof })
}

// SignWrong does the same with a proof that does not hold.
func (v *Verifier) SignWrong(r *Request, secrets Secrets, key crypto.Signer) error {
	return v.sign(r, secrets, key, func(proof string) string {
		other := byte('0')
		if proof[0] == other {
			other = '1'
		}
		return string(other) + proof[1:]
	})
}

func (v *Verifier) sign(r *Request, secrets Secrets, key crypto.Signer, spoil func(string) string) error {
	switch v.kind {
	case "none":
		return nil
	case "basic":
		return v.signBasic(r, secrets, spoil)
	}
	stamp := v.writeStamp(r.At)
	if v.stamp.name != "" {
		if err := r.set(v.stamp, stamp); err != nil {
			return err
		}
	}
	text, err := v.proofText(r, stamp, secrets, key)
	if err != nil {
		return err
	}
	text = v.prefix + spoil(text)
	if v.pairs.split != "" {
		items := []string{v.pairs.value + "=" + text}
		if v.pairs.ts != "" {
			items = []string{v.pairs.ts + "=" + stamp, items[0]}
		}
		text = strings.Join(items, v.pairs.split)
	}
	return r.set(v.from, text)
}

func (v *Verifier) signBasic(r *Request, secrets Secrets, spoil func(string) string) error {
	user, err := newest(secrets, "username")
	if err != nil {
		return err
	}
	password, err := newest(secrets, "password")
	if err != nil {
		return err
	}
	return r.set(place{"header", "authorization"}, "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+spoil(password))))
}

// ErrNoSecret says that what a sample is signed with is not given.
var ErrNoSecret = errors.New("the secret is not set")

func newest(secrets Secrets, field string) (string, error) {
	values, err := secrets(field)
	var why *Refused // no connection, say
	if err != nil && !errors.As(err, &why) {
		return "", fmt.Errorf("secret %s: %w", field, err)
	}
	if why != nil || len(values) == 0 || values[0] == "" {
		return "", fmt.Errorf("%w: %s", ErrNoSecret, field)
	}
	return values[0], nil
}

func (v *Verifier) writeStamp(at time.Time) string {
	switch v.unit {
	case "":
		return ""
	case "ms":
		return strconv.FormatInt(at.UnixMilli(), 10)
	case "rfc3339":
		return at.UTC().Format(time.RFC3339)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// proofText is the token, or the signature as it is written.
func (v *Verifier) proofText(r *Request, stamp string, secrets Secrets, key crypto.Signer) (string, error) {
	if v.kind == "ed25519" || v.kind == "ecdsa" || v.kind == "rsa" {
		return v.signAsymmetric(r, stamp, key)
	}
	secret, err := newest(secrets, v.secrets[0])
	if err != nil || v.kind == "token" {
		return secret, err
	}
	message, bad := v.message(r, stamp, secret)
	if bad != nil {
		return "", bad
	}
	if v.kind == "digest" {
		return encodeText(v.encoding, digest(v.hash, message)), nil
	}
	raw, ok := keyBytes(v.key, secret)
	if !ok {
		return "", fmt.Errorf("secret %s is not a key of the form %s", v.secrets[0], v.key)
	}
	return encodeText(v.encoding, mac(v.hash, raw, message)), nil
}

func (v *Verifier) signAsymmetric(r *Request, stamp string, key crypto.Signer) (string, error) {
	if key == nil {
		return "", errors.New("a private key is needed to sign")
	}
	message, bad := v.message(r, stamp, "")
	if bad != nil {
		return "", bad
	}
	options := crypto.SignerOpts(cryptoHash(v.hash))
	if _, ok := key.Public().(ed25519.PublicKey); ok {
		options = crypto.Hash(0)
	} else {
		message = digest(v.hash, message)
	}
	signature, err := key.Sign(rand.Reader, message, options)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return encodeText(v.encoding, signature), nil
}

// set writes a value into a header, the query or a JSON body.
func (r *Request) set(p place, value string) error {
	switch p.where {
	case "header":
		if r.Header == nil {
			r.Header = http.Header{}
		}
		r.Header.Set(p.name, value)
	case "query":
		u, err := url.Parse(r.URL)
		if err != nil {
			return fmt.Errorf("read the URL to sign: %w", err)
		}
		q := u.Query()
		q.Set(p.name, value)
		u.RawQuery = q.Encode()
		r.URL, r.query = u.String(), nil
	case "json":
		body, err := setPointer(r.Body, p.name, value)
		if err != nil {
			return err
		}
		r.Body, r.json = body, nil
	default: // form
		return fmt.Errorf("a signature in the body (%s) cannot be set", p)
	}
	return nil
}

// setPointer replaces, or adds, one member of a JSON object.
func setPointer(body []byte, pointer, value string) ([]byte, error) {
	var tree any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("read the body to sign: %w", err)
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	at := tree
	for _, part := range parts[:len(parts)-1] {
		m, _ := at.(map[string]any)
		at = m[part]
	}
	m, ok := at.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("there is no place %s in the body to sign", pointer)
	}
	m[parts[len(parts)-1]] = value
	return json.Marshal(tree)
}
