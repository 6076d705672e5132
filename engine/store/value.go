package store

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Value is what a search looks for: whole, case and accents aside; one of digits also whatever
// stands between them, so that 123.456.789-09 finds 12345678909.
type Value struct {
	Text   []byte // folded
	Digits string // of a number; a phone without its country, as it is found with and without

	address bool // it is one of e-mail
}

// ValueOf reads what somebody looks for; nil of an empty text.
func ValueOf(text string) *Value {
	text = Fold(strings.ToLower(plainNumber(strings.TrimSpace(text))))
	if text == "" {
		return nil
	}
	v := &Value{Text: []byte(text), address: strings.Contains(text, "@")}
	if digits := onlyDigits(text); utf8.RuneCountInString(digits) >= 6 && strings.Trim(text, digits+Between) == "" {
		v.Digits = digits
	}
	if rest, cut := strings.CutPrefix(v.Digits, "55"); cut && (len(rest) == 10 || len(rest) == 11) {
		v.Digits = rest
	}
	return v
}

// plainNumber takes off the sign that people write before the number of an order.
func plainNumber(text string) string {
	if rest, cut := strings.CutPrefix(text, "#"); cut && rest != "" && unicode.IsDigit(rune(rest[0])) {
		return rest
	}
	return text
}

// Between may stand between the digits of one number.
const Between = ".-/()+ "

// inAddress joins the words of an e-mail address.
const inAddress = ".-_+"

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// In says whether raw JSON or text holds the value.
func (v *Value) In(raw []byte) bool {
	if len(raw) == 0 {
		return false
	}
	raw = Unescape(raw)
	plain := AppendFold(make([]byte, 0, len(raw)), raw)
	for from := 0; ; {
		i := bytes.Index(plain[from:], v.Text)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(v.Text)
		if v.edge(plain[:start], true) && v.edge(plain[end:], false) {
			return true
		}
		from = start + 1
	}
	return v.Digits != "" && v.inDigits(plain)
}

// edge says whether what is sought ends where the rest begins. An e-mail address is no part of
// a longer one: ana.maria@example.com is somebody else than maria@example.com.
func (v *Value) edge(rest []byte, before bool) bool {
	take := utf8.DecodeRune
	if before {
		take = utf8.DecodeLastRune
	}
	r, n := take(rest)
	if v.address && strings.ContainsRune(inAddress, r) {
		if before {
			rest = rest[:len(rest)-n]
		} else {
			rest = rest[n:]
		}
		r, _ = take(rest)
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

func (v *Value) inDigits(plain []byte) bool {
	fields := bytes.FieldsFunc(plain, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(Between, r) })
	for _, f := range fields {
		if digits := onlyDigits(string(f)); digits == v.Digits || strings.TrimPrefix(digits, "55") == v.Digits && len(v.Digits) >= 10 {
			return true
		}
	}
	return false
}

// Unescape writes the \u escapes of JSON as what they mean, so that "S\u00e3o" is found.
func Unescape(raw []byte) []byte {
	if !bytes.Contains(raw, []byte(`\u`)) {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+5 < len(raw) && raw[i+1] == 'u' {
			if n, err := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16); err == nil {
				out = utf8.AppendRune(out, rune(n))
				i += 5
				continue
			}
		}
		out = append(out, raw[i])
	}
	return out
}
