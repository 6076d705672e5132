package triggers

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"hash"
	"slices"
	"strings"

	"gancho/engine/form"
)

// checker gives the comparison for one secret over one message, nil when the secret is no
// key of this kind.
func (v *Verifier) checker(secret string, message []byte) func(signature []byte) bool {
	switch v.kind {
	case "hmac":
		key, ok := keyBytes(v.key, secret)
		if !ok || len(key) == 0 || v.key == "whsec" && strings.HasPrefix(secret, "whpk_") { // a public key proves nothing here
			return nil
		}
		want := mac(v.hash, key, message)
		return func(signature []byte) bool { return hmac.Equal(signature, want) }
	case "digest":
		want := digest(v.hash, message)
		return func(signature []byte) bool { return hmac.Equal(signature, want) }
	}
	return v.publicChecker(secret, message)
}

func (v *Verifier) publicChecker(secret string, message []byte) func(signature []byte) bool {
	switch key := publicKey(v.kind, v.key, secret).(type) {
	case ed25519.PublicKey:
		if v.kind != "ed25519" || len(key) != ed25519.PublicKeySize {
			return nil
		}
		return func(signature []byte) bool {
			return len(signature) == ed25519.SignatureSize && ed25519.Verify(key, message, signature)
		}
	case *ecdsa.PublicKey:
		if v.kind != "ecdsa" || key.Curve != elliptic.P256() {
			return nil
		}
		sum := digest(v.hash, message)
		return func(signature []byte) bool { return ecdsa.VerifyASN1(key, sum, signature) }
	case *rsa.PublicKey:
		if v.kind != "rsa" {
			return nil
		}
		sum := digest(v.hash, message)
		return func(signature []byte) bool {
			return rsa.VerifyPKCS1v15(key, cryptoHash(v.hash), sum, signature) == nil
		}
	}
	return nil
}

// wrongKey says what is wrong with the value of a field that holds a key; nothing where one of the
// preset's verifiers can use it, or none reads it.
func (p *Preset) wrongKey(field, value string) form.Words {
	read := false
	for _, v := range p.use().verify {
		if !slices.Contains(v.secrets, field) {
			continue
		}
		if v.kind == "token" || v.kind == "digest" || v.checker(value, nil) != nil {
			return form.Words{}
		}
		read = true
	}
	if !read || value == "" {
		return form.Words{}
	}
	return form.Label("this is no key of this kind: copy it again, whole, from "+p.file.Name.EN, "isto não é uma chave deste tipo: copie de novo, inteira, de "+p.file.Name.PT)
}

// publicKey reads the key that a field holds, nil if it is none.
func publicKey(kind, as, secret string) any {
	raw, ok := keyBytes(as, secret)
	if !ok {
		return nil
	}
	if kind == "ed25519" && as != "spki" && as != "pem" {
		return ed25519.PublicKey(raw)
	}
	key, err := x509.ParsePKIXPublicKey(raw)
	if err != nil {
		return nil
	}
	return key
}

// keyBytes turns the text of a field into the bytes of a key.
func keyBytes(as, secret string) ([]byte, bool) {
	switch as {
	case "text":
		return []byte(secret), true
	case "hex":
		key, err := hex.DecodeString(strings.TrimSpace(secret))
		return key, err == nil
	case "pem":
		block, _ := pem.Decode([]byte(secret))
		if whole, ok := decodeText("base64", strings.TrimSpace(secret)); block == nil && ok { // as Woovi prints it
			block, _ = pem.Decode(whole)
		}
		if block == nil {
			return nil, false
		}
		return block.Bytes, true
	case "whsec":
		secret = strings.TrimPrefix(strings.TrimPrefix(secret, "whsec_"), "whpk_")
	}
	return decodeText("base64", strings.TrimSpace(secret))
}

// decodeText reads a signature as it is written.
func decodeText(encoding, text string) ([]byte, bool) {
	var out []byte
	var err error
	switch encoding {
	case "base64":
		out, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	case "base64url":
		out, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	default:
		out, err = hex.DecodeString(text)
	}
	return out, err == nil
}

func encodeText(encoding string, raw []byte) string {
	switch encoding {
	case "base64":
		return base64.StdEncoding.EncodeToString(raw)
	case "base64url":
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return hex.EncodeToString(raw)
}

func newHash(name string) func() hash.Hash {
	switch name {
	case "sha1":
		return sha1.New
	case "sha512":
		return sha512.New
	}
	return sha256.New
}

func cryptoHash(name string) crypto.Hash {
	switch name {
	case "sha1":
		return crypto.SHA1
	case "sha512":
		return crypto.SHA512
	}
	return crypto.SHA256
}

func mac(hash string, key, message []byte) []byte {
	m := hmac.New(newHash(hash), key)
	m.Write(message)
	return m.Sum(nil)
}

func digest(hash string, message []byte) []byte {
	h := newHash(hash)()
	h.Write(message)
	return h.Sum(nil)
}

// parseBasic reads the value of an Authorization header.
func parseBasic(header string) (user, password string, ok bool) {
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(raw), ":")
}
