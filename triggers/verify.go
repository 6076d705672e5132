package triggers

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gancho/engine/form"
)

// Secrets gives the values of a connection's field, newest first; none if it is not set.
type Secrets func(field string) ([]string, error)

// Refused says why a delivery did not prove its sender. It never holds a value that would
// have been right.
type Refused struct {
	Code    string // no_signature, twice, bad_signature, no_secret, no_timestamp, stale, unequal, unsigned, bad_key
	Message form.Words
}

func (r *Refused) Error() string { return r.Message.EN }

func refused(code, en, pt string) *Refused { return &Refused{code, form.Label(en, pt)} }

// Proof is what a sender proved. Once, when it is not empty, must not have been seen within
// For.
type Proof struct {
	Once string
	For  time.Duration
}

// Verifier is one way to prove who sent a request, read from a description in JSON.
type Verifier struct {
	kind      string
	hash      string
	from      place
	list      string
	prefix    string
	pairs     pairs
	encoding  string
	signed    []part
	secrets   []string
	key       string
	stamp     place
	unit      string // "" checks no time
	tolerance time.Duration
	equals    [][2]part
	once      *part
}

// pairs say how a value of name=value items is read.
type pairs struct{ split, value, ts string }

// Verify checks a request against alternatives, of which one must pass. The error is a
// *Refused, of the alternative that came furthest. All comparing takes constant time.
func Verify(alternatives []*Verifier, r *Request, secrets Secrets) (Proof, error) {
	worst := refused("no_signature", "there is no signature", "não há assinatura")
	for _, v := range alternatives {
		proof, err := v.verify(r, secrets)
		if err == nil {
			return proof, nil
		}
		if worst.Code == "no_signature" {
			worst = err
		}
	}
	return Proof{}, worst
}

func (v *Verifier) verify(r *Request, secrets Secrets) (Proof, *Refused) {
	switch v.kind {
	case "none":
		return Proof{}, nil
	case "basic":
		return Proof{}, v.basic(r, secrets)
	}
	candidates, stamp, err := v.read(r)
	if err != nil {
		return Proof{}, err
	}
	if v.kind == "token" {
		if err := v.token(candidates, secrets); err != nil {
			return Proof{}, err
		}
	} else if err := v.signature(r, candidates, stamp, secrets); err != nil {
		return Proof{}, err
	}
	if err := v.fresh(stamp, r.At); err != nil {
		return Proof{}, err
	}
	return v.rest(r, stamp)
}

// read gives the candidates for a signature, and the timestamp as it was written.
func (v *Verifier) read(r *Request) (candidates []string, stamp string, err *Refused) {
	raw, found, err := r.get(v.from)
	if err != nil {
		return nil, "", err
	}
	if !found || raw == "" {
		return nil, "", refused("no_signature", "there is no signature: "+v.from.String()+" is not set", "não há assinatura: falta "+v.from.String())
	}
	candidates = []string{raw}
	if v.pairs.split != "" {
		candidates, stamp = v.pairs.read(raw)
	} else if v.list != "" {
		candidates = strings.Split(raw, v.list)
	}
	if v.unit != "" && v.stamp.name != "" {
		if stamp, _, err = r.get(v.stamp); err != nil {
			return nil, "", err
		}
	}
	if v.unit != "" && stamp == "" {
		return nil, "", refused("no_timestamp", "there is no timestamp", "não há carimbo de tempo")
	}
	return v.withPrefix(candidates), stamp, nil
}

func (p pairs) read(raw string) (values []string, stamp string) {
	for item := range strings.SplitSeq(raw, p.split) {
		name, value, ok := strings.Cut(strings.TrimSpace(item), "=")
		switch {
		case !ok:
		case name == p.value:
			values = append(values, value)
		case name == p.ts && stamp == "":
			stamp = value
		}
	}
	return values, stamp
}

func (v *Verifier) withPrefix(candidates []string) []string {
	if v.prefix == "" {
		return candidates
	}
	var rest []string
	for _, c := range candidates {
		if c, ok := strings.CutPrefix(c, v.prefix); ok {
			rest = append(rest, c)
		}
	}
	return rest
}

// given lists the secrets that a verifier may use. Empty ones are never used.
func (v *Verifier) given(secrets Secrets, fields ...string) ([]string, *Refused) {
	var list []string
	for _, field := range fields {
		values, err := secrets(field)
		var why *Refused
		if errors.As(err, &why) {
			return nil, why
		}
		if err != nil {
			return nil, refused("no_secret", "the connection cannot be used", "a conexão não pode ser usada")
		}
		for _, s := range values {
			if s != "" {
				list = append(list, s)
			}
		}
	}
	if len(list) == 0 {
		return nil, refused("no_secret", "the connection holds no secret for this", "a conexão não tem o segredo para isto")
	}
	return list, nil
}

func (v *Verifier) token(candidates []string, secrets Secrets) *Refused {
	list, err := v.given(secrets, v.secrets...)
	if err != nil {
		return err
	}
	ok := false
	for _, secret := range list {
		for _, c := range candidates {
			ok = sameText(c, secret) || ok
		}
	}
	if !ok {
		return refused("bad_signature", "the token is wrong", "o token está errado")
	}
	return nil
}

// sameText compares digests, so that time tells neither length nor content.
func sameText(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return hmac.Equal(x[:], y[:]) && a != ""
}

func (v *Verifier) basic(r *Request, secrets Secrets) *Refused {
	raw, found, err := r.get(place{"header", "authorization"})
	if err != nil {
		return err
	}
	user, password, ok := parseBasic(raw)
	if !found || !ok {
		return refused("no_signature", "there is no user and password", "não há usuário e senha")
	}
	users, err := v.given(secrets, "username")
	if err != nil {
		return err
	}
	passwords, err := v.given(secrets, "password")
	if err != nil {
		return err
	}
	match := false
	for _, u := range users {
		for _, p := range passwords {
			right, key := sameText(user, u), sameText(password, p)
			match = right && key || match
		}
	}
	if !match {
		return refused("bad_signature", "user or password is wrong", "usuário ou senha errados")
	}
	return nil
}

func (v *Verifier) signature(r *Request, candidates []string, stamp string, secrets Secrets) *Refused {
	list, err := v.given(secrets, v.secrets...)
	if err != nil {
		return err
	}
	match, usable := false, false
	for _, secret := range list {
		message, err := v.message(r, stamp, secret)
		if err != nil {
			return err
		}
		check := v.checker(secret, message)
		if check == nil {
			continue
		}
		usable = true
		for _, c := range candidates {
			signature, ok := decodeText(v.encoding, c)
			match = ok && check(signature) || match
		}
	}
	switch {
	case match:
		return nil
	case !usable:
		return refused("bad_key", "the secret of the connection is not a key of this kind", "o segredo da conexão não é uma chave deste tipo")
	case len(candidates) == 0:
		return refused("no_signature", "there is no signature of this kind", "não há assinatura deste tipo")
	}
	return refused("bad_signature", "the signature does not match", "a assinatura não confere")
}

// message is what was signed.
func (v *Verifier) message(r *Request, stamp, secret string) ([]byte, *Refused) {
	if len(v.signed) == 0 {
		if len(r.Body) == 0 {
			return nil, refused("unsigned", "the signed text is empty", "o texto assinado está vazio")
		}
		return r.Body, nil
	}
	var message []byte
	for _, p := range v.signed {
		text, hole, err := p.fill(r, stamp, secret)
		if err != nil {
			return nil, err
		}
		if hole != "" && p.optional {
			continue
		}
		if hole != "" {
			return nil, refused("unsigned", "{"+hole+"}, which is signed, is not there", "falta {"+hole+"}, que é assinado")
		}
		message = append(message, text...)
	}
	if len(message) == 0 {
		return nil, refused("unsigned", "the signed text is empty", "o texto assinado está vazio")
	}
	return message, nil
}

// fresh checks the timestamp, after the signature that covers it has matched.
func (v *Verifier) fresh(stamp string, now time.Time) *Refused {
	if v.unit == "" || v.tolerance == 0 {
		return nil
	}
	at, ok := readStamp(v.unit, stamp)
	if !ok {
		return refused("no_timestamp", "the timestamp cannot be read", "o carimbo de tempo não pode ser lido")
	}
	off := now.Sub(at)
	if off.Abs() <= v.tolerance {
		return nil
	}
	seconds := strconv.FormatInt(int64(off.Seconds()), 10)
	return refused("stale", "the timestamp is off by "+seconds+" s", "o carimbo de tempo difere em "+seconds+" s")
}

func readStamp(unit, stamp string) (time.Time, bool) {
	if unit == "rfc3339" {
		at, err := time.Parse(time.RFC3339, stamp)
		return at, err == nil
	}
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || n < 0 || n > 1<<53 {
		return time.Time{}, false
	}
	if unit == "ms" || unit == "auto" && len(stamp) >= 12 {
		return time.UnixMilli(n), true
	}
	return time.Unix(n, 0), n < 1<<40
}

// rest checks pairs that must be equal, and gives what must be new.
func (v *Verifier) rest(r *Request, stamp string) (Proof, *Refused) {
	for _, e := range v.equals {
		a, missingA, err := e[0].fill(r, stamp, "")
		if err != nil {
			return Proof{}, err
		}
		b, missingB, err := e[1].fill(r, stamp, "")
		if err != nil {
			return Proof{}, err
		}
		if missingA != "" || missingB != "" || !bytes.Equal(a, b) {
			return Proof{}, refused("unequal", "parts that must be equal are not", "partes que devem ser iguais não são")
		}
	}
	if v.once == nil {
		return Proof{}, nil
	}
	text, hole, err := v.once.fill(r, stamp, "")
	if err != nil {
		return Proof{}, err
	}
	if hole != "" || len(text) == 0 {
		return Proof{}, refused("unsigned", "the value that may come only once is not there", "falta o valor que só pode vir uma vez")
	}
	return Proof{Once: string(text), For: 2 * v.tolerance}, nil
}

// String says where a value is expected, for people.
func (p place) String() string { return fmt.Sprintf("%s %s", p.where, p.name) }
